//! Changes in a checkout between two revisions, or since one, and the checkout as it was then.
//!
//! Files that git does not keep (ignored ones, submodules) are the same in all revisions.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::checkout::{Checkout, OpenError, Options};
use super::repository::{Entry, Listed, Repository, RevisionError};
use crate::git::ObjectId;
use crate::nix::{Disk, PathOverlay};
use crate::text::RelPath;

/// Changes between two states of a work tree.
#[derive(Clone, Debug)]
pub struct Changes {
    /// By absolute path: what was there before, where the disk has something else.
    before: BTreeMap<String, PathOverlay>,
    /// The same for the later state; empty for the work tree itself.
    after: BTreeMap<String, PathOverlay>,
    /// The paths that changed.
    changed: BTreeSet<String>,
    top: PathBuf,
}

impl Changes {
    /// Changes in the repository around `path` between `rev` and the work tree, untracked files included. Bytes decide:
    /// a file is the same where the object that the revision names has the bytes that lie on the disk.
    pub fn since(path: &Path, rev: &str) -> Result<Changes, RevisionError> {
        let repository = Repository::around(path)?;
        let before = at(&repository, &repository.tree(&repository.commit(rev)?)?)?;
        let changed = before.keys().cloned().collect();
        Ok(Changes { before, after: BTreeMap::new(), changed, top: repository.top })
    }

    /// Changes in the repository around `path` between two revisions, whatever its work tree has.
    pub fn between(path: &Path, base: &str, head: &str) -> Result<Changes, RevisionError> {
        let repository = Repository::around(path)?;
        let old = repository.tree(&repository.commit(base)?)?;
        let new = repository.tree(&repository.commit(head)?)?;
        let after = at(&repository, &new)?;
        let replaced = replaced(&repository, &old, &new)?;
        let changed = replaced.keys().cloned().collect();
        let mut before = after.clone();
        before.extend(replaced);
        Ok(Changes { before, after, changed, top: repository.top })
    }

    /// The commit at which the work tree of `path` left the branch that it came from: the upstream of the current
    /// branch, else the default branch.
    pub fn fork_point(path: &Path) -> Result<String, RevisionError> {
        Repository::around(path)?.fork_point("HEAD")
    }

    /// The disk as it was before.
    pub fn disk_before(&self) -> Disk {
        Disk::with(self.before.clone())
    }

    /// The root of the work tree, links resolved.
    pub fn top(&self) -> &Path {
        &self.top
    }

    /// True where nothing changed.
    pub fn is_empty(&self) -> bool {
        self.changed.is_empty()
    }

    /// True where `file` of the checkout at `root`, or something below it, changed, or is not on the disk as it is in
    /// the later state.
    pub fn touch(&self, root: &Path, file: &RelPath) -> bool {
        let place = file.under(root);
        self.changed.iter().chain(self.after.keys()).any(|path| Path::new(path).starts_with(&place))
    }

    /// True where the disk has `file` of the checkout at `root`, or something below it, otherwise than the later state.
    pub fn is_elsewhere(&self, root: &Path, file: &RelPath) -> bool {
        let place = file.under(root);
        self.after.keys().any(|path| Path::new(path).starts_with(&place))
    }

    /// The checkout at `path` as it was before.
    pub fn checkout_before(&self, path: &Path, options: &Options) -> Result<Checkout, OpenError> {
        Checkout::open_on(path, options, self.disk_before())
    }

    /// The checkout at `path` in the later state.
    pub fn checkout_after(&self, path: &Path, options: &Options) -> Result<Checkout, OpenError> {
        Checkout::open_on(path, options, Disk::with(self.after.clone()))
    }
}

/// Files of a revision with these `entries` that the disk has otherwise.
fn at(repository: &Repository, entries: &[Entry]) -> Result<BTreeMap<String, PathOverlay>, RevisionError> {
    let listed = repository.listed()?;
    let known: HashSet<&Path> = entries.iter().map(|entry| entry.file.as_path()).collect();
    let left_out = |listed: &&Listed| listed.is_left_out;
    let left_out: HashSet<&Path> = listed.iter().filter(left_out).map(|listed| listed.file.as_path()).collect();
    let mut instead = overlays(repository, &repository.differing(entries, &left_out))?;
    let new = listed.iter().filter(|listed| !known.contains(listed.file.as_path()));
    instead.extend(new.map(|listed| (repository.absolute(&listed.file), PathOverlay::Nothing)));
    Ok(instead)
}

/// Files of `old` that are otherwise in `new`.
fn replaced(
    repository: &Repository,
    old: &[Entry],
    new: &[Entry],
) -> Result<BTreeMap<String, PathOverlay>, RevisionError> {
    let by_file = |entries: &'_ [Entry]| entries.iter().map(|entry| (entry.file.clone(), entry.content())).collect();
    let (before, after): (HashMap<PathBuf, _>, HashMap<PathBuf, _>) = (by_file(old), by_file(new));
    let differing: Vec<&Entry> = old.iter().filter(|entry| after.get(&entry.file) != Some(&entry.content())).collect();
    let mut instead = overlays(repository, &differing)?;
    let added = new.iter().filter(|entry| !before.contains_key(&entry.file));
    instead.extend(added.map(|entry| (repository.absolute(&entry.file), PathOverlay::Nothing)));
    Ok(instead)
}

fn overlays(repository: &Repository, entries: &[&Entry]) -> Result<BTreeMap<String, PathOverlay>, RevisionError> {
    let ids: Vec<&ObjectId> = entries.iter().map(|entry| &entry.id).collect();
    let blobs = repository.blobs(&ids)?;
    Ok(entries
        .iter()
        .zip(blobs)
        .map(|(entry, bytes)| (repository.absolute(&entry.file), entry.instead(bytes)))
        .collect())
}
