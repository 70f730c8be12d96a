//! Bills of materials, held against what the formats require.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use clarity::report::{FORMATS, Report, Style};
use serde_json::Value;

use crate::golden;
use crate::scan::{clarity, fixture};

fn rendered(name: &str, report: &Report) -> String {
    let format = FORMATS.iter().find(|format| format.name == name).expect("a format");
    let mut out = Vec::new();
    format.write(report, Style::default(), &mut out).expect("memory");
    String::from_utf8(out).expect("UTF-8")
}

fn json(name: &str, report: &Report) -> Value {
    serde_json::from_str(&rendered(name, report)).expect("JSON")
}

fn hostile() -> Report {
    let names = golden::HOSTILE.iter().filter(|name| !name.is_empty());
    golden::report(names.map(|name| golden::package(name, "a.nix", 3, "MIT", "GPL-2.0-only OR MIT")).collect())
}

#[test]
fn an_expression_stands_alone_before_1_7_and_no_id_is_one() {
    for name in ["cyclonedx", "cyclonedx-1.7"] {
        let document = json(name, &hostile());
        for component in document["components"].as_array().expect("components") {
            let Some(licenses) = component["licenses"].as_array() else { continue };
            let expressions = licenses.iter().filter(|one| one.get("expression").is_some()).count();
            assert!(expressions == 0 || licenses.len() == 1 || name == "cyclonedx-1.7", "{licenses:?}");
            let ids = licenses.iter().filter_map(|one| one["license"]["id"].as_str());
            ids.for_each(|id| assert!(!id.contains(' ') && !id.starts_with("LicenseRef-"), "{id}"));
        }
    }
}

#[test]
fn a_license_that_the_schemas_do_not_know_is_a_name() {
    let report = golden::report(vec![golden::package("birch-log", "a.nix", 3, "MIT", "Bugroff")]);
    for name in ["cyclonedx", "cyclonedx-1.7"] {
        let text = json(name, &report).to_string();
        assert!(text.contains("\"name\":\"Bugroff\"") && !text.contains("\"id\":\"Bugroff\""), "{text}");
        assert!(text.contains("\"id\":\"MIT\""), "{text}");
    }
}

#[test]
fn both_sides_are_in_every_format() {
    let report = golden::report(vec![golden::package("birch-log", "a.nix", 3, "MIT", "Apache-2.0")]);
    for format in FORMATS.iter().filter(|format| format.evidence) {
        let text = rendered(format.name, &report);
        assert!(text.contains("MIT") && text.contains("Apache-2.0") && text.contains("birch-log"), "{text}");
    }
}

#[test]
fn ids_are_unique_and_hold_what_spdx_allows() {
    let document = json("spdx", &hostile());
    let packages = document["packages"].as_array().expect("packages");
    let ids: BTreeSet<&str> = packages.iter().filter_map(|one| one["SPDXID"].as_str()).collect();
    assert_eq!(ids.len(), packages.len());
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || ".-".contains(letter);
    assert!(ids.iter().all(|id| id.chars().all(allowed)), "{ids:?}");
    let named = document["relationships"].as_array().expect("relations").iter().flat_map(|relation| {
        [&relation["spdxElementId"], &relation["relatedSpdxElement"]].map(|id| id.as_str().unwrap_or_default())
    });
    assert!(named.into_iter().all(|id| id == "SPDXRef-DOCUMENT" || ids.contains(id)));
}

#[test]
fn no_value_ends_a_field_of_tags() {
    let text = rendered("spdx-tv", &hostile());
    let tags =
        ["SPDX", "Data", "Document", "License", "Creat", "Package", "Files", "ExternalRef", "Extracted", "Relat"];
    let mut inside = false;
    for line in text.lines().filter(|line| !line.is_empty()) {
        let is_tag = tags.iter().any(|tag| line.starts_with(tag));
        assert!(inside || is_tag, "{line}");
        inside = (inside || line.contains("<text>")) && !line.contains("</text>");
    }
}

#[test]
fn the_same_report_has_the_same_serial_number() {
    let number = |report: &Report| json("cyclonedx", report)["serialNumber"].clone();
    assert_eq!(number(&hostile()), number(&hostile()));
    let other = golden::report(vec![golden::package("a", "a.nix", 3, "MIT", "MIT")]);
    assert_ne!(number(&hostile()), number(&other));
}

