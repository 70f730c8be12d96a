//! The five tasks of the README, followed word for word: each reaches its answer with at most two commands.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::changed::git;
use crate::scan::{Run, copied};

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

    fn run(&self, command: &str) -> Run {
        let mut words = command.split_whitespace();
        assert_eq!(words.next(), Some("clarity"), "{command}");
        let output = Command::new(env!("CARGO_BIN_EXE_clarity"))
            .args(words)
            .current_dir(self.tree())
            .env("CLARITY_CACHE", self.folder.path().join("cache"))
            .env("XDG_CONFIG_HOME", self.folder.path())
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

/// The lines of the block of this task in the README.
fn commands(name: &str) -> Vec<String> {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("readable");
    let block = readme.split(&format!("```sh {name}\n")).nth(1).expect(name);
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
