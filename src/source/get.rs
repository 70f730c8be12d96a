//! From afar into the cache: download, verify, keep.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use super::archive;
use super::cached::{key_of, write_note};
use super::error::SourceError;
use super::fetch::{self, GitError, GitPlan, Plan};
use super::hash::{Algo, FixedHash, hash_file};
use super::net::NetError;
use super::spool::Spool;
use super::tree::{Content, Identity, Origin, SourceTree, Strip};
use super::verification::{Unproven, Verification};
use super::{Network, Request, Sources, binary_cache, nar, nix, urls};
use crate::store::{Key, Staged, Store, StoreError};
use crate::text::{Digest, stop};
use crate::tree::HashMode;

/// Why a file does not do: the file system, or what is in it.
pub(super) enum Unfit {
    Io(io::Error),
    Source(SourceError),
}

impl From<io::Error> for Unfit {
    fn from(error: io::Error) -> Self {
        Unfit::Io(error)
    }
}

/// Kind of a file.
pub(super) struct Checked {
    got: FixedHash,
    /// True where it has the declared hash.
    pub(super) fits: bool,
    strip: Strip,
    /// Its SHA-256.
    pub(super) digest: Digest,
}

/// A file to unpack to, which is gone with this value.
enum Scratch {
    /// Beside an entry that is never committed.
    Staged(Staged),
    /// In the temporary folder of the system: the store cannot be written.
    Temporary(PathBuf),
}

impl Scratch {
    fn of(store: &Store) -> Result<Scratch, StoreError> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        if store.is_writable() {
            return store.stage().map(Scratch::Staged);
        }
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let since = std::time::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_nanos());
        let name = format!("clarity-{}-{number}-{since}", std::process::id());
        Ok(Scratch::Temporary(std::env::temp_dir().join(name)))
    }

    fn place(&self) -> PathBuf {
        match self {
            Scratch::Staged(staged) => staged.spool(),
            Scratch::Temporary(place) => place.clone(),
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Scratch::Temporary(place) = self {
            // It is the system's to clean up what cannot be removed.
            let _ = std::fs::remove_file(place);
        }
    }
}

impl Sources {
    /// A source that is not on this machine.
    pub(super) fn of_afar(
        &self,
        request: &Request<'_>,
        hash: &FixedHash,
        plan: Result<Plan, SourceError>,
    ) -> Result<SourceTree, SourceError> {
        if let Some(tree) = binary_cache::find(self, request, hash)? {
            return Ok(tree);
        }
        if self.options.nix && self.options.network != Network::Offline {
            match nix::realise(self, request, hash) {
                // Sources that the local Nix cannot fetch, clarity may.
                Err(SourceError::Tool { .. }) if self.options.network == Network::Fetch && plan.is_ok() => {}
                realised => return realised,
            }
        }
        let plan = plan?;
        let why = match self.options.network {
            Network::Fetch => return self.of_network(request, hash, plan),
            Network::Offline => "the run is offline; run once with --fetch, or pass --sources DIR",
            Network::NotAsked => "download it with --fetch or name a folder with --sources DIR",
        };
        Err(SourceError::NotAtHand { why: why.to_owned() })
    }

    fn of_network(&self, request: &Request<'_>, hash: &FixedHash, plan: Plan) -> Result<SourceTree, SourceError> {
        let identity = Identity { mode: request.source.mode, hash: hash.clone() };
        let key = key_of(&identity);
        let _lock = self.options.store.lock(&key)?;
        // Another thread may have fetched it while this one waited for the lock.
        if let Some(tree) = self.of_cache(request, hash, Origin::Cache) {
            return Ok(tree);
        }
        let from = match plan {
            Plan::Download(urls) => self.download(request, hash, &key, &urls)?,
            Plan::Git(plan) => self.clone_git(request, hash, &key, &plan)?,
            Plan::Local(_) | Plan::Never(_) => unreachable!("answered before the network is asked"),
        };
        let tree = self.of_cache(request, hash, Origin::Downloaded(from));
        tree.ok_or_else(|| SourceError::Network {
            what: request.what(),
            why: "was fetched, but is not in the cache any more".to_owned(),
        })
    }

