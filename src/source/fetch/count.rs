//! Entries and bytes of a clone, counted before it is written.

use crate::git::TreeEntry;
use crate::source::archive::{ArchiveError, Limits, SafePath};

/// Entries and bytes of the trees that were checked out so far.
#[derive(Default)]
pub(super) struct Count {
    entries: u64,
    bytes: u64,
}

impl Count {
    /// Counts one line of `git ls-tree -r -l -z`.
    pub(super) fn add_line(&mut self, line: &[u8], limits: &Limits) -> Result<(), ArchiveError> {
        match TreeEntry::parse(line) {
            Some(entry) => self.add(entry.path, entry.size.unwrap_or(0), limits),
            None => Err(ArchiveError::Limit("a listing of git that is not understood".to_owned())),
        }
    }

    /// Counts one file.
    pub(super) fn add(&mut self, path: &[u8], size: u64, limits: &Limits) -> Result<(), ArchiveError> {
        self.entries += 1;
        self.bytes = self.bytes.saturating_add(size);
        SafePath::check(path, limits)?;
        match self {
            _ if self.entries > limits.entries => {
                Err(ArchiveError::Limit(format!("more than {} entries", limits.entries)))
            }
            _ if self.bytes > limits.bytes => Err(ArchiveError::Limit(format!("more than {} bytes", limits.bytes))),
            _ => Ok(()),
        }
    }
}
