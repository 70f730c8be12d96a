//! Trees whose own functions do not lead to their packages: files are read alone, and every license binding is
//! accounted for.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::patches::Place;

const PACKAGE: &str = r#"{ stdenv, lib }: stdenv.mkDerivation {
  pname = "amber"; version = "1"; src = null;
  meta.license = lib.licenses.mit;
}"#;

const FLAKE: &str = r#"{
  outputs = { self, nixpkgs, arranger }: {
    packages.x86_64-linux = { amber = arranger.lib.build ./pkgs/amber; other = arranger.packages.x86_64-linux.other; };
  };
}"#;

fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("below the folder")).expect("writable");
        fs::write(path, text).expect("writable");
    }
    folder
}

fn scan(tree: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_clarity"))
        .arg("scan")
        .arg(tree)
        .args(["--metadata-only", "--no-cache", "--fail-on", "never", "--system", "x86_64-linux"])
        .args(args)
        .output()
        .expect("the program runs")
}

fn rows(tree: &Path, args: &[&str]) -> Vec<Value> {
    let output = scan(tree, &[&["--format", "jsonl"], args].concat());
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect()
}

/// Kind, attribute path and license of each row.
fn seen(rows: &[Value]) -> Vec<(&str, &str, &str)> {
    rows.iter()
        .filter(|row| ["package", "skipped", "failed"].iter().any(|kind| row["kind"] == *kind))
        .map(|row| {
            let of = |name: &str| row[name].as_str().unwrap_or_default();
            (of("kind"), of("attr"), row["declared"]["expression"].as_str().unwrap_or_default())
        })
        .collect()
}

#[test]
fn a_package_behind_an_unknown_function_keeps_its_attribute() {
    let folder = tree(&[("flake.nix", FLAKE), ("pkgs/amber/default.nix", PACKAGE)]);
    let rows = rows(folder.path(), &[]);
    let expected = [("package", "packages.x86_64-linux.amber", "MIT"), ("skipped", "packages.x86_64-linux.other", "")];
    assert_eq!(seen(&rows), expected);
}

#[test]
fn a_file_that_nothing_names_is_called_after_its_folder() {
    let folder = tree(&[
        ("default.nix", "{ }: { lost = throw \"gone\"; }"),
        ("pkgs/amber/default.nix", PACKAGE),
        ("old/amber/default.nix", &PACKAGE.replace("licenses.mit", "licenses.isc")),
    ]);
    let rows = rows(folder.path(), &[]);
    let packages: Vec<_> = seen(&rows).into_iter().filter(|row| row.0 == "package").collect();
    assert_eq!(packages, [("package", "amber", "ISC"), ("package", "pkgs-amber", "MIT")]);
}

#[test]
fn what_the_tree_reaches_itself_is_not_read_again() {
    let entry = "{ pkgs ? import <nixpkgs> { } }: { first = pkgs.callPackage ./pkgs/amber { }; }";
    let folder = tree(&[("default.nix", entry), ("pkgs/amber/default.nix", PACKAGE)]);
    assert_eq!(seen(&rows(folder.path(), &[])), [("package", "first", "MIT")]);
}

#[test]
fn one_attribute_can_be_asked_for() {
    let folder = tree(&[("flake.nix", FLAKE), ("pkgs/amber/default.nix", PACKAGE)]);
    let rows = rows(folder.path(), &["--attr", "*.amber"]);
    assert_eq!(seen(&rows), [("package", "packages.x86_64-linux.amber", "MIT")]);
}

/// Files, what the summary counts, and the exit code with `--strict`.
/// File name, text, expected counts, exit code under `--strict`.
type Covered = (&'static str, &'static str, &'static [(&'static str, u64)], i32);

const COVERED: &[Covered] = &[
    ("pkgs/amber/default.nix", PACKAGE, &[("total", 1), ("in_packages", 1)], 0),
    ("tests/amber.nix", PACKAGE, &[("total", 1), ("tests", 1)], 0),
    ("modules/a.nix", "{ config, lib, ... }: { x.license = lib.licenses.mit; }", &[("total", 1), ("modules", 1)], 0),
    ("lib/a.nix", "{ lib }: { f = { name }: { license = lib.licenses.mit; }; }", &[("total", 1), ("functions", 1)], 0),
    ("data/a.nix", "{ a = { license = \"MIT\"; }; }", &[("total", 1), ("unused", 1)], 0),
    ("pkgs/b.nix", "{ stdenv }: stdenv.mkDerivation ({ meta.license = 1; } // 1)", &[("total", 1), ("failed", 1)], 3),
    ("pkgs/c.nix", "# license = 1;\n{ a = \"license = 2;\"; }", &[("total", 0)], 0),
];

