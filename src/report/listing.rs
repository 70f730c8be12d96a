//! The packages of a tree: attribute, declared license and place.

use std::io::{self, Write};

use super::columns::widths;
use super::{Outcome, PackageReport, Report, Style, place, unseen};
use crate::check::declared_in_words;
use crate::text::one_line;

/// Writes a line a package; with `-v` also what gave no package, and why.
pub(super) fn render(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let is_read = |package: &&PackageReport| matches!(package.outcome, Outcome::Audited(_));
    let rows: Vec<[String; 3]> = report.packages.iter().filter(is_read).map(row).collect();
    let [name, license] = widths(&rows);
    for [attr, declared, at] in &rows {
        writeln!(out, "{attr:<name$}  {declared:<license$}  {at}")?;
    }
    if style.verbose {
        for (name, failed, why, _) in unseen(report) {
            let state = if failed { "failed" } else { "skipped" };
            writeln!(out, "# {state}: {}: {}", one_line(&name), one_line(why))?;
        }
    }
    Ok(())
}

fn row(package: &PackageReport) -> [String; 3] {
    let declared = declared_in_words(&package.declared);
    let declared = if declared.is_empty() { "NONE".to_owned() } else { one_line(&declared) };
    let site = crate::check::site(&package.declared).or(package.package.site.as_ref());
    [one_line(&package.package.attr.0), declared, site.map(place).unwrap_or_default()]
}
