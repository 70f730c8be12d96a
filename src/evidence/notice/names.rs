//! License names: every id and full name of the SPDX list, and what else people call them, as paths of words.
//!
//! Knows names and which versions a family has; what surrounds a name is not its business. Invariant: the longest
//! name wins, so `mit no attribution` is never `mit`.

use std::collections::{BTreeMap, HashSet};

use rustc_hash::FxHashMap;

use super::reader;
use super::words::{Gap, Kind, Words};
use super::{alias, fixed};
use crate::license::{LicenseExpr, Suffix, Term, licenses, parse};

/// The value that a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// A family whose version stands beside the name; an index for [`Names::family`].
    Family(usize),
    /// One expression; an index for [`Names::fixed`].
    Fixed(usize),
    /// A phrase that grants by itself; an index for [`Names::fixed`].
    Phrase(usize),
    /// "BSD" without a number of clauses.
    Bsd,
}

/// A family of versioned licenses.
#[derive(Debug)]
pub(super) struct Family {
    /// The id without its version, e.g. `LGPL`.
    pub(super) base: String,
    /// Version as written in ids, with the id (GNU ids without suffix), oldest first.
    pub(super) versions: Vec<(String, String)>,
}

/// A name that was found: words `first..end`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) named: Named,
    pub(super) end: usize,
    /// The name is also a plain word.
    pub(super) plain: bool,
}

/// The index of names.
#[derive(Debug)]
pub(super) struct Names {
    vocabulary: FxHashMap<String, u32>,
    steps: FxHashMap<(u32, u32), u32>,
    ends: FxHashMap<u32, (Named, bool)>,
    nodes: u32,
    families: Vec<Family>,
    fixed: Vec<LicenseExpr>,
    /// The place of each in `fixed`.
    places: FxHashMap<LicenseExpr, usize>,
}

impl Names {
    /// The index over the embedded SPDX list.
    pub(super) fn new() -> Names {
        let mut names = Names {
            vocabulary: FxHashMap::default(),
            steps: FxHashMap::default(),
            ends: FxHashMap::default(),
            nodes: 0,
            families: families(),
            fixed: Vec::new(),
            places: FxHashMap::default(),
        };
        names.add_listed();
        names.add_aliases();
        names
    }

    pub(super) fn family(&self, index: usize) -> &Family {
        &self.families[index]
    }

    /// The family with these letters before its versions, e.g. `LGPL`.
    pub(super) fn family_of(&self, base: &str) -> Option<&Family> {
        self.families.iter().find(|family| family.base == base)
    }

    pub(super) fn fixed(&self, index: usize) -> &LicenseExpr {
        &self.fixed[index]
    }

    /// The longest name that begins at word `first`.
    pub(super) fn at(&self, words: &Words, first: usize) -> Option<Found> {
        let (mut node, mut at, mut best) = (0, first, None);
        while let Some(next) = self.step(node, words, at) {
            node = next;
            at += 1;
            if let Some((named, plain)) = self.ends.get(&node) {
                best = Some(Found { named: *named, end: at, plain: *plain });
            }
            if breaks_name(words.gap(at)) {
                break;
            }
        }
        best
    }

    fn step(&self, node: u32, words: &Words, at: usize) -> Option<u32> {
        if words.kind(at)? == Kind::Url {
            return None;
        }
        let word = self.vocabulary.get(spelled(words.text(at)))?;
        self.steps.get(&(node, *word)).copied()
    }

    fn add_listed(&mut self) {
        let shortened = Shortened::of_list();
        let known = Known::of(&self.families);
        for license in licenses().filter(|license| !license.deprecated) {
            let Some(expr) = Term::from_id(license.id).map(LicenseExpr::from) else { continue };
            let (name, version, tail) = unversioned(license.name);
            let family = known.by_version.get(gnu_base(license.id)).copied();
            let own = match known.by_base.get(&license.id.to_ascii_lowercase()) {
                // `SISSL` and `SISSL-1.2`: the name alone is the first, and a version beside it is read.
                Some(index) => Named::Family(*index),
                None => self.fix(expr),
            };
            let is_plainly_versioned = version.is_some() && tail.iter().all(|word| SAYS_LITTLE.contains(word));
            match family {
                Some(index) if is_plainly_versioned => self.add_name(&name, Named::Family(index), &shortened),
                _ => self.add_name(license.name, own, &shortened),
            }
            match family {
                Some(index) => self.add(&self.families[index].base.clone(), Named::Family(index)),
                None => self.add(license.id, own),
            }
        }
    }

