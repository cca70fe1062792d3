// The floor: only the engine calls an action cannot do without, in the best order, over kept-alive connections.
//
//   floor [-c N] [-s N] [-p N] [-n] [-v] SOCKET GROUP start|restart|noop|change|stop|remove|reload
//
// -c, -s, -p: at most N creates, starts, stops in flight (0: no limit). -n: containers only after the network.
// -v: each call with its begin and end in milliseconds, on standard error.
// GROUP is a file of lines:
//   group NAME
//   service NAME IMAGE DEPENDENCY,DEPENDENCY|- COMMAND-OF-SH       (in order of dependency)
//   ready NAME HOSTPORT       (ready when GET / on that port of the host answers 200; asked at once, then every 0.1 s)
//   value NAME TEXT           (environment variable VALUE)
//   change NAME               (the service `change` gives a new container)
//   reload NAME IMAGE TAR     (the service `reload` builds an image for, from a tar, and gives a new container)
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { MAX_SERVICES = 1024, MAX_STEPS = 8 * MAX_SERVICES, MAX_LINKS = 64 * MAX_SERVICES, PROBE_PAUSE_MS = 100 };
enum lane { CREATE, START, STOP, OTHER, LANES };

struct service {
    char name[64], image[256], command[1024], value[64], dependencies[MAX_SERVICES * 8];
    int port, created, started, stopped;
};

struct step {
    const char *what, *service, *method, *type;
    char *path, *body;
    size_t body_length;
    enum lane lane;
    int port, waits, first_link, height;
    double ready_at, begun, ended;
};

struct connection {
    int fd, step;
    char *out, *in;
    size_t out_length, out_sent, in_length, in_room;
};

static struct service services[MAX_SERVICES];
static struct step steps[MAX_STEPS];
static struct connection connections[MAX_STEPS];
static struct { int step, next; } links[MAX_LINKS];
static int service_count, step_count, link_count, connection_count, done_count, in_flight[LANES], limit[LANES], verbose, network_first;
static char group[128], changed[64], reloaded[64], build_image[256], build_tar[1024];
static const char *socket_path;

static void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("floor: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    exit(1);
}

static double now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static char *text(const char *format, ...) {
    char *out = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&out, format, arguments) < 0) fail("out of memory");
    va_end(arguments);
    return out;
}

// --- The plan ---

static int add(const char *what, const char *service, enum lane lane, const char *method, char *path, char *body) {
    if (step_count == MAX_STEPS) fail("too many steps");
    steps[step_count] = (struct step){ .what = what, .service = service, .lane = lane, .method = method, .path = path, .body = body,
        .body_length = body ? strlen(body) : 0, .type = "application/json", .first_link = -1 };
    return step_count++;
}

// `step` waits for `before`; -1 is nothing to wait for.
static void after(int step, int before) {
    if (before < 0) return;
    if (link_count == MAX_LINKS) fail("too many dependencies");
    links[link_count].step = step;
    links[link_count].next = steps[before].first_link;
    steps[before].first_link = link_count++;
    steps[step].waits++;
}

static struct service *find(const char *name) {
    for (int i = 0; i < service_count; i++)
        if (!strcmp(services[i].name, name)) return &services[i];
    fail("there is no service \"%s\" (dependencies come first)", name);
    return NULL;
}

static int depends(const struct service *service, const char *name) {
    size_t length = strlen(name);
    for (const char *at = service->dependencies; (at = strstr(at, name)); at += length)
        if ((at == service->dependencies || at[-1] == ',') && (at[length] == ',' || !at[length])) return 1;
    return 0;
}

static char *container(const struct service *service, const char *suffix) { return text("/containers/%s_%s%s", group, service->name, suffix); }

static char *escaped(const char *in) {
    char *out = malloc(strlen(in) * 2 + 1), *to = out;
    for (; *in; in++) {
        if (*in == '"' || *in == '\\') *to++ = '\\';
        *to++ = *in;
    }
    *to = 0;
    return out;
}

static int add_create(struct service *service, const char *image, const char *suffix) {
    char *ports = service->port ? text("\"80/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"%d\"}]", service->port) : "";
    char *body = text("{\"Image\":\"%s\",\"Cmd\":[\"sh\",\"-c\",\"%s\"],\"Env\":[\"VALUE=%s\"],\"Hostname\":\"%s\",\"StopSignal\":\"SIGTERM\","
        "\"Labels\":{\"miniboss.bench.group\":\"%s\",\"miniboss.bench.service\":\"%s\"},\"ExposedPorts\":{%s},"
        "\"HostConfig\":{\"NetworkMode\":\"%s\",\"PortBindings\":{%s}},\"NetworkingConfig\":{\"EndpointsConfig\":{\"%s\":{\"Aliases\":[\"%s\"]}}}}",
        image, escaped(service->command), service->value, service->name, group, service->name, service->port ? "\"80/tcp\":{}" : "", group, ports,
        group, service->name);
    return add("create", service->name, CREATE, "POST", text("/containers/create?name=%s_%s%s", group, service->name, suffix), body);
}

