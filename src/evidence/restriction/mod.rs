//! Restrictions: words beside or inside the text or grant of a license that take something away from it.
//!
//! Knows rows of words and where full texts stand; what the exact text of a license says is of that license and no
//! restriction. A license with a restriction is `LicenseRef-modified-<id>`, never the license itself. Invariant: a
//! restriction is reported only in a license document, or near the words that it restricts.

mod changed;
mod look;
pub(super) mod pattern;
mod rows;
mod triggers;

use self::look::{unknown, windows};
use self::rows::{ROWS, Row};
pub(super) use self::triggers::TRIGGERS;
use std::collections::BTreeSet;

use super::detection::{
    Detection, DetectorId, RESTRICTION, Restriction, RestrictionKind, Role, Score, Seen, UNEXPLAINED, Witness,
};
use super::page::{Page, quote};
use super::readme::is_readme;
use crate::license::{self, LicenseExpr, Term};
use crate::text::{LineRange, Span};

/// The rows, for the fingerprint too; only tests read their examples.
#[cfg(not(test))]
pub(super) const TABLE: &str = include_str!(concat!(env!("OUT_DIR"), "/restrictions.rows"));
#[cfg(test)]
pub(super) const TABLE: &str = include_str!("restrictions.toml");

/// The name of the detector.
pub(super) const ID: DetectorId = RESTRICTION;

/// Restrictions of one file that are kept: more of them are a list of data.
const MOST: usize = 64;

/// Keeps the places where words of restrictions stand: [`settle`] reads around them, once it is known where licenses are.
pub(super) fn reads(_: &Page<'_>, hits: &[u32], seen: &mut Seen) {
    seen.restrictive.extend_from_slice(hits);
}

/// The restrictions of a file, also those that a full text explains.
fn look(page: &Page<'_>, role: Role, seen: &Seen) -> Vec<Restriction> {
    if seen.restrictive.is_empty() && role != Role::LicenseText {
        return Vec::new();
    }
    if is_document(page, role) {
        return within(page, seen, 0, page.text.len());
    }
    let windows = windows(page, seen);
    windows.into_iter().flat_map(|(from, to)| within(page, seen, from, to)).collect()
}

fn within(page: &Page<'_>, seen: &Seen, from: usize, to: usize) -> Vec<Restriction> {
    let words = pattern::read(page.text, from, to);
    let found = ROWS.find_from(&words, unknown(&words, seen).into_iter()).into_iter();
    let stated = found.filter(|(_, range)| !pattern::is_question(page.text, &words, range));
    let in_words = stated.map(|(row, range)| {
        let is_of_sentence = row.is_inserted || row.is_doubt || row.is_general;
        let range = if is_of_sentence { pattern::sentence(&words, &range) } else { range };
        restriction(page, row, words[range].iter().map(|word| word.span).collect())
    });
    let in_letters = ROWS.find_letters(&page.text[from..to]).into_iter().map(|(row, range)| {
        restriction(page, row, vec![Span::new((from + range.start) as u32, (from + range.end) as u32)])
    });
    in_words.chain(in_letters).flatten().collect()
}

/// Looks at a license document. Sentences of which a general row says that they restrict: whether they do depends on
/// whether a known license says the like.
pub(super) fn questions(page: &Page<'_>, role: Role, seen: &mut Seen) -> Vec<Span> {
    if role != Role::LicenseText {
        return Vec::new();
    }
    seen.restricting = look(page, role, seen);
    let mut asked: Vec<Span> = seen
        .restricting
        .iter()
        .filter(|one| is_general(one) && !is_explained(one, &seen.matched))
        .filter_map(whole)
        .collect();
    asked.sort_unstable_by_key(|span| (span.start, span.end));
    asked.dedup();
    asked.truncate(MOST);
    asked
}

/// The bytes from the first to the last word.
fn whole(one: &Restriction) -> Option<Span> {
    Some(Span::new(one.words.first()?.start, one.words.last()?.end))
}

fn is_general(one: &Restriction) -> bool {
    ROWS.named(one.row).is_some_and(|row| row.is_general)
}

/// The restriction that `row` saw in these words; `None` for none.
fn restriction(page: &Page<'_>, row: &'static Row, words: Vec<Span>) -> Option<Restriction> {
    let span = Span::new(words.first()?.start, words.last()?.end);
    let (lines, quote) = (page.line_range(span), quote(span.of(page.text)));
    Some(Restriction { kind: row.kind, row: &row.id, is_inserted: row.is_inserted, lines, quote, of: None, words })
}

