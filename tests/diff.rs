//! `clarity diff`: two sources, a package at two revisions, two reports.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::changed::Repository;
use crate::scan::{Run, clarity, copied};

fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/nixpkgs/sources").join(name)
}

fn diff(args: &[&str]) -> Run {
    clarity(&[&["diff"], args].concat())
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {} {}", run.stdout, run.stderr))
}

/// An archive of a folder, under one folder at the top.
fn archive(folder: &Path, target: &Path) {
    let file = fs::File::create(target).expect("writable");
    let mut builder = tar::Builder::new(flate2::write::GzEncoder::new(file, flate2::Compression::fast()));
    builder.append_dir_all("top-1.0", folder).expect("written");
    builder.into_inner().expect("written").finish().expect("written");
}

/// The folders `old` and `new`, whose one file is under another version of the GPL.
fn versions() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, id) in [("old", "GPL-2.0-or-later"), ("new", "GPL-3.0-or-later")] {
        fs::create_dir(folder.path().join(name)).expect("writable");
        let text = format!("// SPDX-License-Identifier: {id}\nint main;\n");
        fs::write(folder.path().join(name).join("server.c"), text).expect("writable");
    }
    folder
}

fn shifts(document: &Value) -> Vec<(String, String, String, Vec<String>)> {
    let words = |value: &Value| value.as_str().expect("text").to_owned();
    let rows = document["shifts"].as_array().expect("a list").iter();
    rows.map(|row| {
        let files = row["files"].as_array().expect("a list").iter().map(words).collect();
        (words(&row["how"]), words(&row["license"]), words(&row["role"]), files)
    })
    .collect()
}

#[test]
fn two_folders_or_archives_differ_in_each_direction() {
    let versions = versions();
    let (old, new) = (versions.path().join("old"), versions.path().join("new"));
    let there = diff(&[text(&old), text(&new), "--format", "json"]);
    assert_eq!(there.code, 1);
    let document = json(&there);
    assert_eq!(document["old"]["concluded"], "GPL-2.0-or-later");
    assert_eq!(document["new"]["concluded"], "GPL-3.0-or-later");
    let row = |how: &str, license: &str| {
        (how.to_owned(), license.to_owned(), "shipped".to_owned(), vec!["server.c".to_owned()])
    };
    assert_eq!(shifts(&document), [row("vanished", "GPL-2.0-or-later"), row("appeared", "GPL-3.0-or-later")]);

    let folder = tempfile::tempdir().expect("a folder");
    let packed = folder.path().join("vireo-2.0.0.tar.gz");
    archive(&new, &packed);
    let back = json(&diff(&[text(&packed), text(&old), "--format", "json"]));
    assert_eq!(shifts(&back), [row("appeared", "GPL-2.0-or-later"), row("vanished", "GPL-3.0-or-later")]);
    let same = diff(&[text(&packed), text(&new)]);
    assert_eq!((same.code, same.stdout.contains("no license changed")), (0, true), "{}", same.stdout);
}

#[test]
fn a_license_that_goes_to_files_of_another_role_moved() {
    let folder = tempfile::tempdir().expect("a folder");
    let (old, new) = (folder.path().join("old"), folder.path().join("new"));
    for (root, place) in [(&old, "a.c"), (&new, "tests/a.c")] {
        fs::create_dir_all(root.join("tests")).expect("writable");
        fs::write(root.join("b.c"), "// SPDX-License-Identifier: MIT\n").expect("writable");
        fs::write(root.join(place), "// SPDX-License-Identifier: ISC\n").expect("writable");
    }
    let run = diff(&[text(&old), text(&new), "--format", "json"]);
    let moved = &json(&run)["shifts"][0];
    assert_eq!((&moved["how"], &moved["from"], &moved["role"]), (&"moved".into(), &"shipped".into(), &"test".into()));
    let words = diff(&[text(&old), text(&new)]);
    assert!(words.stdout.contains("moved: ISC (from shipped to test): tests/a.c"), "{}", words.stdout);
    let list = diff(&[text(&old), text(&new), "--format", "markdown"]);
    assert!(list.stdout.contains("- moved: ISC (from shipped to test): tests/a.c"), "{}", list.stdout);
    assert_eq!((words.code, list.code), (1, 1));
}

