"""How many calls in flight serve this engine best: the floor with one limit after another, interleaved."""
from statistics import median

from tools import Floor

LIMITS = [1, 2, 3, 4, 8, 16, 0]
KINDS = {"-c": ("creates", "start"), "-s": ("starts", "start"), "-p": ("stops", "stop")}


def measure(program, engine, groups, root, runner, rounds, log):
    """Median seconds by group, kind of call and limit; 0 is no limit, "network first" makes the network before containers."""
    samples = {}
    for round_number in range(rounds):
        for group in groups:
            for kind, (words, action) in KINDS.items():
                for limit in LIMITS:
                    _once(samples, program, engine, group, root, runner, round_number, (words, limit), [kind, str(limit)], action)
            _once(samples, program, engine, group, root, runner, round_number, ("network first", 0), ["-n"], "start")
            log(f"concurrency: round {round_number + 1} of {rounds}, {group.name}")
    return {key: sorted(values) for key, values in samples.items()}


def _once(samples, program, engine, group, root, runner, round_number, label, options, action):
    floor = Floor(program, engine, options)
    life = floor.prepare(group, root, 5)
    for sample in runner.live(floor, life, round_number, [action]):
        if sample["error"]:
            raise RuntimeError(f"floor {' '.join(options)} {group.name}: {sample['error']}")
        samples.setdefault((group.name, *label), []).append(sample["seconds"])


def table(samples, groups):
    lines = ["| group | in flight | " + " | ".join(str(limit) if limit else "no limit" for limit in LIMITS) + " |"]
    lines.append("|---|---|" + "---:|" * len(LIMITS))
    for group in groups:
        for words, action in KINDS.values():
            cells = [f"{median(samples[(group.name, words, limit)]):.2f}" for limit in LIMITS]
            lines.append(f"| {group.words} | {words}, seconds of a {action} | " + " | ".join(cells) + " |")
        first = median(samples[(group.name, "network first", 0)])
        lines.append(f"| {group.words} | network made before the containers | " + " | " * (len(LIMITS) - 1) + f" {first:.2f} |")
    return "\n".join(lines)
