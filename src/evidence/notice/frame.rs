//! Whether the words around a name grant the license.
//!
//! Decides by the frame a name stands in: a granting preposition ("under the terms of"), a field ("License: ..."), or
//! standing alone. Everything else is a mention, and a mention grants nothing: "compatible with the GPL".

use super::field::{ends_value, heading, is_alone, is_field};
use super::lexicon::{AFTER, EXCEPTION, LINKS, NEGATIVE, PREPOSITIONS, TALK};
use super::names::spelled;
use super::words::{Gap, Kind, Words};

/// How a name stands in its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    /// The words around it take it back: "not under the GPL", "GPL compatible".
    Denied,
    /// Nothing is granted.
    Mention,
    /// A line of its own.
    Alone,
    /// The value of a license field.
    Field,
    /// The object of words that grant.
    Grant,
}

/// How a name stands, and the word with which its frame begins: lines cut from there on say the same.
pub(super) type Stand = (Standing, usize);

/// The standing of the name at words `first..end`; `plain` where it is also a plain word.
pub(super) fn standing(words: &Words, first: usize, end: usize, plain: bool) -> Stand {
    // "the OpenSSL linking exception" is no license, on whatever line it goes on.
    let kind = end + usize::from(words.is(end, &["linking", "link"]));
    let goes_on = words.is(kind, EXCEPTION) || words.is(end, TALK) && !words.gap(end).has(Gap::NEWLINE);
    if goes_on && !words.gap(end).has(Gap::STOP) && !words.gap(end).has(Gap::PARAGRAPH) {
        return (Standing::Denied, first);
    }
    if declared(words, first, end) {
        return (Standing::Grant, first - 1);
    }
    if let Some(field) = resource(words, first) {
        return (Standing::Field, field);
    }
    if let Some(found) = behind_copyright(words, first, end).filter(|_| !plain || names_license(words, end)) {
        return found;
    }
    if let Some(heading) = heading(words, first).filter(|_| !plain || ends_value(words, end)) {
        return (Standing::Field, heading);
    }
    if let Some(found) = looking_back(words, first, end, plain) {
        return found;
    }
    if grants_behind(words, first, end, plain) {
        // "linked against GPL licensed libraries": what others are.
        let of_others = ["since", "because", "linked", "link", "linking", "against"];
        let denied = negated(words, first, 6) || (first.saturating_sub(6)..first).any(|at| words.is(at, &of_others));
        return (if denied { Standing::Denied } else { Standing::Grant }, first);
    }
    (if !plain && is_alone(words, first, end) { Standing::Alone } else { Standing::Mention }, first)
}

/// The first word of the statement that Creative Commons gave to pictures: `<cc:license rdf:resource="..." />`.
fn resource(words: &Words, first: usize) -> Option<usize> {
    let field = first.checked_sub(3)?;
    let says = words.is(field, &["license"]) && words.is(field + 1, &["rdf"]) && words.is(field + 2, &["resource"]);
    (says && words.gap(field).has(Gap::COLON) && words.kind(first) == Some(Kind::Url)).then_some(field)
}

/// Words of a copyright line before the license at its end.
const COPYRIGHT_LINE: usize = 16;

/// Words before the copyright in such a line.
const FILE_NAME: usize = 6;

