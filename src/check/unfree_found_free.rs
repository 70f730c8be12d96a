//! Unfree is declared, the source is free.

use crate::verdict::DriftKind;

use super::subject::listed;
use super::{Check, Finding, Severity, Subject};

/// The rule.
pub(super) const CHECK: Check = Check {
    id: "LIC021",
    name: "declared-unfree-found-free",
    severity: Severity::Note,
    metadata_only: false,
    what: "An unfree placeholder is declared, and the source states a free license.",
    why: "Users cannot install the package without an exception, and the build farm does not build it.",
    example: "`unfree` declared, LICENSE is MIT.",
    wrong_when: "The free license covers only the part that is in the source; the rest is fetched at run time or comes as binaries.",
    rule,
};

fn rule(subject: &Subject<'_>) -> Vec<Finding> {
    let told = |drift: &crate::verdict::Drift| {
        subject.finding(
            &CHECK,
            format!("declared {}, the source says {}", listed(&drift.extra), subject.found_in_words(&drift.missing)),
        )
    };
    subject.drifts(DriftKind::UnfreeFoundFree).map(told).collect()
}
