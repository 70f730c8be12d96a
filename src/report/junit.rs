//! JUnit XML: one test case a package; it fails where a finding makes the run fail, and is skipped where nothing
//! could be looked at.

use std::collections::BTreeMap;
use std::io::{self, Write};

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use super::policy::closing;
use super::unverified::{self, mark};
use super::{Located, Outcome, PackageReport, Report, Rest, Style, place};
use crate::text::one_line;
use crate::tree::AttrPath;

/// Writes one suite with all test cases.
pub(super) fn render(report: &Report, _: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut suite = TestSuite::new("licenses");
    let shared = shared(report);
    suite.add_test_cases(report.packages.iter().map(|package| of_package(package, report, &shared)));
    suite.add_test_cases(report.rest.iter().filter(|rest| rest.failed).map(of_rest));
    suite.add_test_cases(report.apart.iter().map(|located| of_finding(located, report)));
    let last: Vec<String> = closing(report).map(|line| one_line(&line)).collect();
    if !last.is_empty() {
        suite.set_system_out(last.join("\n"));
    }
    let mut document = quick_junit::Report::new("clarity");
    document.add_test_suite(suite);
    let text = document.to_string().map_err(io::Error::other)?;
    // Schemas count skipped cases in a suite and not in all of them; the first attribute of that name is the one too many.
    let sum = format!(" skipped=\"{}\"", document.skipped);
    out.write_all(text.replacen(&sum, "", 1).as_bytes())
}

/// The findings of other packages that a package shares.
fn shared(report: &Report) -> BTreeMap<&AttrPath, Vec<&Located>> {
    let mut shared: BTreeMap<&AttrPath, Vec<&Located>> = BTreeMap::new();
    for located in report.findings() {
        located.finding.others.iter().for_each(|attr| shared.entry(attr).or_default().push(located));
    }
    shared
}

fn of_package(package: &PackageReport, report: &Report, shared: &BTreeMap<&AttrPath, Vec<&Located>>) -> TestCase {
    let shared = shared.get(&package.package.attr).into_iter().flatten().copied();
    let findings: Vec<&Located> = package.findings.iter().chain(shared).collect();
    let stops: Vec<&Located> = findings.iter().copied().filter(|located| report.gate.stops(located)).collect();
    let status = match &package.outcome {
        _ if !stops.is_empty() => failed(&stops),
        Outcome::Audited(_) => TestCaseStatus::success(),
        Outcome::Skipped(why) => skipped(&why.text),
        Outcome::Failed(why) => could_not(&why.text),
    };
    let mut case = TestCase::new(one_line(&package.package.attr.0), status);
    let file = package.package.site.as_ref().map(|site| report.path_of(site));
    case.set_classname(file.map_or("nixpkgs".to_owned(), |file| one_line(file.as_str())));
    let rest = findings.iter().filter(|located| !report.gate.stops(located)).map(|located| in_words(located));
    let rest: Vec<String> = unverified::of_package(package).map(unverified::in_words).into_iter().chain(rest).collect();
    if !rest.is_empty() {
        case.set_system_out(rest.join("\n"));
    }
    case
}

fn of_rest(rest: &Rest) -> TestCase {
    let mut case = TestCase::new(one_line(&rest.name), could_not(&rest.why));
    case.set_classname("nixpkgs");
    case
}

fn of_finding(located: &Located, report: &Report) -> TestCase {
    let status = if report.gate.stops(located) { failed(&[located]) } else { TestCaseStatus::success() };
    let mut case = TestCase::new(one_line(&format!("{} {}", located.finding.check.name, located.finding.attr)), status);
    case.set_classname(
        located.finding.place.as_ref().map_or("nixpkgs".to_owned(), |site| one_line(report.path_of(site).as_str())),
    );
    case.set_system_out(in_words(located));
    case
}

fn failed(stops: &[&Located]) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    if let Some(worst) = stops.iter().max_by_key(|located| located.finding.severity) {
        status.set_type(format!("{} {}", worst.finding.check.id, worst.finding.check.name));
        status.set_message(one_line(&worst.finding.message));
    }
    status.set_description(stops.iter().map(|located| in_words(located)).collect::<Vec<_>>().join("\n"));
    status
}

fn skipped(why: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(one_line(why));
    status
}

/// JUnit's `error`: the test itself did not run.
fn could_not(why: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_type("not-scanned");
    status.set_message(one_line(why));
    status
}

fn in_words(located: &Located) -> String {
    let finding = &located.finding;
    let at = finding.place.as_ref().map(|site| format!("{}: ", place(site))).unwrap_or_default();
    let state = match located.state {
        crate::triage::State::New => String::new(),
        ref other => format!(" ({})", other.name()),
    };
    let mut text = format!(
        "{at}{}[{} {}]: {}{state}",
        finding.severity,
        finding.check.id,
        finding.check.name,
        one_line(&finding.message)
    );
    if let Some(mark) = mark(finding) {
        text.push_str(&format!("\n  {mark}"));
    }
    for help in &finding.help {
        text.push_str("\n  help: ");
        text.push_str(&one_line(help));
    }
    text
}