/// The standing of a name that ends a copyright line, or is the line below it: "Copyright (c) 2010 Jane Roe, MIT License".
fn behind_copyright(words: &Words, first: usize, end: usize) -> Option<Stand> {
    let mut to = end;
    while words.is(to, &["license", "licence", "licensed"]) {
        to += 1;
    }
    let ends = [end, to].iter().any(|at| words.gap(*at).has(Gap::NEWLINE) || words.gap(*at).has(Gap::STOP));
    // "MIT license, see LICENSE" and "MIT license (http://...)" lead to the text and say nothing else.
    let leads = words.is(to, &["see"]) && words.gap(to).has(Gap::COMMA)
        || words.kind(to) == Some(Kind::Url) && words.gap(to).has(Gap::OPEN);
    let below = words.gap(first).has(Gap::NEWLINE) && !words.gap(first).has(Gap::PARAGRAPH);
    let signs = [Gap::COMMA, Gap::STOP, Gap::SEMICOLON, Gap::OPEN, Gap::BAR, Gap::DASH];
    let apart = below || signs.iter().any(|gap| words.gap(first).has(*gap));
    let mut start = if below { first.checked_sub(1)? } else { first };
    while start > first.saturating_sub(COPYRIGHT_LINE) && !words.gap(start).has(Gap::NEWLINE) {
        start -= 1;
    }
    let is_sign = |at: usize| words.is(at, &["c"]) && words.gap(at).has(Gap::OPEN) && words.gap(at + 1).has(Gap::CLOSE);
    let is_dated = (start..first).any(|at| words.kind(at) == Some(Kind::Number));
    // "util.js - (c) 2014 Jane Roe - MIT License": the name of the file may stand before it.
    let is_line = (start..first.min(start + FILE_NAME)).any(|at| words.is(at, &["copyright"]) || is_sign(at));
    let standing = if below { Standing::Alone } else { Standing::Grant };
    ((ends || leads) && apart && is_dated && is_line).then_some((standing, start))
}

/// True in `License GPLv3+: GNU GPL version 3 or later`, the notice that GNU programs print with their version, and
/// where a line is nothing but `License LGPL`.
pub(super) fn declared(words: &Words, first: usize, end: usize) -> bool {
    let begins = |at: usize| [Gap::NEWLINE, Gap::STOP, Gap::QUOTE].iter().any(|gap| words.gap(at).has(*gap));
    let is_named = first > 0 && words.is(first - 1, &["license", "licence"]) && begins(first - 1);
    // `'License MIT': 'MIT'` maps names.
    let colon = words.gap(end).has(Gap::COLON) && !words.gap(end).has(Gap::QUOTE);
    let line = words.gap(end).has(Gap::NEWLINE) && is_named && words.gap(first - 1).has(Gap::NEWLINE);
    is_named && !words.gap(first).has(Gap::COLON) && !words.gap(first).has(Gap::NEWLINE) && (colon || line)
}

/// True where words behind the name make it a grant: "GPL licensed", "the GPL governs", "GPL v2, can be found in".
fn grants_behind(words: &Words, first: usize, end: usize, plain: bool) -> bool {
    let same_unit = !words.gap(end).has(Gap::STOP) && !words.gap(end).has(Gap::PARAGRAPH);
    let governs = (end..end + 3).any(|at| words.is(at, &["governs"])) || goes_along(words, first, end);
    let found_in = words.is(end, &["can", "see"]) && words.gap(first).has(Gap::PARAGRAPH) && !plain;
    // "GPL'd", and not a word that only begins with this letter.
    let is_verb = !plain && words.is(end, &["d"]) && words.gap(end).has(Gap::QUOTE);
    // A string that begins with the name is data: 'MIT Licensed'.
    let is_data = words.gap(first).has(Gap::QUOTE) && words.gap(first).has(Gap::NEWLINE);
    // "The Vim license (see below) applies to"
    let bracket = (end + 1..end + 5).find(|at| words.gap(end).has(Gap::OPEN) && words.gap(*at).has(Gap::CLOSE));
    let granted = !is_data && (words.is(bracket.unwrap_or(end), AFTER) || is_verb);
    same_unit && (granted || governs || found_in || is_defined(words, end))
}

/// True in "The X license must be distributed with this software".
fn goes_along(words: &Words, first: usize, end: usize) -> bool {
    let start = first.saturating_sub(1);
    let begins = start == 0 || [Gap::STOP, Gap::PARAGRAPH].iter().any(|gap| words.gap(start).has(*gap));
    let along = [&["must"][..], &["be"], &["distributed", "included", "shipped"], &["with"]];
    begins && along.iter().enumerate().all(|(at, these)| words.is(end + at, these)) && names_license(words, end)
}

