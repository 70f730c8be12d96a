//! Which attributes can see what changed between two revisions: only those need to be evaluated.
//!
//! An expression sees a changed file by a path that leads there, from file to file, or by the name of an attribute that
//! does; names count wherever they are written as a word, in comments too. So an attribute that is defined by a path,
//! and mentions none of the names anywhere along it, is as it was. Attributes nothing is known of are looked at. What
//! is found to have changed is a further name, until there is no new one: in the worst case everything is looked at.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use crate::nix::{Attr, Eval, State, Thunk};

use super::checkout::Checkout;
use super::mention::{Place, Search, Texts};
use super::revision::Changes;

/// How much an attribute has to do with what changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Concern {
    /// Nothing: it is as it was.
    None,
    /// Not known.
    Unknown,
    /// It mentions a name, or a file that does.
    Mentions,
    /// It is made from a changed file.
    Defines,
}

/// What an evaluation has to look at.
pub struct Reach<'c> {
    texts: &'c Texts,
    /// Files that changed as a whole.
    changed: BTreeSet<String>,
    /// The names of what changed.
    words: BTreeSet<String>,
    search: Search,
    /// The files that mention one of them.
    mentioning: BTreeSet<String>,
    known: Mutex<HashMap<String, Concern>>,
    by_place: Mutex<HashMap<(usize, u32), Concern>>,
    /// Names that were found to have to do with it.
    found: Mutex<BTreeSet<String>>,
}

/// Sets of more bindings than this are not one definition.
const MOST_OF_ONE: usize = 50;

