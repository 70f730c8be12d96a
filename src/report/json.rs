//! JSON: one document, or one line a row.

use std::io::{self, BufWriter, Write};

use schemars::generate::{SchemaGenerator, SchemaSettings};
use schemars::{JsonSchema, Schema};
use serde::Serialize;

use super::wire::{self, Row};
use super::{Report, Style};

/// All rows with their head.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Report")]
struct Document<'a> {
    schema: u32,
    tool: &'static str,
    version: &'static str,
    tree: &'a str,
    rows: Vec<Row<'a>>,
}

/// Schemas of what is written: a field that may be left out is not required.
pub(super) fn published() -> SchemaGenerator {
    SchemaSettings::draft2020_12().for_serialize().into_generator()
}

/// The JSON Schema of the document.
pub(super) fn schema() -> Schema {
    published().into_root_schema_for::<Document<'static>>()
}

/// The JSON Schema of a row.
pub(super) fn row_schema() -> Schema {
    published().into_root_schema_for::<Row<'static>>()
}

/// Writes one document with all rows.
pub(super) fn render(report: &Report, _: Style, out: &mut dyn Write) -> io::Result<()> {
    let document = Document {
        schema: wire::SCHEMA,
        tool: "clarity",
        version: env!("CARGO_PKG_VERSION"),
        tree: &report.tree,
        rows: wire::rows(report).collect(),
    };
    write_document(&document, out)
}

/// Bytes that are joined before they are written: a row has dozens of small pieces.
const ENOUGH: usize = 1 << 16;

/// Writes `value` as a document that people can read too: indented.
pub(super) fn write_document<T: Serialize + ?Sized>(value: &T, out: &mut dyn Write) -> io::Result<()> {
    let mut joined = BufWriter::with_capacity(ENOUGH, out);
    serde_json::to_writer_pretty(&mut joined, value)?;
    writeln!(joined)?;
    joined.flush()
}

/// Writes one row a line.
pub(super) fn write_lines<T: Serialize>(rows: impl IntoIterator<Item = T>, out: &mut dyn Write) -> io::Result<()> {
    let mut joined = BufWriter::with_capacity(ENOUGH, out);
    for row in rows {
        serde_json::to_writer(&mut joined, &row)?;
        joined.write_all(b"\n")?;
    }
    joined.flush()
}

/// Writes one line for each row of a report.
pub(super) fn render_lines(report: &Report, _: Style, out: &mut dyn Write) -> io::Result<()> {
    write_lines(wire::rows(report), out)
}
