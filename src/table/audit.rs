//! Flaws of the license table itself.
//!
//! Compares records with the SPDX list and with each other; it looks at no package and proposes nothing for a license
//! that SPDX does not have. Invariant: each remark is about one record and is a statement that can be looked up.
//! A flag that the SPDX list does not set is no evidence: nobody has asked the FSF or the OSI about most licenses.

use std::collections::BTreeMap;
use std::fmt;

use super::{LicenseRecord, LicenseTable};
use crate::license::{self, LicenseInfo};

/// One thing that is wrong with one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The attribute name of the record.
    pub name: String,
    /// Error.
    pub flaw: Flaw,
}

/// Flaw of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// There is no `spdxId`, and SPDX has one for it.
    MissingId {
        /// The id of SPDX.
        id: &'static str,
        /// Field that names the license: the url, the full name or the attribute name.
        by: &'static str,
    },
    /// `spdxId` is deprecated.
    DeprecatedId {
        /// As the record has it.
        id: String,
        /// Present SPDX spellings, where one id or expression says the same.
        now: Option<String>,
    },
    /// `spdxId` is not on the SPDX list.
    InvalidId {
        /// As the record has it.
        id: String,
        /// The id that differs in case only.
        meant: Option<&'static str>,
    },
    /// The record points to the ScanCode LicenseDB, and SPDX has an id for that entry.
    LicenseDb {
        /// The id of SPDX.
        id: &'static str,
    },
    /// `free = false`, and the FSF or the OSI says otherwise.
    FreeFlag {
        /// Who: the FSF, the OSI or both.
        by: &'static str,
    },
    /// Another name has the same license.
    Duplicate {
        /// The first name with it.
        of: String,
        /// Equal part: the id, or the full name.
        by: &'static str,
    },
}

impl Flaw {
    /// The id of the check, e.g. `LIC070`: for ever.
    pub fn check(&self) -> &'static str {
        match self {
            Flaw::MissingId { .. } => "LIC070",
            Flaw::DeprecatedId { .. } => "LIC071",
            Flaw::InvalidId { .. } => "LIC072",
            Flaw::LicenseDb { .. } => "LIC073",
            Flaw::FreeFlag { .. } => "LIC074",
            Flaw::Duplicate { .. } => "LIC075",
        }
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Flaw::MissingId { id, by } => write!(f, "no spdxId; by its {by} this is {id}"),
            Flaw::DeprecatedId { id, now: Some(now) } => write!(f, "spdxId {id} is deprecated; SPDX writes {now}"),
            Flaw::DeprecatedId { id, now: None } => write!(f, "spdxId {id} is deprecated"),
            Flaw::InvalidId { id, meant: Some(meant) } => write!(f, "spdxId {id} is not on the SPDX list; {meant} is"),
            Flaw::InvalidId { id, meant: None } => write!(f, "spdxId {id} is not on the SPDX list"),
            Flaw::LicenseDb { id } => write!(f, "points to the ScanCode LicenseDB; SPDX has it as {id}"),
            Flaw::FreeFlag { by } => write!(f, "free = false, but {by} it is free"),
            Flaw::Duplicate { of, by } => write!(f, "the same {by} as {of}"),
        }
    }
}

/// All remarks on a table, in order of names and then of checks.
pub fn audit(table: &LicenseTable) -> Vec<Remark> {
    let known = Known::new();
    let mut remarks: Vec<Remark> = table
        .records
        .iter()
        .flat_map(|(name, record)| {
            let flaws = [id_flaw(name, record, &known), free_flaw(record)];
            flaws.into_iter().flatten().map(|flaw| Remark { name: name.clone(), flaw })
        })
        .chain(duplicates(table))
        .collect();
    remarks.sort_by(|a, b| (&a.name, a.flaw.check()).cmp(&(&b.name, b.flaw.check())));
    remarks
}

fn id_flaw(name: &str, record: &LicenseRecord, known: &Known) -> Option<Flaw> {
    let Some(id) = &record.spdx_id else {
        return absent_id_flaw(name, record, known);
    };
    if let Some(now) = deprecated(id) {
        return Some(Flaw::DeprecatedId { id: id.clone(), now });
    }
    if is_valid(id) {
        return None;
    }
    let meant = license::license_ignoring_case(id).map(|found| found.id);
    Some(Flaw::InvalidId { id: id.clone(), meant: meant.or_else(|| license::exception(id).map(|found| found.id)) })
}

