//! Full license texts anywhere in a file, whatever stands around and between their words.
//!
//! An index of short runs of words names the texts a region may hold, an alignment of words locates each of them, and
//! the one that explains most of the region with the least left over is reported. What only resembles a license is not
//! given an id here. The answer depends on the words alone, so equal regions are worked out once.

mod align;
mod index;
mod library;
mod memo;
mod region;
mod select;
mod slots;
mod words;

use super::detector::Seen;
use super::page::Page;
use super::{Detection, Score, Witness};
use crate::license::Term;
use crate::text::Span;
use index::{ENTRIES, Entry};
use library::Library;
use memo::Memo;
use select::Found;

/// Words of which every license text holds some, a few lines apart at most.
pub const TRIGGERS: &[&str] = &[
    "licen",
    "permi",
    "warrant",
    "redistribut",
    "copyright",
    "public domain",
    "as is",
    "liab",
    "freely",
    "freeware",
    "distributed",
    "use this",
    "you want",
    "creative commons",
    "lizenz",
    "クリエイティブ",
];

/// Finds license texts; one serves all threads.
pub struct Texts {
    library: Library,
    memo: Memo,
}

impl Texts {
    /// A finder that has read no text yet.
    pub fn new() -> Self {
        Texts { library: Library::new(), memo: Memo::default() }
    }

    /// Adds the texts around `hits` to `seen`.
    pub fn read(&self, page: &Page<'_>, hits: &[u32], seen: &mut Seen) {
        for region in region::regions(page.text, hits) {
            let found = self.memo.get_or(&region.hashes, || select::select(&region, &self.library));
            for found in found.iter() {
                let span = Span::new(region.words[found.words.start].start, region.words[found.words.end - 1].end);
                report(page, span, found, seen);
            }
        }
    }

    /// What the answers depend on.
    pub fn facts(&self) -> [&'static [u8]; 3] {
        index::bytes()
    }
}

fn report(page: &Page<'_>, span: Span, found: &Found, seen: &mut Seen) {
    let entry: &Entry = &ENTRIES[usize::from(found.entry)];
    let lines = page.line_range(span);
    if entry.is_exception {
        seen.exceptions.push((entry.id, lines));
        return;
    }
    let Some(term) = Term::from_id(entry.id) else { return };
    seen.detections.push(Detection {
        expr: term.into(),
        class: Witness::Text,
        by: "text",
        lines,
        score: Score(found.score),
        quote: String::new(),
        note: found.note.clone(),
    });
}