// The start, and the wait until it is ready; the last of them is what dependents wait for.
static int add_start(struct service *service, const char *suffix, int *start) {
    *start = add("start", service->name, START, "POST", container(service, text("%s/start", suffix)), NULL);
    if (!service->port) return *start;
    int ready = add("ready", service->name, OTHER, "GET", "/", NULL);
    steps[ready].port = service->port;
    after(ready, *start);
    return ready;
}

static void plan_start(int creates) {
    int network = -1;
    char *body = text("{\"Name\":\"%s\",\"Driver\":\"bridge\",\"CheckDuplicate\":true,\"Labels\":{\"miniboss.bench.group\":\"%s\"}}", group, group);
    if (creates) network = add("network", "", OTHER, "POST", "/networks/create", body);
    for (int i = 0; i < service_count; i++) {
        services[i].created = -1;
        if (!creates) continue;
        services[i].created = add_create(&services[i], services[i].image, "");
        // The engine takes a container for a network that is not there yet; only its start needs it.
        if (network_first) after(services[i].created, network);
    }
    for (int i = 0; i < service_count; i++) {
        int start;
        services[i].started = add_start(&services[i], "", &start);
        after(start, network);
        after(start, services[i].created);
        for (int j = 0; j < i; j++)
            if (depends(&services[i], services[j].name)) after(start, services[j].started);
    }
}

static void plan_noop(void) {
    add("list", "", OTHER, "GET", text("/containers/json?all=1&filters=%%7B%%22label%%22:%%5B%%22miniboss.bench.group=%s%%22%%5D%%7D", group), NULL);
}

static void plan_stop(int removes) {
    static int removals[MAX_SERVICES];
    for (int i = service_count - 1; i >= 0; i--) {
        int stop = services[i].stopped = add("stop", services[i].name, STOP, "POST", container(&services[i], "/stop?t=50"), NULL);
        for (int j = i + 1; j < service_count; j++)
            if (depends(&services[j], services[i].name)) after(stop, services[j].stopped);
        if (removes) after(removals[i] = add("remove", services[i].name, OTHER, "DELETE", container(&services[i], "?v=0"), NULL), stop);
    }
    if (!removes) return;
    // Only after the removals: engine 20.10 takes it earlier, but was once left with a network whose count of endpoints never
    // came down again.
    int network = add("network", "", OTHER, "DELETE", text("/networks/%s", group), NULL);
    for (int i = 0; i < service_count; i++) after(network, removals[i]);
}

// A new container in the place of the old one: made beside it, started the moment the old one has ended.
static void replace(struct service *service, const char *image, int before) {
    int start, create = add_create(service, image, ".new");
    int stop = add("stop", service->name, STOP, "POST", container(service, "/stop?t=50"), NULL);
    after(create, before);
    after(stop, create);
    add_start(service, ".new", &start);
    after(start, create);
    after(start, stop);
    int remove = add("remove", service->name, OTHER, "DELETE", container(service, "?v=0"), NULL);
    after(remove, stop);
    int rename = add("rename", service->name, OTHER, "POST", text("/containers/%s_%s.new/rename?name=%s_%s", group, service->name, group, service->name), NULL);
    after(rename, remove);
    after(rename, start);
}

static void plan_reload(void) {
    FILE *file = fopen(build_tar, "rb");
    if (!file) fail("%s: %s", build_tar, strerror(errno));
    char *tar = malloc(1 << 20);
    size_t length = fread(tar, 1, 1 << 20, file);
    fclose(file);
    int build = add("build", reloaded, OTHER, "POST", text("/build?t=%s&rm=1", build_image), tar);
    steps[build].body_length = length;
    steps[build].type = "application/x-tar";
    replace(find(reloaded), build_image, build);
}

// --- Carrying it out ---

static void connect_to(struct connection *connection, int port) {
    struct sockaddr_un local = { .sun_family = AF_UNIX };
    struct sockaddr_in host = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = { htonl(INADDR_LOOPBACK) } };
    snprintf(local.sun_path, sizeof local.sun_path, "%s", socket_path);
    connection->fd = socket(port ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int failed = port ? connect(connection->fd, (void *)&host, sizeof host) : connect(connection->fd, (void *)&local, sizeof local);
    if (failed && !port) fail("%s: %s", socket_path, strerror(errno));
    fcntl(connection->fd, F_SETFL, O_NONBLOCK);
}

