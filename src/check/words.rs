//! Licenses in the words of a sentence: a family as a family, a text as a text, a choice as a choice.

use std::collections::BTreeSet;

use crate::conclusion::{Basis, Concluded, Part};
use crate::license::{LicenseExpr, Suffix, Term};

/// The conclusion, e.g. `GPL, no version named` and `text of GPL-2.0`.
pub(super) fn concluded(concluded: &Concluded) -> String {
    expression(&concluded.expr, &|term| rests_on_family_name(concluded, term))
}

/// Some terms of a conclusion.
pub(super) fn terms_of(concluded: Option<&Concluded>, terms: &BTreeSet<Term>) -> String {
    let is_family = |term: &Term| concluded.is_some_and(|concluded| rests_on_family_name(concluded, term));
    terms.iter().map(|one| term(one, is_family(one))).collect::<Vec<_>>().join(", ")
}

/// The license of a part.
pub(super) fn of_part(part: &Part) -> String {
    expression(&part.expr, &|term| part.witness.vague && term.is_family_alone())
}

/// One reading of contradictory evidence.
pub(super) fn of_witnesses(expr: &LicenseExpr, basis: &[Basis]) -> String {
    expression(expr, &|term| term.is_family_alone() && basis.iter().all(|one| one.vague))
}

/// True where later versions are granted by nothing but the name of a family ("GPL"): no version named, any may be
/// taken, but who writes no more than that in a field has seldom thought of it.
pub(super) fn rests_on_family_name(concluded: &Concluded, term: &Term) -> bool {
    let states = |basis: &&Basis| basis.expr.terms().contains(term);
    let mut stating = concluded.basis.iter().filter(states).peekable();
    term.suffix == Suffix::OrLater && stating.peek().is_some() && stating.all(|basis| basis.vague)
}

fn expression(expr: &LicenseExpr, is_family: &dyn Fn(&Term) -> bool) -> String {
    let joined = |parts: &BTreeSet<LicenseExpr>, operator: &str| {
        let parts = parts.iter().map(|part| match part {
            LicenseExpr::Term(one) => term(one, is_family(one)),
            whole => format!("({})", expression(whole, is_family)),
        });
        parts.collect::<Vec<_>>().join(operator)
    };
    match expr {
        LicenseExpr::Term(one) => term(one, is_family(one)),
        LicenseExpr::And(parts) => joined(parts, " AND "),
        LicenseExpr::Or(parts) => joined(parts, " OR "),
    }
}

fn term(term: &Term, is_family: bool) -> String {
    match (is_family, term.suffix) {
        (true, _) => format!("{}, no version named", term.family()),
        (false, Suffix::Unstated) => format!("text of {}", without_suffix(term)),
        (false, _) => term.to_string(),
    }
}

/// `GPL-2.0` for the text of the license, which says neither only nor or-later.
fn without_suffix(term: &Term) -> String {
    let id = term.to_string();
    id.replacen("-only", "", 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::license::parse;

    #[test]
    fn a_text_is_no_grant_and_a_family_no_version() {
        let words = |text: &str, family: bool| {
            let expr = parse(text).expect("valid");
            expression(&expr, &|term| family && term.is_family_alone())
        };
        for (text, family, expected) in [
            ("GPL-2.0", false, "text of GPL-2.0"),
            ("GPL-2.0-only", false, "GPL-2.0-only"),
            ("GPL-1.0-or-later", true, "GPL, no version named"),
            ("GPL-1.0-or-later", false, "GPL-1.0-or-later"),
            ("MIT OR GPL-2.0-only", false, "GPL-2.0-only OR MIT"),
            ("MIT AND (ISC OR Zlib)", false, "MIT AND (ISC OR Zlib)"),
        ] {
            assert_eq!(words(text, family), expected);
        }
    }
}
