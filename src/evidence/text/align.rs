//! Where, and how well, the words of a file follow the words of one license text.
//!
//! Runs of equal words are joined into chains in the order of both sides; words skipped on either side cost.
//! Work grows linearly with the words of the file.

use std::ops::Range;

use super::library::{Text, Worth};

/// A part of the file that follows a license text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Island {
    /// Words of the file, from the first to the last equal one.
    pub file: Range<usize>,
    /// Words of the license text, likewise.
    pub text: Range<usize>,
    /// Worth of the equal words; a word is worth 10.
    pub matched: u32,
    /// Worth of the words of the file between equal ones.
    pub inserted: u32,
    /// Worth of the words of the license text between equal ones.
    pub deleted: u32,
    /// Longer stretches of the file between equal words: something else that was put in.
    pub gaps: Vec<Range<usize>>,
    /// Those in the place of next to nothing: sentences that somebody added to the license.
    pub added: Vec<Range<usize>>,
    /// How far it had come with each run of equal words.
    steps: Vec<Step>,
}

/// An island up to the end of one of its runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Step {
    /// Where the run begins in the license text.
    begins: usize,
    /// Where its equal words begin in the file.
    from: usize,
    file: usize,
    text: usize,
    matched: u32,
    inserted: u32,
    deleted: u32,
    gaps: usize,
    added: usize,
}

impl Island {
    /// The island without the runs that begin at the word `text` of the license or later; `None` where it has none.
    pub fn until(&self, text: usize) -> Option<Island> {
        let kept = self.steps.partition_point(|step| step.begins < text);
        let last = self.steps.get(kept.checked_sub(1)?).filter(|_| kept < self.steps.len())?;
        Some(Island {
            file: self.file.start..last.file,
            text: self.text.start..last.text,
            matched: last.matched,
            inserted: last.inserted,
            deleted: last.deleted,
            gaps: self.gaps[..last.gaps].to_vec(),
            added: self.added[..last.added].to_vec(),
            steps: self.steps[..kept].to_vec(),
        })
    }

    /// The runs of words that the file has in common with the text.
    pub fn runs(&self) -> Vec<Range<usize>> {
        self.steps.iter().map(|step| step.from..step.file).collect()
    }

    fn step(&self, run: &Run, trimmed: usize) -> Step {
        let Island { matched, inserted, deleted, .. } = *self;
        let (file, text) = (run.file + run.len, run.text + run.len);
        Step {
            begins: run.text,
            from: run.file + trimmed,
            file,
            text,
            matched,
            inserted,
            deleted,
            gaps: self.gaps.len(),
            added: self.added.len(),
        }
    }
}

/// Worth of words put in that make a gap: a sentence, not a name.
const GAP: u32 = 100;

/// Words put in of which more than one in so many stand for words left out are another wording of these.
const REPLACED: u32 = 6;

/// Weight of words inserted at one place: a sentence is one change, and the less of one the longer it is.
fn cost_of(inserted: u32) -> u32 {
    inserted.min(GAP) + inserted.saturating_sub(GAP) / 2
}

/// A part of a file to compare with license texts.
pub struct Side<'w> {
    /// The words of the file.
    pub words: &'w [u32],
    /// `shingles[i]` is that of the words from `i`.
    pub shingles: &'w [u32],
    /// Weight of the words.
    pub worth: &'w Worth,
    /// The words to look at.
    pub range: Range<usize>,
}

/// The cost of a word skipped between equal ones, in tenths of its worth.
const SKIP: i32 = 6;

/// Runs looked back at for the one to join with, besides the leaders.
const LOOK_BACK: usize = 16;
/// Chains kept in view however many runs ago they ended: short runs of common words must not hide a long chain.
const MOST_LEADERS: usize = 8;
/// Of those with one beginning so many: the many ends of one long chain must not hide another.
const MOST_OF_ONE_BEGINNING: usize = 3;

#[derive(Clone, Copy)]
struct Run {
    file: usize,
    text: usize,
    len: usize,
}

#[derive(Clone, Copy)]
struct Link {
    score: i32,
    /// The run that the chain begins with.
    first: usize,
    previous: Option<usize>,
    /// Words at the start of the run that the previous run has taken.
    trimmed: usize,
}

