//! How near a passage is to a license text: askalono's similarity of the two.
//!
//! The index proposes texts and the alignment locates them; what a match is worth, and which of two near ones it is,
//! is said here. Both sides are the same plain words, without comment furniture and without the names of parties, so
//! that equal words score alike wherever they stand and whoever grants; where only names differ, the alignment decides.
//! Ready-made sides of license texts are kept by the library, each made when first needed.

use askalono::TextData;

use super::slots::{Weight, weights};
use super::words::{Word, form};
use crate::evidence::detection::Score;

/// Words of a file or of a license text, ready to be scored.
pub struct Passage(TextData);

impl Passage {
    /// The passage of `text` that these words form.
    pub fn new(text: &str, words: &[Word]) -> Self {
        // askalono drops a first line that speaks of copyright: let that be an empty one.
        let mut plain = String::from("\n");
        let hashes: Vec<u32> = words.iter().map(|word| word.hash).collect();
        for (word, _) in words.iter().zip(weights(&hashes)).filter(|(_, weight)| *weight == Weight::Full) {
            plain.push_str(&form(&text[word.start as usize..word.end as usize]));
            plain.push(' ');
        }
        Passage(TextData::new(&plain).without_text())
    }

    /// How near the two are.
    pub fn likeness(&self, other: &Passage) -> Score {
        Score::from_ratio(self.0.match_score(&other.0))
    }
}

#[cfg(test)]
mod tests {
    use super::super::words::words;
    use super::*;

    fn passage(text: &str) -> Passage {
        Passage::new(text, &words(text, 0, text.len()))
    }

    #[test]
    fn furniture_costs_nothing_and_other_words_do() {
        let plain = passage("Copyright holders: permission to use this licence is granted, as is");
        let comment = passage("/* Copyright holders: permission\n * to use this License is granted,\n * \"AS IS\" */");
        assert_eq!(plain.likeness(&comment), Score::FULL);
        assert!(plain.likeness(&passage("Permission to use this license is denied")) < Score(8_000));
    }
}
