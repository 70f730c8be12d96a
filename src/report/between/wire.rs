//! Comparisons as JSON. These structs are the published form.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::{Comparison, Seen, Side, Style};
use crate::report::json::{ROWS, write_document};
use crate::report::unverified::UnverifiedRow;
use crate::verdict::{How, Shift};

/// The version of the format: it only gains fields while it stays the same.
const SCHEMA: u32 = 1;

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Comparison")]
struct Document<'a> {
    schema: u32,
    tool: &'static str,
    version: &'static str,
    /// True where both sides say the same.
    same: bool,
    #[serde(flatten)]
    what: What<'a>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum What<'a> {
    Sources {
        old: SideRow<'a>,
        new: SideRow<'a>,
        shifts: Vec<ShiftRow<'a>>,
    },
    Reports {
        old: &'a str,
        new: &'a str,
        better: Vec<SeenRow<'a>>,
        worse: Vec<SeenRow<'a>>,
        unseen: Vec<SeenRow<'a>>,
        unchanged: usize,
    },
}

#[derive(Debug, Serialize, JsonSchema)]
struct SideRow<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    declared: Option<&'a str>,
    /// An expression, `NONE` or `NOASSERTION`.
    concluded: &'a str,
    /// Why it is not proven to be the declared source.
    #[serde(skip_serializing_if = "Option::is_none")]
    unverified: Option<UnverifiedRow>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ShiftRow<'a> {
    license: &'a str,
    role: &'static str,
    /// `appeared`, `vanished` or `moved`.
    how: &'static str,
    /// The role it moved from.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<&'static str>,
    files: Vec<&'a str>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct SeenRow<'a> {
    attr: &'a str,
    check: &'a str,
    declared: &'a str,
    concluded: &'a str,
    severity: &'a str,
    message: &'a str,
    file: Option<&'a str>,
}

/// The JSON Schema of a comparison.
pub(super) fn schema() -> serde_json::Value {
    crate::report::json::published().into_root_schema_for::<Document<'static>>().to_value()
}

/// Writes one document.
pub(super) fn render(comparison: &Comparison, _: Style, out: &mut dyn Write) -> io::Result<()> {
    let what = match comparison {
        Comparison::Sources { sides: [old, new], versions } => What::Sources {
            old: side(old, &versions.before),
            new: side(new, &versions.after),
            shifts: versions.shifts.iter().map(shift).collect(),
        },
        Comparison::Reports { names: [old, new], progress } => What::Reports {
            old,
            new,
            better: progress.better.iter().map(seen).collect(),
            worse: progress.worse.iter().map(seen).collect(),
            unseen: progress.unseen.iter().map(seen).collect(),
            unchanged: progress.same,
        },
    };
    let same = comparison.is_same();
    let document = Document { schema: SCHEMA, tool: "clarity", version: env!("CARGO_PKG_VERSION"), same, what };
    write_document(&document, ROWS, out)
}

fn side<'a>(side: &'a Side, concluded: &'a str) -> SideRow<'a> {
    let unverified = side.verification.unproven().map(UnverifiedRow::of);
    SideRow { name: &side.name, declared: side.declared.as_deref(), concluded, unverified }
}

fn shift(shift: &Shift) -> ShiftRow<'_> {
    let (how, from) = match shift.how {
        How::Appeared => ("appeared", None),
        How::Vanished => ("vanished", None),
        How::Moved(from) => ("moved", Some(from.name())),
    };
    let files = shift.files.iter().map(|file| file.as_str()).collect();
    ShiftRow { license: &shift.license, role: shift.role.name(), how, from, files }
}

fn seen(seen: &Seen) -> SeenRow<'_> {
    SeenRow {
        attr: &seen.entry.attr,
        check: &seen.entry.check,
        declared: &seen.entry.declared,
        concluded: &seen.entry.concluded,
        severity: &seen.severity,
        message: &seen.message,
        file: seen.file.as_deref(),
    }
}
