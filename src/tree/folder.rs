//! Folders that are held open: what lies in them is opened by its name alone.
//!
//! A checkout has tens of thousands of small files, and the way to one from the root of the disk costs the system more
//! than what is read there. No link is followed.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::path::Path;

use crate::nix::Kind;

/// A folder that is open.
#[cfg(unix)]
pub(super) struct Folder(rustix::fs::Dir);

#[cfg(unix)]
impl Folder {
    /// The folder at `path`.
    pub(super) fn open(path: &Path) -> io::Result<Folder> {
        Ok(Folder(rustix::fs::Dir::new(open(rustix::fs::CWD, path.as_os_str())?)?))
    }

    /// The folder called `name` in this one.
    pub(super) fn folder(&self, name: &OsStr) -> io::Result<Folder> {
        Ok(Folder(rustix::fs::Dir::new(open(self.0.fd()?, name)?)?))
    }

    /// The file called `name` in this folder, to be read.
    pub(super) fn file(&self, name: &OsStr) -> io::Result<File> {
        Ok(open(self.0.fd()?, name)?.into())
    }

    /// Entries of the folder, in no order.
    pub(super) fn entries(&mut self) -> io::Result<Vec<(OsString, Kind)>> {
        use std::os::unix::ffi::OsStrExt as _;
        let mut entries = Vec::new();
        while let Some(entry) = self.0.read() {
            let entry = entry?;
            let name = entry.file_name().to_bytes();
            if !matches!(name, b"." | b"..") {
                entries.push((OsStr::from_bytes(name).to_owned(), self.kind(&entry)?));
            }
        }
        Ok(entries)
    }

    /// Not all file systems tell what an entry is together with its name.
    fn kind(&self, entry: &rustix::fs::DirEntry) -> io::Result<Kind> {
        use rustix::fs::{AtFlags, FileType, statat};
        let told = match entry.file_type() {
            FileType::Unknown => {
                let found = statat(self.0.fd()?, entry.file_name(), AtFlags::SYMLINK_NOFOLLOW)?;
                FileType::from_raw_mode(found.st_mode)
            }
            told => told,
        };
        Ok(match told {
            FileType::Directory => Kind::Folder,
            FileType::RegularFile => Kind::File,
            FileType::Symlink => Kind::Link,
            _ => Kind::Other,
        })
    }
}

#[cfg(unix)]
fn open(folder: impl std::os::fd::AsFd, name: &OsStr) -> rustix::io::Result<std::os::fd::OwnedFd> {
    use rustix::fs::{Mode, OFlags, openat};
    // Without blocking: a pipe may have taken the place of what was listed.
    openat(folder, name, OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK, Mode::empty())
}

/// A folder by its path, where none can be held open.
#[cfg(not(unix))]
pub(super) struct Folder(std::path::PathBuf);

#[cfg(not(unix))]
impl Folder {
    pub(super) fn open(path: &Path) -> io::Result<Folder> {
        Ok(Folder(path.to_owned()))
    }

    pub(super) fn folder(&self, name: &OsStr) -> io::Result<Folder> {
        Folder::open(&self.0.join(name))
    }

    pub(super) fn file(&self, name: &OsStr) -> io::Result<File> {
        File::open(self.0.join(name))
    }

    pub(super) fn entries(&mut self) -> io::Result<Vec<(OsString, Kind)>> {
        let told = |entry: std::fs::DirEntry| Ok((entry.file_name(), entry.file_type()?.into()));
        std::fs::read_dir(&self.0)?.map(|entry| entry.and_then(told)).collect()
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn what_lies_in_a_folder_is_told_and_opened_by_name() {
        let root = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(root.path().join("below")).expect("writable");
        std::fs::write(root.path().join("below/file"), "text").expect("writable");
        std::os::unix::fs::symlink("file", root.path().join("below/link")).expect("a link");
        let mut folder = Folder::open(root.path()).and_then(|root| root.folder(OsStr::new("below"))).expect("there");
        let mut entries = folder.entries().expect("listed");
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        assert_eq!(entries, [("file".into(), Kind::File), ("link".into(), Kind::Link)]);
        let mut text = String::new();
        folder.file(OsStr::new("file")).and_then(|mut file| file.read_to_string(&mut text)).expect("read");
        assert_eq!(text, "text");
        assert!(folder.file(OsStr::new("link")).is_err(), "a link is no file");
    }
}
