//! JSON: one document, or one line a row.

use std::io::{self, Write};

use serde::Serialize;

use super::wire::{self, Row};
use super::{Report, Style};

/// Writes one document with all rows.
pub(super) fn render(report: &Report, _: Style, out: &mut dyn Write) -> io::Result<()> {
    #[derive(Serialize)]
    struct Document<'a> {
        schema: u32,
        tool: &'static str,
        version: &'static str,
        tree: &'a str,
        rows: Vec<Row<'a>>,
    }
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

/// Writes one row a line.
pub(super) fn render_lines(report: &Report, _: Style, out: &mut dyn Write) -> io::Result<()> {
    for row in wire::rows(report) {
        serde_json::to_writer(&mut *out, &row)?;
        writeln!(out)?;
    }
    Ok(())
}
