//! Files and folders behind the conditions around them.

use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::detection::{Seen, Switch};

/// Conditions within more others are left aside, and so are more switches around a line and longer names: every path is kept
/// with those that it is behind.
const DEEPEST: usize = 16;
const MOST_SWITCHES: usize = 4;
const LONGEST_NAME: usize = 100;
/// Further paths count as built: no build file that a hand writes names so many.
const MOST_PATHS: usize = 5_000;

/// Files and folders that one build file names, by the switches that they are behind.
#[derive(Default)]
pub(super) struct Guards {
    /// For each condition around the current line: the switches that must be on; none where it is another condition.
    around: Vec<Vec<String>>,
    behind: BTreeMap<String, BTreeSet<String>>,
    always: BTreeSet<String>,
}

impl Guards {
    /// Enters a condition that holds only where all of `switches` are on.
    pub(super) fn enter(&mut self, mut switches: Vec<String>) {
        let outer: usize = self.around.iter().take(DEEPEST).map(Vec::len).sum();
        let room = if self.around.len() < DEEPEST { MOST_SWITCHES.saturating_sub(outer) } else { 0 };
        switches.retain(|name| name.len() <= LONGEST_NAME);
        switches.truncate(room);
        self.around.push(switches);
    }

    /// Enters the other side of the innermost condition.
    pub(super) fn turn(&mut self) {
        if let Some(innermost) = self.around.last_mut() {
            innermost.clear();
        }
    }

    /// Leaves the innermost condition.
    pub(super) fn leave(&mut self) {
        self.around.pop();
    }

    /// The switches that the current line is behind.
    pub(super) fn now(&self) -> Vec<String> {
        self.around.iter().take(DEEPEST).flatten().cloned().collect()
    }

    /// Notes that `path` is named on the current line.
    pub(super) fn name(&mut self, path: &str) {
        let switches = self.now();
        self.name_behind(path, &switches);
    }

    /// Notes that `path` is named behind `switches`.
    pub(super) fn name_behind(&mut self, path: &str, switches: &[String]) {
        let path = path.trim_start_matches("./").trim_end_matches('/');
        match switches {
            _ if path.is_empty() || path == "." => {}
            [] => drop(self.always.insert(path.to_owned())),
            _ if self.behind.len() >= MOST_PATHS && !self.behind.contains_key(path) => {}
            _ => self.behind.entry(path.to_owned()).or_default().extend(switches.iter().cloned()),
        }
    }

    /// Tells what is named nowhere else than behind a switch.
    pub(super) fn tell(self, seen: &mut Seen) {
        let guarded = self.behind.into_iter().filter(|(path, _)| !self.always.contains(path));
        let told = guarded
            .flat_map(|(path, names)| names.into_iter().map(move |name| Switch::Guards { name, path: path.clone() }));
        seen.switches.extend(told);
        seen.switches.sort();
        seen.switches.dedup();
    }
}

/// True for the name of a file: it has an ending.
pub(super) fn is_file(word: &str) -> bool {
    let name = word.rsplit('/').next().unwrap_or(word);
    name.rsplit_once('.').is_some_and(|(stem, ending)| !stem.is_empty() && !ending.is_empty())
}

/// True for a word that can be a path: no variable, no option, no pattern.
pub(super) fn is_plain(word: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"_-+./".contains(&byte);
    !word.starts_with(['-', '/']) && word.bytes().all(is_letter)
}
