//! Sources: found, fetched, verified, read. Servers are on the loopback and made of `std`.

pub mod archives;
#[path = "../bench/source.rs"]
mod bench;
mod cache;
mod faults;
mod git;
#[cfg(unix)]
mod guarded;
pub mod local;
mod nix;
mod registries;
pub mod server;
mod sevenz;
mod vendored;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use clarity::source::{Event, Hasher, Network, Options, PrivateHosts, Request, SourceError, SourceTree, Sources};
use clarity::store::Store;
use clarity::tree::{HashMode, SourceRef};

/// A source of `fetchurl` with one url.
fn flat(url: &str, hash: &str) -> SourceRef {
    SourceRef {
        fetcher: "fetchurl".to_owned(),
        name: None,
        urls: vec![url.to_owned()],
        hash: Some(hash.to_owned()),
        algo: None,
        mode: HashMode::Flat,
        rev: None,
        flags: Vec::new(),
        git: None,
        strip_root: true,
        root: None,
        local: None,
    }
}

/// A source of `fetchzip` with one url.
fn unpacked(url: &str, hash: &str) -> SourceRef {
    SourceRef { fetcher: "fetchzip".to_owned(), mode: HashMode::Nar, ..flat(url, hash) }
}

fn sha256(bytes: &[u8]) -> String {
    let mut hasher = Hasher::new(clarity::source::Algo::Sha256);
    hasher.update(bytes);
    hasher.finish().to_string()
}

/// Options with a new cache in `folder`, that may use the network, and do not wait long for it.
fn options(folder: &Path) -> Options {
    let store = Store::open(folder.join("cache")).expect("a cache can be made");
    let mut options = Options::new(Arc::new(store));
    options.network = Network::Fetch;
    options.net.backoff = Duration::from_millis(5);
    options.net.stall = Duration::from_millis(400);
    options.net.connect = Duration::from_secs(5);
    options.net.private = PrivateHosts::All;
    options
}

fn sources(options: Options) -> Sources {
    Sources::new(options, Arc::new(AtomicBool::new(false)))
}

fn acquire(sources: &Sources, source: &SourceRef) -> Result<SourceTree, SourceError> {
    sources.acquire(&Request { attr: "pkg", pname: Some("pkg"), version: Some("1.0"), index: 0, source })
}

/// Files with their bytes, and notes as text.
type Read = (BTreeMap<String, Vec<u8>>, Vec<String>);

fn files(tree: &SourceTree) -> Result<Read, SourceError> {
    let (mut files, mut notes) = (BTreeMap::new(), Vec::new());
    tree.for_each_file(&mut |event| {
        match event {
            Event::StartOver => {
                files.clear();
                notes.clear();
            }
            Event::Forget(path) => drop(files.remove(path.as_str())),
            Event::Note(note) => notes.push(format!("{}: {}", note.path, note.what)),
            Event::File(mut file) => {
                let contents = file.read(1 << 20);
                let bytes = contents.map(|contents| contents.bytes).unwrap_or_else(|error| error.to_string().into());
                files.insert(file.path.to_string(), bytes);
            }
        }
        ControlFlow::Continue(())
    })?;
    Ok((files, notes))
}

fn names(tree: &SourceTree) -> Vec<String> {
    files(tree).expect("readable").0.into_keys().collect()
}
