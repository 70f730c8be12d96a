//! A name that the table does not have.

use super::{Check, Finding, Severity, Subject};

/// The rule.
pub(super) const CHECK: Check = Check {
    id: "LIC006",
    name: "unknown-id",
    severity: Severity::Error,
    metadata_only: true,
    what: "A name in the license value is not in `lib.licenses` of this checkout.",
    why: "Evaluating the license throws, and with it everything that asks for it.",
    example: "`license = lib.licenses.gpl3only;` (the name is `gpl3Only`).",
    wrong_when: "The name is defined by an overlay that the checkout does not contain. Name its tree with `--nixpkgs`.",
    rule,
};

fn rule(subject: &Subject<'_>) -> Vec<Finding> {
    let unlisted = subject.declared.unlisted().into_iter();
    let told = |name: &str| {
        let mut finding = subject.finding(&CHECK, format!("`{name}` is not in the license table of this checkout"));
        finding.help.extend(subject.table.nearest_name(name).map(|near| format!("did you mean `{near}`?")));
        finding
    };
    unlisted.filter(|name| !subject.table.records.contains_key(*name)).map(told).collect()
}
