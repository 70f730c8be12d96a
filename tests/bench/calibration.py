"""How often conclusions are right, by their confidence: on labelled packages, whose licenses persons read in the sources.

A label is one JSON line: `ecosystem`, `pname`, `version`, `expected` and `acceptable` expressions, `verdict` ("agrees"
where nixpkgs declares the license rightly). The sources lie in ROOT/<ecosystem>/<pname>-<version>. Prints a table in
Markdown, and each conclusion that is wrong, with what was expected.

    cargo build --release
    python3 tests/bench/calibration.py --bin target/release/clarity --root ROOT LABELS.jsonl [LABELS.jsonl...]

Ends with 1 where fewer than 99 % are right at high confidence, fewer than 78 % of all have it, or fewer than 95 % of all
are right. Needs Python.
"""

import argparse
import collections
import itertools
import json
import re
import subprocess
import sys
from pathlib import Path

TOKEN = re.compile(r"\(|\)|[^\s()]+")
LEVELS = ("high", "medium", "low")


def parse(text):
    """The names of an expression, and whether a set of granted names satisfies it."""
    words = TOKEN.findall(text)

    def atom():
        word = words.pop(0)
        if word == "(":
            inner = chain("OR")
            words.pop(0)
            return inner
        # Names of one's own differ from person to person, the fact does not.
        name = "licenseref" if word.lower().startswith("licenseref") else word.lower()
        if words and words[0].upper() == "WITH":
            words.pop(0)
            name += " with " + words.pop(0).lower()
        return {name}, lambda granted: name in granted

    def chain(operator):
        below = atom if operator == "AND" else lambda: chain("AND")
        names, tests = below()
        tests = [tests]
        while words and words[0].upper() == operator:
            words.pop(0)
            more, test = below()
            names |= more
            tests.append(test)
        join = all if operator == "AND" else any
        return names, lambda granted: join(test(granted) for test in tests)

    return chain("OR")


def is_same(left, right):
    (names, one), (others, two) = parse(left), parse(right)
    if names != others:
        return False
    subsets = itertools.product((False, True), repeat=len(names))
    granted = ({name for name, is_in in zip(sorted(names), bits) if is_in} for bits in subsets)
    return all(one(names) == two(names) for names in granted)


def concluded(clarity, folder):
    out = subprocess.run([clarity, "suggest", "--format", "json", folder], capture_output=True, text=True)
    if out.returncode:
        sys.exit(f"{folder}: {out.stderr}")
    return json.loads(out.stdout)


def judged(label, answer):
    """`right`, `wrong` or `no answer`."""
    readings = [label["expected"], *label["acceptable"]]
    if answer["expression"] == "NOASSERTION":
        return "right" if "NOASSERTION" in readings else "no answer"
    return "right" if any(is_same(answer["expression"], reading) for reading in readings) else "wrong"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("labels", nargs="+")
    parser.add_argument("--bin", required=True)
    parser.add_argument("--root", required=True, type=Path)
    args = parser.parse_args()
    tally, missing, alarms = collections.defaultdict(collections.Counter), [], 0
    for line in itertools.chain.from_iterable(Path(path).read_text().splitlines() for path in args.labels):
        label = json.loads(line)
        folder = args.root / label["ecosystem"] / f"{label['pname']}-{label['version']}"
        if not folder.is_dir():
            missing.append(folder.name)
            continue
        answer = concluded(args.bin, folder)
        verdict, level = judged(label, answer), answer["confidence"]
        tally[level][verdict] += 1
        alarms += (verdict, level, label["verdict"]) == ("wrong", "high", "agrees")
        if verdict != "right":
            print(f"{verdict}, {level}: {folder.name}: {answer['expression']}, expected {label['expected']}",
                  file=sys.stderr)
    return report(tally, missing, alarms)


def report(tally, missing, alarms):
    total = sum(sum(row.values()) for row in tally.values())
    if not total:
        sys.exit("no source of a labelled package is there")
    print("| confidence | packages | right | wrong | no answer | right % |\n|---|---|---|---|---|---|")
    for level, rows in [(level, [tally[level]]) for level in LEVELS] + [("all", list(tally.values()))]:
        row = sum(rows, collections.Counter())
        count = sum(row.values())
        share = f"{100 * row['right'] / count:.1f}" if count else ""
        print(f"| {level} | {count} | {row['right']} | {row['wrong']} | {row['no answer']} | {share} |")
    high, right = sum(tally["high"].values()), sum(row["right"] for row in tally.values())
    print(f"\n{100 * high / total:.1f} % at high confidence; {alarms} of them contradict a right declaration", end="")
    print(f"; {len(missing)} sources are not there: {' '.join(missing)}" if missing else "")
    is_good = tally["high"]["right"] >= 0.99 * high and high >= 0.78 * total and right >= 0.95 * total and not alarms
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
