//! Which rules of the configuration about files of sources matched nothing.

use globset::GlobMatcher;

use crate::evidence::{Curations, Used};
use crate::triage::Idle;

/// Evidence of one package in a run.
pub(super) struct Sight<'a> {
    pub(super) attr: &'a str,
    /// Rules that its source matched; `None` where it has one that could not be looked at.
    pub(super) used: Option<&'a Used>,
}

/// The rules that no source made use of, where all that they could be about were looked at.
pub(super) fn idle(curations: &Curations, sights: &[Sight<'_>]) -> Vec<Idle> {
    let unused = |attr: &Option<GlobMatcher>, uses: &dyn Fn(&Used) -> bool| {
        let about = |sight: &&Sight<'_>| attr.as_ref().is_none_or(|glob| glob.is_match(sight.attr));
        sights.iter().filter(about).all(|sight| sight.used.is_some_and(|used| !uses(used)))
    };
    let roles = curations.roles.iter().enumerate();
    let roles = roles.filter(|(place, rule)| unused(&rule.attr, &|used| used.roles.contains(place)));
    let findings = curations.findings.iter().enumerate();
    let findings = findings.filter(|(place, one)| unused(&one.attr, &|used| used.findings.contains(place)));
    roles.map(|(_, rule)| Idle::role(rule)).chain(findings.map(|(_, one)| Idle::curation(one))).collect()
}
