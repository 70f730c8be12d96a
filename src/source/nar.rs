//! The Nix archive format (NAR): writing a tree, and so hashing it as Nix does.
//!
//! The grammar is the one of the Nix manual ("Nix Archive (NAR) format"). Entries are in the order of the bytes of their
//! names; of the mode only the owner's executable bit counts.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

use super::bytes::{name_bytes, path_bytes};
use super::hash::{Algo, FixedHash, Hasher};

/// Writes `path` (a file, a link or a folder with all below it) as a NAR.
pub fn write(path: &Path, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = Writer { out: Buffered { out, buffer: vec![0; BUFFER].into_boxed_slice(), filled: 0 } };
    writer.text(b"nix-archive-1")?;
    writer.node(path)?;
    writer.out.drain()
}

/// The hash of `path` as a NAR.
pub fn hash(path: &Path, algo: Algo) -> io::Result<FixedHash> {
    let mut hasher = Hasher::new(algo);
    write(path, &mut hasher)?;
    Ok(hasher.finish())
}

const BUFFER: usize = 1 << 17;

struct Writer<'a> {
    out: Buffered<'a>,
}

impl Writer<'_> {
    fn node(&mut self, path: &Path) -> io::Result<()> {
        let meta = fs::symlink_metadata(path)?;
        self.text(b"(")?;
        self.text(b"type")?;
        match meta.file_type() {
            kind if kind.is_symlink() => self.link(&path_bytes(&fs::read_link(path)?))?,
            kind if kind.is_dir() => self.folder(path)?,
            kind if kind.is_file() => self.file(path, &meta)?,
            _ => return Err(io::Error::other(format!("{} is neither file, folder nor link", path.display()))),
        }
        self.text(b")")
    }

    fn link(&mut self, target: &[u8]) -> io::Result<()> {
        self.text(b"symlink")?;
        self.text(b"target")?;
        self.text(target)
    }

    fn folder(&mut self, path: &Path) -> io::Result<()> {
        self.text(b"directory")?;
        let names: io::Result<Vec<OsString>> = fs::read_dir(path)?.map(|entry| Ok(entry?.file_name())).collect();
        let mut names = names?;
        names.sort_by_cached_key(|name| name_bytes(name));
        for name in names {
            for text in [&b"entry"[..], b"(", b"name", &name_bytes(&name), b"node"] {
                self.text(text)?;
            }
            self.node(&path.join(name))?;
            self.text(b")")?;
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, meta: &fs::Metadata) -> io::Result<()> {
        self.text(b"regular")?;
        if is_executable(meta) {
            self.text(b"executable")?;
            self.text(b"")?;
        }
        self.text(b"contents")?;
        self.out.put(&meta.len().to_le_bytes())?;
        let copied = self.out.copy(&mut File::open(path)?)?;
        if copied != meta.len() {
            return Err(io::Error::other(format!("{} changed while it was read", path.display())));
        }
        self.pad(copied)
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

    fn copy(&mut self, from: &mut dyn Read) -> io::Result<u64> {
        let mut copied = 0;
        loop {
            if BUFFER - self.filled < BUFFER / 4 {
                self.drain()?;
            }
            match from.read(&mut self.buffer[self.filled..]) {
                Ok(0) => return Ok(copied),
                Ok(count) => {
                    self.filled += count;
                    copied += count as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
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
