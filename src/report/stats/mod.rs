//! Counts of reports: packages and findings by license, set, maintainer, check and more; several reports are a trend.
//!
//! Reads reports as `--format json` and `jsonl` write them, and nothing else: counting needs no checkout.

mod data;
mod page;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde::Deserialize;
use serde_json::Value;

use super::Style;
use super::between::{BadReport, rows};
use crate::text::{Escape, EscapingWriter};

pub use data::schema;

/// Counts of one report.
#[derive(Clone, Debug)]
pub struct Stats {
    /// The report as the user named it.
    pub name: String,
    /// All of it.
    pub total: Count,
    /// Counts by group and name.
    groups: BTreeMap<Group, BTreeMap<String, Count>>,
}

/// Packages of a kind, and the findings about them that count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Packages.
    pub packages: usize,
    /// Findings that are neither known nor suppressed.
    pub findings: usize,
}

/// The properties that are counted by, in the order of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Verdict,
    Severity,
    Check,
    Freeness,
    Declared,
    Concluded,
    Set,
    Maintainer,
}

/// All of them.
const GROUPS: [Group; 8] = [
    Group::Verdict,
    Group::Severity,
    Group::Check,
    Group::Freeness,
    Group::Declared,
    Group::Concluded,
    Group::Set,
    Group::Maintainer,
];

impl Group {
    fn name(self) -> &'static str {
        match self {
            Group::Verdict => "verdict",
            Group::Severity => "severity",
            Group::Check => "check",
            Group::Freeness => "freeness",
            Group::Declared => "declared",
            Group::Concluded => "concluded",
            Group::Set => "set",
            Group::Maintainer => "maintainer",
        }
    }
}

/// A row of a report, as far as it matters here.
#[derive(Debug, Deserialize)]
struct Row {
    kind: String,
    #[serde(default)]
    attr: String,
    #[serde(default)]
    attributes: Vec<String>,
    #[serde(default)]
    check: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    severity: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    declared: Value,
    #[serde(default)]
    concluded: Value,
    #[serde(default)]
    outcome: String,
    #[serde(default)]
    verdict: Option<String>,
    #[serde(default)]
    maintainers: Vec<String>,
}

impl Row {
    /// The packages of a finding.
    fn attrs(&self) -> impl Iterator<Item = &str> {
        let more = self.attributes.iter().map(String::as_str).filter(|attr| *attr != self.attr);
        std::iter::once(self.attr.as_str()).chain(more)
    }

    /// The properties of a finding itself.
    fn own(&self) -> [(Group, String); 2] {
        [(Group::Check, format!("{} {}", self.check, self.name)), (Group::Severity, self.severity.clone())]
    }
}

/// The properties of one package.
type Properties = Vec<(Group, String)>;

impl Stats {
    /// The counts of the report in `text`, which the user calls `name`.
    pub fn of(name: &str, text: &str) -> Result<Stats, BadReport> {
        let rows: Vec<Row> = rows(text)?;
        let mut stats = Stats { name: name.to_owned(), total: Count::default(), groups: BTreeMap::new() };
        let packages = rows.iter().filter(|row| row.kind == "package");
        let known: BTreeMap<&str, Properties> = packages.map(|row| (row.attr.as_str(), properties(row))).collect();
        for (group, name) in known.values().flatten() {
            stats.count(*group, name).packages += 1;
        }
        stats.total.packages = known.len();
        let findings: Vec<&Row> = rows.iter().filter(|row| row.kind == "finding" && row.state == "new").collect();
        findings.iter().for_each(|row| stats.add_finding(row, &known));
        stats.count_found(&findings);
        Ok(stats)
    }

    /// Counts a finding once for each property that one of its packages has.
    fn add_finding(&mut self, row: &Row, known: &BTreeMap<&str, Properties>) {
        self.total.findings += 1;
        let of_packages: BTreeSet<&(Group, String)> =
            row.attrs().filter_map(|attr| known.get(attr)).flatten().collect();
        for (group, name) in of_packages {
            self.count(*group, name).findings += 1;
        }
        row.own().iter().for_each(|(group, name)| self.count(*group, name).findings += 1);
    }

