//! String literals: escapes, interpolation and the indentation of `''` strings.

use memchr::{memchr, memchr2};
use rnix::SyntaxKind as K;

use super::ast::{Expr, Kind, Part};
use super::reader::Reader;
use super::refusal::Fail;

/// The text of the string that is read next, where it is one stretch without escapes between `"`; nothing is read
/// where it is not.
pub(super) fn plain<'f>(reader: &mut Reader<'f>) -> Option<&'f str> {
    if (reader.ahead(1), reader.ahead(2)) != (K::TOKEN_STRING_CONTENT, K::TOKEN_STRING_END) {
        return None;
    }
    let text = reader.written(1);
    if reader.written(0) != QUOTE || memchr2(b'\\', b'\r', text.as_bytes()).is_some() {
        return None;
    }
    (0..3).for_each(|_| reader.skip());
    Some(text)
}

const QUOTE: &str = "\"";

/// The string that is read next, escapes and indentation resolved.
pub(super) fn literal(reader: &mut Reader<'_>) -> Result<Kind, Fail> {
    if let Some(text) = plain(reader) {
        return Ok(Kind::Str(text.into()));
    }
    let is_quoted = reader.written(0) == QUOTE;
    reader.expect(K::TOKEN_STRING_START)?;
    let parts = if is_quoted { quoted(reader)? } else { strip_indentation(indented(reader)?) };
    Ok(parts.done())
}

/// The parts of a string as far as they are known.
#[derive(Default)]
struct Parts {
    done: Vec<Part>,
    text: String,
}

impl Parts {
    fn add(&mut self, expr: Expr) {
        self.flush();
        self.done.push(Part::Expr(expr));
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            self.done.push(Part::Text(self.text.as_str().into()));
            self.text.clear();
        }
    }

    fn done(mut self) -> Kind {
        if self.done.is_empty() {
            return Kind::Str(self.text.into());
        }
        self.flush();
        Kind::Interp(self.done.into())
    }
}

fn quoted(reader: &mut Reader<'_>) -> Result<Parts, Fail> {
    let mut parts = Parts::default();
    loop {
        match reader.peek() {
            K::TOKEN_STRING_CONTENT => unescape_into(&mut parts.text, reader.bump()),
            K::TOKEN_INTERPOL_START => parts.add(reader.interpolated()?),
            _ => return reader.expect(K::TOKEN_STRING_END).map(|_| parts),
        }
    }
}

/// Adds a stretch of a `"` string with its escapes resolved; CRLF and CR are line feeds, as Nix reads them.
fn unescape_into(out: &mut String, mut rest: &str) {
    while let Some(at) = memchr2(b'\\', b'\r', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        let is_escape = rest.as_bytes()[at] == b'\\';
        rest = &rest[at + 1..];
        if is_escape {
            let (escaped, behind) = split_first_char(rest);
            out.push_str(unescaped(escaped));
            rest = behind;
        } else {
            out.push('\n');
            rest = rest.strip_prefix('\n').unwrap_or(rest);
        }
    }
    out.push_str(rest);
}

fn split_first_char(text: &str) -> (&str, &str) {
    text.split_at(text.chars().next().map_or(0, char::len_utf8))
}

/// Meaning of the character behind a backslash.
fn unescaped(escaped: &str) -> &str {
    match escaped {
        "n" => "\n",
        "r" => "\r",
        "t" => "\t",
        other => other,
    }
}

/// A piece of an indented string before its indentation is taken off.
enum Raw<'f> {
    Text(&'f str),
    /// Text of an escape, which never counts as indentation.
    Escaped(&'f str),
    Expr(Expr),
}

fn indented<'f>(reader: &mut Reader<'f>) -> Result<Vec<Raw<'f>>, Fail> {
    let mut raws = Vec::new();
    let mut first = true;
    loop {
        match reader.peek() {
            K::TOKEN_STRING_CONTENT => {
                let text = reader.bump();
                split_escapes(if first { without_blank_first_line(text) } else { text }, &mut raws);
            }
            K::TOKEN_INTERPOL_START => raws.push(Raw::Expr(reader.interpolated()?)),
            _ => return reader.expect(K::TOKEN_STRING_END).map(|_| raws),
        }
        first = false;
    }
}