const ENTRY: &str = "{ stdenv }: { base = stdenv.mkDerivation { pname = \"base\"; version = \"1\"; }; }";

#[test]
fn every_license_binding_is_accounted_for() {
    for (file, text, counts, code) in COVERED {
        let folder = tree(&[("default.nix", ENTRY), (file, text)]);
        let rows = rows(folder.path(), &[]);
        let summary = rows.iter().find(|row| row["kind"] == "summary").expect("a summary");
        let bindings = summary["license_bindings"].as_object().expect("an object");
        let counted: u64 = bindings.iter().filter(|(name, _)| *name != "total").filter_map(|(_, n)| n.as_u64()).sum();
        assert_eq!(bindings["total"], counted, "{file}");
        for (name, count) in *counts {
            assert_eq!(bindings[*name], *count, "{file}: {name} of {bindings:?}");
        }
        assert_eq!(scan(folder.path(), &["--strict"]).status.code(), Some(*code), "{file}");
    }
}

#[test]
fn the_summary_says_where_license_bindings_are_and_verbose_lists_them() {
    let folder = tree(&[("default.nix", "{ }: { }"), ("pkgs/amber/default.nix", PACKAGE), ("tests/b.nix", PACKAGE)]);
    let said = |args: &[&str]| String::from_utf8(scan(folder.path(), args).stdout).expect("UTF-8");
    assert!(said(&[]).contains("license bindings: 2; 1 in packages, 1 in tests\n"), "{}", said(&[]));
    assert!(said(&["-v"]).contains("license binding: tests/b.nix:3: in a folder of tests or templates\n"));
}

#[test]
fn bindings_of_a_package_that_fails_name_its_failure() {
    let place = Place::new();
    let file = place.tree().join("pkgs/by-name/bi/birch-log/package.nix");
    let text =
        fs::read_to_string(&file).expect("readable").replace("  fetchCrate,\n", "  fetchCrate,\n  nobodyHasThis,\n");
    fs::write(&file, text).expect("writable");
    let said = scan(&place.tree(), &["-v"]);
    let said = String::from_utf8(said.stdout).expect("UTF-8");
    let line = said.lines().find(|line| line.contains("license binding: pkgs/by-name/bi/birch-log")).expect(&said);
    assert!(line.contains(": not understood: `birch-log`: ") && line.contains("nobodyHasThis"), "{line}");
}

/// A package whose license is computed, beside one that is bound.
const COMPUTED: &str = r#"{ lib, stdenv, strange }:
let
  meta = { description = "d"; license = lib.licenses.mit; };
in
stdenv.mkDerivation { pname = "amber"; version = "1"; src = null; meta = strange.over meta; }"#;

#[test]
fn bindings_beside_a_license_that_is_computed_are_not_called_unused() {
    let entry = "{ pkgs }: { amber = pkgs.callPackage ./pkgs/amber/package.nix { }; }";
    let folder = tree(&[("default.nix", entry), ("pkgs/amber/package.nix", COMPUTED)]);
    let said = scan(folder.path(), &["-v"]);
    let said = String::from_utf8(said.stdout).expect("UTF-8");
    let line = said.lines().find(|line| line.contains("license binding: pkgs/amber/package.nix:3:")).expect(&said);
    assert!(line.ends_with(": not understood: the license of `amber` is computed"), "{line}");
}

/// Packages of one file that only others of it use.
const INNER: &str = r#"{ stdenv, lib, python3 }:
let
  sap = stdenv.mkDerivation { pname = "sap"; version = "2"; src = null; meta.license = lib.licenses.isc; };
  python = python3.override {
    packageOverrides = final: prev: {
      leaf = prev.leaf.overrideAttrs { pname = "leaf"; meta.license = lib.licenses.zlib; };
    };
  };
  dropped = lib.optionalAttrs false { bark = stdenv.mkDerivation { pname = "bark"; meta.license = lib.licenses.bsd3; }; };
  build = { name }: stdenv.mkDerivation { inherit name; meta.license = lib.licenses.bsd2; };
in
stdenv.mkDerivation {
  pname = "amber"; version = "1"; src = null; buildInputs = [ sap (python.withPackages (p: [ p.leaf ])) ];
  meta.license = lib.licenses.mit;
}"#;

