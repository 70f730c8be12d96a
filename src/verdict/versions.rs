//! Two versions of a source: which licenses appeared, vanished or moved, and what is concluded of each.

use std::collections::{BTreeMap, BTreeSet};

use crate::conclusion::Conclusion;
use crate::evidence::{Evidence, Role, Witness};
use crate::license::equivalent;
use crate::source::Verification;
use crate::text::RelPath;

/// Statements of the files of one version, by license and role. Clues are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    stated: BTreeMap<String, BTreeMap<Role, Stated>>,
    /// Whether its files are those of the declared source.
    pub verification: Verification,
}

/// The files of one role that state one license.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Stated {
    files: BTreeSet<RelPath>,
    in_manifest: bool,
}

/// How two versions of a source differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versions {
    /// Conclusion of the old one: an expression, `NONE` or `NOASSERTION`.
    pub before: String,
    /// Conclusion of the new one.
    pub after: String,
    /// True where the two do not mean the same.
    pub is_other: bool,
    /// The licenses that did not stay where they were, by name and role.
    pub shifts: Vec<Shift>,
    /// Whether the files of both are those of the declared sources.
    pub verification: Verification,
}

/// A license that did not stay where it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shift {
    /// The license, as its files state it.
    pub license: String,
    /// The role of its files: of the new ones, or of the old ones where it vanished.
    pub role: Role,
    /// Outcome.
    pub how: How,
    /// These files, in the version that has them.
    pub files: Vec<RelPath>,
    /// True where one of the files is a manifest, which speaks for the whole.
    pub in_manifest: bool,
}

/// Change of a license.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// It is new in this role.
    Appeared,
    /// It is not in this role any more.
    Vanished,
    /// Files of this role had it before, now others do.
    Moved(Role),
}

impl Outline {
    /// The outline of a source.
    pub fn of(evidence: &Evidence) -> Outline {
        let mut outline = Outline { verification: evidence.verification, ..Outline::default() };
        for file in &evidence.files {
            for detection in file.detections.iter().filter(|one| one.class != Witness::Clue) {
                let roles = outline.stated.entry(detection.expr.to_string()).or_default();
                let stated = roles.entry(file.role).or_default();
                stated.files.insert(file.path.clone());
                stated.in_manifest |= detection.class == Witness::Manifest;
            }
        }
        outline
    }

    fn stated(&self, license: &str, role: Role) -> Option<&Stated> {
        self.stated.get(license)?.get(&role)
    }

    fn roles(&self, license: &str) -> BTreeSet<Role> {
        self.stated.get(license).map(|roles| roles.keys().copied().collect()).unwrap_or_default()
    }

    fn shift(&self, license: &str, role: Role, how: How) -> Shift {
        let stated = self.stated(license, role).cloned().unwrap_or_default();
        let files = stated.files.into_iter().collect();
        Shift { license: license.to_owned(), role, how, files, in_manifest: stated.in_manifest }
    }
}

impl Versions {
    /// How the old version of a source and the new one differ.
    pub fn between((old, before): (&Outline, &Conclusion), (new, after): (&Outline, &Conclusion)) -> Versions {
        let is_other = match (before, after) {
            (Conclusion::Concluded(before), Conclusion::Concluded(after)) => !equivalent(&before.expr, &after.expr),
            (before, after) => before.in_words() != after.in_words(),
        };
        let licenses: BTreeSet<&String> = old.stated.keys().chain(new.stated.keys()).collect();
        let shifts = licenses.into_iter().flat_map(|license| shifts(license, old, new)).collect();
        let verification = old.verification.max(new.verification);
        Versions { before: before.in_words(), after: after.in_words(), is_other, shifts, verification }
    }

    /// True where they say the same.
    pub fn is_same(&self) -> bool {
        !self.is_other && self.shifts.is_empty()
    }
}

/// A role that lost a license and one that got it are one move.
fn shifts(license: &str, old: &Outline, new: &Outline) -> Vec<Shift> {
    let (before, after) = (old.roles(license), new.roles(license));
    let mut lost = before.difference(&after).copied();
    let mut shifts: Vec<Shift> = Vec::new();
    for role in after.difference(&before).copied() {
        let how = lost.next().map_or(How::Appeared, How::Moved);
        shifts.push(new.shift(license, role, how));
    }
    shifts.extend(lost.map(|role| old.shift(license, role, How::Vanished)));
    shifts
}
