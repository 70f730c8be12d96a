//! Numbers of a report.

use std::collections::BTreeMap;

use crate::triage::State;

use super::Located;

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
    /// Findings that count, by severity: note, warning, error.
    pub findings: [usize; 3],
    /// Findings that the baseline has.
    pub known: usize,
    /// Findings that are silenced.
    pub suppressed: usize,
    /// Findings that count, by rule id.
    pub by_check: BTreeMap<&'static str, usize>,
}

impl Totals {
    pub(super) fn count(&mut self, located: &Located) {
        match located.state {
            State::Known => self.known += 1,
            State::Suppressed(_) => self.suppressed += 1,
            State::New => {
                self.findings[located.finding.severity as usize] += 1;
                *self.by_check.entry(located.finding.check.id).or_default() += 1;
            }
        }
    }
}
