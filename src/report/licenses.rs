//! The license table of a checkout: its records, what is wrong with them, and how often they are used.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::Style;
use super::json::{ROWS, write_document};
use super::paint::{Mood, painted};
use super::wire::SCHEMA;
use crate::check;
use crate::license;
use crate::table::Usage;
use crate::table::{LicenseTable, Remark, TableOrigin};

/// Everything that `clarity licenses` says.
#[derive(Clone, Debug)]
pub struct TableReport {
    /// The tree as the user named it.
    pub tree: String,
    /// The table.
    pub table: LicenseTable,
    /// Flaw.
    pub remarks: Vec<Remark>,
    /// How often its names are used.
    pub usage: Usage,
}

impl TableReport {
    fn origin(&self) -> &str {
        match &self.table.origin {
            TableOrigin::Checkout(file) => file,
            TableOrigin::Embedded => "embedded",
        }
    }

    fn used(&self, name: &str) -> usize {
        self.usage.by_name.get(name).copied().unwrap_or_default()
    }

    fn remarks_on(&self, name: &str) -> impl Iterator<Item = &Remark> {
        self.remarks.iter().filter(move |remark| remark.name == name)
    }

    fn by_check(&self) -> BTreeMap<&'static str, usize> {
        let mut counts = BTreeMap::new();
        for remark in &self.remarks {
            *counts.entry(remark.flaw.check()).or_default() += 1;
        }
        counts
    }

    /// Writes it for people: a line a record, most used first, its remarks below it, then the totals.
    pub fn write_terminal(&self, style: Style, out: &mut dyn Write) -> io::Result<()> {
        let mut names: Vec<&str> = self.table.records.keys().map(String::as_str).collect();
        names.sort_by_key(|name| (std::cmp::Reverse(self.used(name)), *name));
        let width = names.iter().map(|name| name.len()).max().unwrap_or_default();
        writeln!(out, "{:>8}  {:width$}  spdxId", "packages", "name")?;
        for name in names {
            let id = self.table.records[name].spdx_id.as_deref().unwrap_or("-");
            writeln!(out, "{:>8}  {name:width$}  {id}", self.used(name))?;
            for remark in self.remarks_on(name) {
                let check = painted(remark.flaw.check(), Mood::Open, style);
                writeln!(out, "{:>8}    {check} {}: {}", "", name_of(remark), remark.flaw)?;
            }
        }
        self.write_totals(style, out)
    }

    fn write_totals(&self, style: Style, out: &mut dyn Write) -> io::Result<()> {
        let records = &self.table.records;
        let with_id = records.values().filter(|record| record.spdx_id.is_some()).count();
        let unused = self.usage.unused(&self.table);
        writeln!(out, "\ntable: {} ({} names, {with_id} with an spdxId)", self.origin(), records.len())?;
        writeln!(out, "compared with: SPDX license list {}", license::list_version())?;
        let Usage { packages, unknown, .. } = self.usage;
        writeln!(out, "packages: {packages}, of which {unknown} state a license that is not known in full")?;
        writeln!(out, "unused: {}", if unused.is_empty() { "none".to_owned() } else { unused.join(" ") })?;
        let counts: Vec<_> = self.by_check().into_iter().map(|(check, count)| format!("{count} {check}")).collect();
        let (remarks, mood) =
            if counts.is_empty() { ("none".to_owned(), Mood::Good) } else { (counts.join(", "), Mood::Open) };
        writeln!(out, "remarks: {}", painted(&remarks, mood, style))
    }

    /// Writes one JSON document.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        write_document(&self.document(), ROWS, out)
    }

    fn document(&self) -> Document<'_> {
        Document {
            schema: SCHEMA,
            tool: "clarity",
            version: env!("CARGO_PKG_VERSION"),
            tree: &self.tree,
            license_table: self.origin(),
            spdx_list: license::list_version(),
            operators: self.table.has_operators,
            packages: self.usage.packages,
            packages_not_known: self.usage.unknown,
            by_check: self.by_check(),
            unused: self.usage.unused(&self.table),
            licenses: self.table.records.keys().map(|name| self.row(name)).collect(),
        }
    }

    fn row<'r>(&'r self, name: &'r str) -> RecordRow<'r> {
        let record = &self.table.records[name];
        let spdx = record.spdx_id.as_deref();
        RecordRow {
            name,
            spdx_id: spdx,
            full_name: record.full_name.as_deref(),
            url: record.url.as_deref(),
            free: record.free,
            redistributable: record.redistributable,
            deprecated: record.deprecated,
            fsf_libre: spdx.and_then(license::license).map(|found| found.fsf_libre),
            osi_approved: spdx.and_then(license::license).map(|found| found.osi_approved),
            packages: self.used(name),
            findings: self.remarks_on(name).map(finding).collect(),
        }
    }
}

fn name_of(remark: &Remark) -> &'static str {
    check::documented(remark.flaw.check()).map_or("", |audit| audit.name)
}

fn finding(remark: &Remark) -> FindingRow {
    FindingRow { check: remark.flaw.check(), name: name_of(remark), message: remark.flaw.to_string() }
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    tool: &'static str,
    version: &'static str,
    tree: &'a str,
    license_table: &'a str,
    spdx_list: &'a str,
    operators: bool,
    packages: usize,
    packages_not_known: usize,
    by_check: BTreeMap<&'static str, usize>,
    unused: Vec<&'a str>,
    licenses: Vec<RecordRow<'a>>,
}

#[derive(Serialize)]
struct RecordRow<'a> {
    name: &'a str,
    spdx_id: Option<&'a str>,
    full_name: Option<&'a str>,
    url: Option<&'a str>,
    free: bool,
    redistributable: bool,
    deprecated: bool,
    fsf_libre: Option<bool>,
    osi_approved: Option<bool>,
    packages: usize,
    findings: Vec<FindingRow>,
}

#[derive(Serialize)]
struct FindingRow {
    check: &'static str,
    name: &'static str,
    message: String,
}