fn absent_id_flaw(name: &str, record: &LicenseRecord, known: &Known) -> Option<Flaw> {
    let url = record.url.as_deref().unwrap_or_default();
    if let Some(id) = license_db_key(url).and_then(|key| known.by_id(key)) {
        return Some(Flaw::LicenseDb { id });
    }
    let found = |by, id: Option<&'static str>| id.map(|id| Flaw::MissingId { id, by });
    found("url", spdx_page(url).and_then(|key| known.by_id(key)))
        .or_else(|| found("full name", record.full_name.as_deref().and_then(|name| known.by_name(name))))
        .or_else(|| found("attribute name", known.by_id(name)))
}

/// `Some` where the id is deprecated, with what says the same now.
fn deprecated(id: &str) -> Option<Option<String>> {
    let superseded = license::license(id).is_some_and(|found| found.deprecated)
        || license::exception(id).is_some_and(|found| found.deprecated);
    superseded.then(|| license::parse(id).ok().map(|expr| expr.to_string()).filter(|now| now != id))
}

/// True for an id of the list as it is spelled there, for an exception, and for an expression of such ids.
fn is_valid(id: &str) -> bool {
    let on_list =
        |id: &str| license::license(id).is_some() || license::exception(id).is_some_and(|found| found.id == id);
    on_list(id)
        || id.contains(' ')
            && id.split([' ', '(', ')']).all(|word| matches!(word, "" | "AND" | "OR" | "WITH") || on_list(word))
}

fn free_flaw(record: &LicenseRecord) -> Option<Flaw> {
    let LicenseInfo { fsf_libre, osi_approved, .. } = license::license(record.spdx_id.as_deref()?)?;
    let by = match (fsf_libre, osi_approved) {
        _ if record.free => return None,
        (true, true) => "the FSF and the OSI say",
        (true, false) => "the FSF says",
        (false, true) => "the OSI says",
        (false, false) => return None,
    };
    Some(Flaw::FreeFlag { by })
}

/// Records with the id, or without ids with the full name and url, of an earlier name. Names that are kept as
/// `deprecated` on purpose repeat others by design.
fn duplicates(table: &LicenseTable) -> Vec<Remark> {
    let mut seen: BTreeMap<(&str, &str), &str> = BTreeMap::new();
    let mut remarks = Vec::new();
    for (name, record) in table.records.iter().filter(|(_, record)| !record.deprecated) {
        let (by, key) = match (&record.spdx_id, &record.full_name, &record.url) {
            (Some(id), ..) => ("spdxId", (id.as_str(), "")),
            (None, Some(full_name), Some(url)) => ("full name and url", (full_name.as_str(), url.as_str())),
            _ => continue,
        };
        if let Some(first) = seen.get(&key) {
            remarks.push(Remark { name: name.clone(), flaw: Flaw::Duplicate { of: (*first).to_owned(), by } });
        } else {
            seen.insert(key, name);
        }
    }
    remarks
}

/// The ids of the SPDX list by their plain spelling, and by the plain spelling of the full name.
struct Known {
    ids: BTreeMap<String, &'static str>,
    names: BTreeMap<String, Option<&'static str>>,
}

impl Known {
    fn new() -> Known {
        let mut known = Known { ids: BTreeMap::new(), names: BTreeMap::new() };
        for entry in license::licenses().filter(|entry| !entry.deprecated) {
            known.ids.insert(plain(entry.id), entry.id);
            // A name that two licenses share names neither.
            known.names.entry(plain_name(entry.name)).and_modify(|id| *id = None).or_insert(Some(entry.id));
        }
        for entry in license::exceptions().filter(|entry| !entry.deprecated) {
            known.ids.insert(plain(entry.id), entry.id);
        }
        known
    }

    fn by_id(&self, spelled: &str) -> Option<&'static str> {
        self.ids.get(&plain(spelled)).copied()
    }

    fn by_name(&self, spelled: &str) -> Option<&'static str> {
        self.names.get(&plain_name(spelled)).copied().flatten()
    }
}

/// Letters and digits, in lower case: `BlueOak-1.0.0` and `blueOak100` are spelled alike.
fn plain(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|char| char.to_ascii_lowercase()).collect()
}

