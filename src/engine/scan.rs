//! The main job: a checkout in, a report out.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use crate::check::Finding;
use crate::declared;
use crate::evidence::{Detector, Used};
use crate::kept::KeptEvidence;
use crate::report::{Asked, Located, Outcome, PackageReport, Policy, Report, Rest};
use crate::source::{Network, Sources};
use crate::table::LicenseTable;
use crate::tree::Checkout;
use crate::triage::{self, State};

use super::acquire::Feed;
use super::audit::{Audit, coverage};
use super::conclusions::Conclusions;
use super::in_flight::InFlight;
use super::package::{Inspector, findings};
use super::past::{Past, Versioned};
use super::places::Places;
use super::policy::{Changed, Off, policy};
use super::quote::quote;
use super::recall::Recall;
use super::request::{Request, ScanError, trusted};
use super::run::Run;
use super::survey::survey;
use super::surveyed::{Found, Surveyed};
use super::unused::{RuleUse, unused_of};
use super::{Watch, inputs, offers, settle, shared};

/// Scans a checkout. Problems of single packages are rows of the report; an error means that there is none.
pub fn scan(request: &Request, watch: &Watch) -> Result<Report, ScanError> {
    scan_checkout(&request.checkout()?, request, watch)
}

/// The same with a look at the places of remedies: what `fix` would write there.
pub fn scan_and_offer(checkout: &Checkout, request: &Request, watch: &Watch) -> Result<Report, ScanError> {
    let mut report = scan_checkout(checkout, request, watch)?;
    offers::attach(&mut report, checkout, request, watch);
    Ok(report)
}

/// The same without a look at the places of remedies.
pub(super) fn scan_checkout(checkout: &Checkout, request: &Request, watch: &Watch) -> Result<Report, ScanError> {
    watch.stage("evaluating");
    let past = request.since.clone().map(|changes| Past::open(request, changes)).transpose()?;
    let mut surveyed = settled_survey(checkout, request, watch, past.as_ref());
    let table = surveyed.table.take().unwrap_or_else(|| checkout.license_table());
    let count = surveyed.packages.len();
    trusted(checkout)?;
    let mut packages = std::mem::take(&mut surveyed.packages);
    packages.append(&mut surveyed.before);
    let (mut packages, mut audits) = audits(checkout, request, watch, packages, &table)?;
    trusted(checkout)?;
    if let Some(past) = &past {
        trusted(&past.checkout)?;
    }
    watch.finish();
    let before = packages.split_off(count).into_iter().zip(audits.split_off(count)).collect();
    let past = past.map(|past| past.judged(before, &request.checks));
    hide_places(&Places::of(request, checkout.root()), &mut audits, &mut surveyed.rest);
    let coverage = coverage(&audits);
    let seen = audits.iter_mut().filter_map(|audit| audit.seen.as_mut());
    surveyed.rest.extend(seen.flat_map(|seen| std::mem::take(&mut seen.apart)));
    let idle = unused_rules(request, &packages, &audits);
    let mut off = Off::of(&request.checks);
    let changed = Changed::of(&audits);
    let reported = packages.into_iter().zip(audits).map(|(found, audit)| {
        let versioned = past.as_ref().map_or(Versioned::NotAsked, |past| past.versioned(&found, &audit));
        let findings = findings(&found, &audit, versioned.earlier(), &table, &off.checks);
        let findings = off.without(findings);
        report_on(found, audit, findings.into_iter().map(|finding| located(finding, checkout, request)).collect())
    });
    let mut report = Report {
        tree: request.path.display().to_string(),
        folder: checkout.folder_in_repository(),
        table: table.origin.clone(),
        packages: reported.collect(),
        apart: Vec::new(),
        gone: Vec::new(),
        gate: request.gate,
        rest: surveyed.rest,
        unmatched: surveyed.unmatched,
        disagreements: surveyed.disagreements,
        coverage,
        bindings: surveyed.bindings,
        inputs: inputs::rows(checkout),
        partial: watch.is_ended(),
        late: watch.is_late(),
        asked: asked(request),
        policy: Policy::default(),
    };
    let earlier = past.map(|past| past.findings).unwrap_or_default();
    settle(
        &mut report,
        &triage::Options { earlier, idle, ..request.triage.clone() },
        &request.checks,
        request.is_whole(),
    );
    shared::merge(&mut report);
    report.policy = policy(checkout, request, &report, &off, changed);
    Ok(report)
}

