//! Evaluated metadata as a second witness: what the real Nix says, from a file or from `nix-env` itself.
//!
//! Knows licenses and positions of attributes and nothing of how they came about. Nothing is run unless [`run`] is
//! called. Invariant: what was resolved statically is never replaced; where the witness differs, that is said.

mod license;
mod read;
mod run;

pub use read::MetaError;
pub use run::run;

use std::collections::BTreeMap;
use std::path::Path;

use super::{Declared, Statement};
use crate::tree::Package;

/// Evaluated metadata of all attributes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evaluated {
    /// By attribute path.
    pub packages: BTreeMap<String, Entry>,
    /// Attribute paths by file name and line of their position.
    places: BTreeMap<(String, u32), Vec<String>>,
}

/// Evaluated metadata of one attribute.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// `pname`, or the name.
    pub pname: Option<String>,
    /// `meta.position`: file as evaluated, and line.
    pub position: Option<(String, u32)>,
    /// `meta.license`, or why that is not known.
    pub license: License,
}

/// An evaluated license.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum License {
    /// There is none.
    #[default]
    Absent,
    /// It says this.
    Says(Statement),
    /// It was not evaluated, or makes no sense.
    Unknown(String),
}

/// How the two witnesses relate for one package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// Evaluation says nothing about this package, or not what its license is.
    Unseen,
    /// Both say the same.
    Same,
    /// A declaration that was not known statically is known now.
    Filled,
    /// They differ: what is declared statically, and what evaluation says.
    Differs {
        /// Statically.
        stated: String,
        /// By evaluation.
        evaluated: String,
    },
}

impl Evaluated {
    /// Reads the output of `nix-env -qaP --json --meta`, of `nix-eval-jobs --meta` or `packages.json`; all of them
    /// may be compressed with brotli if the name ends in `.br`.
    pub fn load(path: &Path) -> Result<Evaluated, MetaError> {
        read::load(path)
    }

    /// True where it says nothing about any package.
    pub fn is_empty(&self) -> bool {
        self.packages.is_empty()
    }

    fn insert(&mut self, attr: String, entry: Entry) {
        if let Some((file, line)) = &entry.position {
            let name = file.rsplit('/').next().unwrap_or(file);
            self.places.entry((name.to_owned(), *line)).or_default().push(attr.clone());
        }
        self.packages.insert(attr, entry);
    }

    /// Evaluated metadata of `package`: by its attribute path, else by its position and `pname` where all that
    /// stand there say the same (attribute paths differ between tools, places do not).
    pub fn entry(&self, package: &Package) -> Option<&Entry> {
        self.packages.get(&package.attr.0).or_else(|| self.entry_by_place(package))
    }

    fn entry_by_place(&self, package: &Package) -> Option<&Entry> {
        let site = package.site.as_ref()?;
        let file = site.file.as_str();
        let name = file.rsplit('/').next().unwrap_or(file);
        let attrs = self.places.get(&(name.to_owned(), site.start.line))?;
        let mut entries = attrs.iter().map(|attr| &self.packages[attr]).filter(|entry| {
            entry.pname == package.pname && entry.position.as_ref().is_some_and(|(full, _)| is_below(full, file))
        });
        let first = entries.next()?;
        entries.all(|entry| entry.license == first.license).then_some(first)
    }

    /// Declaration with this witness considered, and whether the two agree.
    pub fn join(&self, package: &Package, declared: Declared) -> (Declared, Agreement) {
        let Some(entry) = self.entry(package) else { return (declared, Agreement::Unseen) };
        match (&declared, &entry.license) {
            (_, License::Unknown(_)) => (declared, Agreement::Unseen),
            (Declared::Computed { .. } | Declared::Partial { .. }, evaluated) => fill(package, declared, evaluated),
            (Declared::Branches { site, cases }, License::Says(said)) => {
                match cases.iter().find(|(_, statement)| same(statement, said)) {
                    Some((_, statement)) => {
                        let (site, statement) = (site.clone(), statement.clone());
                        (Declared::Resolved { site, statement }, Agreement::Filled)
                    }
                    None => differs(declared, &entry.license),
                }
            }
            (Declared::Resolved { statement, .. }, License::Says(said)) if same(statement, said) => {
                (declared, Agreement::Same)
            }
            (Declared::Absent, License::Absent) => (declared, Agreement::Same),
            _ => differs(declared, &entry.license),
        }
    }
}

fn is_below(full: &str, file: &str) -> bool {
    full.strip_suffix(file).is_some_and(|root| root.is_empty() || root.ends_with('/'))
}

fn fill(package: &Package, declared: Declared, evaluated: &License) -> (Declared, Agreement) {
    let site = match &declared {
        Declared::Computed { site, .. } => site.clone().or_else(|| package.site.clone()),
        Declared::Partial { site, .. } => Some(site.clone()),
        _ => None,
    };
    match (evaluated, site) {
        (License::Absent, _) => (Declared::Absent, Agreement::Filled),
        (License::Says(statement), Some(site)) => {
            (Declared::Resolved { site, statement: statement.clone() }, Agreement::Filled)
        }
        // A finding needs a place to stand.
        _ => (declared, Agreement::Unseen),
    }
}

fn differs(declared: Declared, evaluated: &License) -> (Declared, Agreement) {
    let stated = match &declared {
        Declared::Resolved { statement, .. } => in_words(statement),
        Declared::Branches { cases, .. } => {
            cases.iter().map(|(_, statement)| in_words(statement)).collect::<Vec<_>>().join(" or else ")
        }
        _ => "no license".to_owned(),
    };
    let evaluated = match evaluated {
        License::Says(statement) => in_words(statement),
        _ => "no license".to_owned(),
    };
    (declared, Agreement::Differs { stated, evaluated })
}

/// True where form, members and operators are the same. Where a member is written does not matter.
fn same(left: &Statement, right: &Statement) -> bool {
    match (left, right) {
        (Statement::One(left), Statement::One(right)) => left.label == right.label,
        (Statement::List(left), Statement::List(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| left.label == right.label)
        }
        (Statement::Operator { expr: left, .. }, Statement::Operator { expr: right, .. }) => left == right,
        (Statement::Text(left, _), Statement::Text(right, _)) => left == right,
        _ => false,
    }
}

fn in_words(statement: &Statement) -> String {
    match statement {
        Statement::One(member) => member.label.clone(),
        Statement::List(members) => {
            format!("[{}]", members.iter().map(|member| member.label.as_str()).collect::<Vec<_>>().join(", "))
        }
        Statement::Operator { expr, .. } => expr.to_string(),
        Statement::Text(text, _) => format!("\"{text}\""),
    }
}

#[cfg(test)]
mod tests;
