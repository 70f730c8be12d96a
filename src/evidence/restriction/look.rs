//! Places at which words of restrictions are looked for.

use super::pattern::Word;
use super::{HEADER, NEAR};
use crate::evidence::detection::{Detection, Seen, Witness};
use crate::evidence::page::{Page, ceil_boundary, floor_boundary};
use crate::text::Span;

/// Bytes looked at on both sides of a trigger: a long sentence.
const REACH: usize = 600;

/// Parts of a file that is no document in which a restriction would count: around trigger words of its header and near
/// its licenses; disjoint, in order.
pub(super) fn windows(page: &Page<'_>, seen: &Seen) -> Vec<(usize, usize)> {
    let mut near: Vec<(u32, u32)> = seen.detections.iter().filter(|one| one.class < Witness::Clue).map(reach).collect();
    near.push((0, HEADER));
    near.sort_unstable();
    let mut windows: Vec<(usize, usize)> = Vec::new();
    let (mut at, mut furthest) = (0, 0);
    for &hit in &seen.restrictive {
        let line = page.line_range(Span::new(hit, hit)).first;
        while let Some((first, last)) = near.get(at).filter(|(first, _)| *first <= line) {
            furthest = furthest.max(*last).max(*first);
            at += 1;
        }
        if line > furthest {
            continue;
        }
        let from = floor_boundary(page.text, (hit as usize).saturating_sub(REACH));
        let to = ceil_boundary(page.text, hit as usize + REACH);
        match windows.last_mut().filter(|earlier| from <= earlier.1) {
            Some(earlier) => earlier.1 = to,
            None => windows.push((from, to)),
        }
    }
    windows
}

/// The first and last line at which a restriction is near this license.
fn reach(one: &Detection) -> (u32, u32) {
    (one.lines.first.saturating_sub(NEAR), one.lines.last + NEAR)
}

/// Words that are looked at behind a place: a match that lies within them and in a known text is that text's own.
const LONGEST: usize = 64;

/// The places of words from which a match may reach beyond what full texts explain.
pub(super) fn unknown(words: &[Word], seen: &Seen) -> Vec<usize> {
    let mut runs = seen.matched.clone();
    runs.sort_unstable_by_key(|run| (run.start, run.end));
    let mut furthest = 0;
    let mut runs = runs.iter().peekable();
    let is_open = |at: &usize| {
        while let Some(run) = runs.next_if(|run| run.start <= words[*at].span.start) {
            furthest = furthest.max(run.end);
        }
        words.get(at + LONGEST).is_none_or(|behind| behind.span.end > furthest)
    };
    (0..words.len()).filter(is_open).collect()
}
