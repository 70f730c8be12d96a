//! CSV: one row a finding, for spreadsheets.

use std::io::{self, Write};

use super::policy::warnings;
use super::{Located, Report, Style};
use crate::text::one_line;
use crate::tree::{AttrPath, Identifiers};

/// Columns; new ones come at the end.
const WIDTH: usize = 16;

const HEAD: [&str; WIDTH] = [
    "attr",
    "check",
    "name",
    "severity",
    "confidence",
    "state",
    "file",
    "line",
    "column",
    "declared",
    "concluded",
    "message",
    "pin",
    "unverified",
    "cpe",
    "purl",
];

/// The column of messages, which also holds the last lines of the report.
const LAST_LINE: usize = 11;

/// Writes a head and the rows.
pub(super) fn render(report: &Report, _: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut rows = csv::Writer::from_writer(out);
    rows.write_record(HEAD)?;
    let of_packages = report.packages.iter().flat_map(|package| {
        let names = package.package.identifiers.as_deref();
        package.findings.iter().map(move |located| row(located, names))
    });
    for cells in of_packages.chain(report.apart.iter().map(|located| row(located, None))) {
        rows.write_record(cells.iter().map(|cell| harmless(cell)))?;
    }
    for line in warnings(report) {
        let mut last: [String; WIDTH] = Default::default();
        last[LAST_LINE] = line;
        rows.write_record(last.iter().map(|cell| harmless(cell)))?;
    }
    rows.flush()
}

fn row(located: &Located, names: Option<&Identifiers>) -> [String; WIDTH] {
    let finding = &located.finding;
    let site = finding.place.as_ref();
    [
        finding.attrs().map(AttrPath::to_string).collect::<Vec<_>>().join(" "),
        finding.check.id.to_owned(),
        finding.check.name.to_owned(),
        finding.severity.to_string(),
        finding.confidence.name().to_owned(),
        located.state.name().to_owned(),
        site.map(|site| site.file.to_string()).unwrap_or_default(),
        site.map(|site| site.start.line.to_string()).unwrap_or_default(),
        site.map(|site| site.start.column.to_string()).unwrap_or_default(),
        finding.declared.clone(),
        finding.concluded.clone(),
        finding.message.clone(),
        finding.pin().short(),
        finding.verification.unproven().map(|why| why.to_string()).unwrap_or_default(),
        names.and_then(|names| names.cpe.clone()).unwrap_or_default(),
        names.map(|names| names.purls.join(" ")).unwrap_or_default(),
    ]
}

/// A cell in one line that no spreadsheet takes for a formula.
pub(super) fn harmless(cell: &str) -> String {
    let cell = one_line(cell);
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}
