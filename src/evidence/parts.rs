//! Texts in a license document that are not of the project but of what it bundles.
//!
//! Reads the words between the texts, never a path. Invariant: the first statement of a document, a text or a grant,
//! stays its own, and so does every text above the first announcement.

use std::sync::LazyLock;

use serde::Deserialize;

use super::detection::{PART_TEXT, Role, Seen, Witness};
use super::page::Page;
use super::restriction::pattern::{Pattern, Word, read};

/// The rows as they are written, for the fingerprint.
pub(super) const TABLE: &str = include_str!("parts.toml");

#[derive(Deserialize)]
struct File {
    row: Vec<Row>,
}

#[derive(Deserialize)]
#[cfg_attr(test, serde(deny_unknown_fields))]
struct Row {
    #[cfg(test)]
    id: String,
    r#match: Vec<String>,
    /// True where its words end what another row announced: what follows is the project's own again.
    #[serde(default)]
    ends: bool,
    #[cfg(test)]
    yes: Vec<String>,
    #[cfg(test)]
    no: Vec<String>,
}

impl Row {
    fn patterns(&self) -> impl Iterator<Item = Pattern> {
        self.r#match.iter().filter_map(|line| Pattern::parse(line))
    }
}

/// Patterns that announce bundled works, and those that end what was announced.
static PATTERNS: LazyLock<[Vec<Pattern>; 2]> = LazyLock::new(|| {
    let file: File = toml::from_str(TABLE).expect("a test reads the file");
    [false, true].map(|ends| file.row.iter().filter(|row| row.ends == ends).flat_map(Row::patterns).collect())
});

/// Marks the texts of a license document that stand below the words that announce what is bundled.
pub(super) fn settle(page: &Page<'_>, role: Role, seen: &mut Seen) {
    let is_text = |class: Witness| class == Witness::Text;
    let texts: Vec<_> = seen.detections.iter().filter(|one| is_text(one.class)).map(|one| one.lines).collect();
    let own = seen.detections.iter().filter(|one| one.class <= Witness::Text).map(|one| one.lines).min();
    let (Role::LicenseText, Some(own)) = (role, own) else { return };
    if !texts.iter().any(|text| text.first > own.last) {
        return;
    }
    let words = read(page.text, 0, page.text.len());
    let [announces, ends] = &*PATTERNS;
    let Some(line) = line_of(announces, page, &words, own.last, &texts) else { return };
    let end = line_of(ends, page, &words, line, &texts).unwrap_or(u32::MAX);
    let is_below =
        |one: &&mut super::detection::Detection| is_text(one.class) && (line + 1..end).contains(&one.lines.first);
    seen.detections.iter_mut().filter(is_below).for_each(|one| one.by = PART_TEXT);
}

/// The first line behind line `behind`, outside of all texts, that one of `patterns` matches.
fn line_of(
    patterns: &[Pattern],
    page: &Page<'_>,
    words: &[Word],
    behind: u32,
    texts: &[crate::text::LineRange],
) -> Option<u32> {
    (0..words.len()).find_map(|at| {
        let end = patterns.iter().find_map(|pattern| pattern.matches(words, at))?.end;
        let span = crate::text::Span::new(words[at].span.start, words[end - 1].span.end);
        let lines = page.line_range(span);
        let is_inside = texts.iter().any(|text| text.first <= lines.first && lines.last <= text.last);
        (lines.first > behind && !is_inside).then_some(lines.first)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Detector;
    use crate::license::license;
    use crate::text::RelPath;

    #[test]
    fn every_row_finds_its_yes_and_not_its_no() {
        let file: File = toml::from_str(TABLE).expect("rows");
        for row in &file.row {
            let own: Vec<Pattern> = row.patterns().collect();
            assert_eq!(own.len(), row.r#match.len(), "{}: a pattern begins with a word", row.id);
            let sees = |patterns: &[Pattern], text: &str| {
                let words = read(text, 0, text.len());
                (0..words.len()).any(|at| patterns.iter().any(|one| one.matches(&words, at).is_some()))
            };
            for text in &row.yes {
                assert!(sees(&own, text), "{} does not find {text:?}", row.id);
            }
            for text in &row.no {
                assert!(!sees(&PATTERNS[usize::from(row.ends)], text), "{} finds {text:?}", row.id);
            }
        }
    }

    #[test]
    fn texts_below_an_announcement_are_of_parts() {
        let text = |id: &str| license(id).expect("listed").text;
        let of = |between: &str| {
            let text = format!("Foo is licensed as follows:\n\n{}\n\n{between}\n\n{}\n", text("MIT"), text("ISC"));
            let path = RelPath::new("LICENSE").expect("relative");
            let evidence = Detector::usual().read(&path, text.as_bytes());
            let parts = evidence.detections.iter().filter(|one| one.is_of_part());
            parts.map(|one| one.expr.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(
            of("The externally maintained libraries used by Foo are:\n\n- Acorn, located at deps/acorn:"),
            ["ISC"]
        );
        assert_eq!(of("Alternatively, you may use Foo under these terms:"), Vec::<String>::new());
        let third = "Foo contains third party software:\n\nEach part names its license in its own folder.";
        assert_eq!(of(third), ["ISC"]);
        assert_eq!(of(&format!("{third}\n\nLegacy Foo License:")), Vec::<String>::new());
        assert_eq!(of("Alternatively, the file foo.h may be licensed under these terms:"), ["ISC"]);
    }
}
