//! A placeholder where the source names a license.

use crate::verdict::DriftKind;

use super::subject::listed;
use super::{Check, Finding, Severity, Subject};

/// The rule.
pub(super) const CHECK: Check = Check {
    id: "LIC004",
    name: "placeholder-id",
    severity: Severity::Note,
    metadata_only: false,
    what: "A placeholder such as `free` or `publicDomain` is declared and the source names a license.",
    why: "A placeholder tells a user that they may, not under which terms.",
    example: "`license = lib.licenses.publicDomain;` where the source carries the Unlicense.",
    wrong_when: "The named license covers only a part, and the rest is in the public domain.",
    rule,
};

fn rule(subject: &Subject<'_>) -> Vec<Finding> {
    let told = |drift: &crate::verdict::Drift| {
        subject.finding_with_remedy(
            &CHECK,
            format!("declared {}, the source names {}", listed(&drift.extra), subject.found_in_words(&drift.missing)),
        )
    };
    subject.drifts(DriftKind::Placeholder).map(told).collect()
}
