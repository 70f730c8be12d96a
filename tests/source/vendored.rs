//! What package managers bring along: off by default, apart from the package, verified one by one.

use std::fs;

use clarity::source::{Algo, Verification, hash_nar};
use clarity::tree::HashMode;
use serde_json::Value;

use super::archives::packed;
use super::server::{Reply, Server};
use super::{flat, options, sha256, sources};
use crate::scan::{Run, clarity};

const PACKAGE: &str = "{ lib, fetchurl, rustPlatform }:

rustPlatform.buildRustPackage {
  pname = \"p\";
  version = \"1\";
  src = fetchurl {
    url = \"BASE/p-1.tar.gz\";
    sha256 = \"HASH\";
  };
  cargoHash = \"sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\";
  meta.license = lib.licenses.mit;
}
";

fn rows(run: &Run) -> Vec<Value> {
    run.stdout.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect()
}

#[test]
fn crates_of_a_lock_file_are_parts_of_their_own_and_only_where_somebody_asks() {
    let kept = packed("kept-1.0.0", &[("src/lib.rs", "// SPDX-License-Identifier: GPL-3.0-only\n"), ("LICENSE", "x")]);
    let pinned = |name: &str, sum: &str| {
        format!("[[package]]\nname = \"{name}\"\nversion = \"1.0.0\"\nsource = \"registry+x\"\nchecksum = \"{sum}\"\n")
    };
    let lock = pinned("gone", &"a".repeat(64)) + &pinned("kept", &sha256(&kept)) + &pinned("other", &sha256(b"other"));
    let own = packed("p-1", &[("src/main.rs", "// SPDX-License-Identifier: MIT\n"), ("Cargo.lock", &lock)]);
    let hash = sha256(&own);
    let server = Server::new(move |asked| match asked.path.as_str() {
        "/p-1.tar.gz" => Reply::ok(&own),
        "/crates/kept/1.0.0/download" => Reply::ok(&kept),
        "/crates/other/1.0.0/download" => Reply::ok(b"something else"),
        _ => Reply::status(404),
    });
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: String| {
        fs::write(folder.path().join(name), text).expect("written");
        folder.path().join(name).to_str().expect("UTF-8").to_owned()
    };
    let package = file("p.nix", PACKAGE.replace("BASE", &server.base).replace("HASH", &hash));
    let config = format!("[fetch.rewrite]\n\"mirror://crates/\" = \"{}/crates/\"\n", server.base);
    let config = file("clarity.toml", config);
    let scan = |more: &[&str]| {
        let args = ["scan", &package, "--fetch", "--config", &config, "--format", "jsonl", "--nixpkgs"];
        rows(&clarity(&[&args[..], &[crate::scan::fixture().to_str().expect("UTF-8")], more].concat()))
    };
    let concluded = |rows: &[Value]| {
        let package = rows.iter().find(|row| row["kind"] == "package" && row["outcome"] == "audited");
        package.expect("audited")["concluded"]["expression"].clone()
    };
    let without = scan(&[]);
    assert_eq!(concluded(&without), "MIT");
    assert!(server.asked().iter().all(|asked| !asked.path.starts_with("/crates/")));
    let with = scan(&["--vendored"]);
    assert_eq!(concluded(&with), "MIT");
    let text = |what: &str| with.iter().map(Value::to_string).find(|row| row.contains(what)).unwrap_or_default();
    let part = text("LIC013");
    assert!(part.contains("vendor/cargoDeps/kept-1.0.0") && part.contains("GPL-3.0-only"), "{with:#?}");
    let told = |command: &str, more: &[&str]| {
        let args = [&[command, "p", "--tree", &package, "--fetch", "--config", &config, "--nixpkgs"][..]].concat();
        clarity(&[&args[..], &[crate::scan::fixture().to_str().expect("UTF-8")], more].concat()).stdout
    };
    let all = "GPL-3.0-only AND MIT, and 2 parts whose license is not known";
    let explained = told("explain", &["--vendored"]);
    assert!(explained.contains(&format!("combined:  {all}\n")), "{explained}");
    assert!(explained.contains("  linked in: vendor/cargoDeps/kept-1.0.0 GPL-3.0-only\n"), "{explained}");
    assert!(explained.contains("  linked in: vendor/cargoDeps/gone-1.0.0 not known\n"), "{explained}");
    let unseen = told("explain", &[]);
    assert!(unseen.contains("  linked in: cargoDeps: not looked at; `--vendored` does\n"), "{unseen}");
    for form in ["text", "markdown", "html", "dep5"] {
        let notices = told("notices", &["--vendored", "--format", form]);
        assert!(notices.contains(&format!("License with what is linked in: {all}")), "{form}: {notices}");
        assert!(notices.contains("GNU GENERAL PUBLIC LICENSE"), "{form}");
    }
    let bill = |format: &str| {
        let args = ["scan", &package, "--fetch", "--config", &config, "--vendored", "--format", format, "--nixpkgs"];
        clarity(&[&args[..], &[crate::scan::fixture().to_str().expect("UTF-8"), "--fail-on", "never"]].concat()).stdout
    };
    for format in ["cyclonedx", "cyclonedx-1.7", "spdx", "spdx-tv", "spdx-3"] {
        let bill = bill(format);
        assert!(bill.contains(all) && bill.contains("vendor/cargoDeps/kept-1.0.0 GPL-3.0-only"), "{format}: {bill}");
    }
    assert!(text(".cargoDeps/gone-1.0.0").contains("404"), "{with:#?}");
    assert!(text(".cargoDeps/other-1.0.0").contains("hash mismatch"), "{with:#?}");
}

#[test]
fn the_folder_of_a_package_manager_is_found_by_its_name_in_the_store() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("sources/p-1-go-modules");
    fs::create_dir_all(place.join("example.org/a")).expect("made");
    fs::write(place.join("example.org/a/LICENSE"), "MIT").expect("written");
    let mut source = flat("", &hash_nar(&place, Algo::Sha256).expect("readable").to_string());
    (source.fetcher, source.name) = ("goModules".to_owned(), Some("p-1-go-modules".to_owned()));
    (source.urls, source.mode) = (Vec::new(), HashMode::Nar);
    let mut options = options(folder.path());
    let request = clarity::source::Request { attr: "p", pname: None, version: None, index: 1, source: &source };
    let nowhere = sources(options.clone()).acquire(&request).expect_err("no server has it");
    assert!(nowhere.is_skipped() && nowhere.to_string().contains("--sources"), "{nowhere}");
    options.folders = vec![folder.path().join("sources")];
    let tree = sources(options).acquire(&request).expect("at hand");
    assert_eq!(tree.verification, Verification::Verified);
    assert_eq!(super::names(&tree), ["example.org/a/LICENSE"]);
}
