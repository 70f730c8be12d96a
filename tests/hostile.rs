//! Files that are written to hurt: every one is a row or nothing, and the run ends by itself.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::scan::{Run, clarity};

/// Longer than this is a hang, also on a slow machine and without optimisation.
const PATIENCE: Duration = Duration::from_secs(240);

fn scan(tree: &Path) -> (Run, Vec<Value>) {
    let begun = Instant::now();
    let tree = tree.to_str().expect("UTF-8");
    let run = clarity(&["scan", tree, "--metadata-only", "--format", "jsonl", "--fail-on", "never", "--jobs", "2"]);
    assert!(run.code == 0 && !run.stderr.contains("panicked"), "{} {}", run.code, run.stderr);
    assert!(begun.elapsed() < PATIENCE, "{:?}", begun.elapsed());
    let rows: Vec<Value> = run.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert!(rows.last().is_some_and(|row| row["kind"] == "summary"), "the run came to its end");
    (run, rows)
}

/// A folder with these files, and beside them a package that nothing is wrong with.
fn folder(files: &[(&str, String)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("writable");
    }
    fs::write(folder.path().join("zzz-sound.nix"), SOUND).expect("writable");
    folder
}

const SOUND: &str = "{ lib, stdenv }: stdenv.mkDerivation { pname = \"sound\"; meta.license = lib.licenses.mit; }\n";

fn outcome<'r>(rows: &'r [Value], attr: &str) -> Vec<(&'r str, &'r str)> {
    let of = rows.iter().filter(|row| row["attr"] == attr && row["kind"] != "finding");
    of.map(|row| (row["kind"].as_str().expect("text"), row["why"].as_str().unwrap_or_default())).collect()
}

/// Each file fails with a reason that has `part` in it, and the sound package comes out.
fn all_fail(files: &[(&str, String, &str)]) {
    let written: Vec<_> = files.iter().map(|(name, text, _)| (*name, text.clone())).collect();
    let folder = folder(&written);
    let (_, rows) = scan(folder.path());
    for (name, _, part) in files {
        let seen = outcome(&rows, name.trim_end_matches(".nix"));
        assert!(matches!(seen[..], [("failed", why)] if why.contains(part)), "{name}: {seen:?}");
    }
    assert_eq!(outcome(&rows, "zzz-sound"), [("package", "")]);
}

/// Scans the files beside a sound package, which comes out.
pub fn every_file_ends(files: &[(&str, String)]) -> Vec<Value> {
    let folder = folder(files);
    let (_, rows) = scan(folder.path());
    assert_eq!(outcome(&rows, "zzz-sound"), [("package", "")]);
    rows
}

#[test]
fn what_needs_itself_fails_and_nothing_else_does() {
    let calls = "let f = n: 1 + f (n + 1); in f 0";
    all_fail(&[
        ("self.nix", "let x = x; in x".to_owned(), "infinite recursion"),
        ("pair.nix", "rec { a = b; b = a; }.a".to_owned(), "infinite recursion"),
        ("calls.nix", calls.to_owned(), "than allowed"),
        ("forever.nix", "let f = n: f (n + 1); in f 0".to_owned(), "than allowed"),
        ("loop-a.nix", "import ./loop-b.nix".to_owned(), "infinite recursion"),
        ("loop-b.nix", "import ./loop-a.nix".to_owned(), "infinite recursion"),
    ]);
}

#[test]
fn what_doubles_itself_is_stopped() {
    let times =
        |step: &str, start: &str| format!("let d = x: {step}; in {} {start}", "d (".repeat(60) + "d") + &")".repeat(60);
    all_fail(&[
        ("text.nix", times("x + x", "\"doubled\""), "more memory than allowed"),
        ("inside.nix", times("\"${x}${x}\"", "\"doubled\""), "more memory than allowed"),
        ("list.nix", times("x ++ x", "[ 1 2 3 ]"), "more memory than allowed"),
        ("many.nix", "builtins.genList (n: n) 9000000000".to_owned(), "this length"),
    ]);
}

