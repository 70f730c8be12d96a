//! An exception that is missing or not supported.

use crate::verdict::DriftKind;

use super::subject::listed;
use super::{Check, Finding, Severity, Subject};

/// The rule.
pub(super) const CHECK: Check = Check {
    id: "LIC015",
    name: "exception",
    severity: Severity::Warning,
    metadata_only: false,
    what: "The license is right, the exception after WITH is not.",
    why: "Exceptions such as the Classpath exception decide whether linking is allowed.",
    example: "`asl20` declared, Cargo.toml says `Apache-2.0 WITH LLVM-exception`.",
    wrong_when: "The exception covers only some files, and the package as a whole is under the plain license.",
    rule,
};

fn rule(subject: &Subject<'_>) -> Vec<Finding> {
    let told = |drift: &crate::verdict::Drift| {
        subject.finding_with_remedy(
            &CHECK,
            format!("declared {}, the source says {}", listed(&drift.extra), subject.found_in_words(&drift.missing)),
        )
    };
    subject.drifts(DriftKind::Exception).map(told).collect()
}
