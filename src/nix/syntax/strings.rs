//! String literals: escapes, interpolation and the indentation of `''` strings.

use super::ast::{Expr, Part};
use super::lexer::Tok;
use super::parser::{Fail, Parser};

/// A piece of an indented string before its indentation is taken off.
enum Raw {
    /// Literal text; false where it came from an escape, which never counts as indentation.
    Text(Vec<u8>, bool),
    Expr(Expr),
}

impl Parser<'_> {
    /// The parts after an opening `"`, up to the closing one.
    pub(super) fn string_parts(&mut self) -> Result<Vec<Part>, Fail> {
        let mut parts = Vec::new();
        let mut text = Vec::new();
        loop {
            let at = self.lexer.pos;
            match self.raw_byte()? {
                b'"' => break,
                b'\\' => text.push(unescape(self.raw_byte()?)),
                b'$' if self.lexer.peek(0) == b'{' => {
                    self.lexer.pos += 1;
                    flush(&mut parts, &mut text);
                    parts.push(Part::Expr(self.interpolated()?));
                }
                b'$' if self.lexer.peek(0) == b'$' => {
                    // `$$` is two dollars, and the second cannot open an interpolation.
                    self.lexer.pos += 1;
                    text.extend_from_slice(b"$$");
                }
                b'\r' => {
                    if self.lexer.peek(0) == b'\n' {
                        self.lexer.pos += 1;
                    }
                    text.push(b'\n');
                }
                byte => {
                    let rest = &self.lexer.src[self.lexer.pos..];
                    let plain = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | b'$' | b'\r'));
                    text.push(byte);
                    let len = plain.ok_or(Fail { at, what: "a string that is not closed" })?;
                    text.extend_from_slice(&rest[..len]);
                    self.lexer.pos += len;
                }
            }
        }
        flush(&mut parts, &mut text);
        Ok(parts)
    }

    fn raw_byte(&mut self) -> Result<u8, Fail> {
        let at = self.lexer.pos;
        let byte = *self.lexer.src.get(at).ok_or(Fail { at, what: "a string that is not closed" })?;
        self.lexer.pos += 1;
        Ok(byte)
    }

    /// The expression after `${`, with its `}`.
    pub(super) fn interpolated(&mut self) -> Result<Expr, Fail> {
        self.bump();
        let expr = self.expr()?;
        if self.tok != Tok::RBrace {
            return Err(self.fail("`}` is missing"));
        }
        // The text goes on right behind the brace: the token after it must not be read yet.
        self.lexer.pos = self.tok_start + 1;
        Ok(expr)
    }

    /// The parts after an opening `''`, up to the closing one, indentation taken off.
    pub(super) fn indented_parts(&mut self) -> Result<Vec<Part>, Fail> {
        let mut raws = Vec::new();
        let mut text = Vec::new();
        self.skip_blank_first_line();
        loop {
            let byte = self.raw_byte()?;
            match (byte, self.lexer.peek(0), self.lexer.peek(1)) {
                (b'\'', b'\'', next) => {
                    self.lexer.pos += 1;
                    match next {
                        b'$' | b'\'' => {
                            self.lexer.pos += 1;
                            keep(&mut raws, &mut text);
                            let literal: &[u8] = if next == b'$' { b"$" } else { b"''" };
                            raws.push(Raw::Text(literal.to_vec(), false));
                        }
                        b'\\' => {
                            self.lexer.pos += 1;
                            keep(&mut raws, &mut text);
                            let byte = unescape(self.raw_byte()?);
                            raws.push(Raw::Text(vec![byte], false));
                        }
                        _ => break,
                    }
                }
                (b'$', b'{', _) => {
                    self.lexer.pos += 1;
                    keep(&mut raws, &mut text);
                    raws.push(Raw::Expr(self.interpolated()?));
                }
                (b'$', b'$', _) => {
                    self.lexer.pos += 1;
                    text.extend_from_slice(b"$$");
                }
                (byte, ..) => text.push(byte),
            }
        }
        keep(&mut raws, &mut text);
        Ok(strip_indentation(raws))
    }

    /// A first line of blanks does not belong to an indented string.
    fn skip_blank_first_line(&mut self) {
        let rest = &self.lexer.src[self.lexer.pos.min(self.lexer.src.len())..];
        let blanks = rest.iter().take_while(|byte| **byte == b' ').count();
        if rest.get(blanks) == Some(&b'\n') {
            self.lexer.pos += blanks + 1;
        }
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
