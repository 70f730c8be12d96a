//! `clarity suggest`: a line to paste, in the names of a tree, with what it rests on as comments.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::cases::{Cases, written_out};
use crate::scan::{Run, clarity, copied};

fn suggest(source: &Path, args: &[&str]) -> Run {
    let run = clarity(&[&["suggest", source.to_str().expect("UTF-8")], args].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    run
}

/// The sources of all cases of the pitfalls, with texts filled in.
fn sources() -> tempfile::TempDir {
    written_out(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pitfalls"))
}

#[test]
fn every_line_is_nix_and_names_files_and_lines() {
    let folder = sources();
    let run = suggest(&folder.path().join("09-two-license-files/fires/source"), &[]);
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(lines.last(), Some(&"license = with lib.licenses; OR [ asl20 mit ];"), "{}", run.stdout);
    assert!(lines.contains(&"# Cargo.toml:4 Apache-2.0 OR MIT (manifest)"), "{}", run.stdout);
    assert!(lines.iter().any(|line| line.starts_with("# high confidence: ")), "{}", run.stdout);
    assert!(lines.iter().any(|line| line.starts_with("# names of the table that clarity carries; --tree")));
}

#[test]
fn the_names_are_those_of_the_tree() {
    let (folder, tree) = (sources(), copied());
    let table = tree.path().join("nixpkgs/lib/licenses.nix");
    let text = fs::read_to_string(&table).expect("readable");
    let changed = text.replace("\n  mit = {", "\n  expat = {").replace("\n// operators", "");
    assert_ne!(text, changed);
    fs::write(&table, changed).expect("writable");
    let tree = tree.path().join("nixpkgs");
    let args = ["--for", tree.to_str().expect("UTF-8")];
    let both = folder.path().join("09-two-license-files/fires/source");
    let run = suggest(&both, &args);
    assert!(run.stdout.ends_with("license = with lib.licenses; [ asl20 expat ];\n"), "{}", run.stdout);
    assert!(!run.stdout.contains("--tree"), "{}", run.stdout);
    let answer: Value =
        serde_json::from_str(&suggest(&both, &[&args[..], &["--format", "json"]].concat()).stdout).expect("JSON");
    assert_eq!(answer["expression"], "Apache-2.0 OR MIT");
    let keys: Vec<&String> = answer.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["expression", "confidence", "suffix", "basis", "bundled"]);
    let unnamed = suggest(&folder.path().join("18-free-to-unfree/fires/source"), &args);
    assert!(
        unnamed.stdout.contains("# the license table has no name for BUSL-1.1")
            && !unnamed.stdout.contains("license =")
    );
}

#[test]
fn an_archive_is_looked_into() {
    let folder = sources();
    let source = folder.path().join("09-two-license-files/fires/source");
    let archive = folder.path().join("example-1.0.tar");
    let mut tar = tar::Builder::new(fs::File::create(&archive).expect("writable"));
    tar.append_dir_all("example-1.0", &source).expect("written");
    tar.finish().expect("written");
    assert_eq!(suggest(&archive, &[]).stdout, suggest(&source, &[]).stdout);
}

#[test]
fn where_nothing_is_known_nothing_is_proposed() {
    let folder = sources();
    for (place, part) in
        [("12-manifest-against-text/fires", "upstream contradicts itself"), ("16-binaries/quiet-alone", "binary")]
    {
        let run = suggest(&folder.path().join(place).join("source"), &[]);
        assert!(run.stdout.contains(part) && run.stdout.lines().all(|line| line.starts_with("# ")), "{}", run.stdout);
    }
}

#[cfg(unix)]
#[test]
fn a_name_does_not_leave_its_comment() {
    let folder = tempfile::tempdir().expect("a folder");
    let tag = "// SPDX-License-Identifier: MIT\n";
    fs::write(folder.path().join("a\nlicense = lib.licenses.unfree;\u{1b}[31m.c"), tag).expect("writable");
    let run = suggest(folder.path(), &[]);
    let code: Vec<&str> = run.stdout.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(code, ["license = lib.licenses.mit;"], "{}", run.stdout);
    assert!(!run.stdout.contains('\u{1b}'));
}

/// A package that declares what was suggested for its source never contradicts it.
#[test]
fn what_is_suggested_agrees_with_the_source() {
    let cases = Cases::of("pitfalls");
    let folder = sources();
    let mut proposed = 0;
    for case in cases.all.iter().filter(|case| case.topic != "04-part-of-a-source") {
        let place = folder.path().join(&case.place);
        let lines = suggest(&place.join("source"), &[]).stdout;
        proposed += usize::from(lines.contains("license ="));
        let package = format!(
            "{{ lib, stdenv }}: stdenv.mkDerivation {{\n  pname = \"example\";\n  src = ./source;\n  meta = {{\n{lines}  }};\n}}\n"
        );
        fs::write(place.join("package.nix"), package).expect("writable");
    }
    let run = clarity(&[
        "scan",
        folder.path().to_str().expect("UTF-8"),
        "--format",
        "jsonl",
        "--offline",
        "--fail-on",
        "never",
    ]);
    let rows: Vec<Value> = run.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let resolved = |row: &&Value| row["declared"]["status"] == "resolved";
    let packages: Vec<&Value> = rows.iter().filter(|row| row["kind"] == "package").filter(resolved).collect();
    assert!(packages.len() >= proposed && proposed > 40, "{proposed} of {}", packages.len());
    let contradicted = ["LIC005", "LIC006", "LIC010", "LIC011", "LIC012", "LIC015", "LIC020", "LIC021"];
    let bad: Vec<String> = rows
        .iter()
        .filter(|row| contradicted.iter().any(|id| row["check"] == *id))
        .filter(|row| !row["attr"].as_str().is_some_and(|attr| attr.starts_with("04-")))
        .map(|row| format!("{}: {}", row["attr"], row["message"]))
        .collect();
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}
