//! GitHub workflow commands: findings as annotations of the changed lines.
//!
//! GitHub shows ten annotations of each kind for a step and drops the rest without a word, so no more are written and
//! the rest is counted; the step summary has them all.

use std::io::{self, Write};

use crate::check::Severity;
use crate::text::one_line;

use super::policy::warnings;
use super::unverified::notes;
use super::{Located, Report, Style};

/// Number of annotations of each kind that GitHub shows.
const MOST: usize = 10;

/// Writes one command a line.
pub(super) fn render(report: &Report, _: Style, out: &mut dyn Write) -> io::Result<()> {
    let findings = report.worst_first();
    let mut left_out = 0;
    for severity in [Severity::Error, Severity::Warning, Severity::Note] {
        let of_kind: Vec<&&Located> = findings.iter().filter(|located| located.finding.severity == severity).collect();
        of_kind.iter().take(MOST).try_for_each(|located| annotate(located, report, out))?;
        left_out += of_kind.len().saturating_sub(MOST);
    }
    if left_out > 0 {
        writeln!(out, "clarity: {left_out} more findings are not annotated; --output github-summary=FILE has them")?;
    }
    warnings(report).try_for_each(|line| writeln!(out, "clarity: {line}"))
}

fn annotate(located: &Located, report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let finding = &located.finding;
    let kind = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    write!(out, "::{kind} ")?;
    if let Some(site) = &finding.place {
        let (start, end) = (site.start, site.end);
        write!(out, "file={},line={},endLine={}", property(report.path_of(site).as_str()), start.line, end.line)?;
        // Columns are allowed on one line only.
        if start.line == end.line {
            write!(out, ",col={},endColumn={}", start.column, end.column)?;
        }
        out.write_all(b",")?;
    }
    let title = format!("{} {}", finding.check.id, finding.check.name);
    let mut text = format!("{}: {}", one_line(&finding.names()), one_line(&finding.message));
    for note in notes(finding) {
        text.push('\n');
        text.push_str(&one_line(&note));
    }
    writeln!(out, "title={}::{}", property(&title), data(&text))
}

/// The text of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property: what ends one is escaped as well.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
