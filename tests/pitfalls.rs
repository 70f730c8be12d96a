//! What decides precision: `fixtures/pitfalls/NN-name/` has cases that must fire and cases that must not.

use crate::cases::Cases;

/// The pitfalls that have a number.
const PITFALLS: std::ops::RangeInclusive<usize> = 1..=21;

#[test]
fn every_case_of_a_pitfall_is_judged_as_expected() {
    let complaints: Vec<String> = Cases::of("pitfalls").all.iter().flat_map(|case| case.complaints()).collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn every_pitfall_has_a_case_that_fires_and_one_that_is_quiet() {
    let cases = Cases::of("pitfalls");
    let sides = cases.sides();
    let lacks = |number: &usize| {
        let of_it: Vec<&str> = sides
            .iter()
            .filter(|(topic, _)| topic.starts_with(&format!("{number:02}-")))
            .flat_map(|(_, s)| s.clone())
            .collect();
        !["fires", "quiet"].iter().all(|side| of_it.contains(side))
    };
    let missing: Vec<usize> = PITFALLS.filter(lacks).collect();
    assert!(missing.is_empty(), "no `fires` or no `quiet` for {missing:?}");
    assert_eq!(sides.len(), PITFALLS.count(), "a folder a pitfall: {:?}", sides.keys());
}

#[test]
fn where_upstream_says_what_is_declared_as_well_no_job_fails() {
    let cases = Cases::of("pitfalls");
    for (place, confidence) in [
        ("12-manifest-against-text/quiet-versions", "low"),
        ("12-manifest-against-text/fires-versions", "high"),
        ("01-text-without-headers/quiet-no-version", "low"),
    ] {
        let case = cases.all.iter().find(|case| case.place == place).expect("it is there");
        let told: Vec<_> = case.findings.iter().filter_map(|row| row["confidence"].as_str()).collect();
        assert_eq!(told, [confidence], "{place}");
    }
}
