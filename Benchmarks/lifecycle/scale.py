"""A first start of a thousand services on an engine that answers at once: what the program itself costs."""
import os
import random
import shutil
import subprocess
import sys
import threading
import time

import definitions
import fakeengine

SERVICES = 1000


def definition(seed=4):
    """Services that each need up to five of those before them, the same at every run."""
    dice = random.Random(seed)
    lists = [sorted(dice.sample(range(number), min(number, dice.randint(0, 5)))) for number in range(SERVICES)]
    needs = ",\n    ".join("[" + ", ".join(f'"s{other}"' for other in needed) + "]" for needed in lists)
    return f"""import MinibossKit

let needs: [[String]] = [
    {needs},
]

struct Member: Service {{
    let name: String
    let image = "{fakeengine.IMAGE}"
    let dependencies: [String]
}}

@main struct Bench: ServiceGroup {{
    let name = "bench-scale"
    let services: [any Service] = needs.enumerated().map {{ Member(name: "s\\($0)", dependencies: $1) }}
}}
"""


def wide(services, needed=5):
    """So many services, each of which needs that many of those before it: made by the program itself, which compiles at once."""
    return f"""import MinibossKit

struct Member: Service {{
    let name: String
    let image = "{fakeengine.IMAGE}"
    let dependencies: [String]

    init(_ number: Int) {{
        name = "s\\(number)"
        dependencies = Set((1...{needed}).compactMap {{ number == 0 ? nil : (number &* 7919 &* $0 &+ $0) % number }}).map {{ "s\\($0)" }}
    }}
}}

@main struct Bench: ServiceGroup {{
    let name = "bench-plan"
    let services: [any Service] = (0..<{services}).map {{ Member($0) }}
}}
"""


class Watch(threading.Thread):
    """The most descriptors and threads a process had at once, looked at every 5 ms."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid = pid
        self.descriptors = self.threads = 0

    def run(self):
        try:
            while True:
                self.descriptors = max(self.descriptors, len(os.listdir(f"/proc/{self.pid}/fd")))
                self.threads = max(self.threads, len(os.listdir(f"/proc/{self.pid}/task")))
                time.sleep(0.005)
        except OSError:
            pass


def plans(program, root, pairs, log):
    """Own seconds of CPU of a whole `miniboss plan` by the number of services; the least group is what any plan costs."""
    found = {}
    socket = os.path.join(root, "plan.sock")
    engine = subprocess.Popen([sys.executable, fakeengine.__file__, socket], stdout=subprocess.PIPE, text=True)
    try:
        engine.stdout.readline()
        environment = dict(os.environ, DOCKER_HOST=f"unix://{socket}")
        for services in (10, SERVICES, 10 * SERVICES):
            directory = os.path.join(root, f"plan-{services}")
            definitions.write(os.path.join(directory, "Miniboss.swift"), wide(services))
            for pair in range(pairs + 1):
                process = subprocess.Popen(
                    [program, "plan", "--json"], cwd=directory, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
                _, status, usage = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
                if process.returncode != 2:
                    raise RuntimeError(f"a plan of {services} services: exit {process.returncode}: {process.stderr.read()[:2000]}")
                # The first compiles.
                if pair > 0:
                    found.setdefault(services, []).append(usage.ru_utime + usage.ru_stime)
            log(f"a plan of {services} services: {min(found[services]):.2f} s of its own")
    finally:
        engine.terminate()
        engine.wait()
    return found


def planning(pure, pairs, log):
    """Seconds of the planner alone, in a program that has the group and what the engine has in memory, by the number of services."""
    found = {}
    for pair in range(pairs):
        for services in (SERVICES, 10 * SERVICES):
            told = subprocess.run([pure, "--time", f"plan-new-{services}"], capture_output=True, text=True, check=True)
            found.setdefault(services, []).append(float(told.stdout))
    for services, seconds in found.items():
        log(f"planning {services} services: {min(seconds):.3f} s")
    return found


def measure(program, root, pairs, log):
    """Own seconds of CPU, MB, descriptors, threads and whole seconds of each run."""
    root = os.path.join(root, "scale")
    shutil.rmtree(root, ignore_errors=True)
    found = {"cpu": [], "memory": [], "descriptors": [], "threads": [], "wall": []}
    for pair in range(pairs):
        directory = os.path.join(root, str(pair))
        definitions.write(os.path.join(directory, "Miniboss.swift"), definition())
        socket = os.path.join(directory, "engine.sock")
        engine = subprocess.Popen([sys.executable, fakeengine.__file__, socket], stdout=subprocess.PIPE, text=True)
        try:
            engine.stdout.readline()
            environment = dict(os.environ, DOCKER_HOST=f"unix://{socket}")
            # Compiles, so that it is not measured.
            subprocess.run([program, "plan"], cwd=directory, env=environment, capture_output=True, check=False)
            begun = time.monotonic()
            with open(os.path.join(directory, "errors"), "w+") as errors:
                started = subprocess.Popen(
                    [program, "start", "--progress", "quiet"], cwd=directory, env=environment, stdout=subprocess.DEVNULL, stderr=errors)
                watch = Watch(started.pid)
                watch.start()
                _, status, usage = os.wait4(started.pid, 0)
                started.returncode = os.waitstatus_to_exitcode(status)
                errors.seek(0)
                if status != 0:
                    raise RuntimeError(f"a start of {SERVICES} services: exit {started.returncode}: {errors.read()[:2000]}")
            found["wall"].append(time.monotonic() - begun)
            found["cpu"].append(usage.ru_utime + usage.ru_stime)
            found["memory"].append(usage.ru_maxrss / 1024)
            found["descriptors"].append(watch.descriptors)
            found["threads"].append(watch.threads)
        finally:
            engine.terminate()
            engine.wait()
        log(f"a start of {SERVICES} services, {pair + 1} of {pairs}: {found['cpu'][-1]:.2f} s of its own")
    return found
