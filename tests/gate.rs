//! `clarity scan` as a CI job: baselines, suppressions, several reports at once; `schema` and `docs`.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::scan::{Run, clarity, copied, fixture};

fn run(tree: &Path, args: &[&str]) -> Run {
    clarity(&[&["scan", tree.to_str().expect("UTF-8"), "--format", "jsonl"], args].concat())
}

fn findings<'r>(rows: &'r [Value], state: &str) -> Vec<&'r Value> {
    rows.iter().filter(|row| row["kind"] == "finding" && row["state"] == state).collect()
}

fn rows(run: &Run) -> Vec<Value> {
    run.stdout.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect()
}

const EDITED: &str = "nixpkgs/pkgs/development/python-modules/willow/default.nix";

/// The file of a package that agrees with its source, with another license or with lines moved.
fn edit(folder: &Path, change: impl Fn(&str) -> String) {
    let file = folder.join(EDITED);
    let text = fs::read_to_string(&file).expect("readable");
    let changed = change(&text);
    assert_ne!(text, changed, "the edit changes something");
    fs::write(&file, changed).expect("writable");
}

#[test]
fn a_baseline_accepts_what_is_there_and_nothing_new() {
    let copy = copied();
    let tree = copy.path().join("nixpkgs");
    let file = copy.path().join("clarity.baseline");
    let baseline = file.to_str().expect("UTF-8");
    assert_eq!(run(&tree, &[]).code, 1);
    assert_eq!(run(&tree, &["--write-baseline", baseline]).code, 0);
    let clean = run(&tree, &["--baseline", baseline, "--fail-on", "note"]);
    assert_eq!((clean.code, findings(&rows(&clean), "new").len()), (0, 0), "{}", clean.stderr);

    edit(copy.path(), |text| format!("# moved\n\n\n{text}"));
    let moved = run(&tree, &["--baseline", baseline, "--fail-on", "note"]);
    assert_eq!((moved.code, findings(&rows(&moved), "new").len()), (0, 0));

    edit(copy.path(), |text| text.replace("licenses.asl20", "licenses.isc"));
    let edited = run(&tree, &["--baseline", baseline]);
    let new = rows(&edited);
    let new = findings(&new, "new");
    assert_eq!((edited.code, new.len()), (1, 1), "{}", edited.stdout);
    assert_eq!(new[0]["attr"], "python3Packages.willow");
}

#[test]
fn pruning_keeps_what_occurs_and_drops_the_rest() {
    let copy = copied();
    let tree = copy.path().join("nixpkgs");
    let file = copy.path().join("clarity.baseline");
    let baseline = file.to_str().expect("UTF-8");
    run(&tree, &["--write-baseline", baseline]);
    let written = fs::read_to_string(&file).expect("written");
    let old = "{\"attr\":\"zz-gone\",\"check\":\"LIC010\",\"declared\":\"MIT\",\"concluded\":\"ISC\"}\n";
    fs::write(&file, format!("{written}{old}")).expect("writable");
    assert_eq!(run(&tree, &["--baseline", baseline]).code, 0);
    assert_eq!(run(&tree, &["--baseline", baseline, "--prune-baseline", "--attr", "amber-clock"]).code, 0);
    assert!(fs::read_to_string(&file).expect("there").contains("zz-gone"), "a part of the tree tells nothing of it");
    assert_eq!(run(&tree, &["--baseline", baseline, "--prune-baseline"]).code, 0);
    assert_eq!(fs::read_to_string(&file).expect("there"), written);
}

#[test]
fn a_broken_baseline_is_an_error_of_usage() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("b");
    fs::write(&file, "<<<<<<< mine\n").expect("writable");
    let broken = run(&fixture(), &["--baseline", file.to_str().expect("UTF-8")]);
    assert_eq!(broken.code, 2);
    assert!(broken.stderr.contains("line 1") && broken.stderr.contains("--write-baseline"), "{}", broken.stderr);
}

#[test]
fn a_block_of_the_report_silences_its_finding_and_goes_stale_with_it() {
    let copy = copied();
    let tree = copy.path().join("nixpkgs");
    let before = rows(&run(&tree, &["--check", "LIC010"]));
    let finding = findings(&before, "new")[0].clone();
    let config = tree.join("clarity.toml");
    let text = fs::read_to_string(&config).expect("readable");
    let block = |pin: &str| {
        format!(
            "{text}\n[[suppress]]\nattr = {}\ncheck = \"LIC010\"\nevidence = \"{pin}\"\nreason = \"a test\"\n",
            finding["attr"]
        )
    };
    fs::write(&config, block(finding["pin"].as_str().expect("a pin"))).expect("writable");
    let silenced = rows(&run(&tree, &[]));
    assert_eq!(findings(&silenced, "suppressed").len(), 1);
    assert_eq!(findings(&silenced, "suppressed")[0]["reason"], "a test");
    fs::write(&config, block("000000000000")).expect("writable");
    let stale = rows(&run(&tree, &[]));
    let stale: Vec<&Value> = findings(&stale, "new").into_iter().filter(|row| row["check"] == "LIC060").collect();
    assert_eq!(stale.len(), 1);
    assert_eq!(stale[0]["file"], "clarity.toml");
}

