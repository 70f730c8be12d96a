//! How two different terms are related: the same license with another suffix, a sibling, a look-alike.

use crate::license::{LicenseName, Term};

use super::DriftKind;

/// The nearest relation first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kinship {
    Suffix,
    Exception,
    Confusable,
    Variant,
}

/// Pairs of SPDX ids whose nixpkgs names are mixed up (`DOMAIN.md`: `apsl20`/`asl20`, `bsl11`/`boost`, ...):
/// the declared one first.
const CONFUSED: [(&str, &str); 5] = [
    ("APSL-2.0", "Apache-2.0"),
    ("BUSL-1.1", "BSL-1.0"),
    ("BSL-1.0", "BUSL-1.1"),
    ("IPL-1.0", "ISC"),
    ("APSL-1.0", "Apache-1.0"),
];

/// Families whose members differ by a clause (`DOMAIN.md`, pitfall 14).
const FAMILIES: [&[&str]; 5] = [
    &[
        "BSD-1-Clause",
        "BSD-2-Clause",
        "BSD-2-Clause-Patent",
        "BSD-2-Clause-Views",
        "BSD-3-Clause",
        "BSD-3-Clause-Clear",
        "BSD-3-Clause-flex",
        "BSD-4-Clause",
        "BSD-4-Clause-UC",
        "BSD-Source-Code",
        "0BSD",
    ],
    &["MIT", "MIT-0", "MIT-CMU", "MIT-Modern-Variant", "X11", "HPND", "ISC", "NTP", "NCSA", "curl"],
    &["Artistic-1.0", "Artistic-1.0-Perl", "Artistic-1.0-cl8", "ClArtistic"],
    &["PSF-2.0", "Python-2.0", "Python-2.0.1", "CNRI-Python"],
    &["Zlib", "Libpng", "libpng-2.0", "zlib-acknowledgement"],
];

impl Kinship {
    /// How `declared` and `found` are related; `None` for strangers.
    pub(super) fn of(declared: &Term, found: &Term) -> Option<Kinship> {
        if declared.license == found.license {
            return Some(if declared.exception == found.exception { Kinship::Suffix } else { Kinship::Exception });
        }
        let (LicenseName::Spdx(declared), LicenseName::Spdx(found)) = (&declared.license, &found.license) else {
            return None;
        };
        if CONFUSED.contains(&(declared, found)) {
            return Some(Kinship::Confusable);
        }
        let siblings = FAMILIES.iter().any(|family| family.contains(declared) && family.contains(found));
        (siblings || same_name_other_version(declared, found)).then_some(Kinship::Variant)
    }

    pub(super) fn drift(self) -> DriftKind {
        match self {
            Kinship::Suffix => DriftKind::OnlyOrLater,
            Kinship::Exception => DriftKind::Exception,
            Kinship::Confusable => DriftKind::Confusable,
            Kinship::Variant => DriftKind::FamilyVariant,
        }
    }
}

/// `ZPL-2.0` and `ZPL-2.1`. GNU versions are not variants: version 2 and version 3 cannot even be combined.
fn same_name_other_version(left: &str, right: &str) -> bool {
    let split = |id: &str| id.rsplit_once('-').map(|(name, version)| (name.to_owned(), version.to_owned()));
    let is_version = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    match (split(left), split(right)) {
        (Some((a, x)), Some((b, y))) => a == b && is_version(&x) && is_version(&y) && !a.ends_with("GPL"),
        _ => false,
    }
}

/// Licenses that reach code linked with them: their presence in what ships changes what a user may do.
pub(super) fn is_copyleft(term: &Term) -> bool {
    let name = term.license.as_str();
    ["GPL-", "AGPL-", "SSPL-", "OSL-"].iter().any(|family| name.starts_with(family)) && term.exception.is_none()
}
