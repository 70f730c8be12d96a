//! From remedies to edits: what to write where, or why not.
//!
//! A remedy is an intent; this module finds the place, asks [`crate::nix::rewrite`] for the edits and holds what comes of
//! them against the intent. It never guesses: what cannot be done is refused with its reason. Invariant: an edit that
//! was not evaluated again ([`verify`]) is never written.

mod gather;
mod generated;
mod git;
mod message;
mod series;
mod verify;
mod write;

use std::collections::BTreeMap;

pub use git::{GitError, Repository};
pub use message::{lint, message};
pub use series::{branch, patches};
pub use verify::{Declarations, verify};
pub use write::{Dirty, WriteError, write};

use crate::check::{Finding, Safety};
use crate::declared::Declared;
use crate::license::LicenseExpr;
use crate::nix::rewrite::{self, Task};
use crate::text::{EditSet, RelPath};
use crate::tree::{All, AttrPath, Checkout, HOME, LicenseTable, Package, Site};

use gather::{Group, Target};

/// One package of a run: what it is, what it declares, and the findings about it that count.
#[derive(Clone, Debug)]
pub struct Case<'c> {
    /// The package.
    pub package: &'c Package,
    /// What nixpkgs says.
    pub declared: &'c Declared,
    /// What the rules say; empty for packages that nobody asked about.
    pub findings: Vec<&'c Finding>,
}

/// Which remedies are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// The least sure remedies that are written; `DisplayOnly` is taken for `Unsafe`.
    pub safety: Safety,
    /// At most so many fixes.
    pub limit: Option<usize>,
}

/// What is to be done, and what is not.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The fixes, in order of attribute paths.
    pub fixes: Vec<Fix>,
    /// Wanted and not possible.
    pub refused: Vec<Refused>,
    /// Possible and not wanted: less sure than asked for, or past the limit.
    pub held: Vec<Held>,
    /// The text of every file that a fix touches, as it was read.
    pub texts: BTreeMap<RelPath, String>,
}

/// One value to change: the unit of a commit.
#[derive(Clone, Debug)]
pub struct Fix {
    /// The packages that the value belongs to; the first one names the change.
    pub packages: Vec<Package>,
    /// Where the value is, or the set that it is missing in.
    pub place: Site,
    /// What is declared, in SPDX terms; empty where nothing is.
    pub declared: String,
    /// What is to be declared.
    pub target: LicenseExpr,
    /// How sure that is.
    pub safety: Safety,
    /// The findings that ask for it.
    pub findings: Vec<Finding>,
    /// What changes in the file of `place`.
    pub edits: EditSet,
}

impl Fix {
    /// The package that names the change.
    pub fn attr(&self) -> &AttrPath {
        &self.packages.first().expect("a fix belongs to a package").attr
    }
}

/// A remedy that was wanted and is not possible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The package.
    pub attr: AttrPath,
    /// The rule that asked, e.g. `LIC010`.
    pub check: &'static str,
    /// The place, where there is one.
    pub place: Option<Site>,
    /// Why not, and what to do instead.
    pub why: String,
}

/// A remedy that is possible and was not asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The package.
    pub attr: AttrPath,
    /// The rule that asked.
    pub check: &'static str,
    /// What would be declared.
    pub target: LicenseExpr,
    /// Why it is held back.
    pub why: String,
}

