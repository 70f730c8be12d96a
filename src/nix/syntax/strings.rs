//! String literals: escapes, interpolation and the indentation of `''` strings.

use rnix::SyntaxKind as K;

use super::ast::{Expr, Part};
use super::reader::Reader;
use super::refusal::Fail;

/// A piece of an indented string before its indentation is taken off.
enum Raw {
    /// Literal text; false where it came from an escape, which never counts as indentation.
    Text(Vec<u8>, bool),
    Expr(Expr),
}

/// The parts of the string that is read next, escapes and indentation resolved.
pub(super) fn parts(reader: &mut Reader<'_>) -> Result<Vec<Part>, Fail> {
    let is_indented = reader.expect(K::TOKEN_STRING_START)? == "''";
    if !is_indented && let Some(text) = reader.plain_string() {
        return Ok(vec![Part::Text(text.into())]);
    }
    let mut raws = Vec::new();
    let mut first = true;
    loop {
        match reader.peek() {
            K::TOKEN_STRING_CONTENT if is_indented => {
                let text = reader.bump();
                let text = if first { without_blank_first_line(text) } else { text };
                indented_text(text.as_bytes(), &mut raws);
            }
            K::TOKEN_STRING_CONTENT => raws.push(Raw::Text(plain_text(reader.bump().as_bytes()), true)),
            K::TOKEN_INTERPOL_START => raws.push(Raw::Expr(reader.interpolated()?)),
            _ => {
                reader.expect(K::TOKEN_STRING_END)?;
                return Ok(if is_indented { strip_indentation(raws) } else { joined(raws) });
            }
        }
        first = false;
    }
}

fn joined(raws: Vec<Raw>) -> Vec<Part> {
    let (mut parts, mut text) = (Vec::new(), Vec::new());
    for raw in raws {
        match raw {
            Raw::Text(piece, _) => text.extend(piece),
            Raw::Expr(expr) => {
                flush(&mut parts, &mut text);
                parts.push(Part::Expr(expr));
            }
        }
    }
    flush(&mut parts, &mut text);
    parts
}

/// The text of a `"` string with its escapes resolved; CRLF and CR are line feeds, as Nix reads them.
fn plain_text(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    let mut bytes = raw.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => out.extend(bytes.next().map(unescape)),
            b'\r' => {
                bytes.next_if_eq(&b'\n');
                out.push(b'\n');
            }
            byte => out.push(byte),
        }
    }
    out
}

/// The pieces of a stretch of an indented string: what came from an escape stands apart.
fn indented_text(raw: &[u8], raws: &mut Vec<Raw>) {
    let mut text = Vec::new();
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'\'', rest) {
        text.extend_from_slice(&rest[..at]);
        rest = &rest[at..];
        let (escaped, len) = match rest {
            [b'\'', b'\'', b'$', ..] => (b"$".to_vec(), 3),
            [b'\'', b'\'', b'\'', ..] => (b"''".to_vec(), 3),
            [b'\'', b'\'', b'\\', escaped, ..] => (vec![unescape(*escaped)], 4),
            _ => {
                text.push(b'\'');
                rest = &rest[1..];
                continue;
            }
        };
        keep(raws, &mut text);
        raws.push(Raw::Text(escaped, false));
        rest = &rest[len..];
    }
    text.extend_from_slice(rest);
    keep(raws, &mut text);
}

/// A first line of blanks does not belong to an indented string.
fn without_blank_first_line(text: &str) -> &str {
    match text.trim_start_matches(' ').strip_prefix('\n') {
        Some(rest) => rest,
        None => text,
    }
}

fn unescape(byte: u8) -> u8 {
    match byte {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        other => other,
    }
}

fn flush(parts: &mut Vec<Part>, text: &mut Vec<u8>) {
    if !text.is_empty() {
        parts.push(Part::Text(String::from_utf8_lossy(text).into()));
        text.clear();
    }
}

fn keep(raws: &mut Vec<Raw>, text: &mut Vec<u8>) {
    if !text.is_empty() {
        raws.push(Raw::Text(std::mem::take(text), true));
    }
}

/// The smallest indentation of the lines that hold more than blanks.
fn indentation(raws: &[Raw]) -> usize {
    let (mut smallest, mut current, mut at_start) = (usize::MAX, 0, true);
    for raw in raws {
        let Raw::Text(text, true) = raw else {
            if at_start {
                at_start = false;
                smallest = smallest.min(current);
            }
            continue;
        };
        for byte in text {
            match (at_start, byte) {
                (true, b' ') => current += 1,
                (_, b'\n') => {
                    at_start = true;
                    current = 0;
                }
                (true, _) => {
                    at_start = false;
                    smallest = smallest.min(current);
                }
                (false, _) => {}
            }
        }
    }
    smallest
}

fn strip_indentation(raws: Vec<Raw>) -> Vec<Part> {
    let indent = indentation(&raws);
    let count = raws.len();
    let (mut parts, mut text) = (Vec::new(), Vec::new());
    let (mut at_start, mut dropped) = (true, 0);
    for (index, raw) in raws.into_iter().enumerate() {
        match raw {
            Raw::Expr(expr) => {
                at_start = false;
                dropped = 0;
                flush(&mut parts, &mut text);
                parts.push(Part::Expr(expr));
            }
            Raw::Text(raw, _) => {
                let piece_start = text.len();
                strip_piece(&raw, indent, &mut at_start, &mut dropped, &mut text);
                if index + 1 == count {
                    drop_last_blank_line(&mut text, piece_start);
                }
            }
        }
    }
    flush(&mut parts, &mut text);
    parts
}

fn strip_piece(raw: &[u8], indent: usize, at_start: &mut bool, dropped: &mut usize, text: &mut Vec<u8>) {
    for byte in raw {
        if *at_start {
            match byte {
                b' ' => {
                    if *dropped >= indent {
                        text.push(b' ');
                    }
                    *dropped += 1;
                }
                b'\n' => {
                    *dropped = 0;
                    text.push(b'\n');
                }
                other => {
                    *at_start = false;
                    *dropped = 0;
                    text.push(*other);
                }
            }
        } else {
            text.push(*byte);
            if *byte == b'\n' {
                *at_start = true;
                *dropped = 0;
            }
        }
    }
}

/// A last line of blanks is the indentation of the closing quotes.
fn drop_last_blank_line(text: &mut Vec<u8>, piece_start: usize) {
    if let Some(at) = text[piece_start..].iter().rposition(|byte| *byte == b'\n') {
        let from = piece_start + at + 1;
        if text[from..].iter().all(|byte| *byte == b' ') {
            text.truncate(from);
        }
    }
}
