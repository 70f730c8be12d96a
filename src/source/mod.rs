//! The exact source a package is built from: found or fetched, verified, safely unpacked.
//!
//! Verifies before anything is read, executes nothing of a source, and never writes outside its store. What a package
//! means by its source is said by its [`SourceRef`]; this module refuses to guess another version, another url or
//! another hash. A hash that fits is proof, whoever delivered the bytes; what is used without proof says so
//! ([`Verification`]).
//!
//! Looks, in this order: the checkout (paths), the cache, `--sources` folders, the Nix store, a binary cache, `--nix`,
//! the network. What comes from afar ends in the cache as the file it came as, and is read from there as a stream.

mod archive;
mod binary_cache;
mod bytes;
mod cached;
mod error;
mod fetch;
mod gate;
mod get;
mod hash;
mod links;
mod lock;
mod lookup;
mod nar;
mod net;
mod nix;
mod nixpath;
mod signature;
mod signed;
mod spool;
mod tree;
mod unpack;
mod urls;
mod verification;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

pub use archive::{ArchiveError, Limits};
pub use binary_cache::NarInfo;
pub use error::SourceError;
pub use fetch::{FETCHERS, Fetcher};
pub use hash::{Algo, BadHash, FixedHash, Hasher, base32, base64, from_base32, hash_file};
pub use links::{Leaves, text_inside};
pub use lock::{Locked, lock_file, locked};
pub use nar::{hash as hash_nar, write as write_nar};
pub use net::{Headers, NetOptions, PrivateHosts};
pub use nixpath::fixed_output;
pub use signature::{BadKey, PublicKey, Signature};
pub use signed::{SignedError, SignedFile, is_binary_cache, signed_files};
pub use tree::{Contents, Event, FileEntry, Identity, Note, Origin, SourceTree, Unreadable};
pub use unpack::unpack;
pub use urls::{Rewriting, file_name, host, join as redirected};
pub use verification::{Unproven, Verification};

use crate::store::Store;
use crate::tree::{HashMode, SourceRef};
use cached::Proven;
use fetch::Plan;
use gate::Gate;
use net::Net;
use tree::{Content, Strip};

/// How many archives are unpacked to be hashed at once.
const MOST_UNPACKING: usize = 4;

/// Whether the network may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// Not requested: local sources are used.
    NotAsked,
    /// `--offline`: nothing at all, not even a binary cache.
    Offline,
    /// `--fetch`.
    Fetch,
}

/// How sources are found.
#[derive(Clone, Debug)]
pub struct Options {
    /// The cache.
    pub store: Arc<Store>,
    /// `--sources`, in order.
    pub folders: Vec<PathBuf>,
    /// `--trust-sources`: true where a source in `folders` is used although its hash is not the declared one.
    pub trust_folders: bool,
    /// The checkout: paths lie below it, and `--nix` evaluates it.
    pub checkout: Option<PathBuf>,
    /// The Nix store, if it is to be looked at.
    pub nix_store: Option<PathBuf>,
    /// The url of a binary cache, if one is to be asked.
    pub binary_cache: Option<String>,
    /// Who must vouch for what it has; nobody where there is none: the hash is checked in any case.
    pub binary_cache_keys: Vec<PublicKey>,
    /// `--nix`: true where the local Nix may realise sources.
    pub nix: bool,
    /// Whether the network may be asked.
    pub network: Network,
    /// Mirrors and base urls.
    pub rewriting: Rewriting,
    /// The simple index of Python packages, asked for a file by its hash when its legacy url is gone.
    pub pypi_index: Option<String>,
    /// How the network is used.
    pub net: NetOptions,
    /// Limits of unpacking an archive.
    pub limits: Limits,
}

impl Options {
    /// Options that look into the cache `store` and nowhere else.
    pub fn new(store: Arc<Store>) -> Options {
        Options {
            store,
            folders: Vec::new(),
            trust_folders: false,
            checkout: None,
            nix_store: None,
            binary_cache: None,
            binary_cache_keys: Vec::new(),
            nix: false,
            network: Network::NotAsked,
            rewriting: Rewriting::default(),
            pypi_index: None,
            net: NetOptions::default(),
            limits: Limits::default(),
        }
    }
}

