//! Links that a tree brings along: whatever reads or writes at a place of the tree stays in the tree.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::patches::Place;
use crate::scan::{Run, clarity};

const SECRET: &str = "do-not-tell";

/// A tree with one package of a hostile license, and a folder outside of it.
struct Room(tempfile::TempDir);

impl Room {
    fn new() -> Room {
        let room = Room(tempfile::tempdir().expect("a folder"));
        for folder in ["tree/sub/real", "outside/deep"] {
            fs::create_dir_all(room.at(folder)).expect("made");
        }
        for file in ["outside/secret", "outside/deep/secret", "outside/secret.nix", "outside/default.nix"] {
            fs::write(room.at(file), format!("\"{SECRET}\"")).expect("written");
        }
        fs::write(room.at("tree/sub/real/file"), "inside").expect("written");
        for (link, target) in [
            ("tree/file", "../outside/secret"),
            ("tree/absolute", "/etc/passwd"),
            ("tree/folder", "../outside"),
            ("tree/sub/mid", "../../outside/deep"),
            ("tree/twice", "sub/mid"),
            ("tree/import.nix", "../outside/secret.nix"),
            ("tree/zero", "/dev/zero"),
            ("tree/proc", "/proc/self/environ"),
            ("tree/nothing", "../outside/nothing"),
            ("tree/round", "round"),
            ("tree/up", ".."),
            ("tree/root", "/"),
            ("tree/inside", "sub/real"),
        ] {
            symlink(target, room.at(link)).expect("a link");
        }
        assert!(Command::new("mkfifo").arg(room.at("tree/pipe")).status().expect("mkfifo").success());
        room
    }

