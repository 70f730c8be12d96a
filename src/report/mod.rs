//! The result of a run, and the formats it is written in.
//!
//! A report holds everything a format may want; a format only writes. One file and one row in [`FORMATS`] per format.

mod account;
pub mod between;
mod columns;
mod combined;
mod compared;
mod complete;
mod concise;
mod counted;
mod curations;
mod declared_row;
mod derivations;
pub mod detected;
mod detected_text;
mod diff;
mod explain;
mod explain_page;
mod fixes;
mod formats;
mod github;
mod gitlab;
mod grouped;
mod html;
mod inputs;
mod json;
mod junit;
mod licenses;
mod listing;
mod markdown;
mod notices;
mod overview;
mod paint;
mod package_sheet;
mod policy;
mod reproducer;
mod reviewdog;
mod sarif;
mod scancode;
mod sbom;
mod sheet;
pub mod stats;
mod suggest;
mod summary_row;
mod table;
mod terminal;
mod totals;
mod unverified;
mod wire;
mod why;
mod worklist;
mod wrap;

pub use compared::{ComparedText, text_beside_listed};
pub use complete::{Asked, Ending, Gap};
pub use counted::counted;
pub use curations::{clearly_defined, ort};
pub use derivations::derivations;
pub use detected_text::text as detected_text;
pub use explain::{explain, hover, witnesses};
pub use explain_page::explain_page;
pub use fixes::{fixes, left, open, unmatched};
pub use formats::{FORMATS, Format, LISTING, by_file_name, format};
pub use inputs::Input;
pub use licenses::TableReport;
use markdown::escaped;
pub use notices::{NoticeForm, notices};
pub use policy::{Policy, Silenced};
pub use reproducer::reproducer;
pub use scancode::scancode;
pub use suggest::suggest;
pub use terminal::finding_block;
pub use totals::Totals;
pub use why::{Why, WhyKind};
pub use worklist::{answers, answers_json, answers_jsonl};
pub use wrap::wrapped;

use std::collections::BTreeMap;

use crate::check::{Finding, Judged, NOT_SCANNED, Severity};
use crate::conclusion::Confidence;
use crate::declared::{Bindings, Declared};
use crate::evidence::Evidence;
use crate::table::TableOrigin;
use crate::text::{Colors, Digest, RelPath, one_line};
use crate::tree::{AttrPath, Package};
use crate::triage::{Entry, State};
use crate::verdict::Verdict;

/// Everything that a run found.
#[derive(Clone, Debug)]
pub struct Report {
    /// The tree as the user named it.
    pub tree: String,
    /// Its folder below the root of the git work tree: CI shows findings at paths from there. Empty without git.
    pub folder: RelPath,
    /// Where the license table came from.
    pub table: TableOrigin,
    /// Every package that was evaluated, in order of attribute paths.
    pub packages: Vec<PackageReport>,
    /// Discovered attributes that are no packages to look at (aliases, functions, attributes that throw), and those which
    /// could not be read at all; in order.
    pub rest: Vec<Rest>,
    /// Findings about no single package: about the configuration or the license table.
    pub apart: Vec<Located>,
    /// Entries of the baseline that no longer occur.
    pub gone: Vec<Entry>,
    /// Condition under which a run fails.
    pub gate: Gate,
    /// Asked for and not there.
    pub unmatched: Vec<Unmatched>,
    /// Where a real evaluation says something else than the static one.
    pub disagreements: Vec<Disagreement>,
    /// How much of the sources could be looked at.
    pub coverage: Coverage,
    /// The license bindings of the whole tree, and which of them no package states.
    pub bindings: Bindings,
    /// The nixpkgs behind the tree, and its other inputs.
    pub inputs: Vec<Input>,
    /// True where the run ended early.
    pub partial: bool,
    /// True where it ended early because its time was over.
    pub late: bool,
    /// How the packages were asked for.
    pub asked: Asked,
    /// The configuration, and what it silences.
    pub policy: Policy,
}

