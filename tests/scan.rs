//! `clarity scan` as a user runs it: the program, its exit codes and its rows.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// The miniature checkout that the README's first command scans.
pub fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/nixpkgs")
}

pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// Runs clarity with a cache of its own.
pub fn clarity(args: &[&str]) -> Run {
    let cache = tempfile::tempdir().expect("a temporary folder");
    let output: Output = Command::new(env!("CARGO_BIN_EXE_clarity"))
        .args(args)
        .env("CLARITY_CACHE", cache.path())
        .env("XDG_CONFIG_HOME", cache.path())
        .output()
        .expect("the program runs");
    Run {
        code: output.status.code().expect("not killed"),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

fn scan(tree: &Path, args: &[&str]) -> Run {
    clarity(&[&["scan", tree.to_str().expect("UTF-8")], args].concat())
}

fn rows(run: &Run) -> Vec<Value> {
    run.stdout.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect()
}

fn of_kind<'r>(rows: &'r [Value], kind: &str) -> Vec<&'r Value> {
    rows.iter().filter(|row| row["kind"] == kind).collect()
}

/// A copy of the fixture and its sources that a test may damage.
pub fn copied() -> tempfile::TempDir {
    let target = tempfile::tempdir().expect("a temporary folder");
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    for entry in walkdir::WalkDir::new(&from) {
        let entry = entry.expect("readable");
        let to = target.path().join(entry.path().strip_prefix(&from).expect("below"));
        if entry.file_type().is_dir() {
            fs::create_dir_all(&to).expect("writable");
        } else {
            fs::copy(entry.path(), &to).expect("writable");
        }
    }
    target
}

/// Makes the one hash in `file` that of the folder `source`, as it is now.
pub fn state_hash(file: &Path, source: &Path) {
    let text = fs::read_to_string(file).expect("readable");
    let (before, rest) = text.split_once("\"sha256-").expect("a hash");
    let (_, after) = rest.split_once('"').expect("a hash");
    let hash = clarity::source::hash_nar(source, clarity::source::Algo::Sha256).expect("readable");
    fs::write(file, format!("{before}\"{hash}\"{after}")).expect("writable");
}

#[test]
fn drift_fails_the_job_unless_told_otherwise() {
    assert_eq!(scan(&fixture(), &[]).code, 1);
    assert_eq!(scan(&fixture(), &["--fail-on", "never"]).code, 0);
    assert_eq!(scan(&fixture(), &["--attr", "amber-clock"]).code, 0, "a package that agrees");
}

#[test]
fn every_discovered_package_is_accounted_for() {
    let run = scan(&fixture(), &["--format", "jsonl"]);
    let rows = rows(&run);
    let summary = of_kind(&rows, "summary")[0];
    let count = |name: &str| summary[name].as_u64().expect("a number");
    assert_eq!(count("discovered"), count("audited") + count("skipped") + count("failed"));
    let outcomes = of_kind(&rows, "package").iter().filter(|row| row["outcome"] == "audited").count();
    assert_eq!(count("audited") as usize, outcomes);
    assert_eq!(count("skipped") as usize, of_kind(&rows, "skipped").len());
    assert_eq!(count("failed") as usize, of_kind(&rows, "failed").len());
    assert!(rows.iter().all(|row| row["schema"] == 1));
}

#[test]
fn one_job_and_eight_give_identical_bytes() {
    for format in ["terminal", "diff", "json", "jsonl"] {
        let one = scan(&fixture(), &["--format", format, "--jobs", "1"]);
        let eight = scan(&fixture(), &["--format", format, "--jobs", "8"]);
        assert_eq!(one.stdout, eight.stdout, "{format}");
    }
}

#[test]
fn a_finding_quotes_the_place_and_says_what_to_write() {
    let run = scan(&fixture(), &["--attr", "birch-log"]);
    for part in [
        "error[LIC010 mismatch]: birch-log: declared MIT, the source says Apache-2.0",
        "--> pkgs/by-name/bi/birch-log/package.nix:18:15",
        "18 |     license = lib.licenses.mit;",
        "^^^^^^^^^^^^^^^^ declared here",
        "src/lib.rs:1 Apache-2.0 (tag)",
        "= help: write `license = lib.licenses.asl20;`",
    ] {
        assert!(run.stdout.contains(part), "{part:?} is missing in:\n{}", run.stdout);
    }
}

#[test]
fn the_diff_shows_drifting_packages_and_nothing_else() {
    let run = scan(&fixture(), &["--format", "diff", "--attr", "birch-log", "--attr", "amber-clock"]);
    assert_eq!(run.stdout, "pkgs/by-name/bi/birch-log/package.nix:18:15 birch-log\n- MIT\n+ Apache-2.0\n");
}

