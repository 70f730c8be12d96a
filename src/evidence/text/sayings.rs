//! Sentences of documents beside what known licenses say: a sentence that reads like a passage of a free license says
//! nothing new, whatever it forbids.
//!
//! Knows the listed texts and a few usual sentences around them, and nothing of what words mean but that a negation
//! weighs more than a noun. Work per sentence is bounded.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::Texts;
use super::change::{DENIALS, LIMITS};
use super::index::ENTRIES;
use super::library::Library;
use super::slots::hashes;
use super::words::{SHINGLE, Word, shingle, words};
use crate::evidence::detection::Seen;
use crate::evidence::page::Page;
use crate::license;
use crate::text::Span;

/// Sentences around license texts that restrict nothing, one a line; `#` begins a comment.
pub(in crate::evidence) const USUAL: &str = include_str!("usual.txt");

/// Words that oblige. Together with those that deny and limit: the lack of one is a difference.
const OBLIGATIONS: &str = "must shall";

/// Part of the weight of a sentence, in hundredths, that a passage has in the same order, from which it says the like.
/// On 200 sentences of both kinds: restrictions of freeware and vendors reach 62 but for four, sentences that vary a
/// license 66 or more but for descriptions. Above both, because to overlook a restriction is worse than to doubt: at 70,
/// none of 1,919 license files of free packages is restricted by it. A lower value overlooks more, a higher one doubts more.
const LIKE: u32 = 70;

/// Words of a sentence that are compared at most.
const LONGEST: usize = 160;
/// Texts that are looked into, by the runs of words they share with the sentence.
const MOST_TEXTS: usize = 12;
/// Places of one text that are looked at.
const MOST_PLACES: usize = 6;

impl Texts {
    /// Adds those of `sentences` that read like a passage of a known free license to what `seen` has explained.
    pub fn explain(&self, page: &Page<'_>, sentences: &[Span], seen: &mut Seen) {
        let said = sentences.iter().filter(|sentence| self.says(&words_of(page, sentence)));
        seen.said.extend(said);
    }

    /// True where a known free license, or a usual sentence, says the like of these words.
    fn says(&self, sentence: &[Word]) -> bool {
        let sentence = Sentence::new(sentence);
        USUAL_SENTENCES.iter().any(|usual| usual.len() <= sentence.reach() && sentence.is_like(usual))
            || candidates(&self.library, &sentence.hashes).any(|number| self.says_in(number, &sentence))
    }

    /// True where the text with this number has a passage like the sentence.
    fn says_in(&self, number: u16, sentence: &Sentence) -> bool {
        let text = self.library.text(number);
        let starts = sentence
            .hashes
            .windows(SHINGLE)
            .enumerate()
            .flat_map(|(at, run)| text.places(shingle(run)).map(move |place| place.saturating_sub(at + at / 3)));
        let mut starts: Vec<usize> = starts.collect();
        starts.sort_unstable();
        starts.dedup_by(|next, first| *next - *first < SHINGLE);
        let passage = |start: usize| &text.words[start..text.words.len().min(start + sentence.reach())];
        starts.into_iter().take(MOST_PLACES).any(|start| sentence.is_like(passage(start)))
    }
}

static USUAL_SENTENCES: LazyLock<Vec<Vec<u32>>> = LazyLock::new(|| {
    let lines = USUAL.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(hashes).collect()
});

/// The words of a sentence of the page; the end of a very long one is left out.
fn words_of(page: &Page<'_>, sentence: &Span) -> Vec<Word> {
    let mut found = words(page.text, sentence.start as usize, sentence.end as usize);
    found.truncate(LONGEST);
    found
}

/// The texts that share the most runs of words with a sentence; those of unfree licenses and of unapproved ones explain
/// nothing.
fn candidates(library: &Library, sentence: &[u32]) -> impl Iterator<Item = u16> + use<> {
    let mut shared: BTreeMap<u16, u32> = BTreeMap::new();
    for number in sentence.windows(SHINGLE).flat_map(|run| library.holders(shingle(run))) {
        *shared.entry(number).or_default() += 1;
    }
    let mut order: Vec<u16> = shared.keys().copied().filter(|number| is_free(*number)).collect();
    order.sort_by_key(|number| std::cmp::Reverse(shared[number]));
    order.into_iter().take(MOST_TEXTS)
}

/// True for an approved text that takes nothing away, for an exception, and for a text of the user.
fn is_free(number: u16) -> bool {
    let entry = ENTRIES.get(usize::from(number));
    entry.is_none_or(|entry| entry.is_known && !license::is_known_unfree(entry.id))
}

/// A sentence with the weights of its words.
struct Sentence {
    hashes: Vec<u32>,
    weights: Vec<u32>,
}

impl Sentence {
    fn new(words: &[Word]) -> Sentence {
        static TURNS: LazyLock<Vec<u32>> =
            LazyLock::new(|| [DENIALS, LIMITS, OBLIGATIONS].into_iter().flat_map(hashes).collect());
        let weight = |word: &Word| match word.end - word.start {
            _ if TURNS.contains(&word.hash) => 5,
            0..=3 => 1,
            _ => 2,
        };
        let weights = words.iter().map(weight).collect();
        Sentence { hashes: words.iter().map(|word| word.hash).collect(), weights }
    }

    /// Words of a passage that is compared: in a longer one the words of any sentence could be found.
    fn reach(&self) -> usize {
        self.hashes.len() + self.hashes.len() / 2 + SHINGLE
    }

    /// True where `passage` has enough of the sentence in the same order.
    fn is_like(&self, passage: &[u32]) -> bool {
        let whole: u32 = self.weights.iter().sum();
        self.shared(passage) * 100 >= whole * LIKE
    }

    /// Weight of the heaviest words in the order of both: the longest common subsequence, weighted.
    fn shared(&self, passage: &[u32]) -> u32 {
        let mut row = vec![0; passage.len() + 1];
        for (word, weight) in self.hashes.iter().zip(&self.weights) {
            let mut corner = 0;
            for (at, other) in passage.iter().enumerate() {
                let above = row[at + 1];
                row[at + 1] = if word == other { corner + weight } else { above.max(row[at]) };
                corner = above;
            }
        }
        row[passage.len()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_said(sentence: &str) -> bool {
        Texts::new(&[]).says(&words(sentence, 0, sentence.len()))
    }

    #[test]
    fn other_words_for_a_clause_of_a_free_license_are_explained() {
        for sentence in [
            "Any modified version must be clearly marked as such and must not be misrepresented as the original.",
            "You must include a copy of this license with every copy of the software.",
            "Neither the name of the author nor the names of contributors may be used to promote derived products.",
            "You may charge any fee you choose for support.",
        ] {
            assert!(is_said(sentence), "{sentence}");
        }
    }

    #[test]
    fn words_of_licenses_that_forbid_something_else_are_not() {
        for sentence in [
            "You may not publish modified versions of this program.",
            "You may not use the Licensed Work to provide a Database Service.",
            "Permission is hereby granted to use this software for nonprofit educational purposes without fee.",
            "The author forbids any sale of this archive.",
        ] {
            assert!(!is_said(sentence), "{sentence}");
        }
    }
}
