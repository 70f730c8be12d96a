//! Reading a NAR: what binary caches serve and what clarity keeps of trees that came without an archive.

use std::io::{self, Read};

use super::{ArchiveError, RawKind, Sink};

/// How a NAR begins: the length of its magic string, and the string.
pub(super) const MAGIC: &[u8] = b"\x0d\0\0\0\0\0\0\0nix-archive-1\0\0\0";

const MAX_TEXT: u64 = 1 << 16;
const MAX_DEPTH: usize = 512;

/// Shows the entries. A NAR of one file is one entry, named `name`.
pub(super) fn walk(from: &mut dyn Read, name: &str, sink: &mut Sink<'_>) -> Result<(), ArchiveError> {
    let mut reader = Reader { from, name: name.as_bytes().to_vec() };
    reader.expect(b"nix-archive-1")?;
    reader.node(&mut Vec::new(), 0, sink)
}

struct Reader<'r> {
    from: &'r mut dyn Read,
    name: Vec<u8>,
}

impl Reader<'_> {
    fn node(&mut self, path: &mut Vec<u8>, depth: usize, sink: &mut Sink<'_>) -> Result<(), ArchiveError> {
        if depth > MAX_DEPTH {
            return Err(ArchiveError::Limit("folders inside folders".to_owned()));
        }
        self.expect(b"(")?;
        self.expect(b"type")?;
        match self.text()?.as_slice() {
            b"regular" => self.file(path, sink),
            b"symlink" => {
                self.expect(b"target")?;
                let target = self.text()?;
                sink(self.shown(path), RawKind::Link(target), &mut io::empty())?;
                self.expect(b")")
            }
            b"directory" => self.folder(path, depth, sink),
            _ => Err(damaged("an unknown type")),
        }
    }

    fn shown<'p>(&'p self, path: &'p [u8]) -> &'p [u8] {
        if path.is_empty() { &self.name } else { path }
    }

    fn file(&mut self, path: &[u8], sink: &mut Sink<'_>) -> Result<(), ArchiveError> {
        let mut word = self.text()?;
        let executable = word == b"executable";
        if executable {
            self.expect(b"")?;
            word = self.text()?;
        }
        let mut left = 0;
        if word == b"contents" {
            let size = self.number()?;
            let shown = self.shown(path).to_vec();
            let mut body = (&mut *self.from).take(size);
            sink(&shown, RawKind::File { executable, size: Some(size) }, &mut body)?;
            left = body.limit() + (8 - size % 8) % 8;
            word = b")".to_vec();
            self.skip(left)?;
            self.expect(b")")?;
        }
        if word == b")" || left > 0 { Ok(()) } else { Err(damaged("a file without contents")) }
    }

    fn folder(&mut self, path: &mut Vec<u8>, depth: usize, sink: &mut Sink<'_>) -> Result<(), ArchiveError> {
        sink(path, RawKind::Folder, &mut io::empty())?;
        loop {
            match self.text()?.as_slice() {
                b")" => return Ok(()),
                b"entry" => {}
                _ => return Err(damaged("an unknown word")),
            }
            self.expect(b"(")?;
            self.expect(b"name")?;
            let name = self.text()?;
            if name.is_empty() || name == b"." || name == b".." || name.contains(&b'/') {
                return Err(ArchiveError::Escape(String::from_utf8_lossy(&name).into_owned()));
            }
            self.expect(b"node")?;
            let len = path.len();
            if len > 0 {
                path.push(b'/');
            }
            path.extend_from_slice(&name);
            self.node(path, depth + 1, sink)?;
            path.truncate(len);
            self.expect(b")")?;
        }
    }

    fn expect(&mut self, want: &[u8]) -> Result<(), ArchiveError> {
        if self.text()? == want { Ok(()) } else { Err(damaged("an unexpected word")) }
    }

    fn number(&mut self) -> Result<u64, ArchiveError> {
        let mut bytes = [0; 8];
        self.from.read_exact(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn text(&mut self) -> Result<Vec<u8>, ArchiveError> {
        let len = self.number()?;
        if len > MAX_TEXT {
            return Err(damaged("a word that is too long"));
        }
        let mut text = vec![0; len as usize];
        self.from.read_exact(&mut text)?;
        self.skip((8 - len % 8) % 8)?;
        Ok(text)
    }

    fn skip(&mut self, count: u64) -> Result<(), ArchiveError> {
        let skipped = io::copy(&mut (&mut *self.from).take(count), &mut io::sink())?;
        if skipped == count { Ok(()) } else { Err(ArchiveError::Truncated(" inside an entry".to_owned())) }
    }
}

fn damaged(what: &str) -> ArchiveError {
    ArchiveError::Corrupt(format!("the NAR has {what}"))
}