/// A first line of blanks does not belong to an indented string.
fn without_blank_first_line(text: &str) -> &str {
    match text.trim_start_matches(' ').strip_prefix('\n') {
        Some(rest) => rest,
        None => text,
    }
}

/// The pieces of a stretch of an indented string: what came from an escape stands apart.
fn split_escapes<'f>(text: &'f str, raws: &mut Vec<Raw<'f>>) {
    let (mut rest, mut at) = (text, 0);
    while let Some(quote) = memchr(b'\'', &rest.as_bytes()[at..]) {
        at += quote;
        let (escaped, behind) = match rest.as_bytes()[at..] {
            [b'\'', b'\'', b'$', ..] => ("$", &rest[at + 3..]),
            [b'\'', b'\'', b'\'', ..] => ("''", &rest[at + 3..]),
            [b'\'', b'\'', b'\\', _, ..] => {
                let (escaped, behind) = split_first_char(&rest[at + 3..]);
                (unescaped(escaped), behind)
            }
            _ => {
                at += 1;
                continue;
            }
        };
        keep(raws, &rest[..at]);
        raws.push(Raw::Escaped(escaped));
        (rest, at) = (behind, 0);
    }
    keep(raws, rest);
}

fn keep<'f>(raws: &mut Vec<Raw<'f>>, text: &'f str) {
    if !text.is_empty() {
        raws.push(Raw::Text(text));
    }
}

/// The smallest indentation of the lines that hold more than blanks.
fn indentation(raws: &[Raw<'_>]) -> usize {
    let (mut smallest, mut current, mut at_start) = (usize::MAX, 0, true);
    for raw in raws {
        let Raw::Text(text) = raw else {
            if at_start {
                at_start = false;
                smallest = smallest.min(current);
            }
            continue;
        };
        for line in lines(text) {
            let blanks = blanks(line);
            current += blanks;
            if at_start && !matches!(line.as_bytes().get(blanks), None | Some(b'\n')) {
                at_start = false;
                smallest = smallest.min(current);
            }
            if line.ends_with('\n') {
                at_start = true;
                current = 0;
            }
        }
    }
    smallest
}

/// The lines of `text`, each with the line feed at its end.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let end = memchr(b'\n', rest.as_bytes()).map_or(rest.len(), |at| at + 1);
        let line;
        (line, rest) = rest.split_at(end);
        (!line.is_empty()).then_some(line)
    })
}

fn blanks(line: &str) -> usize {
    line.bytes().take_while(|byte| *byte == b' ').count()
}

fn strip_indentation(raws: Vec<Raw<'_>>) -> Parts {
    let indent = indentation(&raws);
    let count = raws.len();
    let mut parts = Parts::default();
    let (mut at_start, mut dropped) = (true, 0);
    for (index, raw) in raws.into_iter().enumerate() {
        match raw {
            Raw::Expr(expr) => {
                at_start = false;
                dropped = 0;
                parts.add(expr);
            }
            Raw::Text(raw) | Raw::Escaped(raw) => {
                let piece_start = parts.text.len();
                strip_piece(raw, indent, &mut at_start, &mut dropped, &mut parts.text);
                if index + 1 == count {
                    drop_last_blank_line(&mut parts.text, piece_start);
                }
            }
        }
    }
    parts
}

fn strip_piece(raw: &str, indent: usize, at_start: &mut bool, dropped: &mut usize, text: &mut String) {
    for line in lines(raw) {
        let blanks = if *at_start { blanks(line) } else { 0 };
        text.push_str(&line[blanks.min(indent.saturating_sub(*dropped))..]);
        *dropped += blanks;
        if blanks < line.len() {
            *at_start = line.ends_with('\n');
            *dropped = 0;
        }
    }
}

/// A last line of blanks is the indentation of the closing quotes.
fn drop_last_blank_line(text: &mut String, piece_start: usize) {
    if let Some(at) = text[piece_start..].rfind('\n') {
        let from = piece_start + at + 1;
        if text[from..].bytes().all(|byte| byte == b' ') {
            text.truncate(from);
        }
    }
}
