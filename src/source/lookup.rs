//! Where a source may already lie on this machine: `--sources` folders and the Nix store.
//!
//! The rule for `--sources DIR`: the first that exists of `DIR/<attr>`, `DIR/<file name>`, `DIR/<pname>-<version>` and
//! `DIR/<pname>`, each as a folder, or as an archive with one of the usual suffixes. A second source of a package is
//! found by its file name only.

use std::path::{Path, PathBuf};

use super::{Request, urls};

const SUFFIXES: [&str; 21] = [
    ".tar.gz",
    ".tgz",
    ".tar.xz",
    ".txz",
    ".tar.bz2",
    ".tbz2",
    ".tar.zst",
    ".tar.lz",
    ".tar.lzma",
    ".tar",
    ".zip",
    ".7z",
    ".crate",
    ".whl",
    ".gem",
    ".deb",
    ".rpm",
    ".jar",
    ".nar",
    ".nar.xz",
    ".tar.br",
];

/// The folder of `folders` that has the source of `request`, and its place there.
pub(super) fn in_folders<'f>(folders: &'f [PathBuf], request: &Request<'_>) -> Option<(&'f Path, PathBuf)> {
    let names = names(request);
    let found =
        |folder: &'f PathBuf| names.iter().find_map(|name| named(folder, name)).map(|path| (folder.as_path(), path));
    folders.iter().find_map(found)
}

fn names(request: &Request<'_>) -> Vec<String> {
    let file_name = request.source.urls.first().map(|url| urls::file_name(url));
    let file_name = file_name.or_else(|| request.source.name.clone());
    let versioned = request.pname.zip(request.version).map(|(pname, version)| format!("{pname}-{version}"));
    let all = [Some(request.attr.to_owned()), file_name, versioned, request.pname.map(str::to_owned)];
    let of_this = if request.index == 0 { &all[..] } else { &all[1..2] };
    // A name is one part of a path: whatever the checkout says, nothing outside of the folder is looked at.
    let is_part = |name: &String| !name.is_empty() && !name.contains('/') && name != "." && name != "..";
    of_this.iter().flatten().filter(|name| is_part(name)).cloned().collect()
}

fn named(folder: &Path, name: &str) -> Option<PathBuf> {
    let plain = folder.join(name);
    if plain.exists() {
        return Some(plain);
    }
    SUFFIXES.iter().map(|suffix| folder.join(format!("{name}{suffix}"))).find(|path| path.is_file())
}
