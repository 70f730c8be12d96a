//! The gate that every entry passes: names that stay below the root, and limits.

use std::cell::Cell;
use std::fmt;
use std::io::{self, Read};

use super::{ArchiveError, Item, Kind, RawKind, Visitor};
use crate::text::{RelPath, stop};

/// How much an archive may unpack to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of all files together.
    pub bytes: u64,
    /// Number of entries.
    pub entries: u64,
    /// Bytes unpacked for each byte packed; counts only from `ratio_from` unpacked bytes on.
    pub ratio: u64,
    /// See `ratio`: long runs of zeros are normal in small test data.
    pub ratio_from: u64,
    /// Folders inside folders.
    pub depth: usize,
    /// Bytes of a path.
    pub path: usize,
}

impl Default for Limits {
    fn default() -> Self {
        // Above the largest sources of nixpkgs (chromium, linux, texlive) in each respect. Every entry takes memory for
        // its name and its evidence, so that their number bounds what one archive can take.
        Limits { bytes: 64 << 30, entries: 1_000_000, ratio: 100, ratio_from: 256 << 20, depth: 128, path: 4096 }
    }
}

/// A path below the root: no empty part, no `.`, no `..`, no NUL; bytes as the archive has them.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SafePath(Vec<u8>);

impl SafePath {
    /// The path as bytes, with `/` between its parts; the root is empty.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The path as the rest of clarity knows paths: bytes that are not UTF-8 are shown as U+FFFD.
    pub fn to_rel(&self) -> Option<RelPath> {
        RelPath::new(String::from_utf8_lossy(&self.0).as_ref())
    }

    /// The first part and the rest; the rest is empty for a path of one part.
    pub fn split_first(&self) -> (&[u8], SafePath) {
        match self.0.iter().position(|byte| *byte == b'/') {
            Some(at) => (&self.0[..at], SafePath(self.0[at + 1..].to_vec())),
            None => (&self.0, SafePath(Vec::new())),
        }
    }

    /// The checked form of a name that an archive states.
    pub fn check(raw: &[u8], limits: &Limits) -> Result<SafePath, ArchiveError> {
        let shown = || shorten(raw);
        if raw.len() > limits.path {
            return Err(ArchiveError::Limit(format!("the path `{}` is longer than {} bytes", shown(), limits.path)));
        }
        if raw.first() == Some(&b'/') || raw.contains(&0) {
            return Err(ArchiveError::Escape(shown()));
        }
        let parts: Vec<&[u8]> =
            raw.split(|byte| *byte == b'/').filter(|part| !part.is_empty() && *part != b".").collect();
        if parts.contains(&&b".."[..]) || (cfg!(windows) && raw.iter().any(|byte| b"\\:".contains(byte))) {
            return Err(ArchiveError::Escape(shown()));
        }
        if parts.len() > limits.depth {
            return Err(ArchiveError::Limit(format!("`{}` lies more than {} folders deep", shown(), limits.depth)));
        }
        Ok(SafePath(parts.join(&b'/')))
    }
}

impl fmt::Debug for SafePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", String::from_utf8_lossy(&self.0))
    }
}

impl fmt::Display for SafePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.0))
    }
}

fn shorten(raw: &[u8]) -> String {
    let text = String::from_utf8_lossy(raw).replace(char::is_control, "?");
    match text.char_indices().nth(80) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

/// A limit that was hit while reading, on its way through `io::Error`.
#[derive(Debug)]
pub(super) struct Over(pub String);

impl fmt::Display for Over {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Over {}

/// Counts what one archive gives.
pub(super) struct Guard<'l> {
    limits: &'l Limits,
    packed: u64,
    entries: Cell<u64>,
    // Two counts, because each can run away alone: padding that no file has, and holes that no stream has.
    streamed: Cell<u64>,
    in_files: Cell<u64>,
}

impl<'l> Guard<'l> {
    pub(super) fn new(limits: &'l Limits, packed: u64) -> Self {
        Guard { limits, packed, entries: Cell::new(0), streamed: Cell::new(0), in_files: Cell::new(0) }
    }

    /// Checks an entry and hands it on.
    pub(super) fn pass(
        &self,
        raw: &[u8],
        kind: RawKind,
        body: &mut dyn Read,
        visit: &mut Visitor<'_>,
    ) -> Result<(), ArchiveError> {
        self.entries.set(self.entries.get() + 1);
        if self.entries.get() > self.limits.entries {
            return Err(ArchiveError::Limit(format!("more than {} entries", self.limits.entries)));
        }
        let path = SafePath::check(raw, self.limits)?;
        let kind = match kind {
            RawKind::Folder => Kind::Folder,
            RawKind::File { executable, size } => Kind::File { executable, size },
            RawKind::Link(target) if target.len() > self.limits.path => {
                return Err(ArchiveError::Limit(format!("the target of the link `{path}` is too long")));
            }
            RawKind::Link(target) => Kind::Link(target),
            RawKind::HardLink(target) => Kind::HardLink(SafePath::check(&target, self.limits)?),
            RawKind::Special(what) => Kind::Special(what),
        };
        if path.0.is_empty() && kind != Kind::Folder {
            return Err(ArchiveError::Escape(shorten(raw)));
        }
        let mut body = Metered { from: body, guard: self, count: &self.in_files };
        visit(Item { path, kind, body: &mut body })
    }

    /// Refuses what will be unpacked, where its size is known before.
    pub(super) fn foresee(&self, bytes: u64) -> Result<(), ArchiveError> {
        Ok(self.check(bytes)?)
    }

    /// Counts the bytes that a decoder gives.
    pub(super) fn meter<'r, R: Read + 'r>(&'r self, from: R) -> impl Read + 'r {
        Metered { from, guard: self, count: &self.streamed }
    }

    fn check(&self, count: u64) -> io::Result<()> {
        let limits = self.limits;
        if count > limits.bytes {
            return Err(io::Error::other(Over(format!("more than {} bytes unpacked", limits.bytes))));
        }
        if count > limits.ratio_from && count / limits.ratio > self.packed {
            let why = format!("{} bytes unpack to more than {} times as many", self.packed, limits.ratio);
            return Err(io::Error::other(Over(why)));
        }
        Ok(())
    }
}

struct Metered<'g, R> {
    from: R,
    guard: &'g Guard<'g>,
    count: &'g Cell<u64>,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        stop::check()?;
        let count = self.from.read(buffer)?;
        self.count.set(self.count.get() + count as u64);
        self.guard.check(self.count.get())?;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(raw: &[u8]) -> Option<String> {
        SafePath::check(raw, &Limits::default()).ok().map(|path| path.to_string())
    }

    #[test]
    fn names_that_leave_the_root_are_refused() {
        for raw in [&b"/etc/passwd"[..], b"../x", b"a/../../x", b"a/..", b"a\0b", b"//x"] {
            assert_eq!(check(raw), None, "{raw:?}");
        }
        assert_eq!(check(b"./a//b/./c/"), Some("a/b/c".to_owned()));
        assert_eq!(check(b"a/..b/c.."), Some("a/..b/c..".to_owned()));
    }
}
