//! A checkout against itself at a revision: which packages changed, and what they were.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::check::{self, Earlier, Unjudged};
use crate::declared::says_the_same;
use crate::report::Rest;
use crate::text::RelPath;
use crate::tree::{Changes, Checkout, Package};
use crate::triage::Baseline;
use crate::verdict::Versions;

use super::Watch;
use super::audit::Audit;
use super::package::findings;
use super::request::{Request, ScanError};
use super::survey::survey;
use super::surveyed::{Found, Surveyed};

/// A checkout as it was at a revision.
pub(super) struct Past {
    changes: Arc<Changes>,
    pub(super) checkout: Checkout,
}

/// The packages that changed, as they were, judged.
pub(super) struct Judgements {
    packages: BTreeMap<String, (Found, Audit)>,
    /// Findings about them.
    pub(super) findings: Baseline,
}

/// The source of a package against the one it had before.
pub(super) enum Versioned {
    /// Not requested, or there is nothing to compare.
    NotAsked,
    /// The earlier one could not be looked at, because ...
    Unseen(String),
    /// How they differ.
    Seen(Versions),
}

impl Versioned {
    pub(super) fn earlier(&self) -> Earlier<'_> {
        match self {
            Versioned::NotAsked => Earlier::NotAsked,
            Versioned::Unseen(why) => Earlier::Unseen(why),
            Versioned::Seen(versions) => Earlier::Seen(versions),
        }
    }
}

impl Past {
    pub(super) fn open(request: &Request, changes: Arc<Changes>) -> Result<Past, ScanError> {
        let checkout = changes.checkout_before(&request.path, &request.tree)?;
        Ok(Past { changes, checkout })
    }

    /// Changed rows of `now`, each with its earlier state.
    pub(super) fn changed(&self, now: &Checkout, request: &Request, watch: &Watch) -> Surveyed {
        if self.changes.is_empty() {
            return Surveyed::default();
        }
        let before = survey(&self.checkout, request, watch);
        let surveyed = survey(now, request, watch);
        self.differences(before, surveyed, now)
    }

    /// Changed rows of `surveyed`.
    fn differences(&self, before: Surveyed, mut surveyed: Surveyed, now: &Checkout) -> Surveyed {
        let mut old: BTreeMap<String, Found> =
            before.packages.into_iter().map(|found| (found.0.attr.0.clone(), found)).collect();
        for found in std::mem::take(&mut surveyed.packages) {
            match old.remove(&found.0.attr.0) {
                Some(old) if self.is_same(&old, &found, now) => {}
                Some(old) => {
                    surveyed.before.push(self.without_lost_sources(old));
                    surveyed.packages.push(found);
                }
                None => surveyed.packages.push(found),
            }
        }
        let packages = std::mem::take(&mut surveyed.packages).into_iter();
        surveyed.packages = packages.map(|found| self.with_sources_of_the_disk(found, now)).collect();
        let told: BTreeSet<(String, bool)> = before.rest.into_iter().map(|rest| (rest.name, rest.failed)).collect();
        surveyed.rest.retain(|Rest { name, failed, .. }| !told.contains(&(name.clone(), *failed)));
        surveyed
    }

    fn is_same(&self, old: &Found, new: &Found, now: &Checkout) -> bool {
        says_the_same((&old.0, &old.1), (&new.0, &new.1))
            && !locals(&new.0).any(|file| self.changes.touch(now.root(), file))
    }

    /// A source that lies in the checkout is only there as it is now.
    pub(super) fn without_lost_sources(&self, (mut package, declared): Found) -> Found {
        if locals(&package).any(|file| self.changes.touch(self.checkout.root(), file)) {
            package.sources.clear();
            package.source_unknown = Some("it lies in the checkout, which has it as it is now".to_owned());
        }
        (package, declared)
    }

    /// A source that lies in the checkout is read from the disk: of a later state that is not there, nothing is known.
    fn with_sources_of_the_disk(&self, (mut package, declared): Found, now: &Checkout) -> Found {
        if locals(&package).any(|file| self.changes.is_elsewhere(now.root(), file)) {
            package.sources.clear();
            package.source_unknown =
                Some("it lies in the checkout, which has another state of it; check that out".to_owned());
        }
        (package, declared)
    }

    /// The packages as they were, with what the rules say about them.
    pub(super) fn judged(self, packages: Vec<(Found, Audit)>, checks: &check::Options) -> Judgements {
        let table = self.checkout.license_table();
        let of = |(found, audit): &(Found, Audit)| findings(found, audit, Earlier::NotAsked, &table, checks);
        let findings: Vec<_> = packages.iter().flat_map(of).collect();
        let findings = Baseline::of(&findings);
        let packages = packages.into_iter().map(|one| (one.0.0.attr.0.clone(), one)).collect();
        Judgements { packages, findings }
    }
}

impl Judgements {
    /// The source of `package` against the one it had before.
    pub(super) fn versioned(&self, (package, _): &Found, audit: &Audit) -> Versioned {
        let (Some(((old, _), before)), Ok(judged)) = (self.packages.get(&package.attr.0), audit.judged()) else {
            return Versioned::NotAsked;
        };
        if old.sources == package.sources {
            return Versioned::NotAsked;
        }
        match (before.judged(), before.outline(), audit.outline()) {
            (Ok(then), Some(old), Some(new)) => {
                Versioned::Seen(Versions::between((old, &then.conclusion), (new, &judged.conclusion)))
            }
            (Err(Unjudged::Unseen(why)), ..) => Versioned::Unseen(why.to_owned()),
            _ => Versioned::NotAsked,
        }
    }
}

fn locals(package: &Package) -> impl Iterator<Item = &RelPath> {
    package.sources.iter().filter_map(|source| source.local.as_ref())
}
