//! Byte offsets to lines and columns.

use std::fmt;

use super::Span;

/// Where the lines of a text begin. LF, CRLF and a lone CR each end a line.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
    len: u32,
    /// The characters before each [`STRETCH`], where a line is longer than one.
    characters: Vec<u32>,
}

/// The characters of a line are counted from the last mark of so many bytes, not from its beginning: a file of one
/// line may hold a hundred thousand places.
const STRETCH: usize = 4096;

/// A line and a column, both counted from 1; the column counts characters of the line, as editors do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Position {
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

/// Whole lines, counted from 1, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct LineRange {
    /// The first line.
    pub first: u32,
    /// The last line.
    pub last: u32,
}

impl LineRange {
    /// The lines from `first` to `last`, both included.
    pub fn new(first: u32, last: u32) -> Self {
        LineRange { first, last: last.max(first) }
    }
}

impl fmt::Display for LineRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last { write!(f, "{}", self.first) } else { write!(f, "{}-{}", self.first, self.last) }
    }
}

impl LineIndex {
    /// The index of `text`.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            let is_crlf = bytes[at] == b'\r' && bytes.get(at + 1) == Some(&b'\n');
            if !is_crlf {
                starts.push(at as u32 + 1);
            }
        }
        let end = bytes.len() as u32;
        let ends = starts.iter().skip(1).chain([&end]);
        let is_long = starts.iter().zip(ends).any(|(start, end)| (end - start) as usize > STRETCH);
        let characters = if is_long { characters(bytes) } else { Vec::new() };
        LineIndex { starts, len: bytes.len() as u32, characters }
    }

    /// The number of lines; a text that ends with a line break has an empty last line.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// True for the empty text.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The line of `offset`, from 1.
    pub fn line(&self, offset: u32) -> u32 {
        self.starts.partition_point(|start| *start <= offset) as u32
    }

    /// The position of `offset` in `text`, which must be the indexed text.
    pub fn position(&self, text: &str, offset: u32) -> Position {
        let line = self.line(offset);
        let start = self.starts[line as usize - 1];
        let before = |at: u32| {
            let stretch = at as usize / STRETCH;
            Some(self.characters.get(stretch)? + count(text.as_bytes().get(stretch * STRETCH..at as usize)?))
        };
        let counted = before(start).zip(before(offset.max(start)));
        let written = || Span::new(start, offset.max(start)).of(text).chars().count() as u32;
        let column = counted.map_or_else(written, |(start, end)| end - start) + 1;
        Position { line, column }
    }

    /// The lines that `span` touches.
    pub fn range(&self, span: Span) -> LineRange {
        let last = if span.end > span.start { span.end - 1 } else { span.end };
        LineRange::new(self.line(span.start), self.line(last))
    }

    /// The span of a line (from 1) without its line break; `None` past the end.
    pub fn span(&self, text: &str, line: u32) -> Option<Span> {
        let index = (line as usize).checked_sub(1)?;
        let start = *self.starts.get(index)?;
        let end = self.starts.get(index + 1).copied().unwrap_or(self.len);
        let trimmed = Span::new(start, end).of(text).trim_end_matches(['\n', '\r']).len() as u32;
        Some(Span::new(start, start + trimmed))
    }
}

/// The characters that begin in `bytes`.
fn count(bytes: &[u8]) -> u32 {
    bytes.iter().filter(|byte| !matches!(byte, 0x80..=0xbf)).count() as u32
}

/// The characters that begin before each stretch.
fn characters(bytes: &[u8]) -> Vec<u32> {
    let mut sum = 0;
    let before = bytes.chunks(STRETCH).map(|stretch| {
        sum += count(stretch);
        sum
    });
    [0].into_iter().chain(before).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_with_lf_crlf_or_cr() {
        let text = "a\nb\r\nc\rd";
        let index = LineIndex::new(text);
        let line_of = |needle| index.line(text.find(needle).expect("present") as u32);
        assert_eq!(["a", "b", "c", "d"].map(line_of), [1, 2, 3, 4]);
        assert_eq!(index.span(text, 2).map(|span| span.of(text)), Some("b"));
    }

    #[test]
    fn columns_of_long_lines_count_characters() {
        let text = format!("x\n{}", "é=".repeat(10_000));
        let index = LineIndex::new(&text);
        for at in [2, 5, 4097, 12_001, 29_999] {
            let at = (0..=at).rev().find(|at| text.is_char_boundary(*at)).expect("a boundary");
            let column = text[2..at].chars().count() as u32 + 1;
            assert_eq!(index.position(&text, at as u32), Position { line: 2, column }, "{at}");
        }
    }

    #[test]
    fn columns_count_characters() {
        let text = "x\n  é = 1;";
        let index = LineIndex::new(text);
        let at = text.find('=').expect("present") as u32;
        assert_eq!(index.position(text, at), Position { line: 2, column: 5 });
    }
}
