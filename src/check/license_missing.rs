//! A package without `meta.license`.

use crate::declared::Declared;

use super::{Check, Finding, Severity, Subject};

/// The rule.
pub(super) const CHECK: Check = Check {
    id: "LIC001",
    name: "license-missing",
    severity: Severity::Warning,
    metadata_only: true,
    what: "The package has no `meta.license`.",
    why: "Without a license nobody may redistribute the package, and every tool that filters by license has to guess.",
    example: "`meta = { description = \"...\"; };` without a `license` attribute.",
    wrong_when: "The license is set somewhere that static evaluation does not reach. Then it is reported as computed, not as missing; if you see this finding all the same, it is a bug.",
    rule,
};

fn rule(subject: &Subject<'_>) -> Vec<Finding> {
    if *subject.declared != Declared::Absent {
        return Vec::new();
    }
    let message = match subject.concluded() {
        Some(concluded) => format!("no license declared, the source says {}", concluded.expr),
        None => "no license declared".to_owned(),
    };
    vec![subject.finding_with_remedy(&CHECK, message)]
}
