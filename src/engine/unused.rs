//! Rules of the configuration about files of sources that matched nothing.

use globset::GlobMatcher;

use crate::evidence::{Curations, Used};
use crate::triage::Idle;

/// Rules of the configuration that matched in the source of one package.
pub(super) struct RuleUse<'a> {
    pub(super) attr: &'a str,
    /// `None` where its source could not be looked at.
    pub(super) used: Option<&'a Used>,
}

/// The rules that no source made use of, where all that they could be about were looked at.
pub(super) fn unused_of(curations: &Curations, all: &[RuleUse<'_>]) -> Vec<Idle> {
    let unused = |attr: &Option<GlobMatcher>, uses: &dyn Fn(&Used) -> bool| {
        let about = |one: &&RuleUse<'_>| attr.as_ref().is_none_or(|glob| glob.is_match(one.attr));
        all.iter().filter(about).all(|one| one.used.is_some_and(|used| !uses(used)))
    };
    let roles = curations.roles.iter().enumerate();
    let roles = roles.filter(|(place, rule)| unused(&rule.attr, &|used| used.roles.contains(place)));
    let findings = curations.findings.iter().enumerate();
    let findings = findings.filter(|(place, one)| unused(&one.attr, &|used| used.findings.contains(place)));
    roles.map(|(_, rule)| Idle::role(rule)).chain(findings.map(|(_, one)| Idle::curation(one))).collect()
}
