//! From remedies to edits: what to write where, or why not.
//!
//! A remedy is an intent; this module finds the place, asks [`crate::nix::rewrite`] for the edits and holds what comes of
//! them against the intent. It never guesses: what cannot be done is refused with its reason. Invariant: an edit that
//! was not evaluated again ([`verify`]) is never written.

mod choice;
mod gather;
mod generated;
mod git;
mod message;
mod offer;
mod series;
mod swap;
mod upstream;
mod verify;
pub mod worklist;
mod write;

use std::collections::BTreeMap;

pub use choice::{Choice, Joint};
pub use git::{GitError, Repository};
pub use message::{lint, message};
pub use series::{branch, patches};
pub use upstream::question;
pub use verify::{Declarations, Evaluate, verify};
pub use write::{Dirty, WriteError, take_back, write};

use crate::check::{Finding, Offer, Safety};
use crate::declared::Declared;
use crate::license::LicenseExpr;
use crate::nix::rewrite::{Rewriter, Task};
use crate::source::Verification;
use crate::table::{All, HOME, LicenseTable};
use crate::text::{EditSet, RelPath};
use crate::tree::{AttrPath, Checkout, Package, Site};

use gather::{Group, Target};

/// One package of a run: what it is, what it declares, and the findings about it that count.
#[derive(Clone, Debug)]
pub struct Case<'c> {
    /// The package.
    pub package: &'c Package,
    /// Declaration of nixpkgs.
    pub declared: &'c Declared,
    /// Findings; empty for packages that were not selected.
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

/// Plan of edits, and the refused ones.
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
    /// Declaration in SPDX terms; empty where there is none.
    pub declared: String,
    /// License to be declared.
    pub target: LicenseExpr,
    /// How sure that is.
    pub safety: Safety,
    /// The findings that ask for it.
    pub findings: Vec<Finding>,
    /// Edits in the file of `place`.
    pub edits: EditSet,
}

impl Fix {
    /// The package that names the change.
    pub fn attr(&self) -> &AttrPath {
        &self.packages.first().expect("a fix belongs to a package").attr
    }

    /// Whether the sources that it rests on are the declared ones.
    pub fn verification(&self) -> Verification {
        self.findings.iter().map(|finding| finding.verification).max().unwrap_or_default()
    }

