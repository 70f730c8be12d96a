//! Pinned inputs of a tree: found in the Nix store or the cache, or fetched where that was asked for.
//!
//! Invariant: the files of an input have the hash of the lock, or it is not used.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::report::{Input, Rest, RestKind};
use crate::source::{self, FixedHash, Network, SourceError, Sources, fixed_output};
use crate::store::{Staged, Store};
use crate::tree::{Checkout, HashMode, Layout, Pin, Pins, SourceRef, revision_of};

/// The inputs that were looked for.
#[derive(Debug, Default)]
pub struct Inputs {
    /// Folders that vanish with this value: inputs that the cache keeps packed.
    _unpacked: Vec<Staged>,
    /// Those that could not be had.
    pub(super) failed: Vec<Rest>,
    /// True where the network was to be asked.
    pub(super) fetched: bool,
}

/// Fills in the folders of `pins` that are at hand, or can be fetched. `has_nixpkgs`: what is pinned as nixpkgs is not
/// looked for, because the user named one.
pub fn find_inputs(pins: &mut Pins, options: &source::Options, has_nixpkgs: bool) -> Inputs {
    // Neither folders of sources nor Nix itself are asked: they know sources of packages.
    let options = source::Options { folders: Vec::new(), checkout: None, nix: false, ..options.clone() };
    let mut found = Inputs { fetched: options.network == Network::Fetch, ..Inputs::default() };
    let mut finder = Finder {
        fetches: found.fetched,
        store: Arc::clone(&options.store),
        nix_store: options.nix_store.clone(),
        sources: Sources::new(options, Arc::new(AtomicBool::new(false))),
        unpacked: Vec::new(),
    };
    for pin in pins.all.values_mut().filter(|pin| pin.folder.is_none() && !(has_nixpkgs && pin.is_of_nixpkgs())) {
        match finder.folder(pin) {
            Ok(folder) => pin.folder = Some(folder),
            Err(why) => found.failed.extend(why.map(|why| failed(pin, why))),
        }
    }
    found._unpacked = finder.unpacked;
    found
}

fn failed(pin: &Pin, why: String) -> Rest {
    Rest { name: format!("input {} of {}", pin.name, pin.lock), failed: true, kind: RestKind::Input, why }
}

struct Finder {
    fetches: bool,
    store: Arc<Store>,
    nix_store: Option<PathBuf>,
    sources: Sources,
    unpacked: Vec<Staged>,
}

impl Finder {
    /// The folder of `pin`; else why it could not be had, where something was tried and failed.
    fn folder(&mut self, pin: &Pin) -> Result<PathBuf, Option<String>> {
        let source = pin.source.clone().map_err(|_| None)?;
        let source = SourceRef { name: Some(self.store_name(pin, &source)), ..source };
        let request = source::Request { attr: &pin.name, pname: None, version: None, index: 0, source: &source };
        let tree = self.sources.acquire(&request).map_err(|error| self.tried(&error))?;
        match tree.root.clone() {
            Some(folder) => Ok(folder),
            None => self.unpacked(&tree).map_err(|error| Some(error.to_string())),
        }
    }

    /// The name of the input in the Nix store: that of a flake, or the one that niv gives.
    fn store_name(&self, pin: &Pin, source: &SourceRef) -> String {
        let of_niv = format!("{}-src", pin.name);
        let is_there = |name: &str| {
            let hash = FixedHash::parse(source.hash.as_deref(), source.algo.as_deref()).ok()?;
            Some(fixed_output(self.nix_store.as_deref()?, name, HashMode::Nar, &hash)?.exists())
        };
        if is_there(&of_niv) == Some(true) { of_niv } else { "source".to_owned() }
    }

    fn unpacked(&mut self, tree: &source::SourceTree) -> Result<PathBuf, SourceError> {
        let staged = self.store.stage()?;
        let folder = tree.unpack_into(&staged.room())?;
        self.unpacked.push(staged);
        Ok(folder)
    }

    /// The reason for the report that `error` is; none where the input is just not on this machine.
    fn tried(&self, error: &SourceError) -> Option<String> {
        match error {
            SourceError::NotAtHand { .. } => None,
            SourceError::Unfetchable { .. } => self
                .fetches
                .then(|| "its lock says of no place to fetch it from; name it with --input NAME=DIR".to_owned()),
            error => Some(error.to_string()),
        }
    }
}

/// The inputs that the tree names itself, the nixpkgs behind it first.
pub(super) fn rows(checkout: &Checkout) -> Vec<Input> {
    if checkout.layout == Layout::PackageSet {
        return Vec::new();
    }
    let options = &checkout.options;
    let pins = &options.inputs;
    let pinned = pins.nixpkgs().filter(|_| options.lib.is_none());
    let behind = match &options.lib {
        Some(folder) => Some(Input {
            name: "nixpkgs".to_owned(),
            named_by: "--nixpkgs".to_owned(),
            revision: revision_of(folder),
            used: true,
            behind: true,
        }),
        None => pinned.map(|pin| Input { behind: true, ..row(&pin.name, pin) }),
    };
    let is_other = |pin: &Pin| pinned != Some(pin) && !(options.lib.is_some() && pin.is_of_nixpkgs());
    let others = pins.direct().into_iter().filter(|(_, pin)| is_other(pin)).map(|(name, pin)| row(name, pin));
    behind.into_iter().chain(others).collect()
}

fn row(name: &str, pin: &Pin) -> Input {
    let of_folder = || pin.folder.as_deref().and_then(revision_of);
    Input {
        name: name.to_owned(),
        named_by: pin.named_by().to_string(),
        revision: pin.revision.clone().or_else(of_folder),
        used: pin.folder.is_some(),
        behind: false,
    }
}
