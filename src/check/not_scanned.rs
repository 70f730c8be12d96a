//! A package whose source could not be looked at.

use super::{Check, Finding, Severity, Subject, Unjudged};

/// The rule.
pub const CHECK: Check = Check {
    id: "LIC090",
    name: "not-scanned",
    severity: Severity::Note,
    metadata_only: false,
    what: "The source of the package could not be looked at.",
    why: "Nothing can be said about its license; silence is not agreement.",
    example: "The source is not available locally, or its hash is not the declared one.",
    wrong_when: "Never; it says what to do.",
    rule,
};

fn rule(subject: &Subject<'_>) -> Vec<Finding> {
    let Err(Unjudged::Unseen(why)) = subject.judged else { return Vec::new() };
    let mut finding = subject.finding(&CHECK, format!("not scanned: {why}"));
    // Nothing was compared: another declaration does not make it another finding.
    finding.declared.clear();
    vec![finding]
}
