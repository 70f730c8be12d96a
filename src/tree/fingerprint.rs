//! The digest of a whole checkout: equal digests, equal evaluations.
//!
//! Covers the names, kinds and bytes of everything below the roots but `.git`, which is large, changes by itself, and
//! is nothing that packages depend on. Invariant: an evaluation that looked into `.git` all the same is known for it.

use std::fs;
use std::path::Path;

use super::checkout::{Checkout, Layout};
use crate::nix::{GIT, MAX_FILE};
use crate::text::Digest;

impl Checkout {
    /// The digest of the checkout and of the `lib` it is read with; `None` where there is none: it is no package set,
    /// it is not what lies on the disk, or something in it cannot be read or leads out of it.
    pub(crate) fn fingerprint(&self) -> Option<Digest> {
        if self.layout != Layout::PackageSet || self.files.disk.is_replaced() {
            return None;
        }
        let mut list = Vec::new();
        add_folder(self.root(), self.root(), &mut list)?;
        if let Some(lib) = self.lib.as_deref().map(Path::new) {
            list.extend_from_slice(lib.to_string_lossy().as_bytes());
            list.push(0);
            add_folder(lib, lib, &mut list)?;
        }
        Some(Digest::of(&list))
    }

    /// True where nothing was looked at that [`Checkout::fingerprint`] leaves out.
    pub(crate) fn fingerprint_covers_all(&self) -> bool {
        !self.files.has_looked_into_git()
    }
}

/// Adds a line for each entry of `folder`: kind, name, content.
fn add_folder(folder: &Path, root: &Path, list: &mut Vec<u8>) -> Option<()> {
    let mut entries = fs::read_dir(folder).ok()?.collect::<Result<Vec<_>, _>>().ok()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries.iter().filter(|entry| entry.file_name() != GIT) {
        let (kind, path) = (entry.file_type().ok()?, entry.path());
        let name = entry.file_name();
        let mut add = |letter: u8, content: &[u8]| {
            list.push(letter);
            list.extend_from_slice(name.as_encoded_bytes());
            list.push(0);
            list.extend_from_slice(content);
        };
        if kind.is_dir() {
            add(b'd', b"");
            add_folder(&path, root, list)?;
            list.push(b')');
        } else if kind.is_file() {
            add(b'f', content(&path)?.as_bytes());
        } else if kind.is_symlink() {
            // What it leads to is covered where it lies, or it is no file at all.
            let covered = |real: &Path| real.starts_with(root) && real.iter().all(|part| part != GIT);
            let inside = fs::canonicalize(&path).map_or(true, |real| covered(&real));
            add(b'l', fs::read_link(&path).ok().filter(|_| inside)?.as_os_str().as_encoded_bytes());
            list.push(0);
        } else {
            add(b'o', b"");
        }
    }
    Some(())
}

/// The digest of the bytes; of the length alone where a file is too large to be read at all.
fn content(path: &Path) -> Option<Digest> {
    let length = fs::symlink_metadata(path).ok()?.len();
    if length > MAX_FILE { Some(Digest::of(&length.to_le_bytes())) } else { Digest::of_file(path).ok() }
}
