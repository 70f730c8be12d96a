//! CSV: one row a finding, for spreadsheets.

use std::io::{self, Write};

use super::policy::warnings;
use super::{Located, Report, Style};
use crate::text::one_line;
use crate::tree::AttrPath;

const HEAD: [&str; 14] = [
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
];

/// The column of messages, which also holds the last lines of the report.
const LAST_LINE: usize = 11;

/// Writes a head and the rows.
pub(super) fn render(report: &Report, _: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut rows = csv::Writer::from_writer(out);
    rows.write_record(HEAD)?;
    for located in report.findings() {
        rows.write_record(row(located).iter().map(|cell| harmless(cell)))?;
    }
    for line in warnings(report) {
        let mut last: [String; 14] = Default::default();
        last[LAST_LINE] = line;
        rows.write_record(last.iter().map(|cell| harmless(cell)))?;
    }
    rows.flush()
}

fn row(located: &Located) -> [String; 14] {
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
    ]
}

/// A cell in one line that no spreadsheet takes for a formula.
fn harmless(cell: &str) -> String {
    let cell = one_line(cell);
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}
