//! GitLab's code quality report: a JSON array of findings that count.

use std::io::{self, Write};

use serde::Serialize;

use crate::check::Severity;
use crate::text::Digest;

use super::json::{ROWS, write_document};
use super::policy::warnings;
use super::unverified::mark;
use super::{Located, Report, Style, fingerprints};

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

/// Writes the array.
pub(super) fn render(report: &Report, _: Style, out: &mut dyn Write) -> io::Result<()> {
    let findings = report.worst_first();
    let marks = fingerprints(&findings);
    let issues = findings.iter().zip(marks).map(|(located, mark)| issue(located, report, mark));
    let issues: Vec<Issue> = issues.chain(warnings(report).map(last_line)).collect();
    write_document(&issues, ROWS, out)
}

/// The format has no place for what is about the run: it is an issue that only informs.
fn last_line(line: String) -> Issue {
    Issue {
        fingerprint: Digest::of(line.as_bytes()).to_string(),
        description: line,
        check_name: "clarity",
        severity: "info",
        location: Location { path: ".".to_owned(), lines: Lines { begin: 1, end: 1 } },
    }
}

fn issue(located: &Located, report: &Report, fingerprint: String) -> Issue {
    let finding = &located.finding;
    let site = finding.place.as_ref();
    let unverified = mark(finding).map(|mark| format!(" ({mark})")).unwrap_or_default();
    Issue {
        description: format!("{}: {}{unverified}", finding.names(), finding.message),
        check_name: finding.check.id,
        fingerprint,
        severity: match finding.severity {
            Severity::Note => "info",
            Severity::Warning => "major",
            Severity::Error => "critical",
        },
        location: Location {
            // A path and a line are required; what has no place is about the tree as a whole.
            path: site.map_or_else(|| ".".to_owned(), |site| report.path_of(site).as_str().to_owned()),
            lines: Lines { begin: site.map_or(1, |site| site.start.line), end: site.map_or(1, |site| site.end.line) },
        },
    }
}
