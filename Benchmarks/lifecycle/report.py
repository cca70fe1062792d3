"""Medians, ratios pair by pair, and the bars: the results as Markdown."""
import math
import os
import platform
import subprocess
from statistics import median

from tools import ACTION_WORDS, ACTIONS


class Results:
    def __init__(self, samples, groups, tools):
        self.samples = samples
        self.groups = groups
        self.tools = tools

    def seconds(self, group, tool, action):
        """Seconds by pair, of the runs after which everything was as it should be."""
        return {
            s["pair"]: s["seconds"] for s in self.samples
            if (s["group"], s["tool"], s["action"]) == (group, tool, action) and not s["error"]
        }

    def errors(self, group, tool, action):
        return [s["error"] for s in self.samples if (s["group"], s["tool"], s["action"]) == (group, tool, action) and s["error"]]

    def ratios(self, group, action, tool, base):
        ours, theirs = self.seconds(group, tool, action), self.seconds(group, base, action)
        return [ours[pair] / theirs[pair] for pair in sorted(ours) if pair in theirs]

    def collected(self, key, group=None):
        """A list each miniboss sample carries, over all samples."""
        found = [s[key] for s in self.samples if s["tool"] == "miniboss" and s.get(key) is not None and group in (None, s["group"])]
        return [value for item in found for value in (item if isinstance(item, list) else [item])]


def spread(values, unit="", places=2):
    if not values:
        return "-"
    middle = f"{median(values):.{places}f}{unit}"
    return middle if len(values) == 1 else f"{middle} [{min(values):.{places}f}-{max(values):.{places}f}]"


def percentile(values, part):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(part * len(ordered)) - 1)]


def machine(engine):
    info = engine.json("/info")
    with open("/proc/cpuinfo") as file:
        model = next((line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), platform.machine())
    swift = subprocess.run(["swiftc", "--version"], capture_output=True, text=True, check=False).stdout.split("\n")[0]
    return (
        f"{os.cpu_count()} cores ({model}), {info['MemTotal'] / 2**30:.0f} GiB, Linux {platform.release().split('-')[0]}, "
        f"{info['OperatingSystem']}, Docker Engine {info['ServerVersion']} ({info['Driver']}, cgroup v{info.get('CgroupVersion', '1')}), {swift}")


def tables(results):
    out = []
    others = [tool for tool in results.tools if tool.key not in ("floor", "miniboss")]
    has = {tool.key for tool in results.tools}
    for action in ACTIONS:
        if not any(s["action"] == action for s in results.samples):
            continue
        heads = ["group"] + [tool.words for tool in results.tools]
        if {"floor", "miniboss"} <= has:
            heads.append("miniboss / floor")
        if "miniboss" in has:
            heads += [f"miniboss / {tool.key}" for tool in others]
        out.append(f"### {ACTION_WORDS[action].capitalize()}, seconds\n")
        out.append("| " + " | ".join(heads) + " |\n|---|" + "---:|" * (len(heads) - 1))
        for group in results.groups:
            cells = [group.words]
            for tool in results.tools:
                errors = results.errors(group.name, tool.key, action)
                values = list(results.seconds(group.name, tool.key, action).values())
                cells.append(spread(values, places=3) if values else (f"not done: {errors[0]}" if errors else "-"))
                if values and errors:
                    cells[-1] += f", {len(errors)} failed: {errors[0]}"
            for base in (["floor"] if {"floor", "miniboss"} <= has else []) + [t.key for t in others if "miniboss" in has]:
                cells.append(spread(results.ratios(group.name, action, "miniboss", base), "x"))
            out.append("| " + " | ".join(cells) + " |")
        out.append("")
    return "\n".join(out)


