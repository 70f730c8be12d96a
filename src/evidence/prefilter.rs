//! One pass over the bytes that tells which detectors need to look, and where.
//!
//! Knows words and nothing of their meaning. A trigger is found in any case; it may be a part of a word.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

/// Finds the triggers of several detectors at once.
pub struct Prefilter {
    machine: AhoCorasick,
    /// Per pattern: the detectors it wakes, as indices.
    wakes: Vec<Vec<u8>>,
    detectors: usize,
}

/// Where the triggers of each detector begin, ascending, each place once.
pub struct Hits {
    places: Vec<Vec<u32>>,
    /// Where looking ends, in a file that has more places than are looked at.
    pub end: Option<u32>,
}

/// The places of one file that a detector looks at. A line of words that is repeated a million times says no more than
/// the first of them, and all that is said there would be kept.
const MOST_PLACES: usize = 1 << 16;

impl Hits {
    /// The places for the detector with this index.
    pub fn of(&self, detector: usize) -> &[u32] {
        self.places.get(detector).map_or(&[], Vec::as_slice)
    }

    /// True where no detector needs to look.
    pub fn is_empty(&self) -> bool {
        self.places.iter().all(Vec::is_empty)
    }
}

impl Prefilter {
    /// A prefilter for detectors in order; each gives its triggers in lower case.
    pub fn new<'t>(triggers: impl IntoIterator<Item = &'t [&'t str]>) -> Self {
        let mut patterns: Vec<&str> = Vec::new();
        let mut wakes: Vec<Vec<u8>> = Vec::new();
        let mut detectors = 0;
        for list in triggers {
            for trigger in list {
                let at = patterns.iter().position(|known| known == trigger).unwrap_or_else(|| {
                    patterns.push(trigger);
                    wakes.push(Vec::new());
                    patterns.len() - 1
                });
                wakes[at].push(detectors as u8);
            }
            detectors += 1;
        }
        let machine = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::DFA))
            .build(&patterns)
            .expect("a few short words make a small machine");
        Prefilter { machine, wakes, detectors }
    }

    /// Where the triggers stand in `bytes`.
    pub fn scan(&self, bytes: &[u8]) -> Hits {
        let mut places = vec![Vec::new(); self.detectors];
        let mut end = None;
        for found in self.machine.find_overlapping_iter(bytes) {
            for detector in &self.wakes[found.pattern().as_usize()] {
                places[usize::from(*detector)].push(found.start() as u32);
            }
            if self.wakes[found.pattern().as_usize()].iter().any(|one| places[usize::from(*one)].len() >= MOST_PLACES) {
                end = Some(found.start() as u32);
                break;
            }
        }
        for places in &mut places {
            places.sort_unstable();
            places.dedup();
        }
        Hits { places, end }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_wakes_every_detector_that_waits_for_a_part_of_it() {
        let filter = Prefilter::new([&["licen", "gpl"][..], &["license:"][..]]);
        let hits = filter.scan(b"LICENSE: LGPL");
        assert_eq!(hits.of(0), [0, 10]);
        assert_eq!(hits.of(1), [0]);
        assert!(filter.scan(b"nothing here").is_empty());
    }

    #[test]
    fn looking_ends_where_a_file_has_too_many_places() {
        let filter = Prefilter::new([&["mit"][..]]);
        let hits = filter.scan("mit ".repeat(MOST_PLACES + 5).as_bytes());
        assert_eq!((hits.of(0).len(), hits.end), (MOST_PLACES, Some((MOST_PLACES as u32 - 1) * 4)));
        assert_eq!(filter.scan(b"mit mit").end, None);
    }
}
