//! Only this version against any later one.

use crate::verdict::DriftKind;

use super::subject::listed;
use super::{Check, Finding, Severity, Subject};

/// The rule.
pub(super) const CHECK: Check = Check {
    id: "LIC011",
    name: "only-or-later",
    severity: Severity::Warning,
    metadata_only: false,
    what: "The license is right, but not whether later versions are allowed.",
    why: "It decides with what the code may be combined: GPL-2.0-only cannot be linked with GPL-3.0, GPL-2.0-or-later can.",
    example: "`gpl2Only` declared, the headers say \"either version 2 of the License, or (at your option) any later version\".",
    wrong_when: "The license text itself contains the words \"any later version\"; that is never counted. Headers of copied files may say more than those of the project.",
    rule,
};

fn rule(subject: &Subject<'_>) -> Vec<Finding> {
    let told = |drift: &crate::verdict::Drift| {
        subject.finding_with_remedy(
            &CHECK,
            format!("declared {}, the source grants {}", listed(&drift.extra), subject.found_in_words(&drift.missing)),
        )
    };
    subject.drifts(DriftKind::OnlyOrLater).map(told).collect()
}
