//! Detections file by file, as JSON: one line per file, one document, or in the shape of ScanCode's output.
//!
//! A list of ids never holds a clue. Paths are those below the folder that was looked at.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};

use crate::evidence::{Detection, Evidence, FileEvidence, Note, Unread, Witness};
use crate::license::LicenseExpr;

use super::json::{write_document, write_lines};

/// Number of the shape of `--format json` and `jsonl`; changes when a reader has to.
const SCHEMA: u32 = 1;

/// Writes one line per file.
pub fn lines(evidence: &Evidence, out: &mut dyn Write) -> io::Result<()> {
    write_lines(evidence.files.iter().map(FileLine::of), out)
}

/// Writes one document.
pub fn document(evidence: &Evidence, out: &mut dyn Write) -> io::Result<()> {
    let files: Vec<FileLine<'_>> = evidence.files.iter().map(FileLine::of).collect();
    write_document(&json!({ "schema": SCHEMA, "files": files }), out)
}

/// Writes what ScanCode would, as far as it was looked for.
pub fn scancode(evidence: &Evidence, out: &mut dyn Write) -> io::Result<()> {
    let header = json!({
        "tool_name": "clarity",
        "tool_version": env!("CARGO_PKG_VERSION"),
        "output_format_version": "4.1.0",
        "spdx_license_list_version": crate::license::list_version(),
        "errors": [],
        "warnings": [],
        "extra_data": { "files_count": evidence.files.len() },
    });
    let files: Vec<Value> = evidence.files.iter().map(scancode_file).collect();
    write_document(&json!({ "headers": [header], "files": files }), out)
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
            spdx: stated(file).flat_map(|one| ids(&one.expr)).collect::<BTreeSet<_>>().into_iter().collect(),
            expression: expression(file).map(|expr| expr.to_string()),
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

/// Statements of the file: everything but clues.
pub(super) fn stated(file: &FileEvidence) -> impl Iterator<Item = &Detection> {
    file.detections.iter().filter(|one| one.class != Witness::Clue)
}

fn expression(file: &FileEvidence) -> Option<LicenseExpr> {
    LicenseExpr::all(stated(file).map(|one| one.expr.clone()))
}

/// The ids of licenses and exceptions in an expression.
fn ids(expr: &LicenseExpr) -> Vec<String> {
    expr.terms().into_iter().flat_map(|term| std::iter::once(term.id()).chain(term.exception.clone())).collect()
}

fn unread(why: &Unread) -> String {
    match why {
        Unread::Binary => "binary".to_owned(),
        Unread::Compiled(form) => format!("binary: {form}"),
        Unread::TooLarge(bytes) => format!("too large: {bytes} bytes at the end were not read"),
        Unread::Io(error) => error.clone(),
    }
}

fn scancode_file(file: &FileEvidence) -> Value {
    let expression = expression(file).map(|expr| expr.to_string());
    let of_class = |is_clue: bool| file.detections.iter().filter(move |one| (one.class == Witness::Clue) == is_clue);
    let errors: Vec<String> =
        file.unread.iter().filter(|why| !matches!(why, Unread::Binary | Unread::Compiled(_))).map(unread).collect();
    json!({
        "path": file.path.as_str(),
        "type": "file",
        "size": file.size,
        "detected_license_expression": expression.as_ref().map(|text| text.to_lowercase()),
        "detected_license_expression_spdx": expression,
        "license_detections": of_class(false).map(|one| scancode_detection(one, file)).collect::<Vec<_>>(),
        "license_clues": of_class(true).map(|one| scancode_match(one, file)).collect::<Vec<_>>(),
        "holders": file.copyrights.iter().map(|holder| json!({ "holder": holder })).collect::<Vec<_>>(),
        "scan_errors": errors,
    })
}

fn scancode_detection(one: &Detection, file: &FileEvidence) -> Value {
    let expression = one.expr.to_string();
    json!({
        "license_expression": expression.to_lowercase(),
        "license_expression_spdx": expression,
        "matches": [scancode_match(one, file)],
    })
}

fn scancode_match(one: &Detection, file: &FileEvidence) -> Value {
    let expression = one.expr.to_string();
    json!({
        "license_expression": expression.to_lowercase(),
        "license_expression_spdx": expression,
        "from_file": file.path.as_str(),
        "start_line": one.lines.first,
        "end_line": one.lines.last,
        "matcher": one.by,
        "score": f64::from(one.score.0) / 100.0,
        "rule_identifier": one.class.name(),
        "matched_text": one.quote,
    })
}
