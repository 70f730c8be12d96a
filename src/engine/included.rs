//! Files of repositories that a configuration includes: found in the cache, or fetched where that was asked for.
//!
//! Invariant: the repository has the hash that the configuration states, or nothing of it is used.

use std::fmt;

use crate::source::{self, SourceError};
use crate::text::RelPath;
use crate::tree::SourceRef;

use super::Watch;
use super::inputs::Finder;
use super::some_files::some_files;

/// Why a file of a repository is not included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotIncluded {
    /// The repository is not on this machine, and the network was not to be asked.
    NotAtHand,
    /// It could not be had.
    Failed(String),
    /// It has no such file, or one of more than this many bytes.
    NoFile(RelPath, u64),
}

impl fmt::Display for NotIncluded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotIncluded::NotAtHand => f.write_str("not in the cache; --fetch downloads it"),
            NotIncluded::Failed(why) => f.write_str(why),
            NotIncluded::NoFile(file, most) => write!(f, "has no regular file `{file}` of at most {most} bytes"),
        }
    }
}

/// The bytes of `files` of the repository `source`, which reports call `name`; `most` bytes each.
pub fn included(
    (name, source): (&str, &SourceRef),
    (files, most): (&[RelPath], u64),
    sources: &source::Options,
    watch: &Watch,
) -> Result<Vec<Vec<u8>>, NotIncluded> {
    let failed = |error: SourceError| match error {
        SourceError::NotAtHand { .. } => NotIncluded::NotAtHand,
        error => NotIncluded::Failed(error.to_string()),
    };
    watch.stage(&format!("looking for {name}"));
    let tree = Finder::new(sources.clone(), watch).acquire(name, source.clone());
    let tree = tree.map_err(NotIncluded::Failed)?.map_err(failed)?;
    let wanted = |path: &RelPath| files.contains(path).then(|| path.clone());
    let mut found = some_files(&tree, most + 1, wanted).map_err(failed)?;
    let take = |file: &RelPath| {
        let bytes = found.remove(file).filter(|bytes| bytes.len() as u64 <= most);
        bytes.ok_or_else(|| NotIncluded::NoFile(file.clone(), most))
    };
    files.iter().map(take).collect()
}
