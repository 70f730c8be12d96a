//! How two expressions relate. Exact: expressions are monotone, so their shortest alternatives are unique.

use std::collections::BTreeSet;

use super::{LicenseExpr, LicenseName, Suffix, Term};

/// Expressions with more alternatives than this are compared by form alone; real ones have fewer than ten.
const MOST_ALTERNATIVES: usize = 4096;

/// The ways to satisfy `expr`, each a set of terms that apply together; none contains another.
/// Two expressions mean the same exactly where these are equal. `None` past 4,096 of them.
pub fn alternatives(expr: &LicenseExpr) -> Option<BTreeSet<BTreeSet<Term>>> {
    let all = match expr {
        LicenseExpr::Term(term) => BTreeSet::from([BTreeSet::from([term.clone()])]),
        LicenseExpr::Or(parts) => {
            let mut union = BTreeSet::new();
            for part in parts {
                union.extend(alternatives(part)?);
            }
            union
        }
        LicenseExpr::And(parts) => {
            let mut product = BTreeSet::from([BTreeSet::new()]);
            for part in parts {
                product = absorb(cross(&product, &alternatives(part)?)?);
            }
            product
        }
    };
    let shortest = absorb(all);
    (shortest.len() <= MOST_ALTERNATIVES).then_some(shortest)
}

/// True where both expressions mean the same.
pub fn equivalent(left: &LicenseExpr, right: &LicenseExpr) -> bool {
    left == right || matches!((alternatives(left), alternatives(right)), (Some(left), Some(right)) if left == right)
}

/// True where whoever follows `stated` is allowed everything by `found`: each alternative of `stated` contains one of `found`.
/// An or-later grant covers a statement of the same version, not the reverse; an unstated suffix is covered by any.
pub fn covers(stated: &LicenseExpr, found: &LicenseExpr) -> bool {
    let (Some(stated), Some(found)) = (alternatives(stated), alternatives(found)) else {
        return stated == found;
    };
    stated
        .iter()
        .all(|way| found.iter().any(|need| need.iter().all(|term| way.iter().any(|have| satisfies(have, term)))))
}

/// The terms that one side has and the other lacks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Found and not stated.
    pub missing: BTreeSet<Term>,
    /// Stated and not found.
    pub extra: BTreeSet<Term>,
}

impl Difference {
    /// True where both sides have the same terms.
    pub fn is_empty(&self) -> bool {
        self.missing.is_empty() && self.extra.is_empty()
    }
}

/// The terms in which `stated` and `found` differ, operators left aside. An unstated suffix differs from none.
pub fn difference<'a>(
    stated: impl IntoIterator<Item = &'a Term>,
    found: impl IntoIterator<Item = &'a Term>,
) -> Difference {
    let stated: BTreeSet<&Term> = stated.into_iter().collect();
    let found: BTreeSet<&Term> = found.into_iter().collect();
    let lacking = |these: &BTreeSet<&Term>, those: &BTreeSet<&Term>| {
        these
            .iter()
            .filter(|term| !those.iter().any(|other| compatible(term, other)))
            .map(|term| (*term).clone())
            .collect()
    };
    Difference { missing: lacking(&found, &stated), extra: lacking(&stated, &found) }
}

fn satisfies(have: &Term, need: &Term) -> bool {
    have.license == need.license && have.exception == need.exception && suffix_satisfies(have.suffix, need.suffix)
}

fn suffix_satisfies(have: Suffix, need: Suffix) -> bool {
    have == need
        || have == Suffix::Unstated
        || need == Suffix::Unstated
        || (have == Suffix::Only && need == Suffix::OrLater)
}

fn compatible(left: &Term, right: &Term) -> bool {
    let suffix = left.suffix == right.suffix || left.suffix == Suffix::Unstated || right.suffix == Suffix::Unstated;
    left.license == right.license && left.exception == right.exception && suffix
}

fn cross(left: &BTreeSet<BTreeSet<Term>>, right: &BTreeSet<BTreeSet<Term>>) -> Option<BTreeSet<BTreeSet<Term>>> {
    (left.len() * right.len() <= MOST_ALTERNATIVES)
        .then(|| left.iter().flat_map(|a| right.iter().map(move |b| a.union(b).cloned().collect())).collect())
}

/// Without the alternatives that contain another one.
fn absorb(all: BTreeSet<BTreeSet<Term>>) -> BTreeSet<BTreeSet<Term>> {
    all.iter().filter(|way| !all.iter().any(|other| other != *way && other.is_subset(way))).cloned().collect()
}

impl LicenseName {
    /// The name as it is compared with words of a person: the SPDX id or the reference, without a suffix.
    pub fn as_str(&self) -> &str {
        match self {
            LicenseName::Spdx(name) => name,
            LicenseName::Ref(name) => name,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::license::parse;

    fn expr(text: &str) -> LicenseExpr {
        parse(text).expect("valid")
    }

    #[test]
    fn meaning_decides_equivalence() {
        assert!(equivalent(&expr("MIT AND (ISC OR MIT)"), &expr("MIT")));
        assert!(equivalent(&expr("(MIT AND ISC) OR (MIT AND Zlib)"), &expr("MIT AND (ISC OR Zlib)")));
        assert!(!equivalent(&expr("MIT AND ISC"), &expr("MIT OR ISC")));
    }

    #[test]
    fn a_stated_part_of_a_choice_is_covered() {
        assert!(covers(&expr("MIT"), &expr("MIT OR Apache-2.0")));
        assert!(!covers(&expr("MIT OR GPL-2.0-only"), &expr("MIT")));
        assert!(covers(&expr("GPL-2.0-only"), &expr("GPL-2.0-or-later")));
        assert!(!covers(&expr("GPL-2.0-or-later"), &expr("GPL-2.0-only")));
    }

    #[test]
    fn an_unstated_suffix_is_no_difference() {
        let (stated, found) = (expr("GPL-2.0-or-later"), expr("GPL-2.0"));
        assert!(difference(stated.terms(), found.terms()).is_empty());
    }
}
