"""The tools that are compared: how each is told to do an action, and how what it made is found."""
import os
import shutil
import subprocess
from dataclasses import dataclass

import definitions
from groups import IMAGE, ports_for

ACTIONS = ["start", "noop", "change", "reload", "stop", "restart", "remove"]
ACTION_WORDS = {
    "start": "cold start", "noop": "second start, nothing to do", "change": "start with one changed env", "reload": "reload of one service",
    "stop": "stop", "restart": "start of the stopped group", "remove": "stop with removal",
}


@dataclass
class Life:
    """One tool's use of one group: where its files are, what its containers are called."""
    group: object
    directory: str
    name: str
    network: str

    @property
    def build_directory(self):
        return os.path.join(self.directory, "build")


class Tool:
    key = ""
    words = ""

    def prepare(self, group, root, offset):
        """Writes the group's files; nothing of it is measured."""
        name = f"mbbench-{self.key}-{group.name}"
        life = Life(ports_for(group, offset), os.path.join(root, "lives", name), name, self.network(name))
        self.write(life)
        self.new_build(life, "0")
        return life

    def network(self, name):
        return name

    def write(self, life):
        raise NotImplementedError

    def command(self, life, action):
        raise NotImplementedError

    def containers(self, engine, life):
        raise NotImplementedError

    def service_of(self, container):
        raise NotImplementedError

    def new_build(self, life, version):
        """New content to build, so that a reload has work to do."""
        return definitions.build_context(life.build_directory, life.name, IMAGE, version)

    def image(self, life, engine, container):
        """What the reloaded container should be made of now."""
        return engine.image_id(life.group.built_image)

    def clean(self, engine, life):
        engine.remove(lambda: self.containers(engine, life), life.network)
        engine.remove_images(definitions.image_label(life.name))


class Floor(Tool):
    key = "floor"
    words = "floor"

    def __init__(self, program, engine, options=()):
        self.program = program
        self.socket = engine.socket_path
        self.options = list(options)

    def write(self, life):
        definitions.write(os.path.join(life.directory, "group"), definitions.floor(life.group, life.name, "0", self._tar(life)))
        definitions.write(os.path.join(life.directory, "group.changed"), definitions.floor(life.group, life.name, "1", self._tar(life)))

    def _tar(self, life):
        return os.path.join(life.directory, "build.tar")

    def new_build(self, life, version):
        tar = super().new_build(life, version)
        with open(self._tar(life), "wb") as file:
            file.write(tar)
        return tar

    def command(self, life, action):
        return [self.program, *self.options, self.socket, "group.changed" if action == "change" else "group", action]

    def containers(self, engine, life):
        return engine.containers(label=[f"miniboss.bench.group={life.name}"])

    def service_of(self, container):
        return container["Labels"]["miniboss.bench.service"]


class Miniboss(Tool):
    key = "miniboss"
    words = "miniboss"

    def __init__(self, program):
        self.program = program

    def network(self, name):
        return f"miniboss-{name}"

    def write(self, life):
        definitions.write(os.path.join(life.directory, "Miniboss.swift"), definitions.swift(life.group, life.name))
        # Compiled before anything is measured; the compiler has its own table.
        subprocess.run([self.program, "plan"], cwd=life.directory, stdout=subprocess.DEVNULL, check=False)

    def command(self, life, action):
        words = {"stop": ["stop"], "remove": ["stop", "--remove"], "reload": ["reload", life.group.reloaded]}
        return [self.program, *words.get(action, ["start"])]

    def containers(self, engine, life):
        return engine.containers(label=[f"io.miniboss.group={life.name}"])

    def service_of(self, container):
        return container["Labels"]["io.miniboss.service"]


class Original(Tool):
    key = "original"
    words = "miniboss 0.4.5 (Python)"

    def __init__(self, python):
        self.python = python

    def network(self, name):
        return f"miniboss-{name}"

    def write(self, life):
        definitions.write(os.path.join(life.directory, "bench.py"), definitions.python(life.group))

    def command(self, life, action):
        words = {"stop": ["stop"], "remove": ["stop", "--remove"], "reload": ["reload", life.group.reloaded]}
        return [self.python, "bench.py", *words.get(action, ["start"])]

    def containers(self, engine, life):
        return engine.containers(name=[f"^/s[0-9]+-{life.name}-[0-9]+$"])

    def service_of(self, container):
        return container["Names"][0].lstrip("/").split("-")[0]

    def image(self, life, engine, container):
        # It gives each build a tag of its own, of the service and the minute.
        return engine.image_id(engine.inspect(container["Id"])["Config"]["Image"])


class Compose(Tool):
    key = "compose"

    def __init__(self, program, words):
        self.program = program
        self.words = words

    def network(self, name):
        return f"{name}_default"

    def write(self, life):
        definitions.write(os.path.join(life.directory, "docker-compose.yml"), definitions.compose(life.group))

    def command(self, life, action):
        words = {
            "stop": ["stop"], "remove": ["down"], "reload": ["up", "-d", "--build", "--no-deps", life.group.reloaded],
        }
        return [*self.program, "-p", life.name, *words.get(action, ["up", "-d"])]

    def containers(self, engine, life):
        return engine.containers(label=[f"com.docker.compose.project={life.name}"])

    def service_of(self, container):
        return container["Labels"]["com.docker.compose.service"]


def find_compose():
    """Docker's plugin and the older program, as far as they are here."""
    found = []
    for program in (["docker", "compose"], ["docker-compose"]):
        if not shutil.which(program[0]):
            continue
        said = subprocess.run([*program, "version", "--short"], capture_output=True, text=True, check=False)
        if said.returncode == 0 and said.stdout.strip():
            tool = Compose(program, f"{' '.join(program)} {said.stdout.strip()}")
            tool.key = "compose" if program[0] == "docker" else "compose-v1"
            found.append(tool)
    return found
