//! Grants: words that give a license, found by a grammar of names, versions and frames.
//!
//! Reads text and positions only, never a path. A name in words that do not grant is a clue. Invariant: total on any
//! text, and linear in its length: every rule looks at a bounded number of words around a name.

mod alias;
mod chain;
mod exception;
mod fixed;
mod frame;
mod gap;
pub(super) mod kernel;
mod key;
mod lexicon;
mod mention;
mod names;
mod pointer;
mod settle;
mod url;
mod version;
mod words;

use std::sync::OnceLock;

use self::names::Names;
pub(super) use self::settle::{family, is_made_precise, settle, settle_pointers};
use self::words::Words;
use super::detection::{Detection, DetectorId, Score, Seen, Witness};
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
];

/// Bytes of context around a trigger.
const BEFORE: usize = 500;
const AFTER: usize = 900;

/// The names are pure data over the embedded list: built when the first file needs them.
static NAMES: OnceLock<Names> = OnceLock::new();

fn names() -> &'static Names {
    NAMES.get_or_init(Names::new)
}

/// Adds the grants around `hits` to `seen`.
pub(super) fn reads(page: &Page<'_>, hits: &[u32], seen: &mut Seen) {
    let (mut chains, mut exceptions) = (Vec::new(), Vec::new());
    let text = in_use(page);
    for window in windows(text, &hits[..hits.partition_point(|hit| (*hit as usize) < text.len())]) {
        let words = Words::read(window.of(page.text), window.start);
        let mentions = mention::mentions(names(), &words);
        let mut here = chain::chains(&words, &mentions);
        exception::widen(&words, &mut here);
        chains.append(&mut here);
        exceptions.extend(exception::named(&words, page));
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

/// What a license field says in free text, e.g. `GPL v2 or later`; the note says what was not stated.
pub(super) fn named(value: &str) -> Option<(LicenseExpr, Option<String>)> {
    let value = &value[..floor_boundary(value, 400)];
    let field = format!("license: {value}\n");
    let words = Words::read(&field, 0);
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

fn detection(chain: chain::Chain, page: &Page<'_>) -> Detection {
    Detection {
        expr: chain.expr,
        class: match chain.granted {
            true if is_readme(page.path) => Witness::Readme,
            true => Witness::Grant,
            false => Witness::Clue,
        },
        by: "grant",
        lines: page.line_range(chain.span),
        score: if chain.note.is_some() { Score(8_000) } else { Score::FULL },
        quote: quote(chain.span.of(page.text)),
        note: chain.note,
    }
}

#[cfg(test)]
mod headers;
#[cfg(test)]
mod tests;
