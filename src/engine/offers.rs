//! Remedies at their places: every finding says what `fix` would write for it, or why nothing.

use std::collections::BTreeMap;
use std::thread;

use crate::check::{Finding, Offer};
use crate::declared::{Declared, Selection};
use crate::fix::{self, Case};
use crate::nix;
use crate::report::Report;
use crate::tree::{Checkout, LicenseTable, Package};

use super::Watch;
use super::request::Request;
use super::survey::{Found, declarations};

/// Adds to each remedy of `report` what comes of it in `checkout`.
pub(super) fn attach(report: &mut Report, checkout: &Checkout, request: &Request, watch: &Watch) {
    let has_remedy = report.findings().any(|located| located.finding.remedy.is_some());
    if !has_remedy || watch.is_ended() {
        return;
    }
    let is_whole = matches!(request.selection, Selection::All) && request.since.is_none();
    let all = if is_whole { Vec::new() } else { declarations(checkout, request, watch) };
    add(report, checkout, &all, &checkout.license_table());
}

/// The same where all packages of the checkout are known; those of the report are all where `all` is empty.
pub(super) fn add(report: &mut Report, checkout: &Checkout, all: &[Found], table: &LicenseTable) {
    let offers = offers(report, checkout, all, table);
    let packages = report.packages.iter_mut().flat_map(|package| &mut package.findings);
    for located in packages {
        let offer = offers.get(&located.finding.attr.0).cloned();
        offer.into_iter().for_each(|offer| located.finding.add_offer(offer));
    }
}

fn offers(report: &Report, checkout: &Checkout, all: &[Found], table: &LicenseTable) -> BTreeMap<String, Offer> {
    let found = by_attr(report.findings().map(|located| &located.finding));
    let reported = report.packages.iter().map(|one| (&*one.package, &*one.declared));
    let every = all.iter().map(|(package, declared)| (&**package, &**declared));
    let cases: Vec<Case<'_>> = match all.is_empty() {
        true => reported.map(|(package, declared)| case(package, declared, &found)).collect(),
        false => every.map(|(package, declared)| case(package, declared, &found)).collect(),
    };
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
