//! The digest of a whole checkout: equal digests, equal evaluations.
//!
//! Covers the names, kinds and bytes of everything below the roots but `.git`, which is large, changes by itself, and
//! is nothing that packages depend on. Invariant: an evaluation that looked into `.git` all the same is known for it.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::checkout::{Checkout, Layout};
use super::folder::Folder;
use crate::nix::{Disk, GIT, Kind, MAX_FILE, PathOverlay};

/// A BLAKE3 digest: many small files are hashed as one text, several times faster than one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fingerprint([u8; blake3::OUT_LEN]);

impl Checkout {
    /// The digest of the checkout and of the `lib` it is read with; `None` where there is none: it is no package set,
    /// or something in it cannot be read.
    pub(crate) fn fingerprint(&self) -> Option<Fingerprint> {
        if self.layout != Layout::PackageSet {
            return None;
        }
        let mut lines = Lines::new(&self.files.disk);
        lines.folder(self.root(), Folder::open(self.root()).ok())?;
        if let Some(lib) = self.lib.as_deref().map(Path::new) {
            lines.list.extend_from_slice(lib.to_string_lossy().as_bytes());
            lines.list.push(0);
            lines.folder(lib, Folder::open(lib).ok())?;
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
    /// Bytes that are not hashed yet.
    list: Vec<u8>,
}

/// Lines are hashed when there are so many bytes of them.
const ENOUGH: usize = 1 << 18;

impl<'c> Lines<'c> {
    fn new(disk: &'c Disk) -> Lines<'c> {
        Lines { disk, hash: blake3::Hasher::new(), list: Vec::with_capacity(2 * ENOUGH) }
    }

    /// Entries of the folder at `path`; `open` is nothing where the folder exists only in memory.
    fn folder(&mut self, path: &Path, mut open: Option<Folder>) -> Option<()> {
        let is_touched = self.disk.is_touched(&path.to_string_lossy());
        let entries = if is_touched { self.told(path)? } else { sorted(open.as_mut()?)? };
        for (name, kind) in entries.iter().filter(|(name, _)| name != GIT) {
            match kind {
                Kind::Folder => {
                    self.add(b'd', name, b"");
                    self.folder(&path.join(name), open.as_ref().and_then(|open| open.folder(name).ok()))?;
                    self.list.push(b')');
                }
                Kind::File if is_touched => self.file(name, self.disk.instead(&path.join(name)), open.as_ref())?,
                Kind::File => self.file(name, None, open.as_ref())?,
                Kind::Link => self.link(name, &path.join(name))?,
                Kind::Other => self.add(b'o', name, b""),
            }
        }
        Some(())
    }

    /// In-memory entries of the folder at `path`, by name.
    fn told(&self, path: &Path) -> Option<Vec<(OsString, Kind)>> {
        let entries = self.disk.list(&path.to_string_lossy()).ok()?.into_iter();
        Some(entries.map(|(name, kind)| (name.into(), kind)).collect())
    }

    fn add(&mut self, letter: u8, name: &OsStr, content: &[u8]) {
        self.list.push(letter);
        self.list.extend_from_slice(name.as_encoded_bytes());
        self.list.push(0);
        self.list.extend_from_slice(content);
    }

    /// The length, and what is in it.
    fn file(&mut self, name: &OsStr, instead: Option<&PathOverlay>, parent: Option<&Folder>) -> Option<()> {
        self.add(b'f', name, &[0; size_of::<u64>()]);
        let start = self.list.len();
        let length = match instead {
            Some(PathOverlay::File(bytes)) => match self.content(bytes.as_slice())? {
                all if all <= MAX_FILE => all,
                more => more.max(bytes.len() as u64),
            },
            Some(_) => return None,
            None => {
                let file = parent?.file(name).ok()?;
                match self.content(&file)? {
                    all if all <= MAX_FILE => all,
                    more => more.max(file.metadata().ok()?.len()),
                }
            }
        };
        self.list[start - size_of::<u64>()..start].copy_from_slice(&length.to_le_bytes());
        if self.list.len() > ENOUGH {
            self.hash.update(&self.list);
            self.list.clear();
        }
        Some(())
    }

    /// Adds the bytes of `file`; their digest where they are many, so that the list stays small; nothing where they are
    /// too many to be read at all. Gives their number, if only as far as it was read.
    fn content(&mut self, mut file: impl io::Read) -> Option<u64> {
        let start = self.list.len();
        let read = file.by_ref().take(ENOUGH as u64).read_to_end(&mut self.list).ok()?;
        if read < ENOUGH {
            return Some(read as u64);
        }
        let mut hash = blake3::Hasher::new();
        hash.update(&self.list[start..]);
        self.list.truncate(start);
        hash.update_reader(file.take(MAX_FILE + 1 - ENOUGH as u64)).ok()?;
        if hash.count() <= MAX_FILE {
            self.list.extend_from_slice(hash.finalize().as_bytes());
        }
        Some(hash.count())
    }

    fn end(mut self) -> Fingerprint {
        self.hash.update(&self.list);
        Fingerprint(self.hash.finalize().into())
    }

    /// Where it leads. What is there is covered where it lies, or it is not read, for it lies outside; into `.git` none
    /// may lead.
    fn link(&mut self, name: &OsStr, path: &Path) -> Option<()> {
        let is_plain = fs::canonicalize(path).map_or(true, |real| real.iter().all(|part| part != GIT));
        if !is_plain || self.disk.instead(path).is_some() {
            return None;
        }
        self.add(b'l', name, fs::read_link(path).ok()?.as_os_str().as_encoded_bytes());
        self.list.push(0);
        self.list.push(far_kind(path));
        Some(())
    }
}

/// Entries of `folder`, by name.
fn sorted(folder: &mut Folder) -> Option<Vec<(OsString, Kind)>> {
    let mut entries = folder.entries().ok()?;
    entries.sort_by(|(a, _), (b, _)| a.cmp(b));
    Some(entries)
}

/// Target of a link.
fn far_kind(path: &Path) -> u8 {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => b'd',
        Ok(_) => b'f',
        Err(_) => b'n',
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::tree::Options;

    fn print(root: &Path, disk: Disk) -> Option<Fingerprint> {
        Checkout::open_on(root, &Options::default(), disk).ok()?.fingerprint()
    }

    #[test]
    fn a_change_of_the_first_or_last_byte_is_seen_whatever_the_length_and_whoever_tells_it() {
        let root = tempfile::tempdir().expect("a folder");
        let root = root.path().canonicalize().expect("there");
        std::fs::create_dir_all(root.join("pkgs/top-level")).expect("writable");
        std::fs::write(root.join("pkgs/top-level/default.nix"), "{ }: { }").expect("writable");
        let file = root.join("pkgs/data");
        let mut seen = Vec::new();
        for length in [1, ENOUGH - 1, ENOUGH, ENOUGH + 1, 3 * ENOUGH] {
            for changed in [None, Some(0), Some(length - 1)] {
                let mut bytes = vec![b'a'; length];
                changed.into_iter().for_each(|at| bytes[at] = b'b');
                std::fs::write(&file, &bytes).expect("writable");
                let found = print(&root, Disk::default()).expect("a package set");
                std::fs::write(&file, "another").expect("writable");
                let instead = BTreeMap::from([(file.to_string_lossy().into_owned(), PathOverlay::File(bytes))]);
                assert_eq!(print(&root, Disk::with(instead)), Some(found), "{length} {changed:?}");
                // The first byte of one is the last.
                assert!(length == 1 || !seen.contains(&found), "{length} {changed:?}");
                seen.push(found);
            }
        }
    }
}
