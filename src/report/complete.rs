//! Whether a run saw what it was asked to see: green means seen.

use std::fmt;

use super::counted::counted;
use super::{Outcome, PackageReport, Report, Rest, RestKind, WhyKind};
use crate::text::one_line;

/// How the packages of a run were asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// By name, or by a glob over names.
    pub by_name: bool,
    /// As what changed since a revision.
    pub changed: bool,
    /// To be downloaded where it is missing.
    pub fetched: bool,
    /// `--strict`: every package must be looked at.
    pub strict: bool,
    /// `--allow-incomplete`: what could not be looked at does not make the run fail.
    pub allow_gaps: bool,
}

/// How a run ended: each is an exit code of the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Nothing makes it fail.
    Clean,
    /// A finding does.
    Found,
    /// Attributes were asked for and the tree has none of them: most likely a slip of the hand.
    NothingMatched,
    /// Something that was asked for could not be looked at.
    Incomplete,
    /// It was interrupted.
    Interrupted,
}

/// Something that was asked for and could not be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gap {
    /// The run ended early.
    Ended,
    /// The time of the run was over.
    Late,
    /// The tree defines nothing, or nothing in it could be evaluated.
    NoPackage,
    /// No source at all could be looked at, of so many.
    NoSource(usize),
    /// Names that match nothing.
    NotFound(Vec<String>),
    /// With `--strict`: so many license bindings were not understood.
    Bindings(usize),
    /// Packages, and the first of them.
    Unseen(usize, String),
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Gap::Late => f.write_str("the time of --deadline was over"),
            Gap::Ended => f.write_str("the run was ended early"),
            Gap::NoPackage => f.write_str("no package could be looked at"),
            Gap::NoSource(1) => f.write_str("the source of the only package that has one could not be looked at"),
            Gap::NoSource(count) => write!(f, "no source of {count} packages could be looked at"),
            Gap::NotFound(names) => write!(f, "nothing matches {}", one_line(&names.join(", "))),
            Gap::Bindings(1) => f.write_str("one license binding of the tree was not understood; -v names it"),
            Gap::Bindings(count) => {
                write!(f, "{count} license bindings of the tree were not understood; -v names them")
            }
            Gap::Unseen(1, name) => write!(f, "{} could not be looked at", one_line(name)),
            Gap::Unseen(count, name) => {
                write!(f, "{} such as {} could not be looked at", counted(*count, "package"), one_line(name))
            }
        }
    }
}

impl Report {
    /// How the run ended. A finding goes before incompleteness.
    pub fn ending(&self) -> Ending {
        if self.partial && !self.late {
            Ending::Interrupted
        } else if self.selection_matched_nothing() {
            Ending::NothingMatched
        } else if self.fails() {
            Ending::Found
        } else if self.gap().is_some() && !self.asked.allow_gaps {
            Ending::Incomplete
        } else {
            Ending::Clean
        }
    }

    /// True where attributes were asked for and the tree has none of them.
    pub fn selection_matched_nothing(&self) -> bool {
        !self.unmatched.is_empty() && self.packages.is_empty() && self.rest.is_empty()
    }

    /// Requested things that could not be looked at, if any.
    pub fn gap(&self) -> Option<Gap> {
        let Asked { by_name, changed, strict, .. } = self.asked;
        let coverage = self.coverage;
        if self.partial {
            return Some(if self.late { Gap::Late } else { Gap::Ended });
        }
        if !self.unmatched.is_empty() {
            return Some(Gap::NotFound(self.unmatched.iter().map(|one| one.name.clone()).collect()));
        }
        if self.packages.is_empty() && self.rest.iter().all(|rest| rest.failed) && !changed {
            return Some(Gap::NoPackage);
        }
        if coverage.with_source > 0 && coverage.looked_at == 0 && !by_name && !changed && !strict {
            return Some(Gap::NoSource(coverage.with_source));
        }
        let packages = self.packages.iter().filter(|package| self.misses(package));
        let mut missed = packages
            .map(|package| package.package.attr.0.as_str())
            .chain(self.rest.iter().filter(|rest| self.misses_rest(rest)).map(|rest| rest.name.as_str()));
        if let Some(first) = missed.next() {
            return Some(Gap::Unseen(1 + missed.count(), first.to_owned()));
        }
        let bindings = self.bindings.failed();
        (strict && bindings > 0).then_some(Gap::Bindings(bindings))
    }

    /// True where everything that the tree defines was looked at.
    pub fn is_whole(&self) -> bool {
        let unseen = |package: &PackageReport| !matches!(package.outcome, Outcome::Audited(_));
        let failed = self.rest.iter().any(|rest| rest.failed);
        !self.partial && !failed && self.unmatched.is_empty() && !self.packages.iter().any(unseen)
    }

    fn misses(&self, package: &PackageReport) -> bool {
        let Asked { by_name, changed, fetched, strict, .. } = self.asked;
        match &package.outcome {
            Outcome::Audited(_) => false,
            Outcome::Failed(_) => by_name || changed || fetched || strict,
            Outcome::Skipped(why) => strict || (by_name || changed) && why.kind != WhyKind::NoSource,
        }
    }

    fn misses_rest(&self, rest: &Rest) -> bool {
        let Asked { by_name, changed, fetched, strict, .. } = self.asked;
        rest.failed
            && (by_name || changed || strict || fetched && matches!(rest.kind, RestKind::Bundled | RestKind::Input))
    }
}

/// The sentence about what is missing, for the end of a report; `None` where nothing is.
pub(super) fn sentence(report: &Report) -> Option<String> {
    let gap = report.gap()?;
    Some(match report.ending() {
        Ending::Incomplete => format!("incomplete: {gap}; the exit code is 3, and 0 with --allow-incomplete"),
        _ => format!("incomplete: {gap}"),
    })
}
