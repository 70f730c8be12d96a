#!/usr/bin/env python3
"""Detection side by side with other tools on one folder: wall time, processor time, memory, and the ratios.

usage: speed.py --bin PATH/TO/clarity FOLDER [--runs N] [--provenant PATH]

Every tool runs N times on warm files, taking turns; the best run of each counts. `rg` is the physical limit, the bars
are 15 times its time at most and a tenth of Provenant's at most (without sequence matching, as far as it is installed).
Also: one file from start to answer, and how the time grows from a quarter of the files to all of them.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time


def run(command):
    """Wall seconds, processor seconds and peak memory in MiB of one run."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    code = os.waitstatus_to_exitcode(status)
    if code not in (0, 1):
        sys.exit(f"{command[0]}: exit code {code}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def best(commands, runs):
    """Per name the best of `runs` turns, by wall time."""
    taken = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            taken[name].append(run(command))
    return {name: min(times) for name, times in taken.items()}


def corpus(folder):
    files = [os.path.join(at, name) for at, _, names in os.walk(folder) for name in names]
    files = sorted(path for path in files if os.path.isfile(path) and not os.path.islink(path))
    return files, sum(os.path.getsize(path) for path in files)


def copy_part(files, folder, into, part):
    for path in files[::part]:
        target = os.path.join(into, os.path.relpath(path, folder))
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copy(path, target)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("--bin", required=True)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--provenant", default=shutil.which("provenant"))
    args = parser.parse_args()
    files, size = corpus(args.folder)
    print(f"{len(files)} files, {size / 1e6:.1f} MB")
    commands = {
        "rg": ["rg", "-uu", "-c", "-i", "licen[sc]e|copyright|spdx", args.folder],
        "clarity": [args.bin, "detect", args.folder],
        "one file": [args.bin, "detect", files[0]],
    }
    if args.provenant:
        out = os.path.join(tempfile.mkdtemp(), "out.json")
        commands["provenant"] = [
            args.provenant, "scan", "-q", "-n", "2", "--license", "--no-sequence-matching", "--json", out, args.folder,
        ]
    found = best(commands, args.runs)
    for name, (wall, cpu, memory) in found.items():
        print(f"{name:10} {wall * 1000:8.1f} ms wall {cpu * 1000:8.1f} ms processor {memory:7.1f} MiB")
    print(f"clarity / rg: {found['clarity'][0] / found['rg'][0]:.1f} wall, {found['clarity'][1] / found['rg'][1]:.1f} processor (bar: 15)")
    if "provenant" in found:
        print(f"provenant / clarity: {found['provenant'][0] / found['clarity'][0]:.1f} wall (bar: 10)")
    else:
        print("provenant is not installed: that ratio was not measured")
    with tempfile.TemporaryDirectory() as part:
        copy_part(files, args.folder, part, 4)
        quarter = best({"quarter": [args.bin, "detect", part]}, args.runs)["quarter"]
    print(f"all files / a quarter of them: {found['clarity'][1] / quarter[1]:.1f} processor (linear: 4)")


if __name__ == "__main__":
    main()
