//! Findings that were accepted at a moment.
//!
//! One entry a line, sorted, without line numbers: two branches that accept different findings merge without a
//! conflict, and moving code changes nothing.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::check::{self, Finding};

use super::Scope;

/// The version of the file.
const VERSION: u32 = 1;

/// One accepted finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The package.
    pub attr: String,
    /// The rule's id.
    pub check: String,
    /// Declaration of nixpkgs.
    pub declared: String,
    /// Conclusion for the source.
    pub concluded: String,
}

/// The first line of the file.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    baseline: u32,
}

/// Accepted findings; the same entry twice accepts two findings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    entries: BTreeMap<Entry, usize>,
}

/// Why a text is not a baseline.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}; write the baseline again with --write-baseline")]
pub struct BadBaseline {
    /// The line, from 1.
    pub line: usize,
    /// Flaw.
    pub why: String,
}

impl Entry {
    /// The entry that accepts `finding`.
    pub fn of(finding: &Finding) -> Entry {
        let identity = finding.identity();
        Entry {
            attr: identity.attr.to_owned(),
            check: identity.check.to_owned(),
            declared: identity.declared.to_owned(),
            concluded: identity.concluded.to_owned(),
        }
    }

    /// True where a run of `scope` would have seen the finding.
    pub(super) fn is_covered(&self, scope: &Scope<'_>) -> bool {
        // An id that this version does not know cannot be judged.
        check::by_id(&self.check).is_some_and(|check| scope.covers(&self.attr, check))
    }
}

impl Baseline {
    /// A baseline that accepts `findings`.
    pub fn of<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> Baseline {
        findings.into_iter().fold(Baseline::default(), Baseline::with)
    }

    /// The baseline that `text` writes. Lines in any order and empty lines are understood: merges leave both.
    pub fn parse(text: &str) -> Result<Baseline, BadBaseline> {
        let mut baseline = Baseline::default();
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let bad = |why: String| BadBaseline { line: index + 1, why };
            match serde_json::from_str::<Header>(line) {
                Ok(header) if header.baseline == VERSION => continue,
                Ok(header) => return Err(bad(format!("version {} is not understood", header.baseline))),
                Err(_) => {}
            }
            let entry = serde_json::from_str(line).map_err(|error| bad(error.to_string()))?;
            *baseline.entries.entry(entry).or_default() += 1;
        }
        Ok(baseline)
    }

    /// True where it accepts nothing.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The same baseline that accepts `finding` as well.
    pub fn with(mut self, finding: &Finding) -> Baseline {
        *self.entries.entry(Entry::of(finding)).or_default() += 1;
        self
    }

    /// The same baseline without `gone`.
    pub fn without(mut self, gone: &[Entry]) -> Baseline {
        for entry in gone {
            self.remove(entry);
        }
        self
    }

    /// True where it accepts `finding`; it then does not accept it once more.
    pub(super) fn take(&mut self, finding: &Finding) -> bool {
        !self.is_empty() && self.remove(&Entry::of(finding))
    }

    /// All entries in order, each as often as it stands there.
    pub(super) fn into_entries(self) -> impl Iterator<Item = Entry> {
        self.entries.into_iter().flat_map(|(entry, count)| std::iter::repeat_n(entry, count))
    }

    fn remove(&mut self, entry: &Entry) -> bool {
        let Some(count) = self.entries.get_mut(entry) else { return false };
        *count -= 1;
        if *count == 0 {
            self.entries.remove(entry);
        }
        true
    }
}

impl fmt::Display for Baseline {
    /// The text of the file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = |value: serde_json::Result<String>| value.map_err(|_| fmt::Error);
        writeln!(f, "{}", line(serde_json::to_string(&Header { baseline: VERSION }))?)?;
        for (entry, count) in &self.entries {
            let text = line(serde_json::to_string(entry))?;
            (0..*count).try_for_each(|_| writeln!(f, "{text}"))?;
        }
        Ok(())
    }
}
