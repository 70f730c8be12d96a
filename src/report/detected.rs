//! Detections file by file, as JSON: one line per file, or one document.
//!
//! A list of ids never holds a clue. Paths are those below the folder that was looked at.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::json;

use crate::evidence::{Detection, Evidence, FileEvidence, Note, Unread};
use crate::license::LicenseExpr;

use super::json::{ROWS, write_document, write_lines};

/// Number of the shape of `--format json` and `jsonl`; changes when a reader has to.
const SCHEMA: u32 = 1;

/// Writes one line per file.
pub fn lines(evidence: &Evidence, out: &mut dyn Write) -> io::Result<()> {
    write_lines(evidence.files.iter().map(FileLine::of), out)
}

/// Writes one document.
pub fn document(evidence: &Evidence, out: &mut dyn Write) -> io::Result<()> {
    let files: Vec<FileLine<'_>> = evidence.files.iter().map(FileLine::of).collect();
    write_document(&json!({ "schema": SCHEMA, "files": files }), ROWS, out)
}

#[derive(Serialize)]
struct FileLine<'e> {
    path: &'e str,
    spdx: Vec<String>,
    expression: Option<String>,
    role: &'static str,
    detections: Vec<DetectionLine<'e>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    copyrights: &'e [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    unread: Option<String>,
}

#[derive(Serialize)]
struct DetectionLine<'e> {
    expression: String,
    class: &'static str,
    by: &'e str,
    lines: [u32; 2],
    /// Hundredths of a percent.
    score: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note_kind: Option<&'static str>,
}

impl<'e> FileLine<'e> {
    fn of(file: &'e FileEvidence) -> Self {
        FileLine {
            path: file.path.as_str(),
            spdx: file.granted().flat_map(|one| ids(&one.expr)).collect::<BTreeSet<_>>().into_iter().collect(),
            expression: file.expression().map(|expr| expr.to_string()),
            role: file.role.name(),
            detections: file.detections.iter().map(DetectionLine::of).collect(),
            copyrights: &file.copyrights,
            unread: file.unread.as_ref().map(unread),
        }
    }
}

impl<'e> DetectionLine<'e> {
    fn of(one: &'e Detection) -> Self {
        DetectionLine {
            expression: one.expr.to_string(),
            class: one.class.name(),
            by: one.by,
            lines: [one.lines.first, one.lines.last],
            score: one.score.0,
            note: one.note.as_ref().map(ToString::to_string),
            note_kind: one.note.as_ref().map(Note::kind),
        }
    }
}

/// The ids of licenses and exceptions in an expression.
fn ids(expr: &LicenseExpr) -> Vec<String> {
    expr.terms().into_iter().flat_map(|term| std::iter::once(term.id()).chain(term.exception.clone())).collect()
}

/// Why (part of) a file was not read, for people.
pub(super) fn unread(why: &Unread) -> String {
    match why {
        Unread::Binary => "binary".to_owned(),
        Unread::Compiled(form) => format!("binary: {form}"),
        Unread::TooLarge(bytes) => format!("too large: {bytes} bytes at the end were not read"),
        Unread::Io(error) => error.clone(),
    }
}
