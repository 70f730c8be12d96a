//! `match` and `split`: POSIX extended regular expressions over bytes.

use regex::bytes::{Captures, Regex, RegexBuilder};

use super::Row;
use crate::nix::eval::Eval;
use crate::nix::value::{R, Thunk, Value};

pub(super) const TABLE: &[Row] = &[("match", 2, matches), ("split", 2, split)];

fn matches<'a>(eval: &Eval<'a>, args: &[&'a Thunk<'a>]) -> R<'a, Value<'a>> {
    let pattern = eval.str_of(args[0])?;
    let regex = compile(eval, pattern, true)?;
    let (text, tainted) = eval.text_of(args[1])?;
    if tainted && !is_settled(&regex, text) {
        return eval.unknown("a pattern that looks at the hash of a store path");
    }
    match regex.captures(text.as_bytes()) {
        Some(found) => Ok(groups(eval, &found)),
        None => Ok(Value::Null),
    }
}

fn split<'a>(eval: &Eval<'a>, args: &[&'a Thunk<'a>]) -> R<'a, Value<'a>> {
    let pattern = eval.str_of(args[0])?;
    let regex = compile(eval, pattern, false)?;
    let (text, tainted) = eval.text_of(args[1])?;
    let mut out = Vec::new();
    let mut from = 0;
    let piece = |from: usize, to: usize| match text.get(from..to) {
        Some(piece) => Ok(eval.done(eval.text_as(piece, tainted))),
        None => eval.unknown("a string is cut inside of a character"),
    };
    let mut search = 0;
    // An empty match right behind a match counts, as in the C++ library, and not in `captures_iter`.
    while let Some(found) = (search <= text.len()).then(|| regex.captures_at(text.as_bytes(), search)).flatten() {
        let whole = found.get(0).expect("a match has a whole");
        out.push(piece(from, whole.start())?);
        out.push(eval.done(groups(eval, &found)));
        from = whole.end();
        search = if whole.is_empty() { whole.end() + 1 } else { whole.end() };
    }
    out.push(piece(from, text.len())?);
    Ok(eval.list(&out))
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

fn compile<'a>(eval: &Eval<'a>, pattern: &'a str, whole: bool) -> R<'a, Regex> {
    // `match` and `split` of one pattern are two programs.
    let key = if whole { eval.str(&format!("^{pattern}")) } else { pattern };
    let known = eval.patterns.borrow().get(key).cloned();
    let compiled = known.unwrap_or_else(|| {
        let text = translate(pattern);
        let text = if whole { format!("^(?:{text})$") } else { text };
        let built = RegexBuilder::new(&text).unicode(false).dot_matches_new_line(true).size_limit(4 << 20).build().ok();
        eval.patterns.borrow_mut().insert(key, built.clone());
        built
    });
    match compiled {
        Some(regex) => Ok(regex),
        None => eval.unknown("a regular expression that is not understood"),
    }
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
