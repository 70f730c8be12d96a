//! Rows of a survey: the packages of a checkout and what gave none.

use std::collections::BTreeMap;

use crate::declared::{
    Bindings, Declared, Row,
    evaluated::{Agreement, Evaluated},
};
use crate::report::{Disagreement, Rest, RestKind, Unmatched};
use crate::table::LicenseTable;
use crate::tree::{Checkout, Closure, Layout, Maintainer, Package, Unplaced};

use super::request::{Ignored, Request};

/// A package and what it declares; in boxes, for tens of thousands are sorted and passed on.
pub type Found = (Box<Package>, Box<Declared>);

/// Packages of a checkout.
#[derive(Default)]
pub(super) struct Surveyed {
    pub(super) packages: Vec<Found>,
    /// Some of them as they were at a revision.
    pub(super) before: Vec<Found>,
    pub(super) rest: Vec<Rest>,
    pub(super) unmatched: Vec<Unmatched>,
    pub(super) disagreements: Vec<Disagreement>,
    /// The license table, where it was kept.
    pub(super) table: Option<LicenseTable>,
    /// The license bindings of a whole tree.
    pub(super) bindings: Bindings,
}

fn unplaced_row(Unplaced { name, versions }: Unplaced) -> Rest {
    let why = match versions.is_empty() {
        true => "in the closure, and no package of the tree is called so".to_owned(),
        false => format!("the tree has version {}; scan the one that the closure was built from", versions.join(", ")),
    };
    Rest { name, failed: !versions.is_empty(), kind: RestKind::Attribute, why }
}

fn left_out_row((package, _): Found) -> Rest {
    let why = "left out by clarity.toml".to_owned();
    Rest { name: package.attr.0, failed: false, kind: RestKind::Ignored, why }
}

impl Surveyed {
    /// Leaves out ignored packages, merges what Nix evaluated, and orders the rows by attribute paths.
    pub(super) fn settle(&mut self, checkout: &Checkout, request: &Request) {
        if !request.maintainers.is_empty() {
            self.keep_maintained_by(&request.maintainers, &checkout.maintainers(&request.maintainers));
        }
        if let Some(closure) = &request.closure {
            self.keep_in(closure);
        }
        if !request.ignored.is_empty() {
            self.leave_out(&request.ignored);
        }
        if let Some(evaluated) = &request.evaluated {
            self.merge_evaluated(evaluated);
        }
        self.packages.sort_by(|a, b| a.0.attr.cmp(&b.0.attr));
        self.rest.sort_by(|a, b| (&a.name, a.failed).cmp(&(&b.name, b.failed)));
    }

    /// Leaves only packages of `handles`, and what could not be read: whose that is, is not known. A handle without a
    /// package is unmatched. `listed` has those of the checkout's own list; the others are handles on GitHub.
    fn keep_maintained_by(&mut self, handles: &[String], listed: &[(String, Maintainer)]) {
        let is_of = |package: &Package, handle: &String| {
            let is_listed = |one: &Maintainer| listed.iter().any(|(name, listed)| name == handle && listed == one);
            let is_named =
                |one: &Maintainer| one.github.iter().chain(&one.name).any(|name| name.eq_ignore_ascii_case(handle));
            package.maintainers.iter().any(|one| is_listed(one) || is_named(one))
        };
        let is_kept = |(package, _): &Found| handles.iter().any(|handle| is_of(package, handle));
        self.packages.retain(is_kept);
        self.before.retain(is_kept);
        self.rest.retain(|rest| rest.failed);
        let is_idle = |handle: &&String| !self.packages.iter().any(|(package, _)| is_of(package, handle));
        let idle: Vec<Unmatched> =
            handles.iter().filter(is_idle).map(|handle| Unmatched::new(format!("maintainer {handle}"))).collect();
        self.unmatched.extend(idle);
    }

    /// Leaves only packages of `closure`, and a row for each of its derivations that is none: what a system writes for
    /// itself, or what another state of the tree defines.
    fn keep_in(&mut self, closure: &Closure) {
        let (chosen, unplaced) = closure.choose(self.packages.iter().map(|(package, _)| &**package));
        let is_kept = |(package, _): &Found| chosen.contains(&package.attr.0);
        self.packages.retain(is_kept);
        self.before.retain(is_kept);
        // A package that could not be evaluated has no name here, and may be one that is missed.
        self.rest.retain(|rest| rest.failed && unplaced.iter().any(|one| one.may_be(&rest.name)));
        let is_known = |one: &Unplaced| self.rest.iter().any(|rest| one.may_be(&rest.name));
        let unknown: Vec<Rest> = unplaced.into_iter().filter(|one| !is_known(one)).map(unplaced_row).collect();
        self.rest.extend(unknown);
    }

    fn leave_out(&mut self, ignored: &Ignored) {
        let left_out = self.packages.extract_if(.., |(package, _)| ignored.has(package));
        self.rest.extend(left_out.map(left_out_row));
        self.before.retain(|(package, _)| !ignored.has(package));
    }

    /// Leaves out the attributes that are only named after their files where others lead to the same packages.
    pub(super) fn dedupe_by_file(&mut self, checkout: &Checkout) {
        if checkout.layout == Layout::PackageSet {
            return;
        }
        let key = |package: &Package| {
            let site = package.site.as_ref()?;
            Some((site.file.clone(), site.span, package.pname.clone(), package.version.clone()))
        };
        // Of several that are called after files, the shortest name is that of the package's own file.
        let rank = |package: &Package| {
            let attr = &package.attr.0;
            (package.is_named_by_file(), attr.len(), attr.clone())
        };
        let mut best: BTreeMap<_, (bool, usize, String)> = BTreeMap::new();
        for (package, _) in &self.packages {
            let Some(key) = key(package) else { continue };
            let rank = rank(package);
            let known = best.entry(key).or_insert_with(|| rank.clone());
            *known = std::mem::take(known).min(rank);
        }
        let is_best = |package: &Package| {
            let best = key(package).and_then(|key| best.get(&key));
            best.is_none_or(|best| !package.is_named_by_file() || *best == rank(package))
        };
        self.packages.retain(|(package, _)| is_best(package));
    }

    /// Merges what Nix evaluated: a license that is computed here may be known there; disagreements are kept.
    fn merge_evaluated(&mut self, evaluated: &Evaluated) {
        for (package, declared) in &mut self.packages {
            let own = std::mem::replace(&mut **declared, Declared::Absent);
            let (joined, agreement) = evaluated.join(package, own);
            **declared = joined;
            if let Agreement::Differs { stated, evaluated } = agreement {
                self.disagreements.push(Disagreement { attr: package.attr.clone(), stated, evaluated });
            }
        }
    }

    pub(super) fn add(&mut self, row: Row) {
        let (name, failed, kind, why) = match row {
            Row::Package(package, declared) => return self.packages.push((package, declared)),
            Row::Skipped { attr, why } => (attr, false, RestKind::Attribute, why),
            Row::Repeated { attr, why } => (attr, false, RestKind::Repeated, why),
            Row::Failed { attr, why } => (attr, true, RestKind::Attribute, why),
        };
        self.rest.push(Rest { name, failed, kind, why });
    }
}
