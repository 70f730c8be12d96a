//! Opening what must be a regular file.
//!
//! A pipe blocks whoever opens it and a device may never end, so neither is opened to be read: the file is opened
//! without blocking, and what it is is asked of the open file, not of its name.

use std::fs::{File, Metadata};
use std::io;
use std::path::Path;

/// Whether a link in the place of the file is followed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Links {
    /// It is: whoever named the file may have named a link.
    Followed,
    /// It is not: the file was found, and what was found was no link.
    Refused,
}

/// The regular file at `path`, open to be read, and what it is.
pub fn open(path: &Path, links: Links) -> io::Result<(File, Metadata)> {
    let file = open_any(path, links)?;
    let meta = file.metadata()?;
    match meta.is_file() {
        true => Ok((file, meta)),
        false if meta.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        false => Err(io::Error::other("it is a device, a pipe or a socket, and only files are read")),
    }
}

#[cfg(unix)]
fn open_any(path: &Path, links: Links) -> io::Result<File> {
    use rustix::fs::{CWD, Mode, OFlags, openat};
    let follow = if links == Links::Refused { OFlags::NOFOLLOW } else { OFlags::empty() };
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY | follow;
    Ok(openat(CWD, path, flags, Mode::empty())?.into())
}

#[cfg(not(unix))]
fn open_any(path: &Path, _links: Links) -> io::Result<File> {
    File::open(path)
}
