//! Nobody's tree may command: real repositories whose configuration names a program for everything git would run.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::patches::Place;

/// A repository of the fixture in which every program leaves a mark when it is started.
struct Hostile {
    place: Place,
}

const HOOKS: [&str; 6] =
    ["post-index-change", "reference-transaction", "pre-auto-gc", "post-checkout", "pre-commit", "fsmonitor-watchman"];

impl Hostile {
    fn new() -> Hostile {
        let hostile = Hostile { place: Place::new() };
        let program = hostile.program();
        let git = hostile.place.tree().join(".git");
        for hook in HOOKS {
            fs::copy(&program, git.join("hooks").join(hook)).expect("a hook");
        }
        let run = program.display();
        let config = format!(
            "[core]\n\tfsmonitor = {run} fsmonitor\n\tpager = {run} pager\n\tsshCommand = {run} ssh\n\teditor = {run} editor\n\
             \tgitProxy = {run} proxy\n\talternateRefsCommand = {run} refs\n\taskPass = {run} askpass\n\
             [pager]\n\tdiff = {run} pager\n\tstatus = {run} pager\n\tlog = {run} pager\n\
             [diff]\n\texternal = {run} external\n\
             [diff \"evil\"]\n\ttextconv = {run} textconv\n\tcommand = {run} driver\n\
             [filter \"ev=il.x\"]\n\tclean = {run} clean\n\tsmudge = {run} smudge\n\tprocess = {run} process\n\trequired = true\n\
             [credential]\n\thelper = !{run} helper\n[gpg]\n\tprogram = {run} gpg\n\
             [hook \"e=v.il\"]\n\tcommand = {run} configured\n\tevent = reference-transaction\n\tevent = post-index-change\n\
             [commit]\n\tgpgSign = true\n\
             [log]\n\tshowSignature = true\n[uploadpack]\n\tpackObjectsHook = {run} pack\n\
             [remote \"origin\"]\n\turl = ssh://host.example/x\n\tpromisor = true\n\tuploadpack = {run} upload\n\
             [extensions]\n\tpartialClone = origin\n"
        );
        append(&git.join("config"), &config);
        append(&git.join("info/attributes"), "* filter=ev=il.x diff=evil\n");
        // Git looks into files whose times differ from the index, and there the filters run.
        for file in [BIRCH, OPAL] {
            let path = hostile.place.tree().join(file);
            let bytes = fs::read(&path).expect("readable");
            fs::remove_file(&path).expect("removed");
            fs::write(path, bytes).expect("written again");
        }
        hostile
    }

    /// A program that notes its arguments in a file and fails.
    fn program(&self) -> PathBuf {
        let path = self.place.path("evil");
        let marks = self.marks_file();
        fs::write(&path, format!("#!/bin/sh\necho \"$0 $@\" >> '{}'\nexit 1\n", marks.display())).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("executable");
        path
    }

    fn marks_file(&self) -> PathBuf {
        self.place.path("marks")
    }

    /// The programs that ran since the last look.
    fn marks(&self) -> String {
        let said = fs::read_to_string(self.marks_file()).unwrap_or_default();
        let _ = fs::remove_file(self.marks_file());
        said
    }

    fn scan(&self, path: &Path, args: &[&str]) -> String {
        let mut command = self.place.command(env!("CARGO_BIN_EXE_clarity"));
        command.arg("scan").arg(path).args(["--metadata-only", "--format", "jsonl"]).args(args);
        let output = command.output().expect("the program runs");
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
    }
}

const BIRCH: &str = "pkgs/by-name/bi/birch-log/package.nix";
const OPAL: &str = "pkgs/by-name/op/opal-mail/package.nix";

fn append(path: &Path, text: &str) {
    let old = fs::read_to_string(path).unwrap_or_default();
    fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    fs::write(path, old + text).expect("written");
}

#[test]
fn plain_git_runs_the_programs_of_a_hostile_repository() {
    let hostile = Hostile::new();
    let _ = hostile.place.command("git").arg("-C").arg(hostile.place.tree()).arg("status").output();
    let marks = hostile.marks();
    for program in ["fsmonitor", "process"] {
        assert!(marks.contains(program), "{program} is a danger: {marks}");
    }
}

