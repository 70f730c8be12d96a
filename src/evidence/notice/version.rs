//! Which version of a license is granted, and whether later ones are as well.
//!
//! Reads the words beside a name. `or later` must bind to a version (`version N ... or any later version`); an `or`
//! that leads to anything else says nothing about versions.

use super::names::{Family, spelled};
use super::words::{Gap, Kind, Words};
use crate::license::{LicenseExpr, Suffix};

/// The versions that stand beside a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stated {
    /// Ids without suffix, with what is said of later versions; in order.
    pub(super) versions: Vec<(String, Suffix)>,
    /// The first word that belongs to the statement.
    pub(super) first: usize,
    /// One past its last word.
    pub(super) end: usize,
}

const VERSION: &[&str] = &["version", "versions", "v", "ver", "vers", "rev", "revision", "release"];
const LATER: &[&str] = &[
    "later",
    "newer",
    "higher",
    "above",
    "greater",
    "subsequent",
    "upwards",
    "upward",
    "up",
    "latter",
    "further",
    "future",
    "onward",
    "onwards",
    "beyond",
    "successor",
    "successive",
    "following",
    "superior",
];
/// Words between the name of a GNU license and its version.
const BEFORE_VERSION: &[&str] = &[
    "as",
    "published",
    "by",
    "the",
    "free",
    "software",
    "foundation",
    "fsf",
    "inc",
    "either",
    "at",
    "least",
    "license",
    "gnu",
    "its",
    "in",
    "of",
    "agreement",
    "this",
    "project",
    "publishes",
    "that",
    "is",
    "any",
    "or",
    "under",
    "publised",
    "sofware",
];
/// Words between a version and `or later`.
const AFTER_VERSION: &[&str] = &[
    "of",
    "the",
    "license",
    "gnu",
    "general",
    "public",
    "lesser",
    "library",
    "gpl",
    "lgpl",
    "agpl",
    "affero",
    "as",
    "published",
    "by",
    "free",
    "software",
    "foundation",
    "inc",
    "dated",
    "june",
    "february",
    "1991",
    "1999",
    "2007",
    "november",
    "29",
    "this",
    "that",
    "said",
    "fsf",
    "at",
    "your",
    "option",
    "choice",
    "discretion",
    "any",
    "a",
    "preferably",
    "documentation",
    "apache",
    "mozilla",
    "us",
    "such",
    "s",
];

/// Version stated beside the name `first..end` of `family`: before it (`version 2 of the ...`), else after it.
pub(super) fn beside(words: &Words, first: usize, end: usize, family: &Family) -> Option<Stated> {
    before(words, first, end, family).or_else(|| after(words, end, family))
}

/// The license of `family` whose version is the number at word `number`, with what is said behind it.
pub(super) fn at_number(words: &Words, number: usize, family: &Family) -> Option<LicenseExpr> {
    let stated = from_number(words, number, number, family)?;
    let terms = stated.versions.iter().filter_map(|(id, suffix)| family.term(id, *suffix));
    LicenseExpr::any(terms.map(LicenseExpr::from))
}

fn before(words: &Words, first: usize, end: usize, family: &Family) -> Option<Stated> {
    let mut at = first;
    while at > 0 && words.is(at - 1, &["the", "gnu", "this", "said"]) {
        at -= 1;
    }
    if at == 0 || !words.is(at - 1, &["of"]) {
        return None;
    }
    let mut start = None;
    for back in (at.saturating_sub(16)..at).rev() {
        let ends = words.gap(back + 1).has(Gap::STOP) || words.gap(back + 1).has(Gap::PARAGRAPH);
        let fits = words.kind(back) == Some(Kind::Number) || in_statement(words, back);
        if ends || !fits {
            break;
        }
        if words.is(back, VERSION) && words.kind(back + 1) == Some(Kind::Number) {
            start = Some(back);
        }
    }
    let start = start?;
    let stated = from_number(words, start, start + 1, family)?;
    Some(Stated { end: stated.end.max(end), ..stated })
}

fn after(words: &Words, end: usize, family: &Family) -> Option<Stated> {
    let reach = if family.is_gnu() { 24 } else { 5 };
    let mut at = skip_aside(words, end);
    let mut passed = 0;
    while passed <= reach {
        let opens = words.is(at, VERSION);
        let gap = words.gap(at);
        if gap.has(Gap::PARAGRAPH) || (gap.has(Gap::STOP) && !opens && !words.is(at, &["either"])) {
            return None;
        }
        if opens && words.kind(at + 1) == Some(Kind::Number) {
            return from_number(words, at, at + 1, family);
        }
        if words.kind(at) == Some(Kind::Number) {
            let direct = passed == 0 && !gap.has(Gap::SEMICOLON);
            let bound = words.is(at.wrapping_sub(1), &["least"]);
            return (direct || bound).then(|| from_number(words, at, at, family)).flatten();
        }
        if words.is(at, &["any"]) && words.is(at + 1, &["version"]) {
            return None;
        }
        if !BEFORE_VERSION.contains(&spelled(words.text(at))) && !opens {
            return None;
        }
        at += 1;
        passed += 1;
    }
    None
}

