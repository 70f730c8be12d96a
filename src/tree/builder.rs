//! Files that make packages of all kinds: no package is defined in them.

use crate::text::RelPath;

/// Folders of nixpkgs, with or without `pkgs/`, whose sets are those of builders, fetchers and setup hooks.
const FOLDERS: [&str; 5] =
    ["build-support/", "stdenv/", "lib/", "development/perl-modules/generic/", "development/ruby-modules/"];

/// True for a file of builders, e.g. `pkgs/build-support/trivial-builders.nix`; not for `pkgs/tools/misc/stdenv-tool/`.
pub fn is_builder(file: &RelPath) -> bool {
    let path = file.as_str();
    let below = path.strip_prefix("pkgs/").unwrap_or(path);
    FOLDERS.iter().any(|folder| below.starts_with(folder))
}
