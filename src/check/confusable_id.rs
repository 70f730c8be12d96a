//! One id taken for another.

use crate::verdict::DriftKind;

use super::subject::listed;
use super::{Check, Finding, Severity, Subject};

/// The rule.
pub(super) const CHECK: Check = Check {
    id: "LIC005",
    name: "confusable-id",
    severity: Severity::Error,
    metadata_only: false,
    what: "The declared id looks like the one that the source means, and is another license.",
    why: "`apsl20` (Apple) and `asl20` (Apache), `bsl11` (Business Source, unfree) and `boost` differ by a slip of the hand and by everything else.",
    example: "`license = lib.licenses.apsl20;` where LICENSE is the Apache License 2.0.",
    wrong_when: "The package really contains both.",
    rule,
};

fn rule(subject: &Subject<'_>) -> Vec<Finding> {
    let told = |drift: &crate::verdict::Drift| {
        let message = format!(
            "declared {}, the source says {}: the names are easily confused",
            listed(&drift.extra),
            subject.found_in_words(&drift.missing)
        );
        // An error on one witness, too: that the name is a slip of the hand for what the source says is the second one.
        subject.finding_with_remedy(&CHECK, message)
    };
    subject.drifts(DriftKind::Confusable).map(told).collect()
}
