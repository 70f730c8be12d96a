//! A license value that nixpkgs refuses.

use crate::declared::{Declared, Flaw};

use super::{Check, Finding, Severity, Subject};

/// The rule.
pub(super) const CHECK: Check = Check {
    id: "LIC007",
    name: "malformed-license",
    severity: Severity::Error,
    metadata_only: true,
    what: "The license value is no license: a list with `null` or a list in it, an attribute set that no license is, or `licenses` where `license` is meant.",
    why: "nixpkgs checks `meta` when a package is evaluated with `config.checkMeta`, and refuses such a value; tools that filter by license skip it or fail.",
    example: "`license = [ lib.licenses.mit null ];`, `license = [ [ lib.licenses.mit ] ];`, `licenses = lib.licenses.mit;`.",
    wrong_when: "A wrapper reads `licenses` and makes a `license` of it. Suppress it with that reason.",
    rule,
};

fn rule(subject: &Subject<'_>) -> Vec<Finding> {
    let Declared::Malformed { flaw, .. } = subject.declared else { return Vec::new() };
    let mut finding = subject.finding(&CHECK, format!("no license that nixpkgs accepts: {flaw}"));
    finding.help.push(advice(*flaw).to_owned());
    vec![finding]
}

fn advice(flaw: Flaw) -> &'static str {
    match flaw {
        Flaw::Null => "leave out what is `null`; a member on a condition is written `lib.optional condition license`",
        Flaw::NestedList => "write one list; lists are joined with `++`",
        Flaw::Misnamed => "rename `licenses` to `license`",
        Flaw::NoLicense => "write a name of `lib.licenses`, or a record with `fullName`, `url` and `free`",
    }
}
