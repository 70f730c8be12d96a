//! The packages of a tree: attribute, state, declared license and place.

use std::io::{self, Write};

use super::columns::widths;
use super::declared_row::DeclaredRow;
use super::paint::{Mood, painted};
use super::{Outcome, PackageReport, Report, Style, place, unseen};
use crate::check::declared_in_words;
use crate::text::one_line;

/// Writes a line a package; with `-v` also what gave no package, and why.
pub(super) fn render(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let is_read = |package: &&PackageReport| matches!(package.outcome, Outcome::Audited(_));
    let rows: Vec<[String; 4]> = report.packages.iter().filter(is_read).map(row).collect();
    let [name, state, license] = widths(&rows, style.width);
    for [attr, is, declared, at] in &rows {
        let is = painted(&format!("{is:<state$}"), mood(is), style);
        writeln!(out, "{attr:<name$}  {is}  {declared:<license$}  {at}")?;
    }
    if style.verbose {
        for (name, failed, why, _) in unseen(report) {
            let state = if failed { "failed" } else { "skipped" };
            writeln!(out, "# {state}: {}: {}", one_line(&name), one_line(why))?;
        }
    }
    Ok(())
}

/// Whether the license is free; where that is not known, what is known of the declaration.
fn state(declared: &DeclaredRow<'_>) -> &'static str {
    match declared.free {
        Some(true) => "free",
        Some(false) => "unfree",
        None => declared.status,
    }
}

fn mood(state: &str) -> Mood {
    match state {
        "free" => Mood::Good,
        "unfree" => Mood::Bad,
        _ => Mood::Open,
    }
}

fn row(package: &PackageReport) -> [String; 4] {
    let state = state(&DeclaredRow::of(&package.declared)).to_owned();
    let declared = match declared_in_words(&package.declared) {
        words if !words.is_empty() => one_line(&words),
        _ if state == "absent" => "NONE".to_owned(),
        _ => "?".to_owned(),
    };
    let site = crate::check::site(&package.declared).or(package.package.site.as_ref());
    [one_line(&package.package.attr.0), state, declared, site.map(place).unwrap_or_default()]
}
