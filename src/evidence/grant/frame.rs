//! Whether the words around a name grant the license.
//!
//! Decides by the frame a name stands in: a granting preposition ("under the terms of"), a field ("License: ..."), or
//! standing alone. Everything else is a mention, and a mention grants nothing: "compatible with the GPL".

use super::names::spelled;
use super::words::{Gap, Kind, Words};

/// How a name stands in its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    /// Nothing is granted.
    Mention,
    /// A line of its own.
    Alone,
    /// The value of a license field.
    Field,
    /// The object of words that grant.
    Grant,
}

/// Words that may stand between a frame and the name.
const LINKS: &[&str] = &[
    "the",
    "a",
    "an",
    "this",
    "that",
    "its",
    "same",
    "terms",
    "term",
    "conditions",
    "condition",
    "provisions",
    "of",
    "and",
    "or",
    "either",
    "both",
    "version",
    "versions",
    "v",
    "any",
    "later",
    "at",
    "your",
    "option",
    "license",
    "agreement",
    "gnu",
    "new",
    "open",
    "source",
    "free",
    "software",
    "foundation",
    "permissive",
    "liberal",
    "following",
    "dual",
    "standard",
    "as",
    "published",
    "by",
    "any",
    "osi",
    "approved",
    "modified",
    "simple",
    "common",
    "well",
    "known",
    "s",
    "two",
    "three",
    "one",
    "1",
    "2",
    "3",
    "4",
    "clause",
    "which",
    "is",
    "licensed",
    "under",
    "are",
    "also",
    "style",
    "like",
    "only",
    "project",
    "in",
    "to",
    "de",
    "us",
    "text",
    "apache",
    "copyright",
    "general",
    "public",
    "usual",
    "normal",
    "full",
    "mentioned",
    "specified",
    "file",
    "with",
    "unmodified",
    "original",
    "fsf",
    "more",
    "non",
    "international",
    "unported",
    "their",
    "own",
];

/// Verbs of granting; a preposition after one of them leads to the license.
const VERBS: &[&str] = &[
    "licensed",
    "license",
    "licensing",
    "licensable",
    "released",
    "release",
    "distributed",
    "distribute",
    "distributable",
    "redistributed",
    "redistribute",
    "redistributable",
    "available",
    "provided",
    "published",
    "covered",
    "governed",
    "subject",
    "copyrighted",
    "copyright",
    "made",
    "offered",
    "placed",
    "put",
    "issued",
    "dedicated",
    "permitted",
    "copied",
    "used",
    "use",
    "usable",
    "modify",
    "modified",
    "modifying",
    "copy",
    "reproduced",
    "shared",
    "protected",
    "according",
    "accordance",
    "pursuant",
    "donated",
    "contributed",
    "redistribution",
    "distribution",
    "falls",
    "fall",
    "comes",
    "freely",
    "freeware",
    "relicensed",
    "bound",
];

const NEGATIVE: &[&str] = &[
    "not",
    "cannot",
    "never",
    "neither",
    "nor",
    "unless",
    "isn",
    "doesn",
    "don",
    "aren",
    "wasn",
    "non",
    "incompatible",
    "compatible",
    "formerly",
    "previously",
    "instead",
];

/// Words after a name that make it a grant: "GPL licensed", "the GPL applies".
const AFTER: &[&str] = &["licensed", "applies", "governs", "apply", "d", "licenced"];

/// Words after a name that take it back: it is talked about.
const TALK: &[&str] = &[
    "compatible",
    "compatibility",
    "incompatible",
    "violation",
    "violations",
    "code",
    "compliant",
    "compliance",
    "symbol",
    "symbols",
    "parser",
    "header",
    "headers",
    "friendly",
];

/// The standing of the name at words `first..end`; `plain` where it is also a plain word.
pub(super) fn standing(words: &Words, first: usize, end: usize, plain: bool) -> Standing {
    if words.is(end, TALK) && !words.gap(end).has(Gap::STOP) && !words.gap(end).has(Gap::NEWLINE) {
        return Standing::Mention;
    }
    if follows_heading(words, first) && (!plain || ends_value(words, end)) {
        return Standing::Field;
    }
    if let Some(found) = looking_back(words, first, end, plain) {
        return found;
    }
    let is_unit = |at: usize| !words.gap(at).has(Gap::STOP) && !words.gap(at).has(Gap::PARAGRAPH);
    if is_unit(end) && words.is(end, AFTER) && !negated(words, first, 4) {
        return Standing::Grant;
    }
    if !plain && is_alone(words, first, end) { Standing::Alone } else { Standing::Mention }
}

