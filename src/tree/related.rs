//! Packages that may have a value of another one.

use std::collections::BTreeSet;

use super::checkout::{Checkout, Layout};
use super::package::Package;
use crate::nix::Kind;
use crate::text::RelPath;

/// Folders whose files bind the packages of a set to names, in the layouts of nixpkgs and its forks.
const TOP: [&str; 2] = ["", "pkgs/top-level"];

impl Checkout {
    /// Attribute paths that may lead to packages with a value of `package`: those that the top-level files of the set, or
    /// its own file, bind to it or to a file beside it. Some of them may lead nowhere.
    ///
    /// A package elsewhere that takes single values of it as an argument is not found.
    pub(crate) fn related(&self, package: &Package) -> BTreeSet<String> {
        let Some(site) = &package.site else { return BTreeSet::new() };
        let (set, name) = package.attr.0.rsplit_once('.').unwrap_or(("", &package.attr.0));
        let written = Written { name, file: self.absolute(&site.file), folder: self.own_folder(&site.file) };
        let files = self.top_files().into_iter().chain([site.file.clone()]);
        let names = files.flat_map(|file| self.related_in(&file, &written));
        names.flat_map(|name| in_set(set, name)).filter(|attr| *attr != package.attr.0).collect()
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
                self.files.related(file, written.name, &|path| written.is_led_to_by(path))
            }
            _ => Vec::new(),
        }
    }
}

/// How files refer to a package.
struct Written<'p> {
    name: &'p str,
    /// Its file, an absolute path.
    file: String,
    /// The folder of that, where it is the package's own.
    folder: Option<String>,
}

impl Written<'_> {
    fn may_be_in(&self, text: &str) -> bool {
        let last = |path: &str| path.rsplit('/').next().is_some_and(|name| text.contains(name));
        text.contains(self.name) || last(&self.file) || self.folder.as_deref().is_some_and(last)
    }

    fn is_led_to_by(&self, path: &str) -> bool {
        let rest = self.folder.as_deref().and_then(|folder| path.strip_prefix(folder));
        path == self.file || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// The attribute paths of `name`: in `set` and at the top.
fn in_set(set: &str, name: String) -> Vec<String> {
    match set {
        "" => vec![name],
        set => vec![format!("{set}.{name}"), name],
    }
}
