//! Pinned inputs of a tree: from the Nix store, the cache, a server, or a folder that the user names.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clarity::source::{Algo, FixedHash, fixed_output, hash_nar};
use clarity::tree::HashMode;
use serde_json::{Value, json};

use crate::scan::fixture;
use crate::source::server::{Reply, Server};

const REV: &str = "0123456789abcdef0123456789abcdef01234567";

/// A tree, a cache, a Nix store and a home of their own.
struct Room {
    folder: tempfile::TempDir,
}

impl Room {
    /// With the flake of `tests/cases/loose/behind`.
    fn new() -> Room {
        let room = Room { folder: tempfile::tempdir().expect("a folder") };
        let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/loose/behind");
        for folder in ["tree", "home/clarity", "store"] {
            fs::create_dir_all(room.at(folder)).expect("made");
        }
        copy(&case, &room.at("tree"));
        room
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().canonicalize().expect("there").join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.at(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, text).expect("written");
    }

    /// Locks `nodes`, all of them inputs of the flake, by the names that they have.
    fn lock(&self, nodes: &[(&str, Value)]) {
        let roots: BTreeMap<&str, &str> = nodes.iter().map(|(name, _)| (*name, *name)).collect();
        let mut all: BTreeMap<&str, Value> =
            nodes.iter().map(|(name, locked)| (*name, json!({"locked": locked}))).collect();
        all.insert("root", json!({"inputs": roots}));
        self.write("tree/flake.lock", &json!({"version": 7, "root": "root", "nodes": all}).to_string());
    }

    /// What the user allows: this Nix store, and a server in the place of GitHub.
    fn configure(&self, server: Option<&Server>) {
        let rewrite =
            server.map(|server| format!("rewrite = {{ \"https://github.com/\" = \"{}\" }}\n", server.url("/")));
        let fetch = format!("[fetch]\nattempts = 1\n{}", rewrite.unwrap_or_default());
        let text = format!("[sources]\nnix_store = \"{}\"\n{fetch}", self.at("store").display());
        self.write("home/clarity/config.toml", &text);
    }

