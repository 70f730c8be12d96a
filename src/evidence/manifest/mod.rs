//! Manifests: files in which a project states its license for a package manager.
//!
//! One file per kind, chosen by the file's name; each reads its format with a real parser where there is one and
//! falls back to nothing on broken input. Knows fields and never judges them: what a field says goes through
//! [`claim::claim`], which reads expressions strictly first, then the way people write them.

mod appstream;
mod cabal;
mod cargo;
mod citation;
mod claim;
mod debian;
mod fields;
mod gemspec;
mod json;
mod maven;
mod meson;
mod opam;
mod perl;
mod python;
mod r;
mod rpm;
mod yaml;

pub use self::claim::license_field;
pub(super) use self::claim::{is_own_terms, understood};
pub(super) use self::debian::{files_stanzas as dep5_stanzas, settle as settle_stanzas};
use super::detection::Seen;
use super::page::Page;
use crate::text::RelPath;

/// Reads one kind of manifest.
pub(super) type Reader = fn(&Page<'_>, &mut Seen);

/// One kind of manifest: how its files are called, and its reader.
struct Kind {
    /// Full names, lower case.
    names: &'static [&'static str],
    /// Endings, lower case, with their dot.
    endings: &'static [&'static str],
    reads: Reader,
}

/// All kinds. Add a row to add a manifest.
const KINDS: &[Kind] = &[
    Kind { names: &["cargo.toml", "cargo.toml.orig"], endings: &[], reads: cargo::read },
    Kind { names: &["package.json", "bower.json", "composer.json", "component.json"], endings: &[], reads: json::read },
    Kind {
        names: &["meta.json", "meta.yml", "meta.yaml", "mymeta.json", "mymeta.yml"],
        endings: &[],
        reads: perl::read_meta,
    },
    Kind { names: &["dist.ini", "makefile.pl", "build.pl"], endings: &[], reads: perl::read_build },
    Kind { names: &["pyproject.toml"], endings: &[], reads: python::read_pyproject },
    Kind { names: &["setup.cfg"], endings: &[], reads: python::read_setup_cfg },
    Kind { names: &["setup.py"], endings: &[], reads: python::read_setup_py },
    Kind { names: &["pkg-info", "metadata"], endings: &[], reads: python::read_metadata },
    Kind { names: &[], endings: &[".gemspec"], reads: gemspec::read },
    Kind { names: &[], endings: &[".cabal"], reads: cabal::read },
    Kind { names: &["description"], endings: &[], reads: r::read },
    Kind { names: &["pom.xml"], endings: &[".pom", ".nuspec"], reads: maven::read },
    Kind { names: &["opam"], endings: &[".opam"], reads: opam::read },
    Kind { names: &["meson.build"], endings: &[], reads: meson::read },
    Kind { names: &["copyright", "copying", "copying.txt", "license"], endings: &[], reads: debian::read },
    Kind { names: &["citation.cff"], endings: &[], reads: citation::read },
    Kind { names: &[], endings: &[".spec", ".spec.in"], reads: rpm::read },
    Kind {
        names: &[],
        endings: &[
            ".metainfo.xml",
            ".appdata.xml",
            ".metainfo.xml.in",
            ".appdata.xml.in",
            ".metainfo.xml.in.in",
            ".appdata.xml.in.in",
        ],
        reads: appstream::read,
    },
];

/// The reader for a file of this name; `None` where the name is no manifest's.
pub(super) fn reader(path: &RelPath) -> Option<Reader> {
    let name = path.name().to_ascii_lowercase();
    let fits =
        |kind: &&Kind| kind.names.contains(&name.as_str()) || kind.endings.iter().any(|ending| name.ends_with(ending));
    KINDS.iter().find(fits).map(|kind| kind.reads)
}

#[cfg(test)]
mod tests;
