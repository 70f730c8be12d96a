"""Conclusions on C and C++ packages that were read by hand.

`c_packages.jsonl` has a row a package: name, version and SHA-256 of the archive of the Debian source package, the license
that its reader gives the whole, other readings that are as good (`also`), and the reason where it is not plain.
Fetch the archives with `apt-get source --download-only NAME`, unpack each into a folder of its name, then:

    python3 tests/bench/c_packages.py --bin target/release/clarity --sources DIR

Prints right and wrong by confidence. A package that is not in DIR is counted and left out.
"""

import argparse
import collections
import json
import subprocess
import sys
from pathlib import Path

LABELS = Path(__file__).with_suffix(".jsonl")


def concluded(clarity, folder):
    run = subprocess.run([clarity, "suggest", "--format", "json", folder], capture_output=True, text=True)
    return json.loads(run.stdout)


def same(answer, row):
    """Equal as text: both sides are in normal form. "Only" may stand for a text that leaves later versions open."""
    return answer["expression"] in [row["license"], *row.get("also", [])]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", required=True)
    parser.add_argument("--sources", required=True, type=Path)
    args = parser.parse_args()
    counted, absent = collections.Counter(), 0
    for row in map(json.loads, LABELS.read_text().splitlines()):
        folder = args.sources / row["name"]
        if not folder.is_dir():
            absent += 1
            continue
        answer = concluded(args.bin, folder)
        right = same(answer, row)
        counted[answer["confidence"], right] += 1
        if not right:
            print(f"{row['name']} {row['version']}: {answer['expression']} ({answer['confidence']}), read as {row['license']}")
    for confidence in ("high", "medium", "low"):
        print(f"{confidence:7} {counted[confidence, True]:4} right {counted[confidence, False]:4} wrong")
    right = sum(count for (_, is_right), count in counted.items() if is_right)
    print(f"all     {right:4} right {sum(counted.values()) - right:4} wrong; {absent} not there")
    return 0 if counted else 1


if __name__ == "__main__":
    sys.exit(main())