/// True where the name before `end` becomes what a header calls its license: `... (the "License")`.
fn is_defined(words: &Words, end: usize) -> bool {
    words.gap(end).has(Gap::OPEN)
        && words.is(end, &["the", "this"])
        && words.gap(end + 1).has(Gap::QUOTE)
        && words.is(end + 1, &["license", "licence", "agreement"])
}

/// True in "Read the GPL v2 for legal details": a sentence of its own that sends the reader to the license.
pub(super) fn has_details(words: &Words, first: usize, end: usize) -> bool {
    let Some(start) = first.checked_sub(2) else { return false };
    let begins = words.gap(start).has(Gap::STOP) || words.gap(start).has(Gap::NEWLINE);
    let sends = words.is(start, &["see", "read"]) && words.is(start + 1, &["the"]) && words.is(end, &["for"]);
    let details = ["details", "terms", "conditions", "license", "licensing", "information"];
    begins && sends && (end + 1..end + 5).any(|at| words.is(at, &details))
}

/// Words back from an address within which it is said what stands there.
const LEADS_TO: usize = 14;

/// The first word of a sentence that sends the reader to the address at `at` for the license: "You may obtain a copy of
/// the License at", "For license conditions see". "If not, see" sends nobody to another license than the one received.
pub(super) fn sent_to(words: &Words, at: usize) -> Option<usize> {
    let lead = at.checked_sub(1)?;
    let otherwise = words.is(lead.saturating_sub(1), &["not"]);
    if !words.is(lead, &["at", "from", "see", "visit", "to", "read", "in", "here", "is", "on", "under"]) || otherwise {
        return None;
    }
    let start = sentence_start_within(words, lead, LEADS_TO);
    // "If these files are missing, the license may also be found at" repeats what they grant.
    if words.is(sentence_start_within(words, lead, 2 * LEADS_TO), &["if"]) {
        return None;
    }
    let is_license = |place: usize| words.is(place, &["license", "licence", "licensing", "licenses", "dedication"]);
    let terms =
        |place: usize| words.is(place, &["terms", "conditions"]) && words.is(place + 1, &["are", "see", "at", "of"]);
    let before = (start..lead).find(|&place| is_license(place) || terms(place));
    let details = ["license", "licence", "licensing", "terms", "conditions"];
    let behind = words.is(at + 1, &["for"]) && (at + 2..at + 6).any(|place| words.is(place, &details));
    let taken_back = negated(words, lead, LEADS_TO) || is_condition(words, lead);
    (!taken_back).then_some(())?;
    before.or(behind.then_some(start))
}