/// The edits that the findings of `cases` ask for. `cases` has every package of the checkout, so that a value that feeds
/// several packages is known for one.
pub fn plan(checkout: &Checkout, cases: &[Case<'_>], table: &LicenseTable, options: &Options) -> Plan {
    let mut plan = Plan::default();
    for group in gather::groups(cases, &mut plan.refused) {
        plan.add(checkout, group, table, options);
    }
    plan
}

impl Plan {
    fn add(&mut self, checkout: &Checkout, group: Group<'_>, table: &LicenseTable, options: &Options) {
        if let Some(why) = held_because(&group, self.fixes.len(), options) {
            let held = |(attr, check)| Held { attr, check, target: group.target.clone(), why: why.clone() };
            self.held.extend(group.asked().map(held));
            return;
        }
        let done = self.text(checkout, &group).and_then(|text| {
            let edits = edits(&text, &group, table)?;
            self.together(&group, &edits)?;
            Ok((text, edits))
        });
        match done {
            Ok((text, edits)) => {
                self.texts.insert(group.place.file().clone(), text);
                self.fixes.push(group.fix(edits));
            }
            Err(why) => self.refused.extend(group.refused(&why)),
        }
    }

    /// The text of the file, where it is one that people write.
    fn text(&self, checkout: &Checkout, group: &Group<'_>) -> Result<String, String> {
        let file = group.place.file();
        let bytes = checkout.read(file).ok_or("the file cannot be read any more")?;
        let text =
            String::from_utf8(bytes.to_vec()).map_err(|_| "the file is not UTF-8 text; edit it by hand".to_owned())?;
        match generated::because(file, &text) {
            Some(why) => Err(why),
            None => Ok(text),
        }
    }

    /// Refuses edits of bytes that an earlier fix wants.
    fn together(&self, group: &Group<'_>, edits: &EditSet) -> Result<(), String> {
        let same_file = self.fixes.iter().filter(|fix| fix.place.file == *group.place.file());
        let mut all = EditSet::new();
        let earlier = same_file.flat_map(|fix| fix.edits.iter());
        earlier
            .chain(edits.iter())
            .try_for_each(|edit| all.add(edit.clone()))
            .map_err(|_| "another fix of this run changes the same lines; run again when that one is in".to_owned())
    }

    /// The text of `file` with the edits of `fixes`, which are some of this plan's.
    pub fn edited<'f>(&self, file: &RelPath, fixes: impl IntoIterator<Item = &'f Fix>) -> Option<String> {
        let mut all = EditSet::new();
        for fix in fixes.into_iter().filter(|fix| fix.place.file == *file) {
            fix.edits.iter().try_for_each(|edit| all.add(edit.clone())).expect("the plan refuses edits that overlap");
        }
        Some(all.apply(self.texts.get(file)?))
    }

    /// Each fix with the text of its file before and after it, when they are made one after the other.
    pub fn steps(&self) -> impl Iterator<Item = (&Fix, String, String)> {
        self.fixes.iter().enumerate().filter_map(|(number, fix)| {
            let before = self.edited(&fix.place.file, &self.fixes[..number])?;
            Some((fix, before, self.edited(&fix.place.file, &self.fixes[..=number])?))
        })
    }

    /// Every file that is touched, with its text before and after.
    pub fn files(&self) -> impl Iterator<Item = (&RelPath, &str, String)> {
        self.texts.iter().filter_map(|(file, before)| {
            let after = self.edited(file, &self.fixes)?;
            (after != *before).then_some((file, before.as_str(), after))
        })
    }
}

fn held_because(group: &Group<'_>, so_far: usize, options: &Options) -> Option<String> {
    match (group.safety, options.safety) {
        (Safety::DisplayOnly, _) => Some("not sure enough to be written; look at the evidence".to_owned()),
        (Safety::Unsafe, Safety::Safe) => Some("needs a reviewer; `--safety unsafe` writes it".to_owned()),
        _ if options.limit.is_some_and(|limit| so_far >= limit) => Some("past --limit".to_owned()),
        _ => None,
    }
}

fn edits(text: &str, group: &Group<'_>, table: &LicenseTable) -> Result<EditSet, String> {
    let all = if group.is_operator { All::Operator } else { All::List };
    let wanted = table.wanted(&group.target, all).ok_or_else(|| {
        format!("the license table of this checkout has no name for {}; add one, or use an inline record", group.target)
    })?;
    let task = Task { wanted: &wanted, home: &HOME, present: &group.present };
    let edits = match &group.place {
        Target::Value(site) => rewrite::replace(text, site.span, &task),
        Target::Set(site) => rewrite::insert(text, site.span, ["meta", "license"], &task),
    };
    edits.map_err(|refusal| refusal.to_string())
}
