//! Places in the editor's terms: addresses of files, and positions that count UTF-16 units from 0.

use std::path::{Path, PathBuf};

use lsp_types::{Position, Range, Uri};

use crate::text::{LineIndex, Span};

/// The file that `uri` names; `None` for what is no local file.
pub(super) fn path(uri: &Uri) -> Option<PathBuf> {
    let rest = uri.as_str().strip_prefix("file://")?;
    let encoded = rest.strip_prefix("localhost").unwrap_or(rest);
    let path = decoded(encoded.strip_prefix('/')?)?;
    // `file:///C:/x` names a drive.
    let is_drive = path.as_bytes().get(1) == Some(&b':') && cfg!(windows);
    Some(if is_drive { PathBuf::from(path) } else { Path::new("/").join(path) })
}

/// The text with its `%XX` read; `None` where that is no UTF-8.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let digits = after.get(..2).filter(|_| *first == b'%').and_then(|two| std::str::from_utf8(two).ok());
        match digits.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

/// A text with its lines.
pub(super) struct Lines<'t> {
    text: &'t str,
    index: LineIndex,
}

impl<'t> Lines<'t> {
    pub(super) fn of(text: &'t str) -> Lines<'t> {
        Lines { text, index: LineIndex::new(text) }
    }

    pub(super) fn range(&self, span: Span) -> Range {
        Range { start: self.position(span.start), end: self.position(span.end) }
    }

    fn position(&self, offset: u32) -> Position {
        let line = self.index.line(offset);
        let start = self.index.span(self.text, line).map_or(0, |span| span.start);
        let before = self.text.get(start as usize..offset as usize).unwrap_or_default();
        Position { line: line - 1, character: before.encode_utf16().count() as u32 }
    }

    /// The offset of `position`; the end of its line where it lies behind that.
    pub(super) fn offset(&self, position: Position) -> Option<u32> {
        let span = self.index.span(self.text, position.line.checked_add(1)?)?;
        let (mut at, mut units) = (span.start, 0);
        for c in span.of(self.text).chars().take_while(|c| {
            units += c.len_utf16() as u32;
            units <= position.character
        }) {
            at += c.len_utf8() as u32;
        }
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_local_files_are_paths() {
        for (address, name) in [
            ("file:///a/b.nix", "/a/b.nix"),
            ("file://localhost/a%20b/c%25d.nix", "/a b/c%d.nix"),
            ("file:///gr%C3%B6%C3%9Fe/a%23b%3Fc.nix", "/größe/a#b?c.nix"),
        ] {
            assert_eq!(path(&address.parse().expect("an address")), Some(PathBuf::from(name)));
        }
        for other in ["untitled:Untitled-1", "http://localhost/a", "file://%FF/a"] {
            assert_eq!(other.parse::<Uri>().ok().as_ref().and_then(path), None, "{other}");
        }
    }

    #[test]
    fn positions_count_units_of_utf16() {
        let text = "a\r\né😀 = 1;\n";
        let lines = Lines::of(text);
        for (offset, line, character) in [(0, 0, 0), (3, 1, 0), (5, 1, 1), (9, 1, 3), (10, 1, 4)] {
            assert_eq!(lines.position(offset), Position { line, character }, "{offset}");
            assert_eq!(lines.offset(Position { line, character }), Some(offset));
        }
        assert_eq!(lines.offset(Position { line: 1, character: 99 }), Some(14), "the end of the line");
        assert_eq!(lines.offset(Position { line: 9, character: 0 }), None);
    }
}