    /// A full name as the list writes it, and without the parts people leave out.
    fn add_name(&mut self, name: &str, named: Named, shortened: &Shortened) {
        let name = name.trim().trim_start_matches("The ");
        let words = name.split_whitespace().count();
        if words < 2 && !name.to_ascii_lowercase().contains("licen") {
            return self.add(name, named);
        }
        self.add(name, named);
        if name.contains('"') {
            let plain: String = name.split('"').step_by(2).collect::<Vec<_>>().join(" ");
            self.add(&plain, named);
        }
        if let Some(before) = shortened.of(name) {
            self.add(before, named);
        }
        if !name.to_ascii_lowercase().contains("licen") {
            self.add(&format!("{name} license"), named);
        }
    }

    fn add_aliases(&mut self) {
        for (base, aliases) in alias::FAMILIES {
            let Some(index) = self.families.iter().position(|family| family.base == *base) else { continue };
            aliases.iter().for_each(|name| self.add_over(name, Named::Family(index)));
        }
        for (base, name) in alias::creative_commons() {
            let Some(index) = self.families.iter().position(|family| family.base == base) else { continue };
            self.add_over(&name, Named::Family(index));
        }
        for (text, aliases) in fixed::FIXED {
            let Ok(expr) = parse(text) else { continue };
            let named = self.fix(expr);
            for name in *aliases {
                self.add_over(name, named);
                if !name.contains("licen") && !name.contains("perl") {
                    self.add_over(&format!("{name} license"), named);
                }
            }
        }
        for (text, phrases) in alias::PHRASES {
            let Ok(expr) = parse(text) else { continue };
            let Named::Fixed(index) = self.fix(expr) else { continue };
            phrases.iter().for_each(|phrase| self.add_over(phrase, Named::Phrase(index)));
        }
        for (kind, numbered) in [
            ("BSD-2-Clause", ["simplified", "2 clause", "two clause"]),
            ("BSD-3-Clause", ["modified", "new", "revised"]),
        ] {
            let Ok(expr) = parse(kind) else { continue };
            let named = self.fix(expr);
            numbered
                .iter()
                .for_each(|number| self.add_over(&format!("{number} berkeley software distribution license"), named));
        }
        alias::BSD.iter().for_each(|name| self.add_over(name, Named::Bsd));
    }

    fn fix(&mut self, expr: LicenseExpr) -> Named {
        let next = self.fixed.len();
        let place = *self.places.entry(expr.clone()).or_insert(next);
        if place == next {
            self.fixed.push(expr);
        }
        Named::Fixed(place)
    }

    fn add(&mut self, name: &str, named: Named) {
        self.insert(name, named, false);
    }

    /// Adds a name of our own: it decides where the list's names say something else.
    fn add_over(&mut self, name: &str, named: Named) {
        self.insert(name, named, true);
    }

    fn insert(&mut self, name: &str, named: Named, decides: bool) {
        let words = reader::read(name, 0);
        let path: Vec<&str> = (0..words.len()).map(|index| spelled(words.text(index))).collect();
        if path.is_empty() {
            return;
        }
        let plain = match path.as_slice() {
            [word] => !alias::TELLING.contains(word),
            several => alias::PLAIN_WORDS.contains(&several.join(" ").as_str()),
        };
        let mut node = 0;
        for word in path {
            let next_word = self.vocabulary.len() as u32;
            let word = *self.vocabulary.entry(word.to_owned()).or_insert(next_word);
            node = *self.steps.entry((node, word)).or_insert_with(|| {
                self.nodes += 1;
                self.nodes
            });
        }
        if decides {
            self.ends.insert(node, (named, plain));
        } else {
            self.ends.entry(node).or_insert((named, plain));
        }
    }
}

impl Family {
    /// The id of `version` as people write it (`2`, `v2.0`, `2.0.0`); `None` where there is no such version.
    pub(super) fn version(&self, version: &str) -> Option<&str> {
        let exact = |wanted: &str| self.versions.iter().find(|(known, _)| known == wanted).map(|(_, id)| id.as_str());
        let mut short = version;
        while let Some(cut) = short.strip_suffix(".0") {
            short = cut;
        }
        exact(version)
            .or_else(|| exact(&format!("{short}.0")))
            .or_else(|| exact(short))
            .or_else(|| exact(&format!("{short}.0.0")))
            .or_else(|| self.lettered(version))
            // `PHP License 3.0.1` is 3.01.
            .or_else(|| exact(&version.rsplit_once('.').map(|(start, last)| format!("{start}{last}"))?))
    }

