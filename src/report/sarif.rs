//! SARIF 2.1.0: for GitHub's code scanning and every viewer of the format.
//!
//! The primary location is the license value. GitHub keeps 5,000 results of an upload; the most severe come first, and
//! what is left out is said in a notification.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::json;
use serde_sarif::sarif::{
    ArtifactChange, ArtifactContent, ArtifactLocation, Fix, Invocation, Location, LogicalLocation, Message,
    MultiformatMessageString, Notification, PhysicalLocation, PropertyBag, Region, Replacement, ReportingConfiguration,
    ReportingDescriptor, Result as Row, ResultLevel, Run, RunAutomationDetails, Sarif, Suppression, Tool,
    ToolComponent,
};

use crate::check::{CHECKS, Check, Safety, Severity};
use crate::conclusion::Basis;
use crate::text::path_in_uri;
use crate::tree::Site;
use crate::triage::State;

use super::json::write_document;
use super::policy::closing;
use super::unverified::notes;
use super::{Located, Report, Style, fingerprints, unseen};

/// Limits of GitHub for an upload.
const MOST: usize = 5_000;
/// Failures that are listed one by one.
const MOST_FAILURES: usize = 1_000;

/// Levels of a log down to its results, each on a line.
const LEVELS: usize = 4;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// The name of our own fingerprint; GitHub adds its own, of the line, beside it.
const FINGERPRINT: &str = "clarity/v1";

/// The base of places in the source of a package, which is no part of the checkout.
const SOURCE: &str = "SOURCE";

/// Writes one log with one run.
pub(super) fn render(report: &Report, _: Style, out: &mut dyn Write) -> io::Result<()> {
    let log = Sarif::builder().version(json!("2.1.0")).schema(SCHEMA).runs(vec![run(report)]).build();
    write_document(&log, LEVELS, out)
}

fn run(report: &Report) -> Run {
    let mut findings = report.worst_first();
    findings.extend(report.findings().filter(|located| located.state != State::New));
    let left_out = findings.len().saturating_sub(MOST);
    findings.truncate(MOST);
    let marks = fingerprints(&findings);
    let results: Vec<Row> = findings.iter().zip(marks).map(|(located, mark)| result(located, report, mark)).collect();
    let driver = ToolComponent::builder()
        .name("clarity")
        .semantic_version(env!("CARGO_PKG_VERSION"))
        .information_uri(env!("CARGO_PKG_REPOSITORY"))
        .rules(CHECKS.iter().map(|check| rule(check)).collect::<Vec<_>>())
        .build();
    Run::builder()
        .tool(Tool::builder().driver(driver).build())
        .automation_details(RunAutomationDetails::builder().id("clarity/").build())
        .column_kind(json!("unicodeCodePoints"))
        .original_uri_base_ids(BTreeMap::from([(SOURCE.to_owned(), source_base())]))
        .invocations(vec![invocation(report, left_out)])
        .results(results)
        .build()
}

fn rule(check: &Check) -> ReportingDescriptor {
    let level = check.severity.to_string();
    let help = format!("{}\n\nExample: {}\n\nWhen it is wrong: {}", check.why, check.example, check.wrong_when);
    let tags = PropertyBag::builder().tags(vec!["license".to_owned()]).build();
    ReportingDescriptor::builder()
        .id(check.id)
        .name(check.name)
        .short_description(words(check.name))
        .full_description(words(check.what))
        .help(words(&help))
        .help_uri(format!("{}/checks/{}.html", env!("CARGO_PKG_HOMEPAGE"), check.id))
        .default_configuration(ReportingConfiguration::builder().level(json!(level)).build())
        .properties(tags)
        .build()
}

fn words(text: &str) -> MultiformatMessageString {
    MultiformatMessageString::builder().text(text).build()
}

fn message(text: impl Into<String>) -> Message {
    Message::builder().text(text).build()
}

fn result(located: &Located, report: &Report, fingerprint: String) -> Row {
    let finding = &located.finding;
    let level = match finding.severity {
        Severity::Note => ResultLevel::Note,
        Severity::Warning => ResultLevel::Warning,
        Severity::Error => ResultLevel::Error,
    };
    let mut text = format!("{}: {}", finding.names(), finding.message);
    for line in notes(finding) {
        text.push_str("\n\n");
        text.push_str(&line);
    }
    let mut row = Row::builder()
        .rule_id(finding.check.id)
        .level(level)
        .message(message(text))
        .locations(vec![location(located, report)])
        .partial_fingerprints(BTreeMap::from([(FINGERPRINT.to_owned(), fingerprint)]))
        .properties(properties(located))
        .build();
    row.rule_index = CHECKS.iter().position(|check| check.id == finding.check.id).map(|index| index as i64);
    row.suppressions = suppression(&located.state);
    row.related_locations =
        Some(finding.evidence.iter().map(evidence).collect()).filter(|all: &Vec<_>| !all.is_empty());
    row.fixes = fix(located, report).map(|fix| vec![fix]);
    row
}

fn source_base() -> ArtifactLocation {
    ArtifactLocation::builder().description(message("the source that a package is built from, unpacked")).build()
}

