//! A license written as a string.

use crate::declared::Statement;
use crate::evidence::license_field;
use crate::license::{LicenseExpr, equivalent};
use crate::table::All;

use super::{Check, Doubt, Finding, Remedy, Severity, Subject};

/// The rule.
pub(super) const CHECK: Check = Check {
    id: "LIC002",
    name: "license-string",
    severity: Severity::Note,
    metadata_only: true,
    what: "`meta.license` is a string, or a list with strings in it.",
    why: "nixpkgs takes every string for a free license (nixpkgs#269788), so an unfree package slips through; and no tool can tell what the string means.",
    example: "`license = \"GPLv3\";` instead of `license = lib.licenses.gpl3Only;`",
    wrong_when: "The license has no entry in `lib.licenses`. Then an inline record with `fullName`, `url` and `free` says more than a string.",
    rule,
};

fn rule(subject: &Subject<'_>) -> Vec<Finding> {
    match subject.statement() {
        Some(Statement::Text(text, known)) => vec![about(subject, text, meant(text, known.as_ref()))],
        Some(Statement::List(members)) => {
            // The members are one value: it says all of them, whichever of them is a string.
            let parts = members.iter().map(|member| match member.text {
                true => meant(&member.label, Some(&member.expr)),
                false => Some(member.expr.clone()),
            });
            let whole = parts.collect::<Option<Vec<_>>>().and_then(LicenseExpr::all);
            let texts = members.iter().filter(|member| member.text);
            texts.map(|member| about(subject, &member.label, whole.clone())).collect()
        }
        _ => Vec::new(),
    }
}

/// The license that the string `text` means, where it is one that has a name.
fn meant(text: &str, known: Option<&LicenseExpr>) -> Option<LicenseExpr> {
    let is_named = |expr: &LicenseExpr| !expr.terms().iter().any(|term| term.is_reference());
    known.cloned().filter(is_named).or_else(|| license_field(text).filter(is_named))
}

/// The finding about the string `text` in a value that should be `meant`.
fn about(subject: &Subject<'_>, text: &str, meant: Option<LicenseExpr>) -> Finding {
    let mut finding =
        subject.finding(&CHECK, format!("the license is the string {text:?}, not an entry of `lib.licenses`"));
    if let Some(expr) = meant.filter(|expr| subject.table.spell_as(expr, All::List).is_some()) {
        let doubt = doubt(subject, &expr);
        finding.remedy = Some(Remedy::new(expr, doubt, None));
    }
    finding
}

/// As sure as the source is that the license which the string means is the right one.
fn doubt(subject: &Subject<'_>, meant: &LicenseExpr) -> Option<Doubt> {
    match subject.concluded() {
        Some(concluded) if equivalent(&concluded.expr, meant) => subject.doubt(concluded),
        _ => Some(Doubt::String),
    }
}