/// Past `(GPL)`, `("the License")`: a bracket that gives the name another name.
fn skip_aside(words: &Words, at: usize) -> usize {
    if !words.gap(at).has(Gap::OPEN) {
        return at;
    }
    for next in at..at + 6 {
        if words.kind(next) == Some(Kind::Number) || words.is(next, VERSION) {
            return at;
        }
        if words.gap(next + 1).has(Gap::CLOSE) {
            return next + 1;
        }
    }
    at
}

fn from_number(words: &Words, first: usize, number: usize, family: &Family) -> Option<Stated> {
    let id = family.version(&number_text(words, number))?.to_owned();
    let at_least = words.gap(number).has(Gap::AT_LEAST)
        || words.gap(first).has(Gap::AT_LEAST)
        || (first > 0 && words.is(first - 1, &["least"]));
    let mut stated = Stated { versions: vec![(id, Suffix::Only)], first, end: number + 1 };
    if letter_follows(words, number) {
        stated.end += 1;
    }
    if at_least {
        stated.versions[0].1 = Suffix::OrLater;
    }
    if words.gap(stated.end).has(Gap::PLUS) {
        stated.versions[0].1 = Suffix::OrLater;
        return Some(stated);
    }
    tail(words, family, &mut stated);
    Some(stated)
}

/// `1.3` and the `c` of `1.3c`, `2` of `2 0` as `2.0`.
fn number_text(words: &Words, number: usize) -> String {
    let mut text = words.text(number).to_owned();
    if letter_follows(words, number) {
        text.push_str(words.text(number + 1));
    }
    text
}

fn letter_follows(words: &Words, number: usize) -> bool {
    let touches = words.get(number).zip(words.get(number + 1)).is_some_and(|(a, b)| a.span.end == b.span.start);
    touches && words.text(number + 1).len() == 1
}

/// `or later`, `only`, `or version 3` after a version.
fn tail(words: &Words, family: &Family, stated: &mut Stated) {
    let (mut joined, mut at) = (false, stated.end);
    for _ in 0..24 {
        let gap = words.gap(at);
        if gap.has(Gap::PARAGRAPH) || (gap.has(Gap::STOP) && !words.is(at, &["or"])) || at >= words.len() {
            return;
        }
        let word = spelled(words.text(at));
        joined |= gap.has(Gap::SLASH) || gap.has(Gap::BAR);
        if word == "only" {
            stated.end = at + 1;
            return;
        }
        if word == "plus" || (LATER.contains(&word) && (joined || gap.has(Gap::OPEN) || words.gap(at).has(Gap::JOINED)))
        {
            return later(words, at, stated);
        }
        if words.kind(at) == Some(Kind::Number) && is_item(words, stated.first, at) {
            return;
        }
        if words.kind(at) == Some(Kind::Number) && (joined || gap.has(Gap::COMMA)) {
            let Some(id) = family.version(words.text(at)) else { return };
            let suffix = if words.gap(at + 1).has(Gap::PLUS) { Suffix::OrLater } else { Suffix::Only };
            stated.versions.push((id.to_owned(), suffix));
            (stated.end, joined) = (at + 1, false);
        } else if matches!(word, "or" | "and") {
            joined = true;
        } else if !in_statement(words, at) || (joined && is_name_word(word)) {
            return;
        }
        at += 1;
    }
}

/// True for the "2" of "1) the GPL version 3; and/or 2) the LGPL version 2.1": a number with a bracket that was not opened.
fn is_item(words: &Words, first: usize, at: usize) -> bool {
    let is_open = (first..=at).any(|before| words.gap(before).has(Gap::OPEN));
    words.gap(at + 1).has(Gap::CLOSE) && !is_open && words.text(at).len() == 1
}

/// `any later version`; one that somebody must first accept is no open grant.
fn later(words: &Words, at: usize, stated: &mut Stated) {
    let accepted = (at + 1..at + 4).any(|next| words.is(next, &["accepted", "approved"]));
    if !accepted && let Some(last) = stated.versions.last_mut() {
        last.1 = Suffix::OrLater;
    }
    stated.end = if words.is(at + 1, VERSION) { at + 2 } else { at + 1 };
}

fn in_statement(words: &Words, at: usize) -> bool {
    let word = spelled(words.text(at));
    AFTER_VERSION.contains(&word)
        || VERSION.contains(&word)
        || LATER.contains(&word)
        || matches!(word, "or" | "and" | "only" | "either")
}

fn is_name_word(word: &str) -> bool {
    matches!(word, "gnu" | "general" | "gpl" | "lgpl" | "agpl" | "lesser" | "library" | "affero" | "apache" | "mozilla")
}