fn looking_back(words: &Words, first: usize, end: usize, plain: bool) -> Option<Standing> {
    let mut unknown = 0;
    for at in (first.saturating_sub(32)..first).rev() {
        let gap = words.gap(at + 1);
        let word = spelled(words.text(at));
        if is_field(words, at) {
            let direct = at + 1 == first || (at + 2..=first).all(|next| !words.gap(next).has(Gap::NEWLINE));
            return (direct && unknown == 0 && (!plain || at + 4 >= first || ends_value(words, end)))
                .then_some(Standing::Field);
        }
        if gap.has(Gap::STOP) || gap.has(Gap::PARAGRAPH) {
            return None;
        }
        if let Some(standing) = preposition(words, at, word) {
            return Some(standing);
        }
        if words.kind(at) == Some(Kind::Url) || LINKS.contains(&word) || words.kind(at) == Some(Kind::Number) {
            continue;
        }
        unknown += 1;
        if unknown > 3 {
            return None;
        }
    }
    None
}

/// The standing that a frame ending with the word at `at` gives; `None` where it is no frame.
fn preposition(words: &Words, at: usize, word: &str) -> Option<Standing> {
    let verb_near =
        |reach: usize| (at.saturating_sub(reach)..at).any(|back| VERBS.contains(&spelled(words.text(back))));
    let frames = match word {
        "under" => true,
        "of" => at > 0 && words.is(at - 1, &["terms", "conditions", "provisions", "term"]),
        "by" | "to" | "with" | "via" | "using" | "per" | "within" | "in" | "into" | "on" | "from" => {
            verb_near(if matches!(word, "by" | "to") { 2 } else { 3 })
        }
        "licensed" | "licensing" | "released" => !words.gap(at + 1).has(Gap::STOP),
        "is" | "are" => at > 0 && words.is(at - 1, &["license", "licence", "licensing", "software"]),
        _ => false,
    };
    frames.then(|| if negated(words, at, 5) { Standing::Mention } else { Standing::Grant })
}

/// True where one of the `reach` words before `at`, in the same sentence, takes back what follows.
fn negated(words: &Words, at: usize, reach: usize) -> bool {
    for back in (at.saturating_sub(reach)..at).rev() {
        if words.gap(back + 1).has(Gap::STOP) || words.gap(back + 1).has(Gap::PARAGRAPH) {
            return false;
        }
        if words.is(back, NEGATIVE) {
            return true;
        }
    }
    false
}

/// True where the word at `at` is the key of a license field: `License:`, `@license`, `license =`, `"license": `.
fn is_field(words: &Words, at: usize) -> bool {
    let is_key =
        matches!(words.text(at), "license" | "licence" | "licenses" | "licensing" | "licences" | "licence_type");
    if !is_key {
        return false;
    }
    let after = words.gap(at + 1);
    let before = words.gap(at);
    let marked = after.has(Gap::COLON) || after.has(Gap::EQUALS);
    let tagged = before.has(Gap::AT);
    let keyed = before.has(Gap::QUOTE) && before.has(Gap::NEWLINE) && after.has(Gap::QUOTE);
    let called = before.has(Gap::NEWLINE) && after.has(Gap::OPEN);
    (marked && !after.has(Gap::STOP)) || tagged || keyed || called
}

/// True where the line before is the heading "License" and nothing else.
fn follows_heading(words: &Words, first: usize) -> bool {
    let mut at = first;
    while at > 0 && words.is(at - 1, &["the"]) {
        at -= 1;
    }
    if at == 0 || !words.gap(at).has(Gap::NEWLINE) {
        return false;
    }
    let is_heading = words.is(at - 1, &["license", "licence", "licensing", "licenses"]);
    is_heading && words.gap(at - 1).has(Gap::NEWLINE) && !words.gap(at).has(Gap::COMMA)
}

/// True where nothing follows on the line that could make a plain word a part of a sentence.
fn ends_value(words: &Words, end: usize) -> bool {
    let gap = words.gap(end);
    let marks = [
        Gap::NEWLINE,
        Gap::STOP,
        Gap::COMMA,
        Gap::SLASH,
        Gap::QUOTE,
        Gap::OPEN,
        Gap::CLOSE,
        Gap::SEMICOLON,
        Gap::BAR,
        Gap::PLUS,
    ];
    marks.iter().any(|mark| gap.has(*mark))
        || words.is(end, &["license", "licence", "or", "and"])
        || words.kind(end) == Some(Kind::Url)
}

/// True where the name has a line of its own, set off from the text around it.
fn is_alone(words: &Words, first: usize, end: usize) -> bool {
    let mut from = first;
    while from > 0 && !words.gap(from).has(Gap::NEWLINE) && words.is(from - 1, &["the", "a", "see"]) {
        from -= 1;
    }
    let mut to = end;
    while !words.gap(to).has(Gap::NEWLINE) && words.is(to, &["license", "licence", "agreement", "family", "header"]) {
        to += 1;
    }
    let own_line = words.gap(from).has(Gap::NEWLINE) && words.gap(to).has(Gap::NEWLINE);
    let set_off = |gap: Gap| gap.has(Gap::PARAGRAPH);
    own_line && (set_off(words.gap(to)) && (set_off(words.gap(from)) || from == 0))
}
