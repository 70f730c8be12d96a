//! Writing: aside, synced, then renamed into place.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest as _, Sha256};

use super::{Held, Key, Store, StoreError, read_entry};
use crate::text::Digest;

/// The bytes of an entry while they are written; dropped without `commit` they are gone.
#[derive(Debug)]
pub struct Staged {
    root: PathBuf,
    name: String,
    data: File,
    hash: Sha256,
    len: u64,
    _lock: File,
}

/// Holds other threads and processes off one key until it is dropped.
#[derive(Debug)]
pub struct KeyLock(File);

impl KeyLock {
    pub(super) fn wait(path: &Path) -> Result<KeyLock, StoreError> {
        let file = File::options().create(true).append(true).open(path);
        let file = file.map_err(StoreError::io(path, "could not be made"))?;
        file.lock().map_err(StoreError::io(path, "could not be locked"))?;
        Ok(KeyLock(file))
    }
}

impl Drop for KeyLock {
    fn drop(&mut self) {
        // Closing the file frees it anyway.
        let _ = self.0.unlock();
    }
}

impl Staged {
    pub(super) fn new(root: &Path) -> Result<Staged, StoreError> {
        let make = || {
            let (name, lock) = fresh_name(root)?;
            let folder = root.join("tmp").join(&name);
            fs::create_dir(&folder)?;
            let data = File::create_new(folder.join("data"))?;
            Ok(Staged { root: root.to_owned(), name, data, hash: Sha256::new(), len: 0, _lock: lock })
        };
        make().map_err(StoreError::io(root, "could not be written"))
    }

    /// A folder of its own beside the bytes, that vanishes with this value: room to unpack.
    pub fn room(&self) -> PathBuf {
        self.folder().join("room")
    }

    /// A file of its own beside the bytes, that vanishes with this value.
    pub fn spool(&self) -> PathBuf {
        self.folder().join("spool")
    }

    /// Puts a file that is already on the same file system in the place of the bytes written so far.
    /// `digest` must be its SHA-256.
    pub fn adopt(&mut self, file: &Path, digest: Digest) -> io::Result<Adopted> {
        let data = self.folder().join("data");
        fs::rename(file, &data)?;
        self.data = File::options().append(true).open(&data)?;
        self.len = self.data.metadata()?.len();
        Ok(Adopted(digest))
    }

    /// Makes the bytes written so far the entry of `key`. An entry that somebody else put there first is kept.
    pub fn commit(self, store: &Store, key: &Key, note: &str) -> Result<Held, StoreError> {
        let digest = Digest::from_bytes(self.hash.clone().finalize().into());
        self.place(store, key, note, digest)
    }

    /// Makes an adopted file the entry of `key`.
    pub fn commit_adopted(self, store: &Store, key: &Key, note: &str, file: Adopted) -> Result<Held, StoreError> {
        self.place(store, key, note, file.0)
    }

    fn place(self, store: &Store, key: &Key, note: &str, digest: Digest) -> Result<Held, StoreError> {
        let target = store.folder(key);
        let place = || {
            if self.room().exists() {
                fs::remove_dir_all(self.room())?;
            }
            self.data.sync_all()?;
            self.write_meta(note, digest)?;
            File::open(self.folder())?.sync_all()?;
            let parent = target.parent().expect("an entry lies on a shelf");
            fs::create_dir_all(parent)?;
            if read_entry(&target).is_none() {
                // The folder there is not whole: remove it.
                store.discard(&target)?;
                fs::rename(self.folder(), &target)?;
                File::open(parent)?.sync_all()?;
            }
            Ok(())
        };
        let placed: io::Result<()> = place();
        // Another process may have been faster between the look and the rename: then its entry serves.
        match (read_entry(&target), placed) {
            (Some(held), _) => Ok(held),
            (None, Err(error)) => Err(StoreError::io(&target, "could not be written")(error)),
            (None, Ok(())) => Err(StoreError::io(&target, "could not be read back")(io::ErrorKind::NotFound.into())),
        }
    }

    fn write_meta(&self, note: &str, digest: Digest) -> io::Result<()> {
        let note = note.replace(['\n', '\r'], " ");
        let mut meta = File::create(self.folder().join("meta"))?;
        writeln!(meta, "{} {digest} {note}", self.len)?;
        meta.sync_all()
    }

    fn folder(&self) -> PathBuf {
        self.root.join("tmp").join(&self.name)
    }
}

/// Proof that a file was adopted, with its digest.
#[derive(Debug)]
pub struct Adopted(Digest);

impl Write for Staged {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.data.write(bytes)?;
        self.hash.update(&bytes[..count]);
        self.len += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.data.flush()
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        // Entries that cannot be removed now are swept when the store is next opened.
        let _ = fs::remove_dir_all(self.folder());
        let _ = fs::remove_file(lock_of(&self.root, &self.name));
    }
}

/// A name in `tmp` that nobody else uses, with the lock that says its owner lives.
pub(super) fn fresh_name(root: &Path) -> io::Result<(String, File)> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    loop {
        let since = std::time::UNIX_EPOCH.elapsed().map_or(0, |since| since.subsec_nanos());
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}-{count}-{since}", std::process::id());
        match File::create_new(lock_of(root, &name)) {
            Ok(file) => {
                file.lock()?;
                return Ok((name, file));
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
}

pub(super) fn lock_of(root: &Path, name: &str) -> PathBuf {
    root.join("tmp").join(format!("{name}.lock"))
}
