//! Names that are values: of a field, under a heading, or on a line of their own.

use super::lexicon::CLOSING;
use super::words::{Gap, Kind, Words};

/// True where the word at `at` is the key of a license field: `License:`, `@license`, `license =`, `License terms:`.
pub(super) fn is_field(words: &Words, at: usize) -> bool {
    let parts = ["terms", "type", "name", "id", "info", "notice", "status", "information", "text", "url", "s"];
    let is_part = words.is(at, &parts) && at > 0 && words.is(at - 1, &["license", "licence", "licensing"]);
    let is_key = words.is(at, &["license", "licence", "licenses", "licensing", "licences"]);
    // `'MIT License': 'MIT'` maps a name; it is no field.
    let of_name = at > 0 && words.is(at - 1, &["mit", "bsd", "apache", "public", "gpl", "isc", "artistic", "gnu"]);
    // "one of the following licenses:" is a sentence.
    let of_sentence = at > 0 && words.is(at - 1, &["following", "these"]);
    if !is_key && !is_part || of_name || of_sentence || words.gap(at).has(Gap::IMAGE) {
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

/// The heading "License" that is all of the line before.
pub(super) fn heading(words: &Words, first: usize) -> Option<usize> {
    let mut at = first;
    while at > 0 && words.is(at - 1, &["the"]) {
        at -= 1;
    }
    let above = at.checked_sub(1).filter(|_| words.gap(at).has(Gap::NEWLINE) && !words.gap(at).has(Gap::COMMA))?;
    let is_heading = words.is(above, &["license", "licence", "licensing", "licenses"]);
    (is_heading && words.gap(above).has(Gap::NEWLINE)).then_some(above)
}

/// True where nothing follows on the line that could make a plain word a part of a sentence.
pub(super) fn ends_value(words: &Words, end: usize) -> bool {
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
pub(super) fn is_alone(words: &Words, first: usize, end: usize) -> bool {
    let mut from = first;
    while from > 0 && !words.gap(from).has(Gap::NEWLINE) && words.is(from - 1, &["the", "a", "see"]) {
        from -= 1;
    }
    let mut to = end;
    while !words.gap(to).has(Gap::NEWLINE) && words.is(to, CLOSING) {
        to += 1;
    }
    let own_line = words.gap(from).has(Gap::NEWLINE) && words.gap(to).has(Gap::NEWLINE);
    let set_off = |gap: Gap| gap.has(Gap::PARAGRAPH);
    let goes_on = words.is(to, &["see", "copyright", "c"]) || words.kind(to) == Some(Kind::Url);
    own_line && (set_off(words.gap(to)) || goes_on) && (set_off(words.gap(from)) || from == 0)
}
