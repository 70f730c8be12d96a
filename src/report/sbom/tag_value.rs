//! SPDX 2.3 as tags and values: the same document as the JSON, one line a field.

use std::io::{self, Write};

use super::Bom;
use super::spdx2::{Package, creation, extracted, namespace, packages, relations};
use crate::report::{Report, Style};

/// Writes one document.
pub(in crate::report) fn render(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let bom = Bom::of(report);
    let creation = creation(report, style);
    writeln!(out, "SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\nSPDXID: SPDXRef-DOCUMENT")?;
    writeln!(out, "DocumentName: {}\nDocumentNamespace: {}", bom.name, namespace(&bom))?;
    writeln!(out, "LicenseListVersion: {}", creation.license_list_version)?;
    writeln!(out, "Creator: {}\nCreated: {}", creation.creators[0], creation.created)?;
    text("CreatorComment", &creation.comment, out)?;
    packages(&bom).try_for_each(|one| package(&one, out))?;
    for one in extracted(&bom) {
        writeln!(out, "\nLicenseID: {}\nLicenseName: {}", one.license_id, one.name)?;
        text("ExtractedText", one.extracted_text, out)?;
    }
    writeln!(out)?;
    relations(&bom).try_for_each(|one| {
        let (from, kind, to) = (&one.spdx_element_id, one.relationship_type, &one.related_spdx_element);
        writeln!(out, "Relationship: {from} {kind} {to}")
    })
}

fn package(one: &Package, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\nPackageName: {}\nSPDXID: {}", one.name, one.id)?;
    if let Some(version) = &one.version_info {
        writeln!(out, "PackageVersion: {version}")?;
    }
    writeln!(out, "PackageDownloadLocation: {}\nFilesAnalyzed: false", one.download_location)?;
    for sum in &one.checksums {
        writeln!(out, "PackageChecksum: {}: {}", sum.algorithm, sum.checksum_value)?;
    }
    writeln!(out, "PackageLicenseConcluded: {}", one.license_concluded)?;
    writeln!(out, "PackageLicenseDeclared: {}", one.license_declared)?;
    text("PackageLicenseComments", &one.license_comments, out)?;
    text("PackageCopyrightText", &one.copyright_text, out)?;
    text("PackageComment", &one.comment, out)?;
    one.external_refs.iter().try_for_each(|reference| {
        let (category, kind) = (reference.reference_category, reference.reference_type);
        writeln!(out, "ExternalRef: {category} {kind} {}", reference.reference_locator)
    })
}

/// A value that may have several lines. What would end it is taken out.
fn text(tag: &str, value: &str, out: &mut dyn Write) -> io::Result<()> {
    match value {
        "" => Ok(()),
        "NOASSERTION" | "NONE" => writeln!(out, "{tag}: {value}"),
        value => writeln!(out, "{tag}: <text>{}</text>", value.replace("</text>", "")),
    }
}
