//! Inputs that a tree pins: `flake.lock`, `npins/sources.json`, `nix/sources.json`.
//!
//! Reads the lock files and gets nothing: where an input lies is filled in by the run. Invariant: an input has no other
//! address and no other hash than those that the lock names.

mod flake;
mod sources;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use super::SourceRef;
use crate::nix::Disk;
use crate::text::RelPath;
use crate::text::regular::{self, Links};

/// Larger lock files are not read: the largest of public flakes have 200 KB.
const MAX_LOCK: u64 = 16 << 20;

/// More inputs are not looked for: the most of a public flake are 150.
const MOST_PINS: usize = 1_000;

/// Who names an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lock {
    /// The user, with `--input`.
    Named,
    /// `flake.lock`.
    Flake,
    /// `npins/sources.json`.
    Npins,
    /// `nix/sources.json` of niv.
    Niv,
}

impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Lock::Named => "--input",
            Lock::Flake => "flake.lock",
            Lock::Npins => "npins/sources.json",
            Lock::Niv => "nix/sources.json",
        })
    }
}

/// One pinned input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// Who pins it.
    pub lock: Lock,
    /// True where the user names its folder, whatever the lock says.
    pub is_named: bool,
    /// Its name in the lock.
    pub name: String,
    /// The revision, or what the lock has in its place.
    pub revision: Option<String>,
    /// Where it comes from, with the hash of its files; or why clarity cannot get it.
    pub source: Result<SourceRef, String>,
    /// True for a flake, false where only its files are meant.
    pub is_flake: bool,
    /// The folder of its `flake.nix`, below its root.
    pub flake_folder: RelPath,
    /// Inputs of the flake: the names there, with the keys of their pins.
    pub inputs: BTreeMap<String, String>,
    /// Seconds since 1970 of the last change.
    pub last_modified: Option<i64>,
    /// The folder where it lies on this machine, where that is known.
    pub folder: Option<PathBuf>,
}

impl Pin {
    fn new(lock: Lock, name: &str, source: Result<SourceRef, String>) -> Pin {
        Pin {
            lock,
            is_named: lock == Lock::Named,
            name: name.to_owned(),
            revision: None,
            source,
            is_flake: false,
            flake_folder: RelPath::default(),
            inputs: BTreeMap::new(),
            last_modified: None,
            folder: None,
        }
    }

    /// Who says where it lies: the user, else the lock.
    pub fn named_by(&self) -> Lock {
        if self.is_named { Lock::Named } else { self.lock }
    }

    /// The hash of its files as the lock has it.
    pub fn hash(&self) -> Option<&str> {
        self.source.as_ref().ok()?.hash.as_deref()
    }

    /// True where the folder is a whole nixpkgs.
    pub(super) fn is_package_set(&self, disk: &Disk) -> bool {
        self.folder.as_deref().is_some_and(|folder| super::checkout::has_package_set(folder, disk))
    }

    /// True where it comes from a repository called nixpkgs.
    pub fn is_of_nixpkgs(&self) -> bool {
        let of_url = |url: &String| url.to_ascii_lowercase().split(['/', '.']).any(|part| part == "nixpkgs");
        let urls = self.source.as_ref().ok().map(|source| &source.urls);
        self.name == "nixpkgs" || urls.is_some_and(|urls| urls.iter().any(of_url))
    }
}

/// The inputs of a tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pins {
    /// By keys that no two share.
    pub all: BTreeMap<String, Pin>,
    /// Inputs of the tree's own flake: its names, with the keys.
    pub roots: BTreeMap<String, String>,
}

impl Pins {
    /// The inputs that the lock files of the folder `root` pin; none where there is no lock that can be read.
    pub fn of(root: &Path) -> Pins {
        let mut pins = Pins::default();
        if let Some(lock) = json(root, "flake.lock") {
            flake::read(&lock, root, &mut pins);
        }
        if let Some(lock) = json(root, "npins/sources.json") {
            pins.add(sources::npins(&lock));
        }
        if let Some(lock) = json(root, "nix/sources.json") {
            pins.add(sources::niv(&lock));
        }
        pins
    }

    fn add(&mut self, more: Vec<Pin>) {
        let room = MOST_PINS.saturating_sub(self.all.len());
        self.all.extend(more.into_iter().take(room).map(|pin| (format!("{}:{}", pin.lock, pin.name), pin)));
    }