    fn scan(&self, more: &[&str]) -> Scan {
        let output = Command::new(env!("CARGO_BIN_EXE_clarity"))
            .args(["scan", "--system", "x86_64-linux", "--fail-on", "never", "--metadata-only"])
            .arg(self.at("tree"))
            .args(more)
            .args(["--output", "jsonl=/dev/stderr"])
            .env("CLARITY_CACHE", self.at("cache"))
            .env("XDG_CONFIG_HOME", self.at("home"))
            .output()
            .expect("the program runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        let rows = text(output.stderr);
        Scan {
            code: output.status.code(),
            text: text(output.stdout),
            rows: rows.lines().filter_map(|line| serde_json::from_str(line).ok()).collect(),
        }
    }
}

struct Scan {
    code: Option<i32>,
    text: String,
    rows: Vec<Value>,
}

impl Scan {
    /// The license terms of `attr`, or why there are none.
    fn license(&self, attr: &str) -> String {
        let row = self.rows.iter().find(|row| row["attr"].as_str().is_some_and(|have| have.ends_with(attr)));
        let Some(row) = row else { return format!("no row in {}", self.text) };
        let terms: Vec<&str> =
            row["declared"]["terms"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        terms.join(" ") + row["declared"]["why"].as_str().unwrap_or_default() + row["why"].as_str().unwrap_or_default()
    }

    fn inputs(&self) -> &Value {
        &self.rows.last().expect("a summary")["inputs"]
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("made");
    for entry in fs::read_dir(from).expect("listed").flatten() {
        let target = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(fs::copy(entry.path(), target).expect("copied")),
        }
    }
}

fn nar(folder: &Path) -> FixedHash {
    hash_nar(folder, Algo::Sha256).expect("hashed")
}

/// The lock of the fixture as a revision of nixpkgs.
fn github(hash: &FixedHash) -> Value {
    json!({"type": "github", "owner": "NixOS", "repo": "nixpkgs", "rev": REV, "narHash": hash.to_string(),
        "lastModified": 1})
}

/// The fixture as GitHub packs it.
fn packed(folder: &Path) -> Vec<u8> {
    let output = Command::new("tar")
        .args(["--create", "--gzip", "--transform", "s,^[.],nixpkgs-0123,", "--directory"])
        .arg(folder)
        .arg(".")
        .output()
        .expect("tar runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn server() -> Server {
    let archive = packed(&fixture());
    let path = format!("/NixOS/nixpkgs/archive/{REV}.tar.gz");
    Server::new(move |asked| if asked.path == path { Reply::range(&archive, asked) } else { Reply::status(404) })
}

#[test]
fn a_pinned_nixpkgs_in_the_store_stands_behind_the_flake() {
    let room = Room::new();
    room.configure(None);
    let hash = nar(&fixture());
    room.lock(&[("nixpkgs", github(&hash))]);
    let before = room.scan(&[]);
    assert!(before.license(".own").contains("umbra"), "{}", before.license(".own"));
    assert!(before.text.contains(&format!("flake.lock pins it at {}", &REV[..12])), "{}", before.text);
    assert_eq!(before.inputs()[0]["used"], json!(false));

    let place = fixed_output(&room.at("store"), "source", HashMode::Nar, &hash).expect("a path");
    copy(&fixture(), &place);
    let scan = room.scan(&[]);
    assert_eq!(scan.license(".own"), "BSD-2-Clause");
    assert_eq!(scan.license(".changed"), "ISC");
    assert_eq!(scan.license(".kept"), "nixpkgs states it and not this tree: BSD-2-Clause");
    assert!(scan.text.contains("nixpkgs: that of flake.lock at 0123456789ab stands behind the tree"), "{}", scan.text);
    let input = json!({"name": "nixpkgs", "named_by": "flake.lock", "revision": REV, "used": true, "behind": true});
    assert_eq!(scan.inputs()[0], input);
    assert!(!scan.text.contains(&*place.to_string_lossy()), "no folder of this machine: {}", scan.text);

    fs::write(place.join("added"), "by somebody").expect("written");
    let scan = room.scan(&[]);
    assert!(scan.license(".own").contains("umbra"), "a path of the store that decayed is not used");
    assert!(scan.license("input nixpkgs of flake.lock").contains("hash mismatch"), "{}", scan.text);
}

#[test]
fn a_pinned_nixpkgs_is_fetched_where_that_is_asked_for_and_kept() {
    let (room, server) = (Room::new(), server());
    room.configure(Some(&server));
    room.lock(&[("nixpkgs", github(&nar(&fixture())))]);
    // A tree cannot ask for it.
    room.write("tree/clarity.toml", "[fetch]\nenabled = true\n");
    let _ = room.scan(&[]);
    fs::remove_file(room.at("tree/clarity.toml")).expect("removed");
    let without = room.scan(&[]);
    assert!(without.license(".own").contains("umbra"), "{}", without.license(".own"));
    let _ = room.scan(&["--offline"]);
    assert!(server.asked().is_empty(), "nothing is sent without --fetch: {:?}", server.asked());

    let fetched = room.scan(&["--fetch"]);
    assert_eq!(fetched.license(".own"), "BSD-2-Clause", "{}", fetched.text);
    assert_eq!(server.asked().len(), 1, "{:?}", server.asked());
    let kept = room.scan(&["--offline"]);
    assert_eq!(kept.license(".own"), "BSD-2-Clause", "from the cache");
    assert_eq!(server.asked().len(), 1);
    let all = walkdir::WalkDir::new(room.at("cache")).into_iter().flatten();
    let left: Vec<_> = all.filter(|entry| entry.file_name() == "default.nix").collect();
    assert!(left.is_empty(), "unpacked folders are gone: {left:?}");
}

#[test]
fn a_pinned_nixpkgs_with_another_hash_is_refused() {
    let (room, server) = (Room::new(), server());
    room.configure(Some(&server));
    let other = nar(&room.at("tree"));
    room.lock(&[("nixpkgs", github(&other))]);
    let scan = room.scan(&["--fetch"]);
    let why = scan.license("input nixpkgs of flake.lock");
    assert!(why.contains("hash mismatch") && why.contains(&other.to_string()), "{why}");
    assert!(scan.license(".own").contains("umbra"), "{}", scan.license(".own"));
    assert_eq!(scan.code, Some(3), "{}", scan.text);
}

#[test]
fn a_lock_reaches_no_private_host_and_no_folder_outside() {
    let (room, server) = (Room::new(), server());
    room.configure(None);
    let hash = nar(&fixture()).to_string();
    let tarball = |url: String| json!({"type": "tarball", "url": url, "narHash": hash});
    let outside = fixture().display().to_string();
    room.write("tree/flake.nix", ASKS);
    room.lock(&[
        ("nixpkgs", tarball(server.url("/a.tar.gz"))),
        ("git", json!({"type": "git", "url": format!("file://{outside}"), "rev": REV, "narHash": hash})),
        ("path", json!({"type": "path", "path": outside, "narHash": hash})),
    ]);
    let scan = room.scan(&["--fetch"]);
    assert!(scan.license("input nixpkgs of flake.lock").contains("no public address"), "{}", scan.text);
    assert!(scan.license("input path of flake.lock").contains("--input"), "{}", scan.text);
    assert!(!scan.license("input git of flake.lock").starts_with("no row"), "{}", scan.text);
    assert!(scan.rows.iter().all(|row| row["used"] != json!(true)));
    assert!(server.asked().is_empty(), "{:?}", server.asked());
}

/// Asks for every input but one.
const ASKS: &str = r#"{
  outputs = { self, nixpkgs, git, path, unused }: {
    packages.x86_64-linux = {
        own = (import nixpkgs { system = "x86_64-linux"; }).callPackage ./own.nix { };
        git = import "${git}/package.nix";
        path = import "${path}/package.nix";
    };
    devShells.x86_64-linux.default = unused.lib.shell { };
  };
}"#;

#[test]
fn only_inputs_that_packages_ask_for_are_fetched() {
    let (room, server) = (Room::new(), server());
    room.configure(Some(&server));
    room.write("tree/flake.nix", ASKS);
    let hash = nar(&fixture());
    let other = |name: &str| {
        let mut locked = github(&hash);
        locked["repo"] = name.into();
        locked
    };
    room.lock(&[
        ("nixpkgs", github(&hash)),
        ("git", other("git")),
        ("path", other("path")),
        ("unused", other("unused")),
    ]);
    let scan = room.scan(&["--fetch"]);
    assert_eq!(scan.license(".own"), "BSD-2-Clause", "{}", scan.text);
    let asked: Vec<String> = server.asked().iter().map(|asked| asked.path.clone()).collect();
    // One hash, one file: what `git` and `path` are is known by what nixpkgs is.
    assert!(asked.iter().all(|path| !path.contains("unused")), "{asked:?}");
    assert!(scan.license("input unused of flake.lock").starts_with("no row"), "{}", scan.text);
}

#[test]
fn the_time_of_a_run_covers_the_inputs_that_it_fetches() {
    let room = Room::new();
    let server = Server::new(|_| {
        std::thread::sleep(std::time::Duration::from_secs(20));
        Reply::status(500)
    });
    room.configure(Some(&server));
    room.lock(&[("nixpkgs", github(&nar(&fixture())))]);
    let start = std::time::Instant::now();
    let scan = room.scan(&["--fetch", "--deadline", "2"]);
    assert!(start.elapsed().as_secs() < 15, "{:?}", start.elapsed());
    assert_eq!(scan.code, Some(3), "{}", scan.text);
    assert!(scan.text.contains("the time of --deadline was over"), "{}", scan.text);
}

const TOOL: &str = r#"{ outputs = { self, nixpkgs }: {
    lib.called = nixpkgs.legacyPackages.x86_64-linux.callPackage;
    packages.x86_64-linux.tool = nixpkgs.legacyPackages.x86_64-linux.umbra.overrideAttrs (old: {
        meta.license = nixpkgs.lib.licenses.zlib; });
}; }"#;