/// Lines between a license and what restricts it, outside of license documents.
const NEAR: u32 = 12;

/// Texts of a document to which its other words belong; in a collection of more they belong to what is near.
const FEW: usize = 2;

/// Families of licenses that are named in a document at most where all of it is about one work.
const MANY: usize = 4;

/// Lines between a statement and the words of a restriction of documents that belong to it in other files.
const ADJACENT: u32 = 1;

/// The same in a readme: its section on licenses is a few lines long.
const ADJACENT_IN_README: u32 = 3;

/// Leaves out the restrictions that known texts explain, and puts `LicenseRef-modified-<id>` in the place of the
/// licenses that the others restrict.
pub(super) fn settle(page: &Page<'_>, role: Role, seen: &mut Seen) {
    let told = unexplained(page, role, seen);
    let changed = changed::changed(page, role, seen);
    let before: Vec<LicenseExpr> = seen.detections.iter().map(|found| original(&found.expr)).collect();
    for mut one in told.into_iter().chain(changed) {
        let row = ROWS.named(one.row);
        if row.is_some_and(|row| row.is_doubt) {
            seen.detections.extend(doubt(&one, role, &seen.detections));
            continue;
        }
        if role != Role::LicenseText && is_one_side(page, &one, &seen.detections) {
            continue;
        }
        match host(&one, role, &seen.detections) {
            Some(at) => {
                let base = before.get(at).cloned().unwrap_or_else(|| original(&seen.detections[at].expr));
                if restricts_itself(&base, one.kind) {
                    continue;
                }
                let is_of_all = is_small(role, &seen.detections);
                let same =
                    |found: &&mut Detection| found.class < Witness::Clue && shares(&original(&found.expr), &base);
                restrict(&mut seen.detections[at], &one);
                seen.detections.iter_mut().filter(|_| is_of_all).filter(same).for_each(|found| restrict(found, &one));
                one.of = Some(base);
            }
            None if role == Role::LicenseText || is_readme(page.path) && row.is_some_and(|row| row.is_firm) => {
                seen.detections.extend(alone(&one, role));
            }
            // The header of a file that has terms of its own, and no license.
            None if is_of_header(page, role, &one) && row.is_some_and(|row| row.is_of_header) => {}
            None => continue,
        }
        seen.restrictions.push(one);
    }
    Detection::sort(&mut seen.detections);
    seen.detections.dedup_by(|a, b| a.expr == b.expr && a.by == ID && b.by == ID);
}

/// The restrictions that stand where their rows count and that no known text explains.
fn unexplained(page: &Page<'_>, role: Role, seen: &mut Seen) -> Vec<Restriction> {
    let mut found = match role {
        Role::LicenseText => std::mem::take(&mut seen.restricting),
        _ => look(page, role, seen),
    };
    let terms = first_of_terms(page);
    found.retain(|one| one.lines.first >= terms);
    found.retain(|one| counts_here(one, page, role, seen) && !is_explained(one, &seen.matched));
    found.retain(|one| !is_general(one) || !is_said(one, &seen.said));
    leave_out_verbatim(&mut found, page, seen);
    found.dedup_by(|next, one| next.row == one.row && is_general(one) && next.words == one.words);
    let is_doubt = |one: &Restriction| ROWS.named(one.row).is_some_and(|row| row.is_doubt);
    let (doubts, mut found): (Vec<_>, Vec<_>) = found.into_iter().partition(is_doubt);
    found.retain(|one| !one.is_inserted || is_put_in(one, seen));
    // The rows of documents are general: they say again what a row for the topic says better.
    leave_out_said(&mut found, is_general);
    // Where a row for a topic says what a document takes away, further terms of it say no more.
    if found.iter().any(|one| !is_general(one) && one.kind.is_unfree()) {
        found.retain(|one| !is_general(one));
    }
    leave_out_said(&mut found, |one| one.is_inserted || ROWS.named(one.row).is_some_and(|row| row.is_of_document));
    leave_out_said(&mut found, |one| one.is_inserted);
    found.extend(doubts);
    leave_out_said(&mut found, is_doubt);
    found.truncate(MOST);
    found
}

/// The first line of a document that can state terms: in Debian's copyright format the fields above the first `Files:`
/// describe the package ("Upstream-Contact", "Files-Excluded").
fn first_of_terms(page: &Page<'_>) -> u32 {
    let head = page.text.lines().next().unwrap_or("");
    let is_dep5 = head.starts_with("Format:") && (head.contains("copyright-format") || head.contains("dep5"));
    let files = page.text.find("\nFiles:").filter(|_| is_dep5);
    files.map_or(0, |at| page.line_range(Span::new(at as u32 + 1, at as u32 + 2)).first)
}