/// A package of the report.
#[derive(Clone, Debug)]
pub struct PackageReport {
    /// The package.
    pub package: Box<Package>,
    /// Declaration of nixpkgs.
    pub declared: Box<Declared>,
    /// Outcome.
    pub outcome: Outcome,
    /// Findings, with the quoted place.
    pub findings: Vec<Located>,
    /// Everything that was seen in its source, where that was asked for.
    pub evidence: Option<Evidence>,
    /// Where each of its sources was found, where that was asked for.
    pub found: Vec<String>,
    /// License texts that its conclusion rests on beside the listed ones, where that was asked for.
    pub compared: Vec<ComparedText>,
}

/// Outcome of a package: exactly one of these.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Looked at; `None` where only the metadata was asked for.
    Audited(Option<Box<Judged>>),
    /// Chose not to, because ...
    Skipped(Why),
    /// Could not, because ...
    Failed(Why),
}

/// A name that matches nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmatched {
    /// As it was written.
    pub name: String,
    /// The attribute that was probably meant.
    pub meant: Option<String>,
}

impl Unmatched {
    /// The name alone.
    pub fn new(name: impl Into<String>) -> Unmatched {
        Unmatched { name: name.into(), meant: None }
    }
}

/// Static and real evaluation do not agree on a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// The package.
    pub attr: AttrPath,
    /// Declaration by static evaluation.
    pub stated: String,
    /// Message of the real one.
    pub evaluated: String,
}

/// Something of the tree that gave no package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rest {
    /// The attribute path, or the file where there is none.
    pub name: String,
    /// True where it could not be read; false where it is not a package.
    pub failed: bool,
    /// Kind.
    pub kind: RestKind,
    /// Why.
    pub why: String,
}

/// The kinds of rows that are no package of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestKind {
    /// An attribute or a file that gave no package.
    Attribute,
    /// A package that has a row under another name.
    Repeated,
    /// A package that the configuration ignores.
    Ignored,
    /// Dependencies that a package manager brings along.
    Bundled,
    /// An input of the tree.
    Input,
}

/// A finding with the lines of its place.
#[derive(Clone, Debug)]
pub struct Located {
    /// The finding.
    pub finding: Finding,
    /// The lines of `finding.place`; `None` where nobody asked for them or the file could not be read again.
    pub quote: Option<Quote>,
    /// Whether it counts.
    pub state: State,
}

/// Condition under which a run fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gate {
    /// The least severity that counts; `None`: nothing does.
    pub least: Option<Severity>,
    /// The least confidence that counts.
    pub confidence: Confidence,
}

impl Default for Gate {
    fn default() -> Self {
        Gate { least: Some(Severity::Warning), confidence: Confidence::Medium }
    }
}

impl Gate {
    /// True where `located` makes the run fail.
    pub fn stops(&self, located: &Located) -> bool {
        let finding = &located.finding;
        located.state == State::New
            && finding.confidence >= self.confidence
            && self.least.is_some_and(|least| finding.severity >= least)
    }
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

impl Report {
    /// The file of `site` below the root of the git work tree.
    fn path_of(&self, site: &crate::tree::Site) -> RelPath {
        self.folder.join(site.file.as_str()).unwrap_or_else(|| site.file.clone())
    }