    /// Downloads the first url that has the right file; returns that url.
    fn download(
        &self,
        request: &Request<'_>,
        hash: &FixedHash,
        key: &Key,
        urls: &[String],
    ) -> Result<String, SourceError> {
        let mut worst = Failures::new(request.what());
        let expanded = self.options.rewriting.expand(urls);
        for url in &expanded {
            match self.download_one(request, hash, key, url) {
                Ok(()) => return Ok(urls::without_credentials(url)),
                Err(error) => worst.add(error)?,
            }
        }
        if let Some(url) = self.ask_index(request, hash, key, urls, &mut worst)? {
            match self.download_one(request, hash, key, &url) {
                Ok(()) => return Ok(url),
                Err(error) => worst.add(error)?,
            }
        }
        Err(worst.into_error())
    }

    fn ask_index(
        &self,
        request: &Request<'_>,
        hash: &FixedHash,
        key: &Key,
        urls: &[String],
        worst: &mut Failures,
    ) -> Result<Option<String>, SourceError> {
        let is_python =
            urls.iter().any(|url| url.starts_with("mirror://pypi/")) || request.source.fetcher == "fetchPypi";
        let Some(index) = self.options.pypi_index.as_ref().filter(|_| is_python) else { return Ok(None) };
        let scratch = self.options.store.partial(key).with_extension("index");
        match fetch::find_on_index(&self.net, index, urls, hash, &scratch) {
            Ok(found) => Ok(found),
            Err(error) => worst.add(Failure::Net(error)).map(|()| None),
        }
    }

    fn download_one(&self, request: &Request<'_>, hash: &FixedHash, key: &Key, url: &str) -> Result<(), Failure> {
        let partial = self.options.store.partial(key);
        let resumed = partial.exists();
        self.fetched(url, &partial)?;
        match self.keep(request, hash, key, url, &partial) {
            // The part that was there may have come from another file under the same name.
            Err(Failure::Source(SourceError::HashMismatch { .. } | SourceError::Archive { .. })) if resumed => {
                self.fetched(url, &partial)?;
                self.keep(request, hash, key, url, &partial)
            }
            kept => kept,
        }
    }

    /// Downloads; a server has limits of its own, and is not measured by the time that a package may take.
    fn fetched(&self, url: &str, partial: &Path) -> Result<(), NetError> {
        let begun = Instant::now();
        let done = self.net.download(url, partial);
        stop::forgive(begun.elapsed());
        done
    }

    /// Verifies a file and moves it into the cache; one that does not fit is removed.
    fn keep(&self, request: &Request<'_>, hash: &FixedHash, key: &Key, url: &str, file: &Path) -> Result<(), Failure> {
        let mut staged = self.options.store.stage().map_err(SourceError::from)?;
        let io = |error| SourceError::io(file, "could not be read")(error);
        let checked = self.check(request, hash, file, &request.file_name());
        let checked = match checked {
            Ok(checked) if checked.fits => checked,
            // It was not looked at to its end: what was downloaded stays.
            Err(Unfit::Io(error)) if stop::over().is_some() => return Err(io(error).into()),
            unfit => {
                std::fs::remove_file(file).map_err(io)?;
                return Err(Failure::Source(match unfit {
                    Ok(checked) => SourceError::HashMismatch {
                        what: request.what(),
                        want: hash.clone(),
                        got: checked.got,
                        from: urls::without_credentials(url),
                    },
                    Err(Unfit::Io(error)) => io(error),
                    Err(Unfit::Source(error)) => error,
                }));
            }
        };
        self.proven.remember(&Identity { mode: request.source.mode, hash: hash.clone() }, checked.digest);
        let adopted = staged.adopt(file, checked.digest).map_err(io)?;
        let note = write_note(checked.strip, &request.file_name());
        staged.commit_adopted(&self.options.store, key, &note, adopted).map_err(SourceError::from)?;
        Ok(())
    }