    /// The newest of `1.3a` and `1.3c` where only `1.3` is written.
    fn lettered(&self, version: &str) -> Option<&str> {
        let is_lettered = |known: &str| {
            known
                .strip_prefix(version)
                .is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|byte| byte.is_ascii_lowercase()))
        };
        self.versions.iter().rev().find(|(known, _)| is_lettered(known)).map(|(_, id)| id.as_str())
    }

    /// The term of an id of this family; `suffix` where the family knows one.
    pub(super) fn term(&self, id: &str, suffix: Suffix) -> Option<Term> {
        Term::from_id(id).map(|term| match suffix {
            Suffix::OrLater if term.suffix == Suffix::None => term,
            _ => term.with_suffix(suffix),
        })
    }

    pub(super) fn is_gnu(&self) -> bool {
        matches!(self.base.as_str(), "GPL" | "LGPL" | "AGPL" | "GFDL")
    }
}

/// The places of families.
struct Known {
    /// By the ids of their versions.
    by_version: FxHashMap<String, usize>,
    /// By their letters in lower case.
    by_base: FxHashMap<String, usize>,
}

impl Known {
    fn of(families: &[Family]) -> Known {
        let ids = |family: &Family| family.versions.iter().map(|(_, id)| id.clone()).collect::<Vec<_>>();
        let by_version =
            families.iter().enumerate().flat_map(|(at, family)| ids(family).into_iter().map(move |id| (id, at)));
        let by_base = families.iter().enumerate().map(|(at, family)| (family.base.to_ascii_lowercase(), at));
        Known { by_version: by_version.collect(), by_base: by_base.collect() }
    }
}

/// Full names without what stands in brackets behind them, where that is the name of one license only.
struct Shortened(BTreeMap<&'static str, usize>);

impl Shortened {
    fn of_list() -> Self {
        let mut count = BTreeMap::new();
        for license in licenses().filter(|license| !license.deprecated) {
            let before = without_brackets(license.name).unwrap_or(license.name);
            *count.entry(before).or_default() += 1;
        }
        Shortened(count)
    }

    fn of<'n>(&self, name: &'n str) -> Option<&'n str> {
        without_brackets(name).filter(|before| self.0.get(before).is_none_or(|licenses| *licenses == 1))
    }
}

fn without_brackets(name: &str) -> Option<&str> {
    name.split_once(" (").map(|(before, _)| before.trim())
}

/// Words behind the version in a full name that name no variant.
const SAYS_LITTLE: &[&str] = &["only", "or", "later", "Generic", "Unported", "International", "Universal", "License"];

/// A name does not run over the end of a sentence, a paragraph, a comma or a bracket.
fn breaks_name(gap: Gap) -> bool {
    gap.has(Gap::STOP)
        || gap.has(Gap::PARAGRAPH)
        || gap.has(Gap::COLON)
        || gap.has(Gap::SEMICOLON)
        || gap.has(Gap::EQUALS)
}

/// One spelling for words that are written in several ways.
pub(super) fn spelled(word: &str) -> &str {
    match word {
        "licence" | "licenses" | "licences" | "lisence" | "liscence" | "lincense" | "licencse" => "license",
        "sharealike" => "sharealike",
        "noncommercial" => "noncommercial",
        _ => word,
    }
}

/// `GPL-2.0-or-later` and `GPL-2.0-only` to `GPL-2.0`; other ids as they are.
fn gnu_base(id: &str) -> &str {
    id.strip_suffix("-only").or_else(|| id.strip_suffix("-or-later")).unwrap_or(id)
}

/// The families of the list: ids that end in a version.
fn families() -> Vec<Family> {
    let mut found: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    let mut seen = HashSet::new();
    for license in licenses().filter(|license| !license.deprecated || license.gnu) {
        let id = gnu_base(license.id);
        let Some((base, version)) = id.rsplit_once('-') else { continue };
        let numeric = version.starts_with(|first: char| first.is_ascii_digit()) && !base.ends_with("Clause");
        let is_version =
            version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'c' || byte == b'a');
        if numeric && is_version && Term::from_id(id).is_some() && seen.insert(id) {
            found.entry(base.to_owned()).or_default().push((version.to_owned(), id.to_owned()));
        }
    }
    found.into_iter().map(|(base, versions)| Family { base, versions }).collect()
}

/// A full name up to its version, the version, and the words behind it.
fn unversioned(name: &str) -> (String, Option<&str>, Vec<&str>) {
    let is_version = |word: &str| {
        let digits = word.trim_start_matches(['v', 'V']);
        digits.starts_with(|first: char| first.is_ascii_digit()) && digits.contains('.')
            || digits.parse::<u32>().is_ok()
    };
    let mut kept = Vec::new();
    let mut words = name.split_whitespace();
    while let Some(word) = words.next() {
        if is_version(word) {
            return (kept.join(" "), Some(word), words.collect());
        }
        if !matches!(word, "version" | "Version" | "v" | "v.") {
            kept.push(word);
        }
    }
    (kept.join(" "), None, Vec::new())
}