#[test]
fn no_command_of_a_repository_runs_in_a_scan() {
    let hostile = Hostile::new();
    let text = fs::read_to_string(hostile.place.tree().join(OPAL)).expect("readable");
    fs::write(hostile.place.tree().join(OPAL), text + "# changed\n").expect("writable");
    let said = hostile.scan(&hostile.place.tree(), &["--changed-since", "HEAD"]);
    assert!(!said.contains("git diff failed"), "{said}");
    assert_eq!(hostile.marks(), "");
}

#[test]
fn no_command_of_a_repository_runs_in_a_fix() {
    let hostile = Hostile::new();
    let sources = hostile.place.path("sources");
    for args in [&["--commit", "fixes"][..], &["--patch-dir", "PATCHES"], &["--write"]] {
        let patches = hostile.place.path("patches");
        let args: Vec<&str> =
            args.iter().map(|arg| if *arg == "PATCHES" { patches.to_str().expect("UTF-8") } else { arg }).collect();
        let run = hostile.place.fix(&args);
        assert_eq!(hostile.marks(), "", "{args:?}: {}", run.stderr);
        assert!(run.code <= 1, "{args:?}: {}", run.stderr);
    }
    assert!(sources.is_dir() || hostile.place.tree().join("sources").is_dir());
    let branch = hostile.place.tree().join(".git/refs/heads/fixes");
    assert!(branch.is_file() && hostile.place.path("patches").read_dir().expect("made").count() > 1);
}

/// The packages of a scan since `HEAD`.
fn changed(hostile: &Hostile) -> String {
    hostile.scan(&hostile.place.tree(), &["--changed-since", "HEAD"])
}

/// Takes back the time of a file, so that its length and time are those that the index of git knows.
fn edit_unseen(path: &Path, from: &str, to: &str) {
    assert_eq!(from.len(), to.len());
    let time = fs::metadata(path).and_then(|found| found.modified()).expect("a time");
    let text = fs::read_to_string(path).expect("readable");
    assert!(text.contains(from), "{text}");
    fs::write(path, text.replace(from, to)).expect("writable");
    fs::File::options().write(true).open(path).and_then(|file| file.set_modified(time)).expect("set");
}

#[test]
fn a_change_that_git_does_not_see_is_a_change() {
    for (trick, settings) in [
        ("a planted index", &["core.trustctime=false", "core.checkStat=minimal"][..]),
        ("assume-unchanged", &[]),
        ("skip-worktree", &[]),
    ] {
        let hostile = Hostile { place: Place::new() };
        let git = |args: &[&str]| hostile.place.git(args);
        settings
            .iter()
            .filter_map(|setting| setting.split_once('='))
            .for_each(|(name, value)| drop(git(&["config", name, value])));
        let path = hostile.place.tree().join(OPAL);
        let old = std::time::SystemTime::now() - std::time::Duration::from_secs(3_600);
        fs::File::options().write(true).open(&path).and_then(|file| file.set_modified(old)).expect("set");
        git(&["status"]);
        match trick {
            "a planted index" => {}
            flag => drop(git(&["update-index", &format!("--{flag}"), OPAL])),
        }
        edit_unseen(&path, "\"1.2\"", "\"1.3\"");
        assert_eq!(git(&["status", "--porcelain"]), "", "{trick} hides it from git");
        let said = changed(&hostile);
        assert!(said.contains("\"opal-mail\""), "{trick}: {said}");
    }
}

#[test]
fn attributes_of_a_pull_request_hide_no_change() {
    let hostile = Hostile { place: Place::new() };
    let path = hostile.place.tree().join(OPAL);
    let text = fs::read_to_string(&path).expect("readable");
    fs::write(&path, text.replacen("meta = {", "meta = {\n    license = \"$Id$\";", 1)).expect("writable");
    hostile.place.git(&["commit", "--quiet", "--all", "--message=before"]);
    append(&hostile.place.tree().join(".gitattributes"), "*.nix ident\n");
    let text = fs::read_to_string(&path).expect("readable");
    fs::write(&path, text.replace("$Id$", "$Id: MIT $")).expect("writable");
    assert_eq!(hostile.place.git(&["diff", "--name-only", "HEAD"]), "", "git calls it the same");
    let said = changed(&hostile);
    assert!(said.contains("\"opal-mail\""), "{said}");
}