/// The parts of the file that follow `text`, best first, without overlap.
pub fn islands(file: &Side<'_>, text: &Text) -> Vec<Island> {
    let runs = runs(file, text);
    let chains = Chains { file: file.worth, text: &text.worth, links: Vec::new() }.link(&runs);
    let links = chains.links.as_slice();
    let mut order: Vec<usize> = (0..runs.len()).collect();
    order.sort_by_key(|&at| (-links[at].score, at));
    let mut used = vec![false; runs.len()];
    order.into_iter().filter_map(|end| chains.island(end, &runs, &mut used)).collect()
}

/// The longest runs of equal words, in the order of the file.
fn runs(side: &Side<'_>, text: &Text) -> Vec<Run> {
    let Side { words, shingles, range, .. } = side;
    let mut runs = Vec::new();
    // Per diagonal (place in the file minus place in the text): where its last run ended.
    let mut ends = vec![0; range.len() + text.words.len() + 1];
    for file in range.start..range.end.min(shingles.len()) {
        for place in text.places(shingles[file]) {
            let end = &mut ends[file - range.start + text.words.len() - place];
            if *end > file {
                continue;
            }
            let behind = words[(*end).max(range.start)..file].iter().rev().zip(text.words[..place].iter().rev());
            let back = behind.take_while(|(left, right)| left == right).count();
            let ahead = words[file..range.end].iter().zip(&text.words[place..]);
            let len = back + ahead.take_while(|(left, right)| left == right).count();
            if len > 0 {
                runs.push(Run { file: file - back, text: place - back, len });
                *end = file - back + len;
            }
        }
    }
    runs.sort_by_key(|run| (run.file, run.text));
    runs
}

/// The best chains of runs.
struct Chains<'w> {
    file: &'w Worth,
    text: &'w Worth,
    /// Per run, the best chain that ends with it.
    links: Vec<Link>,
}

impl Chains<'_> {
    fn link(mut self, runs: &[Run]) -> Self {
        let mut leaders: Vec<usize> = Vec::with_capacity(MOST_LEADERS + 1);
        for (at, run) in runs.iter().enumerate() {
            let mut best = Link { score: self.gain(run, 0), first: at, previous: None, trimmed: 0 };
            let recent = at.saturating_sub(LOOK_BACK);
            for earlier in leaders.iter().copied().filter(|leader| *leader < recent).chain(recent..at) {
                let link = self.join(earlier, &runs[earlier], run);
                best = link.filter(|link| link.score > best.score).unwrap_or(best);
            }
            self.links.push(best);
            leaders.push(at);
            leaders.sort_by_key(|&leader| std::cmp::Reverse(self.potential(leader, &runs[leader])));
            let (mut firsts, mut seen) = ([at; MOST_LEADERS + 1], 0);
            leaders.retain(|&leader| {
                firsts[seen] = self.links[leader].first;
                seen += 1;
                firsts[..seen].iter().filter(|first| **first == firsts[seen - 1]).count() <= MOST_OF_ONE_BEGINNING
            });
            leaders.truncate(MOST_LEADERS);
        }
        self
    }

    /// The weight of a chain for the words that follow: its score, and the less the longer ago it ended.
    fn potential(&self, at: usize, run: &Run) -> i32 {
        self.links[at].score + self.file.surplus[run.file + run.len] as i32 * SKIP / 10
    }

    fn gain(&self, run: &Run, trimmed: usize) -> i32 {
        (self.text.gain[run.text + run.len] - self.text.gain[run.text + trimmed]) as i32
    }

    fn join(&self, at: usize, earlier: &Run, run: &Run) -> Option<Link> {
        let (file_end, text_end) = (earlier.file + earlier.len, earlier.text + earlier.len);
        let trimmed = file_end.saturating_sub(run.file).max(text_end.saturating_sub(run.text));
        if trimmed >= run.len || run.text < earlier.text || run.file < earlier.file {
            return None;
        }
        let inserted = self.file.surplus[run.file + trimmed] - self.file.surplus[file_end];
        let deleted = self.text.loss[run.text + trimmed] - self.text.loss[text_end];
        let gain = self.gain(run, trimmed) - (cost_of(inserted) + deleted) as i32 * SKIP / 10;
        Some(Link { score: self.links[at].score + gain, first: self.links[at].first, previous: Some(at), trimmed })
    }

    /// The chain that ends with `end`, unless a better one has taken a part of it.
    fn island(&self, end: usize, runs: &[Run], used: &mut [bool]) -> Option<Island> {
        let mut path = vec![end];
        while let Some(previous) = self.links[path[path.len() - 1]].previous.filter(|_| !used[path[path.len() - 1]]) {
            path.push(previous);
        }
        let is_taken = path.iter().any(|&at| used[at]);
        path.iter().for_each(|&at| used[at] = true);
        if is_taken {
            return None;
        }
        path.reverse();
        let (first, last) = (&runs[path[0]], &runs[end]);
        let mut island = Island {
            file: first.file..last.file + last.len,
            text: first.text..last.text + last.len,
            matched: 0,
            inserted: 0,
            deleted: 0,
            gaps: Vec::new(),
            added: Vec::new(),
            steps: Vec::with_capacity(path.len()),
        };
        let (mut file, mut text) = (island.file.start, island.text.start);
        for at in path {
            let (run, trimmed) = (&runs[at], self.links[at].trimmed);
            let inserted = self.file.surplus[run.file + trimmed] - self.file.surplus[file];
            let deleted = self.text.loss[run.text + trimmed] - self.text.loss[text];
            if inserted >= GAP {
                island.gaps.push(file..run.file + trimmed);
                island.added.extend((deleted * REPLACED <= inserted).then(|| file..run.file + trimmed));
            }
            island.inserted += cost_of(inserted);
            island.deleted += deleted;
            island.matched += self.gain(run, trimmed) as u32;
            island.steps.push(island.step(run, trimmed));
            (file, text) = (run.file + run.len, run.text + run.len);
        }
        Some(island)
    }
}