#[test]
fn metadata_only_needs_no_source_and_still_sees_what_the_metadata_shows() {
    let run = scan(&fixture(), &["--metadata-only", "--format", "jsonl"]);
    let rows = rows(&run);
    let checks: BTreeMap<&str, usize> = of_kind(&rows, "finding").iter().fold(BTreeMap::new(), |mut all, row| {
        *all.entry(row["check"].as_str().expect("an id")).or_default() += 1;
        all
    });
    assert!(checks.keys().all(|id| ["LIC001", "LIC002", "LIC003", "LIC006"].contains(id)), "{checks:?}");
    assert!(checks.contains_key("LIC001") && checks.contains_key("LIC003"), "{checks:?}");
}

#[test]
fn a_check_can_be_chosen_or_ignored() {
    let ids = |args: &[&str]| -> Vec<String> {
        let run = scan(&fixture(), &[&["--format", "jsonl"], args].concat());
        of_kind(&rows(&run), "finding").iter().map(|row| row["check"].as_str().expect("an id").to_owned()).collect()
    };
    assert!(ids(&["--check", "LIC010"]).iter().all(|id| id == "LIC010"));
    assert!(!ids(&["--ignore", "LIC010"]).contains(&"LIC010".to_owned()));
    let refused = scan(&fixture(), &["--check", "LIC999"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("no such check"), "{}", refused.stderr);
}

#[test]
fn several_outputs_are_written_at_once() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (json, diff) = (folder.path().join("out.json"), folder.path().join("out.diff"));
    let outputs = [format!("json={}", json.display()), format!("diff={}", diff.display())];
    scan(&fixture(), &["--output", &outputs[0], "--output", &outputs[1]]);
    let document: Value = serde_json::from_str(&fs::read_to_string(json).expect("written")).expect("JSON");
    assert!(document["rows"].as_array().is_some_and(|rows| !rows.is_empty()));
    assert!(fs::read_to_string(diff).expect("written").contains("+ Apache-2.0"));
}

