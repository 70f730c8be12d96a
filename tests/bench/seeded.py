"""Seeds wrong licenses in a copy of a real tree, lets `clarity fix` mend them, and counts.

A package is taken where the scan says with high confidence that declaration and source agree: what it declares is then
the truth. One license value each is made wrong; `clarity fix --write` has to find it and restore the meaning. Whatever
else changes is printed for a person to look at.

usage: seeded.py CLARITY TREE WORK [--count N] [--safety unsafe] [-- arguments for scan and fix, e.g. --attr 'x.*' --config FILE --fetch]
"""
import argparse, collections, json, os, re, shutil, subprocess, sys

PLUS_ONLY = {"gpl2Plus": "gpl2Only", "gpl3Plus": "gpl3Only", "lgpl2Plus": "lgpl2Only", "lgpl21Plus": "lgpl21Only", "lgpl3Plus": "lgpl3Only", "agpl3Plus": "agpl3Only"}
SWAPPED = {"bsd3": "bsd2", "bsd2": "bsd3", "mit": "isc", "isc": "mit", "mpl20": "epl20", "zpl21": "zlib", "psfl": "boost", "unlicense": "mit", "lgpl3": "gpl3Plus", "lgpl21": "mit"}
TEXTS = {"mit": '"MIT"', "bsd3": '"BSD-3-Clause"', "asl20": '"Apache-2.0"', "mpl20": '"MPL-2.0"', "gpl3Plus": '"GPL-3.0-or-later"'}


def run(command, **options):
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, **options).stdout


def rows(clarity, tree, arguments):
    out = run([clarity, "scan", tree, "--format", "jsonl", *arguments])
    return [row for row in map(json.loads, out.splitlines()) if row["kind"] == "package"]


def mutations(number, value, concluded):
    """Ways to make a license value wrong, the one whose turn it is first; only those that the source proves wrong."""
    def word(old, new):
        return re.sub(r"(?<![\w-])" + old + r"(?![\w-])", new, value, count=1)

    ways = []
    for name in dict.fromkeys(re.findall(r"[\w-]+", value)):
        if name == "asl20":
            ways.append(("apsl20 for asl20", word(name, "apsl20")))
        if name in PLUS_ONLY and "-or-later" in concluded:
            ways.append(("Only for Plus", word(name, PLUS_ONLY[name])))
        if name in SWAPPED:
            ways.append(("another license", word(name, SWAPPED[name])))
    single = re.fullmatch(r"(?:\w+\.)*(\w+)", value)
    if single and single.group(1) in TEXTS:
        ways.append(("a string", TEXTS[single.group(1)]))
    members = re.search(r"\[\s*([\w.-]+(?:\s+[\w.-]+)+)\s*\]", value)
    if members and " OR " not in concluded:
        names = members.group(1).split()
        ways.append(("a part is missing", value.replace(members.group(1), " ".join(names[:-1]))))
    return ways[number % len(ways) :] + ways[: number % len(ways)] if ways else []


def value_at(text, line, column):
    """The license value that begins there, up to the semicolon that ends its binding."""
    lines = text.splitlines(keepends=True)
    start = sum(map(len, lines[: line - 1])) + column - 1
    end, with_open = start, text.startswith("with ", start)
    while end < len(text) and (text[end] != ";" or with_open):
        with_open = with_open and text[end] != ";"
        end += 1
    return start, end


def seed(tree, everything, agreeing, count):
    """Makes values wrong: one a file, and none that also speaks for a source that is not looked at."""
    seeded, sources = {}, collections.defaultdict(set)
    for row in everything:
        sources[row["file"], row.get("line")].add(json.dumps(row.get("source"), sort_keys=True))
    for row in agreeing:
        if len(seeded) >= count:
            break
        path = os.path.join(tree, row["file"])
        if len(sources[row["file"], row["line"]]) > 1 or any(path == other[0] for other in seeded.values()):
            continue
        text = open(path, encoding="utf-8", newline="").read()
        start, end = value_at(text, row["line"], row["column"])
        for kind, new in mutations(len(seeded), text[start:end], row["concluded"]["expression"]):
            if new != text[start:end]:
                open(path, "w", encoding="utf-8", newline="").write(text[:start] + new + text[end:])
                seeded[row["attr"]] = (path, kind)
                break
    return seeded


def commit(folder):
    """The seeded tree becomes a commit: `series.py` takes it from there."""
    for arguments in (["init", "--quiet"], ["add", "--all"], ["-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "--quiet", "--message=seeded"]):
        subprocess.run(["git", "-C", folder, *arguments], check=True)


def declared(rows):
    """What each package means; a string is not yet a license."""
    text = lambda row: ["a string"] if row["declared"].get("form") == "text" else []
    return {row["attr"]: text(row) + sorted(row["declared"]["terms"]) for row in rows if row["declared"].get("terms") is not None}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("clarity"), parser.add_argument("tree"), parser.add_argument("work")
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--safety", choices=["safe", "unsafe"], default="safe")
    split = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    options, arguments = parser.parse_args(sys.argv[1:split]), sys.argv[split + 1 :]
    clarity = os.path.abspath(options.clarity)
    before = rows(clarity, options.tree, arguments)
    agreeing = [r for r in before if r.get("verdict") == "agrees" and (r.get("concluded") or {}).get("confidence") == "high" and r["declared"]["status"] == "resolved"]
    copy = os.path.join(options.work, "seeded")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(options.tree, copy, symlinks=True)
    everything = rows(clarity, copy, ["--metadata-only"])
    truth = declared(everything)
    seeded = seed(copy, everything, agreeing, options.count)
    wrong = declared(rows(clarity, copy, ["--metadata-only"]))
    spoilt = {attr for attr in seeded if wrong.get(attr) != truth.get(attr)}
    print(f"{len(agreeing)} packages agree with high confidence; {len(spoilt)} of {len(seeded)} seeds change what is declared")
    commit(copy)
    fixed = subprocess.run([clarity, "fix", copy, "--safety", options.safety, "--write", *arguments], capture_output=True, text=True)
    open(os.path.join(options.work, "fix.err"), "w").write(fixed.stderr)
    after = declared(rows(clarity, copy, ["--metadata-only"]))
    restored = {attr for attr in spoilt if after.get(attr) == truth.get(attr)}
    kinds = collections.Counter(seeded[attr][1] for attr in spoilt)
    good = collections.Counter(seeded[attr][1] for attr in restored)
    print(f"restored {len(restored)} of {len(spoilt)} = {100 * len(restored) / max(1, len(spoilt)):.1f} %")
    for kind, number in sorted(kinds.items()):
        print(f"  {kind}: {good[kind]} of {number}")
    for attr in sorted(spoilt - restored):
        print(f"  not restored: {attr} ({seeded[attr][1]}): was {truth.get(attr)}, seeded {wrong.get(attr)}, now {after.get(attr)}")
    places = {row["attr"]: (row["file"], row.get("line")) for row in everything}
    touched = {places[attr] for attr in spoilt}
    others = sorted(attr for attr in truth if places[attr] not in touched and after.get(attr) != truth[attr])
    print(f"{len(others)} other packages changed, by value:")
    for place in sorted({places[attr] for attr in others}):
        attr = next(attr for attr in others if places[attr] == place)
        print(f"  {place[0]}:{place[1]} {attr}: {truth[attr]} -> {after.get(attr)}")


main()
