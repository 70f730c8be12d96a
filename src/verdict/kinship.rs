//! How two different terms are related: the same license with another suffix, a sibling, a look-alike.

use crate::license::{LicenseName, Term, are_variants};

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

impl Kinship {
    /// How `declared` and `found` are related; `None` for strangers.
    pub(super) fn of(declared: &Term, found: &Term) -> Option<Kinship> {
        if declared.license == found.license {
            return Some(if declared.exception == found.exception { Kinship::Suffix } else { Kinship::Exception });
        }
        match (&declared.license, &found.license) {
            (LicenseName::Spdx(declared), LicenseName::Spdx(found)) if CONFUSED.contains(&(declared, found)) => {
                Some(Kinship::Confusable)
            }
            _ => are_variants(declared, found).then_some(Kinship::Variant),
        }
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
