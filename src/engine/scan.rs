//! The main job: a checkout in, a report out.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use crate::check::{self, Earlier, Finding, Judged, Subject};
use crate::conclusion::{conclude, prebuilt, unknown_texts};
use crate::declared::{self, Declared, evaluated::Evaluated};
use crate::evidence::{Curations, Detector, Evidence, Used, curate};
use crate::report::{Gate, Located, Outcome, PackageReport, Report};
use crate::source::{self, SourceTree, Sources};
use crate::store::Store;
use crate::text::RelPath;
use crate::tree::{self, Checkout, LicenseTable, Package};
use crate::triage::{self, State};
use crate::verdict::{Outline, compare};

use super::audit::{Audit, Seen, coverage};
use super::idle::{Sight, idle};
use super::past::{Past, Versioned};
use super::quote::quote;
use super::shelf::Shelf;
use super::study::{Stop, Study};
use super::survey::{Found, survey};
use super::vendored::{Brought, bring, looked_at};
use super::{Watch, settle};

/// What to scan, and how.
#[derive(Clone, Debug)]
pub struct Request {
    /// The checkout: a folder or one file.
    pub path: PathBuf,
    /// Its evaluation.
    pub tree: tree::Options,
    /// What a real evaluation said, as a second witness.
    pub evaluated: Option<Evaluated>,
    /// Which packages.
    pub selection: declared::Selection,
    /// Where facts of whole checkouts are kept between runs, if anywhere.
    pub facts: Option<Arc<Store>>,
    /// Where sources come from; `None`: look at the metadata only.
    pub sources: Option<source::Options>,
    /// Whether what package managers bring along is looked at too.
    pub vendored: bool,
    /// Only what changed since this revision.
    pub since: Option<String>,
    /// Packages that are left out although they were asked for.
    pub leave_out: LeaveOut,
    /// What persons know about files of sources.
    pub curations: Curations,
    /// Which rules.
    pub checks: check::Options,
    /// What was written down about findings.
    pub triage: triage::Options,
    /// What makes the run fail.
    pub gate: Gate,
    /// Keep all evidence in the report.
    pub keep_evidence: bool,
    /// Quote the places of findings in the report.
    pub quotes: bool,
    /// Worker threads.
    pub jobs: usize,
    /// The most time that one package's source may take to be read.
    pub time_limit: Duration,
}

/// Packages that nobody wants to hear of.
#[derive(Clone, Debug, Default)]
pub struct LeaveOut {
    /// By attribute path.
    pub attrs: globset::GlobSet,
    /// By the file that defines them, below the root of the checkout.
    pub files: globset::GlobSet,
}

impl LeaveOut {
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
    /// The machine gives no threads.
    #[error("{0}; try --jobs 1")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

/// Scans a checkout. Problems of single packages are rows of the report; an error means that there is none.
pub fn scan(request: &Request, watch: &Watch) -> Result<Report, ScanError> {
    scan_checkout(&Checkout::open(&request.path, &request.tree)?, request, watch)
}

/// The same with a checkout that is open.
pub fn scan_checkout(checkout: &Checkout, request: &Request, watch: &Watch) -> Result<Report, ScanError> {
    watch.stage("evaluating");
    let past = request.since.as_deref().map(|rev| Past::open(request, rev)).transpose()?;
    let mut surveyed = match &past {
        None => survey(checkout, request, watch),
        Some(past) => past.changed(checkout, request, watch),
    };
    surveyed.settle(request);
    let table = surveyed.table.take().unwrap_or_else(|| checkout.license_table());
    let count = surveyed.packages.len();
    let mut packages = std::mem::take(&mut surveyed.packages);
    packages.append(&mut surveyed.before);
    let mut audits = audits(checkout, request, watch, &packages, &table)?;
    watch.finish();
    let before = packages.split_off(count).into_iter().zip(audits.split_off(count)).collect();
    let past = past.map(|past| past.judged(before, &request.checks));
    let coverage = coverage(&audits);
    let seen = audits.iter_mut().filter_map(|audit| audit.seen.as_mut());
    surveyed.rest.extend(seen.flat_map(|seen| std::mem::take(&mut seen.apart)));
    let idle = unused_rules(request, &packages, &audits);
    let reported = packages.into_iter().zip(audits).map(|(found, audit)| {
        let versioned = past.as_ref().map_or(Versioned::NotAsked, |past| past.versioned(&found, &audit));
        let findings = findings(&found, &audit, versioned.earlier(), &table, &request.checks);
        report_on(found, audit, findings.into_iter().map(|finding| located(finding, checkout, request)).collect())
    });
    let mut report = Report {
        tree: request.path.display().to_string(),
        table: table.origin.clone(),
        packages: reported.collect(),
        apart: Vec::new(),
        gone: Vec::new(),
        gate: request.gate,
        rest: surveyed.rest,
        unmatched: surveyed.unmatched,
        disagreements: surveyed.disagreements,
        coverage,
        partial: watch.is_ended(),
    };
    let whole = matches!(request.selection, declared::Selection::All) && past.is_none();
    let earlier = past.map(|past| past.findings).unwrap_or_default();
    settle(&mut report, &triage::Options { earlier, idle, ..request.triage.clone() }, &request.checks, whole);
    Ok(report)
}

/// One audit for each package.
pub(super) fn audits(
    checkout: &Checkout,
    request: &Request,
    watch: &Watch,
    packages: &[Found],
    table: &LicenseTable,
) -> Result<Vec<Audit>, ScanError> {
    let Some(options) = &request.sources else { return Ok(packages.iter().map(|_| Audit::metadata_only()).collect()) };
    watch.stage("looking at sources");
    let mut options = options.clone();
    options.rewriting.mirrors = checkout.mirrors();
    let sources = Sources::new(options, watch.cancel());
    let pool = rayon::ThreadPoolBuilder::new().num_threads(request.jobs).build()?;
    let detector = Detector::new(&crate::evidence::Options::default());
    let shelf = Shelf::new(packages.iter().flat_map(|(package, _)| &package.sources));
    Ok(Run {
        request,
        root: checkout.root(),
        watch,
        sources: &sources,
        packages,
        table,
        pool: &pool,
        detector: &detector,
        shelf: &shelf,
    }
    .audit_all())
}

/// The part of a run that looks at sources.
struct Run<'r> {
    request: &'r Request,
    /// The checkout.
    root: &'r Path,
    watch: &'r Watch,
    sources: &'r Sources,
    packages: &'r [Found],
    table: &'r LicenseTable,
    pool: &'r rayon::ThreadPool,
    detector: &'r Detector,
    shelf: &'r Shelf,
}

