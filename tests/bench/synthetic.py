#!/usr/bin/env python3
"""As many packages as nixpkgs has, made: whether memory stays flat and time grows with their number and no faster.

    cargo build --profile dist
    python3 tests/bench/synthetic.py --bin target/dist/clarity WORK [--packages 100000]

Makes a tree of packages, five on each source, each source a small archive with a license of its own, in WORK; then for a
quarter, a half and all of them: the first run, the second one, and two shards with the merge of their results. Bars, for
all of them: memory under 500 MB, merge under 60 s, and each doubling at most 2.4 times the CPU time of the one before
it. The merged report and the second one have the bytes of the first. Ends with 1 where one of these does not hold.
Needs Linux, Python and 1 GB in WORK.
"""

import argparse
import base64
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import time
from pathlib import Path

PACKAGES_PER_SOURCE = 5
SETS = 200
TERMS = [("MIT", "mit"), ("ISC", "isc"), ("Apache-2.0", "asl20"), ("GPL-2.0-or-later", "gpl2Plus"), ("Zlib", "zlib")]
BAR_MB, BAR_MERGE, BAR_DOUBLING = 500, 60, 2.4


def archive(number):
    """A source: a header, a manifest and some code, all of one license."""
    spdx, _ = TERMS[number % len(TERMS)]
    files = {
        "package.json": f'{{"name": "s{number}", "version": "1.0.0", "license": "{spdx}"}}\n',
        "src/main.c": f"// SPDX-License-Identifier: {spdx}\nint s{number};\n",
        "src/other.c": f"/* SPDX-License-Identifier: {spdx} */\nint other{number};\n",
        "README.md": f"# s{number}\n\nA source among others, number {number}.\n",
    }
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", compresslevel=1) as tar:
        for path, text in files.items():
            member = tarfile.TarInfo(f"s{number}-1.0.0/{path}")
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text.encode()))
    return out.getvalue()


def make(work, sources):
    """The sources, and their hashes."""
    folder = work / "sources"
    folder.mkdir(parents=True)
    hashes = []
    for number in range(sources):
        data = archive(number)
        (folder / f"s{number}-1.0.0.tar.gz").write_bytes(data)
        hashes.append(base64.b64encode(hashlib.sha256(data).digest()).decode())
    return hashes


def write_tree(folder, packages, hashes):
    """Sets of packages in files of their own, as nixpkgs has them; one in twenty declares something else."""
    folder.mkdir(parents=True)
    rows = [[] for _ in range(SETS)]
    for number in range(packages):
        source = number // PACKAGES_PER_SOURCE
        _, attr = TERMS[(source + (number % 20 == 0)) % len(TERMS)]
        rows[number % SETS].append(
            f'  p{number} = stdenv.mkDerivation {{\n    pname = "p{number}"; version = "1.0.0";\n    src = fetchurl {{ '
            f'url = "https://example.org/s{source}-1.0.0.tar.gz"; hash = "sha256-{hashes[source]}"; }};\n'
            f"    meta.license = lib.licenses.{attr};\n  }};\n"
        )
    head = "{ lib, stdenv, fetchurl }:\n{\n"
    for number, own in enumerate(rows):
        (folder / f"set{number}.nix").write_text(head + "".join(own) + "}\n")
    into = "// { recurseForDerivations = true; }"
    calls = "".join(f"  set{number} = callPackage ./set{number}.nix {{ }} {into};\n" for number in range(SETS))
    (folder / "default.nix").write_text("{ callPackage }:\n{\n" + calls + "}\n")


def run(args, command, out=None):
    """CPU seconds, wall seconds and the peak of the process in MB."""
    start = time.monotonic()
    with open(out or os.devnull, "wb") as file:
        child = subprocess.Popen([args.bin, *map(str, command)], stdout=file, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
    code = os.waitstatus_to_exitcode(status)
    if code not in (0, 1):
        sys.exit(f"clarity {command[0]}: exit code {code}")
    return usage.ru_utime + usage.ru_stime, time.monotonic() - start, usage.ru_maxrss / 1024


def round_of(args, work, packages, hashes):
    """The figures for so many packages; the problems."""
    tree, cache = work / f"tree{packages}", work / f"cache{packages}"
    write_tree(tree, packages, hashes)
    common = ["--tree", tree, "--fail-on", "never", "--format", "jsonl", "--quiet"]
    own = ["--sources", work / "sources", "--cache-dir", cache]
    first = run(args, ["scan", *common, *own], work / "first")
    second = run(args, ["scan", *common, *own], work / "second")
    results = []
    for number in (1, 2):
        shard = ["scan", "--tree", tree, "--sources", work / "sources", "--shard", f"{number}/2", "--quiet"]
        file = work / f"{number}.results"
        run(args, [*shard, "--results", file, "--cache-dir", work / f"machine{number}"])
        results.append(file)
    merged = run(args, ["merge", *results, *common, "--cache-dir", work / "merger"], work / "merged")
    print(f"{packages} packages on {packages // PACKAGES_PER_SOURCE} sources: first {first[0]:.1f} s of CPU, "
          f"{first[2]:.0f} MB; second {second[0]:.1f} s = 1/{first[0] / second[0]:.1f}, {second[2]:.0f} MB; merge "
          f"{merged[1]:.1f} s, {merged[2]:.0f} MB", flush=True)
    text = (work / "first").read_bytes()
    problems = [name for name in ("second", "merged") if (work / name).read_bytes() != text]
    for name in ("machine1", "machine2", "merger", cache.name, tree.name):
        shutil.rmtree(work / name)
    return first, second, merged, [f"{packages}: the {name} report differs" for name in problems]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=Path)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--packages", type=int, default=100_000)
    args = parser.parse_args()
    hashes = make(args.work, args.packages // PACKAGES_PER_SOURCE)
    problems, before = [], None
    for packages in (args.packages // 4, args.packages // 2, args.packages):
        first, second, merged, wrong = round_of(args, args.work, packages, hashes)
        problems += wrong
        for name, now, then in (("first", first, before and before[0]), ("second", second, before and before[1])):
            if then and now[0] > BAR_DOUBLING * then[0]:
                problems.append(f"{packages}: the {name} run takes {now[0] / then[0]:.1f} times the half")
        before = (first, second)
    for name, figures in (("first run", first), ("second run", second), ("merge", merged)):
        if figures[2] > BAR_MB:
            problems.append(f"{name}: {figures[2]:.0f} MB")
    if merged[1] > BAR_MERGE:
        problems.append(f"merge: {merged[1]:.0f} s")
    for problem in problems:
        print(f"not met: {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
