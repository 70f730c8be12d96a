//! Python packages: `pyproject.toml`, `setup.cfg`, `setup.py`, `PKG-INFO` and `METADATA`.
//! An SPDX expression is believed first, wherever it stands, then classifiers, then free text. Several classifiers are a
//! set: which of them are a choice, no classifier says.

use toml::Value;

use super::claim::{claim, place, understood};
use super::fields;
use crate::evidence::detection::{CLASSIFIER, Note, Pointer, Seen};
use crate::evidence::page::Page;
use crate::license::{self, LicenseExpr, Suffix, Term};

const BY: &str = "manifest/python";
const TROVE: &str = "License :: ";
/// Classifiers that stand for LGPL 2.1 as well: there is none for it.
const WITHOUT_MINOR: [&str; 2] =
    ["GNU Lesser General Public License v2 (LGPLv2)", "GNU Lesser General Public License v2 or later (LGPLv2+)"];

/// License fields of one manifest, in its three ways.
#[derive(Default)]
struct Stated<'t> {
    expression: Option<&'t str>,
    classifiers: Vec<&'t str>,
    text: Option<&'t str>,
}

impl Stated<'_> {
    fn report(&self, page: &Page<'_>, seen: &mut Seen) {
        if self.expression.is_some_and(|value| claim(page, seen, BY, "icense", value)) {
            return;
        }
        let named: Vec<&str> = self.classifiers.iter().filter_map(|line| line.rsplit(" :: ").next()).collect();
        if let Some(text) = self.text.filter(|text| is_expression(text) || grants_later(text, &named)) {
            claim(page, seen, BY, "icense", text);
            return;
        }
        let firm =
            |value: &&str| !WITHOUT_MINOR.contains(value) && understood(value).is_some_and(|said| said.is_exact());
        // "BSD License" and the like leave the version open: a text that states it says more.
        if let Some(text) = self.text.filter(|text| !named.iter().any(&firm) && firm(text)) {
            claim(page, seen, BY, "icense", text);
            return;
        }
        let claimed = named
            .iter()
            .filter(|value| **value != "OSI Approved")
            .filter(|value| classified(page, seen, value))
            .count();
        if let Some(text) = self.text.filter(|_| claimed == 0) {
            claim(page, seen, BY, "icense", text);
        }
    }
}

/// True for an SPDX expression that leaves nothing open: not for `GPL-3.0`, which does not say whether later versions are
/// granted.
fn is_expression(text: &str) -> bool {
    let is_exact = |term: &Term| !term.is_reference() && term.suffix != Suffix::Unstated;
    license::parse(text.trim()).is_ok_and(|expr| expr.terms().into_iter().all(is_exact))
}

/// True for "GPLv3+" beside the classifier of version 3, which says nothing of later ones.
fn grants_later(text: &str, named: &[&str]) -> bool {
    let Some(LicenseExpr::Term(text)) = understood(text).map(|said| said.expr) else { return false };
    let same = |value: &&str| {
        understood(value).is_some_and(|said| said.expr.terms().into_iter().all(|term| term.license == text.license))
    };
    text.suffix == Suffix::OrLater && !named.is_empty() && named.iter().all(same)
}

/// Reports what a classifier says.
fn classified(page: &Page<'_>, seen: &mut Seen, value: &str) -> bool {
    let said = claim(page, seen, CLASSIFIER, TROVE, value);
    if let Some(one) = seen.detections.last_mut().filter(|_| said && WITHOUT_MINOR.contains(&value)) {
        one.note = Some(Note::Unversioned("LGPL: no classifier tells 2.0 from 2.1".to_owned()));
    }
    said
}

pub(super) fn read_pyproject(page: &Page<'_>, seen: &mut Seen) {
    let Ok(manifest) = page.text.parse::<toml::Table>() else { return };
    let poetry = manifest.get("tool").and_then(|tool| tool.get("poetry"));
    let flit = manifest.get("tool").and_then(|tool| tool.get("flit")).and_then(|flit| flit.get("metadata"));
    for project in [manifest.get("project"), poetry, flit].into_iter().flatten() {
        let license = project.get("license");
        let table = |key: &str| license.and_then(|license| license.get(key)).and_then(Value::as_str);
        let listed = project.get("classifiers").and_then(Value::as_array);
        let classifiers =
            listed.into_iter().flatten().filter_map(Value::as_str).filter(|line| line.starts_with(TROVE)).collect();
        let expression = license.and_then(Value::as_str);
        Stated { expression, classifiers, text: table("text") }.report(page, seen);
        if let Some(file) = table("file") {
            let lines = page.line_range(place(page.text, "icense", file));
            seen.pointers.push(Pointer {
                target: file.to_owned(),
                lines,
                quote: format!("license = {{ file = \"{file}\" }}"),
            });
        }
    }
}

pub(super) fn read_setup_cfg(page: &Page<'_>, seen: &mut Seen) {
    let mut stated = Stated::default();
    let mut in_metadata = false;
    for line in page.text.lines() {
        let trimmed = line.trim();
        if trimmed.starts_with('[') {
            in_metadata = trimmed == "[metadata]";
        } else if trimmed.starts_with(TROVE) {
            stated.classifiers.push(trimmed);
        } else if let Some((key, value)) = line.split_once('=').filter(|_| in_metadata) {
            match key.trim() {
                "license" => stated.text = Some(value.trim()),
                "license_expression" | "license-expression" => stated.expression = Some(value.trim()),
                _ => {}
            }
        }
    }
    stated.report(page, seen);
}

/// Only literal strings: `license="MIT"` and the classifiers; what is computed is not read.
pub(super) fn read_setup_py(page: &Page<'_>, seen: &mut Seen) {
    let mut stated = Stated::default();
    for line in page.text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        if let Some(found) = literal_after(line, "license") {
            stated.text = stated.text.or(Some(found));
        }
        stated.classifiers.extend(line.split(['"', '\'']).filter(|literal| literal.starts_with(TROVE)));
    }
    stated.report(page, seen);
}

fn literal_after<'t>(line: &'t str, key: &str) -> Option<&'t str> {
    let rest = line[line.find(key)? + key.len()..].trim_start_matches(['"', '\'']).trim_start();
    let rest = rest.strip_prefix(['=', ':'])?.trim_start();
    let quote = rest.chars().next().filter(|first| matches!(first, '"' | '\''))?;
    let inner = &rest[1..];
    inner.find(quote).map(|end| &inner[..end])
}

pub(super) fn read_metadata(page: &Page<'_>, seen: &mut Seen) {
    let fields = fields::fields(fields::head(page.text));
    if fields::value(&fields, "Metadata-Version").is_none() {
        return;
    }
    let classifiers = fields
        .iter()
        .filter(|(key, value)| *key == "Classifier" && value.starts_with(TROVE))
        .map(|(_, value)| value.as_str())
        .collect();
    let text = fields::value(&fields, "License").filter(|value| !value.contains('\n') && *value != "UNKNOWN");
    Stated { expression: fields::value(&fields, "License-Expression"), classifiers, text }.report(page, seen);
}
