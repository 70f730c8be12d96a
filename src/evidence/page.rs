//! One file as text: decoded leniently, with its lines on demand.
//!
//! Knows encodings and nothing of licenses. Every byte sequence decodes to something; what a decoder had to replace
//! costs a character and never a line.

use std::borrow::Cow;
use std::cell::OnceCell;

use crate::text::{LineIndex, LineRange, RelPath, Span};

/// A file that detectors look at. Offsets are bytes of `text`.
pub struct Page<'a> {
    /// Where the file lies.
    pub path: &'a RelPath,
    /// The decoded content.
    pub text: &'a str,
    lines: OnceCell<LineIndex>,
}

impl<'a> Page<'a> {
    /// The page of a decoded text.
    pub fn new(path: &'a RelPath, text: &'a str) -> Self {
        Page { path, text, lines: OnceCell::new() }
    }

    /// The lines of the text; indexed when first asked for.
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(self.text))
    }

    /// The lines that `span` touches.
    pub fn line_range(&self, span: Span) -> LineRange {
        self.lines().range(span)
    }

    /// The bytes of these lines.
    pub fn passage(&self, lines: LineRange) -> Option<Span> {
        let of = |line: u32| self.lines().span(self.text, line);
        Some(Span::new(of(lines.first)?.start, of(lines.last)?.end))
    }

    /// The span of the line that holds `at`, without its line break. A line of a minified file is cut on both sides,
    /// so that looking at every place of it stays linear.
    pub fn line_at(&self, at: u32) -> Span {
        let bytes = self.text.as_bytes();
        let at = (at as usize).min(bytes.len());
        let (from, to) = (at.saturating_sub(MOST_OF_LINE), (at + MOST_OF_LINE).min(bytes.len()));
        let start = memchr::memrchr2(b'\n', b'\r', &bytes[from..at])
            .map_or_else(|| ceil_boundary(self.text, from), |found| from + found + 1);
        let end = memchr::memchr2(b'\n', b'\r', &bytes[at..to])
            .map_or_else(|| floor_boundary(self.text, to), |found| at + found);
        Span::new(start as u32, end.max(start) as u32)
    }
}

/// Bytes of a line that are seen to each side of a place in it.
const MOST_OF_LINE: usize = 2048;

/// The nearest character boundary at or before `at`.
pub fn floor_boundary(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|&place| text.is_char_boundary(place)).unwrap_or(0)
}

/// The nearest character boundary at or behind `at`.
pub fn ceil_boundary(text: &str, at: usize) -> usize {
    (at..text.len()).find(|&place| text.is_char_boundary(place)).unwrap_or(text.len())
}

/// How the bytes of a file are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, or bytes that are searched as such before anything is decoded.
    Bytes,
    /// UTF-16 with the low byte first.
    Utf16Le,
    /// UTF-16 with the high byte first.
    Utf16Be,
    /// Not text.
    Binary,
}

/// Bytes looked at to tell text from binary: what `grep` and `git` do.
const SNIFFED: usize = 8192;

/// The encoding that the first bytes show.
pub fn sniff(bytes: &[u8]) -> Encoding {
    let head = &bytes[..bytes.len().min(SNIFFED)];
    match head {
        [0xff, 0xfe, rest @ ..] if !rest.starts_with(&[0, 0]) => return Encoding::Utf16Le,
        [0xfe, 0xff, ..] => return Encoding::Utf16Be,
        _ => {}
    }
    match memchr::memchr(0, head) {
        None => Encoding::Bytes,
        Some(_) => bare_utf16(head).unwrap_or(Encoding::Binary),
    }
}

/// UTF-16 without a mark: nearly every second byte of western text is zero, and none of the others.
fn bare_utf16(head: &[u8]) -> Option<Encoding> {
    let pairs = head.len() / 2;
    let zeros = |offset: usize| head.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    match (even, odd) {
        _ if pairs < 8 => None,
        (0, odd) if odd * 10 > pairs * 9 => Some(Encoding::Utf16Le),
        (even, 0) if even * 10 > pairs * 9 => Some(Encoding::Utf16Be),
        _ => None,
    }
}

/// The bytes as text: UTF-8, else UTF-16 as sniffed, else Windows-1252 (of which Latin-1 is the printable part).
pub fn decode(bytes: &[u8], encoding: Encoding) -> Cow<'_, str> {
    match encoding {
        Encoding::Utf16Le => utf16(bytes, u16::from_le_bytes).into(),
        Encoding::Utf16Be => utf16(bytes, u16::from_be_bytes).into(),
        Encoding::Bytes | Encoding::Binary => match std::str::from_utf8(bytes) {
            Ok(text) => text.into(),
            Err(error) if is_cut(bytes, &error) => String::from_utf8_lossy(bytes),
            Err(_) => bytes.iter().map(|byte| western(*byte)).collect::<String>().into(),
        },
    }
}

/// The bytes as text, in whatever encoding they show.
pub fn read_text(bytes: &[u8]) -> String {
    decode(bytes, sniff(bytes)).into_owned()
}

/// True where UTF-8 is broken only at its very end, as in the first part of a large file.
fn is_cut(bytes: &[u8], error: &std::str::Utf8Error) -> bool {
    error.error_len().is_none() && bytes.len() - error.valid_up_to() < 4
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    char::decode_utf16(units)
        .map(|read| read.unwrap_or(char::REPLACEMENT_CHARACTER))
        .filter(|character| *character != '\u{feff}')
        .collect()
}

/// The quotes and dashes of Windows-1252 that license texts use; the rest is Latin-1.
fn western(byte: u8) -> char {
    match byte {
        0x80 => '€',
        0x85 => '…',
        0x91 => '‘',
        0x92 => '’',
        0x93 => '“',
        0x94 => '”',
        0x95 => '•',
        0x96 => '–',
        0x97 => '—',
        0x99 => '™',
        other => char::from(other),
    }
}

/// `text` as one line of at most 160 characters.
pub fn quote(text: &str) -> String {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if line.len() + word.len() > 160 {
            line.push_str(" ...");
            break;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf16_is_read_with_and_without_a_mark() {
        let units = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        let text = "Permission is hereby granted, free of charge";
        assert_eq!(read_text(&units(text)), text);
        assert_eq!(read_text(&[&[0xff, 0xfe][..], &units(text)].concat()), text);
    }

    #[test]
    fn latin1_keeps_its_letters_and_lines() {
        assert_eq!(read_text(b"Copyright \xa9 J\xf6rg\nMIT"), "Copyright © Jörg\nMIT");
    }

    #[test]
    fn a_file_cut_inside_a_character_stays_utf8() {
        assert_eq!(read_text("Jörg ©".as_bytes().split_last().expect("bytes").1), "Jörg \u{fffd}");
    }

    #[test]
    fn zero_bytes_make_a_file_binary() {
        assert_eq!(sniff(b"\x7fELF\x02\x01\x01\x00\x00MIT License"), Encoding::Binary);
    }

    #[test]
    fn a_line_is_found_from_inside_it() {
        let path = RelPath::new("a").expect("relative");
        let page = Page::new(&path, "é MIT é");
        assert_eq!(page.line_at(3).of(page.text), "é MIT é");
    }
}
