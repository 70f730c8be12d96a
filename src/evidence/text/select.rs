//! Which license texts a region holds: candidates by shared runs of words, located by alignment, scored by askalono.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::LazyLock;

use super::align::{Island, Side, islands};
use super::library::{Facts, Library, Text, Worth};
use super::region::Region;
use super::score::Passage;
use super::slots::hashes;
use crate::evidence::detection::Score;

/// A license text found in a region.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its number in the index.
    pub entry: u16,
    /// The words of the region.
    pub words: Range<usize>,
    /// Stretches of those words that are not of the license.
    pub gaps: Vec<Range<usize>>,
    /// Those that stand in the place of next to nothing of the license.
    pub added: Vec<Range<usize>>,
    /// Those of its words that are of the license.
    pub runs: Vec<Range<usize>>,
    /// Similarity: of the alignment while texts compete, askalono's in the end.
    pub score: Score,
    /// Another text that is as near but for a few words.
    pub rival: Option<u16>,
    /// Enough of the text, and close enough, to be that license; others only keep worse ones away.
    pub is_certain: bool,
    /// The text from its beginning to its end, more or less.
    is_whole: bool,
    /// Little else stands between its words.
    follows: bool,
    is_known: bool,
    /// Its words allow something.
    grants: bool,
    /// Weight of its words; a word is worth 10.
    matched: u32,
    utility: i32,
}

// The limits of this file were moved by a third each way on 368 full and embedded texts (E) and on 306 listed texts that
// were rewrapped, commented, cut and put into code (L). A limit that says "no row" moves without a changed row: it was
// chosen by what it costs or by the reason given.

/// Words of a region for which candidates are counted together. At 67 E loses a row, a
/// BSD-4-Clause text that is read as BSD-3-Clause; at 125 no row.
const BLOCK: usize = 96;
/// Candidates that a block may name. At 17 E and L lose a row each: a text of CC-BY-ND-2.5 is read as 2.0, for the
/// family has many members; at 31 no row.
const MOST_CANDIDATES: usize = 24;
/// Shared runs of words that make a candidate. At 3 and 5 no row: below, chance phrases are aligned.
const FEWEST_SHARED: u32 = 4;
/// A text of which less than this part (a sixth) occurs is not aligned, unless it is so much all the same. At 4 and 8, and
/// at 28 and 52 runs, no row: both only save alignments.
const SMALLEST_PART: u32 = 6;
const ENOUGH_SHARED: u32 = 40;

/// The texts in `region`, in order of place, without overlap.
pub fn select(region: &Region, text: &str, library: &Library) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let worth = Worth::of(&region.hashes);
    for (number, blocks) in candidates(region, library) {
        let least = library.facts(number).shingles.div_ceil(SMALLEST_PART).min(ENOUGH_SHARED);
        for range in joined(&blocks, least, region.hashes.len()) {
            let side = Side { words: &region.hashes, shingles: &region.shingles, worth: &worth, range };
            let islands = islands(&side, library.text(number));
            found.extend(islands.iter().filter_map(|island| judge(number, library, &region.hashes, island)));
        }
    }
    let mut found: Vec<Found> = best_apart(found, library)
        .into_iter()
        .map(|place| scored(place, &|found| passage(region, text, found), library))
        .collect();
    drop_quoted(&mut found);
    found
}

fn passage(region: &Region, text: &str, found: &Found) -> Passage {
    Passage::new(text, &region.words[found.words.clone()])
}

/// The text at a place with askalono's score: the nearest one by that score, where the alignment finds several equally
/// near. What is word for word the license needs no scoring; of a text that breaks off, askalono, which compares whole
/// texts, would only say that short licenses lack less.
fn scored(place: Place, passage: &dyn Fn(&Found) -> Passage, library: &Library) -> Found {
    let Place { winner, rivals, family } = place;
    if winner.score == Score::FULL {
        return Found { rival: rivals.first().map(|rival| rival.entry), ..winner };
    }
    let seen = passage(&winner);
    let mut contenders: Vec<(Score, Found)> = std::iter::once(winner)
        .chain(rivals)
        .map(|found| (seen.likeness(library.passage(found.entry)), found))
        .collect();
    if contenders.iter().all(|(_, found)| found.is_whole) {
        contenders.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    }
    let rival = contenders.get(1).map(|(_, found)| found.entry);
    let (score, found) = contenders.swap_remove(0);
    if let Some(family) = family.filter(|_| !found.follows) {
        return Found { rival: Some(found.entry), score: seen.likeness(library.passage(family.entry)), ..family };
    }
    let is_certain = found.is_certain || score >= CERTAIN && (found.grants || score >= BEYOND_DOUBT);
    Found { rival, score, is_certain, ..found }
}

