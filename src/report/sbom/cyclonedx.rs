//! CycloneDX 1.6 and 1.7.
//!
//! An `id` is always one of the SPDX list. Before 1.7 an expression stands alone in its array.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;

use super::license::{Stated, single_id, single_name, text};
use super::stream::Stream;
use super::{Bom, Component, Source, time, witness};
use crate::conclusion::Basis;
use crate::license::LicenseExpr;
use crate::report::json::{ROWS, write_document};
use crate::report::policy::closing;
use crate::report::{Report, Style};
use crate::source::{Algo, FixedHash};

/// Reference to the tree itself.
const TREE: &str = "tree";

/// The versions of the format.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    V1_6,
    V1_7,
}

impl Version {
    fn number(self) -> &'static str {
        match self {
            Version::V1_6 => "1.6",
            Version::V1_7 => "1.7",
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'b, P: Serialize, D: Serialize> {
    #[serde(rename = "$schema")]
    schema: String,
    bom_format: &'static str,
    spec_version: &'static str,
    serial_number: String,
    version: u32,
    metadata: Metadata<'b>,
    components: P,
    dependencies: D,
}

#[derive(Serialize)]
struct Metadata<'b> {
    timestamp: String,
    tools: Tools<'b>,
    component: Row<'b>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    properties: Vec<Property<'b>>,
}

#[derive(Serialize)]
struct Tools<'b> {
    components: [Row<'b>; 1],
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'b> {
    r#type: &'static str,
    #[serde(rename = "bom-ref", skip_serializing_if = "Option::is_none")]
    reference: Option<&'b str>,
    name: &'b str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'b str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hashes: Vec<Hash>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    licenses: Vec<License<'b>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    copyright: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpe: Option<&'b str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    purl: Option<&'b str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    external_references: Vec<External<'b>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<Evidence<'b>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    properties: Vec<Property<'b>>,
}

#[derive(Serialize)]
struct Evidence<'b> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    licenses: Vec<License<'b>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    copyright: Vec<Text<'b>>,
}

#[derive(Serialize)]
struct Text<'b> {
    text: &'b str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum License<'b> {
    Single { license: Single },
    Expression { expression: &'b str, acknowledgement: &'static str },
}

#[derive(Serialize)]
struct Single {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    acknowledgement: &'static str,
}

#[derive(Serialize)]
struct Hash {
    alg: &'static str,
    content: String,
}

#[derive(Serialize)]
struct External<'b> {
    r#type: &'static str,
    url: &'b str,
}

#[derive(Serialize)]
struct Property<'b> {
    name: &'static str,
    value: Cow<'b, str>,
}

