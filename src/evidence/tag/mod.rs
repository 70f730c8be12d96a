//! `SPDX-License-Identifier` and `SPDX-FileCopyrightText`, wherever a comment can hold them.
//!
//! Reads the expression and nothing else; a tag that is only talked about (a regular expression, a string of a
//! program, prose) is none. Ids are repaired where exactly one id of the list can be meant, and the note says so.

mod id;
mod key;

use std::collections::BTreeSet;

use super::detection::{Detection, DetectorId, Note, Score, Seen, Witness};
use super::notice;
use super::page::{Page, floor_boundary, quote};
use crate::license::{self, LicenseExpr, Term};
use crate::text::{LineRange, Span};

/// The name of the detector.
pub(super) const ID: DetectorId = "tag";

/// Spellings of the key.
pub(super) const TRIGGERS: &[&str] = key::TRIGGERS;

/// Bytes of a line after the key in which an expression is looked for.
const MOST_BYTES: usize = 600;
/// An expression that runs over more lines than this is not one.
const MOST_LINES: usize = 12;

/// Adds the tags at `hits` to `seen`.
pub(super) fn reads(page: &Page<'_>, hits: &[u32], seen: &mut Seen) {
    seen.detections.extend(hits.iter().filter_map(|hit| detection(page, *hit)));
}

fn detection(page: &Page<'_>, hit: u32) -> Option<Detection> {
    let value = value(page, hit)?;
    let Some((expr, note, used)) = expression(&value.text) else { return unlisted(page, hit, &value) };
    let end = value.span.end.saturating_sub((value.text.len() - used) as u32).max(hit + value.key);
    let end = if value.text.contains('\n') { end } else { value.span.end };
    let quoted = Span::new(hit, floor_boundary(page.text, end as usize) as u32);
    let notes: Vec<Note> = value.note.into_iter().chain(note).map(Note::from).collect();
    Some(Detection {
        expr,
        class: Witness::Tag,
        by: ID,
        lines: page.line_range(quoted),
        score: if notes.is_empty() { Score::FULL } else { Score(9_000) },
        quote: quote(quoted.of(page.text)),
        note: Note::join(notes),
    })
}

/// A tag whose id nobody knows: said, and never a finding.
fn unlisted(page: &Page<'_>, hit: u32, value: &Value) -> Option<Detection> {
    let name = value.text.trim();
    let is_id = |name: &str| name.chars().all(|letter| letter.is_ascii_alphanumeric() || "-.+".contains(letter));
    let is_said = name.len() > 2 && is_id(name) && !id::is_nothing(name) && name.contains(char::is_alphabetic);
    let quoted = Span::new(hit, value.span.end);
    is_said.then(|| Detection {
        expr: LicenseExpr::Term(Term::reference(name)),
        class: Witness::Clue,
        by: ID,
        lines: page.line_range(quoted),
        score: Score(9_000),
        quote: quote(quoted.of(page.text)),
        note: Some(format!("`{name}` is no id of the SPDX list").into()),
    })
}

/// Leaves out the clues that repeat a tag on the same line.
pub(super) fn drop_repeated(seen: &mut Vec<Detection>) {
    let tagged = by_line(seen);
    seen.retain(|one| !repeats(one, &tagged));
}

/// True where a tag on the same line says all that the clue `one` says.
fn repeats(one: &Detection, tagged: &BTreeSet<(u32, Term)>) -> bool {
    one.class == Witness::Clue
        && one.by != "tag"
        && bare_terms(one).all(|term| tagged.contains(&(one.lines.first, term)))
}

/// The terms of all tags by each line of theirs.
fn by_line(found: &[Detection]) -> BTreeSet<(u32, Term)> {
    let lines = |lines: LineRange| lines.first..=lines.last;
    let tags = found.iter().filter(|one| one.class == Witness::Tag && one.by == "tag");
    tags.flat_map(|tag| lines(tag.lines).flat_map(move |line| bare_terms(tag).map(move |term| (line, term)))).collect()
}

