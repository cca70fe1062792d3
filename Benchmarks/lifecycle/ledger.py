"""What a run's own ledger tells of where its time went. Durations are from the monotonic clock of the events."""
import json
import os
import sqlite3
from dataclasses import dataclass


@dataclass
class Event:
    seq: int
    mono_ns: int
    at: str
    service: str
    type: str
    body: dict
    operation: str

    def is_state(self, to):
        return self.type == "service.state_changed" and self.body.get("to") == to


def newest_run(directory, name):
    """The events of the newest run of a group, oldest first; empty without a ledger."""
    path = os.path.join(directory, ".miniboss", name, "ledger.sqlite")
    if not os.path.exists(path):
        return []
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        rows = connection.execute(
            "select seq, mono_ns, at, service, type, body, operation from events where run = (select max(run) from events) order by seq"
        ).fetchall()
    finally:
        connection.close()
    return [Event(seq, mono, at, service, kind, json.loads(body), operation) for seq, mono, at, service, kind, body, operation in rows]


def handovers(events, group):
    """Milliseconds from the moment a service's last dependency was running to the intent of its own start."""
    running = {}
    for event in events:
        if event.is_state("running"):
            running[event.service] = event.mono_ns
    gaps = []
    for event in events:
        if event.type != "step.intended" or event.body["step"] != "start_container":
            continue
        service = next((s for s in group.services if s.name == event.service), None)
        if service and service.dependencies and all(name in running for name in service.dependencies):
            gaps.append((event.mono_ns - max(running[name] for name in service.dependencies)) / 1e6)
    return gaps


def commits(events):
    """Milliseconds each intent took to be durable: the time to its outcome, less what the engine took."""
    intents = {event.operation: event for event in events if event.type == "step.intended"}
    waits = []
    for event in events:
        intent = intents.get(event.operation)
        if event.type in ("step.succeeded", "step.failed") and intent:
            waits.append((event.mono_ns - intent.mono_ns) / 1e6 - event.body["seconds"] * 1e3)
    return waits


def critical_path(events, group):
    """The services that decided how long the start took, last one first."""
    running = {event.service: event.mono_ns for event in events if event.is_state("running")}
    if not running:
        return []
    by_name = {service.name: service for service in group.services}
    path = [max(running, key=running.get)]
    while True:
        needed = [name for name in by_name[path[-1]].dependencies if name in running]
        if not needed:
            return path
        path.append(max(needed, key=running.get))


def breakdown(events, group):
    """Where the time of a run went along its critical path, in milliseconds.

    engine: in the engine calls of the services on the path and of the group's network; hooks: in their hooks, pings included;
    bookkeeping: the rest on the path, which is commits, scheduling and engine calls that are no steps; before, after: from the
    run's beginning to the first event of the path and from the last one to the run's end; appends: intents on the path, whose
    commits were waited for.
    """
    path = critical_path(events, group)
    if not path or events[-1].type != "run.finished":
        return None
    parts = {"engine": 0.0, "hooks": 0.0, "bookkeeping": 0.0, "appends": 0, "path": len(path)}
    first = position = None
    for name in reversed(path):
        own = [event for event in events if event.service == name]
        end = next(event.mono_ns for event in own if event.is_state("running"))
        if position is None:
            first = position = own[0].mono_ns
        engine = _covered(_intervals(events, ("step.succeeded", "step.failed"), (name, None)), position, end)
        both = _covered(
            _intervals(events, ("step.succeeded", "step.failed"), (name, None)) + _intervals(events, ("hook.finished",), (name,)), position, end)
        parts["engine"] += engine
        parts["hooks"] += both - engine
        parts["bookkeeping"] += (end - position) / 1e6 - both
        # Outcomes and phases are handed over and nobody waits for them; these groups have no hook that would wait, either.
        parts["appends"] += sum(
            event.type == "step.intended" and event.service in (name, None) and position <= event.mono_ns <= end for event in events)
        position = end
    parts["before"] = (first - events[0].mono_ns) / 1e6
    parts["after"] = (events[-1].mono_ns - position) / 1e6
    parts["run"] = (events[-1].mono_ns - events[0].mono_ns) / 1e6
    return parts


def _intervals(events, types, services):
    return [
        (event.mono_ns - event.body["seconds"] * 1e9, event.mono_ns) for event in events if event.type in types and event.service in services
    ]


def _covered(intervals, begin, end):
    """Milliseconds between `begin` and `end` that lie in any of the intervals."""
    total, position = 0.0, begin
    for start, stop in sorted(intervals):
        start, stop = max(start, position), min(stop, end)
        if stop > start:
            total += stop - start
            position = stop
    return total / 1e6


def ledger_share(events, group, seconds):
    """The part of a start's wall time that was waited for commits: those on the critical path, each as long as a median one."""
    parts, waits = breakdown(events, group), sorted(commits(events))
    if not parts or not waits:
        return None
    return parts["appends"] * waits[len(waits) // 2] / 1e3 / seconds
