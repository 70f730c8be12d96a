"""Real crates, each declared in nixpkgs exactly as its own manifest states: what the scan finds is then a false alarm.

Reads every crate that the cargo home holds (`registry/src`), writes a tree in which each is a package whose
`meta.license` is the expression of its Cargo.toml, scans it and prints the findings at warning or above. The crate's
license files, headers and readme may of course contradict its manifest, and a part of it may be under terms that the
manifest leaves out: read what is printed.

    cargo build --release
    python3 tests/bench/crates.py --bin target/release/clarity [--home ~/.cargo] [--work DIR]

Ends with 1 where there is an error, or more than three warnings at medium confidence or above. Needs Linux and Python 3.11.
"""

import argparse
import collections
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MINIATURE = ROOT / "fixtures" / "nixpkgs"
# Facts of nixpkgs' own table: a finding about a license that has no name there cannot be acted on.
TABLE = [row for row in json.loads((ROOT / "src/table/licenses.json").read_text()).values() if "spdxId" in row]
UNFREE = {row["spdxId"] for row in TABLE if not row.get("free", True)}
TOKEN = re.compile(r"\(|\)|/|[^\s()/]+")
MOST_WARNINGS = 3


def parse(text):
    """`MIT OR Apache-2.0`, `MIT/Apache-2.0` as a tree of ("OR", [..]), ("AND", [..]), ("WITH", a, b) and names."""
    words = ["OR" if word == "/" else word for word in TOKEN.findall(text)]

    def atom():
        word = words.pop(0)
        if word == "(":
            inner = chain("OR")
            words.pop(0)
            return inner
        if words and words[0] == "WITH":
            words.pop(0)
            return ("WITH", word, words.pop(0))
        return word

    def chain(operator):
        below = atom if operator == "AND" else lambda: chain("AND")
        items = [below()]
        while words and words[0] == operator:
            words.pop(0)
            items.append(below())
        return items[0] if len(items) == 1 else (operator, items)

    return chain("OR")


def nix(tree, ids):
    """The expression in the language of nixpkgs; the ids that it needs are added to `ids`."""
    def name(one):
        ids.add(one)
        return f'lib.licenses."{one}"'

    match tree:
        case ("WITH", license, exception):
            return f"(lib.licenses.WITH {name(license)} {name(exception)})"
        case (operator, items):
            return f"(lib.licenses.{operator} [ {' '.join(nix(item, ids) for item in items)} ])"
        case one:
            return name(one)


def crates(home):
    """Folders of crates with the license that their manifest states."""
    for folder in sorted(Path(home).glob("registry/src/*/*")):
        try:
            package = tomllib.loads((folder / "Cargo.toml").read_text())["package"]
        except (OSError, KeyError, ValueError):
            continue
        if isinstance(package.get("license"), str):
            yield folder, package


def facts(name):
    """Fields of a record of the table; placeholders have no id."""
    return ("" if name == "free" else f'spdxId = "{name}"; ') + ("free = false; " if name in UNFREE else "")


def write(work, packages):
    """A tree of these packages (folder, attribute, name, version and license in nixpkgs' words), beside their sources."""
    tree, sources = work / "tree", work / "sources"
    shutil.copytree(MINIATURE, tree, ignore=shutil.ignore_patterns("sources", "by-name", "clarity.toml"))
    sources.mkdir()
    ids = {row["spdxId"] for row in TABLE}
    for folder, attr, name, version, license in packages:
        os.symlink(folder, sources / attr)
        place = tree / "pkgs" / "by-name" / attr[:2].lower() / attr
        place.mkdir(parents=True)
        license = f"license = {license(ids)}" if license else 'description = "Example"'
        (place / "package.nix").write_text(
            "{ lib, stdenv, fetchCrate }:\n\nstdenv.mkDerivation {\n"
            f'  pname = "{name}";\n  version = "{version}";\n'
            '  src = fetchCrate { pname = "x"; version = "1"; hash = ""; };\n'
            f"  meta.{license};\n}}\n"
        )
    table = tree / "lib" / "licenses.nix"
    named = table.read_text()
    new = sorted(one for one in ids if f"  {one} = " not in named)
    rows = "".join(f'  "{one}" = {{ {facts(one)}fullName = "{one}"; }};\n' for one in new)
    table.write_text(named.replace("builtins.mapAttrs complete {\n", "builtins.mapAttrs complete {\n" + rows, 1))
    return tree, sources


def scanned(clarity, tree, sources):
    """The rows of a scan, and what it says to people."""
    command = [clarity, "scan", tree, "--sources", sources, "--format", "jsonl", "--no-cache", "--fail-on", "never"]
    out = subprocess.run(command, capture_output=True, text=True)
    return [json.loads(line) for line in out.stdout.splitlines()], out.stderr


def of_home(home, declared):
    """What `write` needs of every crate; the licenses are added to `declared`."""
    for folder, package in crates(home):
        attr = folder.name.replace(".", "_").replace("+", "_")
        declared[attr] = package["license"]
        license = lambda ids, text=package["license"]: nix(parse(text), ids)
        yield folder, attr, package["name"], package["version"], license


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", required=True)
    parser.add_argument("--home", default=os.environ.get("CARGO_HOME", os.path.expanduser("~/.cargo")))
    parser.add_argument("--work")
    args = parser.parse_args()
    work = Path(args.work or tempfile.mkdtemp(prefix="clarity-crates-"))
    work.mkdir(parents=True, exist_ok=True)
    declared = {}
    tree, sources = write(work, of_home(args.home, declared))
    rows, said = scanned(args.bin, tree, sources)
    told = [row for row in rows if row.get("attr") in declared]
    rows = [row for row in told if row["kind"] == "package"]
    if not rows or len(rows) != len(declared):
        sys.exit(f"{len(rows)} rows of {len(declared)} crates\n{said}")
    kinds, counted = collections.Counter(row["outcome"] for row in rows), collections.Counter()
    for finding in told:
        if finding["kind"] != "finding" or finding["severity"] not in ("warning", "error"):
            continue
        is_trusted = finding["confidence"] != "low"
        counted[finding["severity"], is_trusted] += 1
        print(f"{finding['attr']}: {finding['severity']} {finding['check']} ({finding['confidence']}), manifest "
              f"{declared[finding['attr']]}: {finding['message']}")
    errors, warnings = counted["error", True] + counted["error", False], counted["warning", True]
    print(f"{len(rows)} crates, {dict(kinds)}; {errors} errors, {warnings} warnings at medium confidence or above, "
          f"{counted['warning', False]} below")
    if not args.work:
        shutil.rmtree(work)
    return 1 if errors or warnings > MOST_WARNINGS else 0


if __name__ == "__main__":
    sys.exit(main())
