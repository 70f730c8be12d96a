//! `[policy]`: licenses that a project accepts.

use std::fs;

use serde_json::Value;

use crate::scan::{Run, clarity, fixture};

/// A scan of the fixture with this policy in a file of the user.
fn with(policy: &str, args: &[&str]) -> Run {
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("clarity.toml");
    fs::write(&config, format!("[policy]\n{policy}\n")).expect("writable");
    let (tree, sources) = (fixture(), fixture().join("sources"));
    let [tree, sources, config] = [&tree, &sources, &config].map(|path| path.to_str().expect("UTF-8"));
    let fixed = ["scan", tree, "--config", config, "--select", "LIC080", "--format", "jsonl"];
    let of_sources = if args.contains(&"--metadata-only") { &[][..] } else { &["--sources", sources] };
    clarity(&[&fixed[..], of_sources, args].concat())
}

/// Attributes with a finding.
fn refused(run: &Run) -> Vec<String> {
    let rows = run.stdout.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let found = rows.filter(|row| row["check"] == "LIC080");
    found.map(|row| row["attr"].as_str().expect("an attribute").to_owned()).collect()
}

#[test]
fn denied_licenses_fail_a_run_and_others_do_not() {
    let run = with("deny = [\"ISC\"]", &[]);
    let all = refused(&run);
    assert!(run.code == 1 && !all.is_empty(), "{}: {}", run.code, run.stderr);
    let first = &all[0];
    let excepted =
        format!("deny = [\"ISC\"]\nexceptions = [{{ attr = \"{first}\", allow = [\"ISC\"], reason = \"known\" }}]");
    assert_eq!(refused(&with(&excepted, &[])), all[1..], "the excepted package is accepted");
    let clean = with("deny = [\"EUPL-1.2\"]", &[]);
    assert_eq!((clean.code, refused(&clean)), (0, Vec::new()), "{}", clean.stderr);
}

#[test]
fn the_declared_side_is_judged_without_any_source() {
    let of_source = with("allow = [\"MIT\"]", &["--metadata-only"]);
    assert_eq!(refused(&of_source), Vec::<String>::new(), "nothing is concluded");
    let tree = fixture();
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("clarity.toml");
    fs::write(&config, "[policy]\nallow = [\"MIT\"]\n").expect("writable");
    let [tree, config] = [&tree, &config].map(|path| path.to_str().expect("UTF-8"));
    let shown = clarity(&["scan", tree, "--config", config, "--metadata-only", "--fail-on", "never"]).stdout;
    assert!(shown.contains("policy: 35 packages not judged, because no license is known"), "{shown}");
    let declared = with("allow = [\"MIT\"]\nof = \"declared\"", &["--metadata-only"]);
    assert_eq!(declared.code, 1, "{}", declared.stderr);
    assert!(declared.stdout.contains("which the policy of this project does not accept"), "{}", declared.stdout);
    assert!(refused(&declared).len() > 3, "{}", declared.stdout);
}

#[test]
fn a_slip_of_the_pen_is_an_error_with_its_line() {
    let run = with("allow = [\"MTI\"]", &[]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("did you mean `MIT`?") && run.stderr.contains("line 2"), "{}", run.stderr);
}

/// What was accepted for one license is not accepted for the next.
#[test]
fn an_accepted_finding_of_a_source_expires_with_its_license() {
    let pin = |deny: &str| {
        let run = with(deny, &["--attr", "birch-log"]);
        let rows = run.stdout.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        let found = rows.into_iter().find(|row| row["check"] == "LIC080").expect("a finding");
        (found["pin"].clone(), found["concluded"].clone())
    };
    let (of_source, concluded) = pin("deny = [\"Apache-2.0\"]");
    let (of_declared, _) = pin("deny = [\"MIT\"]\nof = \"declared\"");
    assert_eq!(concluded, "Apache-2.0");
    assert_ne!(of_source, of_declared, "the pin of the one rests on the source, that of the other does not");
}
