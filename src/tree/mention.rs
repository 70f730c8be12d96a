//! The texts of all .nix files of a tree: which words they mention and which paths they name.
//!
//! Looks at texts only. A word is a whole identifier, wherever it stands; a path is a literal.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use aho_corasick::AhoCorasick;
use memchr::memmem;
use walkdir::WalkDir;

/// The texts of a tree.
pub struct Texts {
    files: BTreeMap<String, Text>,
    by_folder: HashMap<String, Vec<String>>,
}

struct Text {
    bytes: Vec<u8>,
    places: Vec<String>,
}

/// A path literal in a text.
pub(super) struct Place {
    /// Where it stands.
    at: usize,
    /// Where it leads: absolute.
    pub(super) target: String,
}

impl Texts {
    /// The texts below `root`, read by this many threads.
    pub fn read(root: &Path, threads: usize) -> Texts {
        let hidden = |entry: &walkdir::DirEntry| entry.depth() > 0 && entry.file_name().as_encoded_bytes()[0] == b'.';
        let paths: Vec<String> = WalkDir::new(root)
            .into_iter()
            .filter_entry(|entry| !hidden(entry))
            .filter_map(Result::ok)
            .filter(|entry| entry.file_type().is_file() && entry.file_name().as_encoded_bytes().ends_with(b".nix"))
            .map(|entry| entry.path().to_string_lossy().into_owned())
            .collect();
        let part = paths.len().div_ceil(threads.max(1)).max(1);
        let files: BTreeMap<String, Text> = std::thread::scope(|scope| {
            let running: Vec<_> = paths.chunks(part).map(|part| scope.spawn(move || read_all(part))).collect();
            running.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
        });
        let mut by_folder: HashMap<String, Vec<String>> = HashMap::new();
        for path in files.keys() {
            let mut steps = path.rsplit('/');
            if let (Some("default.nix" | "package.nix"), Some(folder)) = (steps.next(), steps.next()) {
                by_folder.entry(folder.to_owned()).or_default().push(path.clone());
            }
        }
        Texts { files, by_folder }
    }

    /// The paths that the file at `path` names; `None` where there is no such file.
    pub(super) fn places_in(&self, path: &str) -> Option<&[String]> {
        self.files.get(path).map(|text| text.places.as_slice())
    }

    /// The `default.nix` and `package.nix` of all folders called `name`.
    pub(super) fn files_of_folder(&self, name: &str) -> &[String] {
        self.by_folder.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// The files that mention one of the words.
    pub(super) fn mentioning(&self, search: &Search) -> BTreeSet<String> {
        let mentions = |text: &Text| search.hits(&text.bytes).next().is_some();
        self.files.iter().filter(|(_, text)| mentions(text)).map(|(path, _)| path.clone()).collect()
    }

    /// True where one of `words` is written in more than one place.
    pub(super) fn any_mentioned_twice(&self, words: &BTreeSet<String>) -> bool {
        let search = Search::of(words);
        let mut count = vec![0_u32; words.len()];
        self.files.values().flat_map(|text| search.hits(&text.bytes)).any(|word| {
            count[word] += 1;
            count[word] > 1
        })
    }

    /// The names that are bound to something made from one of `changed`.
    pub(super) fn definers(&self, changed: &BTreeSet<String>) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        let leads_there = |target: &str| {
            changed.contains(target)
                || changed.range(format!("{target}/")..).next().is_some_and(|file| {
                    let below = file.strip_prefix(target).and_then(|rest| rest.strip_prefix('/'));
                    below.is_some_and(|rest| !rest.contains('/'))
                })
        };
        for (path, text) in &self.files {
            if text.places.iter().any(|place| leads_there(place)) {
                let places = Place::all(&text.bytes, path);
                names.extend(
                    places.iter().filter(|one| leads_there(&one.target)).filter_map(|one| bound(&text.bytes, one.at)),
                );
            }
        }
        names
    }
}

fn read_all(paths: &[String]) -> Vec<(String, Text)> {
    let text = |path: &String| {
        let bytes = std::fs::read(path).ok()?;
        let places = Place::all(&bytes, path).into_iter().map(|place| place.target).collect();
        Some((path.clone(), Text { bytes, places }))
    };
    paths.iter().filter_map(text).collect()
}

impl Place {
    /// The path literals of a text that stands in `file`.
    pub(super) fn all(text: &[u8], file: &str) -> Vec<Place> {
        let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut places = Vec::new();
        let mut next = 0;
        for found in memmem::find_iter(text, b"./") {
            // The `./` of `../`, or the middle of a path that was seen.
            let start = if found > 0 && text[found - 1] == b'.' { found - 1 } else { found };
            let begins = start == 0 || !(is_of_path(text[start - 1]) || text[start - 1] == b'}');
            if start < next || !begins {
                continue;
            }
            let end = text[start..].iter().position(|byte| !is_of_path(*byte)).map_or(text.len(), |len| start + len);
            next = end;
            let literal = String::from_utf8_lossy(&text[start..end]);
            if let Some(target) = resolved(folder, &literal) {
                places.push(Place { at: start, target });
            }
        }
        places
    }
}

fn is_of_path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._-+/".contains(&byte)
}

fn resolved(folder: &str, literal: &str) -> Option<String> {
    let mut steps: Vec<&str> = folder.split('/').collect();
    for step in literal.split('/') {
        match step {
            "" | "." => {}
            ".." => drop(steps.pop()?),
            step => steps.push(step),
        }
    }
    Some(steps.join("/"))
}

/// A search for words.
pub(super) struct Search(Option<AhoCorasick>);

impl Search {
    /// A search for `words`, which are numbered in their order.
    pub(super) fn of(words: &BTreeSet<String>) -> Search {
        // The longest word at a place: of `foo` and `foo-bar` the text has one.
        let kind = aho_corasick::MatchKind::LeftmostLongest;
        Search(AhoCorasick::builder().match_kind(kind).build(words).ok().filter(|_| !words.is_empty()))
    }

    /// The numbers of the words that `text` has as whole identifiers.
    pub(super) fn hits<'t>(&'t self, text: &'t [u8]) -> impl Iterator<Item = usize> + 't {
        self.0.iter().flat_map(move |search| search.find_iter(text)).filter_map(move |hit| {
            let before = hit.start() > 0 && is_of_word(text[hit.start() - 1]);
            let after = text.get(hit.end()).is_some_and(|byte| is_of_word(*byte));
            (!before && !after).then(|| hit.pattern().as_usize())
        })
    }
}

fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_'-".contains(&byte)
}

/// The name that what stands at `at` is bound to: the one before the last `=`.
fn bound(text: &[u8], at: usize) -> Option<String> {
    let before = text[..at].iter().rposition(|byte| *byte == b'=')?;
    let end = text[..before].iter().rposition(|byte| !byte.is_ascii_whitespace() && *byte != b'"')? + 1;
    let start = text[..end].iter().rposition(|byte| !is_of_word(*byte)).map_or(0, |start| start + 1);
    let name = String::from_utf8_lossy(&text[start..end]).into_owned();
    (!name.is_empty()).then_some(name)
}