/// The terms of a detection without their exceptions, which stand behind the name.
fn bare_terms(one: &Detection) -> impl Iterator<Item = Term> {
    one.expr.terms().into_iter().map(|term| Term { exception: None, ..term.clone() })
}

/// Text after a key.
struct Value {
    text: String,
    /// From the start of the key's line to the end of the last line.
    span: Span,
    /// Bytes of the key.
    key: u32,
    /// Flaw of the key.
    note: Option<String>,
}

/// Text after the key, as far as an expression can run, and its place.
fn value(page: &Page<'_>, hit: u32) -> Option<Value> {
    let line = page.line_at(hit);
    let before = Span::new(line.start, hit).of(page.text);
    if is_talk(before) {
        return None;
    }
    let (key, note) = key::read(Span::new(hit, line.end).of(page.text))?;
    let after = Span::new(hit + key as u32, line.end).of(page.text).trim_start();
    // A key of JSON ends in a quote, and values of JSON and YAML begin with one.
    let rest =
        after.strip_prefix('"').filter(|_| before.trim_end().ends_with('"')).unwrap_or(after).strip_prefix(':')?;
    let rest = rest.trim_start().strip_prefix(['"', '\'']).unwrap_or(rest);
    if rest.trim_start().starts_with(['\\', '%', '$', '[', '{', '.']) {
        return None;
    }
    let (text, end) = whole(page, rest, line.end);
    Some(Value { text, span: Span::new(line.start, end), key: key as u32, note })
}

/// The value that begins with `rest`, with the lines on which it goes on; where the last of them ends.
fn whole(page: &Page<'_>, rest: &str, mut end: u32) -> (String, u32) {
    let mut text = ended(&rest[..floor_boundary(rest, MOST_BYTES)]).to_owned();
    for _ in 0..MOST_LINES {
        let next = next_line(page, end);
        let Some(next) = next.filter(|next| goes_on(&text, bare(next.of(page.text)))) else { break };
        text.push(' ');
        text.push_str(ended(bare(next.of(page.text))));
        end = next.end;
    }
    (text, end)
}

/// True where the words before the key show that the tag is only mentioned.
fn is_talk(before: &str) -> bool {
    let trimmed = before.trim_end();
    if trimmed.ends_with(['`', '^', '(', '|']) && !trimmed.ends_with("((") {
        return !trimmed.ends_with('(') || trimmed.len() > 1;
    }
    let quoted = trimmed.ends_with(['"', '\'']);
    let code = trimmed.contains(['(', '=', ',']) || trimmed.contains("echo") || trimmed.contains("print");
    let last = trimmed.rsplit(|letter: char| !letter.is_ascii_alphabetic()).next().unwrap_or("").to_ascii_lowercase();
    let prose = ["the", "a", "an", "use", "add", "like", "no", "missing", "tag", "your", "and", "of", "without"];
    (quoted && code) || prose.contains(&last.as_str())
}

/// `text` up to the end of its comment or string.
fn ended(text: &str) -> &str {
    let ends = ["*/", "-->", "--}}", "#}", "\"", "'", "`", "<", "\\n", "*)", "|", "%>", "]]", "}}"];
    let cut = ends.iter().filter_map(|end| text.find(end)).min().unwrap_or(text.len());
    text[..cut].trim_end_matches([' ', '\t', '\r', '*', '#', ';'])
}

/// A line without its comment prefix.
fn bare(line: &str) -> &str {
    let bare = line.trim_start_matches(|letter: char| !letter.is_ascii_alphanumeric() && letter != '(');
    ["dnl ", "rem ", "REM "].iter().find_map(|prefix| bare.strip_prefix(prefix)).unwrap_or(bare)
}

/// The line behind the one that ends at `end`; there is none behind a part of a line that is too long to be read whole.
fn next_line(page: &Page<'_>, end: u32) -> Option<Span> {
    let rest = page.text.get(end as usize..)?;
    let skip = match rest.as_bytes() {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => return None,
    };
    (rest.len() > skip).then(|| page.line_at(end + skip as u32))
}