/// A witness in the source of the package.
fn evidence(basis: &Basis) -> Location {
    let file = ArtifactLocation::builder().uri(path_in_uri(basis.file.as_str())).uri_base_id(SOURCE).build();
    let lines =
        Region::builder().start_line(i64::from(basis.lines.first)).end_line(i64::from(basis.lines.last)).build();
    let place = PhysicalLocation::builder().artifact_location(file).region(lines).build();
    let says = format!("{} ({})", basis.expr, basis.class.name());
    Location::builder().physical_location(place).message(message(says)).build()
}

/// The edit that `clarity fix` would make, where it replaces the marked value and nothing else.
fn fix(located: &Located, report: &Report) -> Option<Fix> {
    let remedy = located.finding.remedy.as_ref().filter(|remedy| remedy.safety_in_place() != Safety::DisplayOnly)?;
    let offer = remedy.offer.as_ref().filter(|offer| offer.argument.is_none())?;
    let value = offer.line.as_deref()?.strip_prefix("license = ")?.strip_suffix(';')?;
    let (site, quote) = (located.finding.place.as_ref()?, located.quote.as_ref()?);
    let (before, after) = (quote.text.get(..quote.mark.0)?, quote.text.get(quote.mark.1..)?);
    let is_value = before.trim_end().ends_with("license =") && after.starts_with(';');
    let replacement = Replacement::builder()
        .deleted_region(region(site))
        .inserted_content(ArtifactContent::builder().text(value).build())
        .build();
    let change = ArtifactChange::builder()
        .artifact_location(checkout_file(site, report))
        .replacements(vec![replacement])
        .build();
    let fix = Fix::builder().description(message(offer.to_string())).artifact_changes(vec![change]).build();
    is_value.then_some(fix)
}

fn suppression(state: &State) -> Option<Vec<Suppression>> {
    let why = match state {
        State::New => return Some(Vec::new()),
        State::Known => "the baseline has it",
        State::Suppressed(reason) => reason,
    };
    Some(vec![Suppression::builder().kind(json!("external")).justification(why).build()])
}

fn location(located: &Located, report: &Report) -> Location {
    let finding = &located.finding;
    let name = LogicalLocation::builder().fully_qualified_name(&finding.attr.0).kind("member").build();
    let mut location = Location::builder().logical_locations(vec![name]).build();
    location.physical_location = finding.place.as_ref().map(|site| physical(site, located, report));
    location
}

fn physical(site: &Site, located: &Located, report: &Report) -> PhysicalLocation {
    let mut region = region(site);
    let marked = located.quote.as_ref().and_then(|quote| quote.text.get(quote.mark.0..quote.mark.1));
    region.snippet = marked.map(|text| ArtifactContent::builder().text(text).build());
    PhysicalLocation::builder().artifact_location(checkout_file(site, report)).region(region).build()
}

fn region(site: &Site) -> Region {
    Region::builder()
        .start_line(i64::from(site.start.line))
        .start_column(i64::from(site.start.column))
        .end_line(i64::from(site.end.line))
        .end_column(i64::from(site.end.column))
        .build()
}

fn checkout_file(site: &Site, report: &Report) -> ArtifactLocation {
    ArtifactLocation::builder().uri(path_in_uri(report.path_of(site).as_str())).uri_base_id("%SRCROOT%").build()
}

fn properties(located: &Located) -> PropertyBag {
    let finding = &located.finding;
    let all = BTreeMap::from([
        ("attr", json!(finding.attr.0)),
        ("confidence", json!(finding.confidence.name())),
        ("declared", json!(finding.declared)),
        ("concluded", json!(finding.concluded)),
        ("pin", json!(finding.pin().short())),
        ("evidence", json!(finding.evidence.iter().map(witness).collect::<Vec<_>>())),
    ]);
    let unverified = finding.verification.unproven().map(|why| ("unverified", json!(why.name())));
    let named = all.into_iter().chain(unverified).map(|(name, value)| (name.to_owned(), value));
    PropertyBag::builder().additional_properties(named.collect::<BTreeMap<_, _>>()).build()
}

fn witness(basis: &Basis) -> String {
    format!("{}:{} {} ({})", basis.file, basis.lines, basis.expr, basis.class.name())
}

fn invocation(report: &Report, left_out: usize) -> Invocation {
    let note = |level: &str, text: String| Notification::builder().level(json!(level)).message(message(text)).build();
    let failed = || unseen(report).filter(|(_, failed, ..)| *failed);
    let mut notes: Vec<Notification> = failed()
        .take(MOST_FAILURES)
        .map(|(name, _, why, _)| note("warning", format!("{name} could not be looked at: {why}")))
        .collect();
    let unlisted = failed().count().saturating_sub(MOST_FAILURES);
    if unlisted > 0 {
        notes.push(note("warning", format!("{unlisted} more could not be looked at")));
    }
    notes.extend(closing(report).map(|line| note("note", line)));
    if left_out > 0 {
        notes.push(note("warning", format!("{left_out} less severe results are left out: {MOST} are kept")));
    }
    Invocation::builder().execution_successful(!report.partial).tool_execution_notifications(notes).build()
}
