//! Two versions of a source, looked at one after the other: given folders and archives, or a package at two revisions.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::check::declared_in_words;
use crate::conclusion::{Conclusion, conclude};
use crate::declared::Selection;
use crate::evidence::{Detector, Evidence};
use crate::kept::{self, Earlier};
use crate::report::Outcome;
use crate::source::{self, SourceError};
use crate::text::RelPath;
use crate::text::stop::{self, Stop};
use crate::tree::{Changes, Checkout};
use crate::verdict::Outline;

use super::Watch;
use super::past::Past;
use super::request::{Request, ScanError, trusted};
use super::scan::audits;
use super::source_scan::{SourceScan, Stopped};
use super::survey::survey;
use super::surveyed::Found;

/// One version of a source, judged.
#[derive(Clone, Debug)]
pub struct Version {
    /// Name under which it was requested.
    pub name: String,
    /// Declaration of its package, where it is that of a package.
    pub declared: Option<String>,
    /// Conclusion.
    pub conclusion: Conclusion,
    /// Statements of its files.
    pub outline: Outline,
}

/// Why a version could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum VersionError {
    /// The checkout could not be read, or not at that revision.
    #[error(transparent)]
    Scan(#[from] ScanError),
    /// The source could not be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// There is no such package.
    #[error("{attr}: no such package {at}{why}")]
    NoPackage {
        /// The attribute path.
        attr: String,
        /// The revision, in words.
        at: String,
        /// Replacement, if any.
        why: String,
    },
    /// It could not be looked at.
    #[error("{name}: {why}")]
    Unseen {
        /// Request.
        name: String,
        /// Why not.
        why: String,
    },
    /// The machine gives no threads.
    #[error("{0}; try --jobs 1")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

/// The folder or the archive at `path`.
pub fn version_at(path: &Path, jobs: usize, limit: Duration, watch: &Watch) -> Result<Version, VersionError> {
    let detector = Detector::new(&crate::evidence::Options::default());
    let evidence = evidence_at(&detector, path, (jobs, limit), watch)?;
    Ok(version(path.display().to_string(), None, conclude(&evidence, &RelPath::default()), &evidence))
}

/// Evidence in the folder or the archive at `path`, read by so many threads in at most that time.
pub fn evidence_at(
    detector: &Detector,
    path: &Path,
    (jobs, limit): (usize, Duration),
    watch: &Watch,
) -> Result<Evidence, VersionError> {
    watch.stage("looking at sources");
    let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs).build()?;
    let scan = SourceScan { detector, pool: &pool, watch, earlier: Earlier::default() };
    let clock = Stop::new(watch.cancel(), limit);
    let unseen = |stop: Stopped| {
        let why = match stop {
            Stopped::Ended => "the run was ended".to_owned(),
            Stopped::Late => format!("reading it took longer than {} s; raise --time-limit", limit.as_secs()),
            Stopped::Broken(why) => why,
        };
        VersionError::Unseen { name: path.display().to_string(), why }
    };
    stop::under(Some(clock), || {
        let tree = source::given(path, &source::Limits::default());
        let tree = tree.map_err(|error| stop::over().map_or(error.into(), |over| unseen(over.into())))?;
        scan.of(&tree).map(|scanned| kept::evidence(scanned.files)).map_err(unseen)
    })
}

/// The source of package `attr` of the checkout at revision `rev`, or in the work tree.
pub fn version_of(attr: &str, rev: Option<&str>, request: &Request, watch: &Watch) -> Result<Version, VersionError> {
    watch.stage("evaluating");
    let selection = Selection::new(&[globset::escape(attr)]).unwrap_or_default();
    let request = Request { selection, since: None, keep_evidence: true, ..request.clone() };
    let at = rev.map_or_else(|| "in the work tree".to_owned(), |rev| format!("at {rev}"));
    let name = rev.map_or_else(|| attr.to_owned(), |_| format!("{attr} {at}"));
    let (checkout, found) = match rev {
        None => {
            let checkout = request.checkout().map_err(ScanError::from)?;
            let found = package(attr, &at, &checkout, &request, watch)?;
            (checkout, found)
        }
        Some(rev) => {
            let changes = Changes::since(&request.path, rev).map_err(ScanError::from)?;
            let past = Past::open(&request, changes.into())?;
            let found = package(attr, &at, &past.checkout, &request, watch)?;
            let found = past.without_lost_sources(found);
            (past.checkout, found)
        }
    };
    let declared = declared_in_words(&found.1);
    let table = checkout.license_table();
    trusted(&checkout)?;
    let audit = audits(&checkout, &request, watch, vec![found], &table)?.1.pop();
    let unseen = |why: &str| VersionError::Unseen { name: name.clone(), why: why.to_owned() };
    let Some(audit) = audit else { return Err(unseen("it was not looked at")) };
    match (audit.outcome, audit.seen.and_then(|seen| seen.evidence)) {
        (Outcome::Audited(Some(judged)), Some(evidence)) => {
            Ok(version(name, Some(declared), Arc::unwrap_or_clone(judged.conclusion), &evidence))
        }
        (Outcome::Audited(_), _) => Err(unseen("sources are left aside; leave out --metadata-only")),
        (Outcome::Skipped(why) | Outcome::Failed(why), _) => Err(unseen(&why.text)),
    }
}

fn version(name: String, declared: Option<String>, conclusion: Conclusion, evidence: &Evidence) -> Version {
    Version { name, declared, conclusion, outline: Outline::of(evidence) }
}

fn package(attr: &str, at: &str, checkout: &Checkout, request: &Request, watch: &Watch) -> Result<Found, VersionError> {
    let surveyed = survey(checkout, request, watch);
    let found = surveyed.packages.into_iter().find(|(package, _)| package.attr.0 == attr);
    found.ok_or_else(|| {
        let why = surveyed.rest.into_iter().find(|rest| rest.name == attr).map(|rest| format!(": {}", rest.why));
        let why = why.unwrap_or_else(|| "; `clarity scan` without --attr lists what there is".to_owned());
        VersionError::NoPackage { attr: attr.to_owned(), at: at.to_owned(), why }
    })
}