/// Threads that wait for disks and servers; they do not compute.
const FETCHERS: usize = 12;
/// How often the bars show what came over the network, while nothing else happens.
const BEAT: Duration = Duration::from_millis(250);

impl Run<'_> {
    /// One audit for each package, in their order. Sources are acquired on threads of their own behind a bounded
    /// queue; as many are read at a time as there are jobs, each on a thread of its own too: reading blocks.
    fn audit_all(&self) -> Vec<Audit> {
        self.watch.expect_packages(self.packages.len());
        let audits: Vec<OnceLock<Audit>> = self.packages.iter().map(|_| OnceLock::new()).collect();
        let next = AtomicUsize::new(0);
        let (send, receive) = mpsc::sync_channel(self.request.jobs * 2);
        let receive = Mutex::new(receive);
        thread::scope(|threads| {
            for _ in 0..FETCHERS.min(self.packages.len().max(1)) {
                let (send, next) = (send.clone(), &next);
                threads.spawn(move || self.acquire_some(next, &send));
            }
            drop(send);
            for _ in 0..self.request.jobs.max(1) {
                threads.spawn(|| self.audit_some(&receive, &audits));
            }
        });
        let ended = || Audit::unseen(Outcome::Skipped("the run was ended before its turn".to_owned()));
        audits.into_iter().map(|audit| audit.into_inner().unwrap_or_else(ended)).collect()
    }

    fn audit_some(&self, receive: &Mutex<mpsc::Receiver<(usize, Acquired)>>, audits: &[OnceLock<Audit>]) {
        loop {
            let received = receive.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(BEAT);
            self.watch.received(self.sources.traffic().bytes);
            match received {
                Ok((index, acquired)) => {
                    let _ = audits[index].set(self.audit(&self.packages[index], acquired));
                    self.watch.package_done();
                }
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                Err(mpsc::RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn acquire_some(&self, next: &AtomicUsize, send: &mpsc::SyncSender<(usize, Acquired)>) {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some((package, _)) = self.packages.get(index) else { return };
            if self.watch.is_ended() || send.send((index, self.acquire(package))).is_err() {
                return;
            }
        }
    }

    fn acquire(&self, package: &Package) -> Acquired {
        let requests = package.sources.iter().enumerate().map(|(index, source)| source::Request {
            attr: &package.attr.0,
            pname: package.pname.as_deref(),
            version: package.version.as_deref(),
            index,
            source,
        });
        let own: Result<Vec<SourceTree>, source::SourceError> =
            requests.map(|request| self.sources.acquire(&request)).collect();
        let brought = match &own {
            Ok(own) if self.request.vendored => bring(self.sources, self.root, package, own),
            _ => Vec::new(),
        };
        Acquired { own, brought }
    }

    fn audit(&self, (package, declared): &Found, acquired: Acquired) -> Audit {
        let trees = match acquired.own {
            Ok(trees) if trees.is_empty() => return Audit::without_source(Outcome::Skipped(no_source(package))),
            Ok(trees) => trees,
            Err(error) if error.is_skipped() => return Audit::unseen(Outcome::Skipped(error.to_string())),
            Err(error) => return Audit::unseen(Outcome::Failed(error.to_string())),
        };
        let deadline = Instant::now() + self.request.time_limit;
        let study = Study { detector: self.detector, pool: self.pool, watch: self.watch, deadline };
        let look = |tree: &SourceTree| match self.shelf.seen(&tree.identity, || study.of(tree).map(Arc::new)) {
            Ok(evidence) => Ok(Arc::unwrap_or_clone(evidence)),
            Err(stop) => Err(self.stopped(&stop)),
        };
        let mut gathered = Vec::new();
        for tree in &trees {
            match look(tree) {
                Ok(evidence) => gathered.push((tree.name.clone(), evidence)),
                Err(outcome) => return Audit::unseen(outcome),
            }
        }
        let (copies, apart) = looked_at(package, acquired.brought, &look);
        let evidence = joined(gathered).without(&package.removed).with_copies(copies);
        let used = self.request.curations.used(&evidence, &package.attr.0);
        let evidence = curate(evidence, &package.attr.0, &self.request.curations);
        let outcome = judge(package, declared, &evidence, self.table);
        let outline = self.request.since.is_some().then(|| Outline::of(&evidence));
        let found = trees.iter().filter(|_| self.request.keep_evidence).map(|tree| tree.origin.to_string()).collect();
        let seen = Seen { used, outline, apart, found, ..Seen::of(&evidence) };
        let evidence = self.request.keep_evidence.then_some(evidence);
        Audit { outcome, seen: Some(Box::new(Seen { evidence, ..seen })) }
    }

    fn stopped(&self, stop: &Stop) -> Outcome {
        match stop {
            Stop::Ended => Outcome::Skipped("the run was ended before its turn".to_owned()),
            Stop::Broken(why) => Outcome::Failed(why.clone()),
            Stop::Late => {
                let limit = self.request.time_limit.as_secs();
                Outcome::Failed(format!("reading its source took longer than {limit} s; raise --time-limit"))
            }
        }
    }
}

/// The sources of one package, and what package managers bring along.
struct Acquired {
    own: Result<Vec<SourceTree>, source::SourceError>,
    brought: Vec<Brought>,
}

fn no_source(package: &Package) -> String {
    match &package.source_unknown {
        Some(why) => format!("its source could not be evaluated: {why}"),
        None => "it has no source of its own".to_owned(),
    }
}

/// The evidence of several sources is one tree with a folder for each.
fn joined(mut parts: Vec<(String, Evidence)>) -> Evidence {
    if parts.len() == 1 {
        return parts.pop().map(|(_, evidence)| evidence).unwrap_or_default();
    }
    let mut files = Vec::new();
    for (name, evidence) in parts {
        let folder = RelPath::new(&name).unwrap_or_default();
        files.extend(evidence.files.into_iter().filter_map(|mut file| {
            file.path = folder.join(file.path.as_str())?;
            Some(file)
        }));
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Evidence { files }
}

fn judge(package: &Package, declared: &Declared, evidence: &Evidence, table: &LicenseTable) -> Outcome {
    let root = package.built_part();
    let conclusion = conclude(evidence, &root);
    let verdict = compare(declared, &conclusion, table);
    let (prebuilt, unknown) = (prebuilt(evidence, &root), unknown_texts(evidence, &root));
    Outcome::Audited(Some(Box::new(Judged { conclusion, verdict, prebuilt, unknown })))
}

fn unused_rules(request: &Request, packages: &[Found], audits: &[Audit]) -> Vec<triage::Idle> {
    if request.sources.is_none() {
        return Vec::new();
    }
    let nothing = Used::default();
    let sights = packages.iter().zip(audits).map(|((package, _), audit)| {
        let used = match &audit.seen {
            None => Some(&nothing),
            Some(seen) => matches!(audit.outcome, Outcome::Audited(_)).then_some(&seen.used),
        };
        Sight { attr: &package.attr.0, used }
    });
    idle(&request.curations, &sights.collect::<Vec<_>>())
}

/// What the rules say about one package.
pub(super) fn findings(
    (package, declared): &Found,
    audit: &Audit,
    earlier: Earlier<'_>,
    table: &LicenseTable,
    checks: &check::Options,
) -> Vec<Finding> {
    check::run(&Subject { package, declared, judged: audit.judged(), table, earlier }, checks)
}

fn located(finding: Finding, checkout: &Checkout, request: &Request) -> Located {
    let place = finding.place.as_ref().filter(|_| request.quotes);
    Located { quote: place.and_then(|site| quote(checkout, site)), finding, state: State::New }
}

fn report_on((package, declared): Found, audit: Audit, findings: Vec<Located>) -> PackageReport {
    let (evidence, found) = audit.seen.map(|seen| (seen.evidence, seen.found)).unwrap_or_default();
    PackageReport { package, declared, outcome: audit.outcome, findings, evidence, found }
}