impl<'c> Reach<'c> {
    /// What `changes` touch; `None` where everything may be touched.
    pub fn of(texts: &'c Texts, changes: &Changes, now: &Checkout, before: &Checkout) -> Option<Reach<'c>> {
        let (mut changed, mut words) = (BTreeSet::new(), BTreeSet::new());
        for file in changes.files() {
            match names_of_bindings(file, now, before) {
                Bindings::One => {
                    changed.insert(file.to_owned());
                }
                Bindings::Names(names) => words.extend(names),
                Bindings::Unclear => return None,
            }
        }
        words.extend(texts.definers(&changed));
        words.extend(changed.iter().filter_map(|file| named_by_folder(file)));
        Some(Reach::new(texts, changed, words))
    }

    fn new(texts: &'c Texts, changed: BTreeSet<String>, words: BTreeSet<String>) -> Self {
        let search = Search::of(&words);
        let mentioning = texts.mentioning(&search);
        let (known, by_place, found) = Default::default();
        Reach { texts, changed, words, search, mentioning, known, by_place, found }
    }

    /// The same with the names that were found on the way and with those of `attrs`; `None` where none of them is new
    /// and mentioned anywhere.
    pub fn further<'n>(&self, attrs: impl Iterator<Item = &'n str>) -> Option<Reach<'c>> {
        let mut words = self.words.clone();
        words.extend(attrs.filter_map(|attr| attr.rsplit('.').next()).map(|name| name.trim_matches('"').to_owned()));
        words.append(&mut self.found.lock().unwrap_or_else(PoisonError::into_inner).clone());
        let new: BTreeSet<String> = words.difference(&self.words).cloned().collect();
        // Where it is bound is one place that names it.
        if new.is_empty() || !self.texts.any_mentioned_twice(&new) {
            return None;
        }
        Some(Reach::new(self.texts, self.changed.clone(), words))
    }

    /// What an attribute has to do with the changes. `outer`: what its set has to do with them.
    pub(crate) fn concern<'a>(&self, eval: &Eval<'a>, attr: &'a Attr<'a>, outer: Concern) -> Concern {
        let name = eval.name(attr.name);
        let by_name = if self.words.contains(name) { Concern::Mentions } else { Concern::None };
        // A name that nobody wrote: the same expression makes many, by their folders unless by data that changed.
        by_name.max(match (attr.at, outer) {
            (0, Concern::Defines) => Concern::Unknown,
            (0, _) => self.of_folder(name),
            _ => self.of_thunk(eval, attr.value),
        })
    }

    /// Notes that `name` stands for something that can pass on what changed.
    pub(crate) fn note(&self, name: &str) {
        self.found.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned());
    }

    fn of_thunk<'a>(&self, eval: &Eval<'a>, thunk: &'a Thunk<'a>) -> Concern {
        let loc = match thunk.state.get() {
            State::Expr(expr, _) => expr.loc,
            State::Select(of, _) => return self.of_thunk(eval, of),
            // It was needed for something else: where it came from is gone.
            State::Done(_) | State::Failed(_) | State::Busy => return Concern::Mentions,
            State::Apply(..) | State::Native(_) => return Concern::Unknown,
        };
        let key = (std::ptr::from_ref(eval.files).addr(), loc.start);
        if let Some(known) = self.by_place.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return *known;
        }
        let concern = match (eval.files.text(loc), eval.files.find(loc.start)) {
            (Some(text), Some((file, _))) => self.of_text(text, &file.path),
            _ => Concern::Unknown,
        };
        self.by_place.lock().unwrap_or_else(PoisonError::into_inner).insert(key, concern);
        concern
    }

    fn of_text(&self, text: &str, file: &str) -> Concern {
        let places = Place::all(text.as_bytes(), file);
        let by_path = places.iter().map(|place| self.of_place(&place.target, &mut Vec::new())).max();
        let mentions = self.search.hits(text.as_bytes()).next().is_some();
        let by_word = if mentions { Concern::Mentions } else { Concern::None };
        match by_path {
            Some(by_path) => by_path.max(by_word),
            None if mentions => Concern::Mentions,
            // A package that is written out here is all that it is; anything else may hold packages.
            None if is_written_out(text) => Concern::None,
            None => Concern::Unknown,
        }
    }

    /// What the file or folder at `path` has to do with it. `above`: who asks, so that a loop ends.
    fn of_place(&self, path: &str, above: &mut Vec<String>) -> Concern {
        if let Some(known) = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(path) {
            return *known;
        }
        if self.changed.contains(path) {
            return Concern::Defines;
        }
        if above.iter().any(|one| one == path) {
            return Concern::None;
        }
        above.push(path.to_owned());
        let concern = match self.texts.places_in(path) {
            Some(places) => {
                let own = if self.mentioning.contains(path) { Concern::Mentions } else { Concern::None };
                places.iter().map(|place| self.of_place(place, above)).max().unwrap_or(Concern::None).max(own)
            }
            None => self.of_contents(path, above),
        };
        above.pop();
        // Inside of a loop the answer holds for the loop as a whole only.
        if above.is_empty() || concern == Concern::Defines {
            self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), concern);
        }
        concern
    }

    /// A folder means its `default.nix`, and by what is put behind it anything below.
    fn of_contents(&self, folder: &str, above: &mut Vec<String>) -> Concern {
        let start = format!("{folder}/");
        let below =
            |files: &BTreeSet<String>| files.range(start.clone()..).next().is_some_and(|file| file.starts_with(&start));
        let entry = format!("{folder}/default.nix");
        match self.texts.places_in(&entry) {
            _ if below(&self.changed) => Concern::Defines,
            Some(_) => self.of_place(&entry, above),
            None if below(&self.mentioning) => Concern::Mentions,
            None => Concern::None,
        }
    }

    /// What the folders called `name` have to do with it.
    fn of_folder(&self, name: &str) -> Concern {
        let files = self.texts.files_of_folder(name);
        let concern = |file: &String| self.of_place(file, &mut Vec::new());
        let folders = files.iter().filter_map(|file| file.rsplit_once('/')).map(|(folder, _)| {
            let start = format!("{folder}/");
            match self.changed.range(start.clone()..).next().is_some_and(|file| file.starts_with(&start)) {
                true => Concern::Defines,
                false => Concern::None,
            }
        });
        files.iter().map(concern).chain(folders).max().unwrap_or(Concern::Unknown)
    }
}

/// `../hello/package.nix` is what its folder is called.
fn named_by_folder(file: &str) -> Option<String> {
    let (folder, name) = file.rsplit_once('/')?;
    let folder = folder.rsplit('/').next()?;
    matches!(name, "default.nix" | "package.nix").then(|| folder.to_owned())
}

