"""What the processes of miniboss cost, apart from what they do to the engine; and how soon a death is known."""
import calendar
import hashlib
import os
import shutil
import subprocess
import time

import definitions
import ledger
from groups import IMAGE

# Seconds of life: apart from one another, and from the starts, so that no death waits for other work of the engine.
DYING = [2.0, 2.5, 3.0, 3.5]


class Processes:
    def __init__(self, engine, program, example, root, log):
        self.engine = engine
        self.program = program
        self.example = example
        self.root = os.path.join(root, "processes")
        self.log = log

    def measure(self, pairs):
        """Lists of milliseconds by what was measured."""
        shutil.rmtree(self.root, ignore_errors=True)
        found = {}
        self.log("compiling the example, cold and warm")
        found.update(self._compile(pairs))
        self.log("deaths")
        directory = self._write_dying()
        try:
            found["death to failed"] = [delay for _ in range(pairs) for delay in self._deaths(directory)]
            self.log("status, history, postmortem, and the launcher")
            found.update(self._commands(directory, pairs * 4))
        finally:
            self.engine.remove(lambda: self.engine.containers(label=["io.miniboss.group=bench-dying"]), "miniboss-bench-dying")
        return found

    def _run(self, command, directory, codes=(0,), **environment):
        begun = time.monotonic()
        done = subprocess.run(
            command, cwd=directory, env=dict(os.environ, **environment), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        took = (time.monotonic() - begun) * 1e3
        if done.returncode not in codes:
            raise RuntimeError(f"{' '.join(command)}: exit {done.returncode}: {done.stderr.strip()}")
        return took

    def _compile(self, pairs):
        """Whole `miniboss status` that compiles first: with nothing cached, and with the modules of another compile cached."""
        directory = os.path.join(self.root, "example")
        shutil.copytree(self.example, directory)
        file = os.path.join(directory, "Miniboss.swift")
        cold, warm = [], []
        for pair in range(pairs):
            cache = os.path.join(self.root, f"cache-{pair}")
            cold.append(self._run([self.program, "status"], directory, XDG_CACHE_HOME=cache))
            with open(file, "a") as text:
                text.write(f"// edited {pair}\n")
            warm.append(self._run([self.program, "status"], directory, XDG_CACHE_HOME=cache))
            shutil.rmtree(cache)
        return {"first compile, cold": cold, "first compile, warm": warm}

    def _write_dying(self):
        directory = os.path.join(self.root, "dying")
        text = "import MinibossKit\n"
        for number, seconds in enumerate(DYING):
            text += f"""
struct Dying{number}: Service {{
    let name = "dying{number}"
    let image = "{IMAGE}"
    let cmd = ["sh", "-c", "echo last words; sleep {seconds}; exit 3"]
    func ping(_ container: Container) async throws -> Bool {{ false }}
}}
"""
        services = ", ".join(f"Dying{number}()" for number in range(len(DYING)))
        text += f'\n@main struct Bench: ServiceGroup {{\n    let name = "bench-dying"\n    let services: [any Service] = [{services}]\n}}\n'
        definitions.write(os.path.join(directory, "Miniboss.swift"), text)
        self._run([self.program, "status"], directory)
        return directory

    def _deaths(self, directory):
        """Milliseconds from each container's death, by the engine's event, to its service's failure, by the ledger."""
        since = time.time() - 1
        self._run([self.program, "start", "--timeout", "60"], directory, codes=(1,))
        delays = []
        for event in ledger.newest_run(directory, "bench-dying"):
            if event.is_state("failed"):
                died = self.engine.die_events(event.body["container_id"], since, time.time() + 1)
                delays.append((_nanoseconds(event.at) - min(died)) / 1e6)
        if len(delays) != len(DYING):
            raise RuntimeError(f"{len(delays)} of {len(DYING)} services failed")
        return delays

    def _commands(self, directory, times):
        program, environment = self._compiled(directory)
        found = {"status": [], "status, compiled program itself": [], "history": [], "postmortem": []}
        for _ in range(times):
            found["status"].append(self._run([self.program, "status"], directory))
            found["status, compiled program itself"].append(self._run([program, "status"], directory, **environment))
            found["history"].append(self._run([self.program, "history"], directory))
            found["postmortem"].append(self._run([self.program, "postmortem"], directory))
        return found

    def _compiled(self, directory):
        """The cached program of a definition, and the environment the launcher gives it."""
        path = os.path.join(os.path.realpath(directory), "Miniboss.swift")
        cache = os.path.join(os.environ["XDG_CACHE_HOME"], "miniboss")
        with open(os.path.join(cache, "by-path", hashlib.sha256(path.encode()).hexdigest())) as file:
            key, _, content = file.read().splitlines()[:3]
        return os.path.join(cache, "definitions", key, "definition"), {"MINIBOSS_DEFINITION": path, "MINIBOSS_DEFINITION_HASH": content}


def _nanoseconds(at):
    """2024-01-31T12:00:00.123456789Z in nanoseconds since 1970."""
    whole, fraction = at.rstrip("Z").split(".")
    return calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) * 1_000_000_000 + int(fraction.ljust(9, "0"))
