//! Counts what the configuration silences: what is kept quiet is still said in one number.

use std::collections::BTreeMap;

use crate::check::{self, Check, Finding};
use crate::report::{Gate, Outcome, PackageReport, Policy, Report, RestKind, Silenced};
use crate::tree::{Checkout, count_in_sources};
use crate::triage::State;

use super::audit::Audit;
use super::request::Request;

/// Checks that the configuration turns off: they run, and their findings are only counted.
pub(super) struct Off {
    /// The checks of the run with these among them.
    pub(super) checks: check::Options,
    found: BTreeMap<&'static str, usize>,
}

impl Off {
    pub(super) fn of(checks: &check::Options) -> Off {
        let off = check::CHECKS.iter().filter(|check| checks.severity.get(check.id) == Some(&None));
        let found = off.map(|check| (check.id, 0)).collect();
        let severity = checks.severity.iter().filter(|(_, level)| level.is_some());
        let severity = severity.map(|(id, level)| (id.clone(), *level)).collect();
        Off { checks: check::Options { severity, ..checks.clone() }, found }
    }

    /// `findings` without those of checks that are off, which are counted.
    pub(super) fn without(&mut self, mut findings: Vec<Finding>) -> Vec<Finding> {
        findings.retain(|finding| match self.found.get_mut(finding.check.id) {
            None => true,
            Some(count) => {
                *count += 1;
                false
            }
        });
        findings
    }
}

/// How many packages have files that `[[role]]` and `[[curate]]` change.
#[derive(Clone, Copy, Default)]
pub(super) struct Changed {
    roles: usize,
    curated: usize,
}

impl Changed {
    pub(super) fn of(audits: &[Audit]) -> Changed {
        let used = || audits.iter().filter_map(|audit| audit.seen.as_ref()).map(|seen| &seen.used);
        Changed {
            roles: used().filter(|used| !used.roles.is_empty()).count(),
            curated: used().filter(|used| !used.findings.is_empty()).count(),
        }
    }
}

/// The configuration of `request` and everything that it silences in `report` of `checkout`.
pub(super) fn policy(checkout: &Checkout, request: &Request, report: &Report, off: &Off, changed: Changed) -> Policy {
    let Policy { files, silenced, gate, .. } = request.policy.clone();
    if files.is_empty() {
        return Policy::default();
    }
    let ignored = report.rest.iter().filter(|rest| rest.kind == RestKind::Ignored).count();
    let suppressed = report.findings().filter(|located| matches!(located.state, State::Suppressed(_))).count();
    let let_through = if gate { let_through(report) } else { 0 };
    let counts = [
        Silenced::Ignored(ignored),
        Silenced::Sources(count_in_sources(checkout)),
        Silenced::Suppressed(suppressed),
        Silenced::Gate(let_through),
        Silenced::Roles(changed.roles),
        Silenced::Curated(changed.curated),
    ];
    let off = off.found.iter().map(|(check, findings)| Silenced::Off { check, findings: *findings });
    let silenced = silenced.into_iter().chain(off).chain(lowered(request, report));
    let counts = counts.into_iter().filter(|one| one.count() != Some(0));
    Policy { files, silenced: silenced.chain(counts).collect(), gate, unjudged: unjudged(request, report) }
}

/// Packages of which `[policy]` asks for a license that is not known.
fn unjudged(request: &Request, report: &Report) -> usize {
    let Some(policy) = &request.checks.policy else { return 0 };
    let is_unknown = |one: &&PackageReport| {
        let concluded = match &one.outcome {
            Outcome::Audited(Some(judged)) => judged.concluded(),
            _ => None,
        };
        policy.license(&one.declared, concluded).is_none()
    };
    report.packages.iter().filter(is_unknown).count()
}

/// Findings that would make a run without a configuration fail, and do not make this one fail.
fn let_through(report: &Report) -> usize {
    report.findings().filter(|located| Gate::default().stops(located) && !report.gate.stops(located)).count()
}

fn lowered<'r>(request: &'r Request, report: &'r Report) -> impl Iterator<Item = Silenced> + 'r {
    let checks = check::CHECKS.iter().filter_map(|check| {
        let to = (*request.checks.severity.get(check.id)?)?;
        (to < check.severity).then_some((*check, to))
    });
    let findings = |check: &Check| report.findings().filter(|located| located.finding.check.id == check.id).count();
    checks.map(move |(check, to)| Silenced::Lowered { check: check.id, to, findings: findings(check) })
}
