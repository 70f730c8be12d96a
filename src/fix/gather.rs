//! Remedies of one value together: a value that feeds several packages is one change or none.

use std::collections::BTreeMap;

use super::message::subject_attr;
use super::{Case, Fix, Held, Refused};
use crate::check::{self, Doubt, Finding, Intent, Safety};
use crate::declared::{Declared, Statement};
use crate::license::LicenseExpr;
use crate::source::Verification;
use crate::text::{EditSet, RelPath};
use crate::tree::{AttrPath, Package, Site};

/// Target of an edit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target {
    /// A license value.
    Value(Site),
    /// The set that has none.
    Set(Site),
}

impl Target {
    pub(super) fn site(&self) -> &Site {
        match self {
            Target::Value(site) | Target::Set(site) => site,
        }
    }

    pub(super) fn file(&self) -> &RelPath {
        &self.site().file
    }

    fn of(case: &Case<'_>) -> Option<Target> {
        match case.declared {
            Declared::Absent => case.package.site.clone().map(Target::Set),
            declared => check::site(declared).cloned().map(Target::Value),
        }
    }
}

/// Packages whose license is one value, and what that value should say.
pub(super) struct Group<'c> {
    pub(super) place: Target,
    pub(super) target: LicenseExpr,
    /// The gravest doubt about it; `None` where it is safe.
    pub(super) doubt: Option<Doubt>,
    /// The names and texts that the value consists of.
    pub(super) present: Vec<String>,
    /// True where the value is written with operators.
    pub(super) is_operator: bool,
    cases: Vec<&'c Case<'c>>,
}

impl Group<'_> {
    /// How sure one can be of it.
    pub(super) fn safety(&self) -> Safety {
        self.doubt.map_or(Safety::Safe, Doubt::safety)
    }

    /// Who asks for it, by which rule.
    pub(super) fn asked(&self) -> impl Iterator<Item = (AttrPath, &'static str)> {
        self.cases.iter().filter_map(|case| Some((case.package.attr.clone(), remedies(case).next()?.0.check.id)))
    }

    /// Whether the sources that ask for it are the declared ones.
    pub(super) fn verification(&self) -> Verification {
        let asking = self.cases.iter().flat_map(|case| remedies(case));
        asking.map(|(finding, ..)| finding.verification).max().unwrap_or_default()
    }

    pub(super) fn refused(&self, why: &str) -> Vec<Refused> {
        let place = Some(self.place.site().clone());
        self.asked().map(|(attr, check)| Refused { attr, check, place: place.clone(), why: why.to_owned() }).collect()
    }

    pub(super) fn held(&self, why: &str) -> Vec<Held> {
        let held = |(attr, check)| Held { attr, check, target: self.target.clone(), why: why.to_owned() };
        self.asked().map(held).collect()
    }

    pub(super) fn fix(self, edits: EditSet) -> Fix {
        let mut cases = self.cases.clone();
        cases.sort_by_cached_key(|case| rank(case));
        let packages = cases.iter().map(|case| case.package.clone()).collect();
        let asking = self.cases.iter().find(|case| remedies(case).next().is_some());
        Fix {
            packages,
            place: self.place.site().clone(),
            declared: asking.map(|case| check::declared_in_words(case.declared)).unwrap_or_default(),
            safety: self.safety(),
            target: self.target,
            findings: distinct(self.cases.iter().flat_map(|case| remedies(case)).map(|(finding, ..)| finding)),
            edits,
        }
    }
}

/// Order of the packages of one value; the first one names the change. Those that were asked for, then attributes that
/// are called what nixpkgs calls them, then the shortest.
fn rank(case: &Case<'_>) -> (bool, bool, bool, usize, usize, AttrPath) {
    let attr = &case.package.attr;
    let is_versioned = subject_attr(&attr.0) != attr.0;
    let is_old = attr.0.starts_with("python2");
    (remedies(case).next().is_none(), is_old, is_versioned, attr.0.matches('.').count(), attr.0.len(), attr.clone())
}

/// Each finding once: several packages may share one.
fn distinct<'f>(findings: impl Iterator<Item = &'f Finding>) -> Vec<Finding> {
    let mut all: Vec<&Finding> = Vec::new();
    for finding in findings {
        if !all.iter().any(|known| std::ptr::eq(*known, finding)) {
            all.push(finding);
        }
    }
    all.into_iter().cloned().collect()
}

