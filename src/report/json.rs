//! JSON: one document, or one line a row.

use std::io::{self, BufWriter, Write};

use schemars::generate::{SchemaGenerator, SchemaSettings};
use schemars::{JsonSchema, Schema};
use serde::{Serialize, Serializer};
use serde_json::ser::Formatter;

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
    #[serde(serialize_with = "rows")]
    #[schemars(with = "Vec<Row<'a>>")]
    rows: &'a Report,
}

/// Rows are written as they are made.
fn rows<S: Serializer>(report: &Report, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(wire::rows(report))
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
        rows: report,
    };
    write_document(&document, ROWS, out)
}

/// Levels of a document whose lists of rows stand at the top.
pub(super) const ROWS: usize = 2;

/// Bytes that are joined before they are written: a row has dozens of small pieces.
const ENOUGH: usize = 1 << 16;

/// Writes `value` as a document that people can read too: indented down to so many levels, and what is deeper on one line. A
/// row on a line is also what tools that compare lines want.
pub(super) fn write_document<T: Serialize + ?Sized>(value: &T, levels: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut joined = BufWriter::with_capacity(ENOUGH, out);
    let layout = Layout { levels, depth: 0, has_members: false };
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut joined, layout))?;
    joined.write_all(b"\n")?;
    joined.flush()
}

/// Line breaks and indents of a document.
struct Layout {
    /// Members of objects and arrays that are not deeper stand on lines of their own.
    levels: usize,
    /// The number of objects and arrays that are open.
    depth: usize,
    /// True where the one that is open last has members.
    has_members: bool,
}

impl Layout {
    fn open<W: Write + ?Sized>(&mut self, bracket: u8, out: &mut W) -> io::Result<()> {
        self.depth += 1;
        self.has_members = false;
        out.write_all(&[bracket])
    }

    fn close<W: Write + ?Sized>(&mut self, bracket: u8, out: &mut W) -> io::Result<()> {
        self.depth -= 1;
        if self.has_members && self.depth < self.levels {
            self.line(out)?;
        }
        out.write_all(&[bracket])
    }

    fn member<W: Write + ?Sized>(&mut self, is_first: bool, out: &mut W) -> io::Result<()> {
        let is_on_own_line = self.depth <= self.levels;
        match (is_first, is_on_own_line) {
            (false, true) => out.write_all(b",")?,
            (false, false) => out.write_all(b", ")?,
            (true, _) => {}
        }
        if is_on_own_line { self.line(out) } else { Ok(()) }
    }

    fn line<W: Write + ?Sized>(&self, out: &mut W) -> io::Result<()> {
        out.write_all(b"\n")?;
        (0..self.depth).try_for_each(|_| out.write_all(b"  "))
    }
}

impl Formatter for Layout {
    fn begin_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.open(b'[', out)
    }

    fn end_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(b']', out)
    }

    fn begin_array_value<W: Write + ?Sized>(&mut self, out: &mut W, is_first: bool) -> io::Result<()> {
        self.member(is_first, out)
    }

    fn end_array_value<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_members = true;
        Ok(())
    }

    fn begin_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.open(b'{', out)
    }

    fn end_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(b'}', out)
    }

    fn begin_object_key<W: Write + ?Sized>(&mut self, out: &mut W, is_first: bool) -> io::Result<()> {
        self.member(is_first, out)
    }

    fn begin_object_value<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }

    fn end_object_value<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_members = true;
        Ok(())
    }
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
