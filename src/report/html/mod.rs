//! One self-contained HTML page: it works from the disk, sends no request, and shows every package.
//!
//! The page is a template with the rows of `--format jsonl` in it; the script only shows them. Data is never markup:
//! it stands in a block that browsers do not run, without `<`, and the script writes it as text.

mod document;

use std::io::{self, BufWriter, Write};
use std::path::Path;

pub(super) use document::Document;

use serde::Serialize;

use super::{Report, Style, wire};
use crate::text::one_line;

const PAGE: &str = include_str!("page.html");
const LOOK: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// So many bytes are searched for markup together.
const PIECE: usize = 1 << 16;

#[derive(Serialize)]
struct Head<'a> {
    tree: &'a str,
    version: &'static str,
}

/// Writes the page.
pub(super) fn render(report: &Report, _: Style, out: &mut dyn Write) -> io::Result<()> {
    for piece in PAGE.split_inclusive("}}") {
        let (text, slot) = piece.split_once("{{").unwrap_or((piece, ""));
        out.write_all(text.as_bytes())?;
        match slot {
            "title}}" => out.write_all(escaped(&name(report)).as_bytes())?,
            "look}}" => out.write_all(LOOK.as_bytes())?,
            "script}}" => out.write_all(SCRIPT.as_bytes())?,
            "data}}" => data(report, out)?,
            _ => {}
        }
    }
    out.flush()
}

/// A line with the head, then one for each row.
fn data(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(PIECE, Harmless { out });
    let head = Head { tree: &name(report), version: env!("CARGO_PKG_VERSION") };
    serde_json::to_writer(&mut out, &head)?;
    for row in wire::rows(report) {
        out.write_all(b"\n")?;
        serde_json::to_writer(&mut out, &row)?;
    }
    out.flush()
}

/// JSON in which no byte begins markup: `<` only stands in strings there, where an escape means the same.
struct Harmless<'o> {
    out: &'o mut dyn Write,
}

impl Write for Harmless<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut rest = bytes;
        while let Some(at) = memchr::memchr3(b'<', b'>', b'&', rest) {
            self.out.write_all(&rest[..at])?;
            write!(self.out, "\\u{:04x}", rest[at])?;
            rest = &rest[at + 1..];
        }
        self.out.write_all(rest)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The tree without the folders above it: a page is sent around.
fn name(report: &Report) -> String {
    let name = Path::new(&report.tree).file_name().map(|name| name.to_string_lossy().into_owned());
    one_line(&name.unwrap_or_else(|| "this tree".to_owned()))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
