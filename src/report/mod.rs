//! What a run found, and the formats it is written in.
//!
//! A report holds everything a format may want; a format only writes. One file and one row in [`FORMATS`] per format.

pub mod detected;
mod diff;
mod explain;
mod json;
mod terminal;
mod wire;

pub use explain::explain;

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::check::{Finding, Judged, Severity};
use crate::declared::Declared;
use crate::evidence::Evidence;
use crate::text::RelPath;
use crate::tree::{AttrPath, Package, TableOrigin};
use crate::verdict::Verdict;

/// Everything that a run found.
#[derive(Clone, Debug)]
pub struct Report {
    /// The tree as the user named it.
    pub tree: String,
    /// Where the license table came from.
    pub table: TableOrigin,
    /// Every package that was evaluated, in order of attribute paths.
    pub packages: Vec<PackageReport>,
    /// What was discovered and is not a package to look at (aliases, functions, attributes that throw), and what
    /// could not be read at all; in order.
    pub rest: Vec<Rest>,
    /// Packages that were not asked for.
    pub not_asked_for: usize,
    /// Asked for and not there.
    pub unmatched: Vec<String>,
    /// How much of the sources could be looked at.
    pub coverage: Coverage,
    /// True where the run ended early.
    pub partial: bool,
}

/// A package of the report.
#[derive(Clone, Debug)]
pub struct PackageReport {
    /// The package.
    pub package: Package,
    /// What nixpkgs says.
    pub declared: Declared,
    /// What became of it.
    pub outcome: Outcome,
    /// What the rules say, with the quoted place.
    pub findings: Vec<Located>,
    /// Everything that was seen in its source, where that was asked for.
    pub evidence: Option<Evidence>,
}

/// What became of a package: exactly one of these.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Looked at; `None` where only the metadata was asked for.
    Audited(Option<Box<Judged>>),
    /// Chose not to, because ...
    Skipped(String),
    /// Could not, because ...
    Failed(String),
}

/// Something of the tree that gave no package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rest {
    /// The attribute path, or the file where there is none.
    pub name: String,
    /// True where it could not be read; false where it is not a package.
    pub failed: bool,
    /// Why.
    pub why: String,
}

/// A finding with the lines of its place.
#[derive(Clone, Debug)]
pub struct Located {
    /// The finding.
    pub finding: Finding,
    /// The lines of `finding.place`; `None` where the file could not be read again.
    pub quote: Option<Quote>,
}

/// Whole lines of a file, and the marked bytes in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// The lines, with their line breaks.
    pub text: String,
    /// The number of the first one.
    pub first_line: u32,
    /// The marked bytes of `text`.
    pub mark: (usize, usize),
}

/// How much could be looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Packages that have a source.
    pub with_source: usize,
    /// Packages whose source was looked at.
    pub looked_at: usize,
    /// Files read, each source once.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Files that were not read as text (binary, too large, unreadable).
    pub unread: u64,
}

/// The totals of a report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Everything that was discovered.
    pub discovered: usize,
    /// Audited packages.
    pub audited: usize,
    /// Chosen not to look at.
    pub skipped: usize,
    /// Could not be looked at.
    pub failed: usize,
    /// Declared and concluded match.
    pub agrees: usize,
    /// They do not.
    pub drifts: usize,
    /// Audited, and it cannot be told.
    pub cannot_tell: usize,
    /// Findings by severity: note, warning, error.
    pub findings: [usize; 3],
    /// Findings by rule id.
    pub by_check: BTreeMap<&'static str, usize>,
}

impl Report {
    /// The totals; `discovered == audited + skipped + failed` always.
    pub fn totals(&self) -> Totals {
        let mut totals = Totals { skipped: self.not_asked_for, ..Totals::default() };
        for package in &self.packages {
            match &package.outcome {
                Outcome::Skipped(_) => totals.skipped += 1,
                Outcome::Failed(_) => totals.failed += 1,
                Outcome::Audited(judged) => {
                    totals.audited += 1;
                    match judged.as_ref().map(|judged| &judged.verdict) {
                        Some(Verdict::Agrees { .. }) => totals.agrees += 1,
                        Some(Verdict::Drifts(_)) => totals.drifts += 1,
                        Some(Verdict::Undecided(_)) | None => totals.cannot_tell += 1,
                    }
                }
            }
            for located in &package.findings {
                totals.findings[located.finding.severity() as usize] += 1;
                *totals.by_check.entry(located.finding.check.id).or_default() += 1;
            }
        }
        totals.failed += self.rest.iter().filter(|rest| rest.failed).count();
        totals.skipped += self.rest.iter().filter(|rest| !rest.failed).count();
        totals.discovered = totals.audited + totals.skipped + totals.failed;
        totals
    }

    /// The most severe finding.
    pub fn worst(&self) -> Option<Severity> {
        self.packages.iter().flat_map(|package| &package.findings).map(|located| located.finding.severity()).max()
    }

    /// True where something that was asked for could not be looked at.
    pub fn is_incomplete(&self) -> bool {
        let unseen = |package: &PackageReport| !matches!(package.outcome, Outcome::Audited(_));
        self.partial || self.packages.iter().any(unseen) || self.rest.iter().any(|rest| rest.failed)
    }
}

impl Finding {
    /// How much it matters.
    pub fn severity(&self) -> Severity {
        self.check.severity
    }
}

/// How a report is dressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// ANSI colours.
    pub color: bool,
    /// Show every witness and every package that was not looked at.
    pub verbose: bool,
    /// Findings only.
    pub quiet: bool,
}

/// A format.
#[derive(Debug)]
pub struct Format {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is for.
    pub what: &'static str,
    /// Writes a report.
    pub render: fn(&Report, Style, &mut dyn Write) -> io::Result<()>,
}

/// All formats.
pub const FORMATS: &[Format] = &[
    Format {
        name: "terminal",
        what: "for people: every finding with its place and its witnesses",
        render: terminal::render,
    },
    Format {
        name: "diff",
        what: "declared against concluded of every drifting package, to read and to grep",
        render: diff::render,
    },
    Format { name: "json", what: "one document", render: json::render },
    Format {
        name: "jsonl",
        what: "one line a package, finding or skipped thing, and a summary at the end",
        render: json::render_lines,
    },
];

/// The format with this name.
pub fn format(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

/// What a package is called where it stands, e.g. `pkgs/hello/default.nix:12:5`.
fn place(site: &crate::tree::Site) -> String {
    format!("{}:{}:{}", site.file, site.start.line, site.start.column)
}

/// The attribute and the reason of everything that was skipped or failed.
fn unseen(report: &Report) -> impl Iterator<Item = (String, bool, &str, Option<&RelPath>)> {
    let name = |attr: &AttrPath| attr.to_string();
    let packages = report.packages.iter().filter_map(move |package| {
        let file = package.package.site.as_ref().map(|site| &site.file);
        match &package.outcome {
            Outcome::Audited(_) => None,
            Outcome::Skipped(why) => Some((name(&package.package.attr), false, why.as_str(), file)),
            Outcome::Failed(why) => Some((name(&package.package.attr), true, why.as_str(), file)),
        }
    });
    packages.chain(report.rest.iter().map(|rest| (rest.name.clone(), rest.failed, rest.why.as_str(), None)))
}
