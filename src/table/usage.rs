//! How often each name of the license table is used.

use std::collections::{BTreeMap, BTreeSet};

use super::LicenseTable;

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
    /// Counts one package that states `written`, names as they were written or short names. `is_open`: it states more,
    /// which could not be read.
    pub fn add<'n>(&mut self, table: &LicenseTable, written: impl IntoIterator<Item = &'n str>, is_open: bool) {
        self.packages += 1;
        self.unknown += usize::from(is_open);
        let names: BTreeSet<&str> = written.into_iter().filter_map(|written| table.name_of(written)).collect();
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