/// A full name without the words that are left out as often as they are written, and with versions spelled one way.
fn plain_name(text: &str) -> String {
    let lower = text.to_lowercase();
    let words = lower.split(|char: char| !char.is_alphanumeric() && char != '.').filter(|word| !word.is_empty());
    let kept = words.filter(|word| !matches!(*word, "the" | "license" | "licence" | "version" | "v"));
    kept.map(|word| match word.strip_prefix('v') {
        Some(number) if number.starts_with(|char: char| char.is_ascii_digit()) => number.to_owned(),
        _ => word.to_owned(),
    })
    .collect::<Vec<_>>()
    .join(" ")
}

/// The id in the address of a page of spdx.org about one license or exception.
fn spdx_page(url: &str) -> Option<&str> {
    let page = without_scheme(url).strip_prefix("spdx.org/licenses/")?;
    Some(page.trim_end_matches(".html")).filter(|id| !id.is_empty() && !id.contains('/'))
}

/// The key in the address of an entry of the ScanCode LicenseDB.
fn license_db_key(url: &str) -> Option<&str> {
    let page = without_scheme(url).strip_prefix("scancode-licensedb.aboutcode.org/")?;
    Some(page.trim_end_matches(".html")).filter(|key| !key.is_empty())
}

fn without_scheme(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.trim_start_matches("www.")
}

#[cfg(test)]
mod tests {
    use super::audit;
    use crate::table::{LicenseRecord, LicenseTable, TableOrigin};

    fn remarks(records: &[(&str, LicenseRecord)]) -> Vec<(String, String)> {
        let records = records.iter().map(|(name, record)| ((*name).to_owned(), record.clone())).collect();
        let table =
            LicenseTable { origin: TableOrigin::Embedded, records, has_operators: false, has_source_types: true };
        audit(&table).into_iter().map(|remark| (remark.name, remark.flaw.to_string())).collect()
    }

    fn record(id: Option<&str>) -> LicenseRecord {
        LicenseRecord { spdx_id: id.map(str::to_owned), free: true, ..LicenseRecord::default() }
    }

    #[test]
    fn ids_that_are_current_are_not_remarked_upon() {
        assert!(remarks(&[("mit", record(Some("MIT"))), ("e", record(Some("Classpath-exception-2.0")))]).is_empty());
        assert!(remarks(&[("c", record(Some("GPL-2.0-only WITH Classpath-exception-2.0")))]).is_empty());
    }

    #[test]
    fn deprecated_and_misspelled_ids_name_what_to_write() {
        let found = remarks(&[("gpl2", record(Some("GPL-2.0"))), ("mit", record(Some("mit")))]);
        assert_eq!(found[0].1, "spdxId GPL-2.0 is deprecated; SPDX writes GPL-2.0-only");
        assert_eq!(found[1].1, "spdxId mit is not on the SPDX list; MIT is");
    }

    #[test]
    fn records_without_an_id_are_found_by_url_and_by_name() {
        let by_url = LicenseRecord { url: Some("https://spdx.org/licenses/Zlib.html".into()), ..record(None) };
        let by_name = LicenseRecord { full_name: Some("The zlib Licence".into()), ..record(None) };
        let entry = Some("https://scancode-licensedb.aboutcode.org/blueoak-1.0.0.html".into());
        let by_entry = LicenseRecord { url: entry, ..record(None) };
        let found = remarks(&[("a", by_url), ("b", by_name), ("c", by_entry)]);
        assert_eq!(found[0].1, "no spdxId; by its url this is Zlib");
        assert_eq!(found[1].1, "no spdxId; by its full name this is Zlib");
        assert_eq!(found[2].1, "points to the ScanCode LicenseDB; SPDX has it as BlueOak-1.0.0");
    }

    #[test]
    fn free_is_held_against_what_fsf_and_osi_say_and_not_against_their_silence() {
        let unfree = |id| LicenseRecord { free: false, ..record(Some(id)) };
        let found =
            remarks(&[("mit", unfree("MIT")), ("x", unfree("CC-BY-NC-4.0")), ("y", record(Some("CC-BY-NC-3.0")))]);
        assert_eq!(found.len(), 1);
        assert!(found[0].1.starts_with("free = false"), "{found:?}");
    }

    #[test]
    fn one_id_under_two_names_is_a_duplicate_unless_one_is_kept_as_deprecated() {
        let old = LicenseRecord { deprecated: true, ..record(Some("MIT")) };
        let found = remarks(&[("a", record(Some("MIT"))), ("b", record(Some("MIT"))), ("c", old)]);
        assert_eq!(found, [("b".to_owned(), "the same spdxId as a".to_owned())]);
    }
}
