//! Another member of the same family.

use crate::verdict::DriftKind;

use super::subject::listed;
use super::{Check, Finding, Severity, Subject};

/// The rule.
pub(super) const CHECK: Check = Check {
    id: "LIC012",
    name: "family-variant",
    severity: Severity::Warning,
    metadata_only: false,
    what: "Declared and concluded are variants of one license.",
    why: "The variants differ by a clause: BSD-4-Clause wants an acknowledgement in all advertising, 0BSD wants nothing.",
    example: "`bsd2` declared, LICENSE has the clause that forbids endorsement: `bsd3`.",
    wrong_when: "Parts of the source are under either variant.",
    rule,
};

fn rule(subject: &Subject<'_>) -> Vec<Finding> {
    let told = |drift: &crate::verdict::Drift| {
        subject.finding_with_remedy(
            &CHECK,
            format!("declared {}, the source says {}", listed(&drift.extra), subject.found_in_words(&drift.missing)),
        )
    };
    subject.drifts(DriftKind::FamilyVariant).map(told).collect()
}