fn looking_back(words: &Words, first: usize, end: usize, plain: bool) -> Option<Stand> {
    let mut unknown = 0;
    for at in (first.saturating_sub(32)..first).rev() {
        let gap = words.gap(at + 1);
        let word = spelled(words.text(at));
        if is_field(words, at) {
            let listed = gap.has(Gap::NEWLINE) && !words.gap(at).has(Gap::NEWLINE);
            let direct = at + 1 == first || (at + 2..=first).all(|next| !words.gap(next).has(Gap::NEWLINE));
            let fits = direct && !listed && unknown == 0 && (!plain || at + 4 >= first || ends_value(words, end));
            return fits.then_some((Standing::Field, at));
        }
        if gap.has(Gap::STOP) || gap.has(Gap::PARAGRAPH) && !announces(words, at) {
            return None;
        }
        if let Some(standing) = preposition(words, at, word, (first, end), plain) {
            let is_system = plain
                && !names_license(words, end)
                && !words.gap(first).has(Gap::OPEN)
                && (unknown > 0 || runs(words, at) || word == "under" && !is_given(words, at));
            return (!is_system).then(|| (standing, sentence_start(words, at)));
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

/// True in "under the terms of either:", with which the sentence goes on in the paragraphs below.
fn announces(words: &Words, at: usize) -> bool {
    let opens = ["either", "both", "of", "following", "under", "terms", "conditions", "licenses", "licences", "option"];
    // A copyright line is not a name: the terms themselves follow.
    let goes_on = words.gap(at + 1).has(Gap::COLON) || offers(words, at);
    goes_on && words.is(at, &opens) && !words.is(at + 1, &["copyright"])
}

/// True at the end of "licensed under either of", with which no sentence ends.
fn offers(words: &Words, at: usize) -> bool {
    words.is(at, &["either"]) || at > 0 && words.is(at, &["of"]) && words.is(at - 1, &["either"])
}

/// The first word of the sentence, at most 30 words back.
fn sentence_start(words: &Words, at: usize) -> usize {
    sentence_start_within(words, at, 30)
}

fn sentence_start_within(words: &Words, at: usize, reach: usize) -> usize {
    let begins = |place: &usize| {
        let gap = words.gap(*place);
        gap.has(Gap::STOP) || gap.has(Gap::PARAGRAPH)
    };
    let reach = at.saturating_sub(reach);
    (reach..=at).rev().find(begins).unwrap_or(reach)
}

/// True where a verb that goes with the preposition `word` stands before it.
fn led_by_verb(words: &Words, at: usize, word: &str) -> bool {
    let row = PREPOSITIONS.iter().find(|(preposition, _, _)| *preposition == word);
    row.is_some_and(|(_, reach, verbs)| (at.saturating_sub(*reach)..at).any(|back| words.is(back, verbs)))
}

/// The standing that a frame ending with the word at `at` gives; `None` where it is no frame.
fn preposition(words: &Words, at: usize, word: &str, (first, end): (usize, usize), plain: bool) -> Option<Standing> {
    let article = words.is(at + 1, &["a", "the", "an"]);
    let before = |these: &[&str]| at > 0 && words.is(at - 1, these);
    let frames = match word {
        "under" | "unter" | "sous" | "bajo" | "sotto" => {
            // "put under another licence, including the GPL" says what may not be done.
            !words.is(at + 1, &["section", "clause", "paragraph", "copyright", "copy", "another"])
        }
        "of" => {
            before(&["terms", "conditions", "provisions", "term"])
                || (at.saturating_sub(6)..at).any(|back| words.is(back, &["corresponding"]))
        }
        "in" | "into" => words.is(at + 1, &["public"]) || words.is(at + 2, &["public"]) && led_by_verb(words, at, word),
        "use" | "uses" => article && at + 2 == first && names_license(words, end),
        "dual" | "dually" | "tri" => {
            at + 1 == first || words.is(at + 1, &["license", "licensed", "licence", "licenced"])
        }
        "with" => led_by_verb(words, at, word) && (!plain || names_license(words, end) || is_licensed(words, at)),
        "by" | "to" | "via" | "using" | "per" | "within" | "par" => led_by_verb(words, at, word),
        "licensed" | "licensing" | "released" => !words.is(at + 1, &["to"]),
        "is" | "are" => {
            let works = ["code", "library", "program", "module", "package", "file", "project", "script"];
            before(&["license", "licence", "licensing", "software"]) && (at + 1 == first || article && at + 2 == first)
                || !plain && before(&works) && at + 1 == first
        }
        _ => false,
    };
    // "not under the terms of" begins three words before "not under".
    let reach = if word == "of" { 8 } else { 5 };
    let denied =
        || negated(words, at, reach) || is_condition(words, at) || of_others(words, at) || of_the_rest(words, at);
    frames.then(|| if denied() { Standing::Denied } else { Standing::Grant })
}

/// True in "to combine it with other software that is released under the GPL": somebody else grants that.
fn of_others(words: &Words, under: usize) -> bool {
    let between = ["that", "which", "is", "are", "released", "licensed", "distributed", "covered", "available"];
    let works = ["software", "code", "program", "programs", "package", "packages", "libraries", "modules", "works"];
    let mut at = under;
    while at > 0 && words.is(at - 1, &between) {
        at -= 1;
    }
    at > 1 && words.is(at - 1, &works) && words.is(at - 2, &["other"])
}

/// True in "The rest of Foo is licensed under the terms of ..." where the sentence before says "this file only".
fn of_the_rest(words: &Words, at: usize) -> bool {
    let start = sentence_start(words, at);
    let is_rest = (start..start + 3).any(|place| words.is(place, &["rest"]) && words.is(place + 1, &["of"]));
    let reach = start.saturating_sub(16);
    is_rest
        && words.is(start, &["the"])
        && (reach..start).any(|place| words.is(place, &["file"]))
        && (reach..start).any(|place| words.is(place, &["only"]))
}

/// True where the name at `..end` says that it is a license.
fn names_license(words: &Words, end: usize) -> bool {
    words.is(end.wrapping_sub(1), &["license", "licence", "licenses"])
        || words.is(end, &["license", "licence", "licenses"])
}

/// True in "licensed with MIT"; "distributed with Vim" tells what else is there.
fn is_licensed(words: &Words, with: usize) -> bool {
    (with.saturating_sub(3)..with).any(|back| words.is(back, &["licensed", "licenced", "accordance"]))
}

/// True where a word before "under" gives something away: "distributed under X11", and not "a window under X11".
fn is_given(words: &Words, under: usize) -> bool {
    let gives = [
        "licen",
        "distribut",
        "redistribut",
        "releas",
        "publish",
        "provid",
        "availab",
        "us",
        "made",
        "cover",
        "terms",
        "cop",
        "free",
        "open",
        "dual",
        "shar",
        "govern",
        "put",
        "offer",
        "permi",
        "protect",
    ];
    (under.saturating_sub(8)..under).any(|back| gives.iter().any(|stem| words.text(back).starts_with(stem)))
}

/// True in "runs under BSD": what follows is a system.
fn runs(words: &Words, at: usize) -> bool {
    let verbs = [
        "run", "runs", "running", "work", "works", "compile", "compiles", "compiled", "build", "builds", "built",
        "tested",
    ];
    (at.saturating_sub(2)..at).any(|back| words.is(back, &verbs))
}

/// True in sentences that begin "If you wish ...", "For those of you who choose ..." or "Please note that ...": they
/// talk of other cases or other code.
fn is_condition(words: &Words, at: usize) -> bool {
    let start = sentence_start_within(words, at, 60);
    let conditional = words.is(start, &["if"])
        && words.is(start + 1, &["you", "your"])
        && words.is(start + 2, &["wish", "want", "add", "don", "do", "indicate"]);
    let noted = |at: usize| {
        words.is(at, &["note"])
            && words.is(at + 1, &["that"])
            && !words.is(at + 2, &["this", "these", "all", "we", "you"])
    };
    let of_some = words.is(start, &["for"]) && words.is(start + 1, &["those"]);
    // "doesn't mean that we're distributing it under the GPL"
    let means_not = |place: usize| {
        words.is(place, &["mean", "imply"]) && (place.saturating_sub(2)..place).any(|back| words.is(back, NEGATIVE))
    };
    conditional
        || of_some
        || noted(start)
        || words.is(start, &["please"]) && words.is(start + 1, &["note"])
        || (start..at).any(means_not)
}

/// True where one of the `reach` words before `at`, in the same sentence, takes back what follows.
fn negated(words: &Words, at: usize, reach: usize) -> bool {
    for back in (at.saturating_sub(reach)..at).rev() {
        if words.gap(back + 1).has(Gap::STOP) || words.gap(back + 1).has(Gap::PARAGRAPH) {
            return false;
        }
        let formerly = words.is(back, &["used"]) && words.is(back + 1, &["to"]) && words.is(back + 2, &["be"]);
        // "no script falls under the GPL"
        let none_falls = words.is(back, &["no"]) && (back + 2..back + 5).any(|next| words.is(next, &["falls", "fall"]));
        // "the last one released under GPLv2"
        let last = words.is(back, &["last"]) && words.is(back + 1, &["one", "version", "release"]);
        if formerly || none_falls || last || words.is(back, NEGATIVE) {
            return true;
        }
    }
    false
}
