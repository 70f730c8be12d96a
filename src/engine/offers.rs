//! Remedies at their places: every finding says what `fix` would write for it, or why nothing.

use std::collections::BTreeMap;

use crate::check::Offer;
use crate::declared::Selection;
use crate::fix;
use crate::report::Report;
use crate::tree::{Checkout, LicenseTable};

use super::Watch;
use super::propose::{by_attr, case, with_stack};
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
    let cases: Vec<fix::Case<'_>> = match all.is_empty() {
        true => reported.map(|(package, declared)| case(package, declared, &found)).collect(),
        false => every.map(|(package, declared)| case(package, declared, &found)).collect(),
    };
    let offers = with_stack(|| fix::offers(checkout, &cases, table));
    offers.into_iter().map(|(attr, offer)| (attr.0, offer)).collect()
}