/// Similarity from which askalono alone decides, whatever the alignment says. At 56 % E loses two rows; with nothing near
/// enough, no row.
const CERTAIN: Score = Score(8_000);
/// And this near whatever the words are: not every license is in English. At 84 % and 93 % no row.
const BEYOND_DOUBT: Score = Score(9_000);

/// A block of the region, and how many runs of words it shares with a text.
type Block = (usize, u32);

/// Per text: the blocks of the region that name it.
fn candidates(region: &Region, library: &Library) -> BTreeMap<u16, Vec<Block>> {
    let mut by_text: BTreeMap<u16, Vec<Block>> = BTreeMap::new();
    let mut counts = vec![0_u32; library.len()];
    let mut touched: Vec<u16> = Vec::new();
    for (block, shingles) in region.shingles.chunks(BLOCK).enumerate() {
        for number in shingles.iter().flat_map(|hash| library.holders(*hash)) {
            let count = &mut counts[usize::from(number)];
            if *count == 0 {
                touched.push(number);
            }
            *count += weight(library.facts(number));
        }
        let top = touched.iter().map(|number| counts[usize::from(*number)]).max().unwrap_or(0);
        touched.sort_by_key(|number| (std::cmp::Reverse(counts[usize::from(*number)]), *number));
        for (rank, number) in touched.iter().enumerate() {
            let count = counts[usize::from(*number)];
            let facts = library.facts(*number);
            let runs = count / weight(facts);
            // A short text between longer ones shares little of a block, and is there all the same.
            let is_near = rank < MOST_CANDIDATES && count * 2 >= top || runs * 2 >= facts.shingles;
            if count >= FEWEST_SHARED && is_near {
                by_text.entry(*number).or_default().push((block, runs));
            }
        }
        touched.drain(..).for_each(|number| counts[usize::from(number)] = 0);
    }
    by_text
}

/// Long texts give every third run to the index only.
fn weight(entry: Facts) -> u32 {
    if entry.shingles * 2 < entry.words { 3 } else { 1 }
}

/// Ranges of words: neighbouring blocks together, and a block more on both sides; those that share at least so many runs.
fn joined(blocks: &[Block], least: u32, words: usize) -> Vec<Range<usize>> {
    let mut ranges: Vec<(Range<usize>, u32)> = Vec::new();
    for (block, runs) in blocks {
        let range = block.saturating_sub(1) * BLOCK..((block + 2) * BLOCK).min(words);
        match ranges.last_mut() {
            Some((last, shared)) if range.start <= last.end + 2 * BLOCK => {
                last.end = range.end;
                *shared += runs;
            }
            _ => ranges.push((range, *runs)),
        }
    }
    ranges.into_iter().filter(|(_, shared)| *shared >= least).map(|(range, _)| range).collect()
}

/// Score of an island, or `None` where it is too little of the text. Short licenses that everybody knows are told by
/// what they give and ask: where that is there and only the disclaimer is another, the island ends before it.
fn judge(number: u16, library: &Library, words: &[u32], island: &Island) -> Option<Found> {
    let whole = weighed(number, library, words, island);
    if whole.as_ref().is_some_and(|found| found.is_certain) {
        return whole;
    }
    let text: &Text = library.text(number);
    let is_common = library.facts(number).is_known && is_short(text);
    let begun = text.disclaimer.filter(|_| is_common).and_then(|at| island.until(at));
    begun.and_then(|begun| weighed(number, library, words, &begun)).filter(|found| found.is_certain).or(whole)
}

