//! The edited checkout, evaluated, against what was wanted.
//!
//! Which edit is to blame for a surprise is never guessed: the checkout is evaluated with some of the edits made until
//! the one is found that brings it about.

use std::collections::{BTreeMap, BTreeSet};

use super::{Fix, Plan, Refused};
use crate::check::declared_in_words;
use crate::declared::{Declared, Statement};
use crate::license::{LicenseExpr, equivalent};
use crate::tree::{AttrPath, LicenseTable, Selection};

/// What every package declares.
pub type Declarations = BTreeMap<AttrPath, Declared>;

/// What the selected packages declare when these fixes of the plan, and no others, are made; `None` where that is not
/// wanted any more.
pub type Evaluate<'e> = dyn FnMut(&Plan, &[Fix], Selection) -> Option<Declarations> + 'e;

/// Moves fixes of `plan` that do not do what they should, or do more, to its refused ones, until all others are right.
/// `before` is what every package declares without them. All are given up where `evaluate` is.
pub fn verify(plan: &mut Plan, before: &Declarations, table: &LicenseTable, evaluate: &mut Evaluate<'_>) {
    while !plan.fixes.is_empty() {
        let mut trial = Trial { plan, before, table, evaluate, blamed: BTreeMap::new() };
        let Some(surprises) = trial.surprises(plan.fixes.len(), Selection::All) else { return plan.fixes.clear() };
        if surprises.is_empty() {
            return;
        }
        if trial.blame(surprises, 0, plan.fixes.len()).is_none() {
            return plan.fixes.clear();
        }
        let blamed = trial.blamed;
        plan.blame(&blamed);
    }
}

impl Plan {
    /// Moves the fixes with these numbers to the refused ones, each with its reason.
    fn blame(&mut self, blamed: &BTreeMap<usize, String>) {
        let fixes = std::mem::take(&mut self.fixes);
        for (number, fix) in fixes.into_iter().enumerate() {
            match blamed.get(&number) {
                Some(why) => self.refused.extend(fix.refused(why).collect::<Vec<Refused>>()),
                None => self.fixes.push(fix),
            }
        }
    }
}

/// A package that does not declare what it should, and in which words that is told of the fix that brings it about.
struct Surprise {
    attr: AttrPath,
    /// What it says; `None` where it is no package any more.
    says: Option<String>,
}

/// One look at the edited checkout.
struct Trial<'t, 'e> {
    plan: &'t Plan,
    before: &'t Declarations,
    table: &'t LicenseTable,
    evaluate: &'t mut Evaluate<'e>,
    /// The numbers of fixes that do what they should not, each with what.
    blamed: BTreeMap<usize, String>,
}

impl Trial<'_, '_> {
    /// The selected packages that do not declare what they should when the first `made` fixes are made: what a fix of
    /// theirs wants, and otherwise what they declared before.
    fn surprises(&mut self, made: usize, selection: Selection) -> Option<Vec<Surprise>> {
        let fixes = &self.plan.fixes[..made];
        let wanted: BTreeMap<&AttrPath, &LicenseExpr> =
            fixes.iter().flat_map(|fix| fix.packages.iter().map(|package| (&package.attr, &fix.target))).collect();
        let asked = |attr: &AttrPath| selection.holds(&attr.0);
        let due: Vec<(&AttrPath, &Declared)> = self.before.iter().filter(|(attr, _)| asked(attr)).collect();
        let after = (self.evaluate)(self.plan, fixes, selection.clone())?;
        let surprise = |(attr, was): (&AttrPath, &Declared)| {
            let is = after.get(attr);
            let is_right = match wanted.get(attr) {
                Some(target) => is.is_some_and(|is| states(is, target, self.table)),
                None => is.is_some_and(|is| declared_in_words(is) == declared_in_words(was)),
            };
            (!is_right).then(|| Surprise { attr: attr.clone(), says: is.map(declared_in_words) })
        };
        Some(due.into_iter().filter_map(surprise).collect())
    }

    /// Finds the fixes that bring about `surprises`, which are there with the first `high` fixes and not with the first
    /// `low`: halving, so that a few evaluations of a few packages tell. `None` where it was given up.
    fn blame(&mut self, surprises: Vec<Surprise>, low: usize, high: usize) -> Option<()> {
        let Some(first) = surprises.first() else { return Some(()) };
        if high - low == 1 {
            let why = words(&self.plan.fixes[low], first);
            self.blamed.insert(low, why);
            return Some(());
        }
        let middle = usize::midpoint(low, high);
        let attrs = surprises.iter().map(|surprise| surprise.attr.0.clone());
        let early = self.surprises(middle, Selection::only(attrs))?;
        let known: BTreeSet<AttrPath> = early.iter().map(|surprise| surprise.attr.clone()).collect();
        let late = surprises.into_iter().filter(|surprise| !known.contains(&surprise.attr)).collect();
        self.blame(early, low, middle)?;
        self.blame(late, middle, high)
    }
}

fn words(fix: &Fix, surprise: &Surprise) -> String {
    let attr = &surprise.attr;
    let is_own = fix.packages.iter().any(|package| package.attr == *attr);
    match &surprise.says {
        None => format!("the edit would break {attr}; edit it by hand"),
        Some(says) if is_own => {
            format!("the edit would make {attr} say {}, not {}; edit it by hand", spoken(says), fix.target)
        }
        Some(says) => format!("the edit would also make {attr} say {}; edit it by hand", spoken(says)),
    }
}

fn spoken(says: &str) -> &str {
    if says.is_empty() { "nothing" } else { says }
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
