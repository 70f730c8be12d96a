//! A list where the source states a choice.

use crate::table::is_list_by_custom;
use crate::verdict::DriftKind;

use super::{Check, Doubt, Finding, Remedy, Severity, Subject};

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
        if is_list_by_custom(&concluded.expr) {
            finding.help.push("nixpkgs writes the terms of Perl as this list: nothing is to be done".to_owned());
            return finding;
        }
        if !subject.table.has_operators {
            finding.help.push("this checkout has no operators: the list is as close as it gets".to_owned());
            return finding;
        }
        // A list may be meant as one; whoever asks for it gets the change with its evidence.
        let doubt = subject.doubt(concluded).max(Some(Doubt::List));
        let freedom = subject.change_of_freedom(&concluded.expr);
        finding.remedy = Some(Remedy::new(subject.table.nearest(&concluded.expr), doubt, freedom));
        finding
    });
    let other = subject.drifts(DriftKind::OtherAlternative).map(|drift| {
        subject.finding(
            &CHECK,
            format!("the source also offers {}: {}", subject.found_in_words(&drift.missing), concluded.expr),
        )
    });
    list.chain(other).collect()
}
