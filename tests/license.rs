//! The algebra of license expressions against truth tables and against the `spdx` crate.

use std::collections::BTreeSet;

use clarity::license::{LicenseExpr, Term, alternatives, covers, equivalent, parse};
use proptest::prelude::{Strategy, prop_oneof, proptest};
use proptest::prop_assert_eq;
use proptest::sample::select;

const ATOMS: [&str; 6] =
    ["MIT", "ISC", "Zlib", "GPL-2.0-only", "Apache-2.0 WITH LLVM-exception", "LicenseRef-nixpkgs-unfree"];

/// Expressions as text, with their own parentheses.
fn expression() -> impl Strategy<Value = String> {
    select(&ATOMS[..]).prop_map(str::to_owned).prop_recursive(4, 16, 3, |inner| {
        let pair = (inner.clone(), inner.clone());
        prop_oneof![
            pair.clone().prop_map(|(a, b)| format!("({a} AND {b})")),
            pair.prop_map(|(a, b)| format!("({a} OR {b})")),
        ]
    })
}

/// Whether `expr` holds where exactly the terms in `granted` do.
fn holds(expr: &LicenseExpr, granted: &BTreeSet<Term>) -> bool {
    match expr {
        LicenseExpr::Term(term) => granted.contains(term),
        LicenseExpr::And(parts) => parts.iter().all(|part| holds(part, granted)),
        LicenseExpr::Or(parts) => parts.iter().any(|part| holds(part, granted)),
    }
}

/// Every set of the atoms.
fn assignments() -> Vec<BTreeSet<Term>> {
    let atom = |index: usize| match parse(ATOMS[index]).expect("an atom") {
        LicenseExpr::Term(term) => term,
        other => panic!("{other} is not a term"),
    };
    let set = |bits: usize| (0..ATOMS.len()).filter(|index| bits >> index & 1 == 1).map(atom).collect();
    (0..1 << ATOMS.len()).map(set).collect()
}

fn parsed(text: &str) -> LicenseExpr {
    parse(text).expect("generated expressions are valid")
}

proptest! {
    #[test]
    fn the_normal_form_means_what_was_written(text in expression()) {
        let ours = parsed(&text);
        let theirs = spdx::Expression::parse(&text).expect("generated expressions are valid");
        for granted in assignments() {
            let names: BTreeSet<String> = granted.iter().map(ToString::to_string).collect();
            prop_assert_eq!(holds(&ours, &granted), theirs.evaluate(|req| names.contains(&req.to_string())));
        }
    }

    #[test]
    fn equivalence_is_equality_of_truth_tables(left in expression(), right in expression()) {
        let (left, right) = (parsed(&left), parsed(&right));
        let same = assignments().iter().all(|granted| holds(&left, granted) == holds(&right, granted));
        prop_assert_eq!(equivalent(&left, &right), same);
    }

    #[test]
    fn covering_is_implication(stated in expression(), found in expression()) {
        let (stated, found) = (parsed(&stated), parsed(&found));
        let implied = assignments().iter().all(|granted| !holds(&stated, granted) || holds(&found, granted));
        prop_assert_eq!(covers(&stated, &found), implied);
    }

    #[test]
    fn printing_and_parsing_is_the_identity(text in expression()) {
        let once = parsed(&text);
        prop_assert_eq!(parsed(&once.to_string()), once);
    }

    #[test]
    fn alternatives_are_minimal(text in expression()) {
        let ways = alternatives(&parsed(&text)).expect("few");
        for way in &ways {
            prop_assert_eq!(ways.iter().filter(|other| other.is_subset(way)).count(), 1);
        }
    }
}
