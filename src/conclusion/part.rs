//! Parts of a source that are under terms of their own, and what speaks against their being installed.
//!
//! Looks at paths, roles and readings; whether the declared license covers a part is asked by `verdict`. Invariant: a part
//! is never left out for a doubt, it only counts for less.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::evidence::{FileEvidence, Role, Witness};
use crate::license::{LicenseExpr, Suffix};
use crate::text::RelPath;

use super::language::Languages;
use super::scope::{Scope, is_license_document, written};
use super::unasked::Unasked;
use super::{Basis, Confidence, fits};

/// Another license in the tree: a part that has its own terms.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Part {
    /// The folder, or the file where there is only one.
    pub path: RelPath,
    /// Why it counts.
    pub role: Role,
    /// Its license.
    pub expr: LicenseExpr,
    /// The number of files that say so.
    pub files: usize,
    /// One of them.
    pub witness: Basis,
    /// Reason to think that it is not installed.
    pub doubt: Option<Doubt>,
}

/// Reason to think that a part is not installed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Doubt {
    /// It lies in a folder that comes along, such as `contrib`.
    Folder,
    /// Nothing but a readme tells of its terms.
    Readme,
    /// It is written in another language than the compiled code of the project: a script of its developers, or a
    /// plugin for another program.
    OtherLanguage,
    /// It is built only where the build is given this flag.
    OnRequest(String),
    /// It belongs to a copied project, of which some other part may be all that is used.
    WithinCopy,
}

impl Doubt {
    /// True where the part leaves a declaration right that does not have its terms.
    pub fn is_aside(&self) -> bool {
        matches!(self, Doubt::Folder | Doubt::Readme | Doubt::OnRequest(_))
    }
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self {
            Doubt::OnRequest(flag) => return write!(f, "it is built only with `{flag}`, which is not the default"),
            Doubt::Folder => "it lies in a folder that is seldom installed",
            Doubt::Readme => "nothing but a readme tells of its terms",
            Doubt::OtherLanguage => "it is not written in the language of the code that is compiled",
            Doubt::WithinCopy => "it is a part of a copied project, which need not be built as a whole",
        };
        f.write_str(words)
    }
}

impl Part {
    /// The part at `path` of which `witness` tells, one file so far.
    pub fn new(path: RelPath, role: Role, witness: Basis) -> Part {
        let doubt = match () {
            () if is_beside(&path) => Some(Doubt::Folder),
            () if witness.class == Witness::Readme => Some(Doubt::Readme),
            () => None,
        };
        Part { path, role, expr: witness.expr.clone(), files: 1, witness, doubt }
    }

    /// How far the license of the part can be trusted: a tag or a grant in several files cannot be misread; of a copy
    /// nobody here knows whether it is built.
    pub fn confidence(&self) -> Confidence {
        let is_said = matches!(self.witness.class, Witness::Tag | Witness::Grant);
        let is_doubted = self.doubt.as_ref().is_some_and(|doubt| !doubt.is_aside());
        match (self.witness.vague || is_doubted, self.role) {
            (true, _) => Confidence::Low,
            (false, Role::Shipped) if is_said && self.files >= 3 => Confidence::High,
            _ => Confidence::Medium,
        }
    }
}

#[derive(Deserialize)]
struct File {
    row: Vec<Row>,
}

#[derive(Deserialize)]
#[cfg_attr(test, serde(deny_unknown_fields))]
struct Row {
    #[cfg(test)]
    id: String,
    folders: Vec<String>,
    #[cfg(test)]
    yes: Vec<String>,
    #[cfg(test)]
    no: Vec<String>,
}

static BESIDE: LazyLock<BTreeSet<String>> = LazyLock::new(|| rows().into_iter().flat_map(|row| row.folders).collect());

fn rows() -> Vec<Row> {
    let file: File = toml::from_str(include_str!("beside.toml")).expect("a test reads the file");
    file.row
}

/// True below a folder that comes along and is seldom installed.
fn is_beside(path: &RelPath) -> bool {
    path.parts().any(|folder| BESIDE.contains(folder.to_ascii_lowercase().as_str()))
}

/// The licenses of parts of the tree that `expr` does not name, by folder.
pub(super) fn parts(scope: &Scope<'_>, expr: Option<&LicenseExpr>) -> Vec<Part> {
    let mut parts = by_folder(scope, expr);
    let bundled = scope.bundled().map(|witness| Part::new(witness.file.clone(), Role::ThirdParty, witness));
    parts.extend(bundled);
    parts.sort_by(|a, b| (&a.path, &a.expr).cmp(&(&b.path, &b.expr)));
    let copies = Copies::of(scope);
    let doubt = |part: &Part| part.doubt.clone().or_else(|| copies.hold(part).then_some(Doubt::WithinCopy));
    parts.into_iter().map(|part| Part { doubt: doubt(&part), ..part }).map(narrowed).collect()
}

