//! Grants: words that give a license, found by a grammar of names, versions and frames.
//!
//! Reads text and positions only, never a path. A name in words that do not grant is a clue. Invariant: total on any
//! text, and linear in its length: every rule looks at a bounded number of words around a name.

mod alias;
mod aside;
mod attempt;
mod chain;
mod exception;
mod field;
mod fixed;
mod frame;
mod gap;
mod judge;
pub(super) mod kernel;
mod key;
mod lexicon;
mod meaning;
mod mention;
mod names;
mod pattern;
mod pointer;
mod reader;
mod rows;
mod script;
mod settle;
mod url;
mod version;
mod words;

use std::sync::OnceLock;

use self::names::Names;
use self::rows::{Form, Rows};
pub(super) use self::settle::{family, is_made_precise, settle, settle_pointers};
use super::detection::{ALTERNATIVE, Detection, DetectorId, Note, PRINTED, Score, Seen, Witness};
use super::page::{Page, floor_boundary, quote};
use super::readme::is_readme;
use crate::license::LicenseExpr;
use crate::text::Span;

/// The name of the detector.
pub(super) const ID: DetectorId = "grant";

/// Words of which grants hold some.
pub(super) const TRIGGERS: &[&str] = &[
    "licen",
    "gpl",
    "public domain",
    "free software",
    "distribut",
    "terms",
    "copyleft",
    "released under",
    "general public",
    "bsd",
    "governed",
    "wtfpl",
    "creativecommons",
    "creative commons",
    "cc-by",
    "cc by",
    "cc0",
    "beerware",
    "opensource.org",
    "cddl",
    "eclipse public",
    "under the mit",
    "under mit",
    "governs",
    "covered by",
    "copyright notice in",
    "/copying",
    "mozilla.org/",
    "eclipse.org/",
    "sil.org/ofl",
    "eupl",
    "epl-",
    "dev.perl.org",
    "w3.org/consortium/legal",
    "copying for",
    "file copying",
    "see copying",
    "subject to",
    "under apache",
    "jpeg group",
    "cpol",
    "apache-2.0",
    "apache 2.0",
    "no rights reserved",
    "disclaims copyright",
    "disclaims all copyright",
    "no copyright is",
    "/badge/",
    "waived",
    "lizenz",
    "\u{43b}\u{438}\u{446}\u{435}\u{43d}\u{437}",
    "\u{8bb8}\u{53ef}",
    "\u{8a31}\u{53ef}",
    "\u{30e9}\u{30a4}\u{30bb}\u{30f3}\u{30b9}",
    "open source (",
    "open-source (",
];

/// Bytes of context around a trigger.
const BEFORE: usize = 500;
const AFTER: usize = 900;

/// The names are pure data over the embedded list: built when the first file needs them.
static NAMES: OnceLock<Names> = OnceLock::new();

fn names() -> &'static Names {
    NAMES.get_or_init(Names::new)
}

/// The rows, as the build script checked them.
static ROWS: OnceLock<Rows> = OnceLock::new();

const TABLES: &[&str] = &[
    include_str!(concat!(env!("OUT_DIR"), "/frames.rows")),
    include_str!(concat!(env!("OUT_DIR"), "/choices.rows")),
    include_str!(concat!(env!("OUT_DIR"), "/exceptions.rows")),
];

/// All rows, for the fingerprint of detection.
pub(super) fn tables() -> impl Iterator<Item = &'static str> {
    TABLES.iter().copied()
}

fn rows() -> &'static Rows {
    ROWS.get_or_init(|| Rows::new(TABLES))
}

/// Endings of the names of files that people read.
const MARKUP: &[&str] = &["md", "rst", "adoc", "html", "htm", "texi", "texinfo", "pod", "org", "markdown", "tex"];

fn form(page: &Page<'_>) -> Option<Form> {
    let name = page.path.name();
    match name.rsplit_once('.') {
        Some((_, ending)) if MARKUP.contains(&ending) => Some(Form::Markup),
        Some((_, "txt")) => Some(Form::Prose),
        _ if name.bytes().all(|byte| !byte.is_ascii_lowercase()) => Some(Form::Prose),
        Some(_) => Some(Form::Code),
        None => None,
    }
}

/// Adds the grants around `hits` to `seen`.
pub(super) fn reads(page: &Page<'_>, hits: &[u32], seen: &mut Seen) {
    let (mut chains, mut exceptions) = (Vec::new(), Vec::new());
    let text = in_use(page);
    let (form, messages) = (form(page), messages(page));
    let is_letter = matches!(form, Some(Form::Prose | Form::Markup)) && !is_readme(page.path);
    for window in windows(text, &hits[..hits.partition_point(|hit| (*hit as usize) < text.len())]) {
        let words = reader::read(window.of(page.text), window.start);
        let mut mentions = mention::mentions(names(), &words);
        let found = rows().find(&words, &mentions, form);
        judge::apply(names(), &words, &mut mentions, &found);
        if is_letter {
            judge::quoted(&words, &mut mentions);
        }
        if let Some(from) = messages {
            judge::translated(&words, &mut mentions, from);
        }
        let mut here = chain::chains(&words, &mentions);
        exception::widen(&words, &mut here);
        chains.append(&mut here);
        exceptions.extend(exception::named(&words, &found, page));
        seen.pointers.extend(pointer::pointers(&words, page));
    }
    chain::settle(&mut chains);
    if chains.iter().any(|chain| chain.granted && chain.can_widen()) {
        seen.exceptions.extend(exceptions);
    }
    seen.detections.extend(chains.into_iter().map(|chain| detection(chain, page)));
}

