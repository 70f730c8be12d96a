//! SPDX 3.0.1 as JSON-LD: the core, software and simple licensing profiles.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};

use super::stream::Stream;
use super::{Bom, Component, Source, spdx2, time};
use crate::report::json::{ROWS, write_document};
use crate::report::policy::closing;
use crate::report::unverified::in_words;
use crate::report::{Report, Style};

const CREATION: &str = "_:creation";

#[derive(Serialize)]
struct Document<G: Serialize> {
    #[serde(rename = "@context")]
    context: &'static str,
    #[serde(rename = "@graph")]
    graph: G,
}

/// Writes one graph.
pub(in crate::report) fn render(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let bom = Bom::of(report);
    let names = Names(spdx2::namespace(&bom));
    let head = head(report, &bom, &names, style);
    let packages = || bom.packages.iter().flat_map(|one| package(one, &bom, &names));
    let sources = || bom.sources.iter().map(|one| source(one, &names));
    let graph = Stream(|| head.iter().cloned().chain(packages()).chain(sources()));
    let document = Document { context: "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", graph };
    write_document(&document, ROWS, out)
}

/// The names of elements.
struct Names(String);

impl Names {
    fn of(&self, key: &str) -> String {
        format!("{}#{key}", self.0)
    }
}

fn head(report: &Report, bom: &Bom<'_>, names: &Names, style: Style) -> Vec<Value> {
    let (agent, tool) = (names.of("agent"), names.of("tool"));
    let mut document = json!({
        "type": "SpdxDocument",
        "spdxId": names.of("document"),
        "creationInfo": CREATION,
        "name": bom.name,
        "profileConformance": ["core", "software", "simpleLicensing"],
        "rootElement": bom.packages.iter().map(|one| names.of(&one.key)).collect::<Vec<_>>(),
    });
    let last_lines: Vec<String> = closing(report).collect();
    if !last_lines.is_empty() {
        document["comment"] = last_lines.join("\n").into();
    }
    let name = format!("clarity {}", env!("CARGO_PKG_VERSION"));
    vec![
        json!({
            "type": "CreationInfo", "@id": CREATION, "specVersion": "3.0.1", "created": time(style),
            "createdBy": [agent], "createdUsing": [tool],
        }),
        json!({ "type": "SoftwareAgent", "spdxId": agent, "creationInfo": CREATION, "name": name }),
        json!({ "type": "Tool", "spdxId": tool, "creationInfo": CREATION, "name": name }),
        document,
    ]
}

fn package(one: &Component<'_>, bom: &Bom<'_>, names: &Names) -> Vec<Value> {
    let id = names.of(&one.key);
    let mut element = element(&one.key, &one.name, one.version.as_ref(), one.purl.as_ref(), names);
    element["software_primaryPurpose"] = "application".into();
    let unverified = one.unverified.map(|why| format!("\n{}", in_words(why))).unwrap_or_default();
    let combined = one.combined.iter().flat_map(|(all, parts)| {
        let parts = parts.iter().map(|part| format!("\nlinked in: {part}"));
        std::iter::once(format!("\nlicense with what is linked in: {all}")).chain(parts)
    });
    let combined: String = combined.collect();
    element["comment"] = format!("nixpkgs attribute: {}{unverified}{combined}", one.attr).into();
    let purls = one.names.purls.iter().map(|purl| identifier("packageUrl", purl));
    let others: Vec<Value> = purls.chain(one.names.cpe.iter().map(|cpe| identifier("cpe23", cpe))).collect();
    if !others.is_empty() {
        element["externalIdentifier"] = others.into();
    }
    if !one.holders.is_empty() {
        element["software_copyrightText"] = one.holders.join("\n").into();
    }
    let mut all = vec![element];
    let licenses = &one.licenses;
    let sides = [("hasDeclaredLicense", &licenses.declared), ("hasConcludedLicense", &licenses.concluded)];
    for (kind, side) in sides {
        let license = names.of(&format!("{}-{kind}", one.key));
        all.push(json!({
            "type": "simplelicensing_LicenseExpression", "spdxId": license, "creationInfo": CREATION,
            "simplelicensing_licenseExpression": side.in_spdx(),
        }));
        all.push(relation(&format!("{}-{kind}-relation", one.key), &id, kind, &license, names));
    }
    for index in &one.sources {
        let source = &bom.sources[*index].key;
        let key = format!("{}-from-{source}", one.key);
        all.push(relation(&key, &names.of(source), "generates", &id, names));
    }
    all
}

fn identifier(kind: &str, name: &str) -> Value {
    json!({ "type": "ExternalIdentifier", "externalIdentifierType": kind, "identifier": name })
}

fn source(one: &Source<'_>, names: &Names) -> Value {
    let mut element = element(&one.key, &one.name, one.version.as_ref(), one.purl.as_ref(), names);
    element["software_primaryPurpose"] = "source".into();
    if let Some(url) = one.url() {
        element["software_downloadLocation"] = url.into();
    }
    if let Some(hash) = one.file_hash() {
        let algorithm = hash.algo.name();
        element["verifiedUsing"] = json!([{ "type": "Hash", "algorithm": algorithm, "hashValue": hash.hex() }]);
    }
    element
}

fn element(key: &str, name: &str, version: Option<&String>, purl: Option<&String>, names: &Names) -> Value {
    let mut element =
        json!({ "type": "software_Package", "spdxId": names.of(key), "creationInfo": CREATION, "name": name });
    if let Some(version) = version {
        element["software_packageVersion"] = version.as_str().into();
    }
    if let Some(purl) = purl {
        element["software_packageUrl"] = purl.as_str().into();
    }
    element
}

fn relation(key: &str, from: &str, kind: &str, to: &str, names: &Names) -> Value {
    json!({
        "type": "Relationship", "spdxId": names.of(key), "creationInfo": CREATION,
        "from": from, "relationshipType": kind, "to": [to],
    })
}
