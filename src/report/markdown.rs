//! A work list in Markdown: a check box for each finding that counts.

use std::io::{self, Write};

use crate::check::Severity;
use crate::text::one_line;

use super::policy::closing;
use super::unverified::notes;
use super::{Located, Report, Style, place, unseen};

/// GitHub refuses step summaries of more than 1 MiB.
const MOST_OF_A_SUMMARY: usize = 1000 << 10;

/// Writes all of it.
pub(super) fn render(report: &Report, _: Style, out: &mut dyn Write) -> io::Result<()> {
    write_within(report, usize::MAX, out)
}

/// Writes as much of it as GitHub takes for the summary of a step, most severe first, and says what is missing.
pub(super) fn render_summary(report: &Report, _: Style, out: &mut dyn Write) -> io::Result<()> {
    write_within(report, MOST_OF_A_SUMMARY, out)
}

fn write_within(report: &Report, most: usize, out: &mut dyn Write) -> io::Result<()> {
    let head = head(report);
    out.write_all(head.as_bytes())?;
    let mut room = most.saturating_sub(head.len());
    let findings = report.worst_first();
    let mut section = None;
    for (index, located) in findings.iter().enumerate() {
        let severity = located.finding.severity;
        let mut text = if section == Some(severity) { String::new() } else { format!("\n## {}\n\n", title(severity)) };
        section = Some(severity);
        text.push_str(&item(located));
        if text.len() > room {
            writeln!(out, "\n{} more findings do not fit.", findings.len() - index)?;
            return ending(report, out);
        }
        room -= text.len();
        out.write_all(text.as_bytes())?;
    }
    failures(report, room, out)?;
    ending(report, out)
}

fn ending(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    closing(report).try_for_each(|line| writeln!(out, "\n{}", escaped(&line)))
}

fn head(report: &Report) -> String {
    let totals = report.totals();
    let [notes, warnings, errors] = totals.findings;
    let mut text = format!("# Licenses of {}\n\n", escaped(&report.tree));
    if report.partial {
        text.push_str("The run was ended early; this is what was done until then.\n\n");
    }
    let accepted = match (totals.known, totals.suppressed) {
        (0, 0) => String::new(),
        (known, suppressed) => format!(" {known} known from the baseline, {suppressed} suppressed."),
    };
    text.push_str(&format!(
        "{errors} errors, {warnings} warnings, {notes} notes.{accepted}\n\n\
         | discovered | audited | agree | drift | cannot tell | skipped | failed |\n|--:|--:|--:|--:|--:|--:|--:|\n\
         | {} | {} | {} | {} | {} | {} | {} |\n",
        totals.discovered,
        totals.audited,
        totals.agrees,
        totals.drifts,
        totals.cannot_tell,
        totals.skipped,
        totals.failed
    ));
    text
}

fn title(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "Errors",
        Severity::Warning => "Warnings",
        Severity::Note => "Notes",
    }
}

fn item(located: &Located) -> String {
    let finding = &located.finding;
    let at = finding.place.as_ref().map(|site| format!(" ({})", escaped(&place(site)))).unwrap_or_default();
    let check = finding.check;
    let mut text = format!(
        "- [ ] **{}** {} {}: {}{at}\n",
        escaped(&finding.names()),
        check.id,
        check.name,
        escaped(&finding.message)
    );
    for note in notes(finding) {
        text.push_str(&format!("  - {}\n", escaped(&note)));
    }
    text
}

fn failures(report: &Report, mut room: usize, out: &mut dyn Write) -> io::Result<()> {
    let failed: Vec<_> = unseen(report).filter(|(_, failed, ..)| *failed).collect();
    let mut text = if failed.is_empty() { String::new() } else { "\n## Could not be looked at\n\n".to_owned() };
    for (index, (name, _, why, _)) in failed.iter().enumerate() {
        text.push_str(&format!("- [ ] **{}**: {}\n", escaped(name), escaped(why)));
        if text.len() > room {
            return writeln!(out, "\n{} more could not be looked at.", failed.len() - index);
        }
        room -= text.len();
        out.write_all(text.as_bytes())?;
        text.clear();
    }
    Ok(())
}

/// `text` in one line, without anything that Markdown or HTML reads as more than text.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in one_line(text).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // An at sign or a hash would notify people and link issues where the list is pasted.
            '@' => out.push_str("&#64;"),
            '#' => out.push_str("&#35;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' => out.extend(['\\', c]),
            _ => out.push(c),
        }
    }
    out
}