/// Leaves out the general restrictions on lines of which another row says something.
fn leave_out_said(found: &mut Vec<Restriction>, is_general: impl Fn(&Restriction) -> bool) {
    let told: BTreeSet<u32> =
        found.iter().filter(|one| !is_general(one)).flat_map(|one| one.lines.first..=one.lines.last).collect();
    found.retain(|one| !is_general(one) || told.range(one.lines.first..=one.lines.last).next().is_none());
}

/// True in documents, and beside a license, where code does not say the like of its functions. Of a collection of
/// licenses, the sentences that only general rows know belong to one of its texts, if they do not stand above them all.
fn counts_here(one: &Restriction, page: &Page<'_>, role: Role, seen: &Seen) -> bool {
    let licenses = || seen.detections.iter().filter(|found| found.class < Witness::Clue);
    if is_general(one) {
        return is_small(role, &seen.detections) || role == Role::LicenseText && is_above(one, &seen.detections);
    }
    if role == Role::LicenseText || ROWS.named(one.row).is_none_or(|row| !row.is_of_document) {
        return true;
    }
    // Prose forbids and limits much that is no use of the work.
    let most = if is_readme(page.path) { ADJACENT_IN_README } else { ADJACENT };
    one.kind != RestrictionKind::Other && licenses().any(|found| distance(one.lines, found.lines) <= most)
}

/// True where the file may be used under another license instead: "alternatively, this file may be used under ..".
fn is_one_side(page: &Page<'_>, one: &Restriction, seen: &[Detection]) -> bool {
    let behind = one.words.last().map_or("", |last| &page.text[last.end as usize..]);
    let offers = |line: &str| line.to_ascii_lowercase().contains("alternatively");
    let is_below = |found: &Detection| found.class < Witness::Clue && found.lines.last > one.lines.last;
    behind.lines().take(NEAR as usize).any(offers) && seen.iter().any(is_below)
}

/// True for a license document or a readme.
fn is_document(page: &Page<'_>, role: Role) -> bool {
    role == Role::LicenseText || is_readme(page.path)
}

/// True where every word stands in a full text of a license, as that has it.
fn is_explained(one: &Restriction, matched: &[Span]) -> bool {
    let is_inside = |word: &Span| matched.iter().any(|run| run.start <= word.start && word.end <= run.end);
    one.words.iter().all(is_inside)
}

/// True for a sentence that a known free license says in other words.
fn is_said(one: &Restriction, said: &[Span]) -> bool {
    whole(one).is_some_and(|whole| said.contains(&whole))
}

/// Letters in a row that a text of a license has by no chance.
const VERBATIM: usize = 24;

/// Leaves out what stands in a license text of the file, letter by letter: where line breaks were lost, two words are one.
fn leave_out_verbatim(found: &mut Vec<Restriction>, page: &Page<'_>, seen: &Seen) {
    if found.is_empty() {
        return;
    }
    let texts = seen.detections.iter().filter(|one| one.class == Witness::Text);
    let ids: BTreeSet<String> = texts.flat_map(|one| one.expr.terms()).map(Term::id).collect();
    let texts: Vec<String> =
        ids.iter().filter_map(|id| license::license(id)).map(|listed| letters(listed.text)).collect();
    let is_verbatim = |one: &Restriction| {
        let words = whole(one).map_or_else(String::new, |whole| letters(whole.of(page.text)));
        words.len() >= VERBATIM && texts.iter().any(|text| text.contains(&words))
    };
    found.retain(|one| !is_verbatim(one));
}

