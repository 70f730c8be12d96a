//! Edits into the work tree: each file at once or not at all.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::git::{GitError, Repository};
use super::swap::{Settled, Swap};
use super::{Fix, Plan};
use crate::text::RelPath;

/// A program that had opened a file before it was replaced has so long to write to it: such an edit is noticed too.
const GRACE: Duration = Duration::from_millis(50);

/// Why a file was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Another process was faster.
    #[error("{0} changed since it was read; run again")]
    Moved(RelPath),
    /// It has other changes.
    #[error("{0} has changes that are not committed; commit them, or pass --allow-dirty")]
    Dirty(RelPath),
    /// Its bytes are not the committed ones.
    #[error(
        "{0} differs from what is committed although git calls it unchanged (a filter?); \
         commit it without filter, or pass --allow-dirty"
    )]
    Filtered(RelPath),
    /// There is nothing to go back to.
    #[error("{0}; or pass --allow-dirty")]
    NoGit(GitError),
    /// The link leads elsewhere.
    #[error("{0} is a link that leads out of the tree; edit its target by hand")]
    Outside(RelPath),
    /// Two edits came while it was written.
    #[error("{file} was changed while it was written; the other text is in {}, compare the two", kept.display())]
    Kept {
        /// The file.
        file: RelPath,
        /// The text that another program wrote.
        kept: PathBuf,
    },
    /// The system said no.
    #[error("{file}: {error}")]
    Io {
        /// The file.
        file: RelPath,
        /// Error of the system.
        error: std::io::Error,
    },
}

/// Whether files are written that git could not give back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dirty {
    /// They are refused.
    Refuse,
    /// They are written.
    Allow,
}

/// Writes the edits of `plan` to the files below `root`. What cannot be written moves to the refused ones.
pub fn write(plan: &mut Plan, root: &Path, dirty: Dirty) {
    let files: Vec<(RelPath, String, String)> =
        plan.files().map(|(file, before, after)| (file.clone(), before.to_owned(), after)).collect();
    let repository = Repository::around(root);
    let mut swaps = Vec::new();
    for (file, before, after) in files {
        match allowed(&file, &repository, dirty).and_then(|()| put(root, &file, &before, &after)) {
            Ok(swap) => swaps.push((file, swap)),
            Err(error) => plan.refuse(&file, &error.to_string()),
        }
    }
    if !swaps.is_empty() {
        std::thread::sleep(GRACE);
    }
    for (file, swap) in swaps {
        if let Err(error) = settle(&file, swap) {
            plan.refuse(&file, &error.to_string());
        }
    }
}

/// Puts back what `plan`, which was written below `root`, replaced. Files that are otherwise by now stay, and say so.
pub fn take_back(plan: &Plan, root: &Path) -> Vec<WriteError> {
    let back = |(file, before, after): (&RelPath, &str, String)| {
        let swap = put(root, file, &after, before)?;
        std::thread::sleep(GRACE);
        settle(file, swap)
    };
    plan.files().filter_map(|one| back(one).err()).collect()
}

impl Plan {
    /// Moves the fixes of `file` to the refused ones.
    fn refuse(&mut self, file: &RelPath, why: &str) {
        let (gone, kept): (Vec<Fix>, Vec<Fix>) =
            std::mem::take(&mut self.fixes).into_iter().partition(|fix| fix.place.file == *file);
        self.fixes = kept;
        self.refused.extend(gone.iter().flat_map(|fix| fix.refused(why)));
    }
}

fn allowed(file: &RelPath, repository: &Result<Repository, GitError>, dirty: Dirty) -> Result<(), WriteError> {
    if dirty == Dirty::Allow {
        return Ok(());
    }
    let state = match repository {
        Ok(repository) => repository.holds(file),
        Err(GitError::NoRepository(path)) => Err(GitError::NoRepository(path.clone())),
        Err(error) => Err(GitError::Failed("status".to_owned(), error.to_string())),
    };
    state.map_err(|error| match error {
        GitError::Dirty(file) => WriteError::Dirty(file),
        GitError::Filtered(file) => WriteError::Filtered(file),
        error => WriteError::NoGit(error),
    })
}

/// The new text in the place of the file, with its permissions; the old file is beside it.
fn put(root: &Path, file: &RelPath, before: &str, after: &str) -> Result<Swap, WriteError> {
    let failed = |error| WriteError::Io { file: file.clone(), error };
    // A link is followed: its target gets the text, and stays a link's target.
    let path: PathBuf = fs::canonicalize(file.under(root)).map_err(failed)?;
    if !path.starts_with(fs::canonicalize(root).map_err(failed)?) {
        return Err(WriteError::Outside(file.clone()));
    }
    if fs::read(&path).map_err(failed)? != before.as_bytes() {
        return Err(WriteError::Moved(file.clone()));
    }
    let mut new = tempfile::NamedTempFile::new_in(path.parent().unwrap_or(root)).map_err(failed)?;
    new.write_all(after.as_bytes()).map_err(failed)?;
    let mode = fs::metadata(&path).map_err(failed)?.permissions();
    fs::set_permissions(new.path(), mode).map_err(failed)?;
    new.as_file().sync_all().map_err(failed)?;
    Swap::make(path, before, after, new.into_temp_path()).map_err(failed)
}

/// Removes the old file where it is the one that was read; else takes the swap back.
fn settle(file: &RelPath, swap: Swap) -> Result<(), WriteError> {
    match swap.settle().map_err(|error| WriteError::Io { file: file.clone(), error })? {
        Settled::Done => Ok(()),
        Settled::TakenBack => Err(WriteError::Moved(file.clone())),
        Settled::Both(kept) => Err(WriteError::Kept { file: file.clone(), kept }),
    }
}
