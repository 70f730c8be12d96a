//! `meta.identifiers`: read as nixpkgs writes it, and carried in JSON, CSV and bills of materials.

use std::fs;

use serde_json::{Value, json};

use crate::scan::clarity;

/// A tree of one package with this value of `meta.identifiers`, as each format has it.
fn scanned(identifiers: &str, format: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let nix = format!(
        "{{ lib, stdenv }}: stdenv.mkDerivation rec {{ pname = \"hello\"; version = \"2.12\"; src = ./.; meta = {{\n\
         license = \"foo\";\n identifiers = {identifiers}; }}; }}\n"
    );
    fs::write(folder.path().join("hello.nix"), nix).expect("writable");
    let tree = folder.path().to_str().expect("UTF-8");
    let run = clarity(&["scan", "--tree", tree, "--metadata-only", "--fail-on", "never", "--format", format]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    run.stdout
}

fn row(identifiers: &str) -> Value {
    let text = scanned(identifiers, "jsonl");
    let rows = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    rows.into_iter().find(|row| row["kind"] == "package").expect("a package")["identifiers"].take()
}

const CPE: &str = "cpe:2.3:a:gnu:hello:2.12:*:*:*:*:*:*:*";

#[test]
fn identifiers_are_read_as_they_are_written() {
    for (written, read) in [
        ("{ cpeParts = { vendor = \"gnu\"; inherit version; update = \"*\"; }; }", json!({ "cpe": CPE })),
        ("{ cpeParts.vendor = \"gnu\"; }", json!({ "possible_cpes": [CPE] })),
        (
            "{ cpeParts = { vendor = \"gnu\"; product = \"h\"; version = \"3\"; update = \"rc1\"; }; }",
            json!({ "cpe": "cpe:2.3:a:gnu:h:3:rc1:*:*:*:*:*:*" }),
        ),
        (
            "{ purlParts = { type = \"github\"; spec = \"gnu/hello@v${version}\"; }; }",
            json!({ "purls": ["pkg:github/gnu/hello@v2.12"] }),
        ),
        (
            "{ purl = \"pkg:npm/a@1\"; purls = [ \"pkg:npm/a@1\" \"pkg:npm/b@2\" ]; }",
            json!({ "purls": ["pkg:npm/a@1", "pkg:npm/b@2"] }),
        ),
        (
            "{ v1 = { cpe = \"x\"; possibleCPEs = [ { cpe = \"x\"; } { cpe = \"y\"; } ]; purl = \"pkg:npm/a@1\"; }; }",
            json!({ "cpe": "x", "possible_cpes": ["y"], "purls": ["pkg:npm/a@1"] }),
        ),
        ("{ possibleCPEs = [ { cpe = \"y\"; } ]; cpeParts.vendor = \"gnu\"; }", json!({ "possible_cpes": ["y"] })),
    ] {
        assert_eq!(row(written), read, "{written}");
    }
    for nothing in
        ["{ }", "{ cpeParts = { product = \"x\"; }; }", "null", "throw \"no\"", "{ purlParts.type = \"npm\"; }"]
    {
        assert_eq!(row(nothing), Value::Null, "{nothing}");
    }
}

#[test]
fn identifiers_are_carried_in_every_bill_of_materials_and_in_csv() {
    let written =
        "{ cpeParts = { vendor = \"gnu\"; inherit version; update = \"*\"; }; purl = \"pkg:github/gnu/hello@v2.12\"; }";
    for (format, parts) in [
        ("cyclonedx", &["\"cpe\": \"CPE\"", "\"value\": \"PURL\""][..]),
        ("cyclonedx-1.7", &["\"cpe\": \"CPE\"", "\"value\": \"PURL\""]),
        (
            "spdx",
            &["\"referenceType\": \"cpe23Type\"", "\"referenceLocator\": \"CPE\"", "\"referenceLocator\": \"PURL\""],
        ),
        ("spdx-tv", &["ExternalRef: SECURITY cpe23Type CPE\n", "ExternalRef: PACKAGE-MANAGER purl PURL\n"]),
        ("spdx-3", &["\"externalIdentifierType\": \"cpe23\"", "\"identifier\": \"CPE\"", "\"identifier\": \"PURL\""]),
        ("csv", &[",CPE,PURL\n"]),
    ] {
        let text = scanned(written, format);
        for part in parts {
            let part = part.replace("CPE", CPE).replace("PURL", "pkg:github/gnu/hello@v2.12");
            assert!(text.contains(&part), "{format}: {part} is missing in {text}");
        }
    }
    let possible = scanned("{ cpeParts.vendor = \"gnu\"; }", "cyclonedx");
    assert!(
        possible.contains("nixpkgs:possibleCpe") && !possible.contains("\"cpe\":"),
        "a guess is no statement: {possible}"
    );
}

#[test]
fn identifiers_of_another_form_stay_out_of_bills_of_materials() {
    for written in
        ["{ cpe = \"cpe:2.3:a:x y:<script>\"; }", "{ cpe = \"a\\nExternalRef: x\"; purl = \"javascript:alert(1)\"; }"]
    {
        for format in ["cyclonedx", "spdx", "spdx-tv", "spdx-3"] {
            let text = scanned(written, format);
            assert!(
                !text.contains("script") && !text.contains("\nExternalRef: x") && !text.contains("cpe23"),
                "{format}: {text}"
            );
        }
    }
    let many = format!("{{ purls = [ {} ]; }}", "\"pkg:npm/a@1\" ".repeat(5_000));
    assert!(row(&many)["purls"].as_array().expect("a list").len() <= 1_000);
}
