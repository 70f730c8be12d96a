//! Unpacking: onto new ground, through a record of what was placed there.
//!
//! The record is what makes it safe: the ground is new and private, so a path that does not lead through a link *of the
//! record* leads through none. Links are made, never followed.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::archive::{self, ArchiveError, Item, Kind, Limits, SafePath};
use super::bytes::os_name;

/// Content at a path.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Placed {
    Folder,
    File,
    Link,
}

/// Where entries are put. Keeps the record, and is asked only for what the record allows: folders come before what lies
/// in them, and what is in the way is removed first.
pub(super) trait Ground {
    fn placed(&self, path: &[u8]) -> Option<Placed>;
    fn folder(&mut self, path: &[u8]) -> io::Result<()>;
    fn file(&mut self, path: &[u8], executable: bool, body: &mut dyn Read) -> Result<(), ArchiveError>;
    fn link(&mut self, path: &[u8], target: &[u8]) -> io::Result<()>;
    fn hard_link(&mut self, path: &[u8], target: &[u8]) -> io::Result<()>;
    fn remove(&mut self, path: &[u8]) -> io::Result<()>;
}

/// Unpacks the archive at `path` into `target`, which must not exist. Devices are left out.
pub fn unpack(path: &Path, name: &str, target: &Path, limits: &Limits) -> Result<(), ArchiveError> {
    fs::create_dir(target).map_err(ArchiveError::Io)?;
    let mut disk = Disk { root: target, placed: HashMap::new(), buffer: vec![0; 1 << 16] };
    archive::walk(path, name, limits, &mut |item| place(&mut disk, item))
}

/// Puts an entry where it belongs.
pub(super) fn place(ground: &mut dyn Ground, item: Item<'_>) -> Result<(), ArchiveError> {
    let Item { path, kind, body } = item;
    let bytes = path.as_bytes();
    if bytes.is_empty() {
        return Ok(());
    }
    make_way(ground, &path)?;
    match kind {
        Kind::Folder if ground.placed(bytes) == Some(Placed::Folder) => Ok(()),
        Kind::Folder => {
            clear(ground, &path)?;
            ground.folder(bytes).map_err(|error| clash(error, &path))
        }
        Kind::File { executable, .. } => {
            clear(ground, &path)?;
            ground.file(bytes, executable, body)
        }
        Kind::Link(target) => {
            clear(ground, &path)?;
            ground.link(bytes, &target).map_err(ArchiveError::Io)
        }
        Kind::HardLink(target) => hard_link(ground, &path, &target),
        Kind::Special(_) => Ok(()),
    }
}

/// Makes the folders above `path`.
fn make_way(ground: &mut dyn Ground, path: &SafePath) -> Result<(), ArchiveError> {
    let bytes = path.as_bytes();
    for at in (0..bytes.len()).filter(|at| bytes[*at] == b'/') {
        let folder = &bytes[..at];
        match ground.placed(folder) {
            Some(Placed::Folder) => {}
            Some(Placed::Link) => return Err(ArchiveError::Escape(path.to_string())),
            Some(Placed::File) => return Err(ArchiveError::Corrupt(format!("`{path}` lies below a file"))),
            None => ground.folder(folder).map_err(|error| clash(error, path))?,
        }
    }
    Ok(())
}

/// A later entry of the same name replaces an earlier one, as `tar` has it.
fn clear(ground: &mut dyn Ground, path: &SafePath) -> Result<(), ArchiveError> {
    match ground.placed(path.as_bytes()) {
        None => Ok(()),
        Some(Placed::Folder) => Err(ArchiveError::Corrupt(format!("`{path}` is a folder and something else"))),
        Some(Placed::File | Placed::Link) => ground.remove(path.as_bytes()).map_err(ArchiveError::Io),
    }
}

fn hard_link(ground: &mut dyn Ground, path: &SafePath, target: &SafePath) -> Result<(), ArchiveError> {
    // Also refuses a target below a link: the record would not have it.
    if ground.placed(target.as_bytes()) != Some(Placed::File) {
        return Err(ArchiveError::Corrupt(format!("the hard link `{path}` is not to an earlier file")));
    }
    if path == target {
        return Ok(());
    }
    clear(ground, path)?;
    ground.hard_link(path.as_bytes(), target.as_bytes()).map_err(ArchiveError::Io)
}

/// On a file system that ignores case, two names of the archive can be one: that is refused, not merged.
fn clash(error: io::Error, path: &SafePath) -> ArchiveError {
    match error.kind() {
        io::ErrorKind::AlreadyExists => ArchiveError::Corrupt(format!("`{path}` clashes with another entry")),
        _ => ArchiveError::Io(error),
    }
}

/// A folder on the disk.
struct Disk<'a> {
    root: &'a Path,
    placed: HashMap<Vec<u8>, Placed>,
    buffer: Vec<u8>,
}

impl Disk<'_> {
    fn at(&self, path: &[u8]) -> PathBuf {
        self.root.join(os_name(path))
    }

    fn record(&mut self, path: &[u8], what: Placed) {
        self.placed.insert(path.to_vec(), what);
    }
}

impl Ground for Disk<'_> {
    fn placed(&self, path: &[u8]) -> Option<Placed> {
        self.placed.get(path).copied()
    }

    fn folder(&mut self, path: &[u8]) -> io::Result<()> {
        fs::create_dir(self.at(path))?;
        self.record(path, Placed::Folder);
        Ok(())
    }

    fn file(&mut self, path: &[u8], executable: bool, body: &mut dyn Read) -> Result<(), ArchiveError> {
        let mut file = create(&self.at(path), executable).map_err(ArchiveError::Io)?;
        loop {
            let count = body.read(&mut self.buffer)?;
            if count == 0 {
                break;
            }
            file.write_all(&self.buffer[..count]).map_err(ArchiveError::Io)?;
        }
        self.record(path, Placed::File);
        Ok(())
    }

    fn link(&mut self, path: &[u8], target: &[u8]) -> io::Result<()> {
        make_link(target, &self.at(path))?;
        self.record(path, Placed::Link);
        Ok(())
    }

    fn hard_link(&mut self, path: &[u8], target: &[u8]) -> io::Result<()> {
        fs::hard_link(self.at(target), self.at(path))?;
        self.record(path, Placed::File);
        Ok(())
    }

    fn remove(&mut self, path: &[u8]) -> io::Result<()> {
        fs::remove_file(self.at(path))
    }
}

#[cfg(unix)]
fn create(place: &Path, executable: bool) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let mode = if executable { 0o755 } else { 0o644 };
    OpenOptions::new().write(true).create_new(true).mode(mode).open(place)
}

#[cfg(not(unix))]
fn create(place: &Path, _executable: bool) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(place)
}

#[cfg(unix)]
fn make_link(target: &[u8], place: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(os_name(target), place)
}

#[cfg(not(unix))]
fn make_link(_target: &[u8], _place: &Path) -> io::Result<()> {
    Err(io::Error::other("symbolic links are not made on this system"))
}
