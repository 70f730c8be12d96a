//! The edited checkout, evaluated, against what was wanted.
//!
//! Which edit is to blame for a surprise is told by provenance: the places that made the value, before or now, that an
//! edit touches. Where no place tells (a function of `lib` passed the value on), an edit that is the only one to turn
//! the one value into the other is it; else the checkout is evaluated with some of the edits made until the one is
//! found. That is bounded: what is still in doubt then is refused.

use std::collections::{BTreeMap, BTreeSet};

use super::{Fix, Plan, Refused};
use crate::check::{self, declared_in_words};
use crate::declared::{Declared, Member, Statement};
use crate::license::{LicenseExpr, Term, equivalent};
use crate::table::{LicenseTable, is_list_by_custom};
use crate::text::{Edit, RelPath, Span};
use crate::tree::{AttrPath, Selection, Site};

/// Declarations of every package.
pub type Declarations = BTreeMap<AttrPath, Declared>;

/// Declarations of the selected packages when these fixes of the plan, and no others, are made; `None` where that is not
/// wanted any more.
pub type Evaluate<'e> = dyn FnMut(&Plan, &[Fix], Selection) -> Option<Declarations> + 'e;

/// Evaluations of part of the edits in one run; each costs up to a whole evaluation of the checkout.
const MOST_PROBES: usize = 512;

