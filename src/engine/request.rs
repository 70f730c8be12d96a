//! The request of a run, and the errors that leave it without a report.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::declared::{self, evaluated::Evaluated};
use crate::evidence::Curations;
use crate::kept::Results;
use crate::report::{Gate, Policy, Rest};
use crate::store::Store;
use crate::tree::{self, Changes, Checkout, Closure, Package};
use crate::{check, source, triage};

use super::Inputs;

/// Selection and manner of a scan.
#[derive(Clone, Debug)]
pub struct Request {
    /// The checkout: a folder or one file.
    pub path: PathBuf,
    /// Its evaluation.
    pub tree: tree::Options,
    /// Platforms beside that of `tree`: what differs there is named in the same row.
    pub platforms: Vec<String>,
    /// Inputs that were looked for; their folders are named in `tree`.
    pub inputs: Option<Arc<Inputs>>,
    /// Files of the configuration that could not be had.
    pub not_included: Vec<Rest>,
    /// Evaluated metadata: a second witness.
    pub evaluated: Option<Evaluated>,
    /// Which packages.
    pub selection: declared::Selection,
    /// Only packages of one of these maintainers, by their handles; of any where there is none.
    pub maintainers: Vec<String>,
    /// Only packages of this closure.
    pub closure: Option<Arc<Closure>>,
    /// Where facts of whole checkouts and the evidence of sources are kept between runs, if anywhere.
    pub facts: Option<Arc<Store>>,
    /// Evidence that was detected elsewhere.
    pub results: Option<Arc<Results>>,
    /// Where sources come from; `None`: look at the metadata only.
    pub sources: Option<source::Options>,
    /// Whether what package managers bring along is looked at too.
    pub vendored: bool,
    /// Only packages that these changes concern.
    pub since: Option<Arc<Changes>>,
    /// Packages that are left out although they were asked for.
    pub ignored: Ignored,
    /// Curations of files of sources.
    pub curations: Curations,
    /// Which rules.
    pub checks: check::Options,
    /// Notes about findings.
    pub triage: triage::Options,
    /// Condition under which the run fails.
    pub gate: Gate,
    /// True where every package must be looked at.
    pub strict: bool,
    /// True where what could not be looked at does not make the run fail.
    pub allow_gaps: bool,
    /// The configuration files, and what they silence whatever the run finds.
    pub policy: Policy,
    /// Keep all evidence in the report.
    pub keep_evidence: bool,
    /// Compare the license texts that a conclusion rests on with the listed ones; needs `keep_evidence`.
    pub compare_texts: bool,
    /// Quote the places of findings in the report.
    pub quotes: bool,
    /// Worker threads.
    pub jobs: usize,
    /// The most time that getting and reading the source of one package may take.
    pub time_limit: Duration,
}

impl Request {
    /// True where every package of the checkout is looked at.
    pub(super) fn is_whole(&self) -> bool {
        let is_all = matches!(self.selection, declared::Selection::All) && self.since.is_none();
        is_all && self.maintainers.is_empty() && self.closure.is_none()
    }

    /// The checkout, in the later state where two are compared.
    pub fn checkout(&self) -> Result<Checkout, tree::OpenError> {
        match &self.since {
            Some(changes) => changes.checkout_after(&self.path, &self.tree),
            None => Checkout::open(&self.path, &self.tree),
        }
    }
}

/// Packages excluded by `[ignore]` in clarity.toml.
#[derive(Clone, Debug, Default)]
pub struct Ignored {
    /// By attribute path.
    pub attrs: globset::GlobSet,
    /// By the file that defines them, below the root of the checkout.
    pub files: globset::GlobSet,
}

impl Ignored {
    pub(super) fn is_empty(&self) -> bool {
        self.attrs.is_empty() && self.files.is_empty()
    }

    pub(super) fn has(&self, package: &Package) -> bool {
        let file = package.site.as_ref().map(|site| site.file.as_str());
        self.attrs.is_match(&package.attr.0) || file.is_some_and(|file| self.files.is_match(file))
    }
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// The checkout cannot be opened.
    #[error(transparent)]
    Open(#[from] tree::OpenError),
    /// It cannot be told what changed.
    #[error(transparent)]
    Revision(#[from] tree::RevisionError),
    /// The machine gives no threads for the evaluator.
    #[error(
        "an evaluator got no thread with a stack of 1 GiB, so the report would miss packages: {0}; give the process more threads or memory"
    )]
    Evaluator(String),
    /// The machine gives no threads to read sources.
    #[error("no thread to read sources: {0}; give the process more threads, or try --jobs 1")]
    Workers(std::io::Error),
    /// The machine gives no threads.
    #[error("{0}; try --jobs 1")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

/// An error where an evaluator could not work: a report without what it should have told would look clean.
pub(super) fn trusted(checkout: &Checkout) -> Result<(), ScanError> {
    checkout.trouble().map_or(Ok(()), |why| Err(ScanError::Evaluator(why.to_owned())))
}
