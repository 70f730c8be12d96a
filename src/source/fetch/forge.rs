//! Forges: the archive that a forge makes of a revision, where that is what the package means; otherwise git.

use super::{Fetcher, Plan, changes_afterwards, git};
use crate::tree::SourceRef;

pub(super) const FETCHER: Fetcher = Fetcher {
    names: &[
        "fetchFromGitHub",
        "fetchFromGitLab",
        "fetchFromGitea",
        "fetchFromForgejo",
        "fetchFromCodeberg",
        "fetchFromSourcehut",
        "fetchFromBitbucket",
        "fetchFromSavannah",
        "fetchFromRepoOrCz",
        "fetchFromGitiles",
        "fetchGitHubPrivate",
    ],
    what: "the archive of a revision, or the revision itself",
    plan,
};

fn plan(source: &SourceRef) -> Plan {
    if let Some(never) = changes_afterwards(source) {
        return never;
    }
    let is_repository = |url: &String| url.ends_with(".git") || url.starts_with("git:");
    if git::is_asked_for(source) || source.urls.iter().any(is_repository) {
        git::plan(source)
    } else {
        Plan::Download(source.urls.clone())
    }
}
