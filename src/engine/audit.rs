//! Outcomes of acquiring the sources of packages.

use crate::check::{Judged, Unjudged};
use crate::evidence::{Evidence, Used};
use crate::report::{ComparedText, Coverage, Outcome, Rest};
use crate::verdict::Outline;

/// Outcome of acquiring the source of one package.
pub(super) struct Audit {
    pub(super) outcome: Outcome,
    /// Evidence of its source; `None` where it has none or none was requested. In a box, for such packages come in tens
    /// of thousands.
    pub(super) seen: Option<Box<Seen>>,
}

/// Evidence of a source; nothing where it could not be looked at.
#[derive(Default)]
pub(super) struct Seen {
    /// Statements of its files, where versions are compared.
    pub(super) outline: Option<Outline>,
    pub(super) used: Used,
    /// All of it, where evidence is kept.
    pub(super) evidence: Option<Evidence>,
    /// Where its sources were found, where evidence is kept.
    pub(super) found: Vec<String>,
    /// License texts beside the listed ones, where that is asked for.
    pub(super) compared: Vec<ComparedText>,
    /// Scopes beside its source that were not looked at.
    pub(super) apart: Vec<Rest>,
    pub(super) files: u64,
    pub(super) bytes: u64,
    pub(super) unread: u64,
}

impl Audit {
    pub(super) fn metadata_only() -> Audit {
        Audit::without_source(Outcome::Audited(None))
    }

    pub(super) fn without_source(outcome: Outcome) -> Audit {
        Audit { outcome, seen: None }
    }

    /// It has a source, which was not looked at.
    pub(super) fn unseen(outcome: Outcome) -> Audit {
        Audit { outcome, seen: Some(Box::default()) }
    }

    /// The judgement, or why there is none.
    pub(super) fn judged(&self) -> Result<&Judged, Unjudged<'_>> {
        match &self.outcome {
            Outcome::Audited(Some(judged)) => Ok(judged),
            Outcome::Audited(None) => Err(Unjudged::NotAsked),
            Outcome::Skipped(why) | Outcome::Failed(why) => Err(Unjudged::Unseen(&why.text)),
        }
    }

    /// Statements of the files of its source, where versions are compared.
    pub(super) fn outline(&self) -> Option<&Outline> {
        self.seen.as_ref()?.outline.as_ref()
    }
}

impl Seen {
    /// The counts of `evidence`.
    pub(super) fn of(evidence: &Evidence) -> Seen {
        Seen {
            files: evidence.files.len() as u64,
            bytes: evidence.files.iter().map(|file| file.size).sum(),
            unread: evidence.files.iter().filter(|file| file.unread.is_some()).count() as u64,
            ..Seen::default()
        }
    }
}

/// How much of all sources was looked at.
pub(super) fn coverage(audits: &[Audit]) -> Coverage {
    let mut coverage = Coverage::default();
    for (audit, seen) in audits.iter().filter_map(|audit| Some((audit, audit.seen.as_ref()?))) {
        coverage.with_source += 1;
        coverage.looked_at += usize::from(matches!(audit.outcome, Outcome::Audited(_)));
        coverage.files += seen.files;
        coverage.bytes += seen.bytes;
        coverage.unread += seen.unread;
    }
    coverage
}