/// True where a text states a name or a version itself, as a package does and a set of packages does not.
fn is_written_out(text: &str) -> bool {
    ["version", "pname", "name"].iter().any(|word| {
        text.match_indices(word).any(|(at, _)| {
            let before = text[..at].chars().next_back();
            let after = text[at + word.len()..].trim_start();
            before.is_none_or(|letter| letter.is_whitespace() || "{;".contains(letter))
                && after.starts_with('=')
                && !after.starts_with("==")
        })
    })
}

/// What of a file changed.
enum Bindings {
    /// It is one definition.
    One,
    /// It binds many names: these.
    Names(Vec<String>),
    /// It binds many names, and something else changed.
    Unclear,
}

fn names_of_bindings(path: &str, now: &Checkout, before: &Checkout) -> Bindings {
    let side = |checkout: &Checkout| {
        let file = checkout.files.open(path).ok()?;
        let bindings = checkout.files.bindings(file)?;
        Some((file.text()?.to_owned(), bindings))
    };
    let (Some((new, new_bindings)), Some((old, old_bindings))) = (side(now), side(before)) else {
        return Bindings::One;
    };
    if old_bindings.len().max(new_bindings.len()) <= MOST_OF_ONE {
        return Bindings::One;
    }
    let hunks = hunks(&old, &new);
    let old_side = hunks.iter().map(|(old_hunk, _)| touched(&old, &old_bindings, old_hunk.clone()));
    let new_side = hunks.iter().map(|(_, new_hunk)| touched(&new, &new_bindings, new_hunk.clone()));
    let names: Option<Vec<Vec<String>>> = old_side.chain(new_side).collect();
    names.map_or(Bindings::Unclear, |names| Bindings::Names(names.concat()))
}

type Range = std::ops::Range<usize>;

/// The bytes of the lines that differ, on both sides.
fn hunks(old: &str, new: &str) -> Vec<(Range, Range)> {
    let lines = |text: &str| {
        let mut ends = vec![0];
        ends.extend(text.match_indices('\n').map(|(at, _)| at + 1));
        ends.push(text.len());
        ends
    };
    let (old_ends, new_ends) = (lines(old), lines(new));
    let (old_lines, new_lines): (Vec<&str>, Vec<&str>) =
        (old.split_inclusive('\n').collect(), new.split_inclusive('\n').collect());
    similar::capture_diff_slices(similar::Algorithm::Myers, &old_lines, &new_lines)
        .into_iter()
        .filter(|op| op.tag() != similar::DiffTag::Equal)
        .map(|op| {
            let (a, b) = (op.old_range(), op.new_range());
            (old_ends[a.start]..old_ends[a.end], new_ends[b.start]..new_ends[b.end])
        })
        .collect()
}

/// The names bound in `hunk`; `None` where it holds something that is no part of a binding.
fn touched(text: &str, bindings: &[(String, Range)], hunk: Range) -> Option<Vec<String>> {
    let inside: Vec<&(String, Range)> =
        bindings.iter().filter(|(_, range)| range.start < hunk.end && hunk.start < range.end).collect();
    let covered = |at: usize| inside.iter().any(|(_, range)| range.contains(&at));
    for (at, line) in line_starts(text, hunk.clone()) {
        let code = line.split('#').next().unwrap_or_default();
        let loose = code.char_indices().filter(|(offset, _)| !covered(at + offset)).map(|(_, letter)| letter);
        let loose: String = loose.collect();
        let words = loose.split(|letter: char| letter.is_whitespace() || ";=(){}".contains(letter));
        if words.into_iter().any(|word| !word.is_empty() && word != "inherit") || loose.contains(['{', '}']) {
            return None;
        }
    }
    let names: BTreeMap<&str, ()> = inside.iter().map(|(name, _)| (name.as_str(), ())).collect();
    Some(names.into_keys().map(str::to_owned).collect())
}

fn line_starts(text: &str, range: Range) -> impl Iterator<Item = (usize, &str)> {
    let mut at = range.start;
    text[range].split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        (start, line)
    })
}