#[test]
fn a_rule_that_matches_nothing_is_told_where_everything_was_looked_at() {
    let copy = copied();
    let tree = copy.path().join("nixpkgs");
    let config = tree.join("clarity.toml");
    let text = fs::read_to_string(&config).expect("readable");
    let rules = "\n[[role]]\nattr = \"birch-log\"\nglob = \"src/**\"\nrole = \"shipped\"\n\
        \n[[role]]\nattr = \"birch-log\"\nglob = \"old/**\"\nrole = \"test\"\n\
        \n[[curate]]\nattr = \"birch-log\"\npath = \"Cargo.toml\"\ndetected = \"ISC\"\nconcluded = \"NONE\"\n\
        reason = \"INCORRECT\"\ncomment = \"c\"\n\
        \n[[role]]\nglob = \"nowhere\"\nrole = \"test\"\n";
    fs::write(&config, format!("{text}{rules}")).expect("writable");
    let told = |args: &[&str]| -> Vec<String> {
        let rows = rows(&run(&tree, args));
        let told = rows.iter().filter(|row| row["check"] == "LIC060");
        told.map(|row| format!("{}:{} {}", row["file"], row["line"], row["message"])).collect()
    };
    let all = told(&[]);
    // Not every source of this checkout is there, so nothing can be said of the rule for all packages.
    assert_eq!(all.len(), 2, "{all:?}");
    assert!(
        all[0].contains("[[role]] for `old/**` of `birch-log`") && all[1].contains("[[curate]] for `Cargo.toml`"),
        "{all:?}"
    );
    for part in [&["--attr", "birch-log"][..], &["--metadata-only"], &["--ignore", "LIC060"]] {
        assert!(told(part).is_empty(), "{part:?}");
    }
}

#[test]
fn severities_and_ignored_packages_come_from_the_configuration() {
    let copy = copied();
    let tree = copy.path().join("nixpkgs");
    let config = tree.join("clarity.toml");
    let text = fs::read_to_string(&config).expect("readable");
    fs::write(&config, format!("{text}\n[severity]\nLIC010 = \"note\"\n[gate]\nfail_on = \"error\"\n"))
        .expect("writable");
    let noted = rows(&run(&tree, &["--check", "LIC010"]));
    let found = findings(&noted, "new");
    assert!(!found.is_empty() && found.iter().all(|row| row["severity"] == "note"));
    assert_eq!(run(&tree, &["--check", "LIC010"]).code, 0);
    assert_eq!(run(&tree, &["--check", "LIC010", "--fail-on", "note"]).code, 1);
    fs::write(&config, format!("{text}\n[ignore]\nattrs = [\"*\"]\n")).expect("writable");
    let nothing = run(&tree, &[]);
    assert_eq!((nothing.code, rows(&nothing).iter().filter(|row| row["kind"] == "package").count()), (0, 0));
}

#[test]
fn several_reports_are_written_at_once_and_before_the_gate_decides() {
    let folder = tempfile::tempdir().expect("a folder");
    let named = |format: &str| format!("{format}={}", folder.path().join(format).display());
    let formats = ["sarif", "github-summary", "gitlab", "junit", "csv", "markdown"];
    let outputs: Vec<String> = formats.iter().map(|format| named(format)).collect();
    let args: Vec<&str> = outputs.iter().flat_map(|output| ["--output", output]).collect();
    let run = run(&fixture(), &args);
    assert_eq!(run.code, 1);
    assert!(rows(&run).last().is_some_and(|row| row["kind"] == "summary"));
    for format in formats {
        let text = fs::read_to_string(folder.path().join(format)).expect("written");
        assert!(text.contains("LIC010"), "{format}: {text}");
    }
}

#[test]
fn schemas_and_documentation_are_printed_by_the_program() {
    for name in ["json", "jsonl", "config", "baseline"] {
        let schema: Value = serde_json::from_str(&clarity(&["schema", name]).stdout).expect("JSON");
        assert!(jsonschema::validator_for(&schema).is_ok(), "{name}");
    }
    let docs = clarity(&["docs"]).stdout;
    for check in clarity::check::CHECKS {
        assert!(docs.contains(&format!("## {} {}", check.id, check.name)) && docs.contains(check.wrong_when));
    }
    assert!(
        clarity::check::AUDITS
            .iter()
            .all(|audit| docs.contains(&format!("## {} {}\n\n{}", audit.id, audit.name, audit.what)))
    );
    assert!(clarity::report::FORMATS.iter().all(|format| docs.contains(&format!("| `{}` |", format.name))));
}
