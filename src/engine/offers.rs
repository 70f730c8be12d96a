//! Remedies at their places: every finding says what `fix` would write for it, or why nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;

use crate::check::{Finding, Offer};
use crate::declared::{Declared, Row, Selection};
use crate::fix::{self, Case};
use crate::nix;
use crate::report::{PackageReport, Report};
use crate::table::LicenseTable;
use crate::tree::{Checkout, Layout, Package};

use super::Watch;
use super::evaluation::evaluated;
use super::request::Request;
use super::survey::{declarations, some_of};
use super::surveyed::Found;

/// Adds to each remedy of `report` what comes of it in `checkout`.
pub(super) fn attach(report: &mut Report, checkout: &Checkout, request: &Request, watch: &Watch) {
    let has_remedy = report.findings().any(|located| located.finding.remedy.is_some());
    if !has_remedy || watch.is_ended() {
        return;
    }
    let others = others(report, checkout, request, watch);
    add(report, checkout, &others, &checkout.license_table());
}

/// Packages beyond those of `report` that may share a value with one of its remedies.
fn others(report: &Report, checkout: &Checkout, request: &Request, watch: &Watch) -> Vec<Found> {
    if request.is_whole() && request.ignored.is_empty() {
        Vec::new()
    } else if request.since.is_none() && checkout.layout == Layout::PackageSet {
        related(report, checkout, request, watch)
    } else {
        declarations(checkout, request, watch)
    }
}

/// The packages that the files of a package set relate to those with a remedy: all others are too many to evaluate for an
/// answer about a few. `fix` evaluates them before it writes.
fn related(report: &Report, checkout: &Checkout, request: &Request, watch: &Watch) -> Vec<Found> {
    let has_remedy = |package: &&PackageReport| package.findings.iter().any(|one| one.finding.remedy.is_some());
    let packages = report.packages.iter().filter(has_remedy).map(|package| &*package.package);
    let names = checkout.related(&packages.collect::<Vec<_>>());
    if names.is_empty() {
        return Vec::new();
    }
    let rows = evaluated(checkout, &some_of(request, Selection::only(names)), None, watch).rows.into_iter();
    let package = |row| match row {
        Row::Package(package, declared) => Some((package, declared)),
        Row::Skipped { .. } | Row::Repeated { .. } | Row::Failed { .. } => None,
    };
    rows.filter_map(package).collect()
}

/// Adds to each remedy of `report` what comes of it, where `others` are the packages beyond the report that may share its
/// value; those that the report has too do no harm.
pub(super) fn add(report: &mut Report, checkout: &Checkout, others: &[Found], table: &LicenseTable) {
    let offers = offers(report, checkout, others, table);
    let packages = report.packages.iter_mut().flat_map(|package| &mut package.findings);
    for located in packages {
        let offer = offers.get(&located.finding.attr.0).cloned();
        offer.into_iter().for_each(|offer| located.finding.add_offer(offer));
    }
}

fn offers(report: &Report, checkout: &Checkout, others: &[Found], table: &LicenseTable) -> BTreeMap<String, Offer> {
    let found = by_attr(report.findings().map(|located| &located.finding));
    let reported: BTreeSet<&str> = report.packages.iter().map(|one| one.package.attr.0.as_str()).collect();
    let others = others.iter().filter(|(package, _)| !reported.contains(package.attr.0.as_str()));
    let all = report.packages.iter().map(|one| (&one.package, &one.declared));
    let all = all.chain(others.map(|(package, declared)| (package, declared)));
    let mut cases: Vec<Case<'_>> = all.map(|(package, declared)| case(package, declared, &found)).collect();
    cases.sort_by(|a, b| a.package.attr.cmp(&b.package.attr));
    let offers = with_stack(|| fix::offers(checkout, &cases, table));
    offers.into_iter().map(|(attr, offer)| (attr.0, offer)).collect()
}

/// One package with what was found about it.
pub(super) fn case<'c>(
    package: &'c Package,
    declared: &'c Declared,
    found: &BTreeMap<&str, Vec<&'c Finding>>,
) -> Case<'c> {
    Case { package, declared, findings: found.get(package.attr.0.as_str()).cloned().unwrap_or_default() }
}

/// The findings by the attribute paths that they are about.
pub(super) fn by_attr<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> BTreeMap<&'f str, Vec<&'f Finding>> {
    let mut found: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        finding.attrs().for_each(|attr| found.entry(&attr.0).or_default().push(finding));
    }
    found
}

/// Runs `work` with room for deeply nested files.
pub(super) fn with_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| {
        let deep = thread::Builder::new().stack_size(nix::STACK).spawn_scoped(scope, work);
        deep.expect("a thread can be had: the evaluator had some")
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