/// True where an expression that reads `text` so far goes on with the line `next`.
fn goes_on(text: &str, next: &str) -> bool {
    let open = text.matches('(').count() > text.matches(')').count();
    let last = text.split_whitespace().last().unwrap_or("");
    let first = next.split_whitespace().next().unwrap_or("");
    let operator = |word: &str| matches!(word, "AND" | "OR" | "WITH");
    // A line with a tag of its own begins another expression.
    let is_tag = first.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("SPDX-"));
    !next.is_empty() && !is_tag && (open || operator(last) || operator(first) || matches!(last, "and" | "or" | "with"))
}

/// The longest expression at the start of `text`, what was repaired in it, and how many bytes it has.
pub(super) fn expression(text: &str) -> Option<(LicenseExpr, Option<String>, usize)> {
    let mut reader = Reader { spelled: Vec::new(), notes: Vec::new(), complete: 0, used: 0, depth: 0, worded: false };
    for (at, token) in tokens(text) {
        if !reader.take(token) {
            break;
        }
        if reader.spelled.last().is_some_and(|last| !is_operator(last) && last != "(") {
            reader.complete = reader.spelled.len();
            reader.used = at + token.len();
        }
    }
    let read = reader.expression();
    let worded = reader.worded || read.is_none() || is_later(&text[reader.used..]);
    let words = if worded && !text.contains('(') { in_words(text) } else { None };
    let notes = std::mem::take(&mut reader.notes);
    let (expr, notes, used) = match (read, words) {
        (read, Some((expr, note))) if read.as_ref().is_none_or(|read| says_more(&expr, read)) => {
            (expr, vec![note], text.len())
        }
        (read, _) => (read?, notes, reader.used),
    };
    Some((expr, (!notes.is_empty()).then(|| notes.join("; ")), used))
}

/// A license in words instead of ids: "The MIT License", "GPLv2 or later".
fn in_words(text: &str) -> Option<(LicenseExpr, String)> {
    let (expr, _) = notice::named(text)?;
    let note = format!("`{}` read as {expr}", text.trim());
    (!expr.terms().iter().any(|term| term.is_reference())).then_some((expr, note))
}

/// "or later" behind an id.
fn is_later(rest: &str) -> bool {
    let mut words = rest.split_whitespace().map(str::to_ascii_lowercase);
    words.next().is_some_and(|word| word == "or" || word == ",or")
        && words.take(2).any(|word| word.starts_with("later") || word.starts_with("newer"))
}

/// True where `words` speak of the same licenses as `read`, or of more.
fn says_more(words: &LicenseExpr, read: &LicenseExpr) -> bool {
    let terms = words.terms();
    terms.len() >= read.terms().len()
        && read.terms().iter().all(|term| terms.iter().any(|word| notice::family(word) == notice::family(term)))
}

struct Reader {
    spelled: Vec<String>,
    notes: Vec<String>,
    /// How many words form a whole expression.
    complete: usize,
    used: usize,
    depth: usize,
    /// A term was read from words.
    worded: bool,
}

impl Reader {
    /// Takes one token; false where the expression ends before it.
    fn take(&mut self, token: &str) -> bool {
        let last = self.spelled.last().map(String::as_str);
        let wants_term = last.is_none_or(|last| is_operator(last) || last == "(");
        match (token, wants_term) {
            ("(", true) => self.depth += 1,
            (")", false) if self.depth > 0 => self.depth -= 1,
            ("(" | ")", _) => return false,
            (_, true) => return self.term(token),
            (_, false) => {
                let operator = operator(token);
                // Two ids without an operator (`GPL-2.0+ BSD-3-Clause`): both apply.
                if operator.is_none() && Term::from_id(token).is_some_and(|_| token.contains(['-', '.'])) {
                    self.notes.push("ids without an operator between them".to_owned());
                    self.spelled.push("AND".to_owned());
                    return self.term(token);
                }
                return operator.map(|operator| self.spelled.push(operator.to_owned())).is_some();
            }
        }
        self.spelled.push(token.to_owned());
        true
    }

