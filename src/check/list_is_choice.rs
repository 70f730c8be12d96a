//! A list where the source states a choice.

use crate::verdict::DriftKind;

use super::subject::listed;
use super::{Check, Finding, Severity, Subject};

/// The rule.
pub(super) const CHECK: Check = Check {
    id: "LIC016",
    name: "list-is-choice",
    severity: Severity::Note,
    metadata_only: false,
    what: "The source offers a choice, and the declaration does not show it: a list, or one of the alternatives.",
    why: "A list in `meta.license` says that parts are under different licenses; `OR` says that a user may choose.",
    example: "`[ mit asl20 ]` declared, Cargo.toml says `MIT OR Apache-2.0`.",
    wrong_when: "The alternative was left out on purpose. A note, never more: nixpkgs has no treewide rule.",
    rule,
};

fn rule(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(concluded) = subject.concluded() else { return Vec::new() };
    let list = subject.drifts(DriftKind::ListIsChoice).map(|_| {
        let mut finding =
            subject.finding(&CHECK, format!("a list is declared, the source states a choice: {}", concluded.expr));
        let advice = match subject.table.has_operators {
            true => subject.line_to_write(&concluded.expr),
            false => "this checkout has no operators: the list is as close as it gets".to_owned(),
        };
        finding.help.push(advice);
        finding
    });
    let other = subject.drifts(DriftKind::OtherAlternative).map(|drift| {
        subject.finding(&CHECK, format!("the source also offers {}: {}", listed(&drift.missing), concluded.expr))
    });
    list.chain(other).collect()
}