    /// Counts a package once for each check and severity that its findings have.
    fn count_found(&mut self, findings: &[&Row]) {
        let of =
            |row: &&Row| row.attrs().flat_map(|attr| row.own().map(|own| (own, attr.to_owned()))).collect::<Vec<_>>();
        let each: BTreeSet<((Group, String), String)> = findings.iter().flat_map(of).collect();
        each.iter().for_each(|((group, name), _)| self.count(*group, name).packages += 1);
    }

    fn count(&mut self, group: Group, name: &str) -> &mut Count {
        let names = self.groups.entry(group).or_default();
        if !names.contains_key(name) {
            names.insert(name.to_owned(), Count::default());
        }
        names.get_mut(name).expect("it was just put there")
    }

    /// The count of `name` in `group`.
    fn get(&self, group: Group, name: &str) -> Count {
        self.groups.get(&group).and_then(|names| names.get(name)).copied().unwrap_or_default()
    }

    /// All names of `group` with their counts, in order of names.
    fn names(&self, group: Group) -> impl Iterator<Item = (&str, Count)> {
        self.groups.get(&group).into_iter().flatten().map(|(name, count)| (name.as_str(), *count))
    }
}

fn properties(row: &Row) -> Properties {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let declared = &row.declared;
    let status = text(&declared["status"]).unwrap_or_default();
    let in_place = || if status == "absent" { "NONE".to_owned() } else { format!("({status})") };
    let verdict = row.verdict.clone().unwrap_or_else(|| match row.outcome.as_str() {
        "audited" => "not judged".to_owned(),
        other => other.to_owned(),
    });
    let freeness = match declared["free"].as_bool() {
        Some(true) => "free",
        Some(false) => "unfree",
        None => "not known",
    };
    let set = row.attr.rsplit_once('.').map_or("(top level)", |(set, _)| set);
    let mut all = vec![
        (Group::Verdict, verdict),
        (Group::Freeness, freeness.to_owned()),
        (Group::Declared, text(&declared["expression"]).unwrap_or_else(in_place)),
        (Group::Set, set.to_owned()),
    ];
    all.extend(text(&row.concluded["expression"]).map(|concluded| (Group::Concluded, concluded)));
    let maintainers: BTreeSet<&String> = row.maintainers.iter().collect();
    all.extend(maintainers.iter().map(|name| (Group::Maintainer, (*name).clone())));
    if maintainers.is_empty() {
        all.push((Group::Maintainer, "(nobody)".to_owned()));
    }
    all
}

/// Names of `group` in any of the reports; those with most packages and findings in the last report first.
fn ranked(all: &[Stats], group: Group) -> Vec<&str> {
    let names: BTreeSet<&str> = all.iter().flat_map(|stats| stats.names(group)).map(|(name, _)| name).collect();
    let last = |name: &str| all.last().map(|stats| stats.get(group, name)).unwrap_or_default();
    let mut names: Vec<&str> = names.into_iter().collect();
    names.sort_by_key(|name| std::cmp::Reverse((last(name).packages, last(name).findings)));
    names
}

/// A format of counts.
#[derive(Debug)]
pub struct StatsFormat {
    /// Its name on the command line.
    pub name: &'static str,
    /// Purpose.
    pub what: &'static str,
    escape: Escape,
    render: fn(&[Stats], Style, &mut dyn Write) -> io::Result<()>,
}

impl StatsFormat {
    /// Writes the counts of the reports, the oldest first, without anything that a terminal or a CI runner obeys.
    pub fn write(&self, all: &[Stats], style: Style, out: &mut dyn Write) -> io::Result<()> {
        let mut out = EscapingWriter::new(out, self.escape, style.colors());
        (self.render)(all, style, &mut out)?;
        out.flush()
    }
}

/// All formats of counts.
pub const FORMATS: &[StatsFormat] = &[
    StatsFormat { name: "text", what: "tables for people", escape: Escape::Text, render: words::render },
    StatsFormat { name: "json", what: "one document", escape: Escape::Json, render: data::json },
    StatsFormat { name: "csv", what: "one row a report, group and name", escape: Escape::Text, render: data::csv },
    StatsFormat {
        name: "html",
        what: "one page with a chart of the trend",
        escape: Escape::Text,
        render: page::render,
    },
];
