#!/usr/bin/env python3
"""Bills of materials of sources in a folder, read by the official validators.

    python3 tests/bench/bills_of_sources.py --bin target/dist/clarity [--node DIR] [--packages 50] SOURCES [SOURCES...]

Each folder in SOURCES becomes a package of a tree that declares MIT; nothing is downloaded. The tree is written in every
format in one run. The same is read as by `bills.py`, and SPDX 3.0.1 by `spdx-python-model`, which is made from the model's
own constraints, where it is installed. Ends with 1 where a validator complains.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import bills
import validate

NIX = """{{ stdenv, lib }}:
stdenv.mkDerivation {{
  pname = "{name}";
  version = "1.0";
  src = ./sources/{name};
  meta.license = lib.licenses.mit;
}}
"""


def write_tree(folders, room):
    for number, folder in enumerate(folders):
        name = f"p{number}-" + "".join(letter if letter.isalnum() else "-" for letter in folder.name)
        shutil.copytree(folder, room / "sources" / name, symlinks=True, ignore_dangling_symlinks=True)
        (room / f"{name}.nix").write_text(NIX.format(name=name))


def write_bills(binary, room):
    files = {name: room / f"all.{end}" for name, end in bills.FORMATS.items()}
    outputs = [part for name, file in files.items() for part in ("-o", f"{name}={file}")]
    command = [binary, "scan", room, "--offline", "--quiet", "--fail-on", "never", "--cache-dir", room / "cache"]
    subprocess.run(command + outputs, check=True, stdout=subprocess.DEVNULL)
    return files


def spdx3_problems(file):
    try:
        from spdx_python_model import v3_0_1 as model
    except ImportError:
        print("SPDX 3.0.1 was not read: spdx-python-model is not installed")
        return []
    objects = model.SHACLObjectSet()
    try:
        with open(file, "rb") as text:
            model.JSONLDDeserializer().read(text, objects)
    except Exception as error:
        return [f"{file.name}: {error}"]
    return [f"{file.name}: nothing is called {name}" for name in objects.link()]


def problems_of(args, files, room):
    found = [f"{name}: {one}" for name in ("spdx", "spdx-tv") for one in validate.spdx(str(files[name]))]
    for version, name in (("V1_6", "cyclonedx"), ("V1_7", "cyclonedx-1.7")):
        found += [f"{name}: {one}" for one in validate.cyclonedx(version, str(files[name]))]
    # The tools write nothing that they find invalid.
    found += [] if found else bills.round_trip(files, room, "all")
    return found + bills.node_problems(args, [files]) + spdx3_problems(files["spdx-3"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sources", nargs="+")
    parser.add_argument("--bin", required=True)
    parser.add_argument("--node", help="folder with @cyclonedx/cyclonedx-library installed")
    parser.add_argument("--packages", type=int, default=50)
    args = parser.parse_args()
    folders = sorted(one for root in args.sources for one in Path(root).iterdir() if one.is_dir())[: args.packages]
    with tempfile.TemporaryDirectory(prefix="clarity-bench-") as place:
        room = Path(place)
        write_tree(folders, room)
        files = write_bills(args.bin, room)
        components = json.loads(files["cyclonedx"].read_text())["components"]
        concluded = sum(bool(one.get("licenses")) for one in components)
        found = problems_of(args, files, room)
    print(f"{len(folders)} packages, {concluded} with licenses, in {len(files)} formats; {len(found)} problems")
    print("\n".join(found[:50]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
