//! Edits into the work tree: each file at once or not at all.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::git::{GitError, Repository};
use super::{Fix, Plan};
use crate::text::RelPath;

/// Why a file was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Somebody else was faster.
    #[error("{0} changed since it was read; run again")]
    Moved(RelPath),
    /// It has other changes.
    #[error("{0} has changes that are not committed; commit them, or pass --allow-dirty")]
    Dirty(RelPath),
    /// There is nothing to go back to.
    #[error("{0}; or pass --allow-dirty")]
    NoGit(GitError),
    /// The system said no.
    #[error("{file}: {error}")]
    Io {
        /// The file.
        file: RelPath,
        /// What the system said.
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
    for (file, before, after) in files {
        let done = allowed(&file, &repository, dirty).and_then(|()| put(root, &file, &before, &after));
        if let Err(error) = done {
            plan.refuse(&file, &error.to_string());
        }
    }
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
        Ok(repository) => repository.is_dirty(file),
        Err(GitError::NoRepository(path)) => Err(GitError::NoRepository(path.clone())),
        Err(error) => Err(GitError::Failed("status".to_owned(), error.to_string())),
    };
    match state {
        Ok(false) => Ok(()),
        Ok(true) => Err(WriteError::Dirty(file.clone())),
        Err(error) => Err(WriteError::NoGit(error)),
    }
}

/// The new text beside the file, then in its place, with its permissions.
fn put(root: &Path, file: &RelPath, before: &str, after: &str) -> Result<(), WriteError> {
    let failed = |error| WriteError::Io { file: file.clone(), error };
    // A link is followed: its target gets the text, and stays a link's target.
    let path: PathBuf = fs::canonicalize(file.under(root)).map_err(failed)?;
    if fs::read(&path).map_err(failed)? != before.as_bytes() {
        return Err(WriteError::Moved(file.clone()));
    }
    let folder = path.parent().unwrap_or(root);
    let mut new = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    new.write_all(after.as_bytes()).map_err(failed)?;
    let mode = fs::metadata(&path).map_err(failed)?.permissions();
    fs::set_permissions(new.path(), mode).map_err(failed)?;
    new.as_file().sync_all().map_err(failed)?;
    new.persist(&path).map_err(|error| failed(error.error))?;
    Ok(())
}
