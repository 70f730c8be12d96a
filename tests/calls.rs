//! Ways of calling packages in a tree that has no package set of its own, each with what Nix makes of it.
//!
//! A file of `cases/calls` is a function of `pkgs` that gives packages and sets of them. In its head `#= attr: license`
//! says what each declares, or the first address of its source; `as attr` behind it is the attribute path of the row where a path through an unknown scope
//! cannot be followed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::scan::clarity;

const FILES: [&str; 4] = ["package-functions", "scopes", "builders", "sets"];

const SOURCES: &str = "sources";

/// So many ways at least are held against Nix.
const LEAST_WAYS: usize = 50;
const LEAST_SOURCES: usize = 30;

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

/// Attribute paths of Nix with their licenses and the attribute paths of the rows.
fn expectations(file: &str) -> Vec<(String, String, String)> {
    let text = fs::read_to_string(cases().join("calls").join(file).with_extension("nix")).expect("a case");
    let row = |line: &str| {
        let (attr, rest) = line.strip_prefix("#= ")?.split_once(": ")?;
        let (license, row) = rest.split_once(" as ").unwrap_or((rest, attr));
        Some((attr.to_owned(), license.to_owned(), row.to_owned()))
    };
    text.lines().filter_map(row).collect()
}

/// The rows of packages in `file` by attribute paths, with what `of` reads of each.
fn packages(file: &str, of: fn(&Value) -> &Value) -> BTreeMap<String, String> {
    let file = cases().join("calls").join(file).with_extension("nix");
    let scan = ["scan", file.to_str().expect("UTF-8"), "--metadata-only", "--format", "jsonl", "--fail-on", "never"];
    let run = clarity(&[&scan[..], &["--system", "x86_64-linux"]].concat());
    let rows = run.stdout.lines().map(|line| serde_json::from_str::<Value>(line).expect("each line is JSON"));
    let packages = rows.filter(|row| row["kind"] == "package");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    packages.map(|row| (text(&row["attr"]), text(of(&row)))).collect()
}

/// Compares what `of` reads of the rows of `file` with what is stated there; the number of cases.
fn hold(file: &str, of: fn(&Value) -> &Value) -> usize {
    let packages = packages(file, of);
    let expectations = expectations(file);
    for (attr, stated, row) in &expectations {
        assert_eq!(packages.get(row), Some(stated), "{file}: {attr}\n{packages:#?}");
    }
    expectations.len()
}

#[test]
fn every_way_of_calling_a_package_gives_it() {
    let ways: usize = FILES.iter().map(|file| hold(file, |row| &row["declared"]["expression"])).sum();
    assert!(ways >= LEAST_WAYS, "{ways}");
}

#[test]
fn every_way_of_writing_a_source_gives_its_address() {
    let ways = hold(SOURCES, |row| &row["source"][0]["urls"][0]);
    assert!(ways >= LEAST_SOURCES, "{ways}");
}

/// What Nix makes of the attributes of `file`, each put through the function `read`.
fn nix(file: &str, read: &str) -> Vec<String> {
    let store = tempfile::tempdir().expect("a temporary folder");
    let paths: String = expectations(file).iter().map(|(attr, ..)| format!("(read s.{attr}) ")).collect();
    let pkgs = "import <nixpkgs> { system = \"x86_64-linux\"; }";
    let place = cases().join("calls").join(file).with_extension("nix");
    let program = format!("let read = {read}; s = import {} {{ pkgs = {pkgs}; }}; in [ {paths} ]", place.display());
    let output = Command::new("nix-instantiate")
        .args(["--eval", "--json", "--strict", "--read-write-mode", "--store"])
        .arg(store.path())
        .args(["--expr", &program])
        .env("NIX_PATH", format!("nixpkgs={}", cases().join("inputs/behind").display()))
        .output()
        .expect("nix-instantiate runs");
    assert!(output.status.success(), "{file}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("a list of texts")
}

fn stated(file: &str) -> Vec<String> {
    expectations(file).into_iter().map(|(_, stated, _)| stated).collect()
}

#[test]
#[ignore = "needs nix-instantiate"]
fn every_way_of_calling_a_package_is_what_nix_evaluates() {
    for file in FILES {
        assert_eq!(nix(file, "package: package.meta.license.spdxId"), stated(file), "{file}");
    }
}

#[test]
#[ignore = "needs nix-instantiate"]
fn every_way_of_writing_a_source_is_what_nix_evaluates() {
    let first = "package: let own = package.src or null; \
                 src = if own != null then own else builtins.head package.srcs; \
                 in src.url or (builtins.head src.urls)";
    assert_eq!(nix(SOURCES, first), stated(SOURCES));
}