/// Which source of which package.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The attribute path.
    pub attr: &'a str,
    /// `pname`.
    pub pname: Option<&'a str>,
    /// `version`.
    pub version: Option<&'a str>,
    /// Its place among the sources of the package, from 0.
    pub index: usize,
    /// The source.
    pub source: &'a SourceRef,
}

impl Request<'_> {
    /// The identity of the source that is declared, and the name of its file; `None` where there is no hash to go by, or
    /// the source is a part of the checkout.
    pub fn declared(&self) -> Option<(Identity, String)> {
        if let Ok(Plan::Local(_)) = fetch::plan(self.source) {
            return None;
        }
        let hash = FixedHash::parse(self.source.hash.as_deref(), self.source.algo.as_deref()).ok()?;
        Some((Identity { mode: self.source.mode, hash }, self.file_name()))
    }

    /// How errors name it: the file, or the package.
    fn what(&self) -> String {
        self.source.urls.first().map_or_else(|| self.attr.to_owned(), |url| urls::without_credentials(url))
    }

    /// The name in the Nix store.
    fn name(&self) -> String {
        self.source.name.clone().unwrap_or_else(|| self.file_name())
    }

    /// The name of the file that is downloaded.
    fn file_name(&self) -> String {
        let named = self.source.urls.first().map(|url| urls::file_name(url));
        named.or_else(|| self.source.name.clone()).unwrap_or_else(|| "source".to_owned())
    }

    fn strip(&self) -> Strip {
        let keeps_root = self.source.mode == HashMode::Nar && !self.source.strip_root;
        if keeps_root { Strip::Never } else { strip_by_name(&self.file_name()) }
    }
}

/// Packages have no one folder at the top that is their root.
fn strip_by_name(file_name: &str) -> Strip {
    let is_package = [".gem", ".deb", ".rpm", ".whl", ".jar", ".nar"].iter().any(|end| file_name.ends_with(end));
    if is_package { Strip::Never } else { Strip::Single }
}

/// True where the file at `path` is an archive or compressed.
pub fn is_archive(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    archive::is_archive(path, &name).unwrap_or(false)
}

/// The folder or the archive at `path` as a source: the path itself is what was asked about, so there is nothing to
/// verify it against.
pub fn given(path: &Path, limits: &Limits) -> Result<SourceTree, SourceError> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    named(path, &name, None, limits)
}

/// The same as a source of this name; an error where it is not the declared one.
pub fn named(path: &Path, name: &str, declared: Option<&Identity>, limits: &Limits) -> Result<SourceTree, SourceError> {
    let name = name.to_owned();
    let is_folder = path.is_dir();
    let mode = declared.map_or(if is_folder { HashMode::Nar } else { HashMode::Flat }, |identity| identity.mode);
    let algo = declared.map_or(Algo::Sha256, |identity| identity.hash.algo);
    let hash = match mode {
        HashMode::Nar => nar::hash(path, algo),
        HashMode::Flat => hash_file(path, algo).map(|(hash, _)| hash),
    };
    let hash = hash.map_err(SourceError::io(path, "could not be read"))?;
    if let Some(Identity { hash: want, .. }) = declared.filter(|identity| identity.hash != hash) {
        let (want, from) = (want.clone(), path.display().to_string());
        return Err(SourceError::HashMismatch { what: name, want, got: hash, from });
    }
    let content = match is_folder {
        true => Content::Folder(path.to_owned()),
        false => Content::File { path: path.to_owned(), strip: strip_by_name(&name) },
    };
    Ok(SourceTree {
        identity: Identity { mode, hash },
        origin: Origin::SourcesFolder(path.to_owned()),
        verification: Verification::Verified,
        root: is_folder.then(|| path.to_owned()),
        name,
        content,
        limits: limits.clone(),
    })
}

