//! `clarity scan --changed-since`: a pull request, with the real git.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::scan::{Run, clarity, copied, state_hash};

/// The fixture as a repository with one commit, and its sources in it.
pub struct Repository {
    folder: tempfile::TempDir,
}

impl Repository {
    pub fn new() -> Self {
        let repository = Repository { folder: copied() };
        repository.git(&["init", "--quiet"]);
        repository.commit();
        repository
    }

    pub fn tree(&self) -> PathBuf {
        self.folder.path().join("nixpkgs")
    }

    pub fn git(&self, args: &[&str]) -> String {
        git(&self.tree(), args)
    }

    /// A clone of it in a folder of its own.
    pub fn cloned(&self) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (from, to) = (self.tree(), folder.path().join("nixpkgs"));
        git(folder.path(), &["clone", "--quiet", from.to_str().expect("UTF-8"), to.to_str().expect("UTF-8")]);
        Repository { folder }
    }

    pub fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "a change"]);
    }

    /// Replaces a text that stands in `file` of the checkout.
    pub fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.tree().join(file);
        let text = fs::read_to_string(&path).expect("readable");
        assert!(text.contains(from), "{from:?} stands in {file}");
        fs::write(&path, text.replacen(from, to, 1)).expect("writable");
    }

    /// A source beside the checkout, made from another one.
    pub fn source(&self, from: &str, name: &str, change: impl Fn(&Path)) {
        let sources = self.tree().join("sources");
        for entry in walkdir::WalkDir::new(sources.join(from)) {
            let entry = entry.expect("readable");
            let to = sources.join(name).join(entry.path().strip_prefix(sources.join(from)).expect("below"));
            match entry.file_type().is_dir() {
                true => fs::create_dir_all(&to).expect("writable"),
                false => fs::copy(entry.path(), &to).map(drop).expect("writable"),
            }
        }
        change(&sources.join(name));
    }

    /// Makes the hash in `file` that of a source beside the checkout.
    pub fn state_hash(&self, file: &str, source: &str) {
        state_hash(&self.tree().join(file), &self.tree().join("sources").join(source));
    }

    pub fn scan(&self, args: &[&str]) -> Run {
        let tree = self.tree();
        clarity(&[&["scan", tree.to_str().expect("UTF-8"), "--format", "jsonl"], args].concat())
    }

    /// The packages that changed since `rev`, and the findings that are new.
    fn changed_since(&self, rev: &str) -> (i32, Vec<String>, Vec<Value>) {
        let run = self.scan(&["--changed-since", rev]);
        let rows: Vec<Value> =
            run.stdout.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect();
        assert!(!rows.is_empty(), "{}", run.stderr);
        let of = |kind: &'static str| rows.iter().filter(move |row| row["kind"] == kind);
        let packages = of("package").map(|row| row["attr"].as_str().expect("a name").to_owned()).collect();
        let findings = of("finding").filter(|row| row["state"] == "new").cloned().collect();
        (run.code, packages, findings)
    }

    fn changed(&self) -> (i32, Vec<String>, Vec<Value>) {
        self.changed_since("HEAD")
    }
}