/// Packages in their order, and everything that is none, inputs that could not be had first.
fn settled_survey(checkout: &Checkout, request: &Request, watch: &Watch, past: Option<&Past>) -> Surveyed {
    let mut surveyed = match past {
        None => survey(checkout, request, watch),
        Some(past) => past.changed(checkout, request, watch),
    };
    surveyed.settle(checkout, request);
    let failed = request.inputs.iter().flat_map(|inputs| &inputs.failed);
    let failed = request.not_included.iter().chain(failed).cloned();
    surveyed.rest.splice(0..0, failed);
    surveyed
}

/// No reason names a folder of this machine.
fn hide_places(places: &Places, audits: &mut [Audit], rest: &mut [Rest]) {
    rest.iter_mut().for_each(|rest| places.hide(&mut rest.why));
    for audit in audits {
        match &mut audit.outcome {
            Outcome::Skipped(why) | Outcome::Failed(why) => places.hide(&mut why.text),
            Outcome::Audited(_) => {}
        }
        let apart = audit.seen.iter_mut().flat_map(|seen| &mut seen.apart);
        apart.for_each(|rest| places.hide(&mut rest.why));
    }
}

fn asked(request: &Request) -> Asked {
    let network = request.sources.as_ref().map(|options| options.network);
    Asked {
        by_name: matches!(request.selection, declared::Selection::Some(_)) || request.closure.is_some(),
        changed: request.since.is_some(),
        fetched: network == Some(Network::Fetch) || request.inputs.as_ref().is_some_and(|inputs| inputs.fetched),
        strict: request.strict,
        allow_gaps: request.allow_gaps,
    }
}

/// The packages, and one audit for each.
pub(super) fn audits(
    checkout: &Checkout,
    request: &Request,
    watch: &Watch,
    packages: Vec<Found>,
    table: &LicenseTable,
) -> Result<(Vec<Found>, Vec<Audit>), ScanError> {
    let Some(options) = &request.sources else {
        let audits = packages.iter().map(|_| Audit::metadata_only()).collect();
        return Ok((packages, audits));
    };
    watch.stage("looking at sources");
    let mut options = options.clone();
    options.rewriting.mirrors = checkout.mirrors();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(request.jobs).build()?;
    let detector = Detector::new(&crate::evidence::Options::default());
    let in_flight = InFlight::new(packages.iter().flat_map(|(package, _)| &package.sources));
    let conclusions = Conclusions::default();
    let packages = Arc::new(packages);
    let feed = Arc::new(Feed {
        packages: Arc::clone(&packages),
        sources: Sources::new(options, watch.cancel()),
        root: checkout.root().to_owned(),
        kept: KeptEvidence::of(request.facts.clone(), request.results.clone(), detector.fingerprint()),
        places: request.keep_evidence,
        watch: watch.clone(),
        vendored: request.vendored,
        time_limit: request.time_limit,
        next: AtomicUsize::new(0),
    });
    let recall = Recall { detector: &detector, pool: &pool, watch, feed: &feed };
    let inspector =
        Inspector { checkout, request, watch, table, recall, in_flight: &in_flight, conclusions: &conclusions };
    let audits = Run { inspector, feed: Arc::clone(&feed) }.audit_all()?;
    drop(feed);
    // A thread that was left behind still looks at them.
    Ok((Arc::try_unwrap(packages).unwrap_or_else(|shared| (*shared).clone()), audits))
}

fn unused_rules(request: &Request, packages: &[Found], audits: &[Audit]) -> Vec<triage::Idle> {
    if request.sources.is_none() {
        return Vec::new();
    }
    let nothing = Used::default();
    let uses = packages.iter().zip(audits).map(|((package, _), audit)| {
        let used = match &audit.seen {
            None => Some(&nothing),
            Some(seen) => matches!(audit.outcome, Outcome::Audited(_)).then_some(&seen.used),
        };
        RuleUse { attr: &package.attr.0, used }
    });
    unused_of(&request.curations, &uses.collect::<Vec<_>>())
}

fn located(finding: Finding, checkout: &Checkout, request: &Request) -> Located {
    let place = finding.place.as_ref().filter(|_| request.quotes);
    Located { quote: place.and_then(|site| quote(checkout, site)), finding, state: State::New }
}

fn report_on((package, declared): Found, audit: Audit, findings: Vec<Located>) -> PackageReport {
    let super::audit::Seen { evidence, found, compared, .. } = audit.seen.map(|seen| *seen).unwrap_or_default();
    PackageReport { package, declared, outcome: audit.outcome, findings, evidence, found, compared }
}
