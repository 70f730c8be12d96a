//! Counts for programs: JSON and CSV.

use std::collections::BTreeMap;
use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::{Count, GROUPS, Stats};
use crate::report::Style;
use crate::report::json::{ROWS, write_document};
use crate::report::sheet::harmless;

/// The version of the format: it only gains fields while it stays the same.
const SCHEMA: u32 = 1;

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Statistics")]
struct Document<'a> {
    schema: u32,
    tool: &'static str,
    version: &'static str,
    /// In the order in which they were named.
    reports: Vec<ReportRow<'a>>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ReportRow<'a> {
    name: &'a str,
    packages: usize,
    findings: usize,
    /// Groups (`verdict`, `severity`, `check`, `freeness`, `declared`, `concluded`, `set`, `maintainer`) and the names in
    /// them.
    by: BTreeMap<&'static str, BTreeMap<&'a str, CountRow>>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct CountRow {
    packages: usize,
    /// Findings that are neither known nor suppressed.
    findings: usize,
}

/// The JSON Schema of `clarity stats --format json`.
pub fn schema() -> serde_json::Value {
    crate::report::json::published().into_root_schema_for::<Document<'static>>().to_value()
}

/// Writes one document.
pub(super) fn json(all: &[Stats], _: Style, out: &mut dyn Write) -> io::Result<()> {
    let reports = all.iter().map(report).collect();
    let document = Document { schema: SCHEMA, tool: "clarity", version: env!("CARGO_PKG_VERSION"), reports };
    write_document(&document, ROWS, out)
}

fn report(stats: &Stats) -> ReportRow<'_> {
    let row = |(name, Count { packages, findings })| (name, CountRow { packages, findings });
    let by = GROUPS.iter().map(|group| (group.name(), stats.names(*group).map(row).collect()));
    let Count { packages, findings } = stats.total;
    ReportRow { name: &stats.name, packages, findings, by: by.collect() }
}

/// Writes a head, and one row a report, group and name.
pub(super) fn csv(all: &[Stats], _: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut rows = csv::Writer::from_writer(out);
    rows.write_record(["report", "group", "name", "packages", "findings"])?;
    for stats in all {
        for group in GROUPS {
            for (name, count) in stats.names(group) {
                let (packages, findings) = (count.packages.to_string(), count.findings.to_string());
                let cells = [harmless(&stats.name), group.name().to_owned(), harmless(name), packages, findings];
                rows.write_record(cells)?;
            }
        }
    }
    rows.flush()
}
