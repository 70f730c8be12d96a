//! The parts of a file that may hold license texts: around trigger words, as far as known runs of words go.

use std::ops::Range;

use super::library::Library;
use super::words::{SHINGLE, Word, shingle, words};
use crate::evidence::page::{ceil_boundary, floor_boundary};
use crate::text::Span;

/// A part of a file as words.
pub struct Region {
    /// The words, with their places in the file.
    pub words: Vec<Word>,
    /// Their hashes.
    pub hashes: Vec<u32>,
    /// `shingles[i]` is that of the words from `i`.
    pub shingles: Vec<u32>,
}

/// Bytes looked at on both sides of a trigger word.
const REACH: usize = 300;
/// Known runs of words that make a region worth a closer look.
const FEWEST_KNOWN: usize = 6;
/// Words at an edge of a region of which one must begin a known run for the region to grow there.
const EDGE: usize = 24;
/// Bytes of a region at most: ten times the longest license.
const LONGEST: usize = 1 << 20;
/// Bytes that a region grows by at least.
const STEP: usize = 1024;

/// The regions around `hits`, which ascend.
pub fn regions(library: &Library, text: &str, hits: &[u32]) -> Vec<Region> {
    let mut regions = Vec::new();
    let mut done = 0;
    let mut at = 0;
    while let Some(&hit) = hits.get(at) {
        let start = floor_boundary(text, (hit as usize).saturating_sub(REACH)).max(done);
        let mut end = hit as usize + REACH;
        while let Some(next) = hits.get(at + 1).filter(|next| (**next as usize) < end + REACH && end < start + LONGEST)
        {
            end = *next as usize + REACH;
            at += 1;
        }
        at += 1;
        let end = ceil_boundary(text, end);
        if start >= end {
            continue;
        }
        if let Some((region, end)) = grown(library, text, start, end, done) {
            done = end;
            at += hits[at..].partition_point(|hit| (*hit as usize) < end);
            regions.push(region);
        }
    }
    regions
}

/// The region from `start` to `end`, grown to both sides (not before `floor`) while its edges are known words;
/// `None` where too little is known. Also says where it ends.
fn grown(library: &Library, text: &str, mut start: usize, mut end: usize, floor: usize) -> Option<(Region, usize)> {
    loop {
        let region = Region::new(words(text, start, end));
        let known: Vec<bool> = region.shingles.iter().map(|hash| library.is_known(*hash)).collect();
        if known.iter().filter(|known| **known).count() < FEWEST_KNOWN {
            return None;
        }
        let step = STEP.max(end - start);
        let grows_left = start > floor && known.iter().take(EDGE).any(|known| *known);
        let grows_right = end < text.len() && known.iter().rev().take(EDGE).any(|known| *known);
        if (!grows_left && !grows_right) || end - start >= LONGEST {
            return Some((region, end));
        }
        if grows_left {
            start = floor_boundary(text, start.saturating_sub(step)).max(floor);
        }
        if grows_right {
            end = ceil_boundary(text, end + step);
        }
    }
}

impl Region {
    /// The region of these words.
    pub fn new(words: Vec<Word>) -> Self {
        let hashes: Vec<u32> = words.iter().map(|word| word.hash).collect();
        let shingles = hashes.windows(SHINGLE).map(shingle).collect();
        Region { words, hashes, shingles }
    }

    /// The bytes from the first to the last of these words.
    pub fn span(&self, words: &Range<usize>) -> Span {
        Span::new(self.words[words.start].start, self.words[words.end - 1].end)
    }
}