/// Numbers for progress bars.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Bytes received.
    pub bytes: u64,
    /// Requests sent.
    pub requests: u64,
    /// The hosts that are being asked now.
    pub hosts: Vec<String>,
}

/// Finds sources. Shared by all threads; `acquire` blocks.
pub struct Sources {
    options: Options,
    net: Net,
    unpacking: Gate,
    proven: Proven,
}

impl Sources {
    /// Sources by `options`; setting `cancel` ends all waits and downloads.
    pub fn new(options: Options, cancel: Arc<AtomicBool>) -> Sources {
        let net = Net::new(net_options(&options), cancel);
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Sources { options, net, unpacking: Gate::new(cores.min(MOST_UNPACKING)), proven: Proven::default() }
    }

    /// Network traffic so far.
    pub fn traffic(&self) -> Traffic {
        let count = |number: &std::sync::atomic::AtomicU64| number.load(Ordering::Relaxed);
        Traffic {
            bytes: count(&self.net.traffic.bytes),
            requests: count(&self.net.traffic.requests),
            hosts: self.net.busy(),
        }
    }

    /// Why `source` could not be had, where a host that its urls name was given up by now: the same for all its packages.
    pub fn given_up(&self, source: &SourceRef) -> Option<SourceError> {
        let given_up = self.net.given_up();
        let mut hosts = self.options.rewriting.expand(&source.urls).into_iter().filter_map(|url| urls::host(&url));
        let (host, why) = hosts.find_map(|host| given_up.get_key_value(&host).map(|(k, v)| (k.clone(), v.clone())))?;
        Some(SourceError::HostGivenUp { host, why })
    }

    /// The source of `request`, verified. Blocks while it is fetched.
    pub fn acquire(&self, request: &Request<'_>) -> Result<SourceTree, SourceError> {
        let plan = fetch::plan(request.source);
        if let Ok(Plan::Local(path)) = &plan {
            return self.of_checkout(request, path);
        }
        let hash = FixedHash::parse(request.source.hash.as_deref(), request.source.algo.as_deref());
        if let Ok(hash) = &hash
            && let Some(tree) = self.of_cache(request, hash, Origin::Cache)
        {
            return Ok(tree);
        }
        if let Some((folder, path)) = lookup::in_folders(&self.options.folders, request) {
            self.must_stay(folder, &path)?;
            return self.of_folder(request, &path, hash.ok().as_ref());
        }
        let hash = hash.map_err(|hash| SourceError::Unverifiable { what: request.what(), hash })?;
        if let Some(tree) = self.of_nix_store(request, &hash)? {
            return Ok(tree);
        }
        self.of_afar(request, &hash, plan)
    }

    fn of_checkout(&self, request: &Request<'_>, path: &crate::text::RelPath) -> Result<SourceTree, SourceError> {
        let Some(checkout) = &self.options.checkout else {
            let why = "the checkout it lies in is not known".to_owned();
            return Err(SourceError::NotAtHand { why });
        };
        let place = path.under(checkout);
        links::must_stay(&place, checkout).map_err(|why| SourceError::Outside { what: path.to_string(), why })?;
        let mut tree = self.of_folder(request, &place, None)?;
        tree.origin = Origin::Checkout(path.clone());
        tree.verification = Verification::Verified;
        Ok(tree)
    }

    /// A folder of sources inside of the checkout comes with it, and so do its links: they lead nowhere else. A folder
    /// that the user has elsewhere may hold links to any place.
    fn must_stay(&self, folder: &Path, path: &Path) -> Result<(), SourceError> {
        match &self.options.checkout {
            Some(checkout) if links::is_inside(folder, checkout) => {
                links::must_stay(path, checkout).map_err(|why| SourceError::Outside { what: links::named(path), why })
            }
            _ => Ok(()),
        }
    }

    /// A folder or file that the user names.
    fn of_folder(
        &self,
        request: &Request<'_>,
        path: &Path,
        declared: Option<&FixedHash>,
    ) -> Result<SourceTree, SourceError> {
        let unreadable = |error| SourceError::io(path, "could not be read")(error);
        let tree =
            if path.is_dir() { self.folder(request, path, declared) } else { self.given_file(request, path, declared) };
        let mut tree = tree.map_err(|error| match error {
            get::Unfit::Io(error) => unreadable(error),
            get::Unfit::Source(error) => error,
        })?;
        tree.origin = Origin::SourcesFolder(path.to_owned());
        Ok(tree)
    }

