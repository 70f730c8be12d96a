#!/usr/bin/env python3
"""How often the words of real sources are understood: places drawn from Debian sources and labeled by reading.

  python3 tests/bench/statements.py --bin target/dist/clarity [--half seen|unseen] [--list]

Each line of statements.jsonl is a place: at most three lines of a file, what they grant (`expr`, empty for nothing), other
readings that are defensible (`also`), the kind, and its half. The halves are told apart by the hash of the id; faults are
mended by kind on the seen half only, and the unseen half is scored. README.md says how the places were drawn.
"""
import argparse
import collections
import json
import pathlib
import re
import subprocess
import tempfile


def canonical(expression):
    """The expression with its operands in order; enough for lists of one operator."""
    if not expression:
        return ""
    operator = " AND " if " AND " in expression else " OR "
    return operator.join(sorted(re.sub("[()]", "", expression).split(operator)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--half", choices=["seen", "unseen"])
    parser.add_argument("--list", action="store_true", help="print the faults")
    args = parser.parse_args()
    lines = pathlib.Path(__file__).with_name("statements.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if args.half in (None, row["half"])]
    with tempfile.TemporaryDirectory() as folder:
        for row in rows:
            place = pathlib.Path(folder, row["id"], row["file"])
            place.parent.mkdir()
            place.write_text(row["text"], encoding="utf-8")
        output = subprocess.run([args.bin, "detect", folder, "--format", "jsonl"], capture_output=True, text=True, check=True)
    files = (json.loads(line) for line in output.stdout.splitlines())
    said = {file["path"].split("/")[0]: file["expression"] or "" for file in files}
    kinds = collections.Counter()
    for row in rows:
        found = canonical(said.get(row["id"], ""))
        is_right = found in {canonical(expr) for expr in [row["expr"], *row.get("also", [])]}
        kinds[row["kind"], is_right] += 1
        kinds["all " + row["half"], is_right] += 1
        if args.list and not is_right:
            print(f"{row['id']} ({row['kind']}): {found or 'nothing'} and not {row['expr'] or 'nothing'}: {row['text']!r}")
    for kind in sorted({kind for kind, _ in kinds}):
        right, wrong = kinds[kind, True], kinds[kind, False]
        print(f"{kind:14} {right:4} of {right + wrong:4} {100 * right / (right + wrong):5.1f} %")


main()
