//! License texts as words: those of the SPDX list, each read when first needed, and those of the user.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::{LazyLock, OnceLock};

use super::index::{self, ENTRIES, Entry};
use super::score::Passage;
use super::slots::{Weight, hashes, weights};
use super::words::{SHINGLE, shingle, words_of_license};
use crate::license;

/// A license text as words, searchable by shingle.
pub struct Text {
    /// The hashes of its words.
    pub words: Box<[u32]>,
    /// Weight of matching or missing words.
    pub worth: Worth,
    /// The proper names that the text insists on, each once.
    pub names: BTreeSet<u32>,
    /// The word at which it stops to give and begins to disclaim.
    pub disclaimer: Option<usize>,
    /// The words with which the licenses of others begin that it quotes behind its own terms.
    pub others: Vec<usize>,
    /// The first and the last word that sets terms; `None` where none does.
    terms: Option<(usize, usize)>,
    shingles: Box<[u32]>,
    /// Per bucket: the last place of a shingle in it, plus one.
    heads: Box<[u32]>,
    /// Per place: the one before it in its bucket, plus one.
    before: Box<[u32]>,
}

/// Weights of words, as sums from the start: `sum[b] - sum[a]` is that of the words from `a` to `b`.
pub struct Worth {
    /// Words found on the other side: 10 for a word, 6 for a name, 0 for a general word for a party.
    pub gain: Box<[u32]>,
    /// Words that the other side lacks, where this side is a license text.
    pub loss: Box<[u32]>,
    /// Words that the other side lacks, where this side is a file: names and optional sentences are free.
    pub surplus: Box<[u32]>,
}

impl Worth {
    /// The worth of these words.
    pub fn of(words: &[u32]) -> Self {
        let weights = weights(words);
        let sums = |full: u32, name: u32, optional: u32| {
            let mut sum = 0;
            let each = weights.iter().map(|weight| match weight {
                Weight::Full => full,
                Weight::Name => name,
                Weight::Party => 0,
                Weight::Optional => optional,
            });
            std::iter::once(0)
                .chain(each.map(|worth| {
                    sum += worth;
                    sum
                }))
                .collect()
        };
        Worth { gain: sums(10, 6, 10), loss: sums(10, 10, 0), surplus: sums(10, 0, 0) }
    }
}

/// Places of one shingle that are looked at in a text: a text that says the same more often is no license.
const MOST_PLACES: usize = 8;

impl Text {
    /// The text with these words.
    pub fn new(words: Vec<u32>) -> Self {
        let shingles: Vec<u32> = words.windows(SHINGLE).map(shingle).collect();
        let named = words.iter().zip(weights(&words)).filter(|(_, weight)| *weight == Weight::Name);
        let names = named.map(|(word, _)| *word).collect();
        let mut heads = vec![0; (shingles.len() * 2).next_power_of_two().max(2)];
        let mut before = vec![0; shingles.len()];
        for (place, hash) in shingles.iter().enumerate().rev() {
            let bucket = *hash as usize & (heads.len() - 1);
            before[place] = heads[bucket];
            heads[bucket] = place as u32 + 1;
        }
        let worth = Worth::of(&words);
        Text {
            names,
            disclaimer: disclaimer(&words),
            others: others(&words),
            terms: terms(&words),
            worth,
            words: words.into(),
            shingles: shingles.into(),
            heads: heads.into(),
            before: before.into(),
        }
    }

    /// Its shingles, each once.
    fn distinct(&self) -> BTreeSet<u32> {
        self.shingles.iter().copied().collect()
    }

    /// True where a word outside of this range sets terms: a part that does is a license by itself, as of one made of
    /// several, and without it the text is another license.
    pub fn sets_terms_outside(&self, part: &Range<usize>) -> bool {
        self.terms.is_some_and(|(first, last)| first < part.start || last >= part.end)
    }

    /// Where the shingle stands, ascending; the first few places only.
    pub fn places(&self, shingle: u32) -> impl Iterator<Item = usize> {
        let mut next = self.heads[shingle as usize & (self.heads.len() - 1)];
        std::iter::from_fn(move || {
            let place = next.checked_sub(1)? as usize;
            next = self.before[place];
            Some(place)
        })
        .filter(move |place| self.shingles[*place] == shingle)
        .take(MOST_PLACES)
    }
}

fn disclaimer(words: &[u32]) -> Option<usize> {
    static OPENINGS: LazyLock<[Vec<u32>; 4]> = LazyLock::new(|| {
        ["this software is provided", "the software is provided", "disclaims all warranties", "disclaim all warranties"]
            .map(hashes)
    });
    (0..words.len()).find(|&at| OPENINGS.iter().any(|opening| words[at..].starts_with(opening)))
}

/// The first and the last word that permits something.
fn terms(words: &[u32]) -> Option<(usize, usize)> {
    static TERMS: LazyLock<Vec<u32>> = LazyLock::new(|| hashes("permission permitted redistribution redistributions"));
    let terms = TERMS.as_slice();
    let first = words.iter().position(|word| terms.contains(word))?;
    Some((first, words.iter().rposition(|word| terms.contains(word))?))
}

