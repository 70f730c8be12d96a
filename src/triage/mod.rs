//! Findings sorted into new, known from the baseline, and suppressed.
//!
//! Reads findings and what a person wrote down about them; it never judges a license and never touches a file. It
//! reports a note as stale only where the run looked at everything that the note could be about.

mod baseline;
mod idle;
mod suppression;

use std::cell::LazyCell;
use std::collections::BTreeMap;

pub use baseline::{BadBaseline, Baseline, Entry};
pub use idle::Idle;
pub use suppression::{Suppression, in_quotes};

use crate::check::{self, Check, Finding};

/// The published JSON Schema of an entry of a baseline.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Entry).to_value()
}

/// Whether a finding counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It counts.
    New,
    /// It was there before: the baseline has it, or the revision that the run compares with.
    Known,
    /// Suppressed, because ...
    Suppressed(String),
}

impl State {
    /// Its name in reports.
    pub fn name(&self) -> &'static str {
        match self {
            State::New => "new",
            State::Known => "known",
            State::Suppressed(_) => "suppressed",
        }
    }
}

/// Notes about findings.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Findings that were accepted before.
    pub baseline: Option<Baseline>,
    /// Findings about the packages as they were at the revision that the run compares with.
    pub earlier: Baseline,
    /// Findings that are silenced.
    pub suppressions: Vec<Suppression>,
    /// Rules about files of sources that matched nothing in all sources that they could be about.
    pub idle: Vec<Idle>,
}

/// How closely a run looked at a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Look {
    /// At its metadata.
    Metadata,
    /// At its source as well.
    Source,
}

/// How closely each package was looked at, by attribute path.
pub type Looked<'a> = BTreeMap<&'a str, Look>;

/// Packages that a run looked at: only for these can a finding be called gone.
pub struct Scope<'a> {
    /// Gathered where somebody asks: most runs have no notes about earlier ones.
    looked: LazyCell<Looked<'a>, Box<dyn FnOnce() -> Looked<'a> + 'a>>,
    /// True where these are all packages of the checkout.
    whole: bool,
    /// The rules that ran.
    checks: &'a check::Options,
}

impl<'a> Scope<'a> {
    /// `whole`: what is `looked` at are all packages of the checkout.
    pub fn new(looked: impl FnOnce() -> Looked<'a> + 'a, whole: bool, checks: &'a check::Options) -> Scope<'a> {
        Scope { looked: LazyCell::new(Box::new(looked)), whole, checks }
    }

    /// True where a finding of `check` about `attr` would have been seen.
    fn covers(&self, attr: &str, check: &Check) -> bool {
        self.checks.severity_of(check).is_some()
            && match self.looked.get(attr) {
                Some(Look::Source) => true,
                Some(Look::Metadata) => check.metadata_only,
                None => self.whole,
            }
    }
}

/// The findings of a run, sorted.
#[derive(Clone, Debug, Default)]
pub struct Triaged {
    /// The state of each finding, in the order they were given.
    pub states: Vec<State>,
    /// Findings about the suppressions themselves.
    pub stale: Vec<(Finding, State)>,
    /// Entries of the baseline that no longer occur.
    pub gone: Vec<Entry>,
}

/// New ones of `findings`. Suppressions are asked first, then the baseline, each entry of which accepts one finding.
pub fn sort(findings: &[&Finding], scope: &Scope<'_>, options: &Options) -> Triaged {
    let mut left = [options.baseline.clone().unwrap_or_default(), options.earlier.clone()];
    let mut used = vec![false; options.suppressions.len()];
    let states = findings.iter().map(|finding| state(finding, options, &mut used, &mut left)).collect();
    let unused = options.suppressions.iter().zip(used).filter(|(_, used)| !used).map(|(suppression, _)| suppression);
    let mut stale: Vec<Finding> = unused.filter_map(|suppression| suppression.stale(findings, scope)).collect();
    let idle = options.idle.iter().filter(|_| scope.whole);
    stale.extend(idle.filter_map(|idle| idle.finding(scope)));
    let stale = stale.into_iter().map(|finding| {
        let state = if left[0].take(&finding) { State::Known } else { State::New };
        (finding, state)
    });
    let stale = stale.collect();
    let [baseline, _] = left;
    let gone = baseline.into_entries().filter(|entry| entry.is_covered(scope)).collect();
    Triaged { states, stale, gone }
}

fn state(finding: &Finding, options: &Options, used: &mut [bool], left: &mut [Baseline; 2]) -> State {
    let silencing = options.suppressions.iter().zip(used).find(|(suppression, _)| suppression.silences(finding));
    if let Some((suppression, used)) = silencing {
        *used = true;
        return State::Suppressed(format!("{}{}", suppression.reason, suppression.signature));
    }
    if left.iter_mut().any(|known| known.take(finding)) { State::Known } else { State::New }
}
