//! Which license bindings of a tree are accounted for: by a package, or by a reason.
//!
//! Invariant: every binding is one or the other, so that a search for `license =` finds nothing that the report is
//! silent about.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Declared, Row};
use crate::text::{RelPath, Span};
use crate::tree::{Form, LicenseBinding, Site};

/// The license bindings of a tree.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bindings {
    /// How many there are.
    pub total: usize,
    /// Those that no package states, by file and place.
    pub elsewhere: Vec<Elsewhere>,
}

/// A license binding that no package states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Elsewhere {
    /// The file.
    pub file: RelPath,
    /// The line.
    pub line: u32,
    /// Why it is not the license of a package.
    pub why: NoPackage,
}

/// Why a license binding is not the license of a package.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum NoPackage {
    /// In a folder of tests or templates.
    Test,
    /// In a module of NixOS or the like.
    Module,
    /// In a function that packages may call.
    Function,
    /// In a file that gives no package when it is read alone, and that nothing refers to.
    Unused,
    /// The file could not be evaluated, because ...
    Failed(String),
}

impl NoPackage {
    /// The reasons that are counted, without their causes.
    pub const KINDS: [&str; 5] = ["tests", "modules", "functions", "unused", "failed"];

    /// The name of its kind, one of [`NoPackage::KINDS`].
    pub fn kind(&self) -> &'static str {
        match self {
            NoPackage::Test => "tests",
            NoPackage::Module => "modules",
            NoPackage::Function => "functions",
            NoPackage::Unused => "unused",
            NoPackage::Failed(_) => "failed",
        }
    }
}

impl fmt::Display for NoPackage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoPackage::Test => f.write_str("in a folder of tests or templates"),
            NoPackage::Module => f.write_str("in a module"),
            NoPackage::Function => f.write_str("in a function that no package of the tree was seen to call"),
            NoPackage::Unused => f.write_str("in a part of the tree that no package comes from"),
            NoPackage::Failed(why) => write!(f, "not understood: {why}"),
        }
    }
}

impl Bindings {
    /// How many packages state.
    pub fn in_packages(&self) -> usize {
        self.total - self.elsewhere.len()
    }

    /// How many are of each of [`NoPackage::KINDS`].
    pub fn by_kind(&self) -> [(&'static str, usize); 5] {
        let count = |kind: &str| self.elsewhere.iter().filter(|one| one.why.kind() == kind).count();
        NoPackage::KINDS.map(|kind| (kind, count(kind)))
    }

    /// How many were not understood.
    pub fn failed(&self) -> usize {
        self.elsewhere.iter().filter(|one| matches!(one.why, NoPackage::Failed(_))).count()
    }
}

/// The places that packages state their licenses at.
#[derive(Default)]
pub struct Stated {
    places: BTreeMap<RelPath, Vec<u32>>,
}

impl Stated {
    /// Those of the packages among `rows`.
    pub fn by<'r>(rows: impl IntoIterator<Item = &'r Row>) -> Stated {
        let mut stated = Stated::default();
        rows.into_iter().for_each(|row| stated.add(row));
        stated
    }

    /// Adds those of `row`.
    pub fn add(&mut self, row: &Row) {
        let Row::Package(package, declared) = row else { return };
        for Site { file, span, .. } in license_site(declared).into_iter().chain(&package.site) {
            self.places.entry(file.clone()).or_default().push(span.start);
        }
    }

    /// Where license values of packages begin in `file`, among other places of theirs.
    pub fn values_in(&self, file: &RelPath) -> &[u32] {
        self.places.get(file).map(Vec::as_slice).unwrap_or_default()
    }

    /// True where a package states its license at `binding`, or the rest of its `meta` beside it.
    pub fn holds(&self, binding: &LicenseBinding) -> bool {
        let is_in = |span: Span, at: u32| span.start <= at && at < span.end;
        let places = self.places.get(&binding.file).map(Vec::as_slice).unwrap_or_default();
        places.iter().any(|at| is_in(binding.span, *at) || is_in(binding.set, *at))
    }
}

/// The license value of a package.
pub fn license_site(declared: &Declared) -> Option<&Site> {
    match declared {
        Declared::Absent => None,
        Declared::Resolved { site, .. } | Declared::Branches { site, .. } | Declared::Partial { site, .. } => {
            Some(site)
        }
        Declared::Malformed { site, .. } => Some(site),
        Declared::Computed { site, .. } => site.as_ref(),
    }
}

/// Files with a package whose license was not told, or not all of it, with the name of the package: it may state what
/// is bound there.
fn untold(rows: &[Row]) -> BTreeMap<&RelPath, &str> {
    let mut untold = BTreeMap::new();
    for row in rows {
        if let Row::Package(package, declared) = row
            && matches!(**declared, Declared::Computed { .. } | Declared::Partial { .. })
            && let Some(site) = &package.site
        {
            untold.insert(&site.file, package.attr.0.as_str());
        }
    }
    untold
}

/// Accounts for `bindings` by the packages among `rows`; `failed` says why files could not be evaluated.
pub fn account(bindings: &[LicenseBinding], rows: &[Row], failed: &BTreeMap<RelPath, String>) -> Bindings {
    let stated = Stated::by(rows);
    let untold = untold(rows);
    let doubt = |file| untold.get(file).map(|attr| format!("the license of `{attr}` is computed"));
    let failure = |file| failed.get(file).cloned().or_else(|| doubt(file));
    let elsewhere = bindings.iter().filter(|binding| !stated.holds(binding)).map(|binding| Elsewhere {
        file: binding.file.clone(),
        line: binding.line,
        why: match binding.form {
            Form::Test => NoPackage::Test,
            Form::Module => NoPackage::Module,
            // Its callers decide, whatever else in the file could not be evaluated.
            Form::Function => NoPackage::Function,
            Form::Plain => failure(&binding.file).map_or(NoPackage::Unused, NoPackage::Failed),
        },
    });
    Bindings { total: bindings.len(), elsewhere: elsewhere.collect() }
}
