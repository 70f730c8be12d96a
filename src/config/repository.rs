//! Repositories of which a configuration includes files.

use std::fmt;

use crate::text::RelPath;
use crate::tree::{SourceRef, pinned_revision};

use super::file::{Include, IncludedRepository};

/// Digits of a revision that tell it from others.
const SHOWN_DIGITS: usize = 12;

/// Files of a repository, pinned by revision and hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    /// Its address.
    pub url: String,
    /// The revision, whole.
    pub rev: String,
    /// The tree at that revision, as a source to acquire.
    pub source: SourceRef,
    /// The files, each once.
    pub files: Vec<RelPath>,
}

impl fmt::Display for Repository {
    /// e.g. `https://git.example.org/curations at 0123456789ab`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.url, &self.rev[..SHOWN_DIGITS])
    }
}

/// The repositories among the members of `include`, in their order.
pub(super) fn all(included: Vec<Include>) -> Vec<Repository> {
    let repository = |one| match one {
        Include::Repository(raw) => Some(checked(raw)),
        Include::File(_) => None,
    };
    included.into_iter().filter_map(repository).collect()
}

fn checked(raw: IncludedRepository) -> Repository {
    let IncludedRepository { url, rev, hash, files } = raw;
    let mut unique: Vec<RelPath> = Vec::new();
    for file in files {
        if !unique.contains(&file.0) {
            unique.push(file.0);
        }
    }
    let source = pinned_revision(&url.0, &rev.0, &hash.0.to_string());
    Repository { url: url.0, rev: rev.0, source, files: unique }
}
