//! The findings by file, for a person who goes through a folder.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::paint::{Mood, painted};
use super::policy::warnings;
use super::unverified::tag;
use super::wrap::filled;
use super::{Located, Report, Style};
use crate::check::Severity;
use crate::text::{Position, one_line};

/// Writes each file with its findings in order of lines; what has no place comes first.
pub(super) fn render(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let (bold, reset) = if style.color { ("\x1b[1m", "\x1b[0m") } else { ("", "") };
    let mut files: BTreeMap<&str, Vec<&Located>> = BTreeMap::new();
    for located in report.listed(style) {
        let file = located.finding.place.as_ref().map_or("", |site| site.file.as_str());
        files.entry(file).or_default().push(located);
    }
    for (file, mut findings) in files {
        let name = if file.is_empty() { "(no place in the tree)".to_owned() } else { one_line(file) };
        writeln!(out, "{bold}{name}{reset}")?;
        findings.sort_by_key(|located| start(located).map(|at| (at.line, at.column)));
        findings.iter().try_for_each(|located| row(located, style, out))?;
        writeln!(out)?;
    }
    warnings(report).try_for_each(|line| writeln!(out, "{line}"))
}

fn start(located: &Located) -> Option<Position> {
    located.finding.place.as_ref().map(|site| site.start)
}

fn row(located: &Located, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let finding = &located.finding;
    let at = start(located).map_or(String::new(), |at| format!("{}:{}", at.line, at.column));
    let tag = tag(finding.verification.unproven());
    let text = one_line(&format!("{}: {}{tag}", finding.names(), finding.message));
    let (severity, id) = (format!("{:<7}", finding.severity.to_string()), finding.check.id);
    let indent = " ".repeat("      line  warning  LIC000  ".len());
    let text = filled(&text, indent.len(), style).replace('\n', &format!("\n{indent}"));
    let severity = match finding.severity {
        Severity::Error => painted(&severity, Mood::Bad, style),
        Severity::Warning => painted(&severity, Mood::Open, style),
        Severity::Note => severity,
    };
    writeln!(out, "  {at:>8}  {severity}  {id}  {text}")
}