    /// Makes `folder` the input `name`, whoever pins one of that name.
    pub fn name(&mut self, name: &str, folder: PathBuf) {
        let mut keys = self.named(name);
        if keys.is_empty() {
            let pin = Pin { is_flake: true, ..Pin::new(Lock::Named, name, Err(String::new())) };
            let key = format!("{}:{name}", Lock::Named);
            self.all.insert(key.clone(), pin);
            self.roots.insert(name.to_owned(), key.clone());
            keys.insert(key);
        }
        for key in keys {
            if let Some(pin) = self.all.get_mut(&key) {
                (pin.is_named, pin.revision, pin.folder) = (true, None, Some(folder.clone()));
            }
        }
    }

    /// Keys of the inputs that the tree itself calls `name`.
    fn named(&self, name: &str) -> BTreeSet<String> {
        let others = self.all.iter().filter(|(_, pin)| pin.lock != Lock::Flake && pin.name == name);
        self.roots.get(name).into_iter().chain(others.map(|(key, _)| key)).cloned().collect()
    }

    /// The inputs that the tree itself names, by name.
    pub fn direct(&self) -> BTreeMap<&str, &Pin> {
        let of_flake = self.roots.iter().filter_map(|(name, key)| Some((name.as_str(), self.all.get(key)?)));
        let others = self.all.values().filter(|pin| pin.lock != Lock::Flake).map(|pin| (pin.name.as_str(), pin));
        others.chain(of_flake).collect()
    }

    /// The input that stands for nixpkgs: the one of that name, else the first of the flake from such a repository.
    pub fn nixpkgs(&self) -> Option<&Pin> {
        let is_of_nixpkgs = |key: &&String| self.all.get(*key).is_some_and(Pin::is_of_nixpkgs);
        let of_flake = self.roots.get("nixpkgs").or_else(|| self.roots.values().find(is_of_nixpkgs));
        let is_another = |pin: &&Pin| pin.lock != Lock::Flake && pin.name == "nixpkgs";
        let others = || self.all.values().filter(is_another).min_by_key(|pin| pin.lock);
        of_flake.and_then(|key| self.all.get(key)).or_else(others)
    }
}

/// The lock file at `path` below `root`; no link is followed out of the tree.
fn json(root: &Path, path: &str) -> Option<Json> {
    let real = root.join(path).canonicalize().ok().filter(|real| real.starts_with(root))?;
    let (file, meta) = regular::open(&real, Links::Refused).ok()?;
    let mut text = String::new();
    (meta.len() <= MAX_LOCK).then(|| file.take(MAX_LOCK).read_to_string(&mut text).ok())??;
    serde_json::from_str(&text).ok()
}

/// A text of the JSON object `from`.
fn text<'j>(from: &'j Json, name: &str) -> Option<&'j str> {
    from.get(name)?.as_str()
}

/// The tree inside of the archive at `url`.
fn archive(url: String, hash: Option<&str>) -> SourceRef {
    SourceRef {
        name: Some("source".to_owned()),
        urls: vec![url],
        hash: hash.map(str::to_owned),
        algo: Some("sha256".to_owned()),
        mode: super::HashMode::Nar,
        ..SourceRef::blank("fetchzip")
    }
}

/// A revision of the repository at `url`, whose files have this hash, as a source to acquire.
pub fn pinned_revision(url: &str, rev: &str, hash: &str) -> SourceRef {
    revision(url, rev, Some(hash), false)
}

