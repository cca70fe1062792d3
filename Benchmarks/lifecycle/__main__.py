"""Measures start, stop and reload of groups against the floor and other tools. scripts/bench says how to run it."""
import argparse
import json
import os
import signal
import sys
import time

import chart
import concurrency
import report
import scale
from engine import Engine
from groups import all_groups
from lifecycle import Runner
from processes import Processes
from tools import ACTIONS, Floor, Miniboss, Original, find_compose

QUICK_GROUPS = ["chain-5", "independent-10", "ready-3"]


def log(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--pairs", type=int, help="runs of each action by each tool, interleaved (5; 2 with --quick)")
    parser.add_argument("--quick", action="store_true", help=f"only {', '.join(QUICK_GROUPS)}, floor and miniboss, twice")
    parser.add_argument("--groups", help="only these, e.g. chain-5,random-30")
    parser.add_argument("--actions", help=f"only these of {','.join(ACTIONS)}")
    parser.add_argument("--tools", help="only these of floor,miniboss,original,compose,compose-v1")
    parser.add_argument("--concurrency", action="store_true", help="only the floor, with limits on the calls in flight")
    parser.add_argument("--no-processes", action="store_true", help="leave out launching, compiling and reading")
    parser.add_argument("--only-scale", action="store_true", help=f"only a start of {scale.SERVICES} services on an engine that answers at once")
    for name in ("--kit", "--floor", "--example", "--pure", "--work", "--results"):
        parser.add_argument(name, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--original", help=argparse.SUPPRESS)
    return parser.parse_args()


def choose(wanted, known, what):
    if not wanted:
        return known
    names = wanted.split(",")
    unknown = set(names) - {getattr(k, "key", getattr(k, "name", k)) for k in known}
    if unknown:
        sys.exit(f"bench: there is no {what} {', '.join(sorted(unknown))}")
    return [k for k in known if getattr(k, "key", getattr(k, "name", k)) in names]


def find_tools(options, engine):
    tools = [Floor(options.floor, engine), Miniboss(os.path.join(options.kit, "bin", "miniboss"))]
    absent = []
    if options.quick and not options.tools:
        return tools, ["the other tools are left out by --quick"]
    if options.original:
        tools.append(Original(options.original))
    else:
        absent.append("the Python original is absent: miniboss 0.4.5 could not be installed from PyPI")
    compose = find_compose()
    tools += compose
    for key, words in (("compose", "`docker compose`"), ("compose-v1", "`docker-compose`")):
        if not any(tool.key == key for tool in compose):
            absent.append(f"{words} is absent on this machine")
    return choose(options.tools, tools, "tool"), absent


def end(number, _):
    """Any signal unwinds, so that the life under way removes what it made; a second one is not heard."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    sys.exit(128 + number)


def main():
    options = arguments()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    engine = Engine()
    os.environ["XDG_CACHE_HOME"] = os.path.join(options.work, "cache")
    os.makedirs(options.results, exist_ok=True)
    groups = choose(options.groups or (",".join(QUICK_GROUPS) if options.quick else None), all_groups(), "group")
    actions = choose(options.actions, ACTIONS, "action")
    pairs = options.pairs or (2 if options.quick else 5)
    runner = Runner(engine, log)

    if options.concurrency:
        wanted = [g for g in groups if options.groups or g.name in ("independent-10", "independent-40", "random-30")]
        samples = concurrency.measure(options.floor, engine, wanted, options.work, runner, pairs, log)
        text = f"{report.machine(engine)}; medians of {pairs} rounds.\n\n{concurrency.table(samples, wanted)}\n"
        save(options.results, "concurrency.md", text)
        print(text)
        return

    if options.only_scale:
        program = os.path.join(options.kit, "bin", "miniboss")
        print(report.scale_table(scale.measure(program, options.work, pairs, log)))
        print()
        print(report.plan_table(scale.plans(program, options.work, pairs, log), scale.planning(options.pure, pairs, log)))
        return

    tools, absent = find_tools(options, engine)
    for words in absent:
        log(words)
    samples = []
    lives = {(g.name, t.key): t.prepare(g, options.work, i) for i, t in enumerate(tools) for g in groups}
    begun = time.monotonic()
    for pair in range(pairs):
        for group in groups:
            # Another one begins each time, so that no tool always finds the engine as the same other one left it.
            for tool in tools[pair % len(tools):] + tools[:pair % len(tools)]:
                for sample in runner.live(tool, lives[(group.name, tool.key)], pair, actions):
                    samples.append(sample)
                    if sample["error"]:
                        log(f"{tool.words}, {group.name}, {sample['action']}: {sample['error']}")
            log(f"pair {pair + 1} of {pairs}, {group.name}: {time.monotonic() - begun:.0f} s so far")
    processes = None
    if not options.no_processes:
        processes = Processes(engine, os.path.join(options.kit, "bin", "miniboss"), options.example, options.work, log).measure(pairs)
    scaled = planned = alone = None
    if not options.quick and not options.no_processes:
        scaled = scale.measure(os.path.join(options.kit, "bin", "miniboss"), options.work, pairs, log)
        planned = scale.plans(os.path.join(options.kit, "bin", "miniboss"), options.work, pairs, log)
        alone = scale.planning(options.pure, pairs, log)

    results = report.Results(samples, groups, tools)
    text = "\n".join([
        f"{report.machine(engine)}; {pairs} interleaved runs of each, medians [least-most], ratios pair by pair.", *absent, "",
        "## Bars\n", report.bars(results, processes, scaled, planned, alone), "", "## Times of whole processes\n", report.tables(results),
        "## Where a cold start's time goes, milliseconds by the ledger\n", report.where_time_goes(results), "",
        *(["## Processes\n", report.process_table(processes), ""] if processes else []),
        *(["## A thousand services\n", report.scale_table(scaled), "", report.plan_table(planned, alone), ""] if scaled else []),
    ])
    save(options.results, "table.md", text)
    save(options.results, "samples.json", json.dumps({"samples": samples, "processes": processes, "scale": scaled}, indent=1))
    save(options.results, "chart.svg", chart.draw(results))
    print(text)
    log(f"table.md, samples.json and chart.svg are in {options.results}")
    unexpected = [
        s for s in samples if s["error"] and s["tool"] in ("floor", "miniboss") and (s["group"], s["tool"]) not in runner.stuck]
    sys.exit(1 if unexpected else 0)


def save(directory, name, text):
    with open(os.path.join(directory, name), "w") as file:
        file.write(text)


if __name__ == "__main__":
    main()