const USER: &str = r#"{
  outputs = { self, nixpkgs, tool, plain }: {
    packages.x86_64-linux = {
        mine = tool.lib.called ({ lib, stdenv }: stdenv.mkDerivation {
            pname = "mine"; version = "1"; meta.license = lib.licenses.mit; }) { };
        tool = tool.packages.x86_64-linux.tool.overrideAttrs (old: { meta.license = nixpkgs.lib.licenses.isc; });
        plain = import "${plain}/package.nix" { inherit (nixpkgs) lib; rev = plain.rev or plain.narHash or "none"; };
    };
  };
}"#;

#[test]
fn other_inputs_are_called_as_the_flakes_that_they_are() {
    let room = Room::new();
    room.configure(None);
    let (tool, plain) = (room.at("tool"), room.at("plain"));
    room.write("tool/flake.nix", TOOL);
    let package =
        "{ lib, rev }: { type = \"derivation\"; name = \"plain-1\"; meta = { license = lib.licenses.gpl2Plus; }; }";
    room.write("plain/package.nix", package);
    room.write("tree/flake.nix", USER);
    let (tool, plain) = (format!("tool={}", tool.display()), format!("plain={}", plain.display()));
    let nixpkgs = fixture().display().to_string();
    let scan = room.scan(&["--nixpkgs", &nixpkgs, "--input", &tool, "--input", &plain]);
    assert_eq!(scan.license("linux.mine"), "MIT", "{}", scan.text);
    assert_eq!(scan.license("linux.tool"), "ISC", "{}", scan.text);
    assert!(scan.license("linux.plain").contains("GPL-2.0-or-later"), "{}", scan.license("linux.plain"));
    assert!(scan.text.contains("inputs: plain, tool"), "{}", scan.text);
    let without = room.scan(&["--nixpkgs", &nixpkgs]);
    assert!(without.license("linux.mine").contains("tool"), "{}", without.license("linux.mine"));
}

