//! The rules: what is worth telling a maintainer about one package.
//!
//! Checks only read. Each is one file with its documentation; a row in [`CHECKS`] registers it. Ids are for ever.

mod added_restriction;
mod audit;
mod confusable_id;
mod deprecated_id;
mod exception;
mod extra_part;
mod family_variant;
mod finding;
mod license_drift;
mod license_missing;
mod license_policy;
mod license_string;
mod list_is_choice;
mod malformed_license;
mod mismatch;
mod missing_part;
mod no_license_found;
mod not_scanned;
mod only_or_later;
mod placeholder_id;
mod policy;
mod provenance;
mod stale_suppression;
mod subject;
mod unfree;
mod unfree_found_free;
mod unknown_id;
mod unknown_text;
mod upstream_inconsistent;
mod words;

use std::collections::BTreeMap;
use std::fmt;

use crate::conclusion::Confidence;

pub use audit::AUDITS;
pub use finding::{Doubt, Finding, Freedom, Identity, Intent, Offer, Remedy, Safety};
pub use not_scanned::CHECK as NOT_SCANNED;
pub use policy::{Exception, LicensePolicy, Side};
pub use stale_suppression::CHECK as STALE_SUPPRESSION;
pub use subject::{Earlier, Judged, Subject, Unjudged, declared_in_words, site};

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Should be looked at.
    Warning,
    /// Wrong.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        })
    }
}

/// A rule with its documentation.
#[derive(Debug)]
pub struct Check {
    /// e.g. `LIC010`.
    pub id: &'static str,
    /// e.g. `mismatch`.
    pub name: &'static str,
    /// How much its findings matter unless the configuration says otherwise.
    pub severity: Severity,
    /// True where it can speak without any source.
    pub metadata_only: bool,
    /// Subject of the search.
    pub what: &'static str,
    /// Why that matters.
    pub why: &'static str,
    /// A case of it.
    pub example: &'static str,
    /// When it is wrong, and what to do then.
    pub wrong_when: &'static str,
    /// The rule.
    pub rule: fn(&Subject<'_>) -> Vec<Finding>,
}

/// All rules, in order of their ids.
pub const CHECKS: &[&Check] = &[
    &license_missing::CHECK,
    &license_string::CHECK,
    &deprecated_id::CHECK,
    &placeholder_id::CHECK,
    &confusable_id::CHECK,
    &unknown_id::CHECK,
    &malformed_license::CHECK,
    &mismatch::CHECK,
    &only_or_later::CHECK,
    &family_variant::CHECK,
    &missing_part::CHECK,
    &extra_part::CHECK,
    &exception::CHECK,
    &list_is_choice::CHECK,
    &unfree::CHECK,
    &unfree_found_free::CHECK,
    &added_restriction::CHECK,
    &provenance::CHECK,
    &upstream_inconsistent::CHECK,
    &no_license_found::CHECK,
    &unknown_text::CHECK,
    &license_drift::CHECK,
    &stale_suppression::CHECK,
    &license_policy::CHECK,
    &not_scanned::CHECK,
];

/// The rules about packages that are free or unfree and declared to be the opposite.
const ABOUT_FREEDOM: &[&Check] = &[&unfree::CHECK, &unfree_found_free::CHECK, &added_restriction::CHECK];

/// The rule with this id, in any case.
pub fn by_id(id: &str) -> Option<&'static Check> {
    CHECKS.iter().copied().find(|check| is_called(check, id))
}

/// The rule or the audit with this id or name, in any case: whatever has documentation.
pub fn documented(id: &str) -> Option<&'static Check> {
    by_id(id).or_else(|| AUDITS.iter().find(|audit| is_called(audit, id)))
}

fn is_called(check: &Check, id: &str) -> bool {
    check.id.eq_ignore_ascii_case(id) || check.name.eq_ignore_ascii_case(id)
}

/// Which rules run, and how much their findings matter.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// By id: another severity than the rule's own; `None` switches the rule off.
    pub severity: BTreeMap<String, Option<Severity>>,
    /// Only these ids; all where it is empty.
    pub only: Vec<String>,
    /// Not these ids.
    pub ignore: Vec<String>,
    /// The least severity and confidence of a finding; what is below is left out.
    pub least: (Option<Severity>, Option<Confidence>),
    /// Licenses that packages may have; all where it is not given.
    pub policy: Option<LicensePolicy>,
}

impl Options {
    /// True where a finding is severe and certain enough.
    fn holds(&self, finding: &Finding) -> bool {
        let (severity, confidence) = self.least;
        severity.is_none_or(|least| finding.severity >= least)
            && confidence.is_none_or(|least| finding.confidence >= least)
    }

    /// The severity of a rule's findings; `None` where the rule does not run.
    pub fn severity_of(&self, check: &Check) -> Option<Severity> {
        let names = |list: &[String]| list.iter().any(|id| id.eq_ignore_ascii_case(check.id));
        if !self.only.is_empty() && !names(&self.only) || names(&self.ignore) {
            return None;
        }
        self.severity.get(check.id).copied().unwrap_or(Some(check.severity))
    }
}

/// The findings about one package, in order of the rules' ids.
pub fn run(subject: &Subject<'_>, options: &Options) -> Vec<Finding> {
    let mut all = Vec::new();
    // Most runs have tens of thousands of packages and no source: rules that need one are not even asked.
    for check in CHECKS.iter().filter(|check| check.metadata_only || !subject.is_metadata_only()) {
        add_findings(check, subject, options, &mut all);
    }
    all
}

fn add_findings(check: &Check, subject: &Subject<'_>, options: &Options, all: &mut Vec<Finding>) {
    let Some(severity) = options.severity_of(check) else { return };
    let first = all.len();
    all.extend((check.rule)(subject).into_iter().map(Finding::hedged));
    if options.severity.contains_key(check.id) {
        all[first..].iter_mut().for_each(|finding| finding.severity = severity);
    }
    all.retain(|finding| options.holds(finding));
}
