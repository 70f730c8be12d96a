//! Baselines and suppressions: what is accepted stays quiet, what is new does not.

use clarity::check;
use clarity::engine::{accepted, settle};
use clarity::report::{PackageReport, Report};
use clarity::triage::{Baseline, Options, State, Suppression};

use crate::golden;

fn settled(packages: Vec<PackageReport>, options: &Options) -> Report {
    settled_as(packages, options, true)
}

fn settled_as(packages: Vec<PackageReport>, options: &Options, whole: bool) -> Report {
    let mut report = golden::report(packages);
    report.rest.clear();
    settle(&mut report, options, &check::Options::default(), whole);
    report
}

fn with_baseline(baseline: Baseline) -> Options {
    Options { baseline: Some(baseline), ..Options::default() }
}

fn count(report: &Report, state: &State) -> usize {
    report.findings().filter(|located| located.state == *state).count()
}

fn packages(line: u32) -> Vec<PackageReport> {
    vec![
        golden::package("a", "a.nix", line, "MIT", "Apache-2.0"),
        golden::package("b", "b.nix", line, "GPL-2.0-only", "GPL-2.0-or-later"),
        golden::package("c", "c.nix", line, "MIT", "MIT"),
        golden::unscanned("d", "no source at hand"),
    ]
}

/// What `packages` finds, accepted, and read back from the file.
fn baseline() -> Baseline {
    let text = accepted(&settled(packages(1), &Options::default())).to_string();
    Baseline::parse(&text).expect("what was written is read")
}

#[test]
fn a_run_against_its_own_baseline_is_clean() {
    let report = settled(packages(1), &with_baseline(baseline()));
    assert_eq!((count(&report, &State::New), count(&report, &State::Known)), (0, 3));
    assert!(!report.fails() && report.gone.is_empty());
}

#[test]
fn moving_lines_makes_no_new_finding() {
    let report = settled(packages(300), &with_baseline(baseline()));
    assert_eq!(count(&report, &State::New), 0);
}

#[test]
fn editing_one_license_makes_exactly_one_new_finding() {
    for index in 0..3 {
        let mut edited = packages(1);
        let name = edited[index].package.attr.0.clone();
        edited[index] = golden::package(&name, "x.nix", 1, "ISC", "Apache-2.0");
        let report = settled(edited, &with_baseline(baseline()));
        assert_eq!(count(&report, &State::New), 1, "{name}");
        assert!(report.fails());
    }
}

#[test]
fn an_entry_accepts_one_finding_not_every_one_like_it() {
    let twice = || vec![golden::package("a", "a.nix", 1, "MIT", "Apache-2.0"); 2];
    let one = settled(vec![twice().remove(0)], &Options::default());
    let report = settled(twice(), &with_baseline(accepted(&one)));
    assert_eq!((count(&report, &State::New), count(&report, &State::Known)), (1, 1));
    let both = accepted(&settled(twice(), &Options::default()));
    assert_eq!(both.to_string().lines().skip(1).count(), 2);
    assert_eq!(Baseline::parse(&both.to_string()), Ok(both));
}

#[test]
fn a_baseline_is_sorted_one_entry_a_line_and_merges_in_any_order() {
    let text = baseline().to_string();
    let mut lines: Vec<&str> = text.lines().skip(1).collect();
    assert_eq!(lines.len(), 3);
    assert!(lines.is_sorted() && !text.contains("\"line\"") && !text.contains(".nix"), "{text}");
    lines.reverse();
    assert_eq!(Baseline::parse(&lines.join("\n\n")), Ok(baseline()));
    let error = Baseline::parse(&format!("{text}<<<<<<< mine\n")).expect_err("a conflict");
    assert_eq!(error.line, 5);
}

#[test]
fn hostile_names_survive_in_a_baseline() {
    let baseline = accepted(&golden::hostile());
    assert_eq!(Baseline::parse(&baseline.to_string()), Ok(baseline.clone()));
    let text = baseline.to_string();
    assert!(text.lines().skip(1).all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()), "{text}");
}

#[test]
fn what_no_longer_occurs_is_pruned_on_request() {
    let fixed = vec![golden::package("a", "a.nix", 1, "Apache-2.0", "Apache-2.0")];
    let report = settled(fixed.clone(), &with_baseline(baseline()));
    let gone: Vec<&str> = report.gone.iter().map(|entry| entry.attr.as_str()).collect();
    assert_eq!(gone, ["a", "b", "d"]);
    assert!(baseline().without(&report.gone).is_empty());
    // A run that was asked for less cannot tell what became of the rest.
    let part = settled_as(fixed, &with_baseline(baseline()), false);
    let gone: Vec<&str> = part.gone.iter().map(|entry| entry.attr.as_str()).collect();
    assert_eq!(gone, ["a"]);
    // Nor can one that had no source to look at.
    let unseen = settled_as(vec![golden::unscanned("a", "no source")], &with_baseline(baseline()), false);
    assert!(unseen.gone.is_empty());
}