#[test]
fn packages_that_only_others_of_a_file_use_are_told() {
    let folder = tree(&[("default.nix", "{ }: { lost = throw \"gone\"; }"), ("pkgs/amber/package.nix", INNER)]);
    let rows = rows(folder.path(), &[]);
    let packages: Vec<_> = seen(&rows).into_iter().filter(|row| row.0 == "package").collect();
    let expected = [("package", "amber", "MIT"), ("package", "amber.leaf", "Zlib"), ("package", "amber.sap", "ISC")];
    assert_eq!(packages, expected);
    let summary = rows.iter().find(|row| row["kind"] == "summary").expect("a summary");
    assert_eq!(summary["license_bindings"]["in_packages"], 3, "{summary}");
}

#[test]
fn a_file_that_only_calls_another_adds_no_second_row() {
    let flake = "{ outputs = { self, nixpkgs, arranger }: arranger.lib.everything ./packages; }";
    let caller = "{ pkgs, ... }: pkgs.callPackage ./package.nix { }";
    let files = [("flake.nix", flake), ("packages/amber/default.nix", caller), ("packages/amber/package.nix", PACKAGE)];
    let folder = tree(&files);
    let rows = rows(folder.path(), &[]);
    let packages: Vec<_> = seen(&rows).into_iter().filter(|row| row.0 == "package").collect();
    assert_eq!(packages, [("package", "amber", "MIT")]);
}

#[test]
fn two_hundred_packages_of_an_unknown_scope_cost_little() {
    let package = |number: usize| {
        let next = (number + 1) % 200;
        let text = PACKAGE.replace("{ stdenv, lib }", &format!("{{ stdenv, lib, zlib, p{next} ? null }}"));
        (format!("pkgs/p{number}.nix"), text.replace("amber", &format!("p{number}")))
    };
    let packages: Vec<(String, String)> = (0..200).map(package).collect();
    // The ratio does not depend on the load of the machine; it was 150 once.
    let took = |call: &str| {
        let entry = format!(
            "{{ pkgs ? import <nixpkgs> {{ }} }}: let call = {call}; self = builtins.listToAttrs (map (n: {{ \
             name = \"p${{toString n}}\"; value = call (./pkgs + \"/p${{toString n}}.nix\") {{ }}; }}) \
             (pkgs.lib.range 0 199)); in self"
        );
        let files = packages.iter().map(|(name, text)| (name.as_str(), text.as_str()));
        let folder = tree(&files.chain([("default.nix", entry.as_str())]).collect::<Vec<_>>());
        let start = std::time::Instant::now();
        let rows = rows(folder.path(), &[]);
        let seen = seen(&rows);
        assert!(seen.iter().all(|row| (row.0, row.2) == ("package", "MIT")) && seen.len() == 200, "{call}");
        start.elapsed()
    };
    let (plain, with) = (took("pkgs.callPackage"), took("pkgs.lib.callPackageWith (pkgs // self)"));
    assert!(with < plain * 20, "{with:?} against {plain:?}");
}

#[test]
fn strings_of_one_list_become_one_list() {
    let text = PACKAGE.replace("lib.licenses.mit", "[ \"MIT\" \"Apache-2.0\" lib.licenses.isc ]");
    let folder = tree(&[("amber.nix", &text)]);
    let rows = rows(folder.path(), &[]);
    let helps: Vec<String> =
        rows.iter().filter(|row| row["check"] == "LIC002").map(|row| row["help"].to_string()).collect();
    assert_eq!(helps.len(), 2, "{rows:?}");
    let line = "write `license = [ lib.licenses.asl20 lib.licenses.mit lib.licenses.isc ];`";
    assert!(helps.iter().all(|help| help.contains(line)), "{helps:?}");
}

#[test]
fn a_package_set_on_a_condition_that_is_not_known_gives_its_packages_once() {
    let entry = "{ pkgs ? import <nixpkgs> { } }: let set = if pkgs ? more then pkgs.extend (_: _: { }) else pkgs; in \n\
                 set.lib.makeScope set.newScope (self: { amber = self.callPackage ./amber.nix { }; })";
    let folder = tree(&[("default.nix", entry), ("amber.nix", PACKAGE)]);
    let rows = rows(folder.path(), &[]);
    let packages: Vec<_> = seen(&rows).into_iter().filter(|row| row.0 == "package").collect();
    assert_eq!(packages, [("package", "amber", "MIT")]);
    assert_eq!((&rows[0]["file"], &rows[0]["line"]), (&"amber.nix".into(), &3.into()), "{rows:?}");
}