#[test]
fn notices_have_each_text_once_with_holders_and_files() {
    let tree = fixture();
    let notices = |form: &str| {
        clarity(&["notices", "birch-log", "amber-clock", "--tree", tree.to_str().expect("UTF-8"), "--format", form])
    };
    let text = notices("text");
    assert_eq!(text.code, 0, "{}", text.stderr);
    assert!(text.stdout.starts_with("amber-clock 1.4.0\n=================\n"), "{}", text.stdout);
    assert_eq!(text.stdout.matches("TERMS AND CONDITIONS FOR USE, REPRODUCTION").count(), 1);
    assert!(text.stdout.contains("  Copyright: The amber-clock authors\n"), "{}", text.stdout);
    let installed = "License text installed: no phase in nixpkgs installs one; the build of the source itself may\n";
    assert!(text.stdout.contains(installed), "{}", text.stdout);
    assert!(notices("markdown").stdout.contains("### MIT\n"));
    let page = notices("html").stdout;
    assert!(page.contains("<h3>MIT</h3>") && page.contains("<h3>Apache-2.0</h3>"), "{page}");
    assert_eq!(page.matches("TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION").count(), 1);
    let dep5 = notices("dep5").stdout;
    let plain = dep5.lines().filter(|line| !line.starts_with(' ') && !line.is_empty());
    for line in plain {
        let (field, _) = line.split_once(": ").expect("a field");
        assert!(["Format", "Upstream-Name", "Comment", "Files", "Copyright", "License"].contains(&field), "{line}");
    }
    let silent = clarity(&["notices", "iris-tool", "--tree", tree.to_str().expect("UTF-8")]);
    let rest = "Without a license of their own: 1 file; that of the whole is not known\n";
    assert!(silent.stdout.contains(rest), "{}", silent.stdout);
    for part in ["Files: birch-log/*\n", "Files: amber-clock/*\n", "Comment: amber-clock/ is amber-clock 1.4.0\n"] {
        assert!(dep5.contains(part), "{part} is missing in {dep5}");
    }
    assert!(dep5.matches("Format: ").count() == 1 && dep5.matches("\nLicense: MIT\n ").count() == 1, "{dep5}");
    let one = clarity(&["notices", "birch-log", "--tree", tree.to_str().expect("UTF-8"), "--format", "dep5"]).stdout;
    assert!(one.contains("Upstream-Name: birch-log 0.3.1\n") && one.contains("Files: *\n"), "{one}");
    assert_eq!(clarity(&["notices", "none", "--tree", tree.to_str().expect("UTF-8")]).code, 2);
}

/// Runs the official libraries over `files`.
fn validate(kind: &str, files: &[&Path]) {
    let python = std::env::var("CLARITY_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sbom/validate.py");
    let run = Command::new(python).arg(script).arg(kind).args(files).output().expect("Python runs");
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{said}{}", String::from_utf8_lossy(&run.stderr));
}

#[test]
#[ignore = "needs the Python packages spdx-tools and cyclonedx-python-lib[validation]"]
fn sbom_of_the_fixture_and_of_hostile_names_are_valid_by_the_official_libraries() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let tree = fixture();
    let kinds = [
        ("1.6", "cyclonedx", ".cdx.json"),
        ("1.7", "cyclonedx-1.7", ".cdx.json"),
        ("spdx", "spdx", ".spdx.json"),
        ("spdx", "spdx-tv", ".spdx"),
    ];
    for (kind, format, ending) in kinds {
        let of_fixture = folder.path().join(format!("fixture-{format}{ending}"));
        let output = format!("{format}={}", of_fixture.display());
        clarity(&["scan", "--tree", tree.to_str().expect("UTF-8"), "--fail-on", "never", "-o", &output]);
        let of_hostile = folder.path().join(format!("hostile-{format}{ending}"));
        std::fs::write(&of_hostile, rendered(format, &hostile())).expect("writable");
        validate(kind, &[&of_fixture, &of_hostile]);
    }
}
