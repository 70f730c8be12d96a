//! The Nix archive format (NAR): writing a tree, and so hashing it as Nix does.
//!
//! The grammar is the one of the Nix manual ("Nix Archive (NAR) format"). Entries are in the order of the bytes of their
//! names; of the mode only the owner's executable bit counts.

use std::fs::{self, FileType};
use std::io::{self, Read, Write};
use std::path::Path;

use super::bytes::{name_bytes, path_bytes};
use super::hash::{Algo, FixedHash, Hasher};
use super::links;
use crate::text::regular::{self, Links};
use crate::text::stop;

/// Writes `path` (a file, a link or a folder with all below it) as a NAR.
pub fn write(path: &Path, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = Writer::begin(out)?;
    writer.node(path, fs::symlink_metadata(path)?.file_type())?;
    writer.out.drain()
}

/// The hash of `path` as a NAR.
pub fn hash(path: &Path, algo: Algo) -> io::Result<FixedHash> {
    let mut hasher = Hasher::new(algo);
    write(path, &mut hasher)?;
    Ok(hasher.finish())
}

const BUFFER: usize = 1 << 17;

/// Writes the words of the format, one node after the other.
pub(super) struct Writer<'a> {
    out: Buffered<'a>,
}

impl<'a> Writer<'a> {
    /// Writes what every NAR begins with.
    pub(super) fn begin(out: &'a mut dyn Write) -> io::Result<Writer<'a>> {
        let mut writer = Writer { out: Buffered { out, buffer: vec![0; BUFFER].into_boxed_slice(), filled: 0 } };
        writer.text(b"nix-archive-1")?;
        Ok(writer)
    }

    /// Begins a folder; its entries follow in the order of their names.
    pub(super) fn open_folder(&mut self) -> io::Result<()> {
        self.texts(&[b"(", b"type", b"directory"])
    }

    /// Begins an entry of a folder; one node follows.
    pub(super) fn open_entry(&mut self, name: &[u8]) -> io::Result<()> {
        self.texts(&[b"entry", b"(", b"name", name, b"node"])
    }

    /// Ends an entry whose node is written.
    pub(super) fn close(&mut self) -> io::Result<()> {
        self.text(b")")
    }

    /// Ends a folder and the entry that it is.
    pub(super) fn close_entry(&mut self) -> io::Result<()> {
        self.texts(&[b")", b")"])
    }

    /// Ends the folder that is the root.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.text(b")")?;
        self.out.drain()
    }

    pub(super) fn link(&mut self, target: &[u8]) -> io::Result<()> {
        self.texts(&[b"(", b"type", b"symlink", b"target", target, b")"])
    }

    /// Writes a file of which `from` gives `len` bytes.
    pub(super) fn file(&mut self, from: &mut dyn Read, len: u64, executable: bool) -> io::Result<()> {
        self.texts(&[b"(", b"type", b"regular"])?;
        if executable {
            self.texts(&[b"executable", b""])?;
        }
        self.text(b"contents")?;
        self.out.put(&len.to_le_bytes())?;
        if self.out.copy(from, len)? > 0 {
            return Err(io::Error::other("a file became shorter while it was read"));
        }
        self.pad(len)?;
        self.text(b")")
    }

    fn node(&mut self, path: &Path, kind: FileType) -> io::Result<()> {
        stop::check()?;
        if kind.is_file() {
            let (mut file, meta) = regular::open(path, Links::Refused)?;
            self.file(&mut file, meta.len(), is_executable(&meta))
        } else if kind.is_dir() {
            self.folder(path)
        } else if kind.is_symlink() {
            self.link(&path_bytes(&fs::read_link(path)?))
        } else {
            Err(io::Error::other(format!("{} is neither file, folder nor link", links::named(path))))
        }
    }

    fn folder(&mut self, path: &Path) -> io::Result<()> {
        self.open_folder()?;
        let named = |entry: io::Result<fs::DirEntry>| {
            let entry = entry?;
            Ok((name_bytes(&entry.file_name()), entry.file_type()?, entry.path()))
        };
        let mut entries = fs::read_dir(path)?.map(named).collect::<io::Result<Vec<_>>>()?;
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        for (name, kind, path) in entries {
            self.open_entry(&name)?;
            self.node(&path, kind)?;
            self.close()?;
        }
        self.close()
    }

    fn texts(&mut self, texts: &[&[u8]]) -> io::Result<()> {
        texts.iter().try_for_each(|text| self.text(text))
    }

    fn text(&mut self, text: &[u8]) -> io::Result<()> {
        self.out.put(&(text.len() as u64).to_le_bytes())?;
        self.out.put(text)?;
        self.pad(text.len() as u64)
    }

    fn pad(&mut self, len: u64) -> io::Result<()> {
        let rest = (8 - len % 8) % 8;
        self.out.put(&[0; 8][..rest as usize])
    }
}

/// Gathers the many short strings of the format, so that the hash sees few large pieces, and reads files into the
/// same buffer, so that their bytes are copied once.
struct Buffered<'a> {
    out: &'a mut dyn Write,
    buffer: Box<[u8]>,
    filled: usize,
}

impl Buffered<'_> {
    fn put(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            if self.filled == BUFFER {
                self.drain()?;
            }
            let count = bytes.len().min(BUFFER - self.filled);
            self.buffer[self.filled..self.filled + count].copy_from_slice(&bytes[..count]);
            self.filled += count;
            bytes = &bytes[count..];
        }
        Ok(())
    }

    /// Copies `len` bytes, without asking for more; returns how many were missing.
    fn copy(&mut self, from: &mut dyn Read, len: u64) -> io::Result<u64> {
        let mut left = len;
        while left > 0 {
            if BUFFER - self.filled < BUFFER / 4 {
                stop::check()?;
                self.drain()?;
            }
            let most = usize::try_from(left).unwrap_or(usize::MAX).min(BUFFER - self.filled);
            match from.read(&mut self.buffer[self.filled..self.filled + most]) {
                Ok(0) => return Ok(left),
                Ok(count) => {
                    self.filled += count;
                    left -= count as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(0)
    }

    fn drain(&mut self) -> io::Result<()> {
        self.out.write_all(&self.buffer[..self.filled])?;
        self.filled = 0;
        Ok(())
    }
}

#[cfg(unix)]
pub(super) fn is_executable(meta: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    meta.permissions().mode() & 0o100 != 0
}

#[cfg(not(unix))]
pub(super) fn is_executable(_meta: &fs::Metadata) -> bool {
    false
}
