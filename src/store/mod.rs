//! A content-addressed folder on disk: what `source`, `declared` and `evidence` keep between runs.
//!
//! An entry is a folder with the bytes (`data`) and a line about them (`meta`: length, SHA-256, a note of whoever wrote
//! it). It is written aside, synced and renamed into place, so that a reader sees a whole entry or none, whatever is
//! killed when. Several processes may share one store; a store that cannot be written is read. It refuses to know what
//! the bytes mean and whether they are the right ones: the key is the writer's promise, `verify` only sees decay.
//!
//! Invariant: nothing below `root` is ever changed in place, except the time of last use that [`Store::gc`] goes by.

mod keep;
mod private;
mod staged;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::text::Digest;

pub use keep::{Decayed, Freed, Info, ShelfInfo};
pub use staged::{KeyLock, Staged};

const LAYOUT: &str = "v1";

/// Error of the store itself.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file system refused.
    #[error("cache {path}: {what}: {error}")]
    Io {
        /// The place.
        path: String,
        /// Attempts.
        what: &'static str,
        /// Why it did not work.
        error: io::Error,
    },
    /// A write was asked of a store that cannot be written.
    #[error("cache {0} is read-only; name a writable one with --cache-dir DIR or $CLARITY_CACHE")]
    ReadOnly(String),
    /// Other processes work with the store.
    #[error("cache {0} is in use by another clarity process; try again when it has ended")]
    InUse(String),
}

impl StoreError {
    /// The error for readers who need not know where the cache lies.
    pub fn without_place(&self) -> String {
        match self {
            StoreError::Io { what, error, .. } => format!("cache: {what}: {error}"),
            StoreError::ReadOnly(_) => StoreError::ReadOnly("folder".to_owned()).to_string(),
            StoreError::InUse(_) => StoreError::InUse("folder".to_owned()).to_string(),
        }
    }

    fn io(path: &Path, what: &'static str) -> impl FnOnce(io::Error) -> StoreError {
        move |error| StoreError::Io { path: path.display().to_string(), what, error }
    }
}

/// The name of an entry: which shelf it stands on, and its key there.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    shelf: &'static str,
    name: String,
}

impl Key {
    /// The key `name` on `shelf`. Bytes that do not suit a file name are replaced, and long names are hashed.
    pub fn new(shelf: &'static str, name: &str) -> Key {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'+' | b'=');
        let fits = name.len() >= 3 && name.len() <= 160 && name.bytes().all(is_plain);
        let name = if fits { name.to_owned() } else { format!("h-{}", Digest::of(name.as_bytes())) };
        Key { shelf, name }
    }
}

/// An entry at hand: whole and of the length it was written with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The bytes.
    pub path: PathBuf,
    /// Their number.
    pub len: u64,
    /// Their SHA-256, as computed when they were written.
    pub digest: Digest,
    /// Note of the writer, on one line.
    pub note: String,
}

/// A store, open for the life of this value.
#[derive(Debug)]
pub struct Store {
    root: PathBuf,
    writable: bool,
    // Shared while the store is open, so that `gc` of another process does not pull entries away from a reader.
    in_use: Option<File>,
}

impl Store {
    /// Where the store lives unless the user names a place: `$CLARITY_CACHE`, `$XDG_CACHE_HOME/clarity` or
    /// `~/.cache/clarity`; `None` where none of them is set.
    pub fn default_root() -> Option<PathBuf> {
        let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        absolute("CLARITY_CACHE")
            .or_else(|| absolute("XDG_CACHE_HOME").map(|cache| cache.join("clarity")))
            .or_else(|| absolute("HOME").map(|home| home.join(".cache/clarity")))
    }

