//! A license written as a string.

use crate::declared::Statement;
use crate::evidence::license_field;
use crate::license::{LicenseExpr, equivalent};

use super::{Check, Finding, Intent, Remedy, Safety, Severity, Subject};

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
        Some(Statement::Text(text, known)) => vec![about(subject, text, known.as_ref())],
        Some(Statement::List(members)) => members
            .iter()
            .filter(|member| member.text)
            .map(|member| about(subject, &member.label, Some(&member.expr)))
            .collect(),
        _ => Vec::new(),
    }
}

fn about(subject: &Subject<'_>, text: &str, known: Option<&LicenseExpr>) -> Finding {
    let mut finding =
        subject.finding(&CHECK, format!("the license is the string {text:?}, not an entry of `lib.licenses`"));
    let meant = license_field(text);
    let named = known
        .filter(|expr| !expr.terms().iter().any(|term| term.is_reference()))
        .or(meant.as_ref())
        .filter(|expr| !expr.terms().iter().any(|term| term.is_reference()))
        .and_then(|expr| Some((expr, subject.line_with_name(expr)?)));
    if let Some((expr, line)) = named {
        finding.help.push(line);
        finding.remedy =
            Some(Remedy { intent: Intent::SetLicense(expr.clone()), safety: safety(subject, expr), freedom: None });
    }
    finding
}

/// As sure as the source is that the license which the string means is the right one.
fn safety(subject: &Subject<'_>, meant: &LicenseExpr) -> Safety {
    match subject.concluded() {
        Some(concluded) if equivalent(&concluded.expr, meant) => subject.safety(concluded),
        _ => Safety::Unsafe,
    }
}
