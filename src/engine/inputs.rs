//! Pinned inputs of a tree: found in the Nix store or the cache, or fetched where that was asked for.
//!
//! Invariant: the files of an input have the hash of the lock, or it is not used.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use crate::declared::{self, Selection};
use crate::report::{Input, Rest, RestKind};
use crate::source::{self, FixedHash, Network, SourceError, Sources, fixed_output};
use crate::store::{Staged, Store};
use crate::text::stop::{self, Stop};
use crate::tree::{self, Checkout, HashMode, Layout, Pin, Pins, SourceRef, revision_of};

use super::Watch;

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

/// Fills in the folders of the inputs of the tree at `path` that are at hand; where `sources` may ask the network, also of
/// the others that its evaluation asks for. What is pinned as nixpkgs is not looked for where the user named one.
pub fn find_inputs(path: &Path, tree: &mut tree::Options, sources: &source::Options, watch: &Watch) -> Inputs {
    let fetches = sources.network == Network::Fetch;
    let has_nixpkgs = tree.lib.is_some();
    let is_open = |pin: &Pin| pin.folder.is_none() && !(has_nixpkgs && pin.is_of_nixpkgs());
    let mut found = Inputs { fetched: fetches, ..Inputs::default() };
    let open = |pins: &Pins| -> BTreeSet<String> {
        pins.all.iter().filter(|(_, pin)| is_open(pin)).map(|(key, _)| key.clone()).collect()
    };
    let at_hand = source::Options { network: Network::NotAsked, ..sources.clone() };
    let mut finder = Finder::new(at_hand, watch);
    let all = open(&tree.inputs);
    finder.fill(&mut tree.inputs, &all, &mut found);
    let open = open(&tree.inputs);
    if fetches && !open.is_empty() {
        let mut fetcher = Finder::new(sources.clone(), watch);
        let mut asked = BTreeSet::new();
        let mut wanted = nixpkgs(&tree.inputs, &open);
        for _ in 0..MOST_ROUNDS {
            let new: BTreeSet<String> = wanted.difference(&asked).cloned().collect();
            fetcher.fill(&mut tree.inputs, &new, &mut found);
            asked.extend(new);
            wanted = &missed(path, tree, watch) & &open;
            if wanted.is_subset(&asked) || watch.is_ended() {
                break;
            }
        }
        finder.unpacked.append(&mut fetcher.unpacked);
    }
    found._unpacked = finder.unpacked;
    found
}

/// The key of what is pinned as nixpkgs, where it is one of `open` and not at hand.
fn nixpkgs(pins: &Pins, open: &BTreeSet<String>) -> BTreeSet<String> {
    let key = pins.nixpkgs().and_then(|own| pins.all.iter().find(|(_, pin)| *pin == own)).map(|(key, _)| key);
    key.filter(|key| open.contains(*key) && pins.all[*key].folder.is_none()).cloned().into_iter().collect()
}

/// Keys of the inputs that the packages of the tree at `path` ask for and that are not at hand.
fn missed(path: &Path, tree: &tree::Options, watch: &Watch) -> BTreeSet<String> {
    let Ok(checkout) = Checkout::open(path, tree) else { return BTreeSet::new() };
    let clock = Stop::new(watch.cancel(), Duration::MAX);
    stop::under(Some(clock), || declared::survey(&checkout, &Selection::All, &mut |_| {}));
    checkout.missed_inputs()
}

fn failed(pin: &Pin, why: String) -> Rest {
    Rest { name: format!("input {} of {}", pin.name, pin.lock), failed: true, kind: RestKind::Input, why }
}

/// An input may ask for others, and these for more: so often at most. The deepest of public flakes take four rounds.
const MOST_ROUNDS: usize = 8;

/// How often progress is shown while an input is fetched.
const BEAT: Duration = Duration::from_millis(120);

pub(super) struct Finder<'w> {
    watch: &'w Watch,
    fetches: bool,
    store: Arc<Store>,
    nix_store: Option<PathBuf>,
    sources: Arc<Sources>,
    unpacked: Vec<Staged>,
}

impl<'w> Finder<'w> {
    pub(super) fn new(options: source::Options, watch: &'w Watch) -> Finder<'w> {
        // Neither folders of sources nor Nix itself are asked: they know sources of packages.
        let options = source::Options { folders: Vec::new(), checkout: None, nix: false, ..options };
        Finder {
            watch,
            fetches: options.network == Network::Fetch,
            store: Arc::clone(&options.store),
            nix_store: options.nix_store.clone(),
            sources: Arc::new(Sources::new(options, watch.cancel())),
            unpacked: Vec::new(),
        }
    }

    /// Fills in the folders of those of `pins` that have these `keys`.
    fn fill(&mut self, pins: &mut Pins, keys: &BTreeSet<String>, found: &mut Inputs) {
        for (number, key) in keys.iter().enumerate() {
            let Some(pin) = pins.all.get_mut(key) else { continue };
            if self.fetches {
                self.watch.stage(&format!("fetching input {} ({} of {})", pin.name, number + 1, keys.len()));
            }
            match self.folder(pin) {
                Ok(folder) => pin.folder = Some(folder),
                Err(why) => found.failed.extend(why.map(|why| failed(pin, why))),
            }
        }
    }

    /// The folder of `pin`; else why it could not be had, where something was tried and failed. The end of the run does not
    /// wait for a host that is slow to answer.
    fn folder(&mut self, pin: &Pin) -> Result<PathBuf, Option<String>> {
        let source = pin.source.clone().map_err(|_| None)?;
        let source = SourceRef { name: Some(self.store_name(pin, &source)), ..source };
        let tree = match self.acquire(&pin.name, source) {
            Ok(acquired) => acquired.map_err(|error| self.tried(&error))?,
            Err(why) => return Err(Some(why)),
        };
        match tree.root.clone() {
            Some(folder) => Ok(folder),
            None => self.unpacked(&tree).map_err(|error| Some(error.to_string())),
        }
    }

    /// The tree of `source`, with the bytes that arrive shown meanwhile; the outer error where the run was ended before.
    pub(super) fn acquire(
        &self,
        name: &str,
        source: SourceRef,
    ) -> Result<Result<source::SourceTree, SourceError>, String> {
        let (sources, name) = (Arc::clone(&self.sources), name.to_owned());
        let (send, receive) = mpsc::channel();
        let work = move || {
            let request = source::Request { attr: &name, pname: None, version: None, index: 0, source: &source };
            // The receiver is gone once the run is ended.
            let _ = send.send(sources.acquire(&request));
        };
        thread::Builder::new().name("input".to_owned()).spawn(work).map_err(|error| error.to_string())?;
        loop {
            match receive.recv_timeout(BEAT) {
                Ok(acquired) => return Ok(acquired),
                Err(RecvTimeoutError::Timeout) if !self.watch.is_ended() => {
                    let traffic = self.sources.traffic();
                    self.watch.received(traffic.bytes, &traffic.hosts);
                }
                Err(_) => return Err("the run was ended before it arrived".to_owned()),
            }
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