#[test]
fn attributes_come_from_standard_input_too() {
    use std::io::Write;
    let mut child = Command::new(env!("CARGO_BIN_EXE_clarity"))
        .args(["scan", fixture().to_str().expect("UTF-8"), "--attr", "-", "--format", "jsonl", "--metadata-only"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("the program runs");
    child.stdin.take().expect("a pipe").write_all(b"birch-log\n\npython3Packages.*\n").expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(
        text.contains("\"birch-log\"") && text.contains("python3Packages.xylem") && !text.contains("\"rook-chess\"")
    );
}

#[test]
fn an_attribute_that_is_not_there_is_told_and_is_no_success() {
    let none = scan(&fixture(), &["--attr", "no-such"]);
    assert_eq!(none.code, 2, "nothing of what was asked for exists");
    assert!(none.stdout.contains("no package matches `no-such`"), "{}", none.stdout);
    let some = ["--attr", "no-such", "--attr", "amber-clock", "--format", "jsonl"];
    let some = [&some[..], &["--strict"]].concat();
    let run = scan(&fixture(), &some);
    assert_eq!(run.code, 3, "a part of it exists");
    assert_eq!(of_kind(&rows(&run), "unmatched")[0]["pattern"], "no-such");
}

#[test]
fn attributes_are_plain_arguments() {
    let tree = fixture();
    let tree = tree.to_str().expect("UTF-8");
    let same = |args: &[&str]| clarity(&[&["scan", "--format", "jsonl"], args].concat());
    let with_option = same(&[tree, "--attr", "birch-log", "--attr", "python3Packages.*"]);
    for args in [
        &[tree, "birch-log", "python3Packages.*"][..],
        &["birch-log", "python3Packages.*", "--tree", tree],
        &["python3Packages.*", "-f", tree, "--attr", "birch-log"],
    ] {
        let run = same(args);
        assert_eq!((run.code, &run.stdout), (1, &with_option.stdout), "{args:?}: {}", run.stderr);
    }
    let two = same(&[tree, "birch-log", "--tree", tree]);
    assert!(two.code == 2 && two.stderr.contains("are two trees"), "{}", two.stderr);
}

#[test]
fn the_last_lines_say_what_to_do_next() {
    let run = scan(&fixture(), &["--attr", "birch-log"]);
    assert!(run.stdout.contains("findings: 1 error, 0 warnings, 0 notes\n          1 fixable with `clarity fix`\n"));
    assert!(run.stdout.contains("`clarity explain LIC010` says more") && !run.stdout.contains("[[suppress]]"));
    assert!(scan(&fixture(), &["--attr", "birch-log", "--verbose"]).stdout.contains("[[suppress]]"));
}

#[test]
fn wrong_usage_says_what_to_do_and_exits_with_2() {
    let missing = clarity(&["scan", "no/such/folder"]);
    assert_eq!(missing.code, 2);
    assert!(missing.stderr.contains("no/such/folder: no such file or folder; name a checkout"), "{}", missing.stderr);
    assert_eq!(clarity(&[]).code, 2);
    assert_eq!(clarity(&["scan", ".", "--format", "jsonx"]).code, 2);
}

#[test]
fn an_unknown_key_of_the_configuration_is_refused_with_its_line() {
    let tree = copied();
    let file = tree.path().join("nixpkgs/clarity.toml");
    fs::write(&file, "[sources]\ndirs = [\"sources\"]\nspeed = 9\n").expect("writable");
    let run = scan(&tree.path().join("nixpkgs"), &[]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("line 3") && run.stderr.contains("speed"), "{}", run.stderr);
}

#[test]
fn a_syntax_error_in_one_package_is_one_row_and_the_rest_comes_out() {
    let tree = copied();
    let root = tree.path().join("nixpkgs");
    fs::write(root.join("pkgs/by-name/bi/birch-log/package.nix"), "{ lib }: { meta = ").expect("writable");
    let run = scan(&root, &["--format", "jsonl", "--fail-on", "never"]);
    let rows = rows(&run);
    let failed = of_kind(&rows, "failed");
    assert_eq!(failed.len(), 1, "{failed:?}");
    let why = failed[0]["why"].as_str().expect("a reason");
    assert!(failed[0]["attr"] == "birch-log" && why.contains("package.nix"), "{failed:?}");
    assert!(of_kind(&rows, "package").len() > 20);
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_tree_is_not_followed() {
    let tree = copied();
    let root = tree.path().join("nixpkgs");
    let package = root.join("pkgs/by-name/bi/birch-log/package.nix");
    let outside = tree.path().join("outside.nix");
    fs::rename(&package, &outside).expect("writable");
    std::os::unix::fs::symlink(&outside, &package).expect("writable");
    let run = scan(&root, &["--format", "jsonl", "--fail-on", "never"]);
    let rows = rows(&run);
    assert!(of_kind(&rows, "package").iter().all(|row| row["attr"] != "birch-log"));
    let told = |row: &&&Value| row["attr"] == "birch-log";
    assert_eq!(of_kind(&rows, "failed").iter().filter(told).count(), 1, "{}", run.stdout);
}

#[test]
fn strict_tells_that_something_could_not_be_looked_at() {
    assert_eq!(scan(&fixture(), &["--strict", "--fail-on", "never"]).code, 3);
}

#[test]
fn explain_knows_every_check_and_every_package() {
    let check = clarity(&["explain", "LIC010"]);
    assert!(
        check.stdout.starts_with("LIC010 mismatch (error by default)") && check.stdout.contains("When it is wrong")
    );
    let tree = fixture();
    let package = clarity(&["explain", "birch-log", "--tree", tree.to_str().expect("UTF-8")]);
    assert_eq!(package.code, 0, "{}", package.stderr);
    for part in
        ["declared:  MIT (pkgs/by-name/bi/birch-log/package.nix:18:15)", "concluded: Apache-2.0", "  for: src/lib.rs:1"]
    {
        assert!(package.stdout.contains(part), "{part:?} is missing in:\n{}", package.stdout);
    }
    assert_eq!(
        package.stdout.lines().nth(1),
        Some("verdict:   drifts: declared MIT, the source says Apache-2.0"),
        "the verdict comes first"
    );
    let page = clarity(&["explain", "birch-log", "--tree", tree.to_str().expect("UTF-8"), "--format", "html"]).stdout;
    for part in
        ["<p>drifts: declared MIT", "<dd>high: 2 kinds of evidence agree</dd>", "What would change it", "[[suppress]]"]
    {
        assert!(page.contains(part), "{part:?} is missing in:\n{page}");
    }
    assert_eq!(clarity(&["explain", "no-such", "--tree", tree.to_str().expect("UTF-8")]).code, 2);
    assert_eq!(clarity(&["explain", "LIC099"]).code, 2);
    assert_eq!(clarity(&["explain", "LIC010", "--format", "html"]).code, 2);
    let idle = clarity(&["explain", "LIC010", "--fetch"]);
    assert_eq!(idle.code, 2);
    assert!(idle.stderr.contains("--fetch is about packages and says nothing of a check"), "{}", idle.stderr);
    assert_eq!(clarity(&["explain", "LIC010", "--verbose", "--color", "never"]).code, 0);
}
