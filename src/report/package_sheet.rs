//! CSV: one row a package, for data frames.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::Value;

use super::declared_row::DeclaredRow;
use super::policy::warnings;
use super::sheet::{CONFIDENCES, Cell, Column, harmless, head, table_schema};
use super::{Outcome, PackageReport, Report, Style, unverified, wire};
use crate::check::{self, Judged, declared_in_words};

/// Columns; new ones come at the end.
const COLUMNS: [Column; WIDTH] = [
    Column("attr", Cell::Text),
    Column("pname", Cell::Text),
    Column("version", Cell::Text),
    Column("file", Cell::Text),
    Column("line", Cell::Number),
    Column("outcome", Cell::OneOf(&["audited", "skipped", "failed"])),
    Column("verdict", Cell::OneOf(&["agrees", "drifts", "cannot-tell"])),
    Column("declared_status", Cell::OneOf(&["resolved", "partial", "computed", "malformed", "absent"])),
    Column("declared", Cell::Text),
    Column("free", Cell::Flag),
    Column("concluded", Cell::Text),
    Column("confidence", Cell::OneOf(&CONFIDENCES)),
    Column("errors", Cell::Number),
    Column("warnings", Cell::Number),
    Column("notes", Cell::Number),
    Column("maintainers", Cell::Text),
    Column("cpe", Cell::Text),
    Column("purl", Cell::Text),
    Column("unverified", Cell::Text),
    Column("why", Cell::Text),
];
const WIDTH: usize = 20;

/// Columns of numbers that no row leaves empty, so that readers take them for whole numbers.
const COUNTS: [usize; 3] = [12, 13, 14];

/// The types of the columns.
pub(super) fn schema() -> Value {
    table_schema(&COLUMNS)
}

/// Writes a head and the rows; the last lines of the report stand in the last column.
pub(super) fn render(report: &Report, _: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut rows = csv::Writer::from_writer(out);
    rows.write_record(head(&COLUMNS))?;
    let counts = counts(report);
    for package in &report.packages {
        let counts = counts.get(package.package.attr.0.as_str()).copied().unwrap_or_default();
        rows.write_record(row(package, counts).iter().map(|cell| harmless(cell)))?;
    }
    for line in warnings(report) {
        let mut last: [String; WIDTH] = Default::default();
        last[WIDTH - 1] = line;
        COUNTS.iter().for_each(|count| last[*count] = "0".to_owned());
        rows.write_record(last.iter().map(|cell| harmless(cell)))?;
    }
    rows.flush()
}

/// Findings that count by package and severity, the least first; one that several packages share counts for each.
fn counts(report: &Report) -> BTreeMap<&str, [usize; 3]> {
    let mut counts: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for finding in report.counted().map(|located| &located.finding) {
        finding.attrs().for_each(|attr| counts.entry(&attr.0).or_default()[finding.severity as usize] += 1);
    }
    counts
}

fn row(report: &PackageReport, [notes, warnings, errors]: [usize; 3]) -> [String; WIDTH] {
    let package = &report.package;
    let site = check::site(&report.declared).or(package.site.as_ref());
    let judged = match &report.outcome {
        Outcome::Audited(judged) => judged.as_deref(),
        Outcome::Skipped(_) | Outcome::Failed(_) => None,
    };
    let declared = DeclaredRow::of(&report.declared);
    let names = package.identifiers.as_deref();
    let handles = package.maintainers.iter().filter_map(|one| one.github.as_deref().or(one.name.as_deref()));
    [
        package.attr.0.clone(),
        package.pname.clone().unwrap_or_default(),
        package.version.clone().unwrap_or_default(),
        site.map(|site| site.file.to_string()).unwrap_or_default(),
        site.map(|site| site.start.line.to_string()).unwrap_or_default(),
        wire::outcome(&report.outcome).to_owned(),
        judged.map(|judged| wire::verdict(&judged.verdict).to_owned()).unwrap_or_default(),
        declared.status.to_owned(),
        declared_in_words(&report.declared),
        declared.free.map(|free| free.to_string()).unwrap_or_default(),
        judged.map(|judged| judged.conclusion.in_words()).unwrap_or_default(),
        judged.and_then(Judged::concluded).map(|one| one.confidence.name().to_owned()).unwrap_or_default(),
        errors.to_string(),
        warnings.to_string(),
        notes.to_string(),
        handles.collect::<Vec<_>>().join(" "),
        names.and_then(|names| names.cpe.clone()).unwrap_or_default(),
        names.map(|names| names.purls.join(" ")).unwrap_or_default(),
        unverified::of_package(report).map(|why| why.to_string()).unwrap_or_default(),
        wire::why(report).unwrap_or_default().to_owned(),
    ]
}