    /// Whether a file, called `name`, is what `hash` says: itself, the tree inside of it, or itself as a NAR.
    pub(super) fn check(
        &self,
        request: &Request<'_>,
        hash: &FixedHash,
        file: &Path,
        name: &str,
    ) -> Result<Checked, Unfit> {
        let strip = request.strip();
        if request.source.mode == HashMode::Flat {
            let (got, digest) = hash_file(file, hash.algo)?;
            return Ok(Checked { fits: got == *hash, got, strip, digest });
        }
        let (_, digest) = hash_file(file, Algo::Sha256)?;
        let alone = nar::hash(file, hash.algo)?;
        if alone == *hash || !archive::is_archive(file, name)? {
            return Ok(Checked { fits: alone == *hash, got: alone, strip: Strip::Never, digest });
        }
        let unfit = |error| Unfit::Source(SourceError::archive(&request.what())(error));
        if name.contains(".nar")
            && let got = binary_cache::hash_packed(file, name, hash, &self.options).map_err(unfit)?
            && got == *hash
        {
            return Ok(Checked { fits: true, got, strip: Strip::Never, digest });
        }
        let scratch = Scratch::of(&self.options.store).map_err(|error| Unfit::Source(error.into()))?;
        let _pass = self.unpacking.enter(1);
        let spool = Spool::unpack(file, name, &scratch.place(), &self.options.limits);
        let mut spool = spool.map_err(unfit)?;
        let got = spool.hash(strip, hash.algo)?;
        if got == *hash {
            return Ok(Checked { fits: true, got, strip, digest });
        }
        // A hash that fits is proof, also of how the tree was meant.
        let other = if strip == Strip::Single { Strip::Never } else { Strip::Single };
        let fits = spool.hash(other, hash.algo)? == *hash;
        Ok(Checked { fits, got, strip: other, digest })
    }

    /// A file that the user put into a `--sources` folder: read where it lies.
    pub(super) fn given_file(
        &self,
        request: &Request<'_>,
        file: &Path,
        declared: Option<&FixedHash>,
    ) -> Result<SourceTree, Unfit> {
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let as_found = || -> io::Result<_> {
            let (own, _) = hash_file(file, Algo::Sha256)?;
            Ok((Identity { mode: HashMode::Flat, hash: own }, request.strip()))
        };
        let (verification, (identity, strip)) = match declared {
            None => (Verification::Unverified(Unproven::NoHash), as_found()?),
            Some(hash) => {
                let checked = self.check(request, hash, file, &request.file_name())?;
                let got = if checked.fits { hash } else { &checked.got };
                match self.compared(request, hash, got, file)? {
                    Verification::Verified => {
                        let identity = Identity { mode: request.source.mode, hash: hash.clone() };
                        (Verification::Verified, (identity, checked.strip))
                    }
                    unverified => (unverified, as_found()?),
                }
            }
        };
        Ok(SourceTree {
            identity,
            origin: Origin::SourcesFolder(file.to_owned()),
            verification,
            root: None,
            name,
            content: Content::File { path: file.to_owned(), strip },
            limits: self.options.limits.clone(),
        })
    }

    /// Lets git clone into `room`; for its host that is one request among the others.
    fn ask_git(&self, request: &Request<'_>, plan: &GitPlan, room: &Path) -> Result<(), SourceError> {
        let what = request.what();
        let host = urls::host(&plan.url);
        let bounds = fetch::Bounds { net: &self.net, limits: &self.options.limits };
        match (fetch::clone_git(plan, room, &bounds), host) {
            (Ok(()), Some(host)) => self.net.succeeded(&host),
            (Ok(()), None) => {}
            (Err(GitError::Host(why)), Some(host)) => {
                self.net.failed(&host, &why);
                return Err(SourceError::Network { what, why });
            }
            (Err(GitError::Host(why) | GitError::Git(why)), _) => {
                return Err(SourceError::Tool { what, tool: "git", why });
            }
            (Err(GitError::Net(error @ NetError::Failed { .. })), Some(host)) => {
                self.net.failed(&host, &error.to_string());
                return Err(Failures::of(what, error));
            }
            (Err(GitError::Net(error)), _) => return Err(Failures::of(what, error)),
            (Err(GitError::Limit(error)), _) => return Err(SourceError::Archive { what, error }),
            (Err(GitError::Cancelled), _) => return Err(SourceError::Cancelled(what)),
            (Err(GitError::Io(error)), _) => return Err(SourceError::io(room, "could not be written")(error)),
        }
        Ok(())
    }