def bars(results, processes, scaled=None, planned=None, alone=None):
    """Each bar, what was measured, and whether it is met."""
    rows = []

    def bar(words, limit, value, shown, places=2):
        rows.append((words, limit, shown, "-" if value is None else "met" if value <= limit_number(limit) else "MISSED"))

    def limit_number(limit):
        return float(limit.split()[0].rstrip("x%"))

    def ratio(words, limit, group, action, base):
        values = results.ratios(group.name, action, "miniboss", base)
        bar(f"{words}, {group.words}", limit, median(values) if values else None, spread(values, "x", 3))

    for group in results.groups:
        ratio("cold start over the floor", "1.05x", group, "start", "floor")
    for group in results.groups:
        if group.name == "chain-5":
            ratio("cold start over the original", "0.35x", group, "start", "original")
    for group in results.groups:
        ratio("second start over the original", "0.20x", group, "noop", "original")
    for group in results.groups:
        ratio("stop with removal over the floor", "1.10x", group, "remove", "floor")
    for group in results.groups + [None]:
        gaps = results.collected("handover_ms", group and group.name)
        if gaps:
            shown = f"median {median(gaps):.1f} ms, 99 %: {percentile(gaps, .99):.1f} ms, most {max(gaps):.1f} ms ({len(gaps)})"
            bar(f"ready to the dependent's start call, {group.words if group else 'all groups'}", "5 ms", percentile(gaps, .99), shown)
    for group in results.groups + [None]:
        shares = [share * 100 for share in results.collected("ledger_share", group and group.name)]
        if shares:
            bar(f"commits' share of a cold start, {group.words if group else 'all groups'}", "1 %", median(shares), spread(shares, " %"))
    if processes:
        deaths = processes["death to failed"]
        bar("a container's death to the failed state", "50 ms", max(deaths), spread(deaths, " ms", 1))
        launches = [a - b for a, b in zip(processes["status"], processes["status, compiled program itself"])]
        bar("`miniboss status` over the compiled program itself", "15 ms", median(launches), spread(launches, " ms", 1))
        bar("first compile of the example, cold", "2000 ms", median(processes["first compile, cold"]), spread(processes["first compile, cold"], " ms", 0))
        bar("first compile of the example, warm", "800 ms", median(processes["first compile, warm"]), spread(processes["first compile, warm"], " ms", 0))
    if scaled:
        bar("start of 1,000 services: own CPU", "1.5 s", median(scaled["cpu"]), spread(scaled["cpu"], " s"))
        bar("start of 1,000 services: memory", "80 MB", max(scaled["memory"]), spread(scaled["memory"], " MB", 0))
        bar("start of 1,000 services: descriptors", "64", max(scaled["descriptors"]), spread(scaled["descriptors"], "", 0))
    if planned:
        most = max(planned)
        bar(f"plan for {most:,} services: own CPU of the whole process", "0.5 s", median(planned[most]), spread(planned[most], " s"))
        bar(f"plan for {most:,} services: the planner alone", "0.5 s", median(alone[most]), spread(alone[most], " s", 3))
    lines = ["| bar | at most | measured | |", "|---|---:|---:|---|"]
    return "\n".join(lines + [f"| {a} | {b} | {c} | {d} |" for a, b, c, d in rows])


def process_table(processes):
    lines = ["| process | milliseconds |", "|---|---:|"]
    return "\n".join(lines + [f"| {words} | {spread(values, places=1)} |" for words, values in processes.items()])


def scale_table(scaled):
    """A start on an engine that answers at once (fakeengine.py)."""
    words = {"cpu": "own CPU, s", "memory": "memory, MB", "descriptors": "descriptors", "threads": "threads", "wall": "whole, s (the engine's CPU, too)"}
    lines = ["| start of 1,000 services | |", "|---|---:|"]
    return "\n".join(lines + [f"| {words[key]} | {spread(values, places=2 if key in ('cpu', 'wall') else 0)} |" for key, values in scaled.items()])


def plan_table(planned, alone):
    """Whole plans on an engine that answers at once, and the planner alone, with what a service costs beside what it costs in the group before."""
    sizes = sorted(planned)
    costs = {size: (median(planned[size]) - median(planned[sizes[0]])) / size for size in sizes[1:]}
    lines = ["| plan of | own CPU, s | a service, over that of the smaller group |", "|---|---:|---:|"]
    for before, size in zip([None] + sizes, sizes):
        growth = f"{costs[size] / costs[before]:.2f}x" if before in costs else "-"
        lines.append(f"| {size:,} services | {spread(planned[size], places=3)} | {growth} |")
    lines += ["", "| the planner alone | s | a service, over that of the smaller group |", "|---|---:|---:|"]
    for before, size in zip([None] + sorted(alone), sorted(alone)):
        growth = f"{median(alone[size]) * before / (median(alone[before]) * size):.2f}x" if before else "-"
        lines.append(f"| {size:,} services, {5 * size:,} edges | {spread(alone[size], places=3)} | {growth} |")
    return "\n".join(lines)


def where_time_goes(results):
    """Medians of the ledger's own account of cold starts."""
    keys = ["engine", "hooks", "bookkeeping", "before", "after"]
    lines = ["| group | wall | engine | hooks | bookkeeping | before | after | process | appends on the path | a commit |", "|---|" + "---:|" * 9]
    for group in results.groups:
        samples = [s for s in results.samples if s["group"] == group.name and s["tool"] == "miniboss" and s["action"] == "start" and s.get("breakdown")]
        if not samples:
            continue
        cells = [f"{median(s['seconds'] * 1e3 for s in samples):.0f}"]
        cells += [f"{median(s['breakdown'][key] for s in samples):.0f}" for key in keys]
        cells.append(f"{median(s['seconds'] * 1e3 - s['breakdown']['run'] for s in samples):.0f}")
        cells.append(f"{median(s['breakdown']['appends'] for s in samples):.0f}")
        cells.append(f"{median(wait for s in samples for wait in s['commit_ms']):.2f}")
        lines.append(f"| {group.words} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
