//! What each attribute of a checkout was computed from, and so which attributes a change can touch.
//!
//! Says "can": an attribute that is not named is as it was, one that is named may be as it was too. What cannot be told
//! apart counts as touched.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::nix::{Read, ReadSet, Reads};

/// What an attribute is, as far as it matters what is below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Stands {
    /// For itself.
    Alone,
    /// For all that is below it: a set of packages.
    ForAllBelow,
}

/// What was read for an attribute, by the evaluator's own numbers.
pub(crate) struct Step {
    pub(crate) attr: String,
    pub(crate) stands: Stands,
    pub(crate) reads: ReadSet,
}

/// What was read for each attribute that a walk came by; the whole set is the one without a name.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Footprints {
    attrs: Vec<(String, Stands)>,
    reads: Vec<Read>,
    /// Of each read, the attributes: first and how many follow.
    by: Vec<Vec<(u32, u32)>>,
    #[serde(skip)]
    numbers: HashMap<Read, usize>,
}

impl Footprints {
    /// Adds what one evaluator did.
    pub(crate) fn add(&mut self, reads: &Reads, steps: impl Iterator<Item = Step>) {
        let mut numbers: HashMap<u32, usize> = HashMap::new();
        for step in steps {
            let attr = self.push((step.attr, step.stands));
            reads.all(step.reads, &mut |read| {
                let number =
                    numbers.entry(read).or_insert_with(|| self.number(&reads.read(read).unwrap_or(Read::Beyond)));
                self.mark(*number, attr, 0);
            });
        }
    }

    /// Adds what others did.
    pub(crate) fn append(&mut self, other: Footprints) {
        let shift = u32::try_from(self.attrs.len()).unwrap_or(u32::MAX);
        self.attrs.extend(other.attrs);
        for (read, spans) in other.reads.iter().zip(other.by) {
            let number = self.number(read);
            spans.into_iter().for_each(|(first, more)| self.mark(number, first + shift, more));
        }
    }

    fn push(&mut self, attr: (String, Stands)) -> u32 {
        self.attrs.push(attr);
        u32::try_from(self.attrs.len() - 1).unwrap_or(u32::MAX)
    }

    fn number(&mut self, read: &Read) -> usize {
        if let Some(number) = self.numbers.get(read) {
            return *number;
        }
        self.numbers.insert(read.clone(), self.reads.len());
        self.reads.push(read.clone());
        self.by.push(Vec::new());
        self.reads.len() - 1
    }

    fn mark(&mut self, read: usize, first: u32, more: u32) {
        match self.by[read].last_mut() {
            Some((start, count)) if *start + *count + 1 == first => *count += more + 1,
            _ => self.by[read].push((first, more)),
        }
    }

    /// The files whose code was read.
    pub(super) fn files(&self) -> impl Iterator<Item = &str> {
        self.reads.iter().filter_map(|read| match read {
            Read::Path(path) => Some(path.as_str()),
            _ => None,
        })
    }

    /// The attributes for which one of `reads` was read.
    pub(super) fn touched(&self, reads: &HashSet<Read>) -> Touched {
        let mut touched = Touched::default();
        for (attr, stands) in self.by(|read| reads.contains(read)) {
            match stands {
                Stands::Alone => touched.attrs.insert(attr.clone()),
                Stands::ForAllBelow => touched.sets.insert(attr.clone()),
            };
        }
        touched
    }

    /// The sets for which one of `files` was read.
    pub(super) fn sets_from<'f>(&'f self, file: &'f str) -> impl Iterator<Item = &'f str> {
        let sets = self.by(move |read| matches!(read, Read::Path(path) | Read::Folder(path) if path == file));
        sets.filter(|(_, stands)| *stands == Stands::ForAllBelow).map(|(attr, _)| attr.as_str())
    }

    fn by<'f>(&'f self, wanted: impl Fn(&Read) -> bool + 'f) -> impl Iterator<Item = &'f (String, Stands)> {
        let spans = self.reads.iter().zip(&self.by).filter(move |(read, _)| wanted(read)).flat_map(|(_, spans)| spans);
        spans.flat_map(|(first, more)| self.attrs.get(*first as usize..=(first + more) as usize).unwrap_or_default())
    }
}

/// Attributes that a change can touch.
#[derive(Clone, Debug, Default)]
pub struct Touched {
    /// By their paths.
    pub(super) attrs: BTreeSet<String>,
    /// With all that is below them.
    pub(super) sets: BTreeSet<String>,
}

impl Touched {
    /// Nothing is known.
    pub fn everything() -> Touched {
        Touched { attrs: BTreeSet::new(), sets: BTreeSet::from([String::new()]) }
    }

    /// Adds an attribute that is touched by something else.
    pub fn add(&mut self, attr: &str) {
        self.attrs.insert(attr.to_owned());
    }

    /// True where everything can be touched.
    pub fn is_everything(&self) -> bool {
        self.sets.contains("")
    }

    /// True where `path` is one of them.
    pub fn holds(&self, path: &str) -> bool {
        self.attrs.contains(path) || self.sets.contains(path) || self.is_below(path)
    }

    /// True where `path`, or something below it, is one of them.
    pub(crate) fn may_hold(&self, path: &str) -> bool {
        let below = format!("{path}.");
        let leads =
            |paths: &BTreeSet<String>| paths.range(below.clone()..).next().is_some_and(|path| path.starts_with(&below));
        self.holds(path) || leads(&self.attrs) || leads(&self.sets)
    }

    fn is_below(&self, path: &str) -> bool {
        let dots = path.match_indices('.').map(|(at, _)| &path[..at]);
        self.is_everything() || dots.into_iter().any(|above| self.sets.contains(above))
    }
}
