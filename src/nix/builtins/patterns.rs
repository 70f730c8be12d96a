//! `match` and `split`: POSIX extended regular expressions over bytes.

use std::collections::HashMap;
use std::rc::Rc;

use regex::bytes::{Captures, Regex, RegexBuilder};

use super::Row;
use crate::nix::eval::Eval;
use crate::nix::value::{R, Thunk, Value};

pub(super) const TABLE: &[Row] = &[("match", 2, matches), ("split", 2, split)];

/// A pattern and what it costs to look for it.
pub(in crate::nix) struct Pattern {
    regex: Regex,
    /// The text that is meant, where the pattern has no other meaning.
    literal: Option<String>,
    /// Steps of the fuel for so many bytes of text.
    cost: usize,
}

/// The patterns that were asked for last. Programs and what they keep while they run lie outside of the arena: only
/// so many are held.
#[derive(Default)]
pub(in crate::nix) struct Patterns {
    known: HashMap<String, Option<Rc<Pattern>>>,
    held: usize,
}

/// Sizes of compiled programs, smallest first: nearly all patterns fit in the first. Running a program costs up to its
/// number of states for each byte, so a larger one costs more.
const SIZES: [usize; 4] = [16 << 10, 64 << 10, 512 << 10, 4 << 20];

/// Memory of all kept programs, each with as much again for its run.
const MOST_HELD: usize = 64 << 20;

/// Longer texts are matched only with mere texts: the library of Nix itself fails on them.
const LONGEST_TEXT: usize = 4 << 20;

/// Longer patterns are not compiled.
const LONGEST_PATTERN: usize = 64 << 10;

fn matches<'a>(eval: &Eval<'a>, args: &[&'a Thunk<'a>]) -> R<'a, Value<'a>> {
    let pattern = compile(eval, eval.str_of(args[0])?, true)?;
    let (text, tainted) = eval.text_of(args[1])?;
    pay(eval, &pattern, text)?;
    if tainted && !is_settled(&pattern.regex, text) {
        return eval.unknown("a pattern that looks at the hash of a store path");
    }
    match pattern.regex.captures(text.as_bytes()) {
        Some(found) => Ok(groups(eval, &found)),
        None => Ok(Value::Null),
    }
}

/// Pays for one search in `text`.
fn pay<'a>(eval: &Eval<'a>, pattern: &Pattern, text: &str) -> R<'a, ()> {
    if text.len() > LONGEST_TEXT {
        return eval.unknown("a text that is too long for a regular expression");
    }
    eval.spend((text.len() / 64 + 1).saturating_mul(pattern.cost))
}

fn split<'a>(eval: &Eval<'a>, args: &[&'a Thunk<'a>]) -> R<'a, Value<'a>> {
    let pattern = compile(eval, eval.str_of(args[0])?, false)?;
    let (text, tainted) = eval.text_of(args[1])?;
    let piece = |from: usize, to: usize| match text.get(from..to) {
        Some(piece) => Ok(eval.done(eval.text_as(piece, tainted))),
        None => eval.unknown("a string is cut inside of a character"),
    };
    let mut out = Vec::new();
    let mut from = 0;
    if let Some(literal) = &pattern.literal {
        eval.spend_bytes(text.len())?;
        for (at, _) in text.match_indices(literal) {
            eval.step()?;
            out.extend([piece(from, at)?, eval.done(Value::NOTHING)]);
            from = at + literal.len();
        }
        out.push(piece(from, text.len())?);
        return Ok(eval.list(&out));
    }
    let mut search = 0;
    // An empty match right behind a match counts, as in the C++ library, and not in `captures_iter`.
    while search <= text.len() {
        // A search may look at all of the rest, whatever it finds.
        pay(eval, &pattern, &text[floor(text, search)..])?;
        let Some(found) = pattern.regex.captures_at(text.as_bytes(), search) else { break };
        let whole = found.get(0).expect("a match has a whole");
        out.push(piece(from, whole.start())?);
        out.push(eval.done(groups(eval, &found)));
        from = whole.end();
        search = if whole.is_empty() { whole.end() + 1 } else { whole.end() };
    }
    out.push(piece(from, text.len())?);
    Ok(eval.list(&out))
}

