//! A declared license without evidence.

use crate::verdict::DriftKind;

use super::subject::listed;
use super::{Check, Finding, Severity, Subject};

/// The rule.
pub(super) const CHECK: Check = Check {
    id: "LIC014",
    name: "extra-part",
    severity: Severity::Note,
    metadata_only: false,
    what: "A license is declared of which the source shows nothing.",
    why: "It may be left over from an older version; then it restricts users for no reason.",
    example: "`[ mit asl20 ]` declared, all files say MIT.",
    wrong_when: "The license comes from something the source does not contain, such as a vendored dependency that is fetched separately, or patches.",
    rule,
};

fn rule(subject: &Subject<'_>) -> Vec<Finding> {
    let told = |drift: &crate::verdict::Drift| {
        subject.finding(&CHECK, format!("{} is declared, and the source shows no sign of it", listed(&drift.extra)))
    };
    subject.drifts(DriftKind::ExtraPart).map(told).collect()
}
