//! Detections file by file, as JSON: one line per file, or one document.
//!
//! A list of ids never holds a clue. Paths are those below the folder that was looked at.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::json;

use crate::evidence::{Detection, Evidence, FileEvidence, Note, Role, Unread, Witness};
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
            spdx: granted(file).flat_map(|one| ids(&one.expr)).collect::<BTreeSet<_>>().into_iter().collect(),
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

/// All that the file grants, together.
pub(super) fn expression(file: &FileEvidence) -> Option<LicenseExpr> {
    LicenseExpr::all(granted(file).map(|one| one.expr.clone()))
}

/// Statements of the file without the texts of a choice: a document that offers "either A or B" above both texts is under
/// `A OR B`.
fn granted(file: &FileEvidence) -> impl Iterator<Item = &Detection> {
    let holds_choice = holds_choice(file);
    stated(file).filter(move |one| !holds_choice || is_choice(one))
}

/// True for a license document with nothing but offers, and the text of each license that they offer.
fn holds_choice(file: &FileEvidence) -> bool {
    let families =
        |one: &Detection| one.expr.terms().into_iter().map(|term| term.family().to_owned()).collect::<Vec<_>>();
    let of = |which: &dyn Fn(&&Detection) -> bool| -> BTreeSet<String> {
        stated(file).filter(which).flat_map(families).collect()
    };
    let offered = of(&|one| is_choice(one));
    let texts = of(&|one| one.class == Witness::Text && !is_choice(one));
    let others = of(&|one| !is_choice(one));
    file.role == Role::LicenseText && !offered.is_empty() && texts == offered && others == offered
}

fn is_choice(one: &Detection) -> bool {
    matches!(one.expr, LicenseExpr::Or(_))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Detector;
    use crate::license::license;
    use crate::text::RelPath;

    fn said(document: &str) -> Option<String> {
        let path = RelPath::new("LICENSE").expect("relative");
        expression(&Detector::usual().read(&path, document.as_bytes())).map(|expr| expr.to_string())
    }

    fn text(id: &str) -> &'static str {
        license(id).expect("listed").text
    }

    #[test]
    fn texts_below_an_offer_are_those_of_the_choice() {
        let offer = "Foo is dual-licensed under the MIT license or the Apache License 2.0, at your option.";
        let both = format!("{offer}\n\n{}\n\n{}\n", text("MIT"), text("Apache-2.0"));
        assert_eq!(said(&both).as_deref(), Some("Apache-2.0 OR MIT"));
        let more = format!("{both}\nThe fonts are under this license:\n\n{}\n", text("OFL-1.1"));
        assert!(said(&more).is_some_and(|said| said.contains("MIT AND ")), "{:?}", said(&more));
        let one = format!("{offer}\n\n{}\n", text("GPL-2.0-only"));
        assert!(said(&one).is_some_and(|said| said.contains("GPL-2.0-only AND")), "{:?}", said(&one));
    }
}