fn suppression(attr: &str, check: &str, pin: &str) -> Suppression {
    Suppression {
        attr: globset::Glob::new(attr).expect("a glob").compile_matcher(),
        check: check::by_id(check).expect("a check"),
        evidence: [pin.to_owned()].into(),
        reason: "looked at it".to_owned(),
        signature: clarity::evidence::Signature::default(),
        site: golden::site("clarity.toml", 4),
    }
}

fn suppressing(attr: &str, check: &str, pin: &str) -> Options {
    Options { suppressions: vec![suppression(attr, check, pin)], ..Options::default() }
}

fn pin_of(packages: &[PackageReport]) -> String {
    packages[0].findings[0].finding.pin().short()
}

#[test]
fn a_suppression_silences_its_finding_until_the_evidence_changes() {
    let before = packages(1);
    let options = suppressing("a", "LIC010", &pin_of(&before));
    let report = settled(packages(500), &options);
    assert_eq!(count(&report, &State::Suppressed("looked at it".to_owned())), 1);
    assert!(report.apart.is_empty());
    let changed = vec![golden::package("a", "a.nix", 1, "MIT", "GPL-2.0-only")];
    let report = settled(changed, &options);
    assert_eq!(report.findings().filter(|located| located.state == State::New).count(), 2);
    let stale = &report.apart[0].finding;
    assert_eq!((stale.check.id, stale.place.as_ref()), ("LIC060", Some(&golden::site("clarity.toml", 4))));
    assert!(stale.message.contains("changed"), "{}", stale.message);
}

#[test]
fn a_suppression_that_matches_nothing_is_stale_only_where_that_is_known() {
    let options = suppressing("gone.*", "LIC010", "0");
    assert_eq!(settled(packages(1), &options).apart.len(), 1);
    assert!(settled_as(packages(1), &options, false).apart.is_empty());
    // The source of `d` was not looked at, so its suppression may still be needed.
    assert!(settled(packages(1), &suppressing("d", "LIC010", "0")).apart.is_empty());
    assert_eq!(settled(packages(1), &suppressing("c", "LIC010", "0")).apart.len(), 1);
}

#[test]
fn a_stale_suppression_can_be_in_the_baseline_too() {
    let options = suppressing("gone", "LIC010", "0");
    let accepted = accepted(&settled(packages(1), &options));
    let again = Options { baseline: Some(accepted), ..options };
    assert_eq!(count(&settled(packages(1), &again), &State::New), 0);
}

#[test]
fn every_finding_shows_a_block_that_silences_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("clarity.toml");
    for name in golden::HOSTILE {
        let package = golden::package(name, "x.nix", 1, "MIT", "Apache-2.0");
        let block = Suppression::block(&package.findings[0].finding);
        std::fs::write(&file, format!("{block}\n")).expect("writable");
        let config = clarity::config::load(&file).unwrap_or_else(|error| panic!("{error}"));
        let options = Options { suppressions: config.suppressions, ..Options::default() };
        let report = settled(vec![package], &options);
        assert_eq!(count(&report, &State::Suppressed("...".to_owned())), 1, "{block}");
    }
}

#[test]
fn a_severity_of_the_configuration_is_that_of_the_findings() {
    let package = golden::package("a", "a.nix", 1, "MIT", "Apache-2.0");
    let clarity::report::Outcome::Audited(Some(judged)) = &package.outcome else { panic!("audited") };
    let table = golden::table();
    let subject = check::Subject {
        package: &package.package,
        declared: &package.declared,
        judged: Ok(judged),
        table: &table,
        earlier: check::Earlier::NotAsked,
        policy: None,
    };
    let found = |level: Option<check::Severity>| {
        let severity = [("LIC010".to_owned(), level)].into();
        check::run(&subject, &check::Options { severity, ..check::Options::default() })
    };
    assert_eq!(found(Some(check::Severity::Note))[0].severity, check::Severity::Note);
    assert!(found(None).is_empty());
}

#[test]
fn the_published_schema_of_the_configuration_accepts_what_is_read_and_refuses_unknown_keys() {
    let schema = clarity::config::schema();
    let text = "platform = \"x86_64-linux\"\n[severity]\nLIC016 = \"off\"\n[gate]\nfail_on = \"note\"\n\
        [[role]]\nglob = \"x/**\"\nrole = \"test\"\n\
        [[curate]]\npath = \"x\"\nconcluded = \"NONE\"\nreason = \"CODE\"\ncomment = \"c\"\n\
        [[suppress]]\nattr = \"a\"\ncheck = \"LIC010\"\nevidence = \"0\"\nreason = \"r\"\n";
    let as_json = |text: &str| serde_json::to_value(toml::from_str::<toml::Value>(text).expect("TOML")).expect("JSON");
    let errors: Vec<String> = jsonschema::validator_for(&schema)
        .expect("a schema")
        .iter_errors(&as_json(text))
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
    assert!(!jsonschema::is_valid(&schema, &as_json("[gate]\nfail-on = \"note\"\n")));
}