    /// The remedies that are not carried out, because of `why`.
    fn refused(&self, why: &str) -> impl Iterator<Item = Refused> {
        self.findings.iter().map(move |finding| Refused {
            attr: finding.attr.clone(),
            check: finding.check.id,
            place: Some(self.place.clone()),
            why: why.to_owned(),
        })
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
    /// Proposed declaration.
    pub target: LicenseExpr,
    /// Why it is held back.
    pub why: String,
}

/// The edits that the findings of `cases` ask for. `cases` has every package of the checkout, so that a value that feeds
/// several packages is known for one.
pub fn plan(checkout: &Checkout, cases: &[Case<'_>], table: &LicenseTable, options: &Options) -> Plan {
    let mut plan = Plan::default();
    let groups = gather::groups(cases, &mut plan.refused);
    let mut batch = EditBatch { checkout, table, files: BTreeMap::new() };
    for group in groups {
        match (batch.proposal(&group), held_because(&group, plan.fixes.len(), options)) {
            (Proposal::Explained(why), _) => plan.held.extend(group.held(&why)),
            (Proposal::Refused(why), Some(_)) => plan.held.extend(group.held(&why)),
            (Proposal::Edits(_), Some(why)) => plan.held.extend(group.held(&why)),
            (Proposal::Refused(why), None) => plan.refused.extend(group.refused(&why)),
            (Proposal::Edits(edits), None) if edits.is_empty() => {}
            (Proposal::Edits(edits), None) => match batch.take(group.place.file(), &edits) {
                Ok(()) => plan.fixes.push(group.fix(edits)),
                Err(why) => plan.refused.extend(group.refused(&why)),
            },
        }
    }
    plan.texts = batch.texts();
    plan
}

/// The remedies of `cases`, which are those of [`plan`], each at its place: what would be written, or why nothing is.
pub fn offers(checkout: &Checkout, cases: &[Case<'_>], table: &LicenseTable) -> Vec<(AttrPath, Offer)> {
    let mut refused = Vec::new();
    let groups = gather::groups(cases, &mut refused);
    let mut batch = EditBatch { checkout, table, files: BTreeMap::new() };
    let mut offers: Vec<(AttrPath, Offer)> =
        refused.into_iter().map(|one| (one.attr, offer::nothing(one.why))).collect();
    for group in groups {
        let offer = offer::of(&group, batch.proposal(&group), batch.text(group.place.file()));
        offers.extend(group.asked().map(|(attr, _)| (attr, offer.clone())));
    }
    offers
}

/// Outcome of a remedy at its place.
enum Proposal {
    /// These edits; none where it says so already.
    Edits(EditSet),
    /// A comment explains the value as it is.
    Explained(String),
    /// It cannot be written, because ...
    Refused(String),
}

/// Files that are being edited together, each read once.
struct EditBatch<'d> {
    checkout: &'d Checkout,
    table: &'d LicenseTable,
    files: BTreeMap<RelPath, Result<Sheet, String>>,
}

/// One file, with all edits so far.
struct Sheet {
    rewriter: Rewriter,
    edits: EditSet,
}

impl Sheet {
    /// The file as people write it; why it is not for editing.
    fn open(checkout: &Checkout, file: &RelPath) -> Result<Sheet, String> {
        let bytes = checkout.read(file).ok_or("the file cannot be read any more")?;
        let text = std::str::from_utf8(bytes).map_err(|_| "the file is not UTF-8 text; edit it by hand".to_owned())?;
        match generated::because(file, text) {
            Some(why) => Err(why),
            None => Rewriter::open(text)
                .map(|rewriter| Sheet { rewriter, edits: EditSet::new() })
                .map_err(|refusal| refusal.to_string()),
        }
    }
}

impl EditBatch<'_> {
    /// The one answer to what comes of `group`, for everybody who asks.
    fn proposal(&mut self, group: &Group<'_>) -> Proposal {
        if let Some(comment) = self.comment_at(group.place.site()) {
            let why = format!("a comment explains the value: `{comment}`; decide with it in view, and edit by hand");
            return Proposal::Explained(why);
        }
        self.edit(group).map_or_else(Proposal::Refused, Proposal::Edits)
    }

    /// The edits that `group` asks for.
    fn edit(&mut self, group: &Group<'_>) -> Result<EditSet, String> {
        let file = group.place.file();
        if let Target::Set(_) = group.place
            && let Some(why) = generated::shared(file)
        {
            return Err(why);
        }
        let table = self.table;
        if let Target::Set(site) = &group.place
            && !is_set(site.span.of(self.text_of(file)?))
        {
            return Err("no set of this package is written here; state the license where it is defined".to_owned());
        }
        let sheet = self.sheet(file).as_ref().map_err(Clone::clone)?;
        edits(&sheet.rewriter, group, table)
    }

    fn text_of(&mut self, file: &RelPath) -> Result<&str, String> {
        self.sheet(file).as_ref().map(|sheet| sheet.rewriter.text()).map_err(Clone::clone)
    }

    /// Adds `edits` to those of `file`; an error where they touch the same bytes.
    fn take(&mut self, file: &RelPath, edits: &EditSet) -> Result<(), String> {
        let sheet = self.sheet(file).as_mut().map_err(|why| why.clone())?;
        let mut all = sheet.edits.clone();
        edits
            .iter()
            .try_for_each(|edit| all.add(edit.clone()))
            .map_err(|_| "another fix of this run changes the same lines; run again when that one is in".to_owned())?;
        sheet.edits = all;
        Ok(())
    }

    fn sheet(&mut self, file: &RelPath) -> &mut Result<Sheet, String> {
        self.files.entry(file.clone()).or_insert_with(|| Sheet::open(self.checkout, file))
    }

    /// The text of `file` as it was read.
    fn text(&self, file: &RelPath) -> &str {
        self.files.get(file).and_then(|sheet| sheet.as_ref().ok()).map_or("", |sheet| sheet.rewriter.text())
    }

    /// The comment behind the value at `site`: somebody wrote down why it is as it is.
    fn comment_at(&mut self, site: &Site) -> Option<String> {
        let text = self.sheet(&site.file).as_ref().ok()?.rewriter.text();
        let value = text.get(site.span.start as usize..site.span.end as usize)?;
        // The set that a license is missing in has comments about everything.
        if is_set(value) {
            return None;
        }
        text[site.span.end as usize..].lines().next().and_then(comment)
    }

    /// The text of every file that has edits.
    fn texts(self) -> BTreeMap<RelPath, String> {
        let edited = self.files.into_iter().filter_map(|(file, sheet)| Some((file, sheet.ok()?)));
        edited
            .filter(|(_, sheet)| !sheet.edits.is_empty())
            .map(|(file, sheet)| (file, sheet.rewriter.text().to_owned()))
            .collect()
    }
}

impl Plan {
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
        self.files_with(&self.fixes)
    }

