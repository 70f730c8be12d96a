"""Checks bills of materials with the official libraries: validate.py KIND FILE.. (kinds: 1.6, 1.7, spdx)."""

import json
import sys

from cyclonedx.schema import OutputFormat, SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from license_expression import get_spdx_licensing
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

LICENSING = get_spdx_licensing()


def expressions(license):
    return [license["expression"]] if "expression" in license else []


def cyclonedx(version, file):
    text = open(file, encoding="utf-8").read()
    error = JsonStrictValidator(SchemaVersion[version]).validate_str(text)
    problems = [str(error)] if error else []
    for component in json.loads(text)["components"]:
        licenses = component.get("licenses", [])
        stated = [one for license in licenses for one in expressions(license)]
        if version == "V1_6" and stated and len(licenses) > 1:
            problems.append(f"{component['name']}: an expression beside another license")
        for one in stated:
            try:
                LICENSING.parse(one)
            except Exception as fault:
                problems.append(f"{component['name']}: {one}: {fault}")
    return problems


def spdx(file):
    return [message.validation_message for message in validate_full_spdx_document(parse_file(file))]


def main(kind, files):
    check = {"1.6": lambda f: cyclonedx("V1_6", f), "1.7": lambda f: cyclonedx("V1_7", f), "spdx": spdx}[kind]
    problems = [f"{file}: {problem}" for file in files for problem in check(file)]
    print("\n".join(problems[:50]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