    /// Clones a revision and keeps its tree as a compressed NAR; returns where it came from.
    fn clone_git(
        &self,
        request: &Request<'_>,
        hash: &FixedHash,
        key: &Key,
        plan: &GitPlan,
    ) -> Result<String, SourceError> {
        let mut staged = self.options.store.stage()?;
        let room = staged.room();
        self.ask_git(request, plan, &room)?;
        let unreadable = |error| SourceError::io(&room, "could not be read")(error);
        let got = nar::hash(&room, hash.algo).map_err(unreadable)?;
        let packed = if plan.history.is_some() { ", with the history as this git packs it" } else { "" };
        let from = format!("{} at {}{packed}", plan.url, plan.rev);
        if got != *hash {
            return Err(SourceError::HashMismatch { what: request.what(), want: hash.clone(), got, from });
        }
        // The hash has seen the history; a source is read without it.
        fetch::remove_histories(&room).map_err(unreadable)?;
        pack(&room, &mut staged).map_err(unreadable)?;
        staged.commit(&self.options.store, key, &write_note(Strip::Never, "source.nar.zst"))?;
        Ok(from)
    }
}

fn pack(tree: &Path, out: &mut dyn Write) -> io::Result<()> {
    let mut encoder = zstd::Encoder::new(out, 3)?;
    nar::write(tree, &mut encoder)?;
    encoder.finish().map(drop)
}

/// Why one url did not do.
enum Failure {
    Net(NetError),
    Source(SourceError),
}

impl From<NetError> for Failure {
    fn from(error: NetError) -> Self {
        Failure::Net(error)
    }
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        Failure::Source(error)
    }
}

/// The failures of all urls: what is said in the end is what tells most.
struct Failures {
    what: String,
    tried: usize,
    wrong: Option<SourceError>,
    network: Option<SourceError>,
    given_up: Option<SourceError>,
    status: Option<String>,
}

impl Failures {
    fn new(what: String) -> Failures {
        Failures { what, tried: 0, wrong: None, network: None, given_up: None, status: None }
    }

    /// Consequence of a single failure of the network.
    fn of(what: String, error: NetError) -> SourceError {
        let mut failures = Failures::new(what);
        failures.add(Failure::Net(error)).err().unwrap_or_else(|| failures.into_error())
    }

    /// Notes a failure; one that ends everything (the disk, the user) is returned.
    fn add(&mut self, failure: Failure) -> Result<(), SourceError> {
        self.tried += 1;
        let what = self.what.clone();
        match failure {
            Failure::Source(error @ (SourceError::HashMismatch { .. } | SourceError::Archive { .. })) => {
                self.wrong.get_or_insert(error);
            }
            Failure::Source(error) => return Err(error),
            Failure::Net(NetError::Disk(error)) => {
                return Err(SourceError::Io { path: what, what: "could not be written", error });
            }
            Failure::Net(NetError::Cancelled) => return Err(SourceError::Cancelled(what)),
            Failure::Net(NetError::GivenUp { host, why }) => {
                self.given_up = Some(SourceError::HostGivenUp { host, why });
            }
            Failure::Net(NetError::Status { url, status }) => self.status = Some(format!("HTTP {status} ({url})")),
            Failure::Net(error @ (NetError::Failed { .. } | NetError::Refused { .. })) => {
                self.network = Some(SourceError::Network { what, why: error.to_string() });
            }
        }
        Ok(())
    }

    fn into_error(self) -> SourceError {
        let Failures { what, tried, wrong, network, given_up, status } = self;
        let not_found = status.map(|last| SourceError::NotFound { what, tried, last });
        // A mirror that could not be asked may have it: that weighs more than one that says no.
        wrong.or(network).or(given_up).or(not_found).unwrap_or_else(|| SourceError::NotAtHand {
            why: "none of its mirrors is known; name one under [fetch] in clarity.toml".to_owned(),
        })
    }
}
