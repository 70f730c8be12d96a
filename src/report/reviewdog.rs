//! The diagnostic format of reviewdog, which comments on the lines of a pull request.

use std::io::{self, Write};

use serde::Serialize;

use super::json::{ROWS, write_document};
use super::policy::warnings;
use super::unverified::notes;
use super::{Located, Quote, Report, Style};
use crate::check::Severity;

#[derive(Serialize)]
struct Diagnostics {
    source: Source,
    severity: &'static str,
    diagnostics: Vec<Diagnostic>,
}

#[derive(Serialize)]
struct Source {
    name: &'static str,
}

#[derive(Serialize)]
struct Diagnostic {
    message: String,
    location: Location,
    severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<Code>,
}

#[derive(Serialize)]
struct Code {
    value: &'static str,
}

#[derive(Serialize)]
struct Location {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<Range>,
}

#[derive(Serialize)]
struct Range {
    start: Point,
    end: Point,
}

#[derive(Serialize)]
struct Point {
    line: u32,
    /// In bytes, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
}

/// Writes one document.
pub(super) fn render(report: &Report, _: Style, out: &mut dyn Write) -> io::Result<()> {
    let findings = report.worst_first();
    let diagnostics = findings.iter().map(|located| diagnostic(located, report));
    let document = Diagnostics {
        source: Source { name: "clarity" },
        severity: "WARNING",
        diagnostics: diagnostics.chain(warnings(report).map(last_line)).collect(),
    };
    write_document(&document, ROWS, out)
}

/// The format has no place for what is about the run: it is a diagnostic that only informs.
fn last_line(message: String) -> Diagnostic {
    Diagnostic { message, location: Location { path: ".".to_owned(), range: None }, severity: "INFO", code: None }
}

fn diagnostic(located: &Located, report: &Report) -> Diagnostic {
    let finding = &located.finding;
    let site = finding.place.as_ref();
    let mut message = format!("{}: {}", finding.names(), finding.message);
    notes(finding).for_each(|note| message.push_str(&format!("\n{note}")));
    let range = site.map(|site| {
        let (first, last) = located.quote.as_ref().and_then(columns).unzip();
        Range {
            start: Point { line: site.start.line, column: first },
            end: Point { line: site.end.line, column: last },
        }
    });
    Diagnostic {
        message,
        location: Location {
            path: site.map_or_else(|| ".".to_owned(), |site| report.path_of(site).as_str().to_owned()),
            range,
        },
        severity: match finding.severity {
            Severity::Note => "INFO",
            Severity::Warning => "WARNING",
            Severity::Error => "ERROR",
        },
        code: Some(Code { value: finding.check.id }),
    }
}

/// The columns of the first and of the byte after the last marked one.
fn columns(quote: &Quote) -> Option<(usize, usize)> {
    let column = |at: usize| {
        let before = quote.text.get(..at)?;
        Some(before.len() - before.rfind('\n').map_or(0, |line_break| line_break + 1) + 1)
    };
    Some((column(quote.mark.0)?, column(quote.mark.1)?))
}
