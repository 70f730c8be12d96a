//! JSON: one document, or one line a row.

use std::io::{self, Write};

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
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

/// Rows are written when there are so many bytes of them: a row has dozens of small pieces.
const ENOUGH: usize = 1 << 16;

/// Writes one row a line.
pub(super) fn render_lines(report: &Report, _: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut lines = Vec::with_capacity(2 * ENOUGH);
    for row in wire::rows(report) {
        serde_json::to_writer(&mut lines, &row)?;
        lines.push(b'\n');
        if lines.len() > ENOUGH {
            out.write_all(&lines)?;
            lines.clear();
        }
    }
    out.write_all(&lines)
}
