//! Which words of a license text are a matter of who uses it: the names of holders, in the places where they stand.
//!
//! "Neither the name of the University nor" and "Neither the name of Example Ltd. nor" are one license. Words in such
//! a place cost nothing where a file has others; only the proper names that a text insists on speak for that text.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::words::words;

/// Weight of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// A word of the license.
    Full,
    /// A proper name where a party is named.
    Name,
    /// A general word where a party is named: "the copyright holders".
    Party,
    /// A word of a sentence that the license may also go without.
    Optional,
}

/// A place for a name: between two runs of words, at most so many words apart.
struct Slot {
    open: &'static str,
    close: &'static [&'static str],
    most: usize,
}

const AFTER_NAME: &[&str] = &["nor", "may", "must", "not be", "shall", "or", "in advertising"];

const SLOTS: &[Slot] = &[
    Slot { open: "provided by", close: &["as is"], most: 20 },
    Slot { open: "shall", close: &["be liable", "be held", "have any"], most: 24 },
    Slot { open: "will", close: &["be liable", "be held"], most: 20 },
    Slot { open: "name of", close: AFTER_NAME, most: 14 },
    Slot { open: "names of", close: AFTER_NAME, most: 14 },
    Slot { open: "names", close: AFTER_NAME, most: 10 },
    Slot { open: "name", close: AFTER_NAME, most: 10 },
    Slot {
        open: "developed by",
        close: &[
            "neither",
            "and its",
            "and the",
            "for",
            "the name",
            "redistribution",
            "alternately",
            "may",
            "this",
            "all",
        ],
        most: 14,
    },
    Slot { open: "called", close: &["nor", "without"], most: 8 },
    Slot { open: "nor may", close: &["appear"], most: 6 },
];

/// Verbs before which a name stands, with the words at which the name cannot have begun yet.
const BEFORE: &[&str] = &["disclaims all", "disclaim all", "makes no", "make no"];
const MOST_BEFORE: usize = 6;
const NO_NAME: &str = "permission documentation warranty software notice code distribution publicity copies";
const PARTIES: &str = "the a an and or of its their any all other author authors copyright holder holders owner owners \
    contributor contributors regents company corporation project organization individual individuals licensor licensors \
    party parties by s be to in no event trademarkedname";

/// Sentences that SPDX's matching guidelines call optional, and the one that GNU manuals carry for whoever prints them:
/// how they begin and how they end.
const OPTIONAL: &[(&str, &str)] = &[
    ("representations about the suitability", "without express or implied warranty"),
    ("by obtaining using and or copying this software", "terms and conditions"),
    ("permission is granted to process this file through tex", "relevant to the printed manual"),
    ("x window system is a trademark", "x consortium inc"),
];
const MOST_OPTIONAL: usize = 48;

/// "Neither the name of A nor the names of its contributors may be used to endorse" and "the names of the authors may
/// not be used to endorse" forbid the same: the end that both have, and what they begin with.
const ENDORSE: &str = "be used to endorse";
const DENIALS: &str = "neither nor not the name names of may must shall";
const LONGEST_DENIAL: usize = 36;
const LONGEST_NAME: usize = 14;

struct Vocabulary {
    endorse: Vec<u32>,
    /// The words that only say no, whoever is named.
    denials: BTreeSet<u32>,
    neither: u32,
    names: Vec<u32>,
    optional: Vec<(Vec<u32>, Vec<u32>)>,
    slots: Vec<(Vec<u32>, Vec<Vec<u32>>, usize)>,
    before: Vec<Vec<u32>>,
    no_name: BTreeSet<u32>,
    parties: BTreeSet<u32>,
    openers: BTreeSet<u32>,
}

static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| {
    let slots: Vec<_> = SLOTS
        .iter()
        .map(|slot| (hashes(slot.open), slot.close.iter().map(|close| hashes(close)).collect(), slot.most))
        .collect();
    let before: Vec<Vec<u32>> = BEFORE.iter().map(|verb| hashes(verb)).collect();
    let optional: Vec<_> = OPTIONAL.iter().map(|(open, close)| (hashes(open), hashes(close))).collect();
    let openers = slots.iter().map(|slot: &(Vec<u32>, _, _)| slot.0[0]).chain(before.iter().map(|verb| verb[0]));
    Vocabulary {
        endorse: hashes(ENDORSE),
        denials: hashes(DENIALS).into_iter().collect(),
        neither: hashes("neither")[0],
        names: hashes("name names"),
        openers: openers.chain(optional.iter().map(|sentence| sentence.0[0])).collect(),
        optional,
        slots,
        before,
        no_name: hashes(NO_NAME).into_iter().collect(),
        parties: hashes(PARTIES).into_iter().collect(),
    }
});