    /// The store below `root`, made where it does not exist; read-only where it exists and cannot be written.
    pub fn open(root: impl Into<PathBuf>) -> Result<Store, StoreError> {
        let root = root.into().join(LAYOUT);
        match private::claim(&root) {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied && root.is_dir() => {
                return Err(StoreError::io(&root, "is not used")(error));
            }
            // The next step says what is wrong.
            _ => {}
        }
        let made = fs::create_dir_all(root.join("tmp")).and_then(|()| fs::create_dir_all(root.join("partial")));
        let lock = root.join("lock");
        let opened = made.and_then(|()| File::options().create(true).append(true).open(&lock));
        let (file, writable) = match opened {
            Ok(file) => (Some(file), true),
            Err(_) if root.is_dir() => (File::open(&lock).ok(), false),
            Err(error) => return Err(StoreError::io(&root, "could not be made")(error)),
        };
        if let Some(file) = &file {
            file.lock_shared().map_err(StoreError::io(&lock, "could not be locked"))?;
        }
        let store = Store { root, writable, in_use: file };
        store.sweep();
        Ok(store)
    }

    /// The folder, including the number of its layout.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// True where entries can be added.
    pub fn is_writable(&self) -> bool {
        self.writable
    }

    /// The entry of `key`, if it is there and whole; it counts as used now.
    pub fn get(&self, key: &Key) -> Option<Held> {
        let folder = self.folder(key);
        let held = read_entry(&folder)?;
        if self.writable
            && let Ok(meta) = File::options().append(true).open(folder.join("meta"))
        {
            // Only the order of `gc` depends on it: a file system that cannot do it loses nothing else.
            let _ = meta.set_modified(std::time::SystemTime::now());
        }
        Some(held)
    }

    /// A place to write the bytes of a new entry to.
    pub fn stage(&self) -> Result<Staged, StoreError> {
        self.must_write()?;
        Staged::new(&self.root)
    }

    /// A lock on `key` that other threads and processes wait for: who holds it fetches, the others find the entry.
    pub fn lock(&self, key: &Key) -> Result<KeyLock, StoreError> {
        self.must_write()?;
        KeyLock::wait(&self.partial(key).with_extension("lock"))
    }

    /// Where the first bytes of `key` are kept while it is fetched, for whoever holds its lock; it survives the process.
    pub fn partial(&self, key: &Key) -> PathBuf {
        // Without a dot: extensions are added to it.
        self.root.join("partial").join(format!("{}-{}", key.shelf, key.name))
    }

    /// Forgets the entry of `key`.
    pub fn remove(&self, key: &Key) -> Result<(), StoreError> {
        self.must_write()?;
        let folder = self.folder(key);
        self.discard(&folder).map_err(StoreError::io(&folder, "could not be removed"))
    }

    fn must_write(&self) -> Result<(), StoreError> {
        if self.writable { Ok(()) } else { Err(StoreError::ReadOnly(self.root.display().to_string())) }
    }

    fn folder(&self, key: &Key) -> PathBuf {
        // The last two characters: keys begin with the name of an algorithm.
        let fan = &key.name[key.name.len() - 2..];
        self.root.join(key.shelf).join(fan).join(&key.name)
    }

    /// Takes an entry out of sight in one step, then deletes it: a kill in between leaves no half entry.
    fn discard(&self, folder: &Path) -> io::Result<()> {
        if !folder.exists() {
            return Ok(());
        }
        let (name, _lock) = staged::fresh_name(&self.root)?;
        let aside = self.root.join("tmp").join(&name);
        fs::rename(folder, &aside)?;
        fs::remove_dir_all(&aside)?;
        fs::remove_file(staged::lock_of(&self.root, &name))
    }
}

fn read_entry(folder: &Path) -> Option<Held> {
    let meta = fs::read_to_string(folder.join("meta")).ok()?;
    let mut words = meta.trim_end().splitn(3, ' ');
    let len: u64 = words.next()?.parse().ok()?;
    let digest = parse_digest(words.next()?)?;
    let note = words.next().unwrap_or("").to_owned();
    let path = folder.join("data");
    let is_whole = |data: &fs::Metadata| data.is_file() && data.len() == len && private::is_ours(data);
    let is_whole = fs::symlink_metadata(&path).is_ok_and(|data| is_whole(&data));
    is_whole.then_some(Held { path, len, digest, note })
}

fn parse_digest(hex: &str) -> Option<Digest> {
    let mut bytes = [0; 32];
    if hex.len() != 64 || !hex.is_ascii() {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(Digest::from_bytes(bytes))
}
