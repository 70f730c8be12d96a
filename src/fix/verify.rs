//! The edited checkout, evaluated, against what was wanted.

use std::collections::{BTreeMap, BTreeSet};

use super::{Fix, Plan};
use crate::check::{declared_in_words, site};
use crate::declared::{Declared, Statement};
use crate::license::{LicenseExpr, equivalent};
use crate::text::RelPath;
use crate::tree::{AttrPath, LicenseTable};

/// What every package declares.
pub type Declarations = BTreeMap<AttrPath, Declared>;

/// Moves fixes of `plan` that do not do what they should, or do more, to its refused ones. True where all are right;
/// otherwise the rest has to be evaluated again.
pub fn verify(plan: &mut Plan, before: &Declarations, after: &Declarations, table: &LicenseTable) -> bool {
    let strays = strays(plan, before, after);
    let planned = plan.fixes.len();
    let mut good = Vec::new();
    let fixes = std::mem::take(&mut plan.fixes);
    // A stray that no fix explains is explained by any.
    let nobodys = strays.iter().find(|stray| !fixes.iter().any(|fix| stray.is_due_to(fix, after)));
    for fix in fixes {
        let stray = nobodys.or_else(|| strays.iter().find(|stray| stray.is_due_to(&fix, after)));
        match wrong(&fix, after, stray, table) {
            None => good.push(fix),
            Some(why) => plan.refused.extend(fix.refused(&why)),
        }
    }
    plan.fixes = good;
    plan.fixes.len() == planned
}

/// A package that no fix is about and that changed all the same.
struct Stray {
    attr: AttrPath,
    file: Option<RelPath>,
    now: String,
}

impl Stray {
    /// True where `fix` may have caused it: it is in the same file, or it says now just what the fixed package says.
    fn is_due_to(&self, fix: &Fix, after: &Declarations) -> bool {
        let says_the_same = || after.get(fix.attr()).is_some_and(|fixed| declared_in_words(fixed) == self.now);
        self.file.as_ref() == Some(&fix.place.file) || says_the_same()
    }
}

fn strays(plan: &Plan, before: &Declarations, after: &Declarations) -> Vec<Stray> {
    let touched: BTreeSet<&AttrPath> =
        plan.fixes.iter().flat_map(|fix| fix.packages.iter().map(|package| &package.attr)).collect();
    let changed = before.iter().filter(|(attr, was)| !touched.contains(attr) && is_changed(was, after.get(*attr)));
    changed
        .map(|(attr, was)| Stray {
            attr: attr.clone(),
            file: site(was).map(|site| site.file.clone()),
            now: after.get(attr).map(declared_in_words).unwrap_or_default(),
        })
        .collect()
}

fn is_changed(was: &Declared, is: Option<&Declared>) -> bool {
    is.is_none_or(|is| declared_in_words(was) != declared_in_words(is))
}

fn wrong(fix: &Fix, after: &Declarations, stray: Option<&Stray>, table: &LicenseTable) -> Option<String> {
    for package in &fix.packages {
        match after.get(&package.attr) {
            Some(declared) if states(declared, &fix.target, table) => {}
            Some(declared) => {
                let said = declared_in_words(declared);
                return Some(format!(
                    "the edit would make {} say {said}, not {}; edit it by hand",
                    package.attr, fix.target
                ));
            }
            None => return Some(format!("the edit would break {}; edit it by hand", package.attr)),
        }
    }
    stray.map(|stray| format!("the edit may also change {}; edit it by hand", stray.attr))
}

/// True where `declared` says `target`, as far as this checkout can say it: without operators, a choice is a list.
pub(super) fn states(declared: &Declared, target: &LicenseExpr, table: &LicenseTable) -> bool {
    let Declared::Resolved { statement, .. } = declared else { return false };
    match statement {
        Statement::One(member) => equivalent(&member.expr, target),
        Statement::Operator { expr, .. } => equivalent(expr, target),
        Statement::Text(..) => false,
        Statement::List(members) => {
            let parts = members.iter().map(|member| member.expr.clone());
            let flat =
                !table.has_operators && same_terms(members.iter().flat_map(|member| member.expr.terms()), target);
            flat || LicenseExpr::all(parts).is_some_and(|all| equivalent(&all, target))
        }
    }
}

fn same_terms<'t>(terms: impl Iterator<Item = &'t crate::license::Term>, target: &LicenseExpr) -> bool {
    terms.collect::<BTreeSet<_>>() == target.terms()
}