/// The hashes of the words of `text`.
pub fn hashes(text: &str) -> Vec<u32> {
    words(text, 0, text.len()).iter().map(|word| word.hash).collect()
}

/// Weight of each of these words.
pub fn weights(words: &[u32]) -> Vec<Weight> {
    let vocabulary = &*VOCABULARY;
    let mut weights = vec![Weight::Full; words.len()];
    for at in 0..words.len() {
        for inside in vocabulary.denial(words, at).unwrap_or(0..0) {
            weights[inside] = vocabulary.in_denial(words[inside]);
        }
        if !vocabulary.openers.contains(&words[at]) {
            continue;
        }
        if let Some(sentence) = vocabulary.sentence(words, at) {
            weights[sentence].fill(Weight::Optional);
            continue;
        }
        let place = vocabulary.after(words, at).or_else(|| vocabulary.before(words, at)).unwrap_or(0..0);
        for inside in place {
            let is_party = vocabulary.parties.contains(&words[inside]);
            weights[inside] = if is_party { Weight::Party } else { Weight::Name };
        }
    }
    weights
}

impl Vocabulary {
    /// The optional sentence that begins at `at`.
    fn sentence(&self, words: &[u32], at: usize) -> Option<std::ops::Range<usize>> {
        let (_, close) = self.optional.iter().find(|(open, _)| words[at..].starts_with(open))?;
        let end = (at..words.len().min(at + MOST_OPTIONAL)).find(|&end| words[end..].starts_with(close))?;
        Some(at..end + close.len())
    }

    /// The words that say whose name may not be used, where the words at `at` say what for.
    fn denial(&self, words: &[u32], at: usize) -> Option<std::ops::Range<usize>> {
        words[at..].starts_with(&self.endorse).then_some(())?;
        let neither = (at.saturating_sub(LONGEST_DENIAL)..at).rev().find(|&place| words[place] == self.neither);
        let name = || (at.saturating_sub(LONGEST_NAME)..at).find(|&place| self.names.contains(&words[place]));
        Some(neither.or_else(name)?..at)
    }

    fn in_denial(&self, word: u32) -> Weight {
        let is_general = self.denials.contains(&word) || self.parties.contains(&word);
        if is_general { Weight::Party } else { Weight::Name }
    }

    /// The place for a name that the words at `at` open.
    fn after(&self, words: &[u32], at: usize) -> Option<std::ops::Range<usize>> {
        let (open, closes, most) = self.slots.iter().find(|slot| words[at..].starts_with(&slot.0))?;
        let start = at + open.len();
        let end = (start..words.len().min(start + most + 1))
            .find(|&end| closes.iter().any(|close| words[end..].starts_with(close)))?;
        Some(start..end)
    }

    /// The place for a name before the verb at `at`.
    fn before(&self, words: &[u32], at: usize) -> Option<std::ops::Range<usize>> {
        self.before.iter().find(|verb| words[at..].starts_with(verb))?;
        let earliest = at.saturating_sub(MOST_BEFORE);
        let start =
            (earliest..at).rev().find(|&place| self.no_name.contains(&words[place])).map_or(at, |place| place + 1);
        Some(start..at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Vec<Weight> {
        weights(&hashes(text))
    }

    #[test]
    fn names_of_holders_are_told_from_the_words_of_the_license() {
        let found =
            named("Neither the name of the University of Example nor the names of its contributors may be used");
        let names = found.iter().filter(|weight| **weight == Weight::Name).count();
        let parties = found.iter().filter(|weight| **weight == Weight::Party).count();
        assert_eq!((names, parties), (2, 4));
    }

    #[test]
    fn a_sentence_that_may_be_left_out_is_marked_from_its_beginning_to_its_end() {
        let found = named(
            "He makes no representations about the suitability of this for any purpose. It is provided \"as is\" \
             without express or implied warranty. Whoever reads",
        );
        assert_eq!(found.iter().filter(|weight| **weight == Weight::Optional).count(), 19);
        assert_eq!(found.last(), Some(&Weight::Full));
    }
}