#[test]
fn no_edit_is_lost_that_git_does_not_see() {
    let hostile = Hostile { place: Place::new() };
    for (name, value) in [("core.trustctime", "false"), ("core.checkStat", "minimal")] {
        hostile.place.git(&["config", name, value]);
    }
    let path = hostile.place.tree().join(BIRCH);
    let old = std::time::SystemTime::now() - std::time::Duration::from_secs(3_600);
    fs::File::options().write(true).open(&path).and_then(|file| file.set_modified(old)).expect("set");
    hostile.place.git(&["status"]);
    edit_unseen(&path, "structured logs", "structured L0gs");
    assert_eq!(hostile.place.git(&["status", "--porcelain"]), "");
    for how in [&["--write"][..], &["--patch-dir", "PATCHES"]] {
        let patches = hostile.place.path("patches");
        let how: Vec<&str> =
            how.iter().map(|arg| if *arg == "PATCHES" { patches.to_str().expect("UTF-8") } else { arg }).collect();
        let run = hostile.place.fix(&[&how[..], &["--attr", "birch-log"]].concat());
        assert!(run.stderr.contains("differs from what is committed"), "{how:?}: {}", run.stderr);
        assert!(hostile.place.read(BIRCH).contains("L0gs") && hostile.place.read(BIRCH).contains("licenses.mit"));
    }
}

/// Objects that are missing are not asked of a remote: it names the program to ask with.
#[test]
fn missing_objects_are_not_fetched_by_a_command_of_the_remote() {
    let hostile = Hostile::new();
    let git = |args: &[&str]| {
        let output = hostile.place.command("git").arg("-C").arg(hostile.place.tree()).args(args).output().expect("git");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    let id = git(&["rev-parse", &format!("HEAD:{OPAL}")]);
    let object = hostile.place.tree().join(".git/objects").join(&id[..2]).join(&id[2..]);
    fs::remove_file(&object).expect("an object that is not packed");
    let path = hostile.place.tree().join(OPAL);
    fs::write(&path, fs::read_to_string(&path).expect("readable") + "# changed\n").expect("writable");
    append(&hostile.place.tree().join(".git/config"), "[protocol]\n\tallow = always\n[ssh]\n\tvariant = simple\n");
    hostile.marks();
    let said = hostile.scan(&hostile.place.tree(), &["--changed-since", "HEAD"]);
    assert!(said.contains("git cat-file failed") && hostile.marks().is_empty(), "{said}");
}

#[test]
fn a_committed_folder_that_looks_like_a_repository_is_data() {
    let hostile = Hostile::new();
    let run = hostile.program();
    let folder = hostile.place.path("nixpkgs/pkgs/bare");
    for name in ["objects", "refs/heads"] {
        fs::create_dir_all(folder.join(name)).expect("made");
    }
    fs::write(folder.join("HEAD"), "ref: refs/heads/trunk\n").expect("written");
    let config = format!(
        "[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = ..\n\tfsmonitor = {} bare\n",
        run.display()
    );
    fs::write(folder.join("config"), config).expect("written");
    fs::write(folder.join("default.nix"), "{ stdenv }: stdenv.mkDerivation { pname = \"a\"; }").expect("written");
    let plain = hostile.place.command("git").arg("-C").arg(&folder).arg("status").output().expect("git");
    assert!(hostile.marks().contains("bare"), "git follows it: {}", String::from_utf8_lossy(&plain.stderr));
    let said = hostile.scan(&folder, &["--changed-since", "HEAD"]);
    assert_eq!(hostile.marks(), "", "{said}");
    assert!(said.contains("safe.bareRepository") || said.contains("bare repository"), "{said}");
}

#[test]
fn git_is_started_in_one_place() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in walkdir::WalkDir::new(&root) {
        let path = entry.expect("readable").into_path();
        if path.extension().is_some_and(|ending| ending == "rs") && !path.starts_with(root.join("git")) {
            let text = fs::read_to_string(&path).expect("UTF-8");
            assert!(!text.contains("Command::new(\"git\")"), "{} starts git by itself", path.display());
        }
    }
}
