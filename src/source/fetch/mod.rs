//! The fetchers: what each means by its urls, its hash and its flags.
//!
//! A row turns a [`SourceRef`] into a [`Plan`]; it asks nothing of disk or network.

mod clone;
mod count;
mod remote;
mod sparse;
mod submodules;
mod forge;
mod git;
mod local;
mod other;
mod pypi;
mod unpacked;
mod url;
mod vendored;

pub(super) use clone::{Bounds, GitError, clone as clone_git, remove_histories};
pub(super) use git::GitPlan;
pub(super) use pypi::find as find_on_index;
pub(super) use vendored::is_vendored;

use super::error::SourceError;
use crate::text::RelPath;
use crate::tree::SourceRef;

/// How a source is to be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Plan {
    /// It is a part of the checkout.
    Local(RelPath),
    /// A file, from the first of these urls that has it.
    Download(Vec<String>),
    /// A revision of a git repository.
    Git(GitPlan),
    /// Not by clarity: why, and what to do.
    Never(String),
}

/// One fetcher, under all its names.
pub struct Fetcher {
    /// The names that nixpkgs knows it by.
    pub names: &'static [&'static str],
    /// Kind of source that it fetches, in one line.
    pub what: &'static str,
    plan: fn(&SourceRef) -> Plan,
}

/// All fetchers. The first that has the name counts; a name nobody has is taken for what its urls say.
pub const FETCHERS: &[Fetcher] = &[
    url::FETCHER,
    unpacked::FETCHER,
    forge::FETCHER,
    pypi::FETCHER,
    git::FETCHER,
    local::FETCHER,
    vendored::FETCHER,
    other::FETCHER,
];

/// The plan for `source`.
pub(super) fn plan(source: &SourceRef) -> Result<Plan, SourceError> {
    let short = source.fetcher.rsplit('.').next().unwrap_or(&source.fetcher);
    let row = FETCHERS.iter().find(|row| row.names.contains(&short)).unwrap_or(&url::FETCHER);
    let never = |why: String| Err(SourceError::Unfetchable { fetcher: source.fetcher.clone(), why });
    match (row.plan)(source) {
        Plan::Never(why) => never(why),
        Plan::Download(urls) if urls.is_empty() => never("has no url that is known; pass --sources DIR".to_owned()),
        plan => Ok(plan),
    }
}

/// Steps that change the tree after it was fetched, so that its hash cannot be had from the urls alone.
fn changes_afterwards(source: &SourceRef) -> Option<Plan> {
    let flag = source.flags.iter().find(|flag| ["postFetch", "extraPostFetch"].contains(&flag.as_str()))?;
    Some(Plan::Never(format!("runs `{flag}` on what it fetched, and clarity executes nothing; use --nix")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_belongs_to_two_fetchers() {
        let mut names: Vec<_> = FETCHERS.iter().flat_map(|row| row.names).collect();
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
        assert!(FETCHERS.iter().all(|row| !row.what.is_empty()));
    }
}
