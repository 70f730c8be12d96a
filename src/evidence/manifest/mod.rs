//! Manifests: files in which a project states its license for a package manager.
//!
//! One file per kind, chosen by the file's name; each reads its format with a real parser where there is one and
//! falls back to nothing on broken input. Knows fields and never judges them: what a field says goes through
//! [`claim`], which reads expressions strictly first, then the way people write them.

mod appstream;
mod cabal;
mod cargo;
mod citation;
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

pub(super) use self::debian::files_stanzas as dep5_stanzas;
use super::Page;
use super::detection::{Detection, DetectorId, Score, Witness};
use super::detector::Seen;
use super::notice;
use crate::license::{self, LicenseExpr};
use crate::text::{RelPath, Span};

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
    Kind { names: &["reuse.toml"], endings: &[], reads: super::reuse::read_toml },
    Kind { names: &["dep5"], endings: &[], reads: super::reuse::read_dep5 },
    Kind { names: &["cargo.toml"], endings: &[], reads: cargo::read },
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
    Kind { names: &["copyright"], endings: &[], reads: debian::read },
    Kind { names: &["citation.cff"], endings: &[], reads: citation::read },
    Kind { names: &[], endings: &[".spec", ".spec.in"], reads: rpm::read },
    Kind {
        names: &[],
        endings: &[".metainfo.xml", ".appdata.xml", ".metainfo.xml.in", ".appdata.xml.in"],
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

/// What a license field says: an SPDX expression, an expression in an old spelling, or words; the note says which.
pub(super) fn understood(value: &str) -> Option<(LicenseExpr, Option<String>)> {
    let value = value.trim().trim_matches(['"', '\'']).trim();
    if value.is_empty() || value.len() > 400 {
        return None;
    }
    if let Ok(expr) = license::parse(value) {
        return Some((expr, None));
    }
    if let Ok(expr) = license::parse_lenient(value) {
        return Some((expr, Some(format!("written `{value}`"))));
    }
    let (expr, note) = notice::named(value)?;
    Some((expr, note.or_else(|| Some(format!("written `{value}`")))))
}

/// Reports what the field `value` says; `key` leads to its line.
fn claim(page: &Page<'_>, seen: &mut Seen, by: DetectorId, key: &str, value: &str) -> bool {
    let Some((expr, note)) = understood(value) else { return false };
    let span = place(page.text, key, value);
    seen.detections.push(Detection {
        expr,
        class: Witness::Manifest,
        by,
        lines: page.line_range(span),
        score: if note.is_some() { Score(9_000) } else { Score::FULL },
        quote: notice::quote(value),
        note,
    });
    true
}

/// The place of `value` behind the first `key` that has it on its line or soon after; else the first `key`.
fn place(text: &str, key: &str, value: &str) -> Span {
    let first_line = value.lines().next().unwrap_or("");
    let mut at = 0;
    while let Some(found) = text[at..].find(key).map(|found| at + found) {
        let reach = super::page::floor_boundary(text, found + 300 + value.len());
        if let Some(behind) = text[found..reach].find(first_line).filter(|_| !first_line.is_empty()) {
            return Span::new((found + behind) as u32, (found + behind + first_line.len()) as u32);
        }
        at = found + key.len();
    }
    let at = text.find(key).unwrap_or(0) as u32;
    Span::new(at, at)
}

#[cfg(test)]
mod tests;
