//! SPDX 2.3 as JSON.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde::Serialize;

use super::stream::Stream;
use super::{Bom, Component, Source, time, witness};
use crate::license::list_version;
use crate::report::json::{ROWS, write_document};
use crate::report::policy::closing;
use crate::report::unverified::in_words;
use crate::report::{Report, Style};

/// Stands for what is not said.
pub(super) const UNKNOWN: &str = "NOASSERTION";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<P: Serialize, R: Serialize> {
    spdx_version: &'static str,
    data_license: &'static str,
    #[serde(rename = "SPDXID")]
    id: &'static str,
    name: String,
    document_namespace: String,
    creation_info: Creation,
    packages: P,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    has_extracted_licensing_infos: Vec<Extracted>,
    relationships: R,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Creation {
    pub(super) created: String,
    pub(super) creators: [String; 1],
    pub(super) license_list_version: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) comment: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Package {
    #[serde(rename = "SPDXID")]
    pub(super) id: String,
    pub(super) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) version_info: Option<String>,
    pub(super) download_location: String,
    pub(super) files_analyzed: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) checksums: Vec<Checksum>,
    pub(super) license_concluded: String,
    pub(super) license_declared: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) license_comments: String,
    pub(super) copyright_text: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) external_refs: Vec<External>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) comment: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Checksum {
    pub(super) algorithm: String,
    pub(super) checksum_value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct External {
    pub(super) reference_category: &'static str,
    pub(super) reference_type: &'static str,
    pub(super) reference_locator: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Extracted {
    pub(super) license_id: String,
    pub(super) name: String,
    pub(super) extracted_text: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Relation {
    pub(super) spdx_element_id: String,
    pub(super) relationship_type: &'static str,
    pub(super) related_spdx_element: String,
}

/// Writes one document.
pub(in crate::report) fn render(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let bom = Bom::of(report);
    let document = Document {
        spdx_version: "SPDX-2.3",
        data_license: "CC0-1.0",
        id: "SPDXRef-DOCUMENT",
        name: bom.name.clone(),
        document_namespace: namespace(&bom),
        creation_info: creation(report, style),
        packages: Stream(|| packages(&bom)),
        has_extracted_licensing_infos: extracted(&bom),
        relationships: Stream(|| relations(&bom)),
    };
    write_document(&document, ROWS, out)
}

pub(super) fn namespace(bom: &Bom<'_>) -> String {
    format!("https://spdx.org/spdxdocs/clarity-{}", bom.uuid())
}

pub(super) fn creation(report: &Report, style: Style) -> Creation {
    // The format has only the first two numbers of the version.
    let list = list_version().splitn(3, '.').take(2).collect::<Vec<_>>().join(".");
    Creation {
        created: time(style),
        creators: [format!("Tool: clarity-{}", env!("CARGO_PKG_VERSION"))],
        license_list_version: list,
        comment: closing(report).collect::<Vec<_>>().join("\n"),
    }
}

pub(super) fn packages<'b>(bom: &'b Bom<'_>) -> impl Iterator<Item = Package> + 'b {
    bom.packages.iter().map(package).chain(bom.sources.iter().map(source))
}

fn package(one: &Component<'_>) -> Package {
    let mut said: Vec<String> = one.basis.iter().map(witness).collect();
    said.extend(one.unverified.map(in_words));
    said.extend(one.confidence.map(|trust| format!("confidence: {}", trust.name())));
    if let Some((all, parts)) = &one.combined {
        said.push(format!("with what is linked in: {all}"));
        said.extend(parts.iter().map(|part| format!("linked in: {part}")));
    }
    Package {
        id: id(&one.key),
        name: one.name.clone(),
        version_info: one.version.clone(),
        download_location: UNKNOWN.to_owned(),
        files_analyzed: false,
        checksums: Vec::new(),
        license_concluded: one.licenses.concluded.in_spdx().to_owned(),
        license_declared: one.licenses.declared.in_spdx().to_owned(),
        license_comments: said.join("; "),
        copyright_text: if one.holders.is_empty() { UNKNOWN.to_owned() } else { one.holders.join("; ") },
        external_refs: names(one),
        comment: comment(one),
    }
}

fn source(one: &Source<'_>) -> Package {
    Package {
        id: id(&one.key),
        name: one.name.clone(),
        version_info: one.version.clone(),
        download_location: one.url().unwrap_or(UNKNOWN).to_owned(),
        files_analyzed: false,
        checksums: checksum(one).into_iter().collect(),
        license_concluded: UNKNOWN.to_owned(),
        license_declared: UNKNOWN.to_owned(),
        license_comments: String::new(),
        copyright_text: UNKNOWN.to_owned(),
        external_refs: external(one.purl.as_ref()),
        comment: one.hash.as_ref().map(|hash| format!("hash in nixpkgs: {hash}")).unwrap_or_default(),
    }
}

fn checksum(source: &Source<'_>) -> Option<Checksum> {
    let hash = source.file_hash()?;
    Some(Checksum { algorithm: hash.algo.name().to_ascii_uppercase(), checksum_value: hash.hex() })
}

/// Its own package url, then the names that nixpkgs states.
fn names(one: &Component<'_>) -> Vec<External> {
    let cpe = |cpe: &String| External {
        reference_category: "SECURITY",
        reference_type: "cpe23Type",
        reference_locator: cpe.clone(),
    };
    let purls = one.names.purls.iter().flat_map(|purl| external(Some(purl)));
    external(one.purl.as_ref()).into_iter().chain(purls).chain(one.names.cpe.iter().map(cpe)).collect()
}

fn comment(one: &Component<'_>) -> String {
    let possible = one.names.possible_cpes.iter().map(|cpe| format!("\npossible CPE: {cpe}"));
    format!("nixpkgs attribute: {}{}", one.attr, possible.collect::<String>())
}

fn external(purl: Option<&String>) -> Vec<External> {
    let reference = |purl: &String| External {
        reference_category: "PACKAGE-MANAGER",
        reference_type: "purl",
        reference_locator: purl.clone(),
    };
    purl.map(reference).into_iter().collect()
}

/// Every license without an SPDX id that an expression names.
pub(super) fn extracted(bom: &Bom<'_>) -> Vec<Extracted> {
    let sides = bom.packages.iter().flat_map(|one| [&one.licenses.declared, &one.licenses.concluded]);
    let ids: BTreeSet<String> = sides.flat_map(|side| side.references()).collect();
    let is_own = |id: &String| !id.starts_with("DocumentRef-");
    let row = |id: String| Extracted {
        name: id.trim_start_matches("LicenseRef-").to_owned(),
        license_id: id,
        extracted_text: "The text is part of the source; the license has no SPDX id.",
    };
    ids.into_iter().filter(is_own).map(row).collect()
}

pub(super) fn relations<'b>(bom: &'b Bom<'_>) -> impl Iterator<Item = Relation> + 'b {
    let describes = bom.packages.iter().map(|one| Relation {
        spdx_element_id: "SPDXRef-DOCUMENT".to_owned(),
        relationship_type: "DESCRIBES",
        related_spdx_element: id(&one.key),
    });
    let from = bom.packages.iter().flat_map(move |one| {
        one.sources.iter().map(move |index| Relation {
            spdx_element_id: id(&one.key),
            relationship_type: "GENERATED_FROM",
            related_spdx_element: id(&bom.sources[*index].key),
        })
    });
    describes.chain(from)
}

fn id(key: &str) -> String {
    format!("SPDXRef-{key}")
}
