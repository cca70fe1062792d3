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
