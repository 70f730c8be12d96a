//! The license table: nixpkgs' own ids and what each stands for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Where a license table came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TableOrigin {
    /// `lib.licenses` of the checkout (or of the tree that `--nixpkgs` names): the file it was read from.
    Checkout(String),
    /// The facts that clarity carries, because there is no `lib` to read.
    Embedded,
}

/// `lib.licenses` as data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicenseTable {
    /// Where it came from.
    pub origin: TableOrigin,
    /// By attribute name, e.g. `gpl2Plus`.
    pub records: BTreeMap<String, LicenseRecord>,
    /// True where the table has `OR`, `AND` and `WITH`.
    pub has_operators: bool,
    /// True where the library beside it has `sourceTypes`, the words of `meta.sourceProvenance`.
    pub has_source_types: bool,
}

/// One entry of the table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicenseRecord {
    /// `shortName`, the attribute name where there is none.
    pub short_name: String,
    /// `spdxId`.
    pub spdx_id: Option<String>,
    /// `fullName`.
    pub full_name: Option<String>,
    /// `url`.
    pub url: Option<String>,
    /// `free`; true where it is not stated.
    pub free: bool,
    /// `redistributable`; `free` where it is not stated.
    pub redistributable: bool,
    /// `deprecated`; false where it is not stated.
    pub deprecated: bool,
}

/// The facts of nixpkgs' table of August 2026, and of October 2020 for names that are gone since. What follows from
/// the rest is left out: `shortName` that is the attribute name, the page at spdx.org as `url`, `free: true`,
/// `redistributable` that is as `free`, `deprecated: false`.
const FACTS: &str = include_str!("licenses.json");

/// One entry of the facts.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Facts {
    short_name: Option<String>,
    spdx_id: Option<String>,
    full_name: Option<String>,
    url: Option<String>,
    free: Option<bool>,
    redistributable: Option<bool>,
    deprecated: Option<bool>,
}

impl LicenseTable {
    /// The table that clarity carries, with operators.
    pub fn embedded() -> LicenseTable {
        let facts: BTreeMap<String, Facts> =
            serde_json::from_str(FACTS).expect("licenses.json is part of the program and a test reads it");
        let records = facts.into_iter().map(|(name, facts)| (name.clone(), facts.into_record(name))).collect();
        LicenseTable { origin: TableOrigin::Embedded, records, has_operators: true, has_source_types: true }
    }

    /// The name in the table: `written` where it is one, else that of the first record which is not deprecated and has
    /// this short name.
    pub fn name_of<'n>(&'n self, written: &'n str) -> Option<&'n str> {
        if self.records.contains_key(written) {
            return Some(written);
        }
        let mut found = self.records.iter().filter(|(_, record)| record.short_name == written && !record.deprecated);
        found.next().map(|(name, _)| name.as_str())
    }

    /// The same facts as JSON text, for the `lib` that is evaluated where a tree has none.
    pub fn embedded_json() -> &'static str {
        FACTS
    }
}

impl Facts {
    fn into_record(self, name: String) -> LicenseRecord {
        let free = self.free.unwrap_or(true);
        let page = self.spdx_id.as_ref().map(|id| format!("https://spdx.org/licenses/{id}.html"));
        LicenseRecord {
            short_name: self.short_name.unwrap_or(name),
            url: self.url.or(page),
            spdx_id: self.spdx_id,
            full_name: self.full_name,
            free,
            redistributable: self.redistributable.unwrap_or(free),
            deprecated: self.deprecated.unwrap_or(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LicenseTable, TableOrigin};

    #[test]
    fn the_embedded_table_fills_in_what_the_facts_leave_out() {
        let table = LicenseTable::embedded();
        assert_eq!(table.origin, TableOrigin::Embedded);
        let mit = &table.records["mit"];
        assert_eq!(mit.short_name, "mit");
        assert_eq!(mit.spdx_id.as_deref(), Some("MIT"));
        assert_eq!(mit.url.as_deref(), Some("https://spdx.org/licenses/MIT.html"));
        assert!(mit.free && mit.redistributable && !mit.deprecated);
    }

    #[test]
    fn unfree_licenses_are_redistributable_only_where_the_facts_say_so() {
        let table = LicenseTable::embedded();
        assert!(!table.records["unfree"].redistributable);
        assert!(!table.records["unfreeRedistributable"].free);
        assert!(table.records["unfreeRedistributable"].redistributable);
    }

    #[test]
    fn names_of_older_trees_are_in_the_embedded_table() {
        let table = LicenseTable::embedded();
        assert_eq!(table.records["agpl3"].spdx_id.as_deref(), Some("AGPL-3.0-only"));
        assert!(table.records["gpl2"].deprecated);
    }
}
