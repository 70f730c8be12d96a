//! Members of a license value, put together to expressions.

use std::cell::RefCell;
use std::collections::HashMap;

use super::Member;
use crate::license::{LicenseExpr, Term, parse_lenient};
use crate::tree::Site;

/// License expressions that were parsed before: a tree says the same few hundred things over and over.
#[derive(Default)]
pub(super) struct Parsed {
    by_text: RefCell<HashMap<String, Option<LicenseExpr>>>,
}

impl Parsed {
    /// The expression that `text` states.
    pub(super) fn get(&self, text: &str) -> Option<LicenseExpr> {
        if let Some(known) = self.by_text.borrow().get(text) {
            return known.clone();
        }
        let expr = parse_lenient(text).ok();
        self.by_text.borrow_mut().insert(text.to_owned(), expr.clone());
        expr
    }
}

/// The whole of an operator over `parts`, and all their members.
pub(super) fn combine(
    operator: &str,
    parts: Vec<(Vec<Member>, LicenseExpr)>,
) -> Result<(Vec<Member>, LicenseExpr), String> {
    let (members, exprs): (Vec<Vec<Member>>, Vec<LicenseExpr>) = parts.into_iter().unzip();
    let expr = match operator {
        "OR" => LicenseExpr::any(exprs),
        "AND" => LicenseExpr::all(exprs),
        other => return Err(format!("an operator `{other}` that is not known")),
    };
    match expr {
        Some(expr) => Ok((members.concat(), expr)),
        None => Err("an operator without licenses".to_owned()),
    }
}

pub(super) fn or_later(expr: &LicenseExpr) -> LicenseExpr {
    expr.map_terms(&mut |term| {
        Term::from_id(&format!("{}+", term.id().trim_end_matches("-only"))).unwrap_or_else(|| term.clone())
    })
}

pub(super) fn compound(expr: LicenseExpr, site: Option<Site>) -> Member {
    Member { attr: None, label: expr.to_string(), expr, site, free: true, deprecated: false, text: false }
}

/// `LicenseRef-nixpkgs-<name>`, with letters that an SPDX id cannot have replaced.
pub(super) fn reference(name: &str) -> Term {
    let name: String = name
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-') { letter } else { '-' })
        .collect();
    Term::reference(format!("nixpkgs-{name}"))
}

/// An exception that follows a license as a member of its own widens that license.
pub(super) fn joined(members: Vec<Member>) -> Vec<Member> {
    let mut out: Vec<Member> = Vec::with_capacity(members.len());
    for member in members {
        let exception = crate::license::exception(&member.label).is_some();
        match out.last_mut() {
            Some(last) if exception && !last.text => {
                last.expr = last.expr.map_terms(&mut |term| term.clone().with_exception(member.label.clone()));
                last.label = format!("{} WITH {}", last.label, member.label);
            }
            _ => out.push(member),
        }
    }
    out
}
