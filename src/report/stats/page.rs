//! Counts as one page: the trend as a chart, and a table with bars for each group.

use std::io::{self, Write};

use super::{Count, GROUPS, Group, Stats, ranked};
use crate::report::Style;
use crate::report::html::Document;

/// More names of a group are counted: a page of a hundred thousand rows is no overview.
const SHOWN: usize = 50;

/// Width and height of the chart, and the room around its curves.
const CHART: (usize, usize, usize) = (600, 160, 10);

/// Writes the page.
pub(super) fn render(all: &[Stats], _: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Document::begin("License statistics", out)?;
    reports(all, &mut page)?;
    if all.len() > 1 {
        trend(all, &mut page)?;
    }
    for group in GROUPS {
        table(all, group, &mut page)?;
    }
    page.finish(std::iter::empty())
}

fn reports(all: &[Stats], page: &mut Document<'_>) -> io::Result<()> {
    page.leaf("h2", "Reports")?;
    let line = |(index, stats): (usize, &Stats)| {
        let Count { packages, findings } = stats.total;
        format!("({}) {}: {packages} packages, {findings} findings", index + 1, stats.name)
    };
    page.list(all.iter().enumerate().map(line))
}

/// Findings by severity over the reports.
fn trend(all: &[Stats], page: &mut Document<'_>) -> io::Result<()> {
    let kinds = [("error", "bad"), ("warning", "warn"), ("note", "none")];
    let of = |stats: &Stats, name| stats.get(Group::Severity, name).findings;
    let top = all.iter().flat_map(|stats| kinds.map(|(name, _)| of(stats, name))).max().unwrap_or(0).max(1);
    page.open("section class=\"card\" aria-label=\"Trend\"")?;
    page.leaf("h2", "Findings over the reports")?;
    page.open(
        "svg viewBox=\"0 0 600 160\" role=\"img\" aria-label=\"Findings by severity; the table below has the numbers\"",
    )?;
    for (name, kind) in kinds {
        let points: Vec<_> =
            all.iter().enumerate().map(|(at, stats)| point(at, all.len(), of(stats, name), top)).collect();
        page.curve(&points, kind)?;
    }
    page.close("svg")?;
    page.open("p")?;
    for (name, kind) in
        [("errors ", "span class=\"bad\""), ("warnings ", "span class=\"warn\""), ("notes", "span class=\"none\"")]
    {
        page.leaf(kind, name)?;
    }
    page.close("p")?;
    page.leaf("p", &format!("The highest point stands for {top}; the oldest report is on the left."))?;
    page.close("section")
}

fn point(at: usize, reports: usize, count: usize, top: usize) -> (usize, usize) {
    let (width, height, room) = CHART;
    let x = room + at * (width - 2 * room) / (reports - 1).max(1);
    (x, height - room - count * (height - 2 * room) / top)
}

fn table(all: &[Stats], group: Group, page: &mut Document<'_>) -> io::Result<()> {
    let names = ranked(all, group);
    if names.is_empty() {
        return Ok(());
    }
    let last = |name: &str| all.last().map(|stats| stats.get(group, name)).unwrap_or_default();
    let top = names.iter().map(|name| last(name).packages).max().unwrap_or(0).max(1);
    page.leaf("h2", &format!("By {}", group.name()))?;
    page.open("div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Counts\"")?;
    page.open("table")?;
    head(all, group, page)?;
    page.open("tbody")?;
    for name in names.iter().take(SHOWN) {
        page.open("tr")?;
        page.leaf("th scope=\"row\"", name)?;
        for stats in all {
            let Count { packages, findings } = stats.get(group, name);
            page.leaf("td class=\"number\"", &packages.to_string())?;
            page.leaf("td class=\"number\"", &findings.to_string())?;
        }
        page.open("td")?;
        page.bar(1000 * last(name).packages / top)?;
        page.close("td")?;
        page.close("tr")?;
    }
    page.close("tbody")?;
    page.close("table")?;
    page.close("div")?;
    match names.len().saturating_sub(SHOWN) {
        0 => Ok(()),
        more => page.leaf("p", &format!("{more} more")),
    }
}

fn head(all: &[Stats], group: Group, page: &mut Document<'_>) -> io::Result<()> {
    page.open("thead")?;
    page.open("tr")?;
    page.leaf("th scope=\"col\"", group.name())?;
    for number in 1..=all.len() {
        page.leaf("th scope=\"col\" class=\"number\"", &format!("({number}) packages"))?;
        page.leaf("th scope=\"col\" class=\"number\"", &format!("({number}) findings"))?;
    }
    page.leaf("th scope=\"col\"", "packages of the last report")?;
    page.close("tr")?;
    page.close("thead")
}
