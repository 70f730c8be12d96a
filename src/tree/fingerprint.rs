//! The digest of a whole checkout: equal digests, equal evaluations.
//!
//! Covers the names, kinds and bytes of everything below the roots but `.git`, which is large, changes by itself, and
//! is nothing that packages depend on. Invariant: an evaluation that looked into `.git` all the same is known for it.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::checkout::{Checkout, Layout};
use crate::nix::{Disk, GIT, Instead, Kind, MAX_FILE};

/// A BLAKE3 digest: many small files are hashed as one text, several times faster than one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fingerprint([u8; blake3::OUT_LEN]);

impl Fingerprint {
    /// The digest of the bytes of a file.
    pub(crate) fn of_file(path: &Path) -> io::Result<Fingerprint> {
        let mut hash = blake3::Hasher::new();
        hash.update_reader(File::open(path)?)?;
        Ok(Fingerprint(hash.finalize().into()))
    }
}

impl Checkout {
    /// The digest of the checkout and of the `lib` it is read with; `None` where there is none: it is no package set,
    /// or something in it cannot be read.
    pub(crate) fn fingerprint(&self) -> Option<Fingerprint> {
        if self.layout != Layout::PackageSet {
            return None;
        }
        let mut lines = Lines { disk: &self.files.disk, hash: blake3::Hasher::new(), list: Vec::new() };
        lines.folder(self.root())?;
        if let Some(lib) = self.lib.as_deref().map(Path::new) {
            lines.list.extend_from_slice(lib.to_string_lossy().as_bytes());
            lines.list.push(0);
            lines.folder(lib)?;
        }
        Some(lines.end())
    }

    /// True where nothing was looked at that [`Checkout::fingerprint`] leaves out.
    pub(crate) fn fingerprint_covers_all(&self) -> bool {
        !self.files.has_looked_into_git()
    }
}

/// A line for each entry below some folders: kind, name, length, content.
struct Lines<'c> {
    disk: &'c Disk,
    hash: blake3::Hasher,
    /// What is not hashed yet.
    list: Vec<u8>,
}

/// Lines are hashed when there are so many bytes of them.
const ENOUGH: usize = 1 << 18;

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
                Kind::File => self.file(&name, &path)?,
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

    /// The bytes; the length alone where a file is too large to be read at all.
    fn file(&mut self, name: &OsStr, path: &Path) -> Option<()> {
        self.add(b'f', name, &[0; size_of::<u64>()]);
        let start = self.list.len();
        let length = match self.disk.instead(path) {
            Some(Instead::File(bytes)) => {
                self.list.extend_from_slice(bytes);
                bytes.len() as u64
            }
            Some(_) => return None,
            None => {
                let file = File::open(path).ok()?;
                match (&file).take(MAX_FILE + 1).read_to_end(&mut self.list).ok()? as u64 {
                    read if read <= MAX_FILE => read,
                    _ => file.metadata().ok()?.len(),
                }
            }
        };
        if length > MAX_FILE {
            self.list.truncate(start);
        }
        self.list[start - size_of::<u64>()..start].copy_from_slice(&length.to_le_bytes());
        if self.list.len() > ENOUGH {
            self.hash.update(&self.list);
            self.list.clear();
        }
        Some(())
    }

    fn end(mut self) -> Fingerprint {
        self.hash.update(&self.list);
        Fingerprint(self.hash.finalize().into())
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
