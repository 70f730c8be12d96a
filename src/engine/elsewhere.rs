//! Detection apart from packages: the sources of a part of a tree, or one source, into files of results.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::evidence::Detector;
use crate::kept::{self, Earlier, KeptEvidence, MissedSource, SourceKey};
use crate::report::{Why, WhyKind};
use crate::source::{self, Identity, Sources};
use crate::text::stop::{self, Over, Stop};
use crate::tree::Package;

use super::Watch;
use super::acquire::{Feed, Missed, request};
use super::recall::Recall;
use super::request::{Request, ScanError};
use super::source_scan::{SourceScan, Stopped};
use super::surveyed::Found;

/// The distinct sources that packages declare: each with the first package that has it, and its number there.
pub fn distinct(packages: &[Found]) -> BTreeMap<SourceKey, (&Package, usize)> {
    let mut distinct = BTreeMap::new();
    for (package, _) in packages {
        for index in 0..package.sources.len() {
            if let Some(key) = SourceKey::declared(&request(package, index)) {
                distinct.entry(key).or_insert((&**package, index));
            }
        }
    }
    distinct
}

/// A part of all sources: those whose number in hexadecimal is `number` modulo `count`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// From 0.
    pub number: u64,
    /// How many there are.
    pub count: u64,
}

impl Shard {
    fn holds(self, source: &SourceKey) -> bool {
        source.number() % self.count == self.number
    }
}

/// Why there are no results.
#[derive(Debug, thiserror::Error)]
pub enum ResultsUnwritten {
    /// The run could not begin.
    #[error(transparent)]
    Scan(#[from] ScanError),
    /// The machine gives no threads.
    #[error("{0}; try --jobs 1")]
    Threads(#[from] rayon::ThreadPoolBuildError),
    /// They cannot be written.
    #[error("the results cannot be written: {0}")]
    Io(#[from] io::Error),
}

/// Detects the sources of `packages` that belong to `shard`, and writes a record for each to `out`. Returns how many.
/// Evidence goes through `kept`, so that a run that was ended goes on where it was.
pub fn detect_shard(
    packages: Vec<Found>,
    request: &Request,
    (mut options, kept): (source::Options, KeptEvidence),
    shard: Shard,
    watch: &Watch,
    out: &mut (dyn Write + Send),
) -> Result<usize, ResultsUnwritten> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(request.jobs).build()?;
    let detector = Detector::new(&crate::evidence::Options::default());
    let packages = Arc::new(packages);
    let checkout = request.checkout().map_err(ScanError::from)?;
    options.rewriting.mirrors = checkout.mirrors();
    let feed = Feed {
        packages: Arc::clone(&packages),
        sources: Sources::new(options, watch.cancel()),
        root: request.path.clone(),
        watch: watch.clone(),
        kept: Some(kept.clone()),
        places: false,
        vendored: false,
        time_limit: request.time_limit,
        next: AtomicUsize::new(0),
    };
    let recall = Recall { detector: &detector, pool: &pool, watch, feed: &feed };
    let all = distinct(&packages);
    let mine: Vec<_> = all.into_iter().filter(|(key, _)| shard.holds(key)).collect();
    watch.expect_packages(mine.len());
    kept::begin(out)?;
    let (out, next, failed) = (Mutex::new(out), AtomicUsize::new(0), Mutex::new(None));
    let work = || {
        while let Some((key, place)) = mine.get(next.fetch_add(1, Ordering::Relaxed)).filter(|_| !watch.is_ended()) {
            let clock = Stop::new(watch.cancel(), request.time_limit);
            let entry = stop::under(Some(clock), || entry(&recall, &kept, key, *place));
            let mut out = out.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(entry) = entry
                && let Err(error) =
                    kept::add(&mut **out, detector.fingerprint(), key, entry.as_deref().map_err(Clone::clone))
            {
                *failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                return;
            }
            watch.package_done();
        }
    };
    thread::scope(|threads| {
        (1..request.jobs).for_each(|_| drop(thread::Builder::new().spawn_scoped(threads, work)));
        work();
    });
    failed.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(mine.len()), |error| Err(error.into()))
}

/// The entry of a source, or why there is none; nothing where the run was ended, or where the source is not the
/// declared one, which is for whoever merges.
fn entry(
    recall: &Recall<'_>,
    kept: &KeptEvidence,
    key: &SourceKey,
    (package, index): (&Package, usize),
) -> Option<Result<Vec<u8>, MissedSource>> {
    let own = match recall.feed.own_source(package, index) {
        Ok(own) => own,
        Err(Missed::Stopped(Over::Late)) => return Some(Err(missed(&late(), true))),
        Err(Missed::Stopped(Over::Ended)) => return None,
        Err(_) if stop::over() == Some(Over::Late) => return Some(Err(missed(&late(), true))),
        Err(_) if stop::over().is_some() => return None,
        Err(Missed::Source(error)) => return Some(Err(missed(&Why::from(&error), !error.is_skipped()))),
        Err(Missed::Told(told)) => return Some(Err(told)),
    };
    match recall.own(package, index, &own) {
        Ok(_) => kept.bytes(&kept.find(key)?).map(Ok),
        Err(stopped) => unread(stopped).map(Err),
    }
}

/// Detects the source at `path`, known as `name`, and writes its record to `out`. A source that cannot be read, or is
/// not the declared one, is a record too.
pub fn detect_source(
    path: &Path,
    (name, declared): (&str, Option<Identity>),
    (jobs, limit): (usize, Duration),
    watch: &Watch,
    out: &mut dyn Write,
) -> Result<(), ResultsUnwritten> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs).build()?;
    let detector = Detector::new(&crate::evidence::Options::default());
    let scan = SourceScan { detector: &detector, pool: &pool, watch, earlier: Earlier::default() };
    let clock = Stop::new(watch.cancel(), limit);
    let seen = stop::under(Some(clock), || {
        let tree = source::named(path, name, declared.as_ref(), &source::Limits::default());
        let tree = tree.map_err(|error| missed(&Why::from(&error), true))?;
        let key = SourceKey::of(&tree);
        let files = scan.of(&tree).map(|scanned| scanned.files);
        let files = files.map_err(|stopped| unread(stopped).unwrap_or_else(|| missed(&late(), true)))?;
        Ok((key, kept::write(&files).ok_or_else(|| missed(&too_large(), true))?))
    });
    kept::begin(out)?;
    let (key, entry) = match seen {
        Ok((key, bytes)) => (Some(key), Ok(bytes)),
        Err(missed) => (None, Err(missed)),
    };
    let key = declared.map(|identity| SourceKey { identity, name: name.to_owned() }).or(key);
    let key = key.ok_or_else(|| io::Error::other("it cannot be read, and no --hash says which source it is"))?;
    kept::add(out, detector.fingerprint(), &key, entry.as_deref().map_err(Clone::clone))?;
    Ok(())
}

fn missed(why: &Why, failed: bool) -> MissedSource {
    MissedSource { failed, kind: why.kind.name().to_owned(), why: why.text.clone() }
}

fn unread(stopped: Stopped) -> Option<MissedSource> {
    match stopped {
        Stopped::Ended => None,
        Stopped::Late => Some(missed(&late(), true)),
        Stopped::Broken(why) => Some(missed(&Why::new(WhyKind::Unreadable, why), true)),
    }
}

fn late() -> Why {
    Why::new(WhyKind::Late, "its source took too long to hash and read; raise --time-limit")
}

fn too_large() -> Why {
    Why::new(WhyKind::Unreadable, "its evidence is larger than a result may be")
}