#[test]
fn what_is_named_twice_is_refused() {
    let package = |inside: &str| format!("{{ lib }}: rec {{ {inside} }}");
    all_fail(&[
        ("arguments.nix", "{ a, b, a }: a".to_owned(), "an argument stands twice"),
        ("whole.nix", "{ a, b }@a: a".to_owned(), "an argument stands twice"),
        ("plain.nix", package("license = 1; license = 2;"), "an attribute is defined twice"),
        ("nested.nix", package("meta = { license = 1; }; meta.license = 2;"), "an attribute is defined twice"),
        ("inherited.nix", package("inherit (lib) x; x = 1;"), "an attribute is defined twice"),
        ("let.nix", "let a = 1; a = 2; in a".to_owned(), "an attribute is defined twice"),
    ]);
}

#[test]
fn deep_nesting_is_refused_before_it_is_parsed() {
    let deep = |open: &str, close: &str| format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
    all_fail(&[
        ("lists.nix", deep("[", "]"), "nested too deeply"),
        ("brackets.nix", deep("(", ")"), "nested too deeply"),
        ("sets.nix", deep("{a=", ";}"), "nested too deeply"),
        ("signs.nix", deep("!", ""), "nested too deeply"),
        ("sums.nix", format!("1{}", "+1".repeat(100_000)), "nested too deeply"),
        ("texts.nix", deep("\"${", "}\""), "nested too deeply"),
    ]);
}

#[test]
fn deep_syntax_without_brackets_ends_too() {
    let folder = folder(&[
        ("lambdas.nix", format!("{}1", "a: ".repeat(50_000))),
        ("withs.nix", format!("{}1", "with {}; ".repeat(4_000))),
        ("lets.nix", format!("{}1", "let in ".repeat(50_000))),
        ("ifs.nix", format!("{}1", "if true then 1 else ".repeat(50_000))),
        ("asserts.nix", format!("{}1", "assert true; ".repeat(50_000))),
        ("build.nix", "{ mk }: mk ({ pname, meta, src }: { inherit pname meta src; })".to_owned()),
        ("selects.nix", format!("{{}}{}", ".a".repeat(50_000))),
        ("calls.nix", format!("(x: x){}", " 1".repeat(50_000))),
    ]);
    let (_, rows) = scan(folder.path());
    assert_eq!(outcome(&rows, "zzz-sound"), [("package", "")]);
}

#[test]
fn fifty_megabytes_in_one_literal_are_read_and_forgotten() {
    let text = format!(
        "{{ lib, stdenv }}: stdenv.mkDerivation {{ pname = \"big\"; meta.license = lib.licenses.mit; data = \"{}\"; }}",
        "x".repeat(50 << 20)
    );
    let folder = folder(&[("big.nix", text), ("comment.nix", format!("/* {} */ {SOUND}", "y".repeat(50 << 20)))]);
    let (_, rows) = scan(folder.path());
    assert_eq!(outcome(&rows, "big"), [("package", "")]);
    assert_eq!(outcome(&rows, "comment"), [("package", "")]);
}

#[test]
fn nothing_outside_of_the_tree_is_read() {
    let outside = tempfile::tempdir().expect("a folder");
    fs::write(outside.path().join("secret.nix"), "\"do-not-tell\"").expect("writable");
    let path = outside.path().join("secret.nix");
    let path = path.to_str().expect("UTF-8");
    let climb = format!("{}{}", "../".repeat(40), path.trim_start_matches('/'));
    all_fail(&[
        ("import.nix", format!("import {path}"), "out of the checkout"),
        ("read.nix", format!("{{ a = builtins.readFile {path}; }}.a"), "outside of the checkout"),
        ("climb.nix", format!("{{ a = builtins.readFile ./{climb}; }}.a"), "outside of the checkout"),
        ("list.nix", "builtins.attrNames (builtins.readDir /.)".to_owned(), "outside of the checkout"),
    ]);
}

