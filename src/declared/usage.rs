//! How often each name of the license table is used.

use std::collections::{BTreeMap, BTreeSet};

use super::{Declared, Member};
use crate::tree::LicenseTable;

/// Counts by names of the table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// How many packages name it, once each.
    pub by_name: BTreeMap<String, usize>,
    /// How many packages were read.
    pub packages: usize,
    /// How many of them state something that could not be read in full: they may use any name.
    pub unknown: usize,
}

impl Usage {
    /// Counts what one package declares.
    pub fn add(&mut self, table: &LicenseTable, declared: &Declared) {
        self.packages += 1;
        if matches!(declared, Declared::Partial { .. } | Declared::Computed { .. }) {
            self.unknown += 1;
        }
        let names: BTreeSet<&str> = members(declared).into_iter().filter_map(|member| name(table, member)).collect();
        for name in names {
            *self.by_name.entry(name.to_owned()).or_default() += 1;
        }
    }

    /// The names of the table that no package uses. Names that are kept as `deprecated` ought not to be used.
    pub fn unused<'t>(&self, table: &'t LicenseTable) -> Vec<&'t str> {
        let names =
            table.records.iter().filter(|(name, record)| !record.deprecated && !self.by_name.contains_key(*name));
        names.map(|(name, _)| name.as_str()).collect()
    }
}

fn members(declared: &Declared) -> Vec<&Member> {
    match declared {
        Declared::Absent | Declared::Computed { .. } => Vec::new(),
        Declared::Malformed { known, .. } => known.iter().collect(),
        Declared::Resolved { statement, .. } => statement.members().iter().collect(),
        Declared::Branches { cases, .. } => cases.iter().flat_map(|(_, statement)| statement.members()).collect(),
        Declared::Partial { known, .. } => known.iter().collect(),
    }
}

/// The name in the table: as it was written where that is known, else the first record that is not deprecated and has
/// the short name.
fn name<'m>(table: &'m LicenseTable, member: &'m Member) -> Option<&'m str> {
    let written = member.attr.as_deref()?;
    if table.records.contains_key(written) {
        return Some(written);
    }
    let mut found = table.records.iter().filter(|(_, record)| record.short_name == written && !record.deprecated);
    found.next().map(|(name, _)| name.as_str())
}
