//! Unpacking to the disk: into a new folder, through a record of what was placed there.
//!
//! The record is what makes it safe: the folder is new and private, so a path that does not lead through a link *of the
//! record* leads through none. Links are made, never followed.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::archive::{self, ArchiveError, Item, Kind, Limits, SafePath};
use super::bytes::os_name;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Placed {
    Folder,
    File,
    Link,
}

/// Unpacks the archive at `path` into `target`, which must not exist. Devices are left out.
pub fn unpack(path: &Path, name: &str, target: &Path, limits: &Limits) -> Result<(), ArchiveError> {
    fs::create_dir(target).map_err(ArchiveError::Io)?;
    let mut room = Room { root: target, placed: HashMap::new(), buffer: vec![0; 1 << 16] };
    archive::walk(path, name, limits, &mut |item| room.place(item))
}

struct Room<'a> {
    root: &'a Path,
    placed: HashMap<Vec<u8>, Placed>,
    buffer: Vec<u8>,
}

impl Room<'_> {
    fn place(&mut self, item: Item<'_>) -> Result<(), ArchiveError> {
        let Item { path, kind, body } = item;
        if path.as_bytes().is_empty() {
            return Ok(());
        }
        let place = self.make_way(&path)?;
        match kind {
            Kind::Folder => self.folder(&path, &place),
            Kind::File { executable, .. } => {
                self.clear(&path, &place)?;
                self.file(&place, executable, body)?;
                self.record(&path, Placed::File)
            }
            Kind::Link(target) => {
                self.clear(&path, &place)?;
                make_link(&target, &place).map_err(ArchiveError::Io)?;
                self.record(&path, Placed::Link)
            }
            Kind::HardLink(target) => self.hard_link(&path, &place, &target),
            Kind::Special(_) => Ok(()),
        }
    }

    /// The place of `path` on the disk, with the folders above it made.
    fn make_way(&mut self, path: &SafePath) -> Result<PathBuf, ArchiveError> {
        let bytes = path.as_bytes();
        for at in (0..bytes.len()).filter(|at| bytes[*at] == b'/') {
            let folder = &bytes[..at];
            match self.placed.get(folder) {
                Some(Placed::Folder) => {}
                Some(Placed::Link) => return Err(ArchiveError::Escape(path.to_string())),
                Some(Placed::File) => {
                    return Err(ArchiveError::Corrupt(format!("`{path}` lies below a file")));
                }
                None => {
                    fs::create_dir(self.root.join(os_name(folder))).map_err(|error| clash(error, path))?;
                    self.placed.insert(folder.to_vec(), Placed::Folder);
                }
            }
        }
        Ok(self.root.join(os_name(bytes)))
    }

    fn folder(&mut self, path: &SafePath, place: &Path) -> Result<(), ArchiveError> {
        if self.placed.get(path.as_bytes()) == Some(&Placed::Folder) {
            return Ok(());
        }
        self.clear(path, place)?;
        fs::create_dir(place).map_err(|error| clash(error, path))?;
        self.record(path, Placed::Folder)
    }

    fn file(&mut self, place: &Path, executable: bool, body: &mut dyn Read) -> Result<(), ArchiveError> {
        let mut file = create(place, executable).map_err(ArchiveError::Io)?;
        loop {
            let count = body.read(&mut self.buffer)?;
            if count == 0 {
                return Ok(());
            }
            file.write_all(&self.buffer[..count]).map_err(ArchiveError::Io)?;
        }
    }

    fn hard_link(&mut self, path: &SafePath, place: &Path, target: &SafePath) -> Result<(), ArchiveError> {
        if self.placed.get(target.as_bytes()) != Some(&Placed::File) {
            return Err(ArchiveError::Corrupt(format!("the hard link `{path}` is not to an earlier file")));
        }
        // Also refuses a target below a link: the record would not have it.
        if path == target {
            return Ok(());
        }
        self.clear(path, place)?;
        fs::hard_link(self.root.join(os_name(target.as_bytes())), place).map_err(ArchiveError::Io)?;
        self.record(path, Placed::File)
    }

    /// A later entry of the same name replaces an earlier one, as `tar` has it.
    fn clear(&mut self, path: &SafePath, place: &Path) -> Result<(), ArchiveError> {
        match self.placed.get(path.as_bytes()) {
            None => Ok(()),
            Some(Placed::Folder) => Err(ArchiveError::Corrupt(format!("`{path}` is a folder and something else"))),
            Some(Placed::File | Placed::Link) => fs::remove_file(place).map_err(ArchiveError::Io),
        }
    }

    fn record(&mut self, path: &SafePath, what: Placed) -> Result<(), ArchiveError> {
        self.placed.insert(path.as_bytes().to_vec(), what);
        Ok(())
    }
}

/// On a file system that ignores case, two names of the archive can be one: that is refused, not merged.
fn clash(error: io::Error, path: &SafePath) -> ArchiveError {
    match error.kind() {
        io::ErrorKind::AlreadyExists => ArchiveError::Corrupt(format!("`{path}` clashes with another entry")),
        _ => ArchiveError::Io(error),
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