#[cfg(unix)]
#[test]
fn names_that_are_not_utf_8_are_read_and_shown_in_every_format() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let folder = folder(&[]);
    let source = folder.path().join("source");
    fs::create_dir(&source).expect("writable");
    let header = "// SPDX-License-Identifier: Apache-2.0\n";
    fs::write(source.join(OsStr::from_bytes(b"l\xe4s.c")), header).expect("writable");
    let package =
        "{ lib, stdenv }: stdenv.mkDerivation { pname = \"a\"; src = ./source; meta.license = lib.licenses.mit; }";
    fs::write(folder.path().join("read.nix"), package).expect("writable");
    fs::write(folder.path().join(OsStr::from_bytes(b"p\xe4ck.nix")), package).expect("writable");
    let tree = folder.path().to_str().expect("UTF-8");
    for format in clarity::report::FORMATS {
        let run = clarity(&["scan", tree, "--format", format.name, "--fail-on", "never", "--offline"]);
        assert!(run.code == 0 && !run.stdout.is_empty(), "{}: {} {}", format.name, run.code, run.stderr);
    }
    let run = clarity(&["scan", tree, "--format", "jsonl", "--fail-on", "never", "--offline"]);
    let rows: Vec<Value> = run.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let finding = rows.iter().find(|row| row["check"] == "LIC010" && row["attr"] == "read").expect("a finding");
    assert_eq!(finding["evidence"][0]["file"], "l\u{fffd}s.c", "{finding}");
    assert_eq!(
        rows.iter().filter(|row| row["attr"] == "p\u{fffd}ck" && row["kind"] != "finding").count(),
        1,
        "{}",
        run.stdout
    );
}

/// Truncated and damaged copies of `text`, the same ones in every run.
fn damaged(text: &[u8], seed: u64) -> Vec<Vec<u8>> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below.max(1) as u64) as usize
    };
    let mut copies = vec![text[..next(text.len())].to_vec(), text[next(text.len())..].to_vec()];
    for flips in [1, 8] {
        let mut copy = text.to_vec();
        for _ in 0..flips {
            let at = next(copy.len());
            copy[at] ^= 1 << next(8);
        }
        copies.push(copy);
    }
    copies
}

fn damage_all(files: &[PathBuf]) {
    let folder = tempfile::tempdir().expect("a folder");
    for (number, file) in files.iter().enumerate() {
        let text = fs::read(file).expect("readable");
        for (copy, text) in damaged(&text, number as u64 + 1).iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            fs::write(folder.path().join(format!("f{number}-{copy}.nix")), text).expect("writable");
        }
    }
    fs::write(folder.path().join("zzz-sound.nix"), SOUND).expect("writable");
    let (_, rows) = scan(folder.path());
    assert_eq!(outcome(&rows, "zzz-sound"), [("package", "")]);
    let mut unplaced = String::new();
    for row in rows.iter().filter(|row| row["why"].as_str().is_some_and(|why| why.contains("syntax error"))) {
        let why = row["why"].as_str().expect("text");
        let place = why.split(": ").next().unwrap_or_default();
        if place.rsplit(':').take(2).any(|number| number.parse::<u32>().is_err()) {
            let _ = writeln!(unplaced, "{why}");
        }
    }
    assert!(unplaced.is_empty(), "{unplaced}");
}

#[test]
fn packages_that_are_passed_on_below_themselves_end() {
    let folder = folder(&[
        ("curried.nix", "{ lib }: a: b: c: d: rec { inherit a b c d; }".to_owned()),
        ("overlay.nix", "final: prev: { inherit final prev; set = prev.set // { inherit final; own = final.set; }; }".to_owned()),
        ("flake.nix", "{ outputs = { self, nixpkgs }: { packages.x86_64-linux = { inherit self nixpkgs; }; overlay = final: prev: { inherit self; set = prev.a // { b = final.set; }; }; }; }".to_owned()),
    ]);
    let (_, rows) = scan(folder.path());
    assert_eq!(outcome(&rows, "zzz-sound"), [("package", "")]);
    assert!(rows.len() < 100, "{}", rows.len());
}