    fn at(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn text(&self, path: &str) -> String {
        self.at(path).display().to_string()
    }

    /// The row of a package whose license is `expression`.
    fn license(&self, expression: &str) -> Value {
        let package =
            format!("{{ stdenv, lib }}: stdenv.mkDerivation {{ pname = \"a\"; meta.license = {expression}; }}");
        fs::write(self.at("tree/a.nix"), package).expect("written");
        let run =
            clarity(&["scan", &self.text("tree/a.nix"), "--metadata-only", "--format", "jsonl", "--fail-on", "never"]);
        let rows: Vec<Value> = run.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        rows.into_iter()
            .find(|row| row["attr"] == "a" || row["name"] == "a")
            .unwrap_or_else(|| panic!("{}", run.stderr))
    }
}

/// Expressions that look behind a link which leads out, or at what never ends.
const LOOKS: [&str; 30] = [
    "builtins.readFile ./file",
    "builtins.readFile ./absolute",
    "builtins.readFile ./folder/secret",
    "builtins.readFile ./folder/deep/secret",
    "builtins.readFile ./sub/mid/secret",
    "builtins.readFile ./twice/secret",
    "builtins.readFile ./zero",
    "builtins.readFile ./proc",
    "builtins.readFile ./pipe",
    "builtins.readFile ./up/outside/secret",
    "builtins.readFile ./root/etc/passwd",
    "builtins.readFile ./sub/../folder/secret",
    "builtins.readFile (./. + \"/folder/secret\")",
    "builtins.readFile \"${toString ./.}/folder/secret\"",
    "builtins.readFile (toString ./. + \"/sub/../../outside/secret\")",
    "builtins.readFile (toString ./. + \"/inside/../../../outside/secret\")",
    "builtins.readFile ./round",
    "builtins.head (builtins.attrNames (builtins.readDir ./folder))",
    "builtins.head (builtins.attrNames (builtins.readDir ./sub/mid))",
    "builtins.head (builtins.attrNames (builtins.readDir ./up))",
    "builtins.head (builtins.attrNames (builtins.readDir ./root/etc))",
    "builtins.hashFile \"sha256\" ./file",
    "builtins.readFileType ./folder/secret",
    "import ./import.nix",
    "import ./folder",
    "import ./folder/secret.nix",
    "import ./up/outside",
    "import ./pipe",
    "lib.fileContents ./file",
    "builtins.fromJSON (builtins.readFile ./folder/secret)",
];

#[test]
fn the_evaluator_follows_no_link_out() {
    let room = Room::new();
    let begun = Instant::now();
    for expression in LOOKS {
        let row = room.license(expression);
        let text = row.to_string();
        assert!(!text.contains(SECRET) && !text.contains("root:"), "{expression}: {text}");
        assert!(row["declared"]["why"].is_string() || row["why"].is_string(), "{expression}: {text}");
    }
    assert!(begun.elapsed() < Duration::from_secs(120), "nothing blocks");
    let row = room.license("builtins.readFile ./inside/file");
    assert!(row.to_string().contains("inside"), "a link that stays is followed: {row}");
}

#[test]
fn the_evaluator_does_not_tell_what_is_behind_a_link() {
    let room = Room::new();
    for (there, missing) in [
        ("./folder/secret", "./folder/nothing"),
        ("./sub/mid/secret", "./sub/mid/no/thing"),
        ("./file", "./nothing"),
        ("./root/etc/passwd", "./root/no/such"),
        ("(toString ./. + \"/../outside/secret\")", "(toString ./. + \"/../outside/no\")"),
    ] {
        let answer = |path: &str| {
            let row = room.license(&format!("if builtins.pathExists {path} then \"MIT\" else \"ISC\""));
            (row["declared"]["status"].to_string(), row["declared"]["terms"].to_string())
        };
        assert_eq!(answer(there), answer(missing), "{there} against {missing}");
    }
    let inside = room.license("if builtins.pathExists ./sub/real/no then \"MIT\" else \"ISC\"");
    assert!(inside.to_string().contains("ISC"), "what is not there is known inside of the tree: {inside}");
}

/// A repository at whose last commit a link led out; now there is none.
#[test]
fn a_link_of_a_revision_is_not_followed_out_either() {
    let place = Place::new();
    let outside = place.path("secret");
    fs::write(&outside, SECRET).expect("written");
    let tree = place.tree();
    let package = tree.join("pkgs/by-name/bi/birch-log/package.nix");
    let text = fs::read_to_string(&package).expect("readable");
    let start = text.find("license = ").expect("a license");
    let end = start + text[start..].find(';').expect("its end");
    fs::write(&package, format!("{}license = builtins.readFile ./l{}", &text[..start], &text[end..]))
        .expect("writable");
    let link = package.with_file_name("l");
    symlink(&outside, &link).expect("a link");
    fs::create_dir(package.with_file_name("d")).expect("made");
    fs::write(package.with_file_name("d").join("f"), "x").expect("written");
    place.git(&["add", "--all"]);
    place.git(&["commit", "--quiet", "--message=a link"]);
    fs::remove_file(&link).expect("removed");
    fs::write(&link, "MIT").expect("written");
    fs::remove_dir_all(package.with_file_name("d")).expect("removed");
    symlink(place.path("."), package.with_file_name("d")).expect("a link");
    let mut command = place.command(env!("CARGO_BIN_EXE_clarity"));
    command.arg("scan").arg(&tree).args(["--changed-since", "HEAD", "--metadata-only", "--format", "jsonl"]);
    let output = command.output().expect("runs");
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("birch-log") && !said.contains(SECRET), "{said}");
}

#[test]
fn links_that_only_a_revision_has_are_held_as_well() {
    use clarity::nix::{Disk, Files, PathOverlay};

    let room = Room::new();
    let root = room.at("tree").canonicalize().expect("there");
    let at = |name: &str| root.join(name).display().to_string();
    let instead = [
        (at("then"), PathOverlay::Link("../outside/secret".to_owned())),
        (at("then-inside"), PathOverlay::Link("sub/real/file".to_owned())),
        // A folder then, a link that leads out now.
        (at("folder"), PathOverlay::Nothing),
        (at("folder/old"), PathOverlay::File(b"old".to_vec())),
    ];
    let files = Files::new(vec![root.clone().into()], Disk::with(instead.into()));
    assert!(files.open(&at("then")).is_err(), "the target lies outside");
    assert_eq!(files.open(&at("then-inside")).expect("inside").text(), Some("inside"));
    let names: Vec<String> =
        files.disk.list(&at("folder")).expect("a folder").into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["old"]);
}