fn weighed(number: u16, library: &Library, words: &[u32], island: &Island) -> Option<Found> {
    let text: &Text = library.text(number);
    let is_known = library.facts(number).is_known;
    let is_common = is_known && is_short(text);
    let Island { matched, inserted, deleted, .. } = *island;
    let loss = &text.worth.loss;
    let (head, tail) = (loss[island.text.start], loss[text.words.len()] - loss[island.text.end]);
    let part_of = |whole: u32| u64::from(matched) * 10_000 / u64::from(whole.max(1));
    let similarity = part_of(matched + inserted + deleted);
    let score = part_of(matched + inserted + deleted + head + tail);
    let grants = grants(&words[island.file.clone()]);
    let is_whole = similarity >= 7_500 && score >= 7_000 && (score >= 9_000 || grants);
    // All that a license everybody knows gives and asks: only its disclaimer is missing.
    let gives_all = is_common && text.disclaimer.is_some_and(|at| island.text.end + 2 >= at);
    let is_enough = score >= 3_500 || matched >= 2_000 || gives_all;
    let is_begun = similarity >= 9_000 && head <= 120 && is_enough && matched >= 250 && grants;
    // An introduction or explanation around the terms may be left out where the terms are complete.
    let has_all_terms = !text.sets_terms_outside(&island.text);
    let is_core = similarity >= 9_500 && score >= 5_000 && matched >= 1_000 && grants && has_all_terms;
    if similarity < 6_000 || score < 2_000 && matched < 2_000 {
        return None;
    }
    let known = if is_known { 5 } else { 0 };
    let is_certain = is_whole || is_begun || is_core;
    // One that could not be reported must be clearly better to keep away one that can.
    let doubt = if is_certain { 0 } else { matched };
    // The last clause is often what makes a variant; where more is not there, the text breaks off.
    let has_own_terms = text.others.iter().any(|at| *at >= island.text.end && *at - island.text.end <= 3);
    let cut = if has_own_terms {
        100
    } else if !is_known && is_short(text) && tail * 4 < matched {
        6 * tail
    } else {
        2 * tail.min(matched)
    };
    let costs = (6 * (inserted + deleted) + 3 * head.min(LONGEST_HEAD) + cut + doubt) / 10;
    let costs = costs + foreign(text, is_known, &words[island.file.clone()]) + conditions(text, &island.gaps, words);
    Some(Found {
        entry: number,
        words: island.file.clone(),
        gaps: island.gaps.clone(),
        added: island.added.clone(),
        runs: island.runs(),
        score: Score(score as u16),
        rival: None,
        is_certain,
        is_whole,
        follows: similarity >= 9_000,
        is_known,
        grants,
        matched,
        utility: matched as i32 - costs as i32 + known,
    })
}

/// Worth of the words before the terms that count as missing at most: a preamble is left out as a whole. At 1,300 E loses
/// a row, the ImageMagick license, which is Apache-2.0 behind a preamble; at 700 no row.
const LONGEST_HEAD: u32 = 1_000;

/// Penalty of a text that insists on names where the words hold none of them: it is somebody else's license, and
/// the same words without names fit better. Well-known texts are used by others with their own names.
fn foreign(text: &Text, is_known: bool, words: &[u32]) -> u32 {
    let is_named = text.names.is_empty() || words.iter().any(|word| text.names.contains(word));
    match is_named {
        true => 0,
        false if is_known => FOREIGN / 10,
        false => FOREIGN,
    }
}

/// Worth 15 words. At 195 E loses a row, an HPND-sell-variant that is read as HPND; at 105 no row.
const FOREIGN: u32 = 150;

/// True for texts of the families that differ by a clause: MIT, BSD, HPND, ISC and the like.
fn is_short(text: &Text) -> bool {
    text.words.len() <= 400
}

/// Penalty of a short text for an inserted clause about names: with that clause it is another license.
fn conditions(text: &Text, gaps: &[Range<usize>], words: &[u32]) -> u32 {
    static CLAUSES: LazyLock<[Vec<u32>; 2]> =
        LazyLock::new(|| [hashes("be used in advertising"), hashes("used to endorse or promote")]);
    let forbids = |gap: &&Range<usize>| {
        let words = &words[(*gap).clone()];
        CLAUSES.iter().any(|said| words.windows(said.len()).any(|run| run == said))
    };
    if is_short(text) { gaps.iter().filter(forbids).count() as u32 * FOREIGN } else { 0 }
}

/// True where the words allow something: a disclaimer by itself is no license.
fn grants(words: &[u32]) -> bool {
    static GRANTING: LazyLock<BTreeSet<u32>> = LazyLock::new(|| {
        hashes("permission permissions permitted granted grants redistribution redistributions freely whatever allowed")
            .into_iter()
            .collect()
    });
    words.iter().any(|word| GRANTING.contains(word))
}