    /// The totals; `discovered == audited + skipped + failed` always.
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::default();
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
        }
        self.findings().for_each(|located| totals.count(located));
        totals.failed += self.rest.iter().filter(|rest| rest.failed).count();
        totals.skipped += self.rest.iter().filter(|rest| !rest.failed).count();
        totals.discovered = totals.audited + totals.skipped + totals.failed;
        totals
    }

    /// True where no source was to be looked at.
    pub fn is_metadata_only(&self) -> bool {
        let is_unjudged = |package: &PackageReport| matches!(package.outcome, Outcome::Audited(None));
        self.coverage == Coverage::default() && self.packages.iter().any(is_unjudged)
    }

    /// All findings: those about packages in order of attribute paths, then the rest.
    pub fn findings(&self) -> impl Iterator<Item = &Located> {
        self.packages.iter().flat_map(|package| &package.findings).chain(&self.apart)
    }

    /// The findings that are neither known nor suppressed, in the order of [`Report::findings`].
    pub fn counted(&self) -> impl Iterator<Item = &Located> {
        self.findings().filter(|located| located.state == State::New)
    }

    /// The same without those about sources that were not scanned, which come in thousands, unless all are asked for.
    fn listed(&self, style: Style) -> impl Iterator<Item = &Located> {
        self.counted().filter(move |located| style.verbose || located.finding.check.id != NOT_SCANNED.id)
    }

    /// The findings that count: by severity, then free against unfree, then by confidence, then by package.
    pub fn worst_first(&self) -> Vec<&Located> {
        let mut findings: Vec<&Located> = self.counted().collect();
        let rank = |located: &Located| {
            let finding = &located.finding;
            // Findings about sources that were not scanned say little and come in thousands.
            (finding.severity, finding.check.id != NOT_SCANNED.id, finding.is_about_freedom(), finding.confidence)
        };
        findings.sort_by_cached_key(|located| std::cmp::Reverse(rank(located)));
        findings
    }

    /// True where a finding makes the run fail.
    pub fn fails(&self) -> bool {
        self.findings().any(|located| self.gate.stops(located))
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
    /// Every finding, however many there are.
    pub all: bool,
    /// Counts by check instead of the findings.
    pub statistics: bool,
    /// Columns of the terminal, where a person reads on one: long lines are broken.
    pub width: Option<usize>,
    /// The time of writing, in seconds since 1970: the same report gives the same bytes at the same time.
    pub written: i64,
}

impl Style {
    /// Whether the renderers' own colours may pass.
    pub fn colors(self) -> Colors {
        if self.color { Colors::Kept } else { Colors::Refused }
    }
}

/// The published JSON Schema of `--format json`.
pub fn document_schema() -> serde_json::Value {
    json::schema().to_value()
}

/// The published JSON Schema of one row of `--format jsonl`.
pub fn row_schema() -> serde_json::Value {
    json::row_schema().to_value()
}

/// The published types of the columns of `--format csv`, as a Table Schema.
pub fn csv_schema() -> serde_json::Value {
    sheet::schema()
}

/// The same of `--format csv-packages`.
pub fn package_csv_schema() -> serde_json::Value {
    package_sheet::schema()
}

/// The published JSON Schema of one answer of `clarity fix --import FILE --format jsonl`.
pub fn answer_schema() -> serde_json::Value {
    worklist::schema().to_value()
}

/// Display name of a package by its place, e.g. `pkgs/hello/default.nix:12:5`.
fn place(site: &crate::tree::Site) -> String {
    format!("{}:{}:{}", one_line(site.file.as_str()), site.start.line, site.start.column)
}

/// The attribute and the reason of everything that was skipped or failed.
fn unseen(report: &Report) -> impl Iterator<Item = (String, bool, &str, Option<&RelPath>)> {
    let name = |attr: &AttrPath| attr.to_string();
    let packages = report.packages.iter().filter_map(move |package| {
        let file = package.package.site.as_ref().map(|site| &site.file);
        match &package.outcome {
            Outcome::Audited(_) => None,
            Outcome::Skipped(why) => Some((name(&package.package.attr), false, why.text.as_str(), file)),
            Outcome::Failed(why) => Some((name(&package.package.attr), true, why.text.as_str(), file)),
        }
    });
    packages.chain(report.rest.iter().map(|rest| (rest.name.clone(), rest.failed, rest.why.as_str(), None)))
}

/// A fingerprint for each finding that is the same in every run; findings that only their place tells apart are
/// counted, so that no two are equal.
fn fingerprints(findings: &[&Located]) -> Vec<String> {
    let mut seen: BTreeMap<Digest, u32> = BTreeMap::new();
    let of = |located: &&Located| {
        let digest = located.finding.identity().digest();
        let count = seen.entry(digest).or_default();
        *count += 1;
        if *count == 1 { digest.to_string() } else { Digest::of(format!("{digest} {count}").as_bytes()).to_string() }
    };
    findings.iter().map(of).collect()
}
