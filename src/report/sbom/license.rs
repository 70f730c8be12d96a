//! Licenses as the formats take them: only what is valid SPDX leaves as an expression.

use crate::conclusion::Conclusion;
use crate::declared::{Declared, Statement};
use crate::license::{LicenseExpr, LicenseName, Term};

/// Both sides of a package.
#[derive(Clone, Debug)]
pub(super) struct Licenses {
    pub(super) declared: Stated,
    pub(super) concluded: Stated,
}

/// One side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stated {
    /// An expression, and whether its terms are a list that nothing joins.
    Expression {
        expr: LicenseExpr,
        list: bool,
        /// Its text in SPDX 2.
        text: String,
    },
    /// There is none.
    Nothing,
    /// It is not known.
    Unknown,
}

impl Stated {
    /// The declaration of nixpkgs.
    pub(super) fn declared(declared: &Declared) -> Stated {
        match declared {
            Declared::Absent => Stated::Nothing,
            Declared::Resolved { statement, .. } => Stated::statement(statement),
            _ => Stated::Unknown,
        }
    }

    fn statement(statement: &Statement) -> Stated {
        match statement {
            Statement::List(members) if members.is_empty() => Stated::Nothing,
            Statement::List(members) => Stated::valid(statement.expr(), members.len() > 1),
            _ => Stated::valid(statement.expr(), false),
        }
    }

    /// The conclusion about its source.
    pub(super) fn concluded(conclusion: Option<&Conclusion>) -> Stated {
        match conclusion {
            Some(Conclusion::Concluded(concluded)) => {
                Stated::valid(Some(concluded.expr.clone()), concluded.operator_unstated)
            }
            Some(Conclusion::NoneFound) => Stated::Nothing,
            Some(Conclusion::Conflicting { .. } | Conclusion::NoAssertion(_)) | None => Stated::Unknown,
        }
    }

    /// An exception that SPDX does not list has no valid form in SPDX 2.3.
    fn valid(expr: Option<LicenseExpr>, list: bool) -> Stated {
        let is_listed = |term: &&Term| !term.exception.as_ref().is_some_and(|name| name.starts_with("AdditionRef-"));
        match expr {
            Some(expr) if expr.terms().iter().all(is_listed) => {
                let text = text(&expr);
                Stated::Expression { expr, list, text }
            }
            _ => Stated::Unknown,
        }
    }

    /// The text of SPDX 2.
    pub(super) fn in_spdx(&self) -> &str {
        match self {
            Stated::Expression { text, .. } => text,
            Stated::Nothing => "NONE",
            Stated::Unknown => "NOASSERTION",
        }
    }

    /// The names of its licenses without an SPDX id.
    pub(super) fn references(&self) -> Vec<String> {
        let Stated::Expression { expr, .. } = self else { return Vec::new() };
        expr.terms().into_iter().filter(|term| term.is_reference()).map(|term| reference(&term.id())).collect()
    }

    /// Its terms, where they stand beside each other without operator; else the whole.
    pub(super) fn parts(&self) -> Vec<&LicenseExpr> {
        match self {
            Stated::Expression { expr: LicenseExpr::And(parts), list: true, .. } => parts.iter().collect(),
            Stated::Expression { expr, .. } => vec![expr],
            Stated::Nothing | Stated::Unknown => Vec::new(),
        }
    }
}

/// The expression with references that hold only what SPDX allows in them.
pub(super) fn text(expr: &LicenseExpr) -> String {
    let mut text = expr.to_string();
    for term in expr.terms().into_iter().filter(|term| term.is_reference()) {
        let (old, new) = (term.id(), reference(&term.id()));
        if old != new {
            text = text.replace(&old, &new);
        }
    }
    text
}

fn reference(id: &str) -> String {
    let plain = |letter: char| if letter.is_ascii_alphanumeric() || ".:-".contains(letter) { letter } else { '-' };
    id.chars().map(plain).collect()
}

/// Ids of the SPDX list 3.28 that the schemas of CycloneDX in use do not know (their snapshot is of 3.27): documents with
/// one of them as `id` are refused, also by Dependency-Track. Remove those that a later snapshot has.
const NEWER: [&str; 13] = [
    "BSD-2-Clause-pos-unchanged",
    "BSD-3-Clause-OpenWebUI",
    "BSD-Source-Code-no-disclaimer",
    "BSD-Source-alt-GPL",
    "BSD-ask-to-endorse",
    "Brian-Gladman-3-Clause-no-conversion",
    "Bugroff",
    "CC-BY-NC-3.0-IGO",
    "FDK-MPEG-H",
    "Hippocratic-3.0-core",
    "Informatica",
    "MVT-1.1",
    "atc-game",
];

/// The id of a single license that CycloneDX takes as one, where the expression is no more than that.
pub(super) fn single_id(expr: &LicenseExpr) -> Option<String> {
    match expr {
        LicenseExpr::Term(term) if term.exception.is_none() => {
            let id = term.id();
            let is_listed = matches!(term.license, LicenseName::Spdx(_)) && !NEWER.contains(&id.as_str());
            (is_listed && !id.ends_with('+')).then_some(id)
        }
        _ => None,
    }
}

/// The name of a single license that is no id to CycloneDX.
pub(super) fn single_name(expr: &LicenseExpr) -> Option<String> {
    match expr {
        LicenseExpr::Term(term) if term.exception.is_none() => {
            let id = term.id();
            (term.is_reference() || NEWER.contains(&id.as_str())).then(|| reference(&id))
        }
        _ => None,
    }
}