/// Where the usual first words of a license stand once more, behind a license.
fn others(words: &[u32]) -> Vec<usize> {
    static OPENING: LazyLock<Vec<u32>> = LazyLock::new(|| hashes("redistribution and use in source and binary forms"));
    words
        .windows(OPENING.len())
        .enumerate()
        .filter(|(_, run)| *run == OPENING.as_slice())
        .map(|(at, _)| at)
        .skip(1)
        .collect()
}

/// A license text that the user gave, reported as `LicenseRef-<name>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnText {
    /// The name after `LicenseRef-`.
    pub name: String,
    /// The text.
    pub text: String,
}

/// Facts about a text before it is read.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// Words in the text.
    pub words: u32,
    /// Different runs of words in the index.
    pub shingles: u32,
    /// The likelier one of two that are equally near.
    pub is_known: bool,
}

/// The texts of the SPDX list, and behind them those of the user.
pub struct Library {
    slots: Vec<OnceLock<Text>>,
    /// Text that askalono compares with, per license.
    passages: Vec<OnceLock<Passage>>,
    own: Vec<(OwnText, Text)>,
    own_holders: BTreeMap<u32, Vec<u16>>,
}

impl Library {
    /// A library that has read none of the listed texts yet.
    pub fn new(own: &[OwnText]) -> Self {
        let own: Vec<(OwnText, Text)> = own.iter().map(|one| (one.clone(), read(&one.text))).collect();
        let mut own_holders: BTreeMap<u32, Vec<u16>> = BTreeMap::new();
        for (number, (_, text)) in own.iter().enumerate() {
            for shingle in text.distinct() {
                own_holders.entry(shingle).or_default().push((ENTRIES.len() + number) as u16);
            }
        }
        let passages = (0..ENTRIES.len() + own.len()).map(|_| OnceLock::new()).collect();
        Library { slots: ENTRIES.iter().map(|_| OnceLock::new()).collect(), passages, own, own_holders }
    }

    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.slots.len() + self.own.len()
    }

    /// The text with this number.
    pub fn text(&self, number: u16) -> &Text {
        let number = usize::from(number);
        match self.slots.get(number) {
            Some(slot) => slot.get_or_init(|| read(source(&ENTRIES[number]))),
            None => &self.own[number - self.slots.len()].1,
        }
    }

    /// The text with this number as askalono compares it.
    pub fn passage(&self, number: u16) -> &Passage {
        let place = usize::from(number);
        self.passages[place].get_or_init(|| {
            let text = match ENTRIES.get(place) {
                Some(entry) => source(entry),
                None => &self.own[place - self.slots.len()].0.text,
            };
            Passage::new(text, &words_of_license(text))
        })
    }

    /// Facts about the text with this number.
    pub fn facts(&self, number: u16) -> Facts {
        match ENTRIES.get(usize::from(number)) {
            Some(entry) => Facts { words: entry.words, shingles: entry.shingles, is_known: entry.is_known },
            None => {
                let text = self.text(number);
                Facts { words: text.words.len() as u32, shingles: text.distinct().len() as u32, is_known: true }
            }
        }
    }

    /// True where the text with this number is listed beside a well-known one, `base`, for other words:
    /// `BSD-3-Clause-Sun` beside `BSD-3-Clause`.
    pub fn is_variant(&self, number: u16, base: u16) -> bool {
        let entry = |number: u16| ENTRIES.get(usize::from(number)).filter(|entry| !entry.is_exception);
        let (Some(variant), Some(base)) = (entry(number), entry(base)) else { return false };
        let rest = variant.id.strip_prefix(base.id);
        base.is_known && !variant.is_known && rest.is_some_and(|rest| rest.starts_with('-'))
    }

    /// The user's name of the text with this number; `None` for those of the list.
    pub fn own_name(&self, number: u16) -> Option<&str> {
        let own = usize::from(number).checked_sub(self.slots.len())?;
        self.own.get(own).map(|(text, _)| text.name.as_str())
    }

    /// The texts that hold the shingle with this hash, ascending.
    pub fn holders(&self, shingle: u32) -> impl Iterator<Item = u16> {
        let own = self.own_holders.get(&shingle).into_iter().flatten().copied();
        index::holders(shingle).chain(own)
    }

    /// True where some text holds the shingle with this hash.
    pub fn is_known(&self, shingle: u32) -> bool {
        index::is_known(shingle) || self.own_holders.contains_key(&shingle)
    }
}

fn read(text: &str) -> Text {
    Text::new(words_of_license(text).iter().map(|word| word.hash).collect())
}

/// The text behind an entry of the index.
pub fn source(entry: &Entry) -> &'static str {
    let exception = || license::exception(entry.id).map(|found| found.text);
    let license = || {
        let only = || license::license(&format!("{}-only", entry.id));
        license::license(entry.id).or_else(only).map(|found| found.text)
    };
    let text = if entry.is_exception { exception() } else { license() };
    text.unwrap_or("")
}
