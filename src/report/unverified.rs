//! Sources that are used without proof: every format says which, and why.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::{Outcome, PackageReport, Report};
use crate::check::Finding;
use crate::source::Unproven;
use crate::text::one_line;

/// A source that is used without proof, in JSON.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct UnverifiedRow {
    /// `unpacked`, `no-hash` or `mismatch`.
    kind: &'static str,
    why: String,
}

impl UnverifiedRow {
    pub(super) fn of(why: Unproven) -> UnverifiedRow {
        UnverifiedRow { kind: why.name(), why: why.to_string() }
    }
}

/// Why the source of a package that was looked at is unverified; `None` where it is the declared one.
pub(super) fn of_package(package: &PackageReport) -> Option<Unproven> {
    match &package.outcome {
        Outcome::Audited(Some(judged)) => judged.verification.unproven(),
        _ => None,
    }
}

/// The mark of a finding about an unverified source.
pub(super) fn mark(finding: &Finding) -> Option<String> {
    finding.verification.unproven().map(in_words)
}

/// e.g. `unverified: a folder was given, ..`
pub(super) fn in_words(why: Unproven) -> String {
    format!("unverified: {why}")
}

/// The short mark behind a row in one line; empty for a verified source.
pub(super) fn tag(why: Option<Unproven>) -> &'static str {
    if why.is_some() { " (unverified)" } else { "" }
}

/// The lines below a finding: its mark, then its next steps.
pub(super) fn notes(finding: &Finding) -> impl Iterator<Item = String> {
    mark(finding).into_iter().chain(finding.help.iter().cloned())
}

/// The number of packages whose sources are unverified.
pub(super) fn count(report: &Report) -> usize {
    report.packages.iter().filter_map(of_package).count()
}

/// A sentence for each reason why sources of the report are unverified.
pub(super) fn sentences(report: &Report) -> impl Iterator<Item = String> {
    let mut by_why: BTreeMap<Unproven, Vec<&str>> = BTreeMap::new();
    for package in &report.packages {
        if let Some(why) = of_package(package) {
            by_why.entry(why).or_default().push(&package.package.attr.0);
        }
    }
    by_why.into_iter().map(|(why, attrs)| {
        let first = attrs.first().map_or_else(String::new, |attr| one_line(attr));
        let packages = match attrs.len() {
            1 => format!("the source of {first}"),
            many => format!("the sources of {many} packages such as {first}"),
        };
        format!(
            "unverified: {packages}: {why}; no conclusion from it has more than medium confidence, and no fix is safe"
        )
    })
}
