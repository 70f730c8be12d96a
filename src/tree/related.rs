//! Packages that may have a value of another one.

use std::collections::{BTreeMap, BTreeSet};

use super::checkout::{Checkout, Layout};
use super::package::Package;
use crate::nix::Kind;
use crate::text::RelPath;

/// Folders whose files bind the packages of a set to names, in the layouts of nixpkgs and its forks.
const TOP: [&str; 2] = ["", "pkgs/top-level"];

/// More packages than this are looked for without a look at the text first.
const MANY: usize = 8;

impl Checkout {
    /// Attribute paths that may lead to packages with a value of one of `packages`: those that the top-level files of the
    /// set, or their own files, bind to them or to a file beside them. Some of them may lead nowhere.
    ///
    /// A package elsewhere that takes single values of them as an argument is not found.
    pub(crate) fn related(&self, packages: &[&Package]) -> BTreeSet<String> {
        let mut sets: BTreeMap<&str, Written<'_>> = BTreeMap::new();
        let mut own: BTreeMap<(&str, &RelPath), Written<'_>> = BTreeMap::new();
        for package in packages {
            let Some(site) = &package.site else { continue };
            let (set, name) = package.attr.0.rsplit_once('.').unwrap_or(("", &package.attr.0));
            let (file, folder) = (self.absolute(&site.file), self.own_folder(&site.file));
            for written in [sets.entry(set).or_default(), own.entry((set, &site.file)).or_default()] {
                written.names.push(name);
                written.files.insert(file.clone());
                written.folders.extend(folder.clone());
            }
        }
        let top = self.top_files();
        let at_top = sets.iter().flat_map(|(set, written)| top.iter().map(move |file| (*set, file, written)));
        let places = at_top.chain(own.iter().map(|((set, file), written)| (*set, *file, written)));
        let named = places.flat_map(|(set, file, written)| {
            self.related_in(file, written).into_iter().flat_map(move |name| in_set(set, name))
        });
        let mut found: BTreeSet<String> = named.collect();
        let asked: BTreeSet<&str> = packages.iter().map(|package| package.attr.0.as_str()).collect();
        found.retain(|attr| !asked.contains(attr.as_str()));
        found
    }

    fn top_files(&self) -> Vec<RelPath> {
        if self.layout != Layout::PackageSet {
            return Vec::new();
        }
        let folders = TOP.into_iter().filter_map(RelPath::new);
        let files = folders.flat_map(|folder| {
            let entries = self.files.disk.list(&self.absolute(&folder)).unwrap_or_default();
            entries.into_iter().filter_map(move |(name, _)| folder.join(&name))
        });
        files.filter(|file| file.name().ends_with(".nix")).collect()
    }

    /// The folder of `file`, an absolute path, where it holds one package: a category has folders in it.
    fn own_folder(&self, file: &RelPath) -> Option<String> {
        let folder = self.absolute(&file.parent());
        let entries = self.files.disk.list(&folder).ok()?;
        let is_category = entries.iter().any(|(_, kind)| *kind == Kind::Folder);
        (!is_category || file.name() == "default.nix").then_some(folder)
    }

    fn absolute(&self, path: &RelPath) -> String {
        path.under(self.root()).to_string_lossy().into_owned()
    }

    fn related_in(&self, path: &RelPath, written: &Written<'_>) -> Vec<String> {
        let Ok(file) = self.files.open(&self.absolute(path)) else { return Vec::new() };
        match file.text() {
            Some(text) if written.may_be_in(text) => {
                self.files.related(file, &written.names, &|path| written.is_led_to_by(path))
            }
            _ => Vec::new(),
        }
    }
}

/// How files refer to packages of one set.
#[derive(Default)]
struct Written<'p> {
    names: Vec<&'p str>,
    /// Their files, absolute paths.
    files: BTreeSet<String>,
    /// The folders of these that are a package's own.
    folders: BTreeSet<String>,
}

impl Written<'_> {
    /// False where no part of `text` can mean one of few packages; of many, some are in each file.
    fn may_be_in(&self, text: &str) -> bool {
        let last = |path: &String| path.rsplit('/').next().is_some_and(|name| text.contains(name));
        self.names.len() > MANY
            || self.names.iter().any(|name| text.contains(name))
            || self.files.iter().chain(&self.folders).any(last)
    }

    fn is_led_to_by(&self, path: &str) -> bool {
        let mut around = path.rmatch_indices('/').map(|(at, _)| &path[..at]);
        self.files.contains(path) || self.folders.contains(path) || around.any(|folder| self.folders.contains(folder))
    }
}

/// The attribute paths of `name`: in `set` and at the top.
fn in_set(set: &str, name: String) -> Vec<String> {
    match set {
        "" => vec![name],
        set => vec![format!("{set}.{name}"), name],
    }
}