    fn folder(
        &self,
        request: &Request<'_>,
        path: &Path,
        declared: Option<&FixedHash>,
    ) -> Result<SourceTree, get::Unfit> {
        let of_tree = declared.filter(|_| request.source.mode == HashMode::Nar);
        // A link in the place of the folder stands for it; the links inside are hashed as links.
        let hash = nar::hash(&path.canonicalize()?, of_tree.map_or(Algo::Sha256, |hash| hash.algo))?;
        let verification = match (declared, of_tree) {
            (None, _) => Verification::Unverified(Unproven::NoHash),
            (Some(_), None) => Verification::Unverified(Unproven::Unpacked),
            (_, Some(want)) => self.compared(request, want, &hash, path)?,
        };
        Ok(SourceTree {
            identity: Identity { mode: HashMode::Nar, hash },
            origin: Origin::SourcesFolder(path.to_owned()),
            verification,
            root: Some(path.to_owned()),
            name: request.name(),
            content: Content::Folder(path.to_owned()),
            limits: self.options.limits.clone(),
        })
    }

    /// Whether what lies at `path` has the declared hash; what differs is an error, unless the user trusts it.
    fn compared(
        &self,
        request: &Request<'_>,
        want: &FixedHash,
        got: &FixedHash,
        path: &Path,
    ) -> Result<Verification, get::Unfit> {
        if want == got {
            return Ok(Verification::Verified);
        }
        if self.options.trust_folders {
            return Ok(Verification::Unverified(Unproven::Mismatch));
        }
        let (want, got) = (want.clone(), got.clone());
        let from = format!("{} in --sources", links::named(path));
        Err(get::Unfit::Source(SourceError::Differs { what: request.what(), want, got, from }))
    }

    fn of_nix_store(&self, request: &Request<'_>, hash: &FixedHash) -> Result<Option<SourceTree>, SourceError> {
        let Some(store) = &self.options.nix_store else { return Ok(None) };
        let path = fixed_output(store, &request.name(), request.source.mode, hash).filter(|path| path.exists());
        path.map(|path| self.of_store_path(request, hash, &path)).transpose()
    }

    /// A path of the Nix store, verified: stores decay too.
    fn of_store_path(&self, request: &Request<'_>, hash: &FixedHash, path: &Path) -> Result<SourceTree, SourceError> {
        let unreadable = SourceError::io(path, "could not be read");
        let got = match request.source.mode {
            HashMode::Nar => nar::hash(path, hash.algo),
            HashMode::Flat => hash_file(path, hash.algo).map(|(got, _)| got),
        };
        let got = got.map_err(unreadable)?;
        if got != *hash {
            let from = path.display().to_string();
            return Err(SourceError::HashMismatch { what: request.what(), want: hash.clone(), got, from });
        }
        let is_folder = path.is_dir();
        let (root, content) = if is_folder {
            (Some(path.to_owned()), Content::Folder(path.to_owned()))
        } else {
            (None, Content::File { path: path.to_owned(), strip: request.strip() })
        };
        Ok(SourceTree {
            identity: Identity { mode: request.source.mode, hash: got },
            origin: Origin::NixStore(path.to_owned()),
            verification: Verification::Verified,
            root,
            name: request.file_name(),
            content,
            limits: self.options.limits.clone(),
        })
    }
}

/// How the network is used: the servers that the user names may stand anywhere, also in their own network.
fn net_options(options: &Options) -> NetOptions {
    let mut net = options.net.clone();
    let bases = options.rewriting.replace.iter().map(|(_, base)| base);
    let named = options.binary_cache.iter().chain(&options.pypi_index).chain(bases);
    named.filter_map(|url| urls::host(url)).for_each(|host| net.private.add(host));
    net
}
