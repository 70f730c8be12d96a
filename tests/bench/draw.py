"""Draws packages of a nixpkgs tree at random whose sources an ordinary registry client still has.

C and C++ and Perl packages come from Debian's list of source packages, packages of PyPI, npm and Rust from the tree
itself. From the fifth draw on the archive that Debian has must be the declared one, byte for byte.
A name that a bench has labeled, or that a file of `--skip` has on a line, is never drawn again. Names whose SHA-256
begins with 0 to 3 are held out for a later, final measure.

    clarity scan TREE --metadata-only --format jsonl --no-cache --fail-on never > ROWS
    python3 tests/bench/draw.py --draw first --rows ROWS --tree TREE --debian Sources [--skip FILE]

Prints a line a package: ecosystem, name in its registry, attribute, version in the tree.
"""

import argparse
import base64
import hashlib
import json
import random
import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
# A seed is fixed here before anybody looks at what it draws; more are drawn than are there to fetch.
DRAWS = {
    "first": (3011_26_1, {"c": 120, "perl": 28, "pypi": 20, "rust": 10}),
    "second": (3011_26_2, {"c": 64, "perl": 14, "pypi": 10, "rust": 6}),
    "third": (3011_26_3, {"c": 84, "perl": 16, "pypi": 14, "rust": 10}),
    "fourth": (3011_26_4, {"c": 84, "perl": 16, "pypi": 14, "rust": 10}),
    "fifth": (3011_26_5, {"c": 60, "perl": 6, "pypi": 6, "npm": 4, "rust": 4}),
    "sixth": (3011_26_6, {"c": 60, "perl": 6, "pypi": 6, "npm": 4, "rust": 4}),
    "seventh": (3011_26_7, {"c": 70, "perl": 4, "pypi": 6, "npm": 2, "rust": 2}),
    "eighth": (3011_26_8, {"c": 95, "perl": 8, "pypi": 10}),
}
OF_OTHER_VERSIONS = ("first", "second", "third", "fourth")
NIX_DIGITS = "0123456789abcdfghijklmnpqrsvwxyz"
OTHER_LANGUAGES = re.compile(r"dh-python|golang|python3-all\b|dh-cargo|default-jdk|ghc|dh-elpa|maven")
OTHER_SECTIONS = {
    "python", "perl", "ruby", "javascript", "haskell", "golang", "rust", "java", "php", "fonts", "doc", "localization",
    "gnu-r", "ocaml", "lisp", "metapackages", "tasks",
}
BYTES = range(5_000, 4_000_000)


def is_held_out(name):
    return hashlib.sha256(name.encode()).hexdigest()[0] in "0123"


def paragraphs(path):
    """Fields of each source package of Debian's list."""
    for paragraph in Path(path).read_text(errors="replace").split("\n\n"):
        fields = dict(re.findall(r"^([\w-]+):[ \t]*(.*(?:\n[ \t].*)*)", paragraph, re.M))
        if "Package" in fields:
            yield fields


def size(fields):
    files = [line.split() for line in fields.get("Checksums-Sha256", "").strip().splitlines()]
    return sum(int(size) for _, size, name in files if ".orig" in name and not name.endswith(".asc"))


def is_c(fields):
    section = fields.get("Section", "").split("/")[-1]
    return section not in OTHER_SECTIONS and not OTHER_LANGUAGES.search(fields.get("Build-Depends", ""))


def digest(declared):
    """A SHA-256 that a tree declares, in hexadecimal; None for other algorithms."""
    algorithm, _, value = declared.partition(":")
    if algorithm != "sha256":
        return None
    if len(value) == 52:
        number = sum(NIX_DIGITS.index(digit) << 5 * place for place, digit in enumerate(reversed(value)))
        return number.to_bytes(32, "little").hex()
    return value if len(value) == 64 else base64.b64decode(value).hex()


def is_declared_archive(fields, row):
    """True where Debian has the very archive that the tree fetches."""
    archives = {line.split()[0] for line in fields.get("Checksums-Sha256", "").strip().splitlines()}
    return any(digest(source["hash"]) in archives for source in row.get("source", []) if source.get("hash"))


def debian(path, rows, wanted):
    """C and Perl packages that both Debian and the tree have, where `wanted` says so."""
    top = {}
    for row in rows:
        if "." not in row["attr"]:
            for name in (row.get("pname"), row["attr"]):
                top.setdefault((name or "").lower(), row)
    modules = [row for row in rows if row["attr"].startswith("perlPackages.") and row.get("pname")]
    perl = {f"lib{re.sub(r'^perl[0-9.]*-', '', row['pname']).lower()}-perl": row for row in modules}
    for fields in paragraphs(path):
        name = fields["Package"]
        if size(fields) not in BYTES:
            continue
        if name in perl and wanted(fields, perl[name]):
            yield "perl", name, perl[name]
        elif name.lower() in top and is_c(fields) and wanted(fields, top[name.lower()]):
            yield "c", name, top[name.lower()]


def own(tree, rows):
    """Packages of PyPI, npm and Rust in the tree."""
    for row in rows:
        urls = [url for source in row.get("source", []) for url in source.get("urls", [])]
        if row["attr"].startswith("python38Packages.") and row.get("version") and any("pypi" in url for url in urls):
            yield "pypi", row["pname"], row
        elif re.fullmatch(r"nodePackages\.[\w-]+", row["attr"]) and row.get("version"):
            yield "npm", row["attr"].partition(".")[2], row
        elif "." not in row["attr"] and row.get("version") and "buildRustPackage" in (tree / row["file"]).read_text(errors="replace"):
            yield "rust", row["pname"], row


def labeled():
    for path in HERE.glob("*.jsonl"):
        for row in map(json.loads, path.read_text().splitlines()):
            yield (row.get("package") or row.get("name") or row["id"].rpartition("-")[0]).lower()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draw", required=True, choices=DRAWS)
    parser.add_argument("--rows", required=True)
    parser.add_argument("--tree", required=True, type=Path)
    parser.add_argument("--debian", required=True)
    parser.add_argument("--skip", action="append", default=[])
    args = parser.parse_args()
    seed, counts = DRAWS[args.draw]
    rows = [row for row in map(json.loads, Path(args.rows).read_text().splitlines()) if row["kind"] == "package" and row.get("file")]
    known = {*labeled(), *(line.strip().lower() for path in args.skip for line in Path(path).read_text().splitlines())}
    drawn = {ecosystem: {} for ecosystem in counts}
    wanted = (lambda fields, row: True) if args.draw in OF_OTHER_VERSIONS else is_declared_archive
    for ecosystem, name, row in [*debian(args.debian, rows, wanted), *own(args.tree, rows)]:
        if ecosystem in drawn and name.lower() not in known and not is_held_out(name):
            drawn[ecosystem].setdefault(name, row)
    for ecosystem, count in counts.items():
        print(f"{ecosystem}: {count} of {len(drawn[ecosystem])}", file=sys.stderr)
        for name in random.Random(seed).sample(sorted(drawn[ecosystem]), count):
            print(ecosystem, name, drawn[ecosystem][name]["attr"], drawn[ecosystem][name].get("version") or "-")


if __name__ == "__main__":
    main()
