//! The digest of a whole checkout: equal digests, equal evaluations.
//!
//! Covers the names, kinds and bytes of everything below the roots but `.git`, which is large, changes by itself, and
//! is nothing that packages depend on. Invariant: an evaluation that looked into `.git` all the same is known for it.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use super::checkout::{Checkout, Layout};
use crate::nix::{Disk, GIT, Instead, Kind, MAX_FILE};
use crate::text::Digest;

impl Checkout {
    /// The digest of the checkout and of the `lib` it is read with; `None` where there is none: it is no package set,
    /// or something in it cannot be read.
    pub(crate) fn fingerprint(&self) -> Option<Digest> {
        if self.layout != Layout::PackageSet {
            return None;
        }
        let mut lines = Lines { disk: &self.files.disk, list: Vec::new() };
        lines.folder(self.root())?;
        if let Some(lib) = self.lib.as_deref().map(Path::new) {
            lines.list.extend_from_slice(lib.to_string_lossy().as_bytes());
            lines.list.push(0);
            lines.folder(lib)?;
        }
        Some(Digest::of(&lines.list))
    }

    /// True where nothing was looked at that [`Checkout::fingerprint`] leaves out.
    pub(crate) fn fingerprint_covers_all(&self) -> bool {
        !self.files.has_looked_into_git()
    }
}

/// A line for each entry below some folders: kind, name, content.
struct Lines<'c> {
    disk: &'c Disk,
    list: Vec<u8>,
}

impl Lines<'_> {
    fn folder(&mut self, folder: &Path) -> Option<()> {
        for (name, kind) in entries(self.disk, folder)?.into_iter().filter(|(name, _)| name != GIT) {
            let path = folder.join(&name);
            match kind {
                Kind::Folder => {
                    self.add(b'd', &name, b"");
                    self.folder(&path)?;
                    self.list.push(b')');
                }
                Kind::File => self.add(b'f', &name, self.content(&path)?.as_bytes()),
                Kind::Link => {
                    self.add(b'l', &name, self.target(&path)?.as_os_str().as_encoded_bytes());
                    self.list.push(0);
                    self.list.push(far_kind(&path));
                }
                Kind::Other => self.add(b'o', &name, b""),
            }
        }
        Some(())
    }

    fn add(&mut self, letter: u8, name: &OsStr, content: &[u8]) {
        self.list.push(letter);
        self.list.extend_from_slice(name.as_encoded_bytes());
        self.list.push(0);
        self.list.extend_from_slice(content);
    }

    /// The digest of the bytes; of the length alone where a file is too large to be read at all.
    fn content(&self, path: &Path) -> Option<Digest> {
        match self.disk.instead(path) {
            Some(Instead::File(bytes)) if bytes.len() as u64 > MAX_FILE => Some(Digest::of(&bytes.len().to_le_bytes())),
            Some(Instead::File(bytes)) => Some(Digest::of(bytes)),
            Some(_) => None,
            None => {
                let length = fs::symlink_metadata(path).ok()?.len();
                if length > MAX_FILE { Some(Digest::of(&length.to_le_bytes())) } else { Digest::of_file(path).ok() }
            }
        }
    }

    /// Where a link leads. What is there is covered where it lies, or it is not read, for it lies outside; into `.git`
    /// none may lead.
    fn target(&self, path: &Path) -> Option<PathBuf> {
        if self.disk.instead(path).is_some() {
            return None;
        }
        let is_plain = fs::canonicalize(path).map_or(true, |real| real.iter().all(|part| part != GIT));
        fs::read_link(path).ok().filter(|_| is_plain)
    }
}

/// What is at the end of a link.
fn far_kind(path: &Path) -> u8 {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => b'd',
        Ok(_) => b'f',
        Err(_) => b'n',
    }
}

/// What is in `folder`, by names.
fn entries(disk: &Disk, folder: &Path) -> Option<Vec<(OsString, Kind)>> {
    let shown = folder.to_string_lossy();
    if disk.is_touched(&shown) {
        let told = disk.list(&shown).ok()?.into_iter();
        return Some(told.map(|(name, kind)| (name.into(), kind)).collect());
    }
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).ok()? {
        let entry = entry.ok()?;
        entries.push((entry.file_name(), entry.file_type().ok()?.into()));
    }
    entries.sort_by(|(a, _), (b, _)| a.cmp(b));
    Some(entries)
}
