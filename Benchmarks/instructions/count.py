"""Counts the instructions of each piece of pure work under callgrind and compares them with Benchmarks/thresholds.json.

count.py PROGRAM THRESHOLDS TOOLCHAIN [--update] [--all] [WORK...]
"""
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile

# Minutes under callgrind: counted with --all only.
SLOW = {"plan-new-10000"}


def count(program, work, directory):
    out = os.path.join(directory, work)
    # Hashing is seeded anew in each process otherwise, and the counts with it.
    environment = dict(os.environ, SWIFT_DETERMINISTIC_HASHING="1")
    command = ["valgrind", "--tool=callgrind", "--toggle-collect=*theMeasuredPart*", f"--callgrind-out-file={out}", program, work]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{work}: exit {done.returncode}\n{done.stderr}")
    with open(out) as file:
        found = re.search(r"^(?:totals|summary): (\d+)", file.read(), re.MULTILINE)
    if not found or int(found.group(1)) == 0:
        raise RuntimeError(f"{work}: callgrind counted nothing; is theMeasuredPart still a function of its own?")
    return int(found.group(1))


def main():
    program, thresholds, toolchain, *rest = sys.argv[1:]
    flags = {word for word in rest if word.startswith("--")}
    wanted = [word for word in rest if not word.startswith("--")]
    with open(thresholds) as file:
        kept = json.load(file)
    known = subprocess.run([program], capture_output=True, text=True, check=True).stdout.split()
    works = wanted or [work for work in known if "--all" in flags or work not in SLOW]
    with tempfile.TemporaryDirectory() as directory, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        counts = dict(zip(works, pool.map(lambda work: count(program, work, directory), works)))

    if "--update" in flags:
        kept["toolchain"] = toolchain
        kept["counts"] = {work: {**kept["counts"], **counts}[work] for work in known if work in {**kept["counts"], **counts}}
        with open(thresholds, "w") as file:
            file.write(json.dumps(kept, indent=2) + "\n")

    worse = []
    allowed = kept["allowed_percent"]
    for work, now in counts.items():
        before = kept["counts"].get(work)
        if before is None:
            worse.append(f"{work} has no threshold")
            print(f"{work:20} {now:>16,}  no threshold")
            continue
        change = (now / before - 1) * 100
        verdict = "WORSE" if change > allowed else "better: tighten it with --update" if change < -allowed else ""
        print(f"{work:20} {now:>16,}  {change:+6.1f} %  {verdict}")
        if change > allowed:
            worse.append(f"{work}: {before:,} instructions before, {now:,} now, which is {change:.1f} % more ({allowed} % are allowed)")
    if set(kept["counts"]) - set(known):
        worse.append(f"thresholds without work: {', '.join(sorted(set(kept['counts']) - set(known)))}")
    if worse and kept["toolchain"] != toolchain:
        # What another compiler makes of the same source says nothing about a change of it.
        print(f"count-instructions: not judged, the thresholds are of another compiler: {kept['toolchain']}", file=sys.stderr)
        worse = []
    for words in worse:
        print(f"count-instructions: {words}", file=sys.stderr)
    if worse:
        print("  When it is meant: scripts/count-instructions --update, and say why in the commit.", file=sys.stderr)
    sys.exit(1 if worse else 0)


if __name__ == "__main__":
    main()
