//! CSV: one row a finding, for spreadsheets.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::policy::warnings;
use super::{Located, Report, Style};
use crate::text::one_line;
use crate::tree::{AttrPath, Identifiers};

/// Columns; new ones come at the end.
const COLUMNS: [Column; WIDTH] = [
    Column("attr", Cell::Text),
    Column("check", Cell::Text),
    Column("name", Cell::Text),
    Column("severity", Cell::OneOf(&["note", "warning", "error"])),
    Column("confidence", Cell::OneOf(&CONFIDENCES)),
    Column("state", Cell::OneOf(&["new", "known", "suppressed"])),
    Column("file", Cell::Text),
    Column("line", Cell::Number),
    Column("column", Cell::Number),
    Column("declared", Cell::Text),
    Column("concluded", Cell::Text),
    Column("message", Cell::Text),
    Column("pin", Cell::Text),
    Column("unverified", Cell::Text),
    Column("cpe", Cell::Text),
    Column("purl", Cell::Text),
];
const WIDTH: usize = 16;

/// Names of confidences.
pub(super) const CONFIDENCES: [&str; 3] = ["low", "medium", "high"];

/// A column: its name, and what its cells hold where they are not empty.
pub(super) struct Column(pub(super) &'static str, pub(super) Cell);

/// Content of the cells of a column.
pub(super) enum Cell {
    /// Text in one line.
    Text,
    /// A whole number.
    Number,
    /// `true` or `false`.
    Flag,
    /// One of these words.
    OneOf(&'static [&'static str]),
}

/// The names of `columns`, the first row.
pub(super) fn head(columns: &[Column]) -> impl Iterator<Item = &'static str> {
    columns.iter().map(|column| column.0)
}

/// The types of `columns` as a Table Schema.
pub(super) fn table_schema(columns: &[Column]) -> Value {
    let field = |Column(name, cell): &Column| match cell {
        Cell::Text => json!({ "name": name, "type": "string" }),
        Cell::Number => json!({ "name": name, "type": "integer" }),
        Cell::Flag => json!({ "name": name, "type": "boolean" }),
        Cell::OneOf(words) => json!({ "name": name, "type": "string", "constraints": { "enum": words } }),
    };
    json!({ "fields": columns.iter().map(field).collect::<Vec<_>>(), "missingValues": [""] })
}

/// The types of the columns.
pub(super) fn schema() -> Value {
    table_schema(&COLUMNS)
}

/// The column of messages, which also holds the last lines of the report.
const LAST_LINE: usize = 11;

/// Writes a head and the rows.
pub(super) fn render(report: &Report, _: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut rows = csv::Writer::from_writer(out);
    rows.write_record(head(&COLUMNS))?;
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
