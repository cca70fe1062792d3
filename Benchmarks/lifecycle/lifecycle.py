"""One tool's life of one group: every action in turn, timed as a whole process, and looked at afterwards."""
import os
import subprocess
import time

import ledger
from engine import EngineError
from tools import ACTIONS


class Sample(dict):
    """One action by one tool: pair, group, tool, action, seconds, cpu (user and system seconds), error."""


class Runner:
    def __init__(self, engine, log):
        self.engine = engine
        self.log = log
        # Whose network the engine would not let go: every later life of it would find that.
        self.stuck = set()

    def live(self, tool, life, pair, actions):
        """Yields a sample for each action asked for; the others are done too where later ones need them."""
        if (life.group.name, tool.key) in self.stuck:
            return
        version = f"{pair}-{time.time_ns()}"
        value = "0"
        tool.clean(self.engine, life)
        self._prepare_image(tool, life, version)
        before = {}
        try:
            for action in ACTIONS:
                needed = action in ("start", "stop", "restart", "remove") and (
                    action in ("start", "remove") or any(a in actions for a in ("stop", "restart")))
                if action not in actions and not needed:
                    continue
                if action == "change":
                    value = "1"
                if action == "reload":
                    tool.new_build(life, version + "-reload")
                sample = self._time(tool, life, action, value)
                sample.update(pair=pair, group=life.group.name, tool=tool.key, action=action)
                found = self._look(tool, life)
                sample["error"] = sample["error"] or self._judge(tool, life, action, before, found)
                if action == "change" and sample["error"]:
                    value = "0"  # a tool that does not notice must not notice later, in another action's time
                if tool.key == "miniboss":
                    self._read_ledger(life, action, sample)
                before = found
                if action in actions:
                    yield sample
                if sample["error"] and action != "change":
                    return
        finally:
            try:
                tool.clean(self.engine, life)
            except EngineError as error:
                self.log(f"{tool.words}, {life.group.name}: {error}; not measured any further")
                self.stuck.add((life.group.name, tool.key))

    def _prepare_image(self, tool, life, version):
        self.engine.build(life.group.built_image, tool.new_build(life, version))

    def _time(self, tool, life, action, value):
        environment = dict(os.environ, BENCH_VALUE=value, COMPOSE_HTTP_TIMEOUT="600")
        with open(os.path.join(life.directory, "output"), "w+b") as output:
            begun = time.monotonic()
            process = subprocess.Popen(
                tool.command(life, action), cwd=life.directory, env=environment, stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT)
            try:
                _, status, usage = os.wait4(process.pid, 0)
            except BaseException:
                # Interrupted: it must not go on making what is being removed.
                process.kill()
                process.wait()
                raise
            seconds = time.monotonic() - begun
            process.returncode = os.waitstatus_to_exitcode(status)
            output.seek(0)
            said = output.read().decode(errors="replace").strip().splitlines()
        error = None if process.returncode == 0 else f"exit {process.returncode}: {said[-1] if said else ''}"
        return Sample(seconds=seconds, cpu=usage.ru_utime + usage.ru_stime, rss_mb=usage.ru_maxrss / 1024, error=error)

    def _look(self, tool, life):
        """Each service's running container, and the names of all that are there in any state."""
        containers = tool.containers(self.engine, life)
        return {
            "running": {tool.service_of(c): c for c in containers if c["State"] == "running"},
            "present": {tool.service_of(c) for c in containers},
            "network": bool(self.engine.networks(life.network)),
        }

    def _judge(self, tool, life, action, before, found):
        """What is not as it should be after an action; None when all is."""
        names = {service.name for service in life.group.services}
        group = life.group
        if action == "remove":
            if found["present"] or found["network"]:
                return f"left behind: {len(found['present'])} containers, network {found['network']}"
            return None
        if action == "stop":
            if found["running"]:
                return f"still running: {' '.join(sorted(found['running']))}"
            return None if names <= found["present"] else f"gone: {' '.join(sorted(names - found['present']))}"
        if set(found["running"]) != names:
            return f"not running: {' '.join(sorted(names - set(found['running'])))}"
        if action in ("start", "restart"):
            return None
        changed = {"change": {group.changed}, "reload": {group.reloaded}}.get(action, set())
        same = {name for name in names if before["running"][name]["Id"] == found["running"][name]["Id"]}
        if action == "change" and group.changed in same:
            return "did not notice the change: the old container runs on"
        if same != names - changed:
            return f"replaced: {' '.join(sorted(names - same)) or 'nothing'}; expected: {' '.join(sorted(changed)) or 'nothing'}"
        if action == "change":
            env = self.engine.inspect(found["running"][group.changed]["Id"])["Config"]["Env"]
            return None if "VALUE=1" in env else f"env of the new container is {env}"
        if action == "reload":
            container = found["running"][group.reloaded]
            old = before["running"][group.reloaded]["ImageID"]
            if container["ImageID"] == old or container["ImageID"] != tool.image(life, self.engine, container):
                return "the new container is not of the new image"
        return None

    def _read_ledger(self, life, action, sample):
        events = ledger.newest_run(life.directory, life.name)
        if not events:
            return
        sample["commit_ms"] = ledger.commits(events)
        if action in ("start", "restart"):
            sample["breakdown"] = ledger.breakdown(events, life.group)
        if action == "start":
            sample["ledger_share"] = ledger.ledger_share(events, life.group, sample["seconds"])
            sample["handover_ms"] = ledger.handovers(events, life.group)