    /// Part that was read so far, as far as it is whole.
    fn expression(&self) -> Option<LicenseExpr> {
        let mut spelled = self.spelled[..self.complete].to_vec();
        let count = |bracket: &str| spelled.iter().filter(|word| *word == bracket).count();
        let open = count("(").saturating_sub(count(")"));
        spelled.extend(std::iter::repeat_n(")".to_owned(), open));
        license::parse(&spelled.join(" ")).ok()
    }

    fn term(&mut self, token: &str) -> bool {
        let after_with = self.spelled.last().is_some_and(|last| last == "WITH");
        let listed = if after_with { id::exception(token) } else { id::license(token) };
        self.worded |= listed.is_none() && !after_with;
        let read = listed.or_else(|| if after_with { None } else { self::word(token) });
        let Some((id, note)) = read else { return false };
        self.spelled.push(id);
        self.notes.extend(note);
        true
    }
}

/// The license that one word names, such as `GPLv2`, in brackets where it is more than one term.
fn word(token: &str) -> Option<(String, Option<String>)> {
    let (expr, note) = in_words(token)?;
    let spelled = expr.to_string();
    Some((if spelled.contains(' ') { format!("( {spelled} )") } else { spelled }, Some(note)))
}

fn is_operator(word: &str) -> bool {
    matches!(word, "AND" | "OR" | "WITH")
}

fn operator(token: &str) -> Option<&'static str> {
    match token {
        "AND" | "and" | "And" | "&" | "&&" | "," => Some("AND"),
        "OR" | "or" | "Or" | "|" | "||" | "/" => Some("OR"),
        "WITH" | "with" | "With" | "w/" => Some("WITH"),
        _ => None,
    }
}

