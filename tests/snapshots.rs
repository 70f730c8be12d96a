//! What users read, word for word. A changed sentence is a changed file below `tests/snapshots`, which a review shows;
//! `INSTA_UPDATE=always cargo test --test all snapshots` accepts what is written now.

use std::collections::BTreeMap;

use clarity::check::CHECKS;
use clarity::report::{FORMATS, Rest, Style, Unmatched};

use crate::cases::Cases;
use crate::golden;
use crate::scan::clarity;

/// Holds `text` against `tests/snapshots/NAME.snap`.
pub fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::new();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// A report with a finding of every severity, a package that was not looked at and what could not be read.
fn golden_report() -> clarity::report::Report {
    let mut report = golden::report(vec![
        golden::package("birch-log", "pkgs/by-name/bi/birch-log/package.nix", 21, "MIT", "Apache-2.0"),
        golden::package(
            "cobalt-calc",
            "pkgs/by-name/co/cobalt-calc/package.nix",
            9,
            "GPL-2.0-only",
            "GPL-2.0-or-later",
        ),
        golden::package("dune-grid", "pkgs/by-name/du/dune-grid/package.nix", 12, "ISC", "ISC"),
        golden::unscanned("ember-font", "source not available locally"),
    ]);
    report.tree = "nixpkgs".to_owned();
    report.unmatched = vec![Unmatched { name: "fern".to_owned(), meant: Some("ferns".to_owned()) }];
    report.rest.iter_mut().for_each(|rest: &mut Rest| {
        let (name, why) =
            if rest.failed { ("pkgs/broken.nix", "syntax error") } else { ("alias", "an alias of `birch-log`") };
        (rest.name, rest.why) = (name.to_owned(), why.to_owned());
    });
    report
}

#[test]
fn formats_of_the_golden_report() {
    let report = golden_report();
    for format in FORMATS {
        let mut out = Vec::new();
        format.write(&report, Style::default(), &mut out).expect("memory");
        // The version of a release is no change of a sentence.
        let text = String::from_utf8(out).expect("UTF-8").replace(env!("CARGO_PKG_VERSION"), "VERSION");
        snapshot(&format!("format-{}", format.name), &text);
    }
}

#[test]
fn help_of_every_command() {
    let help = clarity(&["--help"]).stdout;
    let commands = help.split("\n\n").find_map(|part| part.strip_prefix("Commands:\n")).expect("a list of commands");
    let names = commands.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names: Vec<&str> =
        names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").collect();
    assert!(names.len() >= 10, "{names:?}");
    snapshot("help", &help);
    for name in names {
        snapshot(&format!("help-{name}"), &clarity(&[name, "--help"]).stdout);
    }
}

/// The findings of a terminal report by the first folder of their places, without how to accept them: that holds a digest
/// of the evidence.
fn by_topic(text: &str, topics: &mut BTreeMap<String, String>) {
    for block in text.split("\n\n") {
        let Some(place) = block.lines().find_map(|line| line.trim_start().strip_prefix("--> ")) else { continue };
        let folder = place.split('/').next().unwrap_or_default();
        // A finding about the configuration lies in no folder of a check.
        let named = block.split(['[', ']']).nth(1).and_then(|id| id.split(' ').nth(1)).unwrap_or_default();
        let is_check = CHECKS.iter().any(|check| check.name == folder);
        let topic = if is_check { folder } else { named }.to_owned();
        let shown: Vec<&str> = block.lines().take_while(|line| !line.contains("= accept: ")).collect();
        let all = topics.entry(topic).or_default();
        all.push_str(shown.join("\n").trim_matches('\n'));
        all.push_str("\n\n");
    }
}

#[test]
fn findings_of_the_fixture_of_every_check() {
    let mut topics = BTreeMap::new();
    Cases::in_words("checks").iter().for_each(|text| by_topic(text, &mut topics));
    for check in CHECKS {
        let text = topics.get(check.name).map_or("no finding with a place\n", String::as_str);
        snapshot(&format!("check-{}", check.name), text);
    }
}
