//! Changes of the words of a license text that bear on what it grants.
//!
//! Decides by words alone, as all of this room reads them; who asks decides how near the passage must be to the text.

use std::fmt;
use std::ops::Range;
use std::sync::LazyLock;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::diff::listed;
use super::slots::hashes;
use super::words::{Word, words_of_license};
use crate::license;
use crate::text::one_line;

/// Words that deny; one of them says the like of another.
pub(super) const DENIALS: &str = "not no never nobody none cannot neither nor prohibited forbidden without";

/// Words that limit who may do something, and for which purpose.
pub(super) const LIMITS: &str = "only solely exclusively strictly except unless commercial noncommercial nonprofit \
    educational academic personal private research evaluation fee";

/// Those of them that limit only what they stand before: "research purposes", and not "Example Research Laboratory".
const ADJECTIVES: &str = "commercial noncommercial nonprofit educational academic personal private research evaluation";

/// Words that such a limit stands before.
const LIMITED: &str = "use uses usage purpose purposes only and or copy project projects organization organizations \
    institution institutions user users study teaching research person persons individual individuals party parties";

/// Words put in at one place that are looked at; a longer insertion is a sentence of its own.
const MOST_PUT_IN: usize = 12;

/// A change of a license text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The words of the license, e.g. `free of charge`; empty where words were put in.
    pub was: String,
    /// The words of the file in their place; empty where words were left out.
    pub now: String,
    /// True where it takes something away that the license gives.
    pub is_operative: bool,
}

/// Characters of a quote that are shown.
const MOST_QUOTED: usize = 120;

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (quoted(&self.was), quoted(&self.now)) {
            (Some(was), Some(now)) => write!(f, "{now} in the place of {was}"),
            (Some(was), None) => write!(f, "left out: {was}"),
            (None, now) => write!(f, "put in: {}", now.unwrap_or_default()),
        }
    }
}

/// The words in quotation marks, cut where they are many; `None` where there are none.
fn quoted(words: &str) -> Option<String> {
    let words = one_line(words);
    let shown: String = words.chars().take(MOST_QUOTED).collect();
    let more = if shown.len() < words.len() { " ..." } else { "" };
    (!words.is_empty()).then(|| format!("\"{shown}{more}\""))
}

/// The first operative change in `passage` of the text of a license; `None` where there is none, or no text of that id.
pub(in crate::evidence) fn operative(passage: &str, id: &str) -> Option<Change> {
    with_changes(license::license(id)?.text, passage, |mut changes| {
        Iterator::find(&mut changes, |change| change.is_operative)
    })
}

/// Words of a title, e.g. `The MIT License (MIT)`: many files leave it out.
const MOST_OF_TITLE: usize = 12;

/// All changes in `passage` of the text of a license or an exception but a title that is left out; `None` where no text has
/// that id.
pub(in crate::evidence) fn changes(passage: &str, id: &str) -> Option<Vec<Change>> {
    let text = listed(id)?;
    let is_title = |change: &Change| {
        change.now.is_empty()
            && text.trim_start().starts_with(&change.was)
            && change.was.split_whitespace().count() <= MOST_OF_TITLE
    };
    Some(with_changes(text, passage, |changes| changes.filter(|change| !is_title(change)).collect()))
}

/// The answer of `take` to the changes in `passage` of `text`, which are made one by one.
fn with_changes<T>(text: &str, passage: &str, take: impl FnOnce(&mut dyn Iterator<Item = Change>) -> T) -> T {
    let (text, file) = (Side::of(text), Side::of(passage));
    let ops = capture_diff_slices(Algorithm::Myers, &text.hashes, &file.hashes);
    let changed = ops.iter().filter(|op| !matches!(op, DiffOp::Equal { .. }));
    take(&mut changed.map(|op| {
        let (was, now) = (op.old_range(), op.new_range());
        // Words above the text are not of it.
        let is_inside = was.end > 0 && now.len() <= MOST_PUT_IN;
        let is_operative = is_inside && bears((&text, &was), (&file, &now));
        Change { was: text.quote(&was), now: file.quote(&now), is_operative }
    }))
}

/// True where the words of the file take something away that those of the text gave: one more of them denies or limits,
/// here and in the whole, where a clause may have moved.
fn bears((text, was): (&Side<'_>, &Range<usize>), (file, now): (&Side<'_>, &Range<usize>)) -> bool {
    static DENYING: LazyLock<Vec<u32>> = LazyLock::new(|| hashes(DENIALS));
    static LIMITING: LazyLock<Vec<u32>> = LazyLock::new(|| hashes(LIMITS));
    static TURNED: LazyLock<Vec<u32>> = LazyLock::new(|| hashes("without with"));
    let (old, new) = (&text.hashes[was.clone()], &file.hashes[now.clone()]);
    let is_more = |list: &[u32]| more_of(list, old, new) && more_of(list, &text.hashes, &file.hashes);
    let turns = old.contains(&TURNED[0]) && new.contains(&TURNED[1]);
    let limits_more = |word: u32| {
        file.limits(now, word) > text.limits(was, word)
            && file.limits(&file.all(), word) > text.limits(&text.all(), word)
    };
    turns || is_more(&DENYING) || LIMITING.iter().any(|word| limits_more(*word))
}

/// True where more words of `list` are in `new` than in `old`.
fn more_of(list: &[u32], old: &[u32], new: &[u32]) -> bool {
    let count = |words: &[u32]| words.iter().filter(|word| list.contains(word)).count();
    count(new) > count(old)
}

/// A text and its words.
struct Side<'t> {
    text: &'t str,
    words: Vec<Word>,
    hashes: Vec<u32>,
}

impl<'t> Side<'t> {
    fn of(text: &'t str) -> Side<'t> {
        // Names of holders are no terms: "Example Research Ltd".
        let words = words_of_license(text);
        Side { text, hashes: words.iter().map(|word| word.hash).collect(), words }
    }

    fn all(&self) -> Range<usize> {
        0..self.hashes.len()
    }

    /// How often `word` limits something in `range`.
    fn limits(&self, range: &Range<usize>, word: u32) -> usize {
        static ALONE: LazyLock<Vec<u32>> = LazyLock::new(|| hashes(ADJECTIVES));
        static BEFORE: LazyLock<Vec<u32>> = LazyLock::new(|| hashes(LIMITED));
        let stands_before = |at: usize| self.hashes.get(at + 1).is_some_and(|next| BEFORE.contains(next));
        let is_limit = |at: &usize| self.hashes[*at] == word && (!ALONE.contains(&word) || stands_before(*at));
        range.clone().filter(is_limit).count()
    }

    /// The text of these words.
    fn quote(&self, range: &Range<usize>) -> String {
        let ends = self.words[range.clone()].first().zip(self.words[range.clone()].last());
        ends.map_or_else(String::new, |(first, last)| self.text[first.start as usize..last.end as usize].to_owned())
    }
}
