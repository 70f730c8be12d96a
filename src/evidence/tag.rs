//! `SPDX-License-Identifier` and `SPDX-FileCopyrightText`, wherever a comment can hold them.
//!
//! Reads the expression and nothing else; a tag that is only talked about (a regular expression, a string of a
//! program, prose) is none. Ids are repaired where exactly one id of the list can be meant, and the note says so.

use super::Page;
use super::detection::{Detection, Score, Witness};
use super::detector::{Rule, Seen};
use super::grant;
use super::page::floor_boundary;
use crate::license::{self, LicenseExpr, Term, exceptions, licenses};
use crate::text::Span;

/// The detector of tags.
pub(super) const RULE: Rule = Rule { id: "tag", triggers: &["spdx-license-identifier"], reads };

const KEY: usize = "SPDX-License-Identifier".len();
/// Bytes of a line after the key in which an expression is looked for.
const MOST_BYTES: usize = 600;
/// An expression that runs over more lines than this is not one.
const MOST_LINES: usize = 12;

fn reads(page: &Page<'_>, hits: &[u32], seen: &mut Seen) {
    for hit in hits {
        if let Some((value, span)) = value(page, *hit)
            && let Some((expr, note, used)) = expression(&value)
        {
            let end = span.end.saturating_sub((value.len() - used) as u32).max(hit + KEY as u32);
            let end = if value.contains('\n') { end } else { span.end };
            let quoted = Span::new(*hit, super::page::floor_boundary(page.text, end as usize) as u32);
            seen.detections.push(Detection {
                expr,
                class: Witness::Tag,
                by: "tag",
                lines: page.line_range(quoted),
                score: if note.is_some() { Score(9_000) } else { Score::FULL },
                quote: grant::quote(quoted.of(page.text)),
                note,
            });
        }
    }
}

