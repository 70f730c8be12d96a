//! Declared licenses as rows of the wire formats.

use schemars::JsonSchema;
use serde::Serialize;

use crate::check;
use crate::declared::{Declared, Flaw, Statement, Unknown, When, all_unknown};

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct DeclaredRow<'a> {
    pub(super) status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    form: Option<&'static str>,
    terms: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expression: Option<String>,
    /// Whether nixpkgs takes it for free; absent where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) free: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    /// The kind of `why`: of several reasons that of the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    why_kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    branches: Vec<BranchRow<'a>>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct BranchRow<'a> {
    when: String,
    terms: Vec<&'a str>,
}

impl<'a> DeclaredRow<'a> {
    /// The row of a declared license.
    pub(super) fn of(declared: &'a Declared) -> Self {
        let row = |status, form, terms, expression, why| DeclaredRow {
            status,
            form,
            terms,
            expression,
            free: is_free(declared),
            why,
            why_kind: why_kind(declared),
            branches: Vec::new(),
        };
        let words = || Some(check::declared_in_words(declared));
        match declared {
            Declared::Absent => row("absent", None, Vec::new(), None, None),
            Declared::Resolved { statement, .. } => {
                row("resolved", Some(form(statement)), terms(statement), words(), None)
            }
            Declared::Branches { cases, .. } => {
                let branches =
                    cases.iter().map(|(when, what)| BranchRow { when: when.to_string(), terms: terms(what) }).collect();
                let (status, why) = match on_platforms(cases) {
                    true => ("resolved", "it differs between platforms"),
                    false => ("partial", "it depends on a condition that is not known"),
                };
                DeclaredRow { branches, ..row(status, None, Vec::new(), words(), Some(why.to_owned())) }
            }
            Declared::Partial { known, unknown, .. } => {
                let known = known.iter().map(|member| member.label.as_str()).collect();
                row("partial", None, known, words(), Some(all_unknown(unknown)))
            }
            // `licenses` is nothing that anybody reads: no license is declared.
            Declared::Malformed { flaw: Flaw::Misnamed, .. } => row("absent", None, Vec::new(), None, None),
            Declared::Malformed { known, flaw, .. } => row(
                "malformed",
                None,
                known.iter().map(|member| member.label.as_str()).collect(),
                None,
                Some(flaw.to_string()),
            ),
            Declared::Computed { why, .. } => row("computed", None, Vec::new(), None, Some(why.to_string())),
        }
    }
}

/// All of a list must be free; of an operator it is only known where its members agree.
fn is_free(declared: &Declared) -> Option<bool> {
    let Declared::Resolved { statement, .. } = declared else { return None };
    let free = statement.members().iter().filter(|member| member.free).count();
    match (statement, statement.members().len()) {
        (_, 0) => None,
        (_, all) if free == all => Some(true),
        (Statement::Operator { .. }, _) if free > 0 => None,
        _ => Some(false),
    }
}

/// True where each case is that of a platform, and nothing is unknown.
fn on_platforms(cases: &[(When, Statement)]) -> bool {
    cases.iter().all(|(when, _)| matches!(when, When::Platforms(_)))
}

fn why_kind(declared: &Declared) -> Option<&'static str> {
    match declared {
        Declared::Absent | Declared::Resolved { .. } | Declared::Malformed { flaw: Flaw::Misnamed, .. } => None,
        Declared::Branches { cases, .. } if on_platforms(cases) => Some("platform"),
        Declared::Branches { .. } => Some("condition"),
        Declared::Partial { unknown, .. } => unknown.first().map(Unknown::kind),
        Declared::Malformed { .. } => Some("malformed"),
        Declared::Computed { why, .. } => Some(why.kind()),
    }
}

fn form(statement: &Statement) -> &'static str {
    match statement {
        Statement::One(member) if member.attr.is_none() => "record",
        Statement::One(_) => "single",
        Statement::List(_) => "list",
        Statement::Operator { .. } => "operator",
        Statement::Text(..) => "text",
    }
}

/// The labels of the members: the SPDX id where the record has one, else the short name or the string as written.
fn terms(statement: &Statement) -> Vec<&str> {
    match statement {
        Statement::Text(text, _) => vec![text],
        other => other.members().iter().map(|member| member.label.as_str()).collect(),
    }
}
