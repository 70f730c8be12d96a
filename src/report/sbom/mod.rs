//! Bills of materials: packages, the sources they are built from, and the licenses of both sides.
//!
//! One model, one file a format. The types of the formats are our own: no crate has CycloneDX 1.7 or SPDX 3.0, and one
//! model that all of them are written from cannot say different things in two of them.

mod cyclonedx;
mod license;
mod purl;
mod spdx2;
mod spdx3;
mod stream;
mod tag_value;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::{DateTime, SecondsFormat};

pub(super) use cyclonedx::{render_1_6, render_1_7};
pub(super) use spdx2::render as render_spdx2;
pub(super) use spdx3::render as render_spdx3;
pub(super) use tag_value::render as render_tag_value;

use super::combined::Combined;
use super::unverified::of_package;
use super::{Outcome, PackageReport, Report, Style};
use crate::conclusion::{Basis, Conclusion, Confidence};
use crate::source::{FixedHash, Unproven};
use crate::text::{Digest, one_line};
use crate::tree::{HashMode, Identifiers, SourceRef};

use license::{Licenses, Stated};

/// Holders of copyright that are named of one package at most.
const MOST_HOLDERS: usize = 100;

/// Packages and sources.
struct Bom<'r> {
    /// The name of the tree, without the folders above it.
    name: String,
    packages: Vec<Component<'r>>,
    sources: Vec<Source<'r>>,
    /// A digest of what it is about: the same packages have the same identity.
    identity: Digest,
}

/// One package.
struct Component<'r> {
    /// Unique in the document; letters, digits, `.` and `-`.
    key: String,
    attr: String,
    name: String,
    version: Option<String>,
    purl: Option<String>,
    names: Names,
    licenses: Licenses,
    confidence: Option<Confidence>,
    /// Why its source is not proven to be the declared one.
    unverified: Option<Unproven>,
    /// Terms of what is shipped with all that is linked into it: the expression, and one line for each part.
    combined: Option<(String, Vec<String>)>,
    basis: &'r [Basis],
    holders: Vec<String>,
    /// Indexes of its sources.
    sources: Vec<usize>,
}

/// Names in other registries that nixpkgs states and that readers take.
#[derive(Default)]
struct Names {
    cpe: Option<String>,
    possible_cpes: Vec<String>,
    purls: Vec<String>,
}

impl Names {
    /// The valid ones of `stated`.
    fn of(stated: Option<&Identifiers>) -> Names {
        let Some(stated) = stated else { return Names::default() };
        let valid = |purl: &&String| purl::is_valid(purl);
        Names {
            cpe: stated.valid_cpe().map(str::to_owned),
            possible_cpes: stated.possible_cpes.iter().map(|cpe| one_line(cpe)).collect(),
            purls: stated.purls.iter().filter(valid).map(|purl| one_line(purl)).collect(),
        }
    }
}

/// One source.
struct Source<'r> {
    key: String,
    name: String,
    version: Option<String>,
    purl: Option<String>,
    reference: &'r SourceRef,
    hash: Option<FixedHash>,
}

impl Source<'_> {
    /// The hash of the file at the url; of a tree that was unpacked there is none.
    fn file_hash(&self) -> Option<&FixedHash> {
        self.hash.as_ref().filter(|_| self.reference.mode == HashMode::Flat)
    }

    /// The first url that others than Nix understand.
    fn url(&self) -> Option<&str> {
        let is_common = |url: &&String| ["https://", "http://", "ftp://"].iter().any(|scheme| url.starts_with(scheme));
        self.reference.urls.iter().find(is_common).map(String::as_str)
    }
}

