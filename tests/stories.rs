//! The five tasks of the README, followed word for word: each reaches its answer with at most two commands; and those of
//! the pages that it names.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::changed::git;
use crate::lsp;
use crate::scan::{Run, copied, state_hash};

/// A copy of the fixture in a git repository with two commits: the second one bumps a package.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Desk {
        let desk = Desk { folder: copied() };
        let commit = |message: &str| {
            git(desk.folder.path(), &["add", "--all"]);
            git(desk.folder.path(), &["commit", "--quiet", "--message", message]);
        };
        git(desk.folder.path(), &["init", "--quiet"]);
        commit("first");
        let file = desk.tree().join("pkgs/by-name/bi/birch-log/package.nix");
        let text = fs::read_to_string(&file).expect("readable");
        fs::write(&file, text.replace("licenses.mit", "licenses.bsd3")).expect("writable");
        commit("birch-log: correct the license");
        desk
    }

    fn tree(&self) -> PathBuf {
        self.folder.path().join("nixpkgs")
    }

    /// What the commands of the task `name` say, one after the other.
    fn follow(&self, name: &str) -> Vec<Run> {
        let commands = commands(name);
        assert!((1..=2).contains(&commands.len()), "{name}: {commands:?}");
        commands.iter().map(|command| self.run(command)).collect()
    }

    /// What a shell makes of the command, in which `clarity` is the program under test.
    fn run(&self, command: &str) -> Run {
        let program = Path::new(env!("CARGO_BIN_EXE_clarity")).parent().expect("in a folder");
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths(std::iter::once(program.to_owned()).chain(std::env::split_paths(&path)));
        let output = Command::new("sh")
            .args(["-c", command])
            .current_dir(self.tree())
            .env("PATH", path.expect("names of folders"))
            .env("HOME", self.folder.path())
            .env_remove("XDG_CONFIG_HOME")
            .env("CLARITY_CACHE", self.folder.path().join("cache"))
            .envs([("GIT_AUTHOR_NAME", "A"), ("GIT_AUTHOR_EMAIL", "a@example.org")])
            .envs([("GIT_COMMITTER_NAME", "A"), ("GIT_COMMITTER_EMAIL", "a@example.org")])
            .output()
            .expect("the program runs");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Run {
            code: output.status.code().expect("not killed"),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

/// The lines of the block of this task in the README, or in a page that the README names.
fn commands(name: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = |path: PathBuf| fs::read_to_string(path).expect("readable");
    let readme = text(root.join("README.md"));
    let is_named = |page: &&str| readme.contains(&format!("`clarity docs {page}`"));
    let pages = ["sources", "config", "editor"].into_iter().filter(is_named);
    let pages = pages.map(|page| text(root.join(format!("src/cli/docs/{page}.md"))));
    let all: Vec<String> = std::iter::once(readme.clone()).chain(pages).collect();
    let block = all.iter().find_map(|page| page.split(&format!("```sh {name}\n")).nth(1)).expect(name);
    block.split("```").next().unwrap_or_default().lines().map(str::to_owned).collect()
}

#[test]
fn a_maintainer_of_one_package_sees_what_is_wrong_and_the_correction() {
    let runs = Desk::new().follow("one package");
    assert!(runs[0].code == 1 && runs[0].stdout.contains("the source says Apache-2.0"), "{}", runs[0].stdout);
    assert!(runs[1].stdout.contains("+    license = lib.licenses.asl20;"), "{}", runs[1].stdout);
}

#[test]
fn a_maintainer_of_many_packages_gets_a_series_that_git_takes() {
    let desk = Desk::new();
    let runs = desk.follow("many packages");
    assert!(runs[0].code == 1 && runs[0].stdout.contains("packages: "), "{}", runs[0].stdout);
    assert!(!runs[0].stdout.contains("birch-log"), "a package of somebody else: {}", runs[0].stdout);
    let patches = desk.folder.path().join("patches");
    let mut series: Vec<PathBuf> =
        fs::read_dir(&patches).expect("made").map(|entry| entry.expect("readable").path()).collect();
    series.retain(|file| file.extension().is_some_and(|ending| ending == "patch"));
    series.sort();
    assert!(!series.is_empty(), "{}", runs[1].stderr);
    for patch in series {
        git(desk.folder.path(), &["am", "--quiet", patch.to_str().expect("UTF-8")]);
    }
}

#[test]
fn a_reviewer_learns_that_the_new_license_is_wrong() {
    let runs = Desk::new().follow("a review");
    assert!(runs[0].code == 1, "{}", runs[0].stderr);
    assert!(runs[0].stdout.contains("birch-log") && runs[0].stdout.contains("Apache-2.0"), "{}", runs[0].stdout);
    assert!(!runs[0].stdout.contains("cobalt-calc"), "nothing of what did not change: {}", runs[0].stdout);
}

#[test]
fn an_owner_of_an_overlay_gets_a_job_that_is_green_today() {
    let desk = Desk::new();
    let runs = desk.follow("an overlay");
    assert!(runs.iter().all(|run| run.code == 0), "{}", runs[1].stdout);
    assert!(!runs[1].stdout.contains("::error"), "what was accepted stays quiet: {}", runs[1].stdout);
    let file = desk.tree().join("pkgs/by-name/co/cobalt-calc/package.nix");
    let text = fs::read_to_string(&file).expect("readable");
    fs::write(&file, text.replace("licenses.gpl3Only", "licenses.mit")).expect("writable");
    let run = desk.run(&commands("an overlay")[1]);
    assert!(
        run.code == 1 && run.stdout.contains("file=nixpkgs/pkgs/by-name/co/cobalt-calc/package.nix"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_packager_gets_the_line() {
    let runs = Desk::new().follow("a new package");
    assert!(runs[0].code == 0 && runs[0].stdout.contains("license = lib.licenses.asl20;"), "{}", runs[0].stdout);
}

#[test]
fn a_compliance_officer_gets_the_bill_and_the_notices_of_a_closure() {
    let desk = Desk::new();
    let paths = ["birch-log-0.3.1", "cobalt-calc-2.0", "unit-etc"];
    let path =
        |name: &&str| serde_json::json!({ "path": format!("/nix/store/{}-{name}", "0".repeat(32)), "references": [] });
    let closure: Vec<_> = paths.iter().map(path).collect();
    fs::write(desk.tree().join("closure.json"), serde_json::to_string(&closure).expect("JSON")).expect("writable");
    for command in commands("a compliance officer") {
        let run = desk.run(&command);
        assert_eq!(run.code, 0, "{command}: {} {}", run.stdout, run.stderr);
    }
    let written = |name: &str| fs::read_to_string(desk.tree().join(name)).expect("written");
    for bill in ["sbom.cdx.json", "sbom.spdx.json"] {
        let bill = written(bill);
        serde_json::from_str::<serde_json::Value>(&bill).expect("JSON");
        for part in ["\"birch-log\"", "\"cobalt-calc\"", "Apache-2.0", "GPL-3.0-or-later"] {
            assert!(bill.contains(part), "{part} is missing in {bill}");
        }
        assert!(!bill.contains("amber-clock"), "a package that is not in the closure");
    }
    let notices = written("NOTICES");
    for part in ["birch-log 0.3.1", "cobalt-calc 2.0", "Copyright: ", "Apache License", "GNU GENERAL PUBLIC LICENSE"] {
        assert!(notices.contains(part), "{part} is missing in {notices}");
    }
}

#[test]
fn a_curator_accepts_once_for_all_trees_until_the_source_changes() {
    let desk = Desk::new();
    let there = desk.folder.path().join("other");
    assert!(desk.run("cp -r . ../other").code == 0);
    let mut commands = commands("a curator");
    let scan = commands.pop().expect("the scan elsewhere");
    let before = desk.run(&scan);
    assert!(before.code == 1 && before.stdout.contains("LIC010"), "{}", before.stdout);
    for command in commands {
        let run = desk.run(&command);
        assert_eq!(run.code, 0, "{command}: {} {}", run.stdout, run.stderr);
    }
    let after = desk.run(&scan);
    assert_eq!(after.code, 0, "{}", after.stdout);
    assert!(after.stdout.contains("1 suppressed"), "{}", after.stdout);
    // A new version, under a third license.
    let source = there.join("sources/birch-log-0.3.1");
    let file = source.join("src/lib.rs");
    let text = fs::read_to_string(&file).expect("readable");
    fs::write(&file, text.replace("Apache-2.0", "MPL-2.0")).expect("writable");
    state_hash(&there.join("pkgs/by-name/bi/birch-log/package.nix"), &source);
    let bumped = desk.run(&scan);
    assert!(bumped.code == 1 && bumped.stdout.contains("birch-log"), "{}", bumped.stdout);
    assert!(bumped.stdout.contains("LIC060"), "the block is told to be stale: {}", bumped.stdout);
}

#[test]
fn a_maintainer_in_an_editor_sees_the_finding_and_mends_it() {
    let commands = commands("a maintainer in an editor");
    let command: Vec<&str> = commands[0].split_whitespace().collect();
    assert_eq!(command[..2], ["clarity", "lsp"], "the command that an editor starts");
    let place = copied();
    lsp::finding_is_shown_and_mended(&place.path().join("nixpkgs"), &command[2..]);
}
