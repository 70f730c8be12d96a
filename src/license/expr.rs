//! The normal form of a license expression.

use std::collections::BTreeSet;
use std::fmt;

use super::Term;

/// A license expression: flat, sorted, without repetitions; `And` and `Or` have at least two children and none of
/// their own kind. `==` compares this form; [`super::equivalent`] compares meaning.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub enum LicenseExpr {
    /// One license.
    Term(Term),
    /// All of these apply.
    And(BTreeSet<LicenseExpr>),
    /// One of these may be chosen.
    Or(BTreeSet<LicenseExpr>),
}

impl LicenseExpr {
    /// All of `parts`; `None` where there are none.
    pub fn all(parts: impl IntoIterator<Item = LicenseExpr>) -> Option<LicenseExpr> {
        join(parts, |part| match part {
            LicenseExpr::And(inner) => Ok(inner),
            other => Err(other),
        })
        .map(|set| single_or(set, LicenseExpr::And))
    }

    /// A choice of `parts`; `None` where there are none.
    pub fn any(parts: impl IntoIterator<Item = LicenseExpr>) -> Option<LicenseExpr> {
        join(parts, |part| match part {
            LicenseExpr::Or(inner) => Ok(inner),
            other => Err(other),
        })
        .map(|set| single_or(set, LicenseExpr::Or))
    }

    /// The terms, sorted, each once.
    pub fn terms(&self) -> BTreeSet<&Term> {
        match self {
            LicenseExpr::Term(term) => BTreeSet::from([term]),
            LicenseExpr::And(parts) | LicenseExpr::Or(parts) => parts.iter().flat_map(LicenseExpr::terms).collect(),
        }
    }

    /// The expression with every term replaced.
    pub fn map_terms(&self, change: &mut impl FnMut(&Term) -> Term) -> LicenseExpr {
        let result = match self {
            LicenseExpr::Term(term) => return LicenseExpr::Term(change(term)),
            LicenseExpr::And(parts) => LicenseExpr::all(parts.iter().map(|part| part.map_terms(change))),
            LicenseExpr::Or(parts) => LicenseExpr::any(parts.iter().map(|part| part.map_terms(change))),
        };
        result.expect("an operator has children")
    }
}

impl From<Term> for LicenseExpr {
    fn from(term: Term) -> Self {
        LicenseExpr::Term(term)
    }
}

impl fmt::Display for LicenseExpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LicenseExpr::Term(term) => write!(f, "{term}"),
            LicenseExpr::And(parts) => write_joined(f, parts, " AND "),
            LicenseExpr::Or(parts) => write_joined(f, parts, " OR "),
        }
    }
}

fn join(
    parts: impl IntoIterator<Item = LicenseExpr>,
    flatten: impl Fn(LicenseExpr) -> Result<BTreeSet<LicenseExpr>, LicenseExpr>,
) -> Option<BTreeSet<LicenseExpr>> {
    let mut set = BTreeSet::new();
    for part in parts {
        match flatten(part) {
            Ok(inner) => set.extend(inner),
            Err(part) => {
                set.insert(part);
            }
        }
    }
    (!set.is_empty()).then_some(set)
}

fn single_or(mut set: BTreeSet<LicenseExpr>, many: fn(BTreeSet<LicenseExpr>) -> LicenseExpr) -> LicenseExpr {
    match set.len() {
        1 => set.pop_first().expect("one element"),
        _ => many(set),
    }
}

fn write_joined(f: &mut fmt::Formatter<'_>, parts: &BTreeSet<LicenseExpr>, operator: &str) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(operator)?;
        }
        match part {
            LicenseExpr::Term(term) => write!(f, "{term}")?,
            nested => write!(f, "({nested})")?,
        }
    }
    Ok(())
}
