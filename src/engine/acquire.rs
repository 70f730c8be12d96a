//! Sources acquired on threads of their own, which wait for disks and servers.
//!
//! These threads own what they use: one that hangs in the kernel or in a server does not keep an interrupted run from
//! ending.

use std::iter;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::kept::{Entry, KeptEvidence, MissedSource, SourceKey};
use crate::source::{self, Identity, SourceError, SourceTree, Sources, Verification};
use crate::text::RelPath;
use crate::text::stop::{self, Over, Stop};
use crate::tree::Package;

use super::Watch;
use super::surveyed::Found;
use super::vendored::{Brought, bring};

/// Threads that wait for disks and servers; they do not compute.
const FETCHERS: usize = 12;
/// How long they may take to end after the run was ended; then they are left behind.
const GRACE: Duration = Duration::from_millis(800);

/// The sources of one package, and what package managers bring along.
pub(super) struct Acquired {
    pub(super) own: Result<Vec<OwnSource>, Missed>,
    pub(super) brought: Vec<Brought>,
}

/// A source of a package.
pub(super) enum OwnSource {
    /// At hand.
    Tree(SourceTree),
    /// Seen in an earlier run, and not opened.
    Seen(SourceKey, Entry),
}

impl OwnSource {
    pub(super) fn identity(&self) -> &Identity {
        match self {
            OwnSource::Tree(tree) => &tree.identity,
            OwnSource::Seen(key, _) => &key.identity,
        }
    }

    pub(super) fn name(&self) -> &str {
        match self {
            OwnSource::Tree(tree) => &tree.name,
            OwnSource::Seen(key, _) => &key.name,
        }
    }

    /// Evidence is kept under the hash that its bytes had.
    pub(super) fn verification(&self) -> Verification {
        self.tree().map_or(Verification::Verified, |tree| tree.verification)
    }

    pub(super) fn tree(&self) -> Option<&SourceTree> {
        match self {
            OwnSource::Tree(tree) => Some(tree),
            OwnSource::Seen(..) => None,
        }
    }
}

/// The folder of each source in the evidence of a package: none for the only one; else its name, and a number where an
/// earlier one has that name.
pub(super) fn folders(own: &[OwnSource]) -> Vec<RelPath> {
    if own.len() < 2 {
        return vec![RelPath::default(); own.len()];
    }
    let mut folders: Vec<RelPath> = Vec::with_capacity(own.len());
    for one in own {
        let name = if RelPath::new(one.name()).is_some() { one.name() } else { "source" };
        let numbered = (2..).map(|number| format!("{name}-{number}"));
        let mut names = iter::once(name.to_owned()).chain(numbered).filter_map(|name| RelPath::new(&name));
        folders.extend(names.find(|name| !folders.contains(name)));
    }
    folders
}

/// Why a source could not be had.
pub(super) enum Missed {
    Source(SourceError),
    /// A result says why.
    Told(MissedSource),
    /// The run or the package had to end before.
    Stopped(Over),
}

/// Shared state of the threads of a run.
pub(super) struct Feed {
    pub(super) packages: Arc<Vec<Found>>,
    pub(super) sources: Sources,
    /// The checkout.
    pub(super) root: PathBuf,
    pub(super) watch: Watch,
    /// Evidence of earlier runs, where it is kept.
    pub(super) kept: Option<KeptEvidence>,
    /// True where a report says where sources were found, so that they have to be found.
    pub(super) places: bool,
    /// Whether what package managers bring along is wanted.
    pub(super) vendored: bool,
    pub(super) time_limit: Duration,
    pub(super) next: AtomicUsize,
}

/// The threads that acquire.
pub(super) struct Fetchers(Vec<JoinHandle<()>>);

impl Fetchers {
    /// Starts as many as the machine gives; an error where it gives none. The sources go to `send` in any order.
    pub(super) fn start(feed: &Arc<Feed>, send: mpsc::SyncSender<(usize, Acquired)>) -> std::io::Result<Fetchers> {
        let start = |_| {
            let (feed, send) = (Arc::clone(feed), send.clone());
            thread::Builder::new().name("fetcher".to_owned()).spawn(move || feed.acquire_some(&send))
        };
        let mut started = (0..FETCHERS.min(feed.packages.len().max(1))).map(start);
        let first = started.next().transpose()?;
        Ok(Fetchers(first.into_iter().chain(started.map_while(Result::ok)).collect()))
    }

    /// Waits until all have ended; after the run was ended only for a while.
    pub(super) fn finish(self, watch: &Watch) {
        let until = Instant::now() + GRACE;
        for thread in self.0 {
            while watch.is_ended() && !thread.is_finished() && Instant::now() < until {
                thread::sleep(Duration::from_millis(10));
            }
            if watch.is_ended() && !thread.is_finished() {
                continue;
            }
            if let Err(panic) = thread.join() {
                std::panic::resume_unwind(panic);
            }
        }
    }
}

impl Feed {
    fn acquire_some(&self, send: &mpsc::SyncSender<(usize, Acquired)>) {
        loop {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            let Some((package, _)) = self.packages.get(index) else { return };
            if self.watch.is_ended() || send.send((index, self.acquire(package))).is_err() {
                return;
            }
        }
    }

    /// The sources of `package`; blocks while they are fetched.
    fn acquire(&self, package: &Package) -> Acquired {
        let clock = Stop::new(self.watch.cancel(), self.time_limit);
        stop::under(Some(clock), || {
            let own = self.own_sources(package);
            // A download that was running when the time was over is cut off too.
            let own = own.map_err(|missed| stop::over().map_or(missed, Missed::Stopped));
            let brought = match &own {
                Ok(own) if self.vendored => {
                    stop::restart();
                    let trees: Vec<&SourceTree> = own.iter().filter_map(OwnSource::tree).collect();
                    bring(&self.sources, &self.root, package, &trees)
                }
                _ => Vec::new(),
            };
            Acquired { own, brought }
        })
    }

    fn own_sources(&self, package: &Package) -> Result<Vec<OwnSource>, Missed> {
        (0..package.sources.len()).map(|index| self.own_source(package, index)).collect()
    }

    /// The source of `package` with this number, not opened where it was seen before.
    pub(super) fn own_source(&self, package: &Package, index: usize) -> Result<OwnSource, Missed> {
        // A lock file in the source says what is brought along.
        let is_read = self.places || self.vendored && !package.vendored.is_empty();
        let request = request(package, index);
        if let Some(kept) = &self.kept
            && let Some(key) = SourceKey::declared(&request)
        {
            if let Some(entry) = kept.find(&key).filter(|_| !is_read) {
                return Ok(OwnSource::Seen(key, entry));
            }
            if let Some(missed) = kept.missed(&key) {
                return Err(Missed::Told(missed.clone()));
            }
        }
        self.sources.acquire(&request).map(OwnSource::Tree).map_err(Missed::Source)
    }

    /// The source of `package` with this number, opened; blocks while it is fetched.
    pub(super) fn tree(&self, package: &Package, index: usize) -> Result<SourceTree, SourceError> {
        self.sources.acquire(&request(package, index))
    }
}

/// The request for the source of `package` with this number.
pub(super) fn request(package: &Package, index: usize) -> source::Request<'_> {
    source::Request {
        attr: &package.attr.0,
        pname: package.pname.as_deref(),
        version: package.version.as_deref(),
        index,
        source: &package.sources[index],
    }
}