/// The text without translations that are no longer used: they stand at the end of a catalogue and speak of an earlier
/// version.
fn in_use<'t>(page: &Page<'t>) -> &'t str {
    let is_catalogue = page.path.name().ends_with(".po");
    let obsolete = if is_catalogue { memchr::memmem::find(page.text.as_bytes(), b"\n#~") } else { None };
    obsolete.map_or(page.text, |end| &page.text[..end])
}

/// Where the messages of a catalogue of translations begin: they are what a program says.
fn messages(page: &Page<'_>) -> Option<u32> {
    let first: &[u8] = match page.path.name().rsplit_once('.')?.1 {
        "po" | "pot" => b"msgid",
        "ts" if page.text.contains("<!DOCTYPE TS>") => b"<TS",
        _ => return None,
    };
    memchr::memmem::find(page.text.as_bytes(), first).and_then(|at| u32::try_from(at).ok())
}

/// The license of a field in free text, e.g. `GPL v2 or later`; the note says which part was not stated.
pub(super) fn named(value: &str) -> Option<(LicenseExpr, Option<Note>)> {
    let value = &value[..floor_boundary(value, 400)];
    let field = format!("license: {value}\n");
    let words = reader::read(&field, 0);
    let mentions = mention::mentions(names(), &words);
    chain::chains(&words, &mentions).into_iter().find(|chain| chain.granted).map(|chain| (chain.expr, chain.note))
}

/// The parts of `text` around triggers, cut at lines, sorted and apart.
fn windows(text: &str, hits: &[u32]) -> Vec<Span> {
    let mut windows: Vec<Span> = Vec::new();
    for hit in hits.iter().map(|hit| *hit as usize) {
        if windows.last().is_some_and(|last| hit + AFTER / 2 < last.end as usize) {
            continue;
        }
        let start = line_start(text, hit.saturating_sub(BEFORE));
        let end = line_end(text, (hit + AFTER).min(text.len()));
        match windows.last_mut() {
            Some(last) if start <= last.end as usize => last.end = last.end.max(end as u32),
            _ => windows.push(Span::new(start as u32, end as u32)),
        }
    }
    windows
}

/// The first line start at or before `at`, at most 400 bytes away; else the nearest character.
fn line_start(text: &str, at: usize) -> usize {
    let mut from = at.saturating_sub(400);
    while !text.is_char_boundary(from) {
        from -= 1;
    }
    let mut at = at;
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    memchr::memrchr2(b'\n', b'\r', &text.as_bytes()[from..at])
        .map_or(if from == 0 { 0 } else { at }, |found| from + found + 1)
}

fn line_end(text: &str, at: usize) -> usize {
    let mut at = at;
    while !text.is_char_boundary(at) {
        at += 1;
    }
    let reach = (at + 400).min(text.len());
    memchr::memchr2(b'\n', b'\r', &text.as_bytes()[at..reach])
        .map_or(if reach == text.len() { reach } else { at }, |found| at + found)
}

/// True for words that end in a string which a call prints: `printf ("licensed under the GPL`, or a line of it further down.
/// Three quotes begin a comment of Python.
fn is_printed(page: &Page<'_>, span: Span) -> bool {
    let end = span.end as usize;
    let line = &page.text[line_start(page.text, end)..end];
    let quotes = || line.bytes().enumerate().filter(|(at, byte)| *byte == b'"' && !line[..*at].ends_with('\\'));
    let Some((before, _)) = line.split_once('"') else { return false };
    form(page) == Some(Form::Code) && is_call(before.trim()) && quotes().count() % 2 == 1 && !line.contains("\"\"\"")
}

/// True for the beginning of a call, and for nothing: `printf (`, `fputs(_(`, `cout <<`, but not `the License (`.
fn is_call(before: &str) -> bool {
    let name = before.split('(').next().unwrap_or(before).trim_end_matches("<<").trim();
    name.chars().all(|letter| letter.is_alphanumeric() || "_:.->".contains(letter))
}

fn detection(chain: chain::Chain, page: &Page<'_>) -> Detection {
    Detection {
        expr: chain.expr,
        class: match chain.granted {
            true if is_readme(page.path) => Witness::Readme,
            true => Witness::Grant,
            false => Witness::Clue,
        },
        by: match chain.row {
            Some(ALTERNATIVE) => ALTERNATIVE,
            _ if chain.granted && is_printed(page, chain.span) => PRINTED,
            row => row.unwrap_or(ID),
        },
        lines: page.line_range(chain.span),
        score: if chain.note.is_some() { Score(8_000) } else { Score::FULL },
        quote: quote(chain.span.of(page.text)),
        note: chain.note,
    }
}

#[cfg(test)]
mod compile;
#[cfg(test)]
mod examples;
#[cfg(test)]
mod headers;
#[cfg(test)]
mod tests;