/// `at`, or where the character begins that it lies in.
fn floor(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// True where the match does not depend on the hash of a store path that is not known: whatever letters it has, the
/// same parts of the text match.
fn is_settled(regex: &Regex, text: &str) -> bool {
    let spans = |letters: &[u8]| {
        let mut next = letters.iter().cycle();
        let filled: Vec<u8> = text
            .bytes()
            .map(|byte| if (1..=8).contains(&byte) { next.next().copied().unwrap_or(byte) } else { byte })
            .collect();
        regex
            .captures(&filled)
            .map(|found| found.iter().map(|group| group.map(|group| group.range())).collect::<Vec<_>>())
    };
    let first = spans(b"\x01");
    [&b"0"[..], b"z", b"a1", b"9x"].iter().all(|letters| spans(letters) == first)
}

fn groups<'a>(eval: &Eval<'a>, found: &Captures<'_>) -> Value<'a> {
    let items: Vec<_> = found
        .iter()
        .skip(1)
        .map(|group| match group {
            Some(group) => eval.done(eval.string(&String::from_utf8_lossy(group.as_bytes()))),
            None => eval.done(Value::Null),
        })
        .collect();
    eval.list(&items)
}

/// The program of `pattern`. It is shared and never cloned: a clone of a [`Regex`] makes its tables for running anew.
fn compile<'a>(eval: &Eval<'a>, pattern: &str, whole: bool) -> R<'a, Rc<Pattern>> {
    eval.spend_bytes(pattern.len())?;
    // `match` and `split` of one pattern are two programs.
    let key = if whole { format!("^{pattern}") } else { format!("_{pattern}") };
    let known = eval.patterns.borrow().known.get(&key).cloned();
    let compiled = match known {
        Some(known) => known,
        None => {
            eval.spend(pattern.len().saturating_mul(16))?;
            let (built, size) = build(pattern, whole);
            let built = built.map(Rc::new);
            eval.patterns.borrow_mut().keep(key, built.clone(), size);
            built
        }
    };
    match compiled {
        Some(pattern) => Ok(pattern),
        None => eval.unknown("a regular expression that is not understood"),
    }
}

impl Patterns {
    fn keep(&mut self, key: String, pattern: Option<Rc<Pattern>>, size: usize) {
        self.held += size + key.len();
        if self.held > MOST_HELD {
            self.known.clear();
            self.held = size + key.len();
        }
        self.known.insert(key, pattern);
    }
}

/// The program of a pattern and the room that is set aside for it.
fn build(pattern: &str, whole: bool) -> (Option<Pattern>, usize) {
    if pattern.len() > LONGEST_PATTERN {
        return (None, 0);
    }
    let text = translate(pattern);
    let text = if whole { format!("^(?:{text})$") } else { text };
    for size in SIZES {
        let mut builder = RegexBuilder::new(&text);
        builder.unicode(false).dot_matches_new_line(true).size_limit(size).dfa_size_limit(size.max(256 << 10));
        match builder.build() {
            Ok(regex) => {
                let cost = (size / SIZES[0]).pow(2);
                let literal = if whole { None } else { literal(pattern) };
                return (Some(Pattern { regex, literal, cost }), size + size.max(256 << 10));
            }
            Err(regex::Error::CompiledTooBig(_)) => {}
            Err(_) => break,
        }
    }
    (None, 0)
}

/// The text that `pattern` means where it is nothing but a text, as `lib.escapeRegex` writes one.
fn literal(pattern: &str) -> Option<String> {
    let mut out = String::with_capacity(pattern.len());
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => out.push(letters.next().filter(char::is_ascii_punctuation)?),
            '.' | '[' | ']' | '{' | '}' | '(' | ')' | '*' | '+' | '?' | '^' | '$' | '|' => return None,
            other => out.push(other),
        }
    }
    (!out.is_empty()).then_some(out)
}

/// POSIX brackets take a backslash and an inner `[` literally; everything else is written alike.
fn translate(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 8);
    let mut letters = pattern.chars().peekable();
    while let Some(letter) = letters.next() {
        out.push(letter);
        match letter {
            '\\' => out.extend(letters.next()),
            '[' => bracket(&mut letters, &mut out),
            '{' if !letters.peek().is_some_and(char::is_ascii_digit) => {
                out.pop();
                out.push_str("\\{");
            }
            _ => {}
        }
    }
    out
}

fn bracket(letters: &mut std::iter::Peekable<std::str::Chars<'_>>, out: &mut String) {
    if letters.peek() == Some(&'^') {
        out.extend(letters.next());
    }
    let mut first = true;
    while let Some(letter) = letters.next() {
        match letter {
            ']' if !first => {
                out.push(']');
                return;
            }
            '[' if letters.peek() == Some(&':') => {
                out.push('[');
                for inner in letters.by_ref() {
                    out.push(inner);
                    if inner == ']' {
                        break;
                    }
                }
            }
            '\\' | '[' | ']' | '&' | '~' => {
                out.push('\\');
                out.push(letter);
            }
            other => out.push(other),
        }
        first = false;
    }
}