/// Letters and digits of `text`, in lower case.
fn letters(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

/// Words of a sentence that was put into a license text at least.
const SENTENCE: usize = 8;

/// True for a sentence that somebody put into one license text, and that is of no other license.
fn is_put_in(one: &Restriction, seen: &Seen) -> bool {
    let is_added = |word: &Span| seen.added.iter().any(|gap| gap.start <= word.start && word.end <= gap.end);
    let texts = seen.detections.iter().filter(|found| found.class < Witness::Clue);
    let beside = texts.filter(|found| distance(one.lines, found.lines) == 0).count();
    one.words.len() >= SENTENCE && one.words.iter().all(is_added) && beside == 1
}

/// True for a license document of one project, all of whose statements are about the same work.
fn is_small(role: Role, seen: &[Detection]) -> bool {
    let texts = seen.iter().filter(|found| found.class == Witness::Text).count();
    role == Role::LicenseText && texts <= FEW && families(seen).len() <= MANY
}

/// The families of the licenses that a file states.
fn families(seen: &[Detection]) -> BTreeSet<String> {
    let stated = seen.iter().filter(|found| found.class < Witness::Clue);
    stated.flat_map(|found| found.expr.terms()).map(|term| term.family().to_owned()).collect()
}

/// The place of the license that a restriction belongs to: the one it stands in, else the nearest; a text or grant before
/// any other.
fn host(one: &Restriction, role: Role, seen: &[Detection]) -> Option<usize> {
    let is_own = role == Role::LicenseText && is_above(one, seen);
    let most = match is_small(role, seen) {
        // Terms above several licenses are those of the document itself, and the licenses those of what it bundles.
        true if is_own && is_general(one) && families(seen).len() > 1 => 0,
        true => u32::MAX,
        false if is_own => 0,
        false => NEAR,
    };
    let fits = |found: &&(usize, &Detection)| {
        let found = found.1;
        found.class < Witness::Clue && found.class != Witness::Manifest && distance(one.lines, found.lines) <= most
    };
    let all: Vec<(usize, &Detection)> = seen.iter().enumerate().collect();
    all.iter().filter(fits).min_by_key(|(at, found)| (distance(one.lines, found.lines), *at)).map(|(at, _)| *at)
}

/// True above the first license of the file.
fn is_above(one: &Restriction, seen: &[Detection]) -> bool {
    let first = seen.iter().filter(|found| found.class < Witness::Clue).map(|found| found.lines.first).min();
    first.is_none_or(|first| one.lines.last < first)
}

fn distance(one: LineRange, other: LineRange) -> u32 {
    one.first.saturating_sub(other.last).max(other.first.saturating_sub(one.last))
}

/// The expression before an earlier restriction of it.
fn original(expr: &LicenseExpr) -> LicenseExpr {
    expr.map_terms(&mut |term| term.modified_from().unwrap_or_else(|| term.clone()))
}

/// True where both name one license: the title, the text and the grant of a document.
fn shares(one: &LicenseExpr, other: &LicenseExpr) -> bool {
    one.terms().iter().any(|term| other.terms().iter().any(|other| other.license == term.license))
}

fn restrict(host: &mut Detection, one: &Restriction) {
    let expr = host.expr.map_terms(&mut Term::modified);
    if expr != host.expr {
        let widened = widened(&host.expr);
        host.note = Some(format!("with a restriction ({}): \"{}\"{widened}", one.kind, one.quote).into());
        host.expr = expr;
    }
}

/// The exceptions that a restricted license still has: its name cannot carry them.
fn widened(expr: &LicenseExpr) -> String {
    let exceptions: BTreeSet<&str> = expr.terms().into_iter().filter_map(|term| term.exception.as_deref()).collect();
    exceptions.iter().map(|exception| format!("; {exception} is granted beside it")).collect()
}

/// Parts of ids that say what the license takes away.
const NAMED: &[(&str, RestrictionKind)] = &[
    ("-NC", RestrictionKind::NonCommercial),
    ("-NC", RestrictionKind::NoResale),
    ("-ND", RestrictionKind::NoChanges),
    ("-ND", RestrictionKind::NoRedistribution),
];

/// True where the terms of the license say the like anyway: `CC-BY-NC-4.0` is not changed by "non-commercial". A free
/// license takes nothing away, whatever its words have in common with a row.
fn restricts_itself(expr: &LicenseExpr, kind: RestrictionKind) -> bool {
    expr.terms().iter().any(|term| {
        let id = term.to_string();
        let is_named = |(part, of): &(&str, RestrictionKind)| *of == kind && id.contains(part);
        NAMED.iter().any(is_named)
            || license::license(&id).filter(|listed| !listed.osi_approved && !listed.fsf_libre).is_some_and(|listed| {
                let words = pattern::read(listed.text, 0, listed.text.len());
                ROWS.find(&words).iter().any(|(row, _)| row.kind == kind && !row.is_inserted)
            })
    })
}

/// Lines at the top of a file in which its header stands.
const HEADER: u32 = 40;

/// Words of which a header that states terms has one; without any, "the server is not allowed to publish it" tells of a
/// protocol.
const OF_RIGHTS: [&str; 8] =
    ["copyright", "\u{a9}", "(c)", "licen", "rights", "commercial", "proprietary", "confidential"];

/// True for words at the top of code that speaks of rights there.
fn is_of_header(page: &Page<'_>, role: Role, one: &Restriction) -> bool {
    let speaks = |line: &str| OF_RIGHTS.iter().any(|word| line.to_lowercase().contains(word));
    let is_at_top = matches!(role, Role::Shipped | Role::Vendored) && one.lines.last <= HEADER;
    is_at_top && page.text.lines().take(HEADER as usize).any(speaks)
}

/// Words beside the license of a document of which it is not known whether they take something away.
fn doubt(one: &Restriction, role: Role, seen: &[Detection]) -> Option<Detection> {
    let at = host(one, role, seen).filter(|_| role == Role::LicenseText)?;
    Some(Detection {
        expr: seen[at].expr.clone(),
        class: Witness::Clue,
        by: UNEXPLAINED,
        lines: one.lines,
        score: Score(0),
        quote: one.quote.clone(),
        note: Some(format!("says more than the license: \"{}\"", one.quote).into()),
    })
}

/// The terms of a document that holds no known license.
fn alone(one: &Restriction, role: Role) -> Option<Detection> {
    let class = if role == Role::LicenseText { Witness::Text } else { Witness::Readme };
    Some(Detection {
        expr: Term::reference(format!("restricted-{}", one.kind.name())).into(),
        class,
        by: ID,
        lines: one.lines,
        score: Score(9_000),
        quote: one.quote.clone(),
        note: Some(format!("terms without a name that restrict ({})", one.kind).into()),
    })
}

#[cfg(test)]
mod tests {
    use crate::evidence::{Detector, FileEvidence};
    use crate::license::{license, licenses};
    use crate::text::RelPath;

    fn read(name: &str, text: &str) -> FileEvidence {
        let path = RelPath::new(name).expect("relative");
        Detector::usual().read(&path, text.as_bytes())
    }

    fn says(name: &str, text: &str) -> Vec<String> {
        read(name, text).detections.iter().map(|one| one.expr.to_string()).collect()
    }

    #[test]
    fn the_header_of_debians_format_states_no_terms() {
        let fields = "Files: *\nCopyright: 2012 Jane Roe\nLicense: MIT\n\nLicense: MIT\n";
        let text = license("MIT").expect("an id of the list").text.replace("\n\n", "\n.\n").replace('\n', "\n ");
        let head = "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n";
        let about = "Upstream-Name: foo\nSource: https://example.org/foo\nFiles-Excluded: docs/html\n";
        for path in ["debian/copyright", "COPYING"] {
            let clean = read(path, &format!("{head}{about}\n{fields} {text}\n"));
            assert!(clean.restrictions.is_empty(), "{path} {:?}", clean.restrictions);
            let asks =
                "\nFiles: a/*\nCopyright: 2012 Jane Roe\nLicense: own\n Commercial use is strictly prohibited.\n";
            let asking = read(path, &format!("{head}{about}\n{fields} {text}\n{asks}"));
            assert!(!asking.restrictions.is_empty(), "{path}");
        }
    }

    #[test]
    fn a_sentence_put_into_a_text_makes_it_another_license() {
        let mit = license("MIT").expect("listed").text;
        let with = |sentence: &str| {
            mit.replace("THE SOFTWARE IS PROVIDED", &format!("{sentence}\n\nTHE SOFTWARE IS PROVIDED"))
        };
        let asks = "Every user must send a postcard with greetings to the author before the second start.";
        assert!(says("LICENSE", &with(asks)).iter().all(|said| said == "LicenseRef-modified-MIT"));
        let tells = "The authors thank everyone who sent patches, letters and cakes in the last ten years.";
        assert!(says("LICENSE", &with(tells)).iter().all(|said| said == "MIT"));
    }

    #[test]
    fn a_sentence_that_no_free_license_says_restricts_a_document() {
        let mit = license("MIT").expect("listed").text;
        let beside = |more: &str| says("LICENSE", &format!("{mit}\n{more}\n"));
        let restricts = [
            "Disassembly and reverse engineering of the firmware are not permitted.",
            "Whoever employs more than ten people shall obtain a key from the author.",
            "The library may be combined only with games of our studio.",
        ];
        for more in restricts {
            assert!(beside(more).contains(&"LicenseRef-modified-MIT".to_owned()), "{more}");
            let alone = says("LICENSE", &format!("Copyright 2020 Jane Roe\n\n{more}\n"));
            assert!(alone.iter().any(|said| said.starts_with("LicenseRef-restricted")), "{more} {alone:?}");
        }
        let harmless = [
            "Changed versions must be plainly marked as such and must not be misrepresented as being the original.",
            "The name of the author may not be used to promote products without specific prior written permission.",
            "Distributing code linked against this library does not trigger this license.",
        ];
        for more in harmless {
            assert!(beside(more).iter().all(|said| said == "MIT"), "{more} {:?}", beside(more));
        }
    }

    #[test]
    fn commercial_terms_above_bundled_licenses_are_those_of_the_document() {
        let text = "# License Agreement\n\nThe Frob editor is licensed under a commercial license, see our site.\n\n\
                    ## Bundled\n\nThe following libraries are included in Frob under the MIT license:\n\n* dom\n\n\
                    The following libraries are included in Frob under the BSD-3-Clause license:\n\n* diff\n";
        let said = says("LICENSE.md", text);
        assert!(said.contains(&"LicenseRef-restricted-other".to_owned()), "{said:?}");
        assert!(said.contains(&"MIT".to_owned()) && said.contains(&"BSD-3-Clause".to_owned()), "{said:?}");
    }

    #[test]
    fn words_of_unknown_weight_beside_a_text_make_it_doubtful_and_no_other_license() {
        let mit = license("MIT").expect("listed").text;
        let doubts = |more: &str| {
            let found = read("LICENSE", &format!("{mit}\n{more}\n"));
            assert!(found.detections.iter().all(|one| one.expr.to_string() == "MIT"), "{more}");
            found.detections.iter().any(|one| one.is_unexplained())
        };
        assert!(doubts("Nobody leaves the theatre before the curtain falls, and for private reading there is a lamp."));
        assert!(!doubts("Thanks to everybody who sent letters."));
        assert!(!doubts(""));
    }

    #[test]
    fn terms_in_the_header_of_a_file_without_a_license_are_kept() {
        let header = "/* Numerical recipes. No commercial use is permitted. */\nint a;\n";
        let found = read("a.c", header);
        assert_eq!(found.restrictions.len(), 1);
        assert!(found.detections.is_empty());
        let protocol = "/* Clients ask the server, which may not publish the secret. */\nint a;\n";
        assert!(read("a.c", protocol).restrictions.is_empty());
        let code = format!("{}{header}", "int a;\n".repeat(60));
        assert!(read("a.c", &code).restrictions.is_empty());
    }

    #[test]
    fn an_exception_of_a_restricted_license_is_kept() {
        let text = "Foo is licensed under the GNU GPL version 2 with the Classpath exception.\n\n\
                    You may not sell the software. It must not be used for military purposes.\n";
        let found = read("LICENSE", text);
        let one = found.detections.iter().find(|one| one.expr.to_string() == "LicenseRef-modified-GPL-2.0");
        let note = one.and_then(|one| one.note.as_ref()).map(ToString::to_string).unwrap_or_default();
        assert!(
            note.contains("no resale") && note.contains("Classpath-exception-2.0"),
            "{note} {:?}",
            found.detections
        );
        let of: Vec<String> = found.restrictions.iter().filter_map(|one| Some(one.of.as_ref()?.to_string())).collect();
        assert!(of.len() > 1, "{of:?}");
        assert!(of.iter().all(|of| of == "GPL-2.0-only WITH Classpath-exception-2.0"), "{of:?}");
    }

    #[test]
    fn a_document_that_only_sends_to_an_agreement_has_terms_of_its_own() {
        for text in [
            "Please see: https://developer.example.org/customer-agreement\n",
            "https://www.example.org/legal/eula\n",
            "See https://example.org/terms-of-service.\n",
        ] {
            assert_eq!(says("LICENSE", text), ["LicenseRef-restricted-other"], "{text}");
        }
        for text in ["Please see: https://www.gnu.org/licenses/gpl-3.0.txt\n", "See https://example.org/about\n"] {
            assert!(says("LICENSE", text).iter().all(|said| !said.contains("restricted")), "{text}");
        }
    }

    #[test]
    fn an_approved_text_restricts_nothing() {
        let texts = licenses().filter(|one| one.osi_approved && !one.deprecated).step_by(7);
        let restricted: Vec<&str> =
            texts.filter(|one| !read("LICENSE", one.text).restrictions.is_empty()).map(|one| one.id).collect();
        assert_eq!(restricted, Vec::<&str>::new());
    }
}