const NPINS: &str = r#"let
  data = builtins.fromJSON (builtins.readFile ./sources.json);
  mkSource = spec:
    let
      path = builtins.fetchTarball { inherit (spec) url; sha256 = spec.hash; };
    in
    spec // { outPath = path; };
in
builtins.mapAttrs (_: mkSource) data.pins
"#;

#[test]
fn a_nixpkgs_of_npins_is_imported_where_it_is_at_hand() {
    let room = Room::new();
    room.configure(None);
    fs::remove_file(room.at("tree/flake.nix")).expect("removed");
    let hash = nar(&fixture());
    let pin = json!({"type": "Git", "url": "https://h.example/n.tar.gz", "hash": hash.base32(), "revision": REV});
    room.write("tree/npins/sources.json", &json!({"version": 5, "pins": {"nixpkgs": pin}}).to_string());
    room.write("tree/npins/default.nix", NPINS);
    room.write(
        "tree/default.nix",
        "{ pkgs ? import (import ./npins).nixpkgs { } }: { own = pkgs.callPackage ./own.nix { }; }",
    );
    assert!(room.scan(&[]).license("own").contains("umbra"));
    let place = fixed_output(&room.at("store"), "source", HashMode::Nar, &hash).expect("a path");
    copy(&fixture(), &place);
    let scan = room.scan(&[]);
    assert_eq!(scan.license("own"), "BSD-2-Clause", "{}", scan.text);
    assert!(scan.text.contains("nixpkgs: that of npins/sources.json at 0123456789ab"), "{}", scan.text);
}

#[test]
fn an_input_that_the_lock_has_not_is_a_slip() {
    let room = Room::new();
    room.configure(None);
    room.lock(&[("nixpkgs", github(&nar(&fixture())))]);
    let output = Command::new(env!("CARGO_BIN_EXE_clarity"))
        .args(["scan", "--metadata-only", "--input", "nixpkg=/"])
        .arg(room.at("tree"))
        .env("CLARITY_CACHE", room.at("cache"))
        .output()
        .expect("the program runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && said.contains("did you mean `nixpkgs`?"), "{said}");
}

#[test]
#[ignore = "needs nix"]
fn a_flake_locked_by_nix_is_evaluated_alike_from_the_store_of_nix() {
    let room = Room::new();
    room.configure(None);
    copy(&fixture(), &room.at("nixpkgs"));
    let flake = "{ outputs = { self }: { lib = import ./lib; \
                 legacyPackages.x86_64-linux = import ./. { system = \"x86_64-linux\"; }; }; }";
    room.write("nixpkgs/flake.nix", flake);
    let text = fs::read_to_string(room.at("tree/flake.nix")).expect("read");
    let place = format!("path:{}", room.at("nixpkgs").display());
    room.write("tree/flake.nix", &text.replace("github:NixOS/nixpkgs", &place));
    let nix = |args: &[&str]| {
        let output = Command::new("nix")
            .args(["--extra-experimental-features", "nix-command flakes", "--offline"])
            .args(args)
            .env("NIX_STORE_DIR", room.at("store"))
            .env("NIX_STATE_DIR", room.at("state"))
            .env("NIX_LOG_DIR", room.at("log"))
            .env("HOME", room.at("home"))
            .output()
            .expect("nix runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let tree = format!("path:{}", room.at("tree").display());
    nix(&["flake", "lock", &tree]);
    let scan = room.scan(&[]);
    assert!(scan.text.contains("nixpkgs: that of flake.lock"), "{}", scan.text);
    for name in ["own", "changed"] {
        let license = nix(&["eval", "--raw", &format!("{tree}#packages.x86_64-linux.{name}.meta.license.spdxId")]);
        assert_eq!(scan.license(&format!("linux.{name}")), license, "{name}");
    }
}
