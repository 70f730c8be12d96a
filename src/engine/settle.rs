//! The findings of a finished run against what was written down about earlier ones.

use crate::check::{self, Finding};
use crate::report::{Located, Outcome, Report};
use crate::triage::{self, Look, Looked, Scope, State, Triaged};

/// Gives every finding of `report` its state and adds what is wrong with the suppressions. `whole`: the run looked at
/// all packages of the checkout.
pub fn settle(report: &mut Report, options: &triage::Options, checks: &check::Options, whole: bool) {
    let Triaged { states, stale, gone } = sorted(report, options, checks, whole);
    let located = report.packages.iter_mut().flat_map(|package| &mut package.findings).chain(&mut report.apart);
    located.zip(states).for_each(|(located, state)| located.state = state);
    report.apart.extend(stale.into_iter().map(|(finding, state)| Located { finding, quote: None, state }));
    report.gone = gone;
}

fn sorted(report: &Report, options: &triage::Options, checks: &check::Options, whole: bool) -> Triaged {
    let findings: Vec<&Finding> = report.findings().map(|located| &located.finding).collect();
    // Files that could not be read may hold the packages that seem to be missing.
    let whole = whole && !report.partial && !report.rest.iter().any(|rest| rest.failed);
    triage::sort(&findings, &Scope::new(|| looked(report), whole, checks), options)
}

fn looked(report: &Report) -> Looked<'_> {
    let look = |outcome: &Outcome| match outcome {
        Outcome::Audited(Some(_)) => Look::Source,
        _ => Look::Metadata,
    };
    report.packages.iter().map(|one| (one.package.attr.0.as_str(), look(&one.outcome))).collect()
}

/// Findings that `--write-baseline` accepts: all that are not suppressed.
pub fn accepted(report: &Report) -> triage::Baseline {
    let open = report.findings().filter(|located| !matches!(located.state, State::Suppressed(_)));
    let each: Vec<Finding> = open.flat_map(|located| located.finding.each()).collect();
    triage::Baseline::of(&each)
}