/// Moves fixes of `plan` that do not do what they should, or do more, to its refused ones, until all others are right.
/// `before` is what every package declares without them. All are given up where `evaluate` is.
pub fn verify(plan: &mut Plan, before: &Declarations, table: &LicenseTable, evaluate: &mut Evaluate<'_>) {
    let mut probes = MOST_PROBES;
    while !plan.fixes.is_empty() {
        let mut trial = Trial { plan, before, table, evaluate, probes, blamed: BTreeMap::new() };
        let Some(surprises) = trial.surprises(&plan.fixes, Selection::All) else { return plan.fixes.clear() };
        if surprises.is_empty() {
            return;
        }
        trial.trace(&surprises);
        if trial.blamed.is_empty() && trial.search(&surprises).is_none() {
            return plan.fixes.clear();
        }
        probes = trial.probes;
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

/// A package that does not declare what it should.
struct Surprise {
    attr: AttrPath,
    /// Declaration; `None` where it is no package any more.
    is: Option<Declared>,
}

/// One look at the edited checkout.
struct Trial<'t, 'e> {
    plan: &'t Plan,
    before: &'t Declarations,
    table: &'t LicenseTable,
    evaluate: &'t mut Evaluate<'e>,
    /// How often part of the edits may still be tried.
    probes: usize,
    /// The numbers of fixes that do what they should not, each with what.
    blamed: BTreeMap<usize, String>,
}

impl Trial<'_, '_> {
    /// The selected packages that do not declare what they should when `fixes` are made: what a fix of theirs wants, and
    /// otherwise what they declared before.
    fn surprises(&mut self, fixes: &[Fix], selection: Selection) -> Option<Vec<Surprise>> {
        let wanted: BTreeMap<&AttrPath, &LicenseExpr> =
            fixes.iter().flat_map(|fix| fix.packages.iter().map(|package| (&package.attr, &fix.target))).collect();
        let asked = |attr: &AttrPath| selection.holds(&attr.0);
        let due: Vec<(&AttrPath, &Declared)> = self.before.iter().filter(|(attr, _)| asked(attr)).collect();
        let mut after = (self.evaluate)(self.plan, fixes, selection.clone())?;
        let surprise = |(attr, was): (&AttrPath, &Declared)| {
            let is = after.remove(attr);
            let is_right = match wanted.get(attr) {
                Some(target) => is.as_ref().is_some_and(|is| states(is, target, self.table)),
                None => is.as_ref().is_some_and(|is| declared_in_words(is) == declared_in_words(was)),
            };
            (!is_right).then(|| Surprise { attr: attr.clone(), is })
        };
        Some(due.into_iter().filter_map(surprise).collect())
    }

    /// Blames the fixes that made a place of a surprising value.
    fn trace(&mut self, surprises: &[Surprise]) {
        let ground = Ground::of(&self.plan.fixes);
        for surprise in surprises {
            for number in self.culprits(surprise, &ground) {
                self.blamed.entry(number).or_insert_with(|| words(&self.plan.fixes[number], surprise));
            }
        }
    }

    /// The fixes that a known value passed through; none for what is broken, since the edit of another file may do that.
    fn culprits(&self, surprise: &Surprise, ground: &Ground<'_>) -> BTreeSet<usize> {
        let Some((was, is)) = self.before.get(&surprise.attr).zip(surprise.is.as_ref()) else { return BTreeSet::new() };
        if matches!(is, Declared::Computed { .. }) {
            return BTreeSet::new();
        }
        let is_own = |fix: &Fix| fix.packages.iter().any(|package| package.attr == surprise.attr);
        let (own, others): (BTreeSet<usize>, BTreeSet<usize>) =
            ground.passed(was, is).partition(|number| is_own(&self.plan.fixes[*number]));
        // Without what others add the own edit may be right.
        if !others.is_empty() {
            return others;
        }
        let is_idle = own.is_empty() && declared_in_words(is) == declared_in_words(was);
        if is_idle { self.plan.fixes.iter().position(is_own).into_iter().collect() } else { own }
    }

    /// Finds a fix that brings about `surprises` that no place tells of: by trying, where several come into question.
    /// Others may come of the same fix, so what is found is given up before more is tried. `None` where all is given up.
    fn search(&mut self, surprises: &[Surprise]) -> Option<()> {
        for surprise in surprises {
            let suspects = self.suspects(surprise);
            if suspects.iter().any(|number| self.blamed.contains_key(number)) {
                continue;
            }
            if let [only] = suspects[..] {
                self.blamed.insert(only, words(&self.plan.fixes[only], surprise));
                continue;
            }
            // Those that do not come into question first: the first try tells whether they really do not.
            let others = (0..self.plan.fixes.len()).filter(|number| !suspects.contains(number));
            let mut order: Vec<usize> = others.collect();
            let bound = if suspects.is_empty() { 0 } else { order.len() };
            order.extend(suspects);
            if bound == 0 || self.probes == 0 {
                return self.halve(surprise, &order[bound..]);
            }
            let is_among_others = self.shows(surprise, &order[..bound])?;
            return self.halve(surprise, if is_among_others { &order[..bound] } else { &order });
        }
        Some(())
    }

    /// The fixes that say now what the package says now: of the same words before, or else those that add to it.
    fn suspects(&self, surprise: &Surprise) -> Vec<usize> {
        let Some((was, is)) = self.before.get(&surprise.attr).zip(surprise.is.as_ref()) else { return Vec::new() };
        let numbered = || self.plan.fixes.iter().enumerate();
        let was_words = declared_in_words(was);
        let heirs = numbered().filter(|(_, fix)| fix.declared == was_words && states(is, &fix.target, self.table));
        let heirs: Vec<usize> = heirs.map(|(number, _)| number).collect();
        if !heirs.is_empty() {
            return heirs;
        }
        let (had, has) = (terms(was), terms(is));
        let adds = |fix: &Fix| {
            let new = fix.target.terms();
            new.is_subset(&has) && !new.is_subset(&had)
        };
        numbered().filter(|(_, fix)| adds(fix)).map(|(number, _)| number).collect()
    }

    /// Blames the fix that, made after those before it in `order`, brings about `surprise`: halving, so that a few
    /// evaluations of one package tell; all that are in doubt when no more are allowed. `None` where it was given up.
    fn halve(&mut self, surprise: &Surprise, order: &[usize]) -> Option<()> {
        let (mut low, mut high) = (0, order.len());
        while high - low > 1 && self.probes > 0 {
            let middle = usize::midpoint(low, high);
            match self.shows(surprise, &order[..middle])? {
                true => high = middle,
                false => low = middle,
            }
        }
        let doubtful = order[low..high].iter();
        self.blamed.extend(doubtful.map(|number| (*number, words(&self.plan.fixes[*number], surprise))));
        Some(())
    }

    /// True where `surprise` is there with these fixes alone. `None` where it was given up.
    fn shows(&mut self, surprise: &Surprise, numbers: &[usize]) -> Option<bool> {
        self.probes = self.probes.saturating_sub(1);
        let mut numbers = numbers.to_vec();
        numbers.sort_unstable();
        let fixes: Vec<Fix> = numbers.iter().map(|number| self.plan.fixes[*number].clone()).collect();
        Some(!self.surprises(&fixes, Selection::only([surprise.attr.0.clone()]))?.is_empty())
    }
}

/// Which fix changes which bytes.
struct Ground<'p> {
    /// By file: bytes as they were, bytes as they are with all edits made, and the number of the fix.
    by_file: BTreeMap<&'p RelPath, Vec<(Span, Span, usize)>>,
}

impl<'p> Ground<'p> {
    fn of(fixes: &'p [Fix]) -> Ground<'p> {
        let mut by_file: BTreeMap<&RelPath, Vec<(Span, Span, usize)>> = BTreeMap::new();
        let mut edits: Vec<(usize, &Fix, &Edit)> = fixes
            .iter()
            .enumerate()
            .flat_map(|(number, fix)| fix.edits.iter().map(move |edit| (number, fix, edit)))
            .collect();
        edits.sort_by_key(|(_, _, edit)| edit.span);
        for (number, fix, edit) in edits {
            let rows = by_file.entry(&fix.place.file).or_default();
            let new = match rows.last() {
                // Two fixes may share one edit.
                Some((old, new, _)) if *old == edit.span => *new,
                // Earlier edits have moved the bytes.
                Some((old, new, _)) => written(new.end + (edit.span.start - old.end), edit),
                None => written(edit.span.start, edit),
            };
            rows.push((edit.span, new, number));
        }
        Ground { by_file }
    }

    /// The fixes that wrote something of the places that make a value, or else replaced something of those that did.
    fn passed(&self, was: &Declared, is: &Declared) -> impl Iterator<Item = usize> {
        let written = sites(is).into_iter().flat_map(|site| self.meeting(site, |(_, new, _)| *new));
        let replaced = sites(was).into_iter().flat_map(|site| self.meeting(site, |(old, ..)| *old));
        let written: Vec<usize> = written.collect();
        if written.is_empty() { replaced.collect() } else { written }.into_iter()
    }

    fn meeting(&self, site: &Site, side: fn(&(Span, Span, usize)) -> Span) -> impl Iterator<Item = usize> {
        let span = site.span;
        let rows = self.by_file.get(&site.file).into_iter().flatten();
        rows.filter(move |row| side(row).start < span.end && span.start < side(row).end).map(|(.., number)| *number)
    }
}

fn written(start: u32, edit: &Edit) -> Span {
    Span::new(start, start + edit.text.len() as u32)
}

/// The terms of what is declared, operators left aside.
fn terms(declared: &Declared) -> BTreeSet<&Term> {
    stated(declared).into_iter().flat_map(|member| member.expr.terms()).collect()
}

/// The places that made what is declared: of the value and of its members.
fn sites(declared: &Declared) -> Vec<&Site> {
    let members = stated(declared);
    check::site(declared).into_iter().chain(members.into_iter().filter_map(|member| member.site.as_ref())).collect()
}

/// The known members of what is declared, in all cases.
fn stated(declared: &Declared) -> Vec<&Member> {
    match declared {
        Declared::Resolved { statement, .. } => statement.members().iter().collect(),
        Declared::Branches { cases, .. } => cases.iter().flat_map(|(_, statement)| statement.members()).collect(),
        Declared::Partial { known, .. } => known.iter().collect(),
        Declared::Absent | Declared::Computed { .. } => Vec::new(),
        Declared::Malformed { known, .. } => known.iter().collect(),
    }
}

fn words(fix: &Fix, surprise: &Surprise) -> String {
    let attr = &surprise.attr;
    let is_own = fix.packages.iter().any(|package| package.attr == *attr);
    match surprise.is.as_ref().map(declared_in_words) {
        None => format!("the edit would break {attr}; edit it by hand"),
        Some(says) if is_own => {
            format!("the edit would make {attr} say {}, not {}; edit it by hand", spoken(&says), fix.target)
        }
        Some(says) => format!("the edit would also make {attr} say {}; edit it by hand", spoken(&says)),
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
            let flat = (!table.has_operators || is_list_by_custom(target))
                && same_terms(members.iter().flat_map(|member| member.expr.terms()), target);
            flat || LicenseExpr::all(parts).is_some_and(|all| equivalent(&all, target))
        }
    }
}

fn same_terms<'t>(terms: impl Iterator<Item = &'t Term>, target: &LicenseExpr) -> bool {
    terms.collect::<BTreeSet<_>>() == target.terms()
}