#[test]
fn a_package_is_compared_at_two_revisions() {
    let repository = Repository::new();
    let file = "pkgs/by-name/te/tern/package.nix";
    repository.edit(file, "2.1", "2.2");
    repository.source("tern-2.1", "tern-2.2", |source| {
        fs::write(source.join("LICENSE.txt"), "").expect("writable");
        fs::write(source.join("tern.c"), "// SPDX-License-Identifier: Zlib\nint tern;\n").expect("writable");
    });
    repository.state_hash(file, "tern-2.2");
    repository.commit();
    repository.edit(file, "licenses.bsd3", "licenses.zlib");
    let tree = repository.tree();
    let tree = text(&tree);
    let two = json(&diff(&["tern", tree, "--rev", "HEAD~1", "--rev", "HEAD", "--format", "json"]));
    assert_eq!((&two["old"]["concluded"], &two["new"]["concluded"]), (&"BSD-3-Clause".into(), &"Zlib".into()));
    assert_eq!(two["new"]["declared"], "BSD-3-Clause");
    let one = diff(&["tern", tree, "--rev", "HEAD~1"]);
    assert_eq!(one.code, 1);
    assert!(one.stdout.contains("+ tern: Zlib (declared: Zlib)"), "{}", one.stdout);
    assert_eq!(diff(&["tern", tree, "--rev", "HEAD", "--rev", "HEAD"]).code, 0);

    let none = diff(&["no-such", tree, "--rev", "HEAD"]);
    assert_eq!(none.code, 2);
    assert!(none.stderr.contains("no-such: no such package at HEAD"), "{}", none.stderr);
    assert_eq!(diff(&["tern", tree, "--rev", "no-such"]).code, 2);
    assert_eq!(diff(&["tern", tree, "--rev", "HEAD", "--rev", "HEAD", "--rev", "HEAD"]).code, 2);
}

#[test]
fn two_reports_tell_what_became_better_and_worse() {
    let copy = copied();
    let tree = copy.path().join("nixpkgs");
    let report = |name: &str, format: &str, more: &[&str]| {
        let file = copy.path().join(name);
        let output = format!("{format}={}", file.display());
        let run =
            clarity(&[&["scan", text(&tree), "--quiet", "--output", &output, "--fail-on", "never"], more].concat());
        assert_eq!(run.code, 0, "{}", run.stderr);
        file
    };
    let edit = |file: &str, from: &str, to: &str| {
        let file = tree.join(file);
        let text = fs::read_to_string(&file).expect("readable");
        assert!(text.contains(from));
        fs::write(file, format!("# moved\n{}", text.replace(from, to))).expect("writable");
    };
    let old = report("old.json", "json", &[]);
    edit("pkgs/by-name/bi/birch-log/package.nix", "licenses.mit", "licenses.asl20");
    edit("pkgs/development/python-modules/willow/default.nix", "licenses.asl20", "licenses.isc");
    let new = report("new.jsonl", "jsonl", &[]);
    let run = diff(&[text(&old), text(&new), "--format", "json"]);
    assert_eq!(run.code, 1);
    let document = json(&run);
    let names = |list: &str| {
        let rows = document[list].as_array().expect("a list").iter();
        rows.map(|row| (row["attr"].as_str().expect("text"), row["check"].as_str().expect("text"))).collect::<Vec<_>>()
    };
    assert_eq!(names("better"), [("birch-log", "LIC010")]);
    assert_eq!(names("worse"), [("python3Packages.willow", "LIC010")]);
    let words = diff(&[text(&old), text(&new)]);
    assert!(words.stdout.contains("better error[LIC010]: birch-log: declared MIT"), "{}", words.stdout);
    assert_eq!(diff(&[text(&new), text(&new)]).code, 0);

    let blind = report("blind.json", "json", &["--metadata-only"]);
    let blind = json(&diff(&[text(&new), text(&blind), "--format", "json"]));
    let of = |list: &str| blind[list].as_array().expect("a list").iter().filter(|row| row["check"] == "LIC010").count();
    assert!(of("better") == 0 && of("unseen") > 0, "what was not looked at is not better");
}

#[test]
fn what_cannot_be_compared_is_an_error_of_usage() {
    let missing = diff(&["no/such", text(&source("tern-2.1"))]);
    assert_eq!(missing.code, 2);
    assert!(missing.stderr.contains("no/such: no such file or folder; name"), "{}", missing.stderr);
    assert_eq!(diff(&[text(&source("tern-2.1"))]).code, 2, "one side only");
    let folder = tempfile::tempdir().expect("a folder");
    let report = folder.path().join("a.jsonl");
    fs::write(&report, "{\"kind\":\"summary\"}\n").expect("writable");
    let mixed = diff(&[text(&report), text(&source("tern-2.1"))]);
    assert_eq!(mixed.code, 2);
    assert!(mixed.stderr.contains("name two of a kind"), "{}", mixed.stderr);
}

#[test]
fn the_answer_is_what_the_schema_says() {
    let schema = json(&clarity(&["schema", "diff"]));
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let versions = versions();
    let (old, new) = (versions.path().join("old"), versions.path().join("new"));
    let document = json(&diff(&[text(&old), text(&new), "--format", "json"]));
    assert!(validator.is_valid(&document), "{document}");
}