/// What stands after the key, as far as an expression can run, and where that is.
fn value(page: &Page<'_>, hit: u32) -> Option<(String, Span)> {
    let line = page.line_at(hit);
    let before = Span::new(line.start, hit).of(page.text);
    if is_talk(before) {
        return None;
    }
    let after = Span::new((hit + KEY as u32).min(line.end), line.end).of(page.text).trim_start();
    // A key of JSON ends in a quote, and values of JSON and YAML begin with one.
    let rest =
        after.strip_prefix('"').filter(|_| before.trim_end().ends_with('"')).unwrap_or(after).strip_prefix(':')?;
    let rest = rest.trim_start().strip_prefix(['"', '\'']).unwrap_or(rest);
    if rest.trim_start().starts_with(['\\', '%', '$', '[', '{', '.']) {
        return None;
    }
    let mut text = ended(&rest[..floor_boundary(rest, MOST_BYTES)]).to_owned();
    let mut end = line.end;
    for _ in 0..MOST_LINES {
        let next = next_line(page, end);
        let Some(next) = next.filter(|next| goes_on(&text, bare(next.of(page.text)))) else { break };
        text.push(' ');
        text.push_str(ended(bare(next.of(page.text))));
        end = next.end;
    }
    Some((text, Span::new(line.start, end)))
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

fn next_line(page: &Page<'_>, end: u32) -> Option<Span> {
    let rest = page.text.get(end as usize..)?;
    let skip = if rest.starts_with("\r\n") { 2 } else { 1 };
    (rest.len() > skip).then(|| page.line_at(end + skip as u32))
}

/// True where an expression that reads `text` so far goes on with the line `next`.
fn goes_on(text: &str, next: &str) -> bool {
    let open = text.matches('(').count() > text.matches(')').count();
    let last = text.split_whitespace().last().unwrap_or("");
    let first = next.split_whitespace().next().unwrap_or("");
    let operator = |word: &str| matches!(word, "AND" | "OR" | "WITH");
    !next.is_empty() && (open || operator(last) || operator(first) || matches!(last, "and" | "or" | "with"))
}

/// The longest expression at the start of `text`, what was repaired in it, and how many bytes it has.
pub(super) fn expression(text: &str) -> Option<(LicenseExpr, Option<String>, usize)> {
    let mut reader = Reader { spelled: Vec::new(), notes: Vec::new(), complete: 0, used: 0, depth: 0 };
    for (at, token) in tokens(text) {
        if !reader.take(token) {
            break;
        }
        if reader.spelled.last().is_some_and(|last| !is_operator(last) && last != "(") {
            reader.complete = reader.spelled.len();
            reader.used = at + token.len();
        }
    }
    reader.spelled.truncate(reader.complete);
    let open = reader.spelled.iter().filter(|word| *word == "(").count();
    let closed = reader.spelled.iter().filter(|word| *word == ")").count();
    reader.spelled.extend(std::iter::repeat_n(")".to_owned(), open.saturating_sub(closed)));
    let expr = license::parse(&reader.spelled.join(" ")).ok()?;
    let note = (!reader.notes.is_empty()).then(|| reader.notes.join("; "));
    Some((expr, note, reader.used))
}

struct Reader {
    spelled: Vec<String>,
    notes: Vec<String>,
    /// How many words form a whole expression.
    complete: usize,
    used: usize,
    depth: usize,
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

    fn term(&mut self, token: &str) -> bool {
        let after_with = self.spelled.last().is_some_and(|last| last == "WITH");
        let read = if after_with { exception(token) } else { license_id(token) };
        let Some((id, note)) = read else { return false };
        self.spelled.push(id);
        self.notes.extend(note);
        true
    }
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

/// The id in the spelling of the list; a note where it had to be repaired.
fn license_id(token: &str) -> Option<(String, Option<String>)> {
    if token.starts_with("LicenseRef-") || token.starts_with("DocumentRef-") {
        return Some((token.to_owned(), None));
    }
    let note = |id: &str| Some(format!("`{token}` read as {id}"));
    if let Some(listed) = license::license_ignoring_case(token) {
        let deprecated = listed.deprecated && Term::from_id(token).is_none_or(|term| term.to_string() != listed.id);
        return Some((token.to_owned(), deprecated.then(|| format!("deprecated id {}", listed.id))));
    }
    if let Some(term) = Term::from_id(token) {
        let id = if term.exception.is_some() { format!("( {term} )") } else { token.to_owned() };
        return Some((id, None));
    }
    if let Some(id) = nearest(token, licenses().filter(|one| !one.deprecated).map(|one| one.id)) {
        return Some((id.to_owned(), note(id)));
    }
    let (expr, _) = grant::named(token)?;
    let spelled = expr.to_string();
    let id = if spelled.contains(' ') { format!("( {spelled} )") } else { spelled };
    (!id.starts_with("LicenseRef")).then(|| (id.clone(), note(&id)))
}

fn exception(token: &str) -> Option<(String, Option<String>)> {
    if token.starts_with("LicenseRef-") || token.starts_with("AdditionRef-") {
        return Some((token.replacen("LicenseRef-", "AdditionRef-", 1), None));
    }
    if let Some(listed) = license::exception(token) {
        return Some((listed.id.to_owned(), None));
    }
    let id = nearest(token, exceptions().map(|one| one.id))?;
    Some((id.to_owned(), Some(format!("`{token}` read as {id}"))))
}

/// The one id that differs from `token` by a slip of the keyboard: one letter in short ids, two in long ones, and
/// never a digit, because a digit is another version.
fn nearest(token: &str, ids: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let most = match token.len() {
        0..=4 => return None,
        5..=9 => 1,
        _ => 2,
    };
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let low = token.replace('_', "-").to_ascii_lowercase();
    let mut best: Vec<(usize, &'static str)> = ids
        .filter(|id| id.len().abs_diff(low.len()) <= most && digits(id) == digits(&low))
        .map(|id| (distance(&low, &id.to_ascii_lowercase()), id))
        .filter(|(distance, _)| *distance <= most)
        .collect();
    best.sort_unstable();
    match best.as_slice() {
        [(_, only)] => Some(only),
        [(first, id), (second, _), ..] if first < second => Some(id),
        _ => None,
    }
}

fn distance(left: &str, right: &str) -> usize {
    let right: Vec<u8> = right.bytes().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (at, letter) in left.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], at + 1);
        for (column, other) in right.iter().enumerate() {
            let cost = diagonal + usize::from(letter != *other);
            diagonal = row[column + 1];
            row[column + 1] = cost.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::RelPath;

    fn tags(text: &str) -> Vec<String> {
        let path = RelPath::new("a.c").expect("relative");
        let page = Page::new(&path, text);
        let low = text.to_ascii_lowercase();
        let hits: Vec<u32> = low.match_indices("spdx-license-identifier").map(|(at, _)| at as u32).collect();
        let mut seen = Seen::default();
        reads(&page, &hits, &mut seen);
        seen.detections.iter().map(|one| format!("{} {}", one.lines, one.expr)).collect()
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
    fn words_after_the_expression_are_not_part_of_it() {
        assert_eq!(tags("// SPDX-License-Identifier: GPL-2.0+ see COPYING"), ["1 GPL-2.0-or-later"]);
        assert_eq!(tags("SPDX-License-Identifier: GPL-2.0+ BSD-3-Clause"), ["1 BSD-3-Clause AND GPL-2.0-or-later"]);
    }

    #[test]
    fn slips_are_repaired_where_one_id_can_be_meant() {
        assert_eq!(tags("// SPDX-License-Identifier: Apach-2.0"), ["1 Apache-2.0"]);
        assert_eq!(tags("// SPDX-License-Identifier: BSD-3-Claus"), ["1 BSD-3-Clause"]);
        assert_eq!(tags("// SPDX-License-Identifier: GPLv2+"), ["1 GPL-2.0-or-later"]);
        assert!(tags("// SPDX-License-Identifier: Frobnicate").is_empty());
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
