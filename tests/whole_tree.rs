//! Every license of a whole tree against the real evaluation of it: equal, another one, or not to be compared.
//!
//! `CLARITY_TREE=<tree> cargo test --test all -- --ignored every_license_of_a_whole_tree --nocapture` prints the counts.
//! CLARITY_LIB names the `lib` of a tree that takes it from elsewhere. What the tree pins must be in the Nix store already, for nothing is fetched.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::scan::clarity;

/// So many attributes are evaluated by one process: an error that cannot be caught ends it, and it is halved.
const BATCH: usize = 500;

/// The license of each attribute path as a list of terms, `null` where there is none, and a text where it throws.
const PROGRAM: &str = r#"{ tree, attrs }:
let
  packages = import tree {
    system = "x86_64-linux";
    config = { allowUnfree = true; allowBroken = true; allowUnsupportedSystem = true; };
  };
  terms = one:
    if builtins.isString one then [ one ]
    else if builtins.isList one then builtins.concatLists (map terms one)
    else if one ? licenses then terms one.licenses
    else if (one.licenseType or "") == "exception" then terms one.license ++ terms one.exception
    else if (one.licenseType or "") == "plus" then terms one.license
    else [ (one.spdxId or one.shortName or one.fullName or one.url or "?") ];
  at = path: builtins.foldl' (set: name: set.${name}) packages path;
  license = path: let meta = (at path).meta or { }; in if meta ? license then terms meta.license else null;
  answer = path: let tried = builtins.tryEval (let it = license path; in builtins.deepSeq it it); in
    if tried.success then tried.value else "throws";
in
map answer (builtins.fromJSON (builtins.readFile attrs))
"#;

struct Reference {
    folder: tempfile::TempDir,
    tree: PathBuf,
}

impl Reference {
    fn new(tree: PathBuf) -> Reference {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("all.nix"), PROGRAM).expect("written");
        Reference { folder, tree }
    }

    /// What Nix says to each of these attribute paths, or the error that it ends with.
    fn licenses(&self, paths: &[Vec<String>]) -> Vec<Result<Value, String>> {
        let at = |name: &str| self.folder.path().join(name);
        fs::write(at("attrs.json"), json!(paths).to_string()).expect("written");
        let run = Command::new("nix-instantiate")
            .args(["--read-write-mode", "--eval", "--strict", "--json"])
            .args(["--extra-experimental-features", "nix-command flakes"])
            .arg(at("all.nix"))
            .args(["--arg", "tree", &self.tree.to_string_lossy()])
            .args(["--argstr", "attrs", &at("attrs.json").to_string_lossy()])
            .env("NIX_STORE_DIR", at("store"))
            .env("NIX_STATE_DIR", at("state"))
            .env("NIX_LOG_DIR", at("log"))
            .output()
            .expect("nix-instantiate runs");
        if run.status.success() {
            let all: Vec<Value> = serde_json::from_slice(&run.stdout).expect("a list");
            return all.into_iter().map(Ok).collect();
        }
        match paths {
            [] | [_] => vec![Err(error_of(&run.stderr)); paths.len()],
            _ => {
                let (left, right) = paths.split_at(paths.len() / 2);
                [self.licenses(left), self.licenses(right)].concat()
            }
        }
    }
}

/// The first line of an error, without names of its own.
fn error_of(said: &[u8]) -> String {
    let said = String::from_utf8_lossy(said);
    let line = said.lines().find(|line| line.contains("error:")).unwrap_or("no reason given");
    line.split(" at ").next().unwrap_or(line).to_owned()
}

/// The names of an attribute path, quotes taken off.
fn names(attr: &str) -> Vec<String> {
    let mut names = vec![String::new()];
    let mut is_quoted = false;
    for letter in attr.chars() {
        match letter {
            '"' => is_quoted = !is_quoted,
            '.' if !is_quoted => names.push(String::new()),
            letter => names.last_mut().expect("never empty").push(letter),
        }
    }
    names
}

/// Each license once; an exception by itself, for we join one that follows its license in a list.
fn sorted(terms: &Value) -> Vec<String> {
    let terms = terms.as_array().into_iter().flatten().filter_map(Value::as_str);
    let mut terms: Vec<String> = terms.flat_map(|term| term.split(" WITH ")).map(str::to_owned).collect();
    terms.sort();
    terms.dedup();
    terms
}

