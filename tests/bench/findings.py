"""Findings at warning or above and medium confidence or above, each judged by a person: how many are right.

`findings.jsonl` has a row a package: its name, version, what nixpkgs declared for it in 2020 (a list is a list there, too)
and the findings that a person judged, the doubtful ones in the source: check, what it says the source says, `right`,
`wrong` or `useless`, and why; `draw` is the draw of draw.py that it came with. Unpack the source of each
(`apt-get source --download-only NAME`; sdists of PyPI) into a
folder of its name, then:

    python3 tests/bench/findings.py --bin target/release/clarity --sources DIR

Prints what is no longer told, what nobody has judged yet, and precision by check. With `--seed`, every declared license is
replaced by another usual one first, and the wrong ones that are found are counted: recall.
"""

import argparse
import collections
import json
import sys
import tempfile
from pathlib import Path

import crates

LABELS = Path(__file__).with_suffix(".jsonl")
SWAPPED = {
    "MIT": "BSD-3-Clause", "BSD-3-Clause": "MIT", "BSD-2-Clause": "MIT", "ISC": "MIT", "Apache-2.0": "MIT",
    "GPL-2.0-only": "GPL-2.0-or-later", "GPL-2.0-or-later": "GPL-2.0-only", "GPL-3.0-only": "LGPL-3.0-only",
    "GPL-3.0-or-later": "GPL-3.0-only", "LGPL-2.1-or-later": "LGPL-2.1-only", "LGPL-3.0-only": "GPL-3.0-only",
    "LGPL-2.0-or-later": "GPL-2.0-or-later", "LGPL-2.1-only": "GPL-2.0-only", "Artistic-2.0": "MIT",
}


def license(declared):
    """The declaration in the language of nixpkgs."""
    if isinstance(declared, list):
        return lambda ids: "[ " + " ".join(crates.nix(crates.parse(one), ids) for one in declared) + " ]"
    return declared and (lambda ids: crates.nix(crates.parse(declared), ids))


def attr_of(row):
    return row["ecosystem"] + "-" + row["package"].replace(".", "_")


def findings(args, rows, declared):
    """Findings that fail a job, by package."""
    with tempfile.TemporaryDirectory(prefix="clarity-findings-") as work:
        packages = [
            (args.sources.resolve() / row["package"], attr_of(row), row["package"], row.get("version", "1"), license(declared(row)))
            for row in rows
        ]
        told, said = crates.scanned(args.bin, *crates.write(Path(work), packages))
    attrs = {attr_of(row) for row in rows}
    looked_at = {row["attr"]: row for row in told if row["kind"] == "package" and row["attr"] in attrs}
    if len(looked_at) != len(rows):
        sys.exit(f"{len(looked_at)} rows of {len(rows)} packages\n{said}")
    found = collections.defaultdict(list)
    for row in told:
        is_loud = row["kind"] == "finding" and row["severity"] != "note" and row["confidence"] != "low"
        if is_loud and row["attr"] in attrs:
            found[row["attr"]].append(row)
    return looked_at, found


def precision(args, rows):
    _, found = findings(args, rows, lambda row: row["declared"])
    counted, unread = collections.Counter(), 0
    for row in rows:
        # A finding may be told once for each license of a list.
        read = list(row["findings"])
        for one in found[attr_of(row)]:
            key = (one["check"], one["concluded"] or "")
            label = next((label for label in read if (label["check"], label["says"]) == key), None)
            if label is None:
                unread += 1
                print(f"nobody has read: {row['package']} {one['check']} ({one['concluded']}): {one['message']}")
            else:
                read.remove(label)
                counted[one["check"], label["label"]] += 1
                if label["label"] != "right":
                    print(f"{label['label']}: {row['package']} {one['check']}: {one['message']}: {label['why']}")
        for label in read:
            print(f"no longer told ({label['label']}): {row['package']} {label['check']} {label['says']}")
    for check in sorted({check for check, _ in counted}):
        print(f"{check} {counted[check, 'right']:4} right {counted[check, 'wrong']:4} wrong {counted[check, 'useless']:4} useless")
    right = sum(count for (_, label), count in counted.items() if label == "right")
    print(f"{right} of {sum(counted.values())} are right; {unread} not read; {len(rows)} packages")
    return 1 if unread else 0


def is_plain(row):
    return isinstance(row["declared"], str) and row["declared"] in SWAPPED and not row["findings"]


def recall(args, rows):
    """Of packages whose declaration nothing is said against."""
    plain = [row for row in rows if is_plain(row)]
    before, _ = findings(args, plain, lambda row: row["declared"])
    agreeing = [row for row in plain if before[attr_of(row)].get("verdict") == "agrees"]
    # Where only the text is there, every suffix of it is right.
    _, found = findings(args, agreeing, lambda row: SWAPPED[row["declared"]])
    missed = [row for row in agreeing if not found[attr_of(row)]]
    for row in missed:
        concluded = before[attr_of(row)].get("concluded") or {}
        print(f"not found: {row['package']}: {SWAPPED[row['declared']]} for {row['declared']}, "
              f"concluded {concluded.get('expression')} ({concluded.get('confidence')})")
    print(f"{len(agreeing) - len(missed)} of {len(agreeing)} wrong licenses are found")
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", required=True)
    parser.add_argument("--sources", required=True, type=Path)
    parser.add_argument("--draw", help="only the packages of this draw")
    parser.add_argument("--seed", action="store_true", help="recall of licenses that are made wrong")
    args = parser.parse_args()
    rows = [json.loads(line) for line in LABELS.read_text().splitlines()]
    rows = [row for row in rows if args.draw in (None, row.get("draw"))]
    there = [row for row in rows if (args.sources / row["package"]).is_dir()]
    print(f"{len(rows) - len(there)} packages are not there")
    return (recall if args.seed else precision)(args, there) if there else 1


if __name__ == "__main__":
    sys.exit(main())