impl Found {
    /// True where this leaves no room for a worse one. What is not certain itself displaces only what has its own extent:
    /// a text of several licenses, half met, must not hide the one that is there.
    fn displaces(&self, other: &Found) -> bool {
        let shared = self.words.end.min(other.words.end).saturating_sub(self.words.start.max(other.words.start));
        shared * 5 >= other.words.len() && (self.is_certain || shared * 10 >= self.words.len() * 8)
    }
}

/// Utility (a word is worth 10) by which a rival may be worse: two words. At 14 E loses a row; at 26 no row.
const RIVAL: i32 = 20;

impl Found {
    fn is_rival(&self, other: &Found) -> bool {
        other.is_certain && other.entry != self.entry && self.utility - other.utility <= RIVAL
    }

    /// Nothing says which text it was that breaks off: of those that begin alike, the well-known one is the likeliest.
    fn is_less_likely(&self, other: &Found) -> bool {
        let both_break_off = !self.is_whole && !other.is_whole && other.is_certain;
        both_break_off && !self.is_known && other.is_known && other.matched * 20 >= self.matched * 19
    }

    /// Words enough, and near enough, to be some license nobody listed.
    fn is_resemblance(&self) -> bool {
        self.score >= Score(5_000) && self.words.len() >= 40
    }
}

/// A text in its place, and those that are as near but for a few words, nearest first.
struct Place {
    winner: Found,
    rivals: Vec<Found>,
    /// The license of which the text is a variant, where that is certain as well: somebody's wording is told from it
    /// only where the words follow that wording.
    family: Option<Found>,
}

/// Rivals of one text at most. At 3 and 5 no row.
const MOST_RIVALS: usize = 4;

impl Place {
    /// Keeps what lost its place to this text, where it is a rival.
    fn lost(&mut self, mut other: Found, library: &Library) {
        if self.winner.is_less_likely(&other) {
            std::mem::swap(&mut self.winner, &mut other);
        }
        if other.is_certain && library.is_variant(self.winner.entry, other.entry) {
            self.family = Some(other);
        } else if self.rivals.len() < MOST_RIVALS && self.winner.is_rival(&other) {
            self.rivals.push(other);
        }
    }
}

/// Leaves out texts of which all words are also those of a longer one around them: a known license with a clause more is
/// a license of its own.
fn drop_quoted(found: &mut Vec<Found>) {
    let is_within = |one: &Found, other: &Found| {
        let is_around = other.words.start <= one.words.start && one.words.end <= other.words.end;
        if !is_around || !other.is_certain || one.words.len() >= other.words.len() {
            return false;
        }
        let held = |words: &Range<usize>| {
            let shared = |run: &Range<usize>| run.end.min(words.end).saturating_sub(run.start.max(words.start));
            other.runs.iter().map(shared).sum::<usize>()
        };
        let (all, own) = (one.runs.iter().map(held).sum::<usize>(), one.runs.iter().map(Range::len).sum::<usize>());
        all * 20 >= own * 19
    };
    let quoted: Vec<bool> = found.iter().map(|one| found.iter().any(|other| is_within(one, other))).collect();
    let mut quoted = quoted.into_iter();
    found.retain(|_| !quoted.next().unwrap_or(false));
}

/// The most useful of those that overlap.
fn best_apart(mut found: Vec<Found>, library: &Library) -> Vec<Place> {
    found.sort_by_key(|one| (-one.utility, one.entry, one.words.start));
    let mut kept: Vec<Place> = Vec::new();
    // Per block of the region: those kept that touch it.
    let mut by_block: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for one in found {
        let blocks = one.words.start / BLOCK..=one.words.end / BLOCK;
        let near = by_block.range(blocks.clone()).flat_map(|(_, kept)| kept).copied();
        match near.filter(|&at| kept[at].winner.displaces(&one)).min() {
            Some(at) => kept[at].lost(one, library),
            None => {
                blocks.for_each(|block| by_block.entry(block).or_default().push(kept.len()));
                kept.push(Place { winner: one, rivals: Vec::new(), family: None });
            }
        }
    }
    kept.retain(|place| place.winner.is_certain || place.winner.is_resemblance());
    kept.sort_by_key(|place| place.winner.words.start);
    kept
}