    /// Every file that `fixes`, which are some of this plan's, touch, with its text before and after.
    pub fn files_with<'p>(&'p self, fixes: &'p [Fix]) -> impl Iterator<Item = (&'p RelPath, &'p str, String)> {
        let mut by_file: BTreeMap<&RelPath, Vec<&Fix>> = BTreeMap::new();
        fixes.iter().for_each(|fix| by_file.entry(&fix.place.file).or_default().push(fix));
        by_file.into_iter().filter_map(|(file, fixes)| {
            let (file, before) = self.texts.get_key_value(file)?;
            let after = self.edited(file, fixes)?;
            (after != *before).then_some((file, before.as_str(), after))
        })
    }
}

/// True for a set, and for a place in one.
fn is_set(written: &str) -> bool {
    written.is_empty() || written.starts_with('{') || written.starts_with("rec")
}

/// The comment at the end of a line of Nix.
fn comment(line: &str) -> Option<String> {
    let (_, comment) =
        line.split_once('#').filter(|(before, _)| before.is_empty() || before.ends_with([' ', ';', '\t']))?;
    let comment = comment.trim();
    (!comment.is_empty()).then(|| comment.to_owned())
}

fn held_because(group: &Group<'_>, so_far: usize, options: &Options) -> Option<String> {
    let doubt = group.doubt.map(|doubt| doubt.to_string()).unwrap_or_default();
    match (group.safety(), options.safety) {
        (Safety::DisplayOnly, _) => Some(format!("{doubt}; --interactive asks, with the evidence")),
        (Safety::Unsafe, Safety::Safe) => Some(match group.verification() {
            Verification::Verified => format!("{doubt}; review it and pass --safety unsafe"),
            Verification::Unverified(why) => {
                format!("its source is unverified ({why}); compare it with the declared one and pass --safety unsafe")
            }
        }),
        _ if options.limit.is_some_and(|limit| so_far >= limit) => Some("left for later (--limit)".to_owned()),
        _ => None,
    }
}

fn edits(rewriter: &Rewriter, group: &Group<'_>, table: &LicenseTable) -> Result<EditSet, String> {
    let all = if group.is_operator { All::Operator } else { All::List };
    let wanted = table.wanted(&group.target, all).ok_or_else(|| {
        format!("the license table of this checkout has no name for {}; add one, or use an inline record", group.target)
    })?;
    let task = Task { wanted: &wanted, home: &HOME, present: &group.present };
    let edits = match &group.place {
        Target::Value(site) => rewriter.replace(site.span, &task),
        Target::Set(site) => rewriter.insert(site.span, ["meta", "license"], &task),
    };
    edits.map_err(|refusal| refusal.to_string())
}