/// The tokens of `text` with their offsets: words, brackets, and the signs that some write for operators.
fn tokens(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.' | '+' | ':' | '_');
    let mut at = 0;
    std::iter::from_fn(move || {
        at += text[at..].len() - text[at..].trim_start().len();
        let rest = &text[at..];
        let first = rest.chars().next()?;
        let len = if is_word(first) {
            rest.find(|letter| !is_word(letter)).unwrap_or(rest.len())
        } else {
            let double = rest.starts_with("||") || rest.starts_with("&&");
            if double { 2 } else { first.len_utf8() }
        };
        let found = (at, rest[..len].trim_end_matches(['.', ':']));
        at += len;
        Some(found)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::RelPath;

    fn tags(text: &str) -> Vec<String> {
        read(text).iter().map(|one| format!("{} {}", one.lines, one.expr)).collect()
    }

    fn read(text: &str) -> Vec<Detection> {
        let path = RelPath::new("a.c").expect("relative");
        let page = Page::new(&path, text);
        let low = text.to_ascii_lowercase();
        let places = |key: &&str| low.match_indices(*key).map(|(at, _)| at as u32).collect::<Vec<_>>();
        let hits: Vec<u32> = key::TRIGGERS.iter().flat_map(places).collect();
        let mut seen = Seen::default();
        reads(&page, &hits, &mut seen);
        seen.detections
    }

    #[test]
    fn every_comment_style_holds_a_tag() {
        for line in [
            "/* SPDX-License-Identifier: MIT */",
            "<!-- SPDX-License-Identifier: MIT -->",
            "dnl SPDX-License-Identifier: MIT",
            "% spdx-license-identifier:MIT",
            ".\\\" SPDX-License-Identifier: MIT",
            "-- SPDX-License-Identifier: mit",
            "(* SPDX-License-Identifier: MIT *)",
            "{{!-- SPDX-License-Identifier: MIT --}}",
            "SPDX-License-Identifier: \"MIT\"",
            "  \"SPDX-License-Identifier\": \"MIT\",",
        ] {
            assert_eq!(tags(line), ["1 MIT"], "{line}");
        }
    }

    #[test]
    fn an_expression_goes_on_over_line_ends() {
        assert_eq!(
            tags("# SPDX-License-Identifier: (MIT OR\n#   Apache-2.0) AND\n# ISC\n# more"),
            ["1-3 ISC AND (Apache-2.0 OR MIT)"]
        );
        assert_eq!(tags("# SPDX-License-Identifier: MIT\n#   OR Zlib\nx"), ["1-2 MIT OR Zlib"]);
    }

    #[test]
    fn a_line_with_a_tag_of_its_own_is_no_continuation() {
        let text = "// SPDX-License-Identifier: MIT OR\n// SPDX-FileCopyrightText: 2020 ISC\n";
        assert_eq!(tags(text), ["1 MIT"]);
        let open = "# SPDX-License-Identifier: (MIT OR\n# SPDX-License-Identifier: ISC\n";
        assert_eq!(tags(open), ["1 MIT", "2 ISC"]);
    }

    #[test]
    fn words_after_the_expression_are_not_part_of_it() {
        assert_eq!(tags("// SPDX-License-Identifier: GPL-2.0+ see COPYING"), ["1 GPL-2.0-or-later"]);
        assert_eq!(tags("SPDX-License-Identifier: GPL-2.0+ BSD-3-Clause"), ["1 BSD-3-Clause AND GPL-2.0-or-later"]);
    }

    #[test]
    fn slips_are_repaired_where_one_id_can_be_meant() {
        assert_eq!(tags("// SPDX-License-Identifier: Apach-2.0"), ["1 Apache-2.0"]);
        assert_eq!(tags("// SPDX-License-Identifier: BSD-3-Claus"), ["1 BSD-3-Clause"]);
        assert_eq!(tags("// SPDX-License-Identifier: GPLv2+"), ["1 GPL-2.0-or-later"]);
    }

    #[test]
    fn words_in_the_place_of_an_id_are_read_as_in_a_license_field() {
        assert_eq!(tags("-- SPDX-License-Identifier: Apache 1.1"), ["1 Apache-1.1"]);
        assert_eq!(tags("-- SPDX-License-Identifier: The MIT License"), ["1 MIT"]);
        assert_eq!(tags("-- SPDX-License-Identifier: GPL-2.0 or later"), ["1 GPL-2.0-or-later"]);
        assert_eq!(tags("-- SPDX-License-Identifier: GPLv2 or later"), ["1 GPL-2.0-or-later"]);
        assert_eq!(tags("-- SPDX-License-Identifier: (GPLv2 OR MIT) AND ISC"), ["1 ISC AND (GPL-2.0-only OR MIT)"]);
    }

    #[test]
    fn a_misspelt_key_is_read_with_a_note() {
        assert_eq!(tags(";; SPDX-Licence-Identifier: MIT"), ["1 MIT"]);
        assert_eq!(tags("# SPDX License Identifier: ISC OR MIT"), ["1 ISC OR MIT"]);
        assert!(tags("# SPDX-License-List-Version: 3").is_empty());
    }

    #[test]
    fn an_id_that_nobody_knows_is_a_clue() {
        let seen = read("// SPDX-License-Identifier: Frobnicate-1.0");
        let told: Vec<_> = seen.iter().map(|one| (one.class, one.expr.to_string(), one.note.is_some())).collect();
        assert_eq!(told, [(Witness::Clue, "LicenseRef-Frobnicate-1.0".to_owned(), true)]);
        assert!(read("// SPDX-License-Identifier: NOASSERTION").is_empty());
    }

    #[test]
    fn a_tag_that_is_only_talked_about_is_none() {
        for line in [
            "re.compile(\"SPDX-License-Identifier: MIT\")",
            "Use the `SPDX-License-Identifier: MIT` line.",
            "RX = r'SPDX-License-Identifier:\\s*(.*)'",
            "text = \"SPDX-License-Identifier: \" + id",
            "write the SPDX-License-Identifier: MIT tag",
            "SPDX-License-Identifier is a tag",
        ] {
            assert!(tags(line).is_empty(), "{line}");
        }
    }
}
