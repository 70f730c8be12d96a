//! Every rule has a folder with a package that it is about and one that it is not: `fixtures/checks/NAME/{bad,good}`.

use std::collections::BTreeSet;

use clarity::check::{AUDITS, CHECKS, Check};
use clarity::table::Flaw;

use crate::cases::{Case, Cases};

/// What is wrong with a case; `None` where nothing is.
fn complaint(case: &Case, check: &Check) -> Option<String> {
    let counts = |row: &&serde_json::Value| row["check"] == check.id && row["state"] == "new";
    let places: Vec<String> = case.findings.iter().filter(counts).map(|row| case.at(row)).collect();
    let expected: Vec<String> = case.expected.at.iter().cloned().collect();
    let says = &case.expected.says;
    (places != expected)
        .then(|| format!("{}: {} at {places:?}, expected at {expected:?} ({says})", case.place, check.id))
}

#[test]
fn every_check_fires_on_its_bad_package_at_its_place_and_not_on_the_good_one() {
    let cases = Cases::of("checks");
    let mut complaints = Vec::new();
    for check in CHECKS {
        let of_it: Vec<&Case> = cases.all.iter().filter(|case| case.topic == check.name).collect();
        for side in ["bad", "good"] {
            match of_it.iter().find(|case| case.side == side) {
                None => complaints.push(format!("fixtures/checks/{}/{side} is missing", check.name)),
                Some(case) if (side == "bad") != case.expected.at.is_some() => {
                    complaints.push(format!("{}: `at` is for bad packages", case.place));
                }
                Some(case) => complaints.extend(complaint(case, check)),
            }
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    let names: BTreeSet<&str> = CHECKS.iter().map(|check| check.name).collect();
    let strangers: Vec<&str> = cases.sides().into_keys().filter(|topic| !names.contains(topic)).collect();
    assert!(strangers.is_empty(), "no check is called {strangers:?}");
}

#[test]
fn ids_and_names_are_unique_and_every_part_of_the_documentation_is_there() {
    let all: Vec<&Check> = CHECKS.iter().copied().chain(AUDITS).collect();
    let ids: BTreeSet<&str> = all.iter().map(|check| check.id).collect();
    let names: BTreeSet<&str> = all.iter().map(|check| check.name).collect();
    assert_eq!((ids.len(), names.len()), (all.len(), all.len()));
    for list in [CHECKS.to_vec(), AUDITS.iter().collect()] {
        assert!(list.is_sorted_by_key(|check| check.id));
    }
    for check in all {
        let parts = [check.name, check.what, check.why, check.example, check.wrong_when];
        assert!(parts.iter().all(|part| !part.is_empty()), "{}", check.id);
        assert!(check.id.len() == 6 && check.id.starts_with("LIC0"), "{}", check.id);
    }
}

#[test]
fn every_flaw_of_the_license_table_is_documented() {
    let text = String::new;
    let flaws = [
        Flaw::MissingId { id: "MIT", by: "url" },
        Flaw::DeprecatedId { id: text(), now: None },
        Flaw::InvalidId { id: text(), meant: None },
        Flaw::LicenseDb { id: "MIT" },
        Flaw::FreeFlag { by: "" },
        Flaw::Duplicate { of: text(), by: "" },
    ];
    let told: Vec<&str> = flaws.iter().map(Flaw::check).collect();
    assert_eq!(told, AUDITS.iter().map(|audit| audit.id).collect::<Vec<_>>());
}
