//! A source that states no license.

use crate::conclusion::{Conclusion, Confidence};

use super::{Check, Finding, Severity, Subject};

/// The rule.
pub(super) const CHECK: Check = Check {
    id: "LIC041",
    name: "no-license-found",
    severity: Severity::Note,
    metadata_only: false,
    what: "Every file of the source was read, and none states a license.",
    why: "What nixpkgs declares then rests on something outside of the source, such as a web page.",
    example: "A tarball without LICENSE, headers or a license field in its manifest.",
    wrong_when: "The license is stated in a language or a form that no detector knows. Tell us.",
    rule,
};

fn rule(subject: &Subject<'_>) -> Vec<Finding> {
    let Ok(judged) = subject.judged else { return Vec::new() };
    if *judged.conclusion != Conclusion::NoneFound {
        return Vec::new();
    }
    let mut finding = subject.finding(&CHECK, "the source states no license".to_owned());
    finding.confidence = Confidence::Medium;
    finding.help.push("ask upstream to add a license file".to_owned());
    vec![finding]
}