#[cfg(test)]
mod tests {
    use super::super::words::{SHINGLE, shingle};
    use super::*;

    fn islands_of(file: &[u32], text: &[u32]) -> Vec<Island> {
        let shingles: Vec<u32> = file.windows(SHINGLE).map(shingle).collect();
        let worth = Worth::of(file);
        let side = Side { words: file, shingles: &shingles, worth: &worth, range: 0..file.len() };
        islands(&side, &Text::new(text.to_vec()))
    }

    #[test]
    fn inserted_and_left_out_words_are_counted() {
        let text: Vec<u32> = (1..=20).collect();
        let file: Vec<u32> = [90, 91].into_iter().chain(1..=8).chain([92]).chain(11..=20).collect();
        let found = islands_of(&file, &text);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].matched, found[0].inserted, found[0].deleted), (180, 10, 20));
        assert_eq!(found[0].file, 2..21);
    }

    #[test]
    fn an_island_can_end_where_an_earlier_run_of_it_ends() {
        let text: Vec<u32> = (1..=30).collect();
        let file: Vec<u32> = (1..=12).chain([90, 91]).chain(15..=30).collect();
        let whole = &islands_of(&file, &text)[0];
        let begun = whole.until(14).expect("two runs");
        assert_eq!((begun.file, begun.text), (0..12, 0..12));
        assert_eq!((begun.matched, begun.inserted, begun.deleted), (120, 0, 0));
        assert_eq!((whole.until(0), whole.until(30)), (None, None));
    }

    #[test]
    fn a_text_is_found_whole_behind_another_that_quotes_most_of_it_in_pieces() {
        // A beginning that says the same phrase again and again, and a long end.
        let phrase = || 1..=6;
        let beginning: Vec<u32> =
            (0..20).flat_map(|at| (0..10).map(move |word| 100 + 10 * at + word).chain(phrase())).collect();
        let end: Vec<u32> = (1_000..2_000).collect();
        let text = [beginning.as_slice(), &end].concat();
        let in_pieces: Vec<u32> = end.iter().map(|word| if word % 10 == 0 { 5_000 + word } else { *word }).collect();
        let file = [in_pieces.as_slice(), &[90; 40], &beginning, &[91, 92], &end].concat();
        let found = islands_of(&file, &text);
        assert!(found.iter().any(|island| island.text == (0..text.len())));
    }

    #[test]
    fn a_text_that_stands_twice_is_found_twice() {
        let text: Vec<u32> = (1..=20).collect();
        let file: Vec<u32> = (1..=20).chain([90; 30]).chain(1..=20).collect();
        assert_eq!(islands_of(&file, &text).len(), 2);
    }
}
