//! Counts for people: a table for each group, with a column for each report.

use std::io::{self, Write};

use super::{Count, GROUPS, Group, Stats, ranked};
use crate::report::{Style, counted};
use crate::text::one_line;

/// More names of a group are counted, unless all are asked for.
const SHOWN: usize = 10;

/// Names are cut to so many characters.
const WIDTH: usize = 40;

/// Writes the totals of each report, then a table for each group.
pub(super) fn render(all: &[Stats], style: Style, out: &mut dyn Write) -> io::Result<()> {
    for (index, stats) in all.iter().enumerate() {
        let Count { packages, findings } = stats.total;
        let (packages, findings) = (counted(packages, "package"), counted(findings, "finding"));
        writeln!(out, "({}) {}: {packages}, {findings}", index + 1, one_line(&stats.name))?;
    }
    GROUPS.iter().try_for_each(|group| table(all, *group, style, out))
}

fn table(all: &[Stats], group: Group, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let names = ranked(all, group);
    if names.is_empty() {
        return Ok(());
    }
    let heads: String = (1..=all.len()).map(|number| format!("{:>18}", format!("({number})"))).collect();
    writeln!(out, "\n{:<WIDTH$}{heads}  packages (findings)", group.name())?;
    let shown = if style.verbose { names.len() } else { SHOWN };
    for name in names.iter().take(shown) {
        let cells: String = all.iter().map(|stats| format!("{:>18}", cell(stats.get(group, name)))).collect();
        writeln!(out, "  {:<width$}{cells}", cut(name), width = WIDTH - 2)?;
    }
    match names.len().saturating_sub(shown) {
        0 => Ok(()),
        more => writeln!(out, "  {more} more; -v lists them"),
    }
}

fn cell(count: Count) -> String {
    format!("{} ({})", count.packages, count.findings)
}

fn cut(name: &str) -> String {
    let name = one_line(name);
    if name.chars().count() <= WIDTH - 3 {
        return name;
    }
    name.chars().take(WIDTH - 5).chain("..".chars()).collect()
}