/// A revision of the repository at `url`.
fn revision(url: &str, rev: &str, hash: Option<&str>, has_submodules: bool) -> SourceRef {
    let flags = if has_submodules { vec!["fetchSubmodules".to_owned()] } else { Vec::new() };
    SourceRef { fetcher: "fetchgit".to_owned(), rev: Some(rev.to_owned()), flags, ..archive(url.to_owned(), hash) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pins(files: &[(&str, &str)]) -> Pins {
        let folder = tempfile::tempdir().expect("a folder");
        for (file, text) in files {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            std::fs::write(path, text).expect("written");
        }
        Pins::of(&folder.path().canonicalize().expect("there"))
    }

    fn url(pins: &Pins, key: &str) -> String {
        let source = pins.all[key].source.clone();
        source.map_or_else(|why| why, |source| source.urls.join(" "))
    }

    const FLAKE: &str = r#"{"version": 7, "root": "root", "nodes": {
        "root": {"inputs": {"nixpkgs": "nixpkgs_2", "tool": "tool", "own": "own"}},
        "own": {"flake": false, "locked": {"type": "path", "path": "/etc", "narHash": "sha256-x"}},
        "tool": {"inputs": {"nixpkgs": ["nixpkgs"], "deep": ["tool", "nixpkgs"], "loop": ["tool", "loop"]},
            "locked": {"type": "gitlab", "owner": "a%2Fb", "repo": "c", "rev": "12", "narHash": "sha256-y", "dir": "x"}},
        "unused": {"locked": {"type": "github", "owner": "o", "repo": "r", "rev": "1"}},
        "nixpkgs_2": {"locked": {"type": "github", "owner": "NixOS", "repo": "nixpkgs", "rev": "ab12",
            "narHash": "sha256-z", "lastModified": 5}}}}"#;

    #[test]
    fn a_flake_lock_is_a_graph_of_inputs() {
        let pins = pins(&[("flake.lock", FLAKE)]);
        assert_eq!(pins.all.len(), 3, "{:?}", pins.all.keys());
        assert_eq!(url(&pins, "nixpkgs_2"), "https://github.com/NixOS/nixpkgs/archive/ab12.tar.gz");
        assert_eq!(url(&pins, "tool"), "https://gitlab.com/a/b/c/-/archive/12/c-12.tar.gz");
        assert_eq!((url(&pins, "own").as_str(), &pins.all["own"].folder), ("", &None), "only the store may have it");
        let inputs = [("nixpkgs", "nixpkgs_2"), ("deep", "nixpkgs_2")];
        assert_eq!(pins.all["tool"].inputs, inputs.map(|(a, b)| (a.to_owned(), b.to_owned())).into());
        assert_eq!(pins.all["tool"].flake_folder.as_str(), "x");
        let nixpkgs = pins.nixpkgs().expect("pinned");
        assert_eq!((nixpkgs.revision.as_deref(), nixpkgs.hash()), (Some("ab12"), Some("sha256-z")));
    }

    #[test]
    fn addresses_of_a_lock_are_made_of_plain_parts() {
        for (field, part) in [("owner", "o/../p"), ("repo", "r?x"), ("rev", "a#b"), ("host", "h/p"), ("host", "u@h")] {
            let mut locked = serde_json::json!({"type": "github", "owner": "o", "repo": "r", "rev": "1"});
            locked[field] = part.into();
            let lock =
                serde_json::json!({"root": "root", "nodes": {"root": {"inputs": {"a": "a"}}, "a": {"locked": locked}}});
            let pins = pins(&[("flake.lock", &lock.to_string())]);
            assert!(pins.all["a"].source.is_err(), "{field} {part}");
        }
    }

    #[test]
    fn npins_and_niv_pin_archives_and_revisions() {
        let npins = r#"{"version": 5, "pins": {
            "nixpkgs": {"type": "Channel", "name": "nixos-unstable", "url": "https://h.example/nixexprs.tar.xz", "hash": "n"},
            "a": {"type": "Git", "revision": "12", "url": "https://h.example/a.tar.gz", "hash": "h", "submodules": false},
            "b": {"type": "Git", "revision": "34", "url": null, "hash": "i",
                  "repository": {"type": "Git", "url": "https://h.example/b"}},
            "w": {"type": "PyPi", "url": "https://h.example/w.whl", "hash": "j"}}}"#;
        let niv = r#"{"nixpkgs": {"url": "https://h.example/n.tar.gz", "sha256": "s", "rev": "56"},
            "g": {"type": "git", "repo": "https://h.example/g", "rev": "1"}}"#;
        let pins = pins(&[("npins/sources.json", npins), ("nix/sources.json", niv)]);
        assert_eq!(url(&pins, "npins/sources.json:a"), "https://h.example/a.tar.gz");
        let cloned = pins.all["npins/sources.json:b"].source.clone().expect("a revision");
        assert_eq!((cloned.fetcher.as_str(), cloned.rev.as_deref()), ("fetchgit", Some("34")));
        assert!(pins.all["npins/sources.json:w"].source.is_err());
        assert_eq!(pins.nixpkgs().map(|pin| (pin.lock, pin.hash())), Some((Lock::Npins, Some("n"))));
        assert_eq!(pins.all["nix/sources.json:nixpkgs"].revision.as_deref(), Some("56"));
    }

    #[test]
    fn a_named_folder_goes_before_every_lock() {
        let mut pins = pins(&[("flake.lock", FLAKE)]);
        pins.name("nixpkgs", "/d".into());
        pins.name("new", "/e".into());
        let nixpkgs = pins.nixpkgs().expect("named");
        assert_eq!((nixpkgs.named_by(), nixpkgs.folder.as_deref()), (Lock::Named, Some(Path::new("/d"))));
        assert_eq!(pins.direct().into_keys().collect::<Vec<_>>(), ["new", "nixpkgs", "own", "tool"]);
    }
}
