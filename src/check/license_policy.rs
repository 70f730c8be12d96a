//! A license that the project does not accept.

use std::collections::BTreeSet;

use crate::license::{IdPattern, LicenseExpr, Term};

use super::policy::Side;
use super::subject::listed;
use super::{Check, Finding, Severity, Subject};

/// The rule.
pub(super) const CHECK: Check = Check {
    id: "LIC080",
    name: "license-policy",
    severity: Severity::Error,
    metadata_only: true,
    what: "A package cannot be used without a license that `[policy]` of `clarity.toml` does not accept.",
    why: "A company or a distribution has rules of its own about licenses; a package that breaks them is found here and not after release.",
    example: "`deny = [\"SSPL-1.0\"]`, and the source of a package is under the Server Side Public License.",
    wrong_when: "The package is an exception: add `{ attr = \"NAME\", allow = [..], reason = \"..\" }` to `exceptions` of `[policy]`. Packages of which nothing was concluded are not judged unless `of = \"declared\"`.",
    rule,
};

fn rule(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(policy) = subject.policy else { return Vec::new() };
    let Some(expr) = policy.license(subject.declared, subject.concluded()) else { return Vec::new() };
    let of_package = policy.exceptions.iter().filter(|exception| exception.attr.is_match(&subject.package.attr.0));
    let also: Vec<&IdPattern> = of_package.flat_map(|exception| &exception.allow).collect();
    let refused = policy.accepted.refused(&expr, &also);
    if refused.is_empty() { Vec::new() } else { vec![about(subject, policy.side, &expr, &refused)] }
}

fn about(subject: &Subject<'_>, side: Side, expr: &LicenseExpr, refused: &BTreeSet<Term>) -> Finding {
    let whole = if matches!(expr, LicenseExpr::Term(_)) { String::new() } else { format!(" in {expr}") };
    let says = match side {
        Side::Concluded => "the source says",
        Side::Declared => "declared",
    };
    let message = format!("{says} {}{whole}, which the policy of this project does not accept", listed(refused));
    let mut finding = subject.finding(&CHECK, message);
    if let (Side::Concluded, Some(concluded)) = (side, subject.concluded()) {
        (finding.confidence, finding.rests_on_source) = (concluded.confidence, true);
    }
    let ids: Vec<String> = refused.iter().map(|term| format!("\"{term}\"")).collect();
    let attr = &subject.package.attr.0;
    let exception = format!("{{ attr = \"{attr}\", allow = [{}], reason = \"..\" }}", ids.join(", "));
    finding.help.push(format!("to accept it for this package, add `{exception}` to `exceptions` of `[policy]`"));
    finding
}
