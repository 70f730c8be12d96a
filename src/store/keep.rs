//! Keeping house: what is there, what has decayed, what goes first when room is needed.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use walkdir::WalkDir;

use super::{Store, StoreError, read_entry, staged};
use crate::text::Digest;

// Only a process that was killed leaves these; a day is longer than any run.
const ABANDONED: Duration = Duration::from_secs(24 * 60 * 60);

/// Content of the store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Info {
    /// Per shelf, by name.
    pub shelves: Vec<ShelfInfo>,
    /// Bytes of downloads that were begun and not finished.
    pub partial: u64,
}

/// Content of one kind of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShelfInfo {
    /// Its name.
    pub name: String,
    /// Number of entries.
    pub entries: usize,
    /// Their bytes.
    pub bytes: u64,
}

/// Entries removed by [`Store::gc`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Freed {
    /// Number of entries and unfinished downloads.
    pub entries: usize,
    /// Their bytes.
    pub bytes: u64,
    /// Bytes that are left.
    pub left: u64,
}

/// An entry whose bytes are no longer those that were written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decayed {
    /// The entry.
    pub path: PathBuf,
    /// Error.
    pub why: String,
}

struct Standing {
    folder: PathBuf,
    shelf: String,
    bytes: u64,
    used: SystemTime,
}

impl Store {
    /// Content of the store by kind.
    pub fn info(&self) -> Info {
        let mut info =
            Info { partial: files_in(&self.root.join("partial")).map(|(_, len, _)| len).sum(), ..Info::default() };
        for entry in self.entries() {
            match info.shelves.iter_mut().find(|shelf| shelf.name == entry.shelf) {
                Some(shelf) => {
                    shelf.entries += 1;
                    shelf.bytes += entry.bytes;
                }
                None => info.shelves.push(ShelfInfo { name: entry.shelf, entries: 1, bytes: entry.bytes }),
            }
        }
        info.shelves.sort_by(|a, b| a.name.cmp(&b.name));
        info
    }

    /// Removes what was used longest ago until at most `max_bytes` are left. Refuses while others use the store.
    pub fn gc(&self, max_bytes: u64) -> Result<Freed, StoreError> {
        self.must_write()?;
        let Some(lock) = &self.in_use else { return Err(StoreError::ReadOnly(self.root.display().to_string())) };
        if lock.try_lock().is_err() {
            let _ = lock.lock_shared();
            return Err(StoreError::InUse(self.root.display().to_string()));
        }
        let freed = self.free_down_to(max_bytes).map_err(StoreError::io(&self.root, "could not be cleaned"));
        lock.lock_shared().map_err(StoreError::io(&self.root, "could not be locked"))?;
        freed
    }

    /// Reads every entry again and removes those that have decayed (a read-only store keeps them).
    pub fn verify(&self) -> Result<Vec<Decayed>, StoreError> {
        let mut decayed = Vec::new();
        for entry in self.entries() {
            if let Some(why) = decay(&entry.folder) {
                if self.writable {
                    self.discard(&entry.folder).map_err(StoreError::io(&entry.folder, "could not be removed"))?;
                }
                decayed.push(Decayed { path: entry.folder, why });
            }
        }
        Ok(decayed)
    }

    fn free_down_to(&self, max_bytes: u64) -> io::Result<Freed> {
        let mut freed = Freed::default();
        for (path, len, _) in files_in(&self.root.join("partial")) {
            fs::remove_file(path)?;
            freed.entries += usize::from(len > 0);
            freed.bytes += len;
        }
        let mut entries = self.entries();
        entries.sort_by_key(|entry| entry.used);
        freed.left = entries.iter().map(|entry| entry.bytes).sum();
        for entry in entries {
            if freed.left <= max_bytes {
                break;
            }
            self.discard(&entry.folder)?;
            freed.entries += 1;
            freed.bytes += entry.bytes;
            freed.left -= entry.bytes;
        }
        Ok(freed)
    }

    fn entries(&self) -> Vec<Standing> {
        let walk = WalkDir::new(&self.root).min_depth(3).max_depth(3).sort_by_file_name();
        let folders = walk.into_iter().flatten().filter(|entry| entry.file_type().is_dir());
        let stands = |entry: walkdir::DirEntry| {
            let shelf = entry.path().strip_prefix(&self.root).ok()?.components().next()?;
            let shelf = shelf.as_os_str().to_string_lossy().into_owned();
            if shelf == "tmp" || shelf == "partial" {
                return None;
            }
            let size = |name: &str| fs::symlink_metadata(entry.path().join(name)).map_or(0, |meta| meta.len());
            let used = fs::metadata(entry.path().join("meta")).and_then(|meta| meta.modified());
            let used = used.unwrap_or(SystemTime::UNIX_EPOCH);
            Some(Standing { bytes: size("data") + size("meta"), shelf, used, folder: entry.into_path() })
        };
        folders.filter_map(stands).collect()
    }

    /// Clears away what processes left that were killed while writing.
    pub(super) fn sweep(&self) {
        if !self.writable {
            return;
        }
        let tmp = self.root.join("tmp");
        for (path, _, used) in files_in(&tmp) {
            let is_old = used.elapsed().is_ok_and(|age| age > Duration::from_secs(1));
            if path.extension().is_some_and(|ext| ext == "lock") && is_old && owner_is_gone(&path) {
                let _ = fs::remove_dir_all(path.with_extension(""));
                let _ = fs::remove_file(&path);
            }
        }
        for folder in fs::read_dir(&tmp).into_iter().flatten().flatten() {
            let is_old = || folder.metadata().and_then(|meta| meta.modified()).is_ok_and(is_abandoned);
            let name = folder.file_name().to_string_lossy().into_owned();
            if !staged::lock_of(&self.root, &name).exists() && folder.path().is_dir() && is_old() {
                let _ = fs::remove_dir_all(folder.path());
            }
        }
    }
}

fn is_abandoned(since: SystemTime) -> bool {
    since.elapsed().is_ok_and(|age| age > ABANDONED)
}

fn owner_is_gone(lock: &Path) -> bool {
    File::options().append(true).open(lock).is_ok_and(|file| file.try_lock().is_ok())
}

fn files_in(folder: &Path) -> impl Iterator<Item = (PathBuf, u64, SystemTime)> {
    fs::read_dir(folder).into_iter().flatten().flatten().filter_map(|entry| {
        let meta = entry.metadata().ok().filter(fs::Metadata::is_file)?;
        Some((entry.path(), meta.len(), meta.modified().unwrap_or(SystemTime::UNIX_EPOCH)))
    })
}

fn decay(folder: &Path) -> Option<String> {
    let Some(held) = read_entry(folder) else { return Some("is not whole".to_owned()) };
    match Digest::of_file(&held.path) {
        Ok(digest) if digest == held.digest => None,
        Ok(digest) => Some(format!("was written as {}, is {} now", held.digest.short(), digest.short())),
        Err(error) => Some(format!("cannot be read: {error}")),
    }
}