/// The findings of a package that say what to write, with what they say.
fn remedies<'c>(case: &'c Case<'_>) -> impl Iterator<Item = (&'c Finding, &'c LicenseExpr, Option<Doubt>)> {
    case.findings.iter().filter_map(|finding| {
        let remedy = finding.remedy.as_ref()?;
        let Intent::SetLicense(expr) = &remedy.intent;
        Some((*finding, expr, remedy.doubt))
    })
}

/// The values that remedies want changed, in order of the packages that ask; what cannot be is added to `refused`.
pub(super) fn groups<'c>(cases: &'c [Case<'c>], refused: &mut Vec<Refused>) -> Vec<Group<'c>> {
    // A condition may make one place say several things: each is a value of its own.
    let mut by_place: BTreeMap<(Target, String), Vec<&Case<'_>>> = BTreeMap::new();
    for case in cases {
        if let Some(place) = Target::of(case) {
            by_place.entry((place, check::declared_in_words(case.declared))).or_default().push(case);
        }
    }
    let mut groups = Vec::new();
    for case in cases.iter().filter(|case| remedies(case).next().is_some()) {
        let Some(place) = Target::of(case) else {
            refused.extend(refusals(case, None, "there is no place in the checkout to write it"));
            continue;
        };
        let key = (place.clone(), check::declared_in_words(case.declared));
        let Some(sharing) = by_place.remove(&key) else { continue };
        match group(place.clone(), sharing.clone()) {
            Ok(group) => groups.push(group),
            Err(why) => {
                refused.extend(sharing.iter().flat_map(|case| refusals(case, Some(place.site()), &why)));
            }
        }
    }
    groups
}

fn refusals(case: &Case<'_>, place: Option<&Site>, why: &str) -> Vec<Refused> {
    let refused = |(finding, ..): (&Finding, _, _)| Refused {
        attr: case.package.attr.clone(),
        check: finding.check.id,
        place: place.cloned(),
        why: why.to_owned(),
    };
    remedies(case).take(1).map(refused).collect()
}

fn group<'c>(place: Target, cases: Vec<&'c Case<'c>>) -> Result<Group<'c>, String> {
    let wanted: Vec<(&LicenseExpr, Option<Doubt>)> =
        cases.iter().flat_map(|case| remedies(case)).map(|(_, expr, doubt)| (expr, doubt)).collect();
    let (target, _) = *wanted.first().ok_or("nothing is wanted")?;
    if let Some((other, _)) = wanted.iter().find(|(expr, _)| *expr != target) {
        let names: Vec<String> = cases.iter().map(|case| case.package.attr.to_string()).collect();
        return Err(format!(
            "{} share this value, and their sources differ: {target} and {other}; give each a value of its own first",
            names.join(" and ")
        ));
    }
    let asking: Vec<_> = cases.iter().filter(|case| remedies(case).next().is_some()).collect();
    // A wrapper has no source of its own: it takes the license of what it wraps. But a set that makes packages of all
    // kinds and says nothing of a license is a builder's: what goes in there goes for everybody.
    let is_wrapper = |package: &Package| package.sources.is_empty() && package.source_unknown.is_none();
    let follows = |case: &Case<'_>| matches!(place, Target::Value(_)) && is_wrapper(case.package);
    let is_same = |case: &Case<'_>, other: &Case<'_>| {
        case.package.attr == other.package.attr
            || !case.package.sources.is_empty() && case.package.sources == other.package.sources
    };
    let speaks_for = |case: &Case<'_>| follows(case) || asking.iter().any(|other| is_same(case, other));
    if let Some(other) = cases.iter().find(|case| !speaks_for(case)) {
        return Err(format!(
            "its value also belongs to {}, whose source does not ask for {target}; give them values of their own",
            other.package.attr
        ));
    }
    let statement = match asking.first().map(|case| case.declared) {
        Some(Declared::Resolved { statement, .. }) => Some(statement),
        _ => None,
    };
    Ok(Group {
        place,
        target: target.clone(),
        doubt: wanted.iter().map(|(_, doubt)| *doubt).max().flatten(),
        present: statement.map(present).unwrap_or_default(),
        is_operator: matches!(statement, Some(Statement::Operator { .. })),
        cases,
    })
}

fn present(statement: &Statement) -> Vec<String> {
    match statement {
        Statement::Text(text, _) => vec![text.clone()],
        _ => statement.members().iter().filter_map(|member| member.attr.clone()).collect(),
    }
}
