//! Evaluated metadata as a second witness: every form that tools write it in, also compressed.

use serde_json::{Value, json};

use crate::scan::{clarity, fixture};

/// What the report says, with this metadata in a file of this name.
fn reported(name: &str, bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join(name);
    std::fs::write(&file, bytes).expect("writable");
    let file = file.to_str().expect("UTF-8");
    let tree = fixture();
    let tree = tree.to_str().expect("UTF-8");
    let run = clarity(&["scan", tree, "--metadata-only", "--format", "jsonl", "--fail-on", "never", "--meta", file]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    run.stdout
}

#[test]
fn every_form_of_evaluated_metadata_says_the_same_also_with_brotli() {
    let meta = json!({ "license": { "spdxId": "ISC", "shortName": "isc" } });
    let packages = json!({ "birch-log": { "name": "birch-log-0.3.1", "meta": meta } });
    let nix_env = packages.to_string();
    let channel = json!({ "version": 2, "packages": packages }).to_string();
    let jobs = json!({ "attr": "birch-log", "attrPath": ["birch-log"], "name": "birch-log-0.3.1", "meta": meta });
    let mut brotli = Vec::new();
    crate::source::archives::brotli_stored(channel.as_bytes(), &mut brotli);

    let report = reported("meta.json", nix_env.as_bytes());
    let row = |line: &str| serde_json::from_str::<Value>(line).expect("JSON");
    let told: Vec<_> = report.lines().map(row).filter(|row| row["kind"] == "disagreement").collect();
    assert_eq!(told.len(), 1, "{report}");
    assert_eq!(
        (&told[0]["attr"], &told[0]["stated"], &told[0]["evaluated"]),
        (&json!("birch-log"), &json!("MIT"), &json!("ISC"))
    );
    assert_eq!(report, reported("packages.json", channel.as_bytes()));
    assert_eq!(report, reported("packages.json.br", &brotli));
    assert_eq!(report, reported("jobs.jsonl", format!("{jobs}\n").as_bytes()));
}
