//! The license that a document resembles most, where it is none of those known.

use std::collections::BTreeMap;

use super::library::Library;
use super::region::Region;
use super::score::Passage;
use super::slots::hashes;
use super::words::words;
use crate::evidence::detection::Score;
use crate::evidence::page::floor_boundary;

/// A document and the text it is nearest to.
pub struct Nearest {
    /// The number of the text in the index.
    pub entry: u16,
    /// How near: askalono's similarity of the two as wholes.
    pub score: Score,
    /// Bytes from the first word to the last.
    pub span: crate::text::Span,
}

/// Bytes of a document that are compared at most.
const LONGEST: usize = 64 << 10;
/// Words below which nothing is a license.
const FEWEST_WORDS: usize = 30;
/// Texts that are compared, by the runs of words they share.
const MOST_COMPARED: usize = 8;

/// Topics of licenses: permissions, conditions, liability. A license speaks of two at least.
const SUBJECTS: [&str; 3] = [
    "permission permitted permit granted grant grants redistribute redistribution allowed license licensed use copy",
    "provided condition conditions notice must shall retain terms",
    "warranty warranties liable liability damages responsible risk",
];

/// The text that `text`, a license document in which no license was found, is nearest to; `None` where it does not
/// read like a license, or like none that is known.
pub fn nearest(library: &Library, text: &str) -> Option<Nearest> {
    let region = Region::new(words(text, 0, floor_boundary(text, LONGEST)));
    if region.words.len() < FEWEST_WORDS || subjects(&region.hashes) < 2 {
        return None;
    }
    let mut shared: BTreeMap<u16, u32> = BTreeMap::new();
    for number in region.shingles.iter().flat_map(|hash| library.holders(*hash)) {
        *shared.entry(number).or_default() += 1;
    }
    let mut order: Vec<u16> = shared.keys().copied().collect();
    order.sort_by_key(|number| std::cmp::Reverse(shared[number]));
    let passage = Passage::new(text, &region.words);
    let compared = order.into_iter().take(MOST_COMPARED);
    let best = compared.map(|number| (passage.likeness(library.passage(number)), std::cmp::Reverse(number))).max()?;
    let span = region.span(&(0..region.words.len()));
    Some(Nearest { entry: best.1.0, score: best.0, span })
}

/// How many of the subjects of licenses these words speak of.
fn subjects(words: &[u32]) -> usize {
    SUBJECTS.iter().filter(|subject| hashes(subject).iter().any(|word| words.contains(word))).count()
}
