"""Holds a tree whose license values were edited against the real Nix: does it say what was wanted?

The tree and the targets come from the test `every_license_value_of_a_real_tree` with CLARITY_EDITED (see tests/fix.rs).
A choice is compared as a set of terms where the tree has no operators. Exit code 1 where Nix says something else.

usage: edited.py TREE TARGETS.jsonl [--operators]
"""
import argparse, json, os, re, subprocess, sys

CONFIG = "{ allowUnfree = true; allowBroken = true; allowUnsupportedSystem = true; }"


ASK = """
{ tree, attrs }:
let
  pkgs = import tree { config = %s; overlays = [ ]; system = "x86_64-linux"; };
  at = set: path: if path == [ ] then set else at set.${builtins.head path} (builtins.tail path);
  ask = attr:
    let license = (at pkgs (builtins.filter builtins.isString (builtins.split "[.]" attr))).meta.license or null;
    in builtins.tryEval (builtins.deepSeq license license);
in
builtins.listToAttrs (map (name: { inherit name; value = ask name; }) (builtins.fromJSON attrs))
""" % CONFIG


def licenses(tree, attrs):
    """What Nix says of each; without those that it cannot evaluate, which are found by halving."""
    command = ["nix-instantiate", "--eval", "--strict", "--json", "--read-write-mode", "-E", ASK, "--arg", "tree", os.path.abspath(tree), "--argstr", "attrs", json.dumps(attrs)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={**os.environ, "NIX_PATH": ""})
    if done.returncode == 0:
        return {attr: said["value"] for attr, said in json.loads(done.stdout).items() if said["success"]}
    if len(attrs) == 1:
        return {}
    half = len(attrs) // 2
    return {**licenses(tree, attrs[:half]), **licenses(tree, attrs[half:])}


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
    parser.add_argument("--operators", action="store_true")
    options = parser.parse_args()
    rows = [json.loads(line) for line in open(options.targets)]
    attrs = sorted(row["attr"] for row in rows)
    known = {}
    for start in range(0, len(attrs), 2000):
        known.update(licenses(options.tree, attrs[start : start + 2000]))
    asked = [(row, known[row["attr"]]) for row in rows if row["attr"] in known]
    wrong = [(row, said) for row, said in asked if said is None or not same(key(said), wanted(row["target"]), options.operators)]
    print(f"{len(rows)} packages were edited; Nix evaluates {len(asked)} of them; {len(asked) - len(wrong)} say what was wanted, {len(wrong)} do not")
    for row, said in wrong[:50]:
        print(f"  {row['attr']} ({row['file']}): wanted {row['target']}, Nix says {json.dumps(said)[:200]}")
    sys.exit(1 if wrong or not asked else 0)


main()
