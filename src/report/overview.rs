//! Reports of many findings in one screen: counts by check, and the worst.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::counted::counted;
use super::{Located, Report, Style};
use crate::check::{Check, NOT_SCANNED, Severity};

/// More findings than this fill more than a person reads; they are summed up.
const MOST_SHOWN: usize = 50;

/// Number of findings that are shown of so many.
const WORST: usize = 10;

/// True where the findings are summed up and not listed.
pub(super) fn is_needed(report: &Report, style: Style) -> bool {
    let listed = style.all || style.verbose || style.quiet;
    !listed && shown(report).nth(MOST_SHOWN).is_some()
}

fn shown(report: &Report) -> impl Iterator<Item = &Located> {
    report.counted().filter(|located| located.finding.check.id != NOT_SCANNED.id)
}

/// Writes the worst findings, each as `block`, and the counts of all.
pub(super) fn render(report: &Report, block: impl Fn(&Located) -> String, out: &mut dyn Write) -> io::Result<()> {
    for located in report.worst_first().into_iter().take(WORST) {
        writeln!(out, "{}\n", block(located))?;
    }
    let total = report.counted().count();
    writeln!(out, "{WORST} of {total} findings, the most severe first. --all shows every finding;")?;
    writeln!(out, "--format concise has one line for each, and `-o FILE.json` writes them to a file.\n")?;
    statistics(report, out)
}

/// Writes the number of findings of each check, most severe and most frequent first.
pub(super) fn statistics(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut checks: BTreeMap<&str, (usize, Severity, &Check)> = BTreeMap::new();
    for Located { finding, .. } in report.counted() {
        checks.entry(finding.check.id).or_insert((0, finding.severity, finding.check)).0 += 1;
    }
    let mut rows: Vec<_> = checks.into_values().collect();
    rows.sort_by_key(|(count, severity, check)| (std::cmp::Reverse((*severity, *count)), check.id));
    for (count, severity, check) in &rows {
        writeln!(out, "{count:>8}  {:<7}  {} {}", severity.to_string(), check.id, check.name)?;
    }
    let total: usize = rows.iter().map(|(count, ..)| count).sum();
    writeln!(out, "{total:>8}  {}", if total == 1 { "finding" } else { "findings" })?;
    packages(report, out)
}

fn packages(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let with = report.packages.iter().filter(|package| !package.findings.is_empty()).count();
    writeln!(out, "          in {} of {}", counted(with, "package"), report.packages.len())
}