static void begin(int index) {
    struct step *step = &steps[index];
    struct connection *connection = NULL;
    // A probe has a connection of its own each time; the engine's are used again.
    for (int i = 0; i < connection_count && !connection; i++)
        if (connections[i].step < 0 && (connections[i].fd < 0) == !!step->port) connection = &connections[i];
    if (!connection) {
        connection = &connections[connection_count++];
        connection->fd = -1;
    }
    if (connection->fd < 0) connect_to(connection, step->port);
    connection->step = index;
    connection->in_length = connection->out_sent = 0;
    char *head = text("%s %s%s HTTP/1.1\r\nHost: localhost\r\nContent-Type: %s\r\nContent-Length: %zu\r\n%s\r\n", step->method,
        step->port ? "" : "/v1.41", step->path, step->type, step->body_length, step->port ? "Connection: close\r\n" : "");
    size_t length = strlen(head);
    connection->out = realloc(head, length + step->body_length);
    if (step->body_length) memcpy(connection->out + length, step->body, step->body_length);
    connection->out_length = length + step->body_length;
    if (!step->begun) step->begun = now_ms();
    step->waits = -1;
    in_flight[step->lane]++;
}

// Whether the answer is here to its last byte; *body is where its body begins.
static int complete(struct connection *connection, int *status, char **body) {
    connection->in[connection->in_length] = 0;
    char *end = strstr(connection->in, "\r\n\r\n");
    if (!end) return 0;
    *status = atoi(connection->in + 9);
    *body = end + 4;
    if (*status == 204 || *status == 304) return 1;
    char *length = strcasestr(connection->in, "\r\nContent-Length:");
    if (length && length < end) return connection->in_length >= (size_t)(*body - connection->in) + strtoul(length + 17, NULL, 10);
    for (char *chunk = *body, *last = connection->in + connection->in_length; chunk < last;) {
        char *line;
        size_t size = strtoul(chunk, &line, 16);
        if (line == chunk || !(line = strstr(line, "\r\n"))) return 0;
        chunk = line + 2 + size + 2;
        if (size == 0) return chunk <= last;
    }
    return 0;
}

static void finish(struct connection *connection, int status, char *body, int is_noop) {
    struct step *step = &steps[connection->step];
    free(connection->out);
    connection->out = NULL;
    connection->step = -1;
    in_flight[step->lane]--;
    if (step->port) {
        close(connection->fd);
        connection->fd = -1;
        if (status != 200) {
            step->ready_at = now_ms() + PROBE_PAUSE_MS;
            step->waits = 0;
            return;
        }
    } else if ((status < 200 || status > 299) && status != 304) {
        fail("%s %s: %d %s", step->method, step->path, status, body);
    } else if (strstr(body, "\"errorDetail\"")) {
        fail("%s %s: %s", step->method, step->path, body);
    } else if (is_noop) {
        int running = 0;
        for (char *at = body; (at = strstr(at, "\"State\":\"running\"")); at++) running++;
        if (running != service_count) fail("%d of %d are running", running, service_count);
    }
    step->ended = now_ms();
    done_count++;
    for (int link = step->first_link; link >= 0; link = links[link].next) steps[links[link].step].waits--;
}

// The ready step of a lane with the longest way to the end behind it.
static int next_step(enum lane lane, double now) {
    int best = -1;
    for (int i = 0; i < step_count; i++)
        if (steps[i].lane == lane && steps[i].waits == 0 && steps[i].ready_at <= now && (best < 0 || steps[i].height > steps[best].height)) best = i;
    return best;
}

static void transfer(struct connection *connection, short events, int is_noop) {
    int status = 0;
    char *body = "";
    if (connection->out_sent < connection->out_length) {
        ssize_t sent = send(connection->fd, connection->out + connection->out_sent, connection->out_length - connection->out_sent, MSG_NOSIGNAL);
        if (sent > 0) connection->out_sent += sent;
        else if (sent < 0 && errno != EAGAIN && errno != EINTR && steps[connection->step].port) { finish(connection, 0, body, 0); return; }
        else if (sent < 0 && errno != EAGAIN && errno != EINTR) fail("send: %s", strerror(errno));
    }
    if (!(events & (POLLIN | POLLHUP | POLLERR))) return;
    if (connection->in_room < connection->in_length + 65537) connection->in = realloc(connection->in, connection->in_room = connection->in_length + 131072);
    ssize_t got = recv(connection->fd, connection->in + connection->in_length, 65536, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got > 0) connection->in_length += got;
    if (got > 0 && complete(connection, &status, &body)) finish(connection, status, body, is_noop);
    else if (got <= 0 && steps[connection->step].port) finish(connection, 0, body, 0);
    else if (got <= 0) fail("the engine closed the connection of %s %s", steps[connection->step].method, steps[connection->step].path);
}

