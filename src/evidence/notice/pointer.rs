//! "See the file COPYING": words that lead to the file in which the license is.
//!
//! Knows how people refer to files; what the file says is for the assembly of all files. Invariant: a pointer is
//! reported only where its sentence is about a license.

use super::words::{Gap, Kind, Words};
use crate::evidence::detection::Pointer;
use crate::evidence::page::{Page, quote};
use crate::text::Span;

/// Words of which one must stand in the sentence.
const ABOUT: &[&str] = &[
    "license",
    "licence",
    "licensing",
    "licensed",
    "copyright",
    "copying",
    "terms",
    "conditions",
    "permission",
    "permissions",
    "redistribution",
    "licenses",
];
/// Beginnings of the names of files that hold licenses.
const FILES: &[&str] = &["license", "licence", "copying", "copyright", "unlicense", "readme", "notice"];
/// Words that lead to a file.
const LEADS: &[&str] = &[
    "see",
    "in",
    "file",
    "files",
    "the",
    "accompanying",
    "of",
    "under",
    "by",
    "read",
    "refer",
    "to",
    "at",
    "included",
    "with",
    "check",
    "or",
    "and",
];

/// Bytes of the name of a file at most: a longer run of letters is data, and reading it at each word of a minified file
/// would cost the whole file again each time.
const LONGEST_NAME: usize = 80;

/// The references in `words`.
pub(super) fn pointers(words: &Words, page: &Page<'_>) -> Vec<Pointer> {
    let mut found: Vec<Pointer> = Vec::new();
    for at in 1..words.len() {
        let Some(span) = file_name(words, at, page.text) else { continue };
        if !words.is(at - 1, LEADS)
            || is_heading(words, at)
            || words.gap(at).has(Gap::STOP)
            || words.gap(at).has(Gap::PARAGRAPH)
        {
            continue;
        }
        let Some(first) = sentence_about(words, at).filter(|_| !is_elsewhere(words, at, span, page.text)) else {
            continue;
        };
        let start = words.get(first).map_or(span.start, |word| word.span.start);
        let quoted = Span::new(start.min(span.start), span.end);
        let target = span.of(page.text).trim_start_matches("./").to_owned();
        if found.last().is_none_or(|last| last.target != target) {
            found.push(Pointer { target, lines: page.line_range(quoted), quote: quote(quoted.of(page.text)) });
        }
    }
    found
}

/// The name of a license file, or of a source file that another one points at for its terms.
fn file_name(words: &Words, at: usize, text: &str) -> Option<Span> {
    let word = words.get(at)?;
    // `CPACK_RESOURCE_FILE_LICENSE` is a name in a program.
    let is_part = text[..word.span.start as usize].ends_with('_');
    if word.kind != Kind::Letters || is_part {
        return None;
    }
    let rest = text.get(word.span.start as usize..)?;
    let inside = |letter: &u8| letter.is_ascii_alphanumeric() || matches!(letter, b'.' | b'-' | b'_' | b'/');
    let len = rest.bytes().take(LONGEST_NAME).take_while(inside).count();
    let name = rest[..len].trim_end_matches(['.', '-', '/']);
    let last = name.rsplit('/').next().unwrap_or(name);
    let low = last.to_ascii_lowercase();
    let is_header = low.ends_with(".h") && words.is(at - 1, &["in", "see", "of"]);
    let named = FILES.iter().any(|start| low.starts_with(start));
    let written = last.starts_with(|first: char| first.is_ascii_uppercase())
        && last.bytes().take(4).all(|byte| byte.is_ascii_uppercase())
        || last.contains('.')
        || last.contains("LICENSE");
    let fits = is_header || named && written;
    fits.then(|| Span::new(word.span.start, word.span.start + name.len() as u32))
}

/// True for the heading `COPYRIGHT AND LICENSE`, also of a manual in POD.
fn is_heading(words: &Words, at: usize) -> bool {
    let Some(first) = at.checked_sub(2) else { return false };
    let begins = words.gap(first).has(Gap::NEWLINE)
        || words.is(first.wrapping_sub(1), &["1", "2", "3"]) && words.is(first.wrapping_sub(2), &["head"]);
    begins
        && words.gap(at + 1).has(Gap::NEWLINE)
        && words.is(at - 1, &["and"])
        && words.is(first, &["copyright", "author", "authors", "credits", "warranty"])
}

/// True in "the LICENSE file https://example.org/src/LICENSE": the file is another project's.
fn is_elsewhere(words: &Words, at: usize, name: Span, text: &str) -> bool {
    let behind = (at..at + 4).find(|next| words.get(*next).is_none_or(|word| word.span.start >= name.end));
    let next = behind.map(|next| next + usize::from(words.is(next, &["file"])));
    next.is_some_and(|next| {
        words.kind(next) == Some(Kind::Url)
            && !words.gap(next).has(Gap::STOP)
            && !words.gap(next).has(Gap::OPEN)
            && words.text(next).rsplit('/').next() == name.of(text).rsplit('/').next()
    })
}

/// The first word of the sentence around the word at `at`, where the sentence is about a license.
fn sentence_about(words: &Words, at: usize) -> Option<usize> {
    let ends = |place: usize| words.gap(place).has(Gap::STOP) || words.gap(place).has(Gap::PARAGRAPH);
    let first = (at.saturating_sub(30)..=at).rev().find(|place| ends(*place)).unwrap_or(at.saturating_sub(30));
    let last = (at + 1..at + 16).find(|place| ends(*place)).unwrap_or(at + 16);
    let about = (first..last).filter(|place| *place != at).any(|place| words.is(place, ABOUT));
    // "See the LICENSE file for details": the name of the file says what it is about.
    let says_license = words.is(at, &["license", "licence", "copying", "unlicense"]);
    let sent = (at.saturating_sub(2)..at).any(|back| words.is(back, &["see", "read"]));
    (about || says_license && sent).then_some(first)
}

#[cfg(test)]
mod tests {
    use crate::evidence::Detector;
    use crate::text::RelPath;

    #[test]
    fn a_reference_leads_to_the_license_of_its_file() {
        let detector = Detector::usual();
        let read = |path: &str, text: &str| detector.read(&RelPath::new(path).expect("relative"), text.as_bytes());
        let files = [read("src/a.c", "/* See the file COPYING for license terms. */"), read("src/b.c", "int x;")];
        assert_eq!(files[0].pointers.iter().map(|one| one.target.as_str()).collect::<Vec<_>>(), ["COPYING"]);
        assert!(files[1].pointers.is_empty());
    }
}
