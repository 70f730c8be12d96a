//! `--closure`: the packages that something needs, as Nix prints them.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::scan::{clarity, copied};
use crate::seen::{Bench, case, said};

fn rows(report: &str) -> Vec<Value> {
    report.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect()
}

fn outcome(row: &Value) -> Option<&str> {
    row["outcome"].as_str().or_else(|| row["kind"].as_str().filter(|kind| matches!(*kind, "skipped" | "failed")))
}

/// Names with their outcomes.
fn outcomes(rows: &[Value]) -> Vec<(&str, &str)> {
    rows.iter().filter_map(|row| Some((row["attr"].as_str()?, outcome(row)?))).collect()
}

fn store_path(name: &str) -> String {
    format!("/nix/store/{}-{name}", "0".repeat(32))
}

#[test]
fn a_closure_selects_its_packages_by_name_and_version() {
    let folder = copied();
    let (tree, file) = (folder.path().join("nixpkgs"), folder.path().join("closure.json"));
    let scan = |closure: &Value, args: &[&str]| {
        fs::write(&file, closure.to_string()).expect("writable");
        let (tree, file) = (tree.to_str().expect("UTF-8"), file.to_str().expect("UTF-8"));
        clarity(&[&["scan", tree, "--closure", file, "--format", "jsonl", "--fail-on", "never"], args].concat())
    };
    let of_paths = json!([
        { "path": store_path("amber-clock-1.4.0"), "deriver": store_path("amber-clock-1.4.0.drv") },
        { "path": store_path("birch-log-0.3.1-dev") },
        { "path": store_path("python3.12-willow-0.4.2") },
        { "path": store_path("unit-sshd.service") },
    ]);
    let run = scan(&of_paths, &[]);
    let read = rows(&run.stdout);
    let wanted = [
        ("amber-clock", "audited"),
        ("birch-log", "audited"),
        ("python3Packages.willow", "audited"),
        ("unit-sshd.service", "skipped"),
    ];
    assert_eq!(outcomes(&read), wanted, "{}", run.stderr);
    assert_eq!(run.code, 0, "a file that the system writes is no package: {}", run.stderr);
    let checks: Vec<&str> = read.iter().filter_map(|row| row["check"].as_str()).collect();
    assert!(!checks.contains(&"LIC060"), "suppressions of other packages are not stale: {checks:?}");

    let of_derivations = json!({
        store_path("amber-clock-9.drv"): { "outputs": { "out": { "path": store_path("amber-clock-9") } } },
        store_path("amber-clock-9.tar.gz.drv"): { "outputs": { "out": { "path": "p", "hash": "h" } } },
    });
    let run = scan(&of_derivations, &[]);
    assert_eq!(outcomes(&rows(&run.stdout)), [("amber-clock-9", "failed")]);
    assert!(run.stdout.contains("the tree has version 1.4.0"), "{}", run.stdout);
    assert_eq!(run.code, 3, "it was asked for and could not be looked at");

    let failing = "  amber-clock = nothingLikeIt;\n";
    let all = tree.join("pkgs/top-level/all-packages.nix");
    let text = fs::read_to_string(&all).expect("readable");
    let at = text.rfind('}').expect("a set");
    fs::write(&all, format!("{}{failing}{}", &text[..at], &text[at..])).expect("writable");
    let run = scan(&json!([{ "path": store_path("amber-clock-1.4.0") }]), &[]);
    assert_eq!(outcomes(&rows(&run.stdout)), [("amber-clock", "failed")], "{}", run.stdout);
    assert_eq!(run.code, 3);
    fs::write(&all, text).expect("writable");

    for other in [json!({}), json!("hello"), json!({ "a": 1 })] {
        let run = scan(&other, &[]);
        assert_eq!(run.code, 2);
        assert!(run.stderr.contains("is no closure; write one with `nix path-info"), "{}", run.stderr);
    }
}

#[test]
fn bills_and_notices_are_those_of_the_closure() {
    let folder = copied();
    let (tree, file) = (folder.path().join("nixpkgs"), folder.path().join("closure.json"));
    fs::write(&file, json!([{ "path": store_path("amber-clock-1.4.0") }]).to_string()).expect("writable");
    let (tree, file) = (tree.to_str().expect("UTF-8"), file.to_str().expect("UTF-8"));
    let bill = clarity(&["scan", tree, "--closure", file, "--format", "cyclonedx", "--fail-on", "never"]);
    let bill: Value = serde_json::from_str(&bill.stdout).expect("JSON");
    let names: Vec<&str> =
        bill["components"].as_array().into_iter().flatten().filter_map(|one| one["name"].as_str()).collect();
    assert!(names.contains(&"amber-clock") && !names.contains(&"birch-log"), "{names:?}");
    let notices = clarity(&["notices", tree, "--closure", file]);
    assert_eq!(notices.code, 0, "{}", notices.stderr);
    assert!(notices.stdout.contains("amber-clock") && !notices.stdout.contains("birch-log"), "{}", notices.stdout);
}

#[test]
fn suppressions_of_packages_outside_are_not_stale() {
    let folder = copied();
    let tree = folder.path().join("nixpkgs");
    let config =
        "[[suppress]]\nattr = \"birch-log\"\ncheck = \"LIC010\"\nreason = \"known\"\nevidence = \"000000000000\"\n";
    fs::write(tree.join("clarity.toml"), config).expect("writable");
    let scan = |args: &[&str]| {
        let tree = tree.to_str().expect("UTF-8");
        clarity(&[&["scan", tree, "--format", "jsonl", "--fail-on", "never", "--metadata-only"], args].concat()).stdout
    };
    let stale = |report: &str| report.matches("\"LIC060\"").count();
    let closure = folder.path().join("closure.json");
    fs::write(&closure, json!([{ "path": store_path("amber-clock-1.4.0") }]).to_string()).expect("writable");
    assert_eq!(stale(&scan(&["--closure", closure.to_str().expect("UTF-8")])), 0);
}

#[test]
#[ignore = "needs nix and a Nix store that can be written"]
fn nix_prints_closures_that_are_read() {
    let bench = Bench::new(&[case("alpha", "MIT"), case("beta", "ISC")]);
    let expression = "let made = name: needs: derivation { inherit name; system = builtins.currentSystem; builder = \
                      \"/bin/sh\"; args = [ \"-c\" \"echo ${toString needs} > $out\" ]; }; in made \"alpha-1.0\" (made \"beta-1.0\" \"\")";
    let mut build = Command::new("nix-build");
    build.args(["--no-out-link", "--option", "sandbox", "false", "-E", expression]);
    let path = said(build.output().expect("nix is installed"));
    let nix = |args: &[&str]| {
        let mut command = Command::new("nix");
        command.args(["--extra-experimental-features", "nix-command"]).args(args).arg(path.trim());
        said(command.output().expect("nix is installed"))
    };
    let scanned = |closure: &str, file: &Path| {
        fs::write(file, closure).expect("writable");
        bench.scanned(&["--no-cache", "--closure", file.to_str().expect("UTF-8")])
    };
    for (number, args) in
        [&["path-info", "--recursive", "--json"][..], &["show-derivation", "--recursive"]].into_iter().enumerate()
    {
        let report = scanned(&nix(args), &bench.path(&number.to_string()));
        let read = rows(&report);
        assert_eq!(outcomes(&read), [("alpha", "audited"), ("beta", "audited")], "{args:?}");
    }
}
