//! A free license is declared, the source is not free.

use crate::verdict::DriftKind;

use super::subject::listed;
use super::{Check, Finding, Severity, Subject};

/// The rule.
pub(super) const CHECK: Check = Check {
    id: "LIC020",
    name: "declared-free-found-unfree",
    severity: Severity::Error,
    metadata_only: false,
    what: "A free license is declared, and the source states one that is not free.",
    why: "Free packages are built and redistributed by the public build farm; an unfree one among them breaks its terms.",
    example: "`mit` declared, LICENSE is the Business Source License 1.1.",
    wrong_when: "Only an optional part is unfree. Needs two independent strong witnesses; with fewer the confidence says so.",
    rule,
};

fn rule(subject: &Subject<'_>) -> Vec<Finding> {
    let told = |drift: &crate::verdict::Drift| {
        subject.finding_with_remedy(
            &CHECK,
            format!(
                "declared {}, which is free; the source says {}, which is not",
                subject.declared_in_words(),
                listed(&drift.missing)
            ),
        )
    };
    subject.drifts(DriftKind::FreeFoundUnfree).map(told).collect()
}