impl<'r> Bom<'r> {
    fn of(report: &'r Report) -> Bom<'r> {
        let mut keys = Keys::default();
        let mut sources: Vec<Source<'r>> = Vec::new();
        let mut known: BTreeMap<(&[String], Option<&str>), usize> = BTreeMap::new();
        let mut packages = Vec::new();
        for package in &report.packages {
            let own = package.package.sources.iter().map(|reference| {
                *known.entry((&reference.urls, reference.hash.as_deref())).or_insert_with(|| {
                    sources.push(source(package, reference, &mut keys));
                    sources.len() - 1
                })
            });
            let own: BTreeSet<usize> = own.collect();
            packages.push(component(package, own.into_iter().collect(), &mut keys));
        }
        let name = Path::new(&report.tree).file_name().map(|name| name.to_string_lossy().into_owned());
        let name = name.unwrap_or_else(|| "nixpkgs".to_owned());
        let mut text = name.clone();
        for Component { attr, version, licenses: Licenses { declared, concluded }, .. } in &packages {
            let version = version.as_deref().unwrap_or_default();
            text.extend(["\n", attr, "\t", version, "\t", declared.in_spdx(), "\t", concluded.in_spdx()]);
        }
        Bom { name: one_line(&name), packages, sources, identity: Digest::of(text.as_bytes()) }
    }

    /// A uuid made of the identity.
    fn uuid(&self) -> uuid::Uuid {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&self.identity.as_bytes()[..16]);
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }
}

/// Keys that stand in the document already.
#[derive(Default)]
struct Keys(BTreeSet<String>);

impl Keys {
    fn unique(&mut self, kind: &str, name: &str) -> String {
        let plain = |letter: char| if letter.is_ascii_alphanumeric() || letter == '.' { letter } else { '-' };
        let base: String = kind.chars().chain(['-']).chain(name.chars()).map(plain).collect();
        let mut key = base.clone();
        let mut number = 1;
        while self.0.contains(&key) {
            number += 1;
            key = format!("{base}-{number}");
        }
        self.0.insert(key.clone());
        key
    }
}

fn source<'r>(package: &PackageReport, reference: &'r SourceRef, keys: &mut Keys) -> Source<'r> {
    let name = package.package.pname.as_deref().unwrap_or(&package.package.attr.0);
    let version = package.package.version.as_deref();
    let hash = FixedHash::parse(reference.hash.as_deref(), reference.algo.as_deref()).ok();
    Source {
        key: keys.unique("source", name),
        name: one_line(name),
        version: version.map(one_line),
        purl: purl::of_source(reference, name, version, hash.as_ref()),
        reference,
        hash,
    }
}

fn component<'r>(package: &'r PackageReport, sources: Vec<usize>, keys: &mut Keys) -> Component<'r> {
    let attr = &package.package.attr.0;
    let name = package.package.pname.as_deref().unwrap_or(attr);
    let version = package.package.version.as_deref();
    let conclusion = match &package.outcome {
        Outcome::Audited(Some(judged)) => Some(&*judged.conclusion),
        _ => None,
    };
    let concluded = match conclusion {
        Some(Conclusion::Concluded(concluded)) => Some(concluded),
        _ => None,
    };
    Component {
        key: keys.unique("package", attr),
        attr: one_line(attr),
        name: one_line(name),
        version: version.map(one_line),
        purl: purl::of_package(name, version, attr),
        names: Names::of(package.package.identifiers.as_deref()),
        licenses: Licenses { declared: Stated::declared(&package.declared), concluded: Stated::concluded(conclusion) },
        confidence: concluded.map(|concluded| concluded.confidence),
        unverified: of_package(package),
        combined: Combined::of(package).map(|combined| (combined.in_words(), combined.lines().collect())),
        basis: concluded.map_or(&[], |concluded| &concluded.basis),
        holders: holders(package),
        sources,
    }
}

/// The holders of copyright of what ships, each once.
fn holders(package: &PackageReport) -> Vec<String> {
    let files = package.evidence.iter().flat_map(|evidence| &evidence.files);
    let holders = files.flat_map(|file| file.copyrights.iter());
    let holders: BTreeSet<String> = holders.map(|holder| one_line(holder)).collect();
    holders.into_iter().take(MOST_HOLDERS).collect()
}

/// The time of writing in the form of RFC 3339.
fn time(style: Style) -> String {
    DateTime::from_timestamp(style.written, 0).unwrap_or_default().to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// e.g. `LICENSE:1-201 says Apache-2.0 (text)`
fn witness(basis: &Basis) -> String {
    one_line(&format!("{}:{} says {} ({})", basis.file, basis.lines, basis.expr, basis.class.name()))
}
