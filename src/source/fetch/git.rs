//! `fetchgit`: a revision of a repository, where no archive does.

use super::{Fetcher, Plan, changes_afterwards};
use crate::tree::{GitPart, SourceRef};

pub(super) const FETCHER: Fetcher =
    Fetcher { names: &["fetchgit", "fetchgitPrivate", "fetchGit"], what: "a revision of a git repository", plan };

/// The flags that make an archive of a forge not do; so does a [`GitPart`] that is not the whole.
const FLAGS: [&str; 6] = ["fetchSubmodules", "leaveDotGit", "deepClone", "forceFetchGit", "fetchLFS", "fetchTags"];

/// Repository and revision to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::source) struct GitPlan {
    pub url: String,
    pub rev: String,
    pub submodules: bool,
    /// Files in Large File Storage, rather than the pointers to them.
    pub lfs: bool,
    /// The history that stays in the tree, as `.git`.
    pub history: Option<History>,
    pub part: GitPart,
}

/// How much of the history stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::source) struct History {
    /// All of it, not only the revision.
    pub deep: bool,
    /// Also the tags that do not lead to the revision.
    pub tags: bool,
}

/// True where only git gives what is meant.
pub(super) fn is_asked_for(source: &SourceRef) -> bool {
    let is_part = |part: &GitPart| !part.sparse.is_empty() || part.root_dir.is_some();
    source.git.as_deref().is_some_and(is_part) || source.flags.iter().any(|flag| FLAGS.contains(&flag.as_str()))
}

pub(super) fn plan(source: &SourceRef) -> Plan {
    if let Some(never) = changes_afterwards(source) {
        return never;
    }
    let (Some(url), Some(rev)) = (source.urls.first(), &source.rev) else {
        return Plan::Never("has no repository or no revision that is known; pass --sources DIR".to_owned());
    };
    let has = |name: &str| source.flags.iter().any(|flag| flag == name);
    // Where the tree alone is kept, it is the same whatever came with it.
    let history = has("leaveDotGit").then(|| History { deep: has("deepClone"), tags: has("fetchTags") });
    Plan::Git(GitPlan {
        url: url.clone(),
        rev: rev.clone(),
        submodules: has("fetchSubmodules"),
        lfs: has("fetchLFS"),
        history,
        part: source.git.as_deref().cloned().unwrap_or_default(),
    })
}
