//! Which attributes a change of files can touch, by what each of them was computed from.
//!
//! In a file with large sets each binding is looked at for itself, so that a line in the list of all packages does not
//! touch all packages. A name that appears or vanishes there touches those that enumerate names, those that computed
//! that very name, and those whose code mentions it.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::nix::{MAX_FILE, Outline, Read};

use super::checkout::Checkout;
use super::discover::quoted;
use super::footprint::{Footprints, Touched};
use super::revision::Changes;

/// Below a folder of this name, each folder two steps down is an attribute of its name.
const BY_NAME: &str = "by-name";

/// The attributes of a checkout, which are `footprints` of how it was `before`, that `changes` can touch.
pub fn touched(changes: &Changes, footprints: &Footprints, before: &Checkout, now: &Checkout) -> Touched {
    if before.layout != now.layout {
        return Touched::everything();
    }
    let (reads, names, sets) = (HashSet::from([Read::Beyond]), BTreeSet::new(), BTreeSet::new());
    let mut touch = Touch { footprints, before, now, reads, names, sets };
    changes.files().for_each(|file| touch.file(file));
    touch.mentions();
    let mut touched = footprints.touched(&touch.reads);
    touched.sets.append(&mut touch.sets);
    touched
}

struct Touch<'c> {
    footprints: &'c Footprints,
    before: &'c Checkout,
    now: &'c Checkout,
    /// What is not as it was.
    reads: HashSet<Read>,
    /// Names that large sets have now and had not, or the other way round.
    names: BTreeSet<String>,
    /// The attributes of these names.
    sets: BTreeSet<String>,
}

impl Touch<'_> {
    /// `path` as it is in what was read.
    fn shown(&self, path: &str) -> String {
        let below = Path::new(path).strip_prefix(self.now.root()).ok();
        below.map_or_else(|| path.to_owned(), |below| below.to_string_lossy().into_owned())
    }

    fn file(&mut self, path: &str) {
        let shown = self.shown(path);
        self.reads.insert(Read::Bytes(shown.clone()));
        let kinds = [self.before, self.now].map(|checkout| checkout.files.disk.kind(path));
        if kinds[0] != kinds[1] {
            Path::new(path).ancestors().skip(1).for_each(|folder| self.folder(&folder.to_string_lossy()));
        }
        let sides = [self.before, self.now].map(|checkout| outline(checkout, path));
        match sides {
            [Some(old), Some(new)] if kinds[0] == kinds[1] && old.rest == new.rest => {
                self.bindings(&shown, &old.bindings, &new.bindings);
            }
            _ => drop(self.reads.insert(Read::Path(shown))),
        }
    }

    fn bindings(&mut self, file: &str, old: &BTreeMap<String, Vec<&str>>, new: &BTreeMap<String, Vec<&str>>) {
        let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for name in names.into_iter().filter(|name| old.get(*name) != new.get(*name)) {
            self.reads.insert(Read::Binding(file.to_owned(), name.clone()));
            if old.contains_key(name) != new.contains_key(name) {
                self.name(file, name);
            }
        }
    }

    /// Sets that are made from `place` have `name` now, or have it no more.
    fn name(&mut self, place: &str, name: &str) {
        let member = |set: &str| if set.is_empty() { quoted(name) } else { format!("{set}.{}", quoted(name)) };
        self.sets.extend(self.footprints.sets_from(place).map(member));
        self.names.insert(name.to_owned());
    }

    /// Something appeared or vanished at or below `folder`.
    fn folder(&mut self, folder: &str) {
        let shown = self.shown(folder);
        let [before, now] = [self.before, self.now].map(|checkout| &checkout.files.disk);
        if before.kind(folder) != now.kind(folder) {
            self.reads.insert(Read::Path(shown.clone()));
        }
        let lists = [before, now].map(|disk| disk.list(folder).unwrap_or_default());
        if lists[0] == lists[1] {
            return;
        }
        let [old, new] = lists.map(|list| list.into_iter().map(|(name, _)| name).collect::<BTreeSet<_>>());
        let is_shelf = Path::new(folder).parent().and_then(Path::file_name).is_some_and(|name| name == BY_NAME);
        match is_shelf && !old.is_empty() && !new.is_empty() {
            true => old.symmetric_difference(&new).for_each(|name| self.name(&shown, name)),
            false => drop(self.reads.insert(Read::Folder(shown))),
        }
    }

    /// What mentions one of the names, computes it, or enumerates all names.
    fn mentions(&mut self) {
        if self.names.is_empty() {
            return;
        }
        let words = Words::of(&self.names);
        self.reads.insert(Read::Names);
        self.reads.extend(self.names.iter().cloned().map(Read::Name));
        for file in self.footprints.files() {
            let path = self.before.root().join(file).to_string_lossy().into_owned();
            let bytes = self.before.files.disk.read(&path, MAX_FILE).unwrap_or_default();
            if !words.are_in(&bytes) {
                continue;
            }
            let Some(outline) = outline(self.before, &path) else {
                self.reads.insert(Read::Path(file.to_owned()));
                continue;
            };
            let mention = |written: &Vec<&str>| written.iter().any(|word| words.are_in(word.as_bytes()));
            let bindings = outline.bindings.iter().filter(|(_, written)| mention(written));
            self.reads.extend(bindings.map(|(name, _)| Read::Binding(file.to_owned(), name.clone())));
            if mention(&outline.rest) {
                self.reads.insert(Read::Path(file.to_owned()));
            }
        }
    }
}

/// The outline of a file that has large sets.
fn outline<'c>(checkout: &'c Checkout, path: &str) -> Option<Outline<'c, String>> {
    let outline = checkout.files.outline(checkout.files.open(path).ok()?)?;
    (!outline.bindings.is_empty()).then_some(outline)
}

/// A search for whole identifiers.
struct Words(Option<AhoCorasick>);

impl Words {
    fn of(words: &BTreeSet<String>) -> Words {
        // The longest word at a place: of `foo` and `foo-bar` the text has one.
        Words(AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(words).ok())
    }

    fn are_in(&self, text: &[u8]) -> bool {
        let Some(search) = &self.0 else { return true };
        let is_of_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"_'-".contains(byte);
        search.find_iter(text).any(|hit| {
            let before = hit.start().checked_sub(1).and_then(|at| text.get(at));
            !before.is_some_and(is_of_word) && !text.get(hit.end()).is_some_and(is_of_word)
        })
    }
}
