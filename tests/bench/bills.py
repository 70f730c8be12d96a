#!/usr/bin/env python3
"""Bills of materials of real packages and of a closure, read by the official validators.

    cargo build --profile dist
    python3 tests/bench/bills.py --bin target/dist/clarity --config my/clarity.toml NIXPKGS [NIXPKGS...]

`--config` as for `registries.py`. `--packages` of the packages whose sources are served there are fetched and written in
every format, with `--vendored` too; then the same ones as a closure that Nix lists (`--closure`). Read are:

1. CycloneDX 1.6 and 1.7 by `cyclonedx-python-lib[validation]`, and by `@cyclonedx/cyclonedx-library` where `--node DIR`
   names a folder in which it is installed with `ajv`, `ajv-formats`, `ajv-formats-draft2019` (its own optional needs).
2. SPDX 2.3 as JSON and as tag-value by `spdx-tools`; both are written again by it, in each other's form, and no declared or
   concluded license, comment about licenses or LicenseRef may be lost or changed.
3. SPDX 3.0 against the JSON schema that `--schema FILE` names (spdx-json-schema.json of 3.0.1), where it is named.

Ends with 1 where a validator complains, or where fewer packages than asked for could be looked at. Needs Linux, Python
with `spdx-tools`, `cyclonedx-python-lib[validation]` and `jsonschema`.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import registries

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "sbom"))
import validate  # noqa: E402

FORMATS = {"cyclonedx": "1.6.json", "cyclonedx-1.7": "1.7.json", "spdx": "spdx.json", "spdx-tv": "spdx", "spdx-3": "spdx3.json"}

NODE = """
const { Validation, Spec } = require('@cyclonedx/cyclonedx-library');
const fs = require('fs');
(async () => {
  let bad = 0;
  for (const [file, version] of JSON.parse(process.argv[2])) {
    const validator = new Validation.JsonStrictValidator(version);
    const error = await validator.validate(fs.readFileSync(file, 'utf8'));
    if (error !== null) { bad += 1; console.log(file, JSON.stringify(error).slice(0, 500)); }
  }
  process.exit(bad ? 1 : 0);
})();
"""


def write(args, tree, selection, attrs, folder, name):
    """The bill of these packages in every format."""
    files = {}
    for format_name, end in FORMATS.items():
        file = folder / f"{name}.{end}"
        command = [args.bin, "scan", tree, "--fetch", "--vendored", "--config", args.config, "--quiet"]
        command += ["--fail-on", "never", "--allow-incomplete", "--format", format_name] + selection
        env = os.environ | {"CLARITY_CACHE": str(folder / "cache")}
        with open(file, "wb") as out:
            run = subprocess.run(command, input="\n".join(attrs).encode(), stdout=out, env=env)
        if run.returncode:
            sys.exit(f"{' '.join(command)}: exit code {run.returncode}")
        files[format_name] = file
    return files


def closure(attrs, rows, folder):
    """The packages as `nix path-info --json` lists them."""
    name = lambda row: f"{row['pname']}-{row['version']}" if row.get("version") else row["pname"]
    paths = [f"/nix/store/{'0' * 31}{number % 10}-{name(rows[attr])}" for number, attr in enumerate(attrs)]
    file = folder / "closure.json"
    file.write_text(json.dumps([{"path": path, "references": []} for path in sorted(set(paths))]))
    return file


def licenses(document):
    """All that an SPDX document says of licenses."""
    packages = {
        one.spdx_id: (str(one.license_declared), str(one.license_concluded), one.license_comment, one.copyright_text)
        for one in document.packages
    }
    extracted = {one.license_id: (one.license_name, one.extracted_text) for one in document.extracted_licensing_info}
    return packages, extracted


def round_trip(files, folder, name):
    """Problems of what spdx-tools reads, writes in the other form, and reads again."""
    from spdx_tools.spdx.parser.parse_anything import parse_file
    from spdx_tools.spdx.writer.write_anything import write_file

    problems = []
    for start, end in (("spdx", "spdx"), ("spdx-tv", "spdx.json")):
        document = parse_file(str(files[start]))
        again = folder / f"{name}.again.{end}"
        write_file(document, str(again), validate=True)
        if licenses(document) != licenses(parse_file(str(again))):
            problems.append(f"{name}: {start} says something else about licenses after a round trip")
    return problems


def schema_problems(args, file):
    if not args.schema:
        return []
    import jsonschema

    schema = json.loads(Path(args.schema).read_text())
    validator = jsonschema.validators.validator_for(schema)(schema)
    errors = list(validator.iter_errors(json.loads(file.read_text())))
    return [f"{file.name}: {'/'.join(map(str, error.absolute_path))}: {error.message[:200]}" for error in errors[:5]]


def node_problems(args, files):
    if not args.node:
        return []
    pairs = [[str(one["cyclonedx"]), "1.6"] for one in files] + [[str(one["cyclonedx-1.7"]), "1.7"] for one in files]
    script = Path(args.node) / "bills.cjs"
    script.write_text(NODE)
    run = subprocess.run(["node", script.name, json.dumps(pairs)], cwd=args.node, capture_output=True, text=True)
    return [] if run.returncode == 0 else [f"@cyclonedx/cyclonedx-library: {run.stdout[-2000:]}{run.stderr[-500:]}"]


def check(args, files, folder, name):
    problems = []
    for kind, format_name in (("1.6", "cyclonedx"), ("1.7", "cyclonedx-1.7"), ("spdx", "spdx"), ("spdx", "spdx-tv")):
        read = validate.spdx if kind == "spdx" else lambda file: validate.cyclonedx("V" + kind.replace(".", "_"), file)
        problems += [f"{name}: {format_name}: {one}" for one in read(str(files[format_name]))]
    return problems + round_trip(files, folder, name) + schema_problems(args, files["spdx-3"])


def main():
    parser = registries.arguments(__doc__, packages=50)
    parser.add_argument("--node", help="folder with @cyclonedx/cyclonedx-library installed")
    parser.add_argument("--schema", help="the JSON schema of SPDX 3.0.1")
    return registries.in_a_folder(measure, parser.parse_args())


def measure(args, folder):
    chosen = registries.choose(args, registries.prefixes(args.config))
    all_files, problems, seen, concluded = [], [], 0, 0
    for number, (tree, attrs) in enumerate(chosen.items()):
        command = registries.scan(args, tree, ["--fetch", "--vendored"], attrs)
        env = os.environ | {"CLARITY_CACHE": str(folder / "cache")}
        out = subprocess.run(command, input="\n".join(attrs).encode(), stdout=subprocess.PIPE, env=env).stdout
        rows = [json.loads(line) for line in out.decode().splitlines()]
        rows = {row["attr"]: row for row in rows if row["kind"] == "package"}
        had = [attr for attr, row in rows.items() if row["outcome"] == "audited"]
        seen += len(had)
        concluded += sum(bool(rows[attr].get("concluded", {}).get("expression")) for attr in had)
        files = [write(args, tree, ["--attr", "-"], had, folder, f"packages-{number}")]
        listed = closure(had, rows, folder)
        files.append(write(args, tree, ["--closure", str(listed)], [], folder, f"closure-{number}"))
        for one in files:
            problems += check(args, one, folder, one["spdx"].name)
        all_files += files
    problems += node_problems(args, all_files)
    print(f"{seen} packages were looked at, {concluded} with a concluded license; {len(all_files)} documents in each of "
          f"{len(FORMATS)} formats; {len(problems)} problems")
    print("\n".join(problems[:50]))
    return 1 if problems or seen < args.packages else 0


if __name__ == "__main__":
    sys.exit(main())
