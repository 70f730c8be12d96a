//! Words of a text, with the gaps between them.
//!
//! Invariant: words are in the order of the text, and each keeps the bytes it came from.

pub(super) use super::gap::Gap;
use crate::text::Span;

/// Kind of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Letters,
    Number,
    Url,
}

/// One word: its lower-case letters (a URL keeps its case), where it stands, and the gap before it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word {
    low: (u32, u32),
    pub(super) span: Span,
    pub(super) gap: Gap,
    pub(super) kind: Kind,
}

/// The words of a piece of text.
#[derive(Debug, Default)]
pub(super) struct Words {
    lower: String,
    list: Vec<Word>,
    /// Characters after the last word.
    pub(super) tail: Gap,
}

impl Words {
    /// Adds a word that stands at `span` behind `gap`; `low` is its letters, in lower case but for urls.
    pub(super) fn push(&mut self, low: &str, span: Span, gap: Gap, kind: Kind) {
        let start = self.lower.len() as u32;
        self.lower.push_str(low);
        if kind != Kind::Url {
            self.lower[start as usize..].make_ascii_lowercase();
        }
        self.list.push(Word { low: (start, self.lower.len() as u32), span, gap, kind });
    }

    /// Where the last word ends; `None` without words.
    pub(super) fn end(&self) -> Option<u32> {
        self.list.last().map(|word| word.span.end)
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    /// The word at `index`.
    pub(super) fn get(&self, index: usize) -> Option<&Word> {
        self.list.get(index)
    }

    /// The letters of the word at `index`; empty past the end.
    pub(super) fn text(&self, index: usize) -> &str {
        self.list.get(index).map_or("", |word| &self.lower[word.low.0 as usize..word.low.1 as usize])
    }

    /// The gap before the word at `index`; past the end what follows the last word.
    pub(super) fn gap(&self, index: usize) -> Gap {
        self.list.get(index).map_or(self.tail, |word| word.gap)
    }

    /// True where the word at `index` is one of `these`.
    pub(super) fn is(&self, index: usize, these: &[&str]) -> bool {
        these.contains(&self.text(index))
    }

    pub(super) fn kind(&self, index: usize) -> Option<Kind> {
        self.list.get(index).map(|word| word.kind)
    }
}
