//! Where, and how well, the words of a file follow the words of one license text.
//!
//! Runs of equal words are joined into chains in the order of both sides; words skipped on either side cost.
//! Work grows linearly with the words of the file.

use std::ops::Range;

use super::library::Text;

/// A part of the file that follows a license text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Island {
    /// Words of the file, from the first to the last equal one.
    pub file: Range<usize>,
    /// Words of the license text, likewise.
    pub text: Range<usize>,
    /// Words that are equal.
    pub matched: usize,
    /// Words of the file between equal ones.
    pub inserted: usize,
    /// Words of the license text between equal ones.
    pub deleted: usize,
}

/// Gain of an equal word, and the cost of a word skipped between equal ones.
const GAIN: i32 = 10;
const SKIP: i32 = 6;

/// Runs looked back at for the one to join with.
const LOOK_BACK: usize = 48;

#[derive(Clone, Copy)]
struct Run {
    file: usize,
    text: usize,
    len: usize,
}

#[derive(Clone, Copy)]
struct Link {
    score: i32,
    previous: Option<usize>,
    /// Words at the start of the run that the previous run has taken.
    trimmed: usize,
}

/// The parts of `range` in the file that follow `text`, best first, without overlap.
/// `shingles[i]` is that of the words from `i`.
pub fn islands(words: &[u32], shingles: &[u32], range: Range<usize>, text: &Text) -> Vec<Island> {
    let runs = runs(words, shingles, range, text);
    let links = chain(&runs);
    let mut order: Vec<usize> = (0..runs.len()).collect();
    order.sort_by_key(|&at| (-links[at].score, at));
    let mut used = vec![false; runs.len()];
    order.into_iter().filter_map(|end| island(end, &runs, &links, &mut used)).collect()
}

/// The longest runs of equal words, in the order of the file.
fn runs(words: &[u32], shingles: &[u32], range: Range<usize>, text: &Text) -> Vec<Run> {
    let mut runs = Vec::new();
    for file in range.start..range.end.min(shingles.len()) {
        for place in text.places(shingles[file]) {
            let is_inside = file > range.start && place > 0 && words[file - 1] == text.words[place - 1];
            if is_inside {
                continue;
            }
            let ahead = words[file..range.end].iter().zip(&text.words[place..]);
            let len = ahead.take_while(|(left, right)| left == right).count();
            if len > 0 {
                runs.push(Run { file, text: place, len });
            }
        }
    }
    runs
}

/// For each run, the best chain that ends with it.
fn chain(runs: &[Run]) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::with_capacity(runs.len());
    for (at, run) in runs.iter().enumerate() {
        let mut best = Link { score: run.len as i32 * GAIN, previous: None, trimmed: 0 };
        for earlier in at.saturating_sub(LOOK_BACK)..at {
            if let Some(link) = join(earlier, &runs[earlier], &links[earlier], run) {
                if link.score > best.score {
                    best = link;
                }
            }
        }
        links.push(best);
    }
    links
}

fn join(at: usize, earlier: &Run, link: &Link, run: &Run) -> Option<Link> {
    let (file_end, text_end) = (earlier.file + earlier.len, earlier.text + earlier.len);
    let trimmed = file_end.saturating_sub(run.file).max(text_end.saturating_sub(run.text));
    if trimmed >= run.len || run.text < earlier.text || run.file < earlier.file {
        return None;
    }
    let skipped = (run.file + trimmed - file_end) + (run.text + trimmed - text_end);
    let gain = (run.len - trimmed) as i32 * GAIN - skipped as i32 * SKIP;
    Some(Link { score: link.score + gain, previous: Some(at), trimmed })
}

/// The chain that ends with `end`, unless a better one has taken a part of it.
fn island(end: usize, runs: &[Run], links: &[Link], used: &mut [bool]) -> Option<Island> {
    let mut path = vec![end];
    while let Some(previous) = links[path[path.len() - 1]].previous {
        path.push(previous);
    }
    let is_taken = path.iter().any(|&at| used[at]);
    path.iter().for_each(|&at| used[at] = true);
    if is_taken {
        return None;
    }
    let (first, last) = (&runs[path[path.len() - 1]], &runs[end]);
    let matched = path.iter().map(|&at| runs[at].len - links[at].trimmed).sum();
    let file = first.file..last.file + last.len;
    let text = first.text..last.text + last.len;
    Some(Island { inserted: file.len() - matched, deleted: text.len() - matched, file, text, matched })
}

#[cfg(test)]
mod tests {
    use super::super::words::{SHINGLE, shingle};
    use super::*;

    fn islands_of(file: &[u32], text: &[u32]) -> Vec<Island> {
        let shingles: Vec<u32> = file.windows(SHINGLE).map(shingle).collect();
        islands(file, &shingles, 0..file.len(), &Text::new(text.to_vec()))
    }

    #[test]
    fn inserted_and_left_out_words_are_counted() {
        let text: Vec<u32> = (1..=20).collect();
        let file: Vec<u32> = [90, 91].into_iter().chain(1..=8).chain([92]).chain(11..=20).collect();
        let found = islands_of(&file, &text);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].matched, found[0].inserted, found[0].deleted), (18, 1, 2));
        assert_eq!(found[0].file, 2..21);
    }

    #[test]
    fn a_text_that_stands_twice_is_found_twice() {
        let text: Vec<u32> = (1..=20).collect();
        let file: Vec<u32> = (1..=20).chain([90; 30]).chain(1..=20).collect();
        assert_eq!(islands_of(&file, &text).len(), 2);
    }
}
