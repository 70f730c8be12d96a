//! Which sets of a nixpkgs a scan enters without being asked, and which it names and leaves.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::scan::clarity;

const ENTRY: &str = "{ ... }: import ./pkgs/top-level";

const CONFIG: &str = "{
  packageOverrides = super: {
    manyPackages = super.manyPackages // { recurseForDerivations = true; };
    outer = super.outer // { inner = super.outer.inner // { recurseForDerivations = true; }; recurseForDerivations = true; };
    tests = { };
  };
}";

/// A package set: a huge one that is left out to save time, others with no mark, second names.
const PACKAGES: &str = "let
  package = name: { inherit name; type = \"derivation\"; meta.license = { spdxId = \"MIT\"; free = true; }; };
  many = builtins.listToAttrs (map (n: { name = \"p${toString n}\"; value = package \"p${toString n}\"; }) (builtins.genList (n: n) 6000));
  self = with self; {
    manyPackages = many // { recurseForDerivations = false; };
    morePackages = many // { recurseForDerivations = false; };
    outer = { inner = { deep = package \"deep\"; }; };
    tests = { recurseForDerivations = true; one = package \"one\"; };
    unmarked = { a = package \"a\"; };
    again = many // { stdenv = package \"stdenv\"; };
    second = unmarked;
    functions = { f = x: x; };
    plain = package \"plain\";
  };
in self";

fn rows(config: &str, jobs: &str) -> BTreeMap<String, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |file: &str, text: &str| fs::write(folder.path().join(file), text).expect("written");
    fs::create_dir_all(folder.path().join("pkgs/top-level")).expect("made");
    write("default.nix", ENTRY);
    write("pkgs/top-level/default.nix", PACKAGES);
    if !config.is_empty() {
        write("pkgs/top-level/packages-config.nix", config);
    }
    scanned(folder.path(), jobs)
}

fn scanned(tree: &Path, jobs: &str) -> BTreeMap<String, String> {
    let tree = tree.to_str().expect("UTF-8");
    let scan = ["scan", tree, "--metadata-only", "--format", "jsonl", "--fail-on", "never", "--jobs", jobs];
    let run = clarity(&scan);
    let rows = run.stdout.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    rows.filter(|row| ["package", "skipped", "failed"].contains(&row["kind"].as_str().unwrap_or_default()))
        .map(|row| (text(&row["attr"]), text(&row["why"])))
        .collect()
}

#[test]
fn sets_of_packages_json_are_entered_whatever_their_size() {
    let rows = rows(CONFIG, "1");
    assert_eq!(rows.keys().filter(|attr| attr.starts_with("manyPackages.")).count(), 6000);
    assert!(rows.contains_key("outer.inner.deep"), "a set that the list marks inside of another");
    assert!(rows.contains_key("tests.one"), "what the list hides holds packages all the same");
    assert!(!rows.contains_key("manyPackages"));
}

#[test]
fn shards_of_a_large_set_come_to_the_whole() {
    assert_eq!(rows(CONFIG, "1"), rows(CONFIG, "4"));
}

#[test]
fn sets_that_are_left_are_named_with_the_reason() {
    let rows = rows("", "1");
    let why = |attr: &str| rows.get(attr).map(String::as_str).unwrap_or_default();
    assert!(why("manyPackages").starts_with("a set of 6001 attributes"), "{}", why("manyPackages"));
    assert!(why("unmarked").contains("not marked to be descended into"), "{}", why("unmarked"));
    assert_eq!(why("again"), "a whole package set again");
    assert_eq!(why("second"), "the same set as unmarked");
    assert!(!rows.contains_key("functions"), "a set without packages is nobody's loss");
}
