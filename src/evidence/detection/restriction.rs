//! Restrictions: terms that take something away from a license.

use std::fmt;

use super::name::Name;
use crate::license::LicenseExpr;
use crate::text::{LineRange, Span};

/// Kind of a restriction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RestrictionKind {
    /// Commercial use.
    NonCommercial,
    /// Selling, renting, sublicensing, charging a fee.
    NoResale,
    /// Offering it as a service.
    NoHosting,
    /// Some purposes or products.
    FieldOfUse,
    /// Use by some people or organizations.
    NamedParties,
    /// Removing logos and the like, or using without showing them.
    Branding,
    /// Use beyond a trial or a date.
    Evaluation,
    /// Changes.
    NoChanges,
    /// Copies for others.
    NoRedistribution,
    /// Other added terms.
    Other,
}

impl RestrictionKind {
    /// Its name, as reports write it.
    pub fn name(self) -> &'static str {
        match self {
            RestrictionKind::NonCommercial => "non-commercial",
            RestrictionKind::NoResale => "no-resale",
            RestrictionKind::NoHosting => "no-hosting",
            RestrictionKind::FieldOfUse => "field-of-use",
            RestrictionKind::NamedParties => "named-parties",
            RestrictionKind::Branding => "branding",
            RestrictionKind::Evaluation => "evaluation",
            RestrictionKind::NoChanges => "no-changes",
            RestrictionKind::NoRedistribution => "no-redistribution",
            RestrictionKind::Other => "other",
        }
    }

    /// True where no free license may take this away: the Open Source Definition, points 1, 3, 5 and 6.
    pub fn is_unfree(self) -> bool {
        self != RestrictionKind::Other
    }
}

impl fmt::Display for RestrictionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            RestrictionKind::NonCommercial => "no commercial use",
            RestrictionKind::NoResale => "no resale",
            RestrictionKind::NoHosting => "no use as a service",
            RestrictionKind::FieldOfUse => "only some fields of use",
            RestrictionKind::NamedParties => "not for everybody",
            RestrictionKind::Branding => "branding must stay",
            RestrictionKind::Evaluation => "evaluation or limited time only",
            RestrictionKind::NoChanges => "no changes",
            RestrictionKind::NoRedistribution => "no redistribution",
            RestrictionKind::Other => "additional terms",
        })
    }
}

/// Words that take something away from a license.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Restriction {
    /// Kind of the restrictions.
    pub kind: RestrictionKind,
    /// The row of `restrictions.toml` that matched.
    #[serde(deserialize_with = "super::name::read")]
    pub row: Name,
    /// True for words that count only where they were put into a license text.
    pub is_inserted: bool,
    /// Where in the file.
    pub lines: LineRange,
    /// The words, shortened to one line.
    pub quote: String,
    /// The license that they restrict; `None` for terms that have no known license.
    pub of: Option<LicenseExpr>,
    /// Their bytes, word by word.
    pub words: Vec<Span>,
}