/// How a row and the answer of Nix compare.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Compared {
    Equal,
    Differs(String),
    /// We say that we cannot tell.
    Untold,
    /// Nix says nothing, because ...
    NotComparable(String),
}

fn compared(row: &Value, theirs: &Result<Value, String>) -> Compared {
    let declared = &row["declared"];
    let ours = match declared["status"].as_str() {
        Some("resolved") => Some(sorted(&declared["terms"])),
        Some("absent") => None,
        _ => return Compared::Untold,
    };
    match theirs {
        Err(why) => Compared::NotComparable(why.clone()),
        Ok(Value::String(why)) => Compared::NotComparable(why.clone()),
        Ok(Value::Null) if ours.is_none() => Compared::Equal,
        Ok(theirs) if theirs.is_array() && ours == Some(sorted(theirs)) => Compared::Equal,
        Ok(theirs) => Compared::Differs(format!("{}: {ours:?}, and Nix says {theirs}", row["attr"])),
    }
}

/// The packages of `tree` that differ from Nix, and how many there are of each kind: equal, other, untold, not comparable.
#[expect(clippy::print_stdout, reason = "its figures are wanted")]
fn differing(tree: &Path) -> (Vec<String>, [usize; 4]) {
    let scan = ["scan", tree.to_str().expect("UTF-8"), "--metadata-only", "--system", "x86_64-linux", "--no-cache"];
    let lib = std::env::var("CLARITY_LIB").ok();
    let lib: Vec<&str> = lib.iter().flat_map(|lib| ["--nixpkgs", lib]).collect();
    let run = clarity(&[&scan[..], &["--format", "jsonl", "--exit-zero"], &lib].concat());
    let rows = run.stdout.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let rows: BTreeMap<String, Value> = rows
        .filter(|row| row["kind"] == "package")
        .map(|row| (row["attr"].as_str().expect("a text").to_owned(), row))
        .collect();
    let reference = Reference::new(tree.canonicalize().expect("there"));
    let paths: Vec<Vec<String>> = rows.keys().map(|attr| names(attr)).collect();
    let theirs = paths.chunks(BATCH).flat_map(|paths| reference.licenses(paths));
    let all: Vec<Compared> = rows.values().zip(theirs).map(|(row, theirs)| compared(row, &theirs)).collect();
    let count = |kind: fn(&Compared) -> bool| all.iter().filter(|one| kind(one)).count();
    let counts = [
        count(|one| *one == Compared::Equal),
        count(|one| matches!(one, Compared::Differs(_))),
        count(|one| *one == Compared::Untold),
        count(|one| matches!(one, Compared::NotComparable(_))),
    ];
    let mut reasons: BTreeMap<&String, usize> = BTreeMap::new();
    for one in &all {
        if let Compared::NotComparable(why) = one {
            *reasons.entry(why).or_default() += 1;
        }
    }
    reasons.iter().for_each(|(why, count)| println!("not comparable: {count} {why}"));
    let differing = all.into_iter().filter_map(|one| match one {
        Compared::Differs(how) => Some(how),
        _ => None,
    });
    (differing.collect(), counts)
}

#[test]
#[expect(clippy::print_stdout, reason = "its figures are wanted")]
#[ignore = "needs a tree with a package set in CLARITY_TREE, and nix-instantiate"]
fn every_license_of_a_whole_tree_is_what_is_evaluated() {
    let tree = PathBuf::from(std::env::var_os("CLARITY_TREE").expect("CLARITY_TREE names a tree"));
    let (differing, [equal, other, untold, not_comparable]) = differing(&tree);
    println!("{equal} equal, {other} differ, {untold} not told, {not_comparable} not comparable");
    assert!(differing.is_empty(), "{}", differing.join("\n"));
    let all = equal + untold + not_comparable;
    assert!(not_comparable * 50 <= all, "{not_comparable} of {all} cannot be compared: at most 2 %");
}

#[test]
#[ignore = "needs nix-instantiate"]
fn every_license_of_the_fixture_is_what_nix_evaluates() {
    let (differing, [equal, ..]) = differing(&crate::scan::fixture());
    assert!(differing.is_empty() && equal > 25, "{equal} equal; {}", differing.join("\n"));
}