static void run(int is_noop) {
    static struct pollfd polled[MAX_STEPS];
    static int owners[MAX_STEPS];
    for (int i = step_count - 1; i >= 0; i--)
        for (int link = steps[i].first_link; link >= 0; link = links[link].next)
            if (steps[i].height <= steps[links[link].step].height) steps[i].height = steps[links[link].step].height + 1;
    double origin = now_ms();
    while (done_count < step_count) {
        double now = now_ms();
        for (enum lane lane = 0; lane < LANES; lane++)
            for (int step; (!limit[lane] || in_flight[lane] < limit[lane]) && (step = next_step(lane, now)) >= 0;) begin(step);
        int count = 0, wait = -1;
        for (int i = 0; i < connection_count; i++) {
            if (connections[i].step < 0) continue;
            owners[count] = i;
            polled[count++] = (struct pollfd){ .fd = connections[i].fd, .events = connections[i].out_sent < connections[i].out_length ? POLLIN | POLLOUT : POLLIN };
        }
        for (int i = 0; i < step_count; i++)
            if (steps[i].waits == 0 && steps[i].ready_at > now && (wait < 0 || steps[i].ready_at - now < wait)) wait = (int)(steps[i].ready_at - now) + 1;
        if (!count && wait < 0) fail("nothing can begin: a circle of dependencies");
        if (poll(polled, count, wait) < 0 && errno != EINTR) fail("poll: %s", strerror(errno));
        for (int i = 0; i < count; i++)
            if (polled[i].revents) transfer(&connections[owners[i]], polled[i].revents, is_noop);
    }
    for (int i = 0; verbose && i < step_count; i++)
        fprintf(stderr, "%9.1f %9.1f %-8s %s\n", steps[i].begun - origin, steps[i].ended - origin, steps[i].what, steps[i].service);
}

static void read_group(const char *path) {
    FILE *file = fopen(path, "r");
    if (!file) fail("%s: %s", path, strerror(errno));
    static char line[MAX_SERVICES * 16];
    char name[64], rest[256];
    for (int number = 1; fgets(line, sizeof line, file); number++) {
        struct service *service = &services[service_count];
        line[strcspn(line, "\n")] = 0;
        if (service_count == MAX_SERVICES) fail("too many services");
        if (!*line || sscanf(line, "group %127s", group) == 1 || sscanf(line, "change %63s", changed) == 1) continue;
        if (sscanf(line, "reload %63s %255s %1023s", reloaded, build_image, build_tar) == 3) continue;
        if (sscanf(line, "service %63s %255s %8191s %1023[^\n]", service->name, service->image, service->dependencies, service->command) == 4) service_count++;
        else if (sscanf(line, "ready %63s %255s", name, rest) == 2) find(name)->port = atoi(rest);
        else if (sscanf(line, "value %63s %63s", name, rest) == 2) strcpy(find(name)->value, rest);
        else fail("%s:%d can't be read: %s", path, number, line);
    }
    fclose(file);
}

int main(int argc, char **argv) {
    for (int option; (option = getopt(argc, argv, "c:s:p:nv")) != -1;)
        switch (option) {
        case 'c': limit[CREATE] = atoi(optarg); break;
        case 's': limit[START] = atoi(optarg); break;
        case 'p': limit[STOP] = atoi(optarg); break;
        case 'n': network_first = 1; break;
        case 'v': verbose = 1; break;
        default: return 64;
        }
    if (argc - optind != 3) fail("usage: floor [-c N] [-s N] [-p N] [-n] [-v] SOCKET GROUP start|restart|noop|change|stop|remove|reload");
    socket_path = argv[optind];
    read_group(argv[optind + 1]);
    const char *action = argv[optind + 2];
    if (!strcmp(action, "start") || !strcmp(action, "restart")) plan_start(!strcmp(action, "start"));
    else if (!strcmp(action, "noop")) plan_noop();
    else if (!strcmp(action, "stop") || !strcmp(action, "remove")) plan_stop(!strcmp(action, "remove"));
    else if (!strcmp(action, "change")) replace(find(changed), find(changed)->image, -1);
    else if (!strcmp(action, "reload")) plan_reload();
    else fail("there is no action \"%s\"", action);
    run(!strcmp(action, "noop"));
    return 0;
}