#[test]
fn what_depends_on_itself_under_a_condition_that_is_not_known_ends() {
    let package = |license: &str| {
        format!("{{ lib, stdenv, flags }}: stdenv.mkDerivation {{ pname = \"own\"; meta.license = {license}; }}")
    };
    let outputs = "legacyPackages.x86_64-linux = let s = { recurseForDerivations = true; again = s; }; in s;";
    let folder = folder(&[
        ("same.nix", package("let l = if flags.x then l else [ lib.licenses.mit ]; in l")),
        ("grows.nix", package("let l = (if flags.x then l else [ ]) ++ [ lib.licenses.mit ]; in l")),
        (
            "built.nix",
            "{ stdenv, flags }: let p = if flags.x then p else stdenv.mkDerivation { pname = \"own\"; }; in p"
                .to_owned(),
        ),
        ("flake.nix", format!("{{ outputs = {{ self, nixpkgs }}: {{ {outputs} }}; }}")),
    ]);
    let (_, rows) = scan(folder.path());
    assert_eq!(outcome(&rows, "zzz-sound"), [("package", "")]);
    for name in ["same", "grows"] {
        assert_eq!(outcome(&rows, name), [("package", "")], "{name}");
    }
    let why = "depends on more conditions that are not known than are followed";
    assert_eq!(outcome(&rows, "built"), [("failed", why)]);
}

#[test]
fn many_conditions_that_are_not_known_take_no_more_time_than_few() {
    let each = |part: fn(usize) -> String| -> String { (0..200).map(part).collect() };
    let members = each(|number| format!(" ++ lib.optional flags.f{number} flags.v{number}"));
    let sets = each(|number| format!(" // lib.optionalAttrs flags.f{number} {{ a{number} = 1; }}"));
    let package = "{ lib, stdenv, flags }: stdenv.mkDerivation { pname = \"own\"; meta.license = [ ]";
    let folder = folder(&[
        ("list.nix", format!("{{ lib, flags }}: [ ]{members}")),
        ("own.nix", format!("{package}{members}; }}")),
        ("set.nix", format!("{{ lib, flags }}: {{ }}{sets}")),
    ]);
    let (_, rows) = scan(folder.path());
    assert_eq!(outcome(&rows, "zzz-sound"), [("package", "")]);
}

fn nix_files(root: &Path) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(root).sort_by_file_name().into_iter().filter_map(Result::ok);
    let is_nix = |path: &PathBuf| path.is_file() && path.extension().is_some_and(|ending| ending == "nix");
    entries.map(walkdir::DirEntry::into_path).filter(is_nix).collect()
}

#[test]
fn damaged_copies_of_real_files_never_stop_the_run() {
    let files = nix_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/nixpkgs"));
    assert!(files.len() > 20, "the fixture is there");
    damage_all(&files);
}

/// The checkout that `CLARITY_TREE` names, and its files.
fn real_tree() -> (PathBuf, Vec<PathBuf>) {
    let tree = PathBuf::from(std::env::var_os("CLARITY_TREE").expect("CLARITY_TREE names a nixpkgs checkout"));
    let files = nix_files(&tree);
    assert!(files.len() > 1_000, "{} is a checkout", tree.display());
    (tree, files)
}

#[test]
#[ignore = "needs a nixpkgs checkout in CLARITY_TREE"]
fn no_file_of_a_tree_stops_the_run() {
    let (tree, files) = real_tree();
    scan(&tree);
    for part in files.chunks(4_000) {
        let folder = tempfile::tempdir().expect("a folder");
        for (number, file) in part.iter().enumerate() {
            fs::copy(file, folder.path().join(format!("f{number}.nix"))).expect("writable");
        }
        fs::write(folder.path().join("zzz-sound.nix"), SOUND).expect("writable");
        let (_, rows) = scan(folder.path());
        assert_eq!(outcome(&rows, "zzz-sound"), [("package", "")]);
    }
}

#[test]
#[ignore = "needs a nixpkgs checkout in CLARITY_TREE"]
fn damaged_copies_of_two_thousand_files_never_stop_the_run() {
    let (_, files) = real_tree();
    let step = (files.len() / 2_000).max(1);
    let chosen: Vec<PathBuf> = files.into_iter().step_by(step).take(2_000).collect();
    chosen.chunks(500).for_each(damage_all);
}
