//! Which license texts a region holds: candidates by shared runs of words, judged by alignment.

use std::collections::BTreeMap;
use std::ops::Range;

use super::align::{Island, islands};
use super::index::{self, ENTRIES, Entry};
use super::library::Library;
use super::region::Region;

/// A license text found in a region.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its number in the index.
    pub entry: u16,
    /// The words of the region.
    pub words: Range<usize>,
    /// Similarity in hundredths of a percent.
    pub score: u16,
    /// What is special.
    pub note: Option<String>,
    utility: i32,
}

/// Words of a region for which candidates are counted together.
const BLOCK: usize = 96;
/// Candidates that a block may name.
const MOST_CANDIDATES: usize = 40;
/// Shared runs of words that make a candidate.
const FEWEST_SHARED: u32 = 4;

/// The texts in `region`, in order of place, without overlap.
pub fn select(region: &Region, library: &Library) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    for (number, blocks) in candidates(region) {
        for range in joined(&blocks, region.hashes.len()) {
            let text = library.text(number);
            let islands = islands(&region.hashes, &region.shingles, range, text);
            found.extend(islands.iter().filter_map(|island| judge(number, island)));
        }
    }
    best_apart(found)
}

/// Per text: the blocks of the region that name it.
fn candidates(region: &Region) -> BTreeMap<u16, Vec<usize>> {
    let mut by_text: BTreeMap<u16, Vec<usize>> = BTreeMap::new();
    let mut counts = vec![0_u32; ENTRIES.len()];
    let mut touched: Vec<u16> = Vec::new();
    for (block, shingles) in region.shingles.chunks(BLOCK).enumerate() {
        for number in shingles.iter().flat_map(|hash| index::holders(*hash)) {
            let count = &mut counts[usize::from(number)];
            if *count == 0 {
                touched.push(number);
            }
            *count += weight(&ENTRIES[usize::from(number)]);
        }
        let top = touched.iter().map(|number| counts[usize::from(*number)]).max().unwrap_or(0);
        touched.sort_by_key(|number| (std::cmp::Reverse(counts[usize::from(*number)]), *number));
        for number in touched.iter().take(MOST_CANDIDATES) {
            let count = counts[usize::from(*number)];
            if count >= FEWEST_SHARED && count * 3 >= top {
                by_text.entry(*number).or_default().push(block);
            }
        }
        touched.drain(..).for_each(|number| counts[usize::from(number)] = 0);
    }
    by_text
}

/// Long texts give every third run to the index only.
fn weight(entry: &Entry) -> u32 {
    if entry.shingles * 2 < entry.words { 3 } else { 1 }
}

/// Ranges of words: neighbouring blocks together, and a block more on both sides.
fn joined(blocks: &[usize], words: usize) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for block in blocks {
        let range = block.saturating_sub(1) * BLOCK..((block + 2) * BLOCK).min(words);
        match ranges.last_mut() {
            Some(last) if range.start <= last.end + 2 * BLOCK => last.end = range.end,
            _ => ranges.push(range),
        }
    }
    ranges
}

/// What an island is worth, or `None` where it is too little of the text.
fn judge(number: u16, island: &Island) -> Option<Found> {
    let entry = &ENTRIES[usize::from(number)];
    let Island { matched, inserted, deleted, .. } = *island;
    let (head, tail) = (island.text.start, entry.words as usize - island.text.end);
    let similarity = matched * 10_000 / (matched + inserted + deleted);
    let coverage = matched * 10_000 / entry.words as usize;
    let is_whole = similarity >= 8_200 && coverage >= 7_500;
    let is_begun = similarity >= 9_000 && head <= 12 && (coverage >= 3_500 || matched >= 200) && matched >= 25;
    if !is_whole && !is_begun {
        return None;
    }
    let known = if entry.is_known { 5 } else { 0 };
    let costs = 6 * (inserted + deleted) + 3 * head + 2 * tail.min(matched);
    let score = matched * 10_000 / (matched + inserted + deleted + head + tail);
    Some(Found {
        entry: number,
        words: island.file.clone(),
        score: score as u16,
        note: None,
        utility: 10 * matched as i32 - costs as i32 + known,
    })
}

/// The most useful of those that overlap.
fn best_apart(mut found: Vec<Found>) -> Vec<Found> {
    found.sort_by(|a, b| (-a.utility, a.entry, a.words.start).cmp(&(-b.utility, b.entry, b.words.start)));
    let mut kept: Vec<Found> = Vec::new();
    for one in found {
        let shared =
            |other: &Found| one.words.end.min(other.words.end).saturating_sub(one.words.start.max(other.words.start));
        if kept.iter().all(|other| shared(other) * 5 < one.words.len()) {
            kept.push(one);
        }
    }
    kept.sort_by_key(|one| one.words.start);
    kept
}
