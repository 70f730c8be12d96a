//! The commits of a pull request, which a forge keeps under names of their own.

use std::path::Path;

use super::repository::{Repository, RevisionError};

/// The commits that a pull request is a change between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PullRequest {
    /// The branch that it goes to, as it is in the merge.
    pub base: String,
    /// The merge that the forge made of both, or the head where there is none.
    pub head: String,
}

/// Remotes that a pull request is taken from, where none is named: a clone of a fork calls the other one `upstream`.
const REMOTES: [&str; 2] = ["upstream", "origin"];

/// The names of a pull request on a forge: GitHub and its kin, Forgejo, GitLab. A merge is a change against its first
/// parent.
fn on_forge(number: u32) -> [String; 4] {
    [
        format!("refs/pull/{number}/merge"),
        format!("refs/pull/{number}/head"),
        format!("refs/merge-requests/{number}/merge"),
        format!("refs/merge-requests/{number}/head"),
    ]
}

/// The name under which a fetched pull request is kept.
fn kept(number: u32) -> String {
    format!("refs/clarity/pull/{number}")
}

impl PullRequest {
    /// Pull request `number` in the repository around `path`: as it was fetched before, under the name of the forge or
    /// below that of a remote.
    pub fn find(path: &Path, number: u32) -> Result<PullRequest, RevisionError> {
        let repository = Repository::around(path)?;
        let here = on_forge(number).into_iter().chain([kept(number)]);
        let of_remotes = REMOTES.iter().flat_map(|remote| {
            ["pull", "pr"].map(|kind| {
                [
                    format!("refs/remotes/{remote}/{kind}/{number}/merge"),
                    format!("refs/remotes/{remote}/{kind}/{number}"),
                ]
            })
        });
        let found = here.chain(of_remotes.flatten()).find_map(|name| repository.commit(&name).ok());
        PullRequest::of(&repository, found.ok_or(RevisionError::NotFetched(number))?)
    }

    /// The same, fetched from `remote` (a name or an address), or from `upstream` or else `origin`.
    pub fn fetch(path: &Path, number: u32, remote: Option<&str>) -> Result<PullRequest, RevisionError> {
        let repository = Repository::around(path)?;
        let address = match remote {
            Some(remote) => repository.address(remote).unwrap_or_else(|| remote.to_owned()),
            None => REMOTES.iter().find_map(|remote| repository.address(remote)).ok_or(RevisionError::NoRemote)?,
        };
        let kept = kept(number);
        let mut failure = RevisionError::NotFetched(number);
        for name in on_forge(number) {
            match repository.fetch(&address, &name, &kept) {
                Ok(()) => return PullRequest::of(&repository, repository.commit(&kept)?),
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }

    fn of(repository: &Repository, head: String) -> Result<PullRequest, RevisionError> {
        let is_merge = repository.commit(&format!("{head}^2")).is_ok();
        let base = match is_merge {
            true => repository.commit(&format!("{head}^1"))?,
            false => repository.fork_point(&head)?,
        };
        Ok(PullRequest { base, head })
    }
}
