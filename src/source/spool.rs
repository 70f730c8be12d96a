//! An archive unpacked into one file, to be hashed as the tree that it is.
//!
//! A NAR has its entries in order of their names, an archive has them in any. The bytes of all files go into one file
//! behind another, and a list says where each lies: that is all a hash needs, and a tree of a hundred thousand files
//! costs no more than its bytes.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::archive::{self, ArchiveError, Limits};
use super::hash::{Algo, FixedHash, Hasher};
use super::nar;
use super::tree::Strip;
use super::unpack::{Ground, Placed, place};

/// An archive that was unpacked into one file.
pub(super) struct Spool {
    bytes: BufWriter<File>,
    len: u64,
    /// By path, with NUL between its parts: so the order of the keys is the order of a NAR.
    nodes: BTreeMap<Box<[u8]>, Node>,
}

enum Node {
    Folder,
    File { executable: bool, at: u64, len: u64 },
    Link(Box<[u8]>),
}

const BUFFER: usize = 1 << 17;

impl Spool {
    /// Unpacks the archive at `path` into the new file `target`. Devices are left out.
    pub(super) fn unpack(path: &Path, name: &str, target: &Path, limits: &Limits) -> Result<Spool, ArchiveError> {
        let file = create(target).map_err(ArchiveError::Io)?;
        let mut spool = Spool { bytes: BufWriter::with_capacity(BUFFER, file), len: 0, nodes: BTreeMap::new() };
        archive::walk(path, name, limits, &mut |item| place(&mut spool, item))?;
        spool.bytes.flush().map_err(ArchiveError::Io)?;
        Ok(spool)
    }

    /// The hash of the tree as a NAR, with its one folder at the top left out where `strip` says so.
    pub(super) fn hash(&mut self, strip: Strip, algo: Algo) -> io::Result<FixedHash> {
        let mut hasher = Hasher::new(algo);
        let top = self.only_folder().filter(|_| strip == Strip::Single);
        let skipped = top.map_or(0, |top| top.len() + 1);
        let mut out = nar::Writer::begin(&mut hasher)?;
        out.open_folder()?;
        let mut depth = 0;
        let file = self.bytes.get_mut();
        for (key, node) in self.nodes.iter().filter(|(key, _)| key.len() > skipped) {
            let path = &key[skipped..];
            let parents = path.iter().filter(|byte| **byte == 0).count();
            for _ in parents..depth {
                out.close_entry()?;
            }
            depth = parents;
            out.open_entry(path.rsplit(|byte| *byte == 0).next().unwrap_or(path))?;
            match node {
                Node::Folder => {
                    out.open_folder()?;
                    depth += 1;
                    continue;
                }
                Node::Link(target) => out.link(target)?,
                Node::File { executable, at, len } => {
                    file.seek(SeekFrom::Start(*at))?;
                    out.file(file, *len, *executable)?;
                }
            }
            out.close()?;
        }
        for _ in 0..depth {
            out.close_entry()?;
        }
        out.finish()?;
        Ok(hasher.finish())
    }

    /// The folder that everything lies in.
    fn only_folder(&self) -> Option<&[u8]> {
        let (top, node) = self.nodes.first_key_value()?;
        let (last, _) = self.nodes.last_key_value()?;
        let is_alone = last.starts_with(top) && last.get(top.len()).is_none_or(|byte| *byte == 0);
        (matches!(node, Node::Folder) && is_alone).then_some(top)
    }
}

/// The new file `path`, for this user alone.
fn create(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn key(path: &[u8]) -> Box<[u8]> {
    path.iter().map(|byte| if *byte == b'/' { 0 } else { *byte }).collect()
}

impl Ground for Spool {
    fn placed(&self, path: &[u8]) -> Option<Placed> {
        self.nodes.get(&key(path)).map(|node| match node {
            Node::Folder => Placed::Folder,
            Node::File { .. } => Placed::File,
            Node::Link(_) => Placed::Link,
        })
    }

    fn folder(&mut self, path: &[u8]) -> io::Result<()> {
        self.nodes.insert(key(path), Node::Folder);
        Ok(())
    }

    fn file(&mut self, path: &[u8], executable: bool, body: &mut dyn Read) -> Result<(), ArchiveError> {
        let at = self.len;
        let mut buffer = [0; 1 << 14];
        loop {
            let count = body.read(&mut buffer)?;
            if count == 0 {
                break;
            }
            self.bytes.write_all(&buffer[..count]).map_err(ArchiveError::Io)?;
            self.len += count as u64;
        }
        self.nodes.insert(key(path), Node::File { executable, at, len: self.len - at });
        Ok(())
    }

    fn link(&mut self, path: &[u8], target: &[u8]) -> io::Result<()> {
        self.nodes.insert(key(path), Node::Link(target.into()));
        Ok(())
    }

    fn hard_link(&mut self, path: &[u8], target: &[u8]) -> io::Result<()> {
        let Some(Node::File { executable, at, len }) = self.nodes.get(&key(target)) else {
            return Err(io::ErrorKind::NotFound.into());
        };
        let same = Node::File { executable: *executable, at: *at, len: *len };
        self.nodes.insert(key(path), same);
        Ok(())
    }

    fn remove(&mut self, path: &[u8]) -> io::Result<()> {
        self.nodes.remove(&key(path));
        Ok(())
    }
}
