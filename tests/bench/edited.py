"""Holds a tree whose license values were edited against the real Nix: does it say what was wanted?

The tree and the targets come from the test `every_license_value_of_a_real_tree` with CLARITY_EDITED (see tests/fix.rs).
A choice is compared as a set of terms where the tree has no operators. Exit code 1 where Nix says something else.

usage: edited.py TREE TARGETS.jsonl [--file FILE_TO_EVALUATE] [--operators]
"""
import argparse, json, os, re, subprocess, sys

CONFIG = "{ allowUnfree = true; allowBroken = true; allowInsecure = true; allowUnsupportedSystem = true; allowInsecurePredicate = x: true; allowAliases = true; }"


def packages(file):
    command = ["nix-env", "-f", file, "-qaP", "--json", "--meta", "--arg", "config", CONFIG, "--arg", "overlays", "[ ]", "--argstr", "system", "x86_64-linux"]
    out = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={**os.environ, "NIX_PATH": ""})
    return json.loads(out.stdout)


def key(value):
    """A license value as nested sets: comparable, whatever the order."""
    if isinstance(value, str):
        return value.lower()
    if isinstance(value, list):
        return joined("AND", [key(member) for member in value])
    if value.get("licenseType") == "compound":
        return joined(value["operator"], [key(member) for member in value["licenses"]])
    return str(value.get("spdxId") or value.get("shortName")).lower()


def joined(operator, members):
    flat = frozenset(inner for member in members for inner in (member[1] if isinstance(member, tuple) and member[0] == operator else [member]))
    return next(iter(flat)) if len(flat) == 1 else (operator, flat)


def wanted(text):
    parts = re.split(r" (AND|OR) ", text)
    operator = parts[1] if len(parts) > 1 else "AND"
    return joined(operator, [part.lower() for part in parts[::2]])


def terms(value):
    return frozenset(term for member in value[1] for term in terms(member)) if isinstance(value, tuple) else frozenset([value])


def same(said, target, operators):
    return said == target if operators else terms(said) == terms(target)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tree"), parser.add_argument("targets")
    parser.add_argument("--file"), parser.add_argument("--operators", action="store_true")
    options = parser.parse_args()
    known = packages(options.file or options.tree)
    rows = [json.loads(line) for line in open(options.targets)]
    asked = [row for row in rows if (known.get(row["attr"]) or {}).get("meta") is not None]
    wrong = [(row, known[row["attr"]]["meta"].get("license")) for row in asked]
    wrong = [(row, said) for row, said in wrong if said is None or not same(key(said), wanted(row["target"]), options.operators)]
    print(f"{len(rows)} packages were edited; Nix evaluates {len(asked)} of them; {len(asked) - len(wrong)} say what was wanted, {len(wrong)} do not")
    for row, said in wrong[:50]:
        print(f"  {row['attr']} ({row['file']}): wanted {row['target']}, Nix says {json.dumps(said)[:200]}")
    sys.exit(1 if wrong or not asked else 0)


main()
