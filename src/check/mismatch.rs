//! Declared and concluded share nothing.

use crate::verdict::{Drift, DriftKind};

use super::words;
use super::{Check, Finding, Severity, Subject};

/// The rule.
pub(super) const CHECK: Check = Check {
    id: "LIC010",
    name: "mismatch",
    severity: Severity::Error,
    metadata_only: false,
    what: "The declared licenses and those that the source states have none in common.",
    why: "Whoever relies on the metadata follows the wrong terms.",
    example: "`license = lib.licenses.mit;` where every header grants Apache-2.0.",
    wrong_when: "The source at hand is not the one that is packaged, or a patch changes the license. Suppress it with that reason.",
    rule,
};

fn rule(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(concluded) = subject.concluded() else { return Vec::new() };
    let message = format!("declared {}, the source says {}", subject.declared_in_words(), words::concluded(concluded));
    // A license with a restriction is told by LIC022.
    let is_told = |drift: &&Drift| {
        drift
            .missing
            .iter()
            .all(|term| term.modified_from().is_some_and(|base| subject.declares(|one| one.license == base.license)))
    };
    subject
        .drifts(DriftKind::Mismatch)
        .filter(|drift| !is_told(drift))
        .map(|_| subject.error_if_strong(subject.finding_with_remedy(&CHECK, message.clone())))
        .collect()
}