const CRATE: &str = "{ lib, fetchurl, rustPlatform }: rustPlatform.buildRustPackage { pname = \"p\"; version = \"1\"; \
    src = ./sub; cargoLock.lockFile = ./LOCK; meta.license = lib.licenses.mit; }";

#[test]
fn a_lock_file_of_the_tree_is_a_file_of_the_tree() {
    let room = Room::new();
    let lock = "[[package]]\nname = \"stolen\"\nversion = \"1.0.0\"\nsource = \"registry+x\"\nchecksum = \"SUM\"\n";
    let lock = lock.replace("SUM", &"a".repeat(64));
    fs::write(room.at("outside/Cargo.lock"), &lock).expect("written");
    fs::write(room.at("tree/Cargo.lock"), lock).expect("written");
    symlink("../outside/Cargo.lock", room.at("tree/linked")).expect("a link");
    let nixpkgs = crate::scan::fixture().display().to_string();
    let scan = |name: &str| {
        fs::write(room.at("tree/p.nix"), CRATE.replace("LOCK", name)).expect("written");
        let tree = room.text("tree/p.nix");
        let run =
            clarity(&["scan", &tree, "--vendored", "--format", "jsonl", "--fail-on", "never", "--nixpkgs", &nixpkgs]);
        assert!(run.code != 101, "{name}: {}", run.stderr);
        run.stdout
    };
    let sound = scan("Cargo.lock");
    assert!(sound.contains("stolen"), "{sound}: the lock file of the tree is read");
    for name in ["linked", "folder/Cargo.lock", "zero", "pipe", "round"] {
        assert!(!scan(name).contains("stolen"), "{name}");
    }
}

#[test]
fn nothing_is_written_through_a_link_of_the_tree() {
    let room = Room::new();
    let victim = room.at("outside/victim");
    fs::write(&victim, "mine").expect("written");
    for (link, target) in [
        ("tree/report.json", "../outside/victim"),
        ("tree/base", "../outside/victim"),
        ("tree/new.json", "../outside/new"),
    ] {
        symlink(target, room.at(link)).expect("a link");
    }
    let tree = room.text("tree");
    let refused = |args: &[&str]| {
        let run: Run = clarity(&[&["scan", &tree, "--metadata-only"], args].concat());
        assert!(
            run.code == 2 && run.stderr.contains("a link leads out of the tree"),
            "{args:?}: {} {}",
            run.code,
            run.stderr
        );
    };
    refused(&["--output", &format!("json={}", room.text("tree/report.json"))]);
    refused(&["--output", &format!("json={}", room.text("tree/new.json"))]);
    refused(&["--output", &format!("json={}", room.text("tree/folder/x.json"))]);
    refused(&["--write-baseline", &room.text("tree/base")]);
    assert_eq!(fs::read_to_string(&victim).expect("readable"), "mine");
    let mut names: Vec<_> =
        fs::read_dir(room.at("outside")).expect("there").flatten().map(|entry| entry.file_name()).collect();
    names.sort();
    assert_eq!(names, ["deep", "default.nix", "secret", "secret.nix", "victim"]);
    let run = clarity(&[
        "scan",
        &tree,
        "--metadata-only",
        "--allow-incomplete",
        "--fail-on",
        "never",
        "--output",
        &format!("json={}", room.text("tree/plain.json")),
    ]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(room.at("tree/plain.json").is_file());
}

#[test]
fn patches_are_not_written_through_a_link_of_the_tree() {
    let place = Place::new();
    fs::create_dir(place.path("elsewhere")).expect("made");
    symlink(place.path("elsewhere"), place.tree().join("patches")).expect("a link");
    for folder in ["patches", "patches/deeper"] {
        let folder = place.tree().join(folder);
        let run = place.fix(&["--patch-dir", folder.to_str().expect("UTF-8")]);
        assert!(run.stderr.contains("a link leads out of the tree"), "{}", run.stderr);
    }
    assert_eq!(fs::read_dir(place.path("elsewhere")).expect("there").count(), 0);
}
