//! `fetchurl`: a file, by its hash. Registries of languages are reached through it too (gems, npm, hackage, CPAN, CRAN).

use super::{Fetcher, Plan, changes_afterwards};
use crate::tree::SourceRef;

pub(super) const FETCHER: Fetcher = Fetcher {
    names: &["fetchurl", "fetchurlBoot", "fetchgem", "fetchNpm", "fetchHackage", "fetchCpan", "fetchMavenArtifact"],
    what: "one file from the first url that has it",
    plan,
};

fn plan(source: &SourceRef) -> Plan {
    changes_afterwards(source).unwrap_or_else(|| Plan::Download(source.urls.clone()))
}
