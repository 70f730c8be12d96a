//! One rule about the names and the heads of files.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use serde::Deserialize;

use super::name::RoleName;
use crate::evidence::page::floor_boundary;

/// A row of `roles.toml`, which says what its keys ask.
#[derive(Deserialize)]
pub(super) struct Row {
    pub(super) role: RoleName,
    pub(super) rule: String,
    #[serde(flatten)]
    when: When,
    unless: Option<When>,
    #[cfg(test)]
    pub(super) yes: Vec<String>,
    #[cfg(test)]
    pub(super) no: Vec<String>,
    /// Keys that ask nothing.
    #[cfg(test)]
    #[serde(flatten)]
    pub(super) unknown: toml::Table,
}

/// The conditions of a row: any one of the names, and all of the rest.
#[derive(Default, Deserialize)]
#[serde(default)]
struct When {
    folders: BTreeSet<String>,
    folder_starts: Vec<String>,
    folder_ends: Vec<String>,
    names: BTreeSet<String>,
    stems: BTreeSet<String>,
    stem_starts: Vec<String>,
    stem_ends: Vec<String>,
    stem_has: Vec<String>,
    starts: Vec<String>,
    ends: Vec<String>,
    has: Vec<String>,
    root: bool,
    under: Option<String>,
    last_folder: Option<String>,
    only_ends: Vec<String>,
    words: Vec<String>,
    but_words: Vec<String>,
}

#[derive(Deserialize)]
struct File {
    row: Vec<Row>,
}

/// The rows of `table`, in their order.
pub(super) fn read(table: &str) -> Result<Vec<Row>, toml::de::Error> {
    toml::from_str::<File>(table).map(|file| file.row)
}

/// The parts of a path that rows compare, in lower case.
pub(super) struct Named<'f> {
    folders: Vec<&'f str>,
    name: &'f str,
    stem: &'f str,
    head: &'f str,
    words: OnceCell<String>,
}

impl<'f> Named<'f> {
    /// Those of `path`, which is in lower case; `head` is the beginning of the text as it is.
    pub(super) fn new(path: &'f str, head: &'f str) -> Named<'f> {
        let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
        let folders = folders.split('/').filter(|folder| !folder.is_empty()).collect();
        let stem = name.split_once('.').map_or(name, |(stem, _)| stem);
        Named { folders, name, stem, head, words: OnceCell::new() }
    }

    /// The first 1,500 bytes in lower case, white space as single blanks, comment signs left out.
    fn words(&self) -> &str {
        self.words.get_or_init(|| {
            let head = &self.head[..floor_boundary(self.head, 1_500)];
            let is_word = |word: &&str| word.bytes().any(|byte| byte.is_ascii_alphanumeric() || byte == b'@');
            head.split_whitespace().filter(is_word).collect::<Vec<_>>().join(" ").to_ascii_lowercase()
        })
    }
}

impl Row {
    /// True where the row says what the file is.
    pub(super) fn fits(&self, file: &Named<'_>) -> bool {
        self.when.holds(file) && !self.unless.as_ref().is_some_and(|unless| unless.holds(file))
    }

    /// True for a name that the row gives up to its first dot.
    pub(super) fn has_stem(&self, stem: &str) -> bool {
        self.when.stems.contains(stem)
    }
}

impl When {
    fn holds(&self, file: &Named<'_>) -> bool {
        self.is_in_place(file) && (self.names_nothing() || self.is_named(file)) && self.is_said(file)
    }

    fn is_in_place(&self, file: &Named<'_>) -> bool {
        let is_or_any = |wanted: &Option<String>, folder: Option<&&str>| {
            wanted.as_ref().is_none_or(|wanted| folder.is_some_and(|folder| folder == wanted))
        };
        (!self.root || file.folders.is_empty())
            && is_or_any(&self.under, file.folders.first())
            && is_or_any(&self.last_folder, file.folders.last())
            && (self.only_ends.is_empty() || any(&self.only_ends, |end| file.name.ends_with(end)))
    }

    /// True where only a place or words are asked for.
    fn names_nothing(&self) -> bool {
        let sets = [&self.folders, &self.names, &self.stems];
        let lists = [
            &self.folder_starts,
            &self.folder_ends,
            &self.stem_starts,
            &self.stem_ends,
            &self.stem_has,
            &self.starts,
            &self.ends,
            &self.has,
        ];
        sets.iter().all(|set| set.is_empty()) && lists.iter().all(|list| list.is_empty())
    }

    fn is_named(&self, file: &Named<'_>) -> bool {
        let is_folder = |folder: &&str| {
            self.folders.contains(*folder)
                || any(&self.folder_starts, |start| folder.starts_with(start))
                || any(&self.folder_ends, |end| folder.ends_with(end))
        };
        self.names.contains(file.name)
            || self.stems.contains(file.stem)
            || any(&self.stem_starts, |start| file.stem.starts_with(start))
            || any(&self.stem_ends, |end| file.stem.ends_with(end))
            || any(&self.stem_has, |part| file.stem.contains(part))
            || any(&self.starts, |start| file.name.starts_with(start))
            || any(&self.ends, |end| file.name.ends_with(end))
            || any(&self.has, |part| file.name.contains(part))
            || file.folders.iter().any(is_folder)
    }

    fn is_said(&self, file: &Named<'_>) -> bool {
        let is_in = |head: &str| any(&self.words, |words| head.contains(words));
        match (self.words.is_empty(), self.but_words.is_empty()) {
            (true, _) => true,
            (false, true) => is_in(file.words()),
            (false, false) => {
                is_in(&self.but_words.iter().fold(file.words().to_owned(), |left, words| left.replace(words, "")))
            }
        }
    }
}

fn any(all: &[String], fits: impl Fn(&str) -> bool) -> bool {
    all.iter().any(|one| fits(one))
}