fn by_folder(scope: &Scope<'_>, expr: Option<&LicenseExpr>) -> Vec<Part> {
    let mut parts: BTreeMap<(RelPath, LicenseExpr), Part> = BTreeMap::new();
    let (languages, unasked) = (Languages::of(scope), Unasked::of(scope));
    for (file, reading) in scope.readings().filter(|(file, reading)| may_be_part(scope, file, reading)) {
        let reading = scope.as_stated(file, reading);
        // Words that a program prints beside the header of its own file are no part.
        let is_covered = |said: &Basis| expr.is_some_and(|expr| fits(&said.expr, said.vague, expr));
        if is_covered(&reading) || written(file).is_some_and(|said| is_covered(&said)) {
            continue;
        }
        let path = scope.part_of(file);
        let role = if file.role == Role::LicenseText { Role::Shipped } else { file.role };
        let part = Part { files: 0, ..Part::new(path.clone(), role, reading.clone()) };
        let on_request = unasked.flag(&file.path).map(|flag| Doubt::OnRequest(flag.to_owned()));
        let doubt = on_request.or_else(|| languages.is_other(file).then_some(Doubt::OtherLanguage));
        let first = || Part { doubt: part.doubt.clone().or_else(|| doubt.clone()), ..part };
        let entry = parts.entry((path, reading.expr.clone())).or_insert_with(first);
        entry.files += 1;
        if matches!(entry.doubt, Some(Doubt::OtherLanguage | Doubt::OnRequest(_))) {
            entry.doubt = doubt;
        }
        // A license document of the folder is a better witness than one of its files.
        if reading.class == Witness::Text && entry.witness.class != Witness::Text && file.role == Role::LicenseText {
            entry.witness = reading;
        }
    }
    with_their_texts(parts.into_values().collect())
}

/// True for a file that ships, and for the document of a folder that ships, where it states more than the files there.
fn may_be_part(scope: &Scope<'_>, file: &FileEvidence, reading: &Basis) -> bool {
    match file.role {
        Role::Test | Role::Docs | Role::Example | Role::OtherPlatform => false,
        Role::LicenseText => scope.is_of_shipped_folder(file) && !scope.is_text_of_files(file, &reading.expr),
        _ => true,
    }
}

/// The headers beside a text say what it leaves open.
fn with_their_texts(parts: Vec<Part>) -> Vec<Part> {
    let is_open = |part: &Part| part.expr.terms().iter().any(|term| term.suffix == Suffix::Unstated);
    let (open, mut parts): (Vec<Part>, Vec<Part>) = parts.into_iter().partition(is_open);
    for text in open {
        match parts.iter_mut().find(|part| part.path == text.path && same_licenses(&part.expr, &text.expr)) {
            Some(part) => part.files += text.files,
            None => parts.push(text),
        }
    }
    parts
}

fn same_licenses(left: &LicenseExpr, right: &LicenseExpr) -> bool {
    let open = |expr: &LicenseExpr| expr.map_terms(&mut |term| term.clone().with_suffix(Suffix::Unstated));
    open(left) == open(right)
}

/// A part of one file is named by that file.
fn narrowed(mut part: Part) -> Part {
    if part.files == 1 {
        part.path = part.witness.file.clone();
    }
    part
}

/// Names of the files with which a project of its own is built.
const BUILT_BY: &[&str] = &[
    "configure",
    "configure.ac",
    "cmakelists.txt",
    "meson.build",
    "makefile.am",
    "cargo.toml",
    "package.json",
    "setup.py",
    "pyproject.toml",
    "go.mod",
];

/// Folders of copied projects: each with a license document and a build of its own.
struct Copies(BTreeSet<RelPath>);

impl Copies {
    fn of(scope: &Scope<'_>) -> Copies {
        let built = scope.folders_with(|file| BUILT_BY.contains(&file.path.name().to_ascii_lowercase().as_str()));
        let documented = scope.folders_with(is_license_document);
        Copies(built.intersection(&documented).cloned().collect())
    }

    /// True for a folder inside of a copied project, and for the list of licenses of all its parts.
    fn hold(&self, part: &Part) -> bool {
        let is_list = || matches!(part.expr, LicenseExpr::And(_)) && self.0.contains(&part.path);
        let is_inside = || above(&part.path).any(|folder| self.0.contains(&folder));
        is_list() || is_inside()
    }
}

/// The folders in which `path` lies, below the root.
fn above(path: &RelPath) -> impl Iterator<Item = RelPath> {
    let up = |path: &RelPath| Some(path.parent()).filter(|folder| !folder.as_str().is_empty());
    std::iter::successors(up(path), up)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_knows_its_folders() {
        for row in rows() {
            let own: BTreeSet<&str> = row.folders.iter().map(String::as_str).collect();
            let below = |path: &str| path.to_ascii_lowercase().split('/').any(|folder| own.contains(folder));
            for path in &row.yes {
                assert!(below(path), "{} does not hold {path}", row.id);
            }
            for path in &row.no {
                assert!(!is_beside(&RelPath::new(path).expect("relative")), "{} holds {path}", row.id);
            }
        }
    }
}
