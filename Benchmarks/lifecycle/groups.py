"""The groups that are measured: one description, from which each tool's own file is written."""
import random
from dataclasses import dataclass, field

IMAGE = "miniboss-test/busybox:latest"
SEED = 20
# Ends at once on SIGTERM, as a well-behaved service does, so that a stop measures the tool and not a grace period.
IDLE = 'trap "exit 0" TERM; sleep 100000 & wait'
SLOW_SERVER = 'trap "exit 0" TERM; echo ok >/tmp/index.html; (sleep 0.3; httpd -f -p 80 -h /tmp) & wait'


@dataclass
class Service:
    name: str
    dependencies: list = field(default_factory=list)
    command: str = IDLE
    # Host port of the container's port 80; ready when GET / answers 200.
    ready_port: int = 0


@dataclass
class Group:
    name: str
    words: str
    services: list

    def __post_init__(self):
        needed = {name for service in self.services for name in service.dependencies}
        # The middle one gets a changed variable; the last one, on which nothing depends, is built and reloaded.
        self.changed = self.services[len(self.services) // 2].name
        self.reloaded = [service.name for service in self.services if service.name not in needed][-1]

    @property
    def built_image(self):
        return f"miniboss-bench/{self.name}:local"

    def image(self, service):
        return self.built_image if service.name == self.reloaded else IMAGE


def _names(count):
    return [f"s{number:02}" for number in range(1, count + 1)]


def chain(count):
    names = _names(count)
    return Group(f"chain-{count}", f"chain of {count}", [Service(name, names[i - 1:i] if i else []) for i, name in enumerate(names)])


def independent(count):
    return Group(f"independent-{count}", f"{count} independent", [Service(name) for name in _names(count)])


def layered(layers, width):
    """Each service needs the whole layer below."""
    names = _names(layers * width)
    below = lambda i: names[(i // width - 1) * width:i // width * width] if i >= width else []
    return Group(f"layered-{layers}x{width}", f"{layers * width} in {layers} layers", [Service(n, below(i)) for i, n in enumerate(names)])


def random_graph(count, seed=SEED):
    """Each service needs up to three earlier ones."""
    source = random.Random(seed)
    names = _names(count)
    services = []
    for index, name in enumerate(names):
        services.append(Service(name, sorted(source.sample(names[:index], min(index, source.randint(0, 3))))))
    return Group(f"random-{count}", f"{count} in a random graph (seed {seed})", services)


def with_readiness(count, first_port=18480):
    names = _names(count)
    services = [Service(n, names[i - 1:i] if i else [], SLOW_SERVER, first_port) for i, n in enumerate(names)]
    return Group(f"ready-{count}", f"chain of {count}, each asked over HTTP whether it is ready", services)


def all_groups():
    return [chain(5), independent(10), independent(40), layered(3, 4), random_graph(30), with_readiness(3)]


def ports_for(group, offset):
    """The same group with host ports of its own, so that each tool's life of it has other ones."""
    services = [
        Service(s.name, s.dependencies, s.command, s.ready_port + offset * 10 + i if s.ready_port else 0)
        for i, s in enumerate(group.services)
    ]
    return Group(group.name, group.words, services)