pub fn git(folder: &Path, args: &[&str]) -> String {
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(["-c", "user.name=A Tester", "-c", "user.email=tester@example.org", "-c", "commit.gpgSign=false"])
        .args(args)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .expect("git runs");
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

const AMBER: &str = "pkgs/by-name/am/amber-clock/package.nix";
const ALL: &str = "pkgs/top-level/all-packages.nix";

/// Packages with the checks that speak of them; a finding that several share is one of each.
fn checks(findings: &[Value]) -> Vec<(&str, &str)> {
    findings.iter().flat_map(pairs).collect()
}

fn pairs(row: &Value) -> Vec<(&str, &str)> {
    let check = row["check"].as_str().unwrap_or("");
    match row["attributes"].as_array() {
        Some(attrs) => attrs.iter().map(|attr| (attr.as_str().unwrap_or(""), check)).collect(),
        None => vec![(row["attr"].as_str().unwrap_or(""), check)],
    }
}

#[test]
fn review_compares_with_where_the_branch_came_from() {
    let repository = Repository::new();
    let tree = repository.tree();
    let review = |args: &[&str]| {
        let base: Vec<&str> = [&["review"], args, &["--metadata-only", "--format", "jsonl"]].concat();
        crate::scan::clarity(&[&base[..], &["--tree", tree.to_str().expect("UTF-8")]].concat())
    };
    let packages = |run: &crate::scan::Run| run.stdout.matches("\"kind\":\"package\"").count();
    repository.git(&["branch", "-m", "main"]);
    repository.git(&["checkout", "-q", "-b", "topic"]);
    assert_eq!(packages(&review(&[])), 0);
    repository.edit("pkgs/by-name/bi/birch-log/package.nix", "licenses.mit", "licenses.isc");
    repository.commit();
    assert_eq!(packages(&review(&[])), 1, "{}", review(&[]).stderr);
    assert_eq!(packages(&review(&["wip"])), 0);
    assert_eq!((packages(&review(&["main"])), packages(&review(&["rev", "HEAD^"]))), (1, 1));
    repository.git(&["checkout", "-q", "main"]);
    assert_eq!(packages(&review(&["main..topic"])), 1, "whatever is checked out");
    assert_eq!(packages(&review(&["topic..topic"])), 0);
}

#[test]
fn where_nothing_changed_nothing_is_looked_at() {
    let (code, packages, findings) = Repository::new().changed();
    assert_eq!((code, packages.len(), findings.len()), (0, 0, 0));
}

#[test]
fn a_changed_license_is_one_package_and_those_that_take_it_from_there() {
    let repository = Repository::new();
    repository.edit("pkgs/by-name/te/tern/package.nix", "licenses.bsd3", "licenses.mit");
    let (code, packages, findings) = repository.changed();
    // `tern-text` is a second name of it.
    assert_eq!((code, &packages[..]), (1, &["tern".to_owned(), "tern-text".to_owned()][..]));
    assert_eq!(checks(&findings), [("tern", "LIC010"), ("tern-text", "LIC010")]);

    // `zinnia` inherits the license of `amber-clock`, `amber-clock-git` overrides it.
    repository.edit(AMBER, "licenses.mit", "licenses.isc");
    let (_, packages, _) = repository.changed();
    assert_eq!(packages, ["amber-clock", "amber-clock-git", "tern", "tern-text", "zinnia"]);
}

#[test]
fn names_of_no_license_that_differ_in_a_number_alone_are_a_change() {
    let repository = Repository::new();
    repository.edit("pkgs/by-name/te/tern/package.nix", "licenses.bsd3", "licenses.tern1");
    repository.commit();
    assert_eq!(repository.changed().1, [""; 0]);
    repository.edit("pkgs/by-name/te/tern/package.nix", "licenses.tern1", "licenses.tern2");
    assert_eq!(repository.changed().1, ["tern", "tern-text"]);
}

#[test]
fn comments_and_descriptions_change_no_package() {
    let repository = Repository::new();
    repository.edit(AMBER, "{\n", "{\n  # moved\n\n");
    repository.edit(ALL, "  umbra = ", "  # another comment\n  umbra = ");
    assert_eq!(repository.changed().1, [""; 0]);
}

#[test]
fn a_bump_under_the_same_license_is_silent() {
    let repository = Repository::new();
    let file = "pkgs/by-name/te/tern/package.nix";
    repository.edit(file, "2.1", "2.2");
    repository.source("tern-2.1", "tern-2.2", |source| {
        fs::write(source.join("more.c"), "// SPDX-License-Identifier: BSD-3-Clause\nint more;\n").expect("writable");
        fs::write(source.join("setup.py"), "setup(name='tern', license='BSD-3-Clause')\n").expect("writable");
    });
    repository.state_hash(file, "tern-2.2");
    let (code, packages, findings) = repository.changed();
    assert_eq!(packages, ["tern", "tern-text"]);
    assert_eq!((code, checks(&findings)), (0, vec![]));
}

#[test]
fn an_old_finding_is_not_told_again_with_a_bump() {
    let repository = Repository::new();
    repository.edit("pkgs/by-name/bi/birch-log/package.nix", "0.3.1", "0.3.2");
    repository.source("birch-log-0.3.1", "birch-log-0.3.2", |_| {});
    let (code, packages, findings) = repository.changed();
    assert_eq!((code, packages, checks(&findings)), (0, vec!["birch-log".to_owned()], vec![]));
}

#[test]
fn a_bump_to_another_license_names_the_files() {
    let repository = Repository::new();
    repository.edit("pkgs/by-name/te/tern/package.nix", "2.1", "2.2");
    repository.source("tern-2.1", "tern-2.2", |source| {
        let mit = fs::read(source.join("../amber-clock-1.4.0/LICENSE")).expect("readable");
        fs::write(source.join("LICENSE.txt"), mit).expect("writable");
        fs::write(source.join("tern.c"), "int tern;\n").expect("writable");
    });
    repository.state_hash("pkgs/by-name/te/tern/package.nix", "tern-2.2");
    let (code, packages, findings) = repository.changed();
    assert_eq!((code, packages), (1, vec!["tern".to_owned(), "tern-text".to_owned()]));
    let drift = findings.iter().find(|row| row["check"] == "LIC050").expect("the drift");
    assert_eq!(drift["severity"], "error");
    assert_eq!(drift["message"], "the license of its source changed from BSD-3-Clause to MIT");
    assert!(drift["help"].to_string().contains("MIT appeared in LICENSE.txt (license-text)"), "{drift}");

    repository.edit("pkgs/by-name/te/tern/package.nix", "licenses.bsd3", "licenses.mit");
    let (code, _, findings) = repository.changed();
    assert_eq!((code, checks(&findings)), (0, vec![("tern", "LIC050"), ("tern-text", "LIC050")]), "a note");
}

#[test]
fn an_earlier_source_that_is_not_at_hand_is_told() {
    let repository = Repository::new();
    repository.edit("pkgs/by-name/te/tern/package.nix", "2.1", "2.2");
    fs::rename(repository.tree().join("sources/tern-2.1"), repository.tree().join("sources/tern-2.2"))
        .expect("writable");
    let (code, _, findings) = repository.changed();
    assert_eq!((code, checks(&findings)), (0, vec![("tern", "LIC050"), ("tern-text", "LIC050")]));
    assert!(findings[0]["message"].as_str().expect("text").contains("could not be compared"), "{}", findings[0]);
}

#[test]
fn arguments_at_the_place_of_the_call_count() {
    let repository = Repository::new();
    repository.edit("pkgs/by-name/zi/zinnia/package.nix", "{\n", "{\n  version ? \"1.0\",\n");
    repository.edit("pkgs/by-name/zi/zinnia/package.nix", "version = \"1.0\";", "inherit version;");
    assert_eq!(repository.changed().1, [""; 0], "the same by another way");
    repository.commit();
    repository.edit(
        ALL,
        "  umbra = ",
        "  zinnia = callPackage ../by-name/zi/zinnia/package.nix { version = \"1.1\"; };\n  umbra = ",
    );
    assert_eq!(repository.changed().1, ["zinnia"]);
}

#[test]
fn a_binding_that_two_packages_share_changes_both() {
    let repository = Repository::new();
    repository.edit("pkgs/tools/misc/wren/default.nix", "0.7", "0.8");
    assert_eq!(repository.changed().1, ["wren", "wren-docs"]);
}

#[test]
fn a_generic_file_changes_all_that_are_made_from_it() {
    let repository = Repository::new();
    repository.edit("pkgs/servers/vireo/generic.nix", "meta = {", "pname_ = 1; meta = {");
    assert_eq!(repository.changed().1, [""; 0]);
    repository.edit("pkgs/servers/vireo/generic.nix", "pname = \"vireo\"", "pname = \"vireo-server\"");
    assert_eq!(repository.changed().1, ["vireo", "vireo_1", "vireo_2"]);
}

#[test]
fn a_package_of_many_in_one_file_changes_alone() {
    let repository = Repository::new();
    repository.edit("pkgs/top-level/perl-packages.nix", "lib.licenses.artistic2", "lib.licenses.mit");
    assert_eq!(repository.changed().1, ["perlPackages.AspenLeaf"]);
}

#[test]
fn moved_new_and_removed_files_are_understood() {
    let repository = Repository::new();
    repository.git(&["mv", "pkgs/by-name/te/tern", "pkgs/by-name/te/terns"]);
    repository.git(&["mv", "pkgs/tools/text/umbra", "pkgs/tools/umbra"]);
    repository.edit(ALL, "../tools/text/umbra", "../tools/umbra");
    let (_, packages, _) = repository.changed();
    assert_eq!(packages, ["terns"], "umbra says the same from another place");
    let new = repository.tree().join("pkgs/by-name/ne/new-one");
    fs::create_dir_all(&new).expect("writable");
    let text = fs::read_to_string(repository.tree().join(AMBER)).expect("readable");
    fs::write(new.join("package.nix"), text.replace("amber-clock", "new-one")).expect("writable");
    assert_eq!(repository.changed().1, ["new-one", "terns"], "a file that git does not know yet");
    repository.commit();
    fs::remove_dir_all(new).expect("there");
    assert_eq!(repository.changed().1, [""; 0]);
    assert_eq!(repository.changed_since("HEAD~1").1, ["terns"]);
}

#[test]
fn a_file_that_breaks_is_told_once() {
    let repository = Repository::new();
    fs::write(repository.tree().join(AMBER), "{ lib }: {").expect("writable");
    let run = repository.scan(&["--changed-since", "HEAD"]);
    assert!(run.stdout.contains("\"kind\":\"failed\"") && run.stdout.contains("syntax error"), "{}", run.stdout);
    repository.commit();
    assert!(!repository.scan(&["--changed-since", "HEAD"]).stdout.contains("\"kind\":\"failed\""));
}

#[test]
fn suppressions_of_what_was_there_before_are_not_stale() {
    let repository = Repository::new();
    let pin = repository.scan(&["--attr", "birch-log"]);
    let pin = pin.stdout.lines().find(|line| line.contains("\"LIC010\"")).expect("a finding").to_owned();
    let pin: Value = serde_json::from_str(&pin).expect("JSON");
    let config = repository.tree().join("clarity.toml");
    let text = fs::read_to_string(&config).expect("readable");
    let block =
        format!("[[suppress]]\nattr = \"birch-log\"\ncheck = \"LIC010\"\nevidence = {}\nreason = \"x\"\n", pin["pin"]);
    fs::write(&config, format!("{text}\n{block}")).expect("writable");
    repository.commit();
    repository.edit("pkgs/by-name/bi/birch-log/package.nix", "0.3.1", "0.3.2");
    repository.source("birch-log-0.3.1", "birch-log-0.3.2", |_| {});
    let (code, _, findings) = repository.changed();
    assert_eq!((code, checks(&findings)), (0, vec![]));
}

#[test]
fn what_git_cannot_tell_is_an_error_of_usage_that_says_what_to_do() {
    let repository = Repository::new();
    let unknown = repository.scan(&["--changed-since", "no-such"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("no-such: no such revision") && unknown.stderr.contains("git fetch"));
    assert_eq!(repository.scan(&["--changed-since", "--output=x"]).code, 2);

    repository.edit(AMBER, "licenses.mit", "licenses.isc");
    repository.commit();
    let first = repository.git(&["rev-parse", "HEAD~1"]);
    let shallow = tempfile::tempdir().expect("a folder");
    let url = format!("file://{}", repository.tree().display());
    git(shallow.path(), &["clone", "--quiet", "--depth", "1", &url, "clone"]);
    let clone = shallow.path().join("clone");
    let cut = clarity(&["scan", clone.to_str().expect("UTF-8"), "--changed-since", first.trim()]);
    assert_eq!(cut.code, 2);
    assert!(cut.stderr.contains("shallow") && cut.stderr.contains("fetch-depth: 0"), "{}", cut.stderr);

    let copy = copied();
    let none = clarity(&["scan", copy.path().join("nixpkgs").to_str().expect("UTF-8"), "--changed-since", "HEAD"]);
    assert_eq!(none.code, 2);
    assert!(none.stderr.contains("not in a git repository"), "{}", none.stderr);
}
