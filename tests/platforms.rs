//! Several platforms in one run: what differs between them is one row that names both.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::scan::clarity;

const LINUX: &str = "x86_64-linux";
const DARWIN: &str = "aarch64-darwin";

/// Rows of the tree with this `default.nix`, evaluated on `systems`.
fn rows(file: &str, text: &str, systems: &[&str]) -> Vec<Value> {
    let room = tempfile::tempdir().expect("a folder");
    fs::write(room.path().join(file), text).expect("written");
    scanned(room.path(), systems)
}

fn scanned(tree: &Path, systems: &[&str]) -> Vec<Value> {
    let mut args = vec!["scan", tree.to_str().expect("UTF-8"), "--metadata-only", "--format", "jsonl", "--exit-zero"];
    args.extend(systems.iter().flat_map(|system| ["--system", system]));
    let run = clarity(&args);
    assert!(run.code == 0 || run.code == 3, "{}", run.stderr);
    run.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn row<'r>(rows: &'r [Value], attr: &str) -> &'r Value {
    let mut found = rows.iter().filter(|row| row["attr"] == attr);
    let row = found.next().unwrap_or_else(|| panic!("no row {attr} in {rows:?}"));
    assert!(found.next().is_none(), "{attr} has one row");
    row
}

const TREE: &str = r#"{ lib, stdenv, fetchurl }:
let
  package = license: rest: stdenv.mkDerivation ({ pname = "x"; version = "1"; meta = { inherit license; }; } // rest);
  inherit (stdenv) isLinux;
in
{
  same = package lib.licenses.mit { };
  license = package (if isLinux then lib.licenses.mit else lib.licenses.isc) { };
  source = package lib.licenses.mit {
    src = fetchurl (if isLinux
      then { url = "https://h.example/linux.tar.gz"; hash = "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="; }
      else { url = "https://h.example/darwin.tar.gz"; hash = "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa1="; });
  };
  undeclared = stdenv.mkDerivation ({ pname = "u"; version = "1";
    meta = { description = "u"; } // lib.optionalAttrs isLinux { license = lib.licenses.zlib; }; });
  darwin = if isLinux then throw "only for darwin" else package lib.licenses.asl20 { };
  linux = if isLinux then package lib.licenses.asl20 { } else throw "only for linux";
}
"#;

#[test]
fn what_differs_between_platforms_is_one_row_with_both() {
    let rows = rows("default.nix", TREE, &[LINUX, DARWIN, LINUX]);
    let declared = |attr: &str| &row(&rows, attr)["declared"];
    assert_eq!(declared("same")["terms"], json!(["MIT"]));
    assert_eq!(row(&rows, "same")["source"], json!([]));
    let branches = json!([
        {"when": format!("the platform is {LINUX}"), "terms": ["MIT"]},
        {"when": format!("the platform is {DARWIN}"), "terms": ["ISC"]},
    ]);
    assert_eq!(declared("license")["branches"], branches);
    let sources = row(&rows, "source")["source"].as_array().expect("a list");
    let told: Vec<(&Value, &Value)> = sources.iter().map(|one| (&one["urls"][0], &one["platforms"])).collect();
    assert_eq!(
        told,
        [
            (&json!("https://h.example/linux.tar.gz"), &json!([LINUX])),
            (&json!("https://h.example/darwin.tar.gz"), &json!([DARWIN])),
        ]
    );
    assert_eq!(declared("undeclared")["terms"], json!(["Zlib"]));
    assert_eq!(declared("undeclared")["why"], json!(format!("on {DARWIN} none is declared")));
    for attr in ["darwin", "linux"] {
        assert_eq!(declared(attr)["terms"], json!(["Apache-2.0"]), "{attr} is a package on one of them");
    }
}

#[test]
fn one_platform_says_nothing_of_others() {
    let on = |system| rows("default.nix", TREE, &[system]);
    let (linux, darwin) = (on(LINUX), on(DARWIN));
    assert_eq!(row(&linux, "license")["declared"]["terms"], json!(["MIT"]));
    assert_eq!(row(&darwin, "license")["declared"]["terms"], json!(["ISC"]));
    assert_eq!(row(&linux, "darwin")["kind"], json!("skipped"));
    assert!(row(&linux, "source")["source"][0]["platforms"].is_null());
}

#[test]
fn a_package_of_a_flake_is_one_row_on_all_platforms() {
    let flake = r#"{ outputs = { self, nixpkgs }: {
        packages = nixpkgs.lib.genAttrs [ "x86_64-linux" "aarch64-darwin" ] (system: {
            tool = nixpkgs.legacyPackages.${system}.stdenv.mkDerivation { pname = "tool"; version = "1";
                meta.license = if system == "x86_64-linux" then nixpkgs.lib.licenses.mit else nixpkgs.lib.licenses.isc; };
        }); }; }"#;
    let rows = rows("flake.nix", flake, &[LINUX, DARWIN]);
    let tool = row(&rows, "packages.x86_64-linux.tool");
    assert_eq!(tool["declared"]["branches"].as_array().map(Vec::len), Some(2), "{tool}");
    assert!(rows.iter().all(|row| row["attr"] != "packages.aarch64-darwin.tool"));
}

#[test]
fn a_source_is_judged_against_the_licenses_of_all_platforms() {
    let room = tempfile::tempdir().expect("a folder");
    let text = r#"{ lib, stdenv }: stdenv.mkDerivation { pname = "p"; version = "1"; src = ./src;
        meta.license = if stdenv.isLinux then lib.licenses.mit else lib.licenses.isc; }"#;
    fs::write(room.path().join("default.nix"), text).expect("written");
    fs::create_dir(room.path().join("src")).expect("made");
    fs::write(room.path().join("src/a.c"), "/* SPDX-License-Identifier: MIT */\nint a;\n").expect("written");
    let scan = ["scan", room.path().to_str().expect("UTF-8"), "--format", "jsonl", "--exit-zero"];
    let verdict = |systems: &[&str]| {
        let run = clarity(&[&scan[..], systems].concat());
        let first: Value = serde_json::from_str(run.stdout.lines().next().expect("a row")).expect("JSON");
        first["verdict"].to_string()
    };
    assert!(verdict(&["--system", LINUX]).contains("agrees"), "{}", verdict(&["--system", LINUX]));
    let both = verdict(&["--system", LINUX, "--system", DARWIN]);
    assert!(both.contains("cannot-tell"), "{both}");
}

#[test]
fn a_package_that_cannot_be_evaluated_on_one_platform_is_told() {
    let text = TREE.replace("throw \"only for linux\"", "nothingLikeIt");
    let rows = rows("default.nix", &text, &[LINUX, DARWIN]);
    assert_eq!(row(&rows, "linux")["declared"]["terms"], json!(["Apache-2.0"]));
    let told = row(&rows, "linux on aarch64-darwin");
    assert!(
        told["kind"] == "failed" && told["why"].as_str().is_some_and(|why| why.contains("nothingLikeIt")),
        "{told}"
    );
    assert!(rows.iter().all(|row| row["attr"] != "darwin on x86_64-linux"), "its author says that it is for the other");
}
