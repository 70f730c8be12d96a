//! A free license is declared, the source is not free.

use crate::verdict::{Drift, DriftKind};

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
    wrong_when: "Only an optional part is unfree. A warning where fewer than two strong witnesses say so: tags, grants, texts and manifests, each in a file of its own.",
    rule,
};

fn rule(subject: &Subject<'_>) -> Vec<Finding> {
    subject.drifts(DriftKind::FreeFoundUnfree).map(|drift| about(subject, drift)).collect()
}

fn about(subject: &Subject<'_>, drift: &Drift) -> Finding {
    let (declared, missing) = (subject.declared_in_words(), subject.found_in_words(&drift.missing));
    let message = format!("declared {declared}, which is free; the source says {missing}, which is not");
    subject.error_if_strong(subject.finding_with_remedy(&CHECK, message))
}
