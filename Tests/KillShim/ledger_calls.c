/* Preloaded into the program under test: counts the calls that change the ledger's files, and kills the process at one of
 * them. The program itself knows nothing of it.
 *
 * LEDGER_KILL_AT is the number of the fault point; there are two to a call, before it and after it. With LEDGER_KILL_WRITES
 * set, writes of bytes count, too: else only what makes them durable or moves whole files. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long passed;
static long lethal;
static int counts_writes;

__attribute__((constructor)) static void begin(void) {
    const char *at = getenv("LEDGER_KILL_AT");
    lethal = at ? atol(at) : 0;
    counts_writes = getenv("LEDGER_KILL_WRITES") != NULL;
}

static int is_ledger(const char *path) {
    const char *slash = strrchr(path, '/');
    return strncmp(slash ? slash + 1 : path, "ledger.sqlite", 13) == 0;
}

static int is_ledger_file(int file) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return is_ledger(path);
}

static void pass(int counts) {
    if (counts && lethal && atomic_fetch_add(&passed, 1) + 1 == lethal) {
        kill(getpid(), SIGKILL);
        for (;;) pause();
    }
}

#define WRAP(result, name, parameters, arguments, counts)                  \
    result name parameters {                                               \
        static result(*_Atomic next) parameters;                           \
        if (!next) next = (result(*) parameters)dlsym(RTLD_NEXT, #name);   \
        int is_point = lethal && (counts);                                 \
        pass(is_point);                                                    \
        result value = next arguments;                                     \
        pass(is_point);                                                    \
        return value;                                                      \
    }

WRAP(int, fsync, (int file), (file), is_ledger_file(file))
WRAP(int, fdatasync, (int file), (file), is_ledger_file(file))
WRAP(int, ftruncate, (int file, off_t size), (file, size), is_ledger_file(file))
WRAP(int, ftruncate64, (int file, off64_t size), (file, size), is_ledger_file(file))
WRAP(int, rename, (const char *from, const char *to), (from, to), is_ledger(to))
WRAP(int, unlink, (const char *path), (path), is_ledger(path))
WRAP(ssize_t, pwrite, (int file, const void *bytes, size_t count, off_t at), (file, bytes, count, at),
     counts_writes && is_ledger_file(file))
WRAP(ssize_t, pwrite64, (int file, const void *bytes, size_t count, off64_t at), (file, bytes, count, at),
     counts_writes && is_ledger_file(file))