impl<'b> Property<'b> {
    fn new(name: &'static str, value: impl Into<Cow<'b, str>>) -> Self {
        Property { name, value: value.into() }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Dependency<'b> {
    r#ref: &'b str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    depends_on: Vec<&'b str>,
}

/// Writes version 1.6.
pub(in crate::report) fn render_1_6(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    render(report, Version::V1_6, style, out)
}

/// Writes version 1.7.
pub(in crate::report) fn render_1_7(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    render(report, Version::V1_7, style, out)
}

fn render(report: &Report, version: Version, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let bom = Bom::of(report);
    let packages = || bom.packages.iter().map(|package| package_row(package, version));
    let components = Stream(|| packages().chain(bom.sources.iter().map(source_row)));
    let document = Document {
        schema: format!("http://cyclonedx.org/schema/bom-{}.schema.json", version.number()),
        bom_format: "CycloneDX",
        spec_version: version.number(),
        serial_number: bom.uuid().urn().to_string(),
        version: 1,
        metadata: metadata(report, &bom, style),
        components,
        dependencies: Stream(|| dependencies(&bom)),
    };
    write_document(&document, ROWS, out)
}

fn metadata<'b>(report: &Report, bom: &'b Bom<'_>, style: Style) -> Metadata<'b> {
    let version = Some(env!("CARGO_PKG_VERSION"));
    let tool = Row { r#type: "application", name: "clarity", version, ..Row::default() };
    let tree = Row { r#type: "application", reference: Some(TREE), name: &bom.name, ..Row::default() };
    let last_lines = closing(report).map(|value| Property::new("clarity:run", value));
    Metadata {
        timestamp: time(style),
        tools: Tools { components: [tool] },
        component: tree,
        properties: last_lines.collect(),
    }
}

fn package_row<'b>(package: &'b Component<'_>, version: Version) -> Row<'b> {
    let licenses = &package.licenses;
    let declared = stated(&licenses.declared, "declared");
    let concluded = stated(&licenses.concluded, "concluded");
    let found = declared_and_concluded(declared, concluded, version);
    let is_said = |stated: &Stated| !matches!(stated, Stated::Unknown);
    let both = [("clarity:license:declared", &licenses.declared), ("clarity:license:concluded", &licenses.concluded)];
    let both = both.into_iter().filter(|(_, stated)| is_said(stated));
    let mut properties = vec![Property::new("nixpkgs:attribute", &package.attr)];
    properties.extend(both.map(|(name, stated)| Property::new(name, stated.in_spdx())));
    properties.extend(package.confidence.map(|trust| Property::new("clarity:confidence", trust.name())));
    properties.extend(package.unverified.map(|why| Property::new("clarity:unverified", why.to_string())));
    if let Some((all, parts)) = &package.combined {
        properties.push(Property::new("clarity:license:combined", all));
        properties.extend(parts.iter().map(|part| Property::new("clarity:license:linked", part)));
    }
    let names = &package.names;
    properties.extend(names.possible_cpes.iter().map(|cpe| Property::new("nixpkgs:possibleCpe", cpe)));
    properties.extend(names.purls.iter().map(|purl| Property::new("nixpkgs:purl", purl)));
    properties.extend(package.basis.iter().map(|basis| Property::new("clarity:evidence", witness(basis))));
    Row {
        r#type: "application",
        reference: Some(&package.key),
        name: &package.name,
        version: package.version.as_deref(),
        licenses: found,
        copyright: Some(package.holders.join("\n")).filter(|text| !text.is_empty()),
        cpe: package.names.cpe.as_deref(),
        purl: package.purl.as_deref(),
        evidence: evidence(package.basis, &package.holders),
        properties,
        ..Row::default()
    }
}

/// Both sides where the version allows it: an expression stands alone before 1.7, and then the conclusion is written.
fn declared_and_concluded<'b>(
    declared: Vec<License<'b>>,
    concluded: Vec<License<'b>>,
    version: Version,
) -> Vec<License<'b>> {
    let is_expression = |license: &License<'_>| matches!(license, License::Expression { .. });
    let all = declared.iter().chain(&concluded);
    if version == Version::V1_7 || !all.into_iter().any(is_expression) {
        return declared.into_iter().chain(concluded).collect();
    }
    if concluded.is_empty() { declared } else { concluded }
}

/// Single licenses as such; anything more is one expression.
fn stated<'b>(stated: &'b Stated, acknowledgement: &'static str) -> Vec<License<'b>> {
    let parts = stated.parts();
    let singles: Option<Vec<License<'_>>> = parts.iter().map(|part| single(part, acknowledgement)).collect();
    singles.unwrap_or_else(|| vec![License::Expression { expression: stated.in_spdx(), acknowledgement }])
}

fn single<'b>(expr: &LicenseExpr, acknowledgement: &'static str) -> Option<License<'b>> {
    let (id, name) = (single_id(expr), single_name(expr));
    (id.is_some() || name.is_some()).then_some(License::Single { license: Single { id, name, acknowledgement } })
}

/// The licenses that its files name: each once, and as names where they are more than one license.
fn evidence<'b>(basis: &[Basis], holders: &'b [String]) -> Option<Evidence<'b>> {
    let mut licenses: Vec<License<'_>> = Vec::new();
    let mut seen: Vec<&LicenseExpr> = Vec::new();
    for basis in basis {
        if seen.contains(&&basis.expr) {
            continue;
        }
        seen.push(&basis.expr);
        let (id, name) = (single_id(&basis.expr), single_name(&basis.expr));
        let name = name.or_else(|| id.is_none().then(|| text(&basis.expr)));
        licenses.push(License::Single { license: Single { id, name, acknowledgement: "concluded" } });
    }
    let copyright: Vec<Text<'_>> = holders.iter().map(|text| Text { text }).collect();
    (!licenses.is_empty() || !copyright.is_empty()).then_some(Evidence { licenses, copyright })
}

fn source_row<'b>(source: &'b Source<'_>) -> Row<'b> {
    let url = source.url().map(|url| External { r#type: "distribution", url });
    let nar = source.hash.as_ref().filter(|_| source.file_hash().is_none());
    Row {
        r#type: "file",
        reference: Some(&source.key),
        name: &source.name,
        version: source.version.as_deref(),
        hashes: source.file_hash().map(hash).into_iter().collect(),
        purl: source.purl.as_deref(),
        external_references: url.into_iter().collect(),
        properties: nar.map(|hash| Property::new("nix:narHash", hash.to_string())).into_iter().collect(),
        ..Row::default()
    }
}

fn hash(hash: &FixedHash) -> Hash {
    let alg = match hash.algo {
        Algo::Md5 => "MD5",
        Algo::Sha1 => "SHA-1",
        Algo::Sha256 => "SHA-256",
        Algo::Sha512 => "SHA-512",
        Algo::Blake3 => "BLAKE3",
    };
    Hash { alg, content: hash.hex() }
}

fn dependencies<'b>(bom: &'b Bom<'_>) -> impl Iterator<Item = Dependency<'b>> {
    let tree = Dependency { r#ref: TREE, depends_on: bom.packages.iter().map(|one| one.key.as_str()).collect() };
    let packages = bom.packages.iter().map(|package| Dependency {
        r#ref: &package.key,
        depends_on: package.sources.iter().map(|index| bom.sources[*index].key.as_str()).collect(),
    });
    std::iter::once(tree).chain(packages)
}
