//! Two reports of `clarity scan`: which findings went away and which came.
//!
//! Findings are the same by their identity, so that lines that move and words that change make no difference.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::check;
use crate::triage::Entry;

/// Improvements and regressions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Findings of the old report that the new one does not have.
    pub better: Vec<Seen>,
    /// Findings of the new report that the old one did not have.
    pub worse: Vec<Seen>,
    /// Findings of the old report about sources that the new one did not look at.
    pub unseen: Vec<Seen>,
    /// How many both have.
    pub same: usize,
}

/// A finding of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Its identity.
    pub entry: Entry,
    /// e.g. `error`.
    pub severity: String,
    /// Message.
    pub message: String,
    /// The file of the checkout.
    pub file: Option<String>,
}

/// Why a text is no report.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no report: {0}; write one with `clarity scan --output json=FILE`")]
pub struct BadReport(String);

/// A row, as far as it matters here.
#[derive(Debug, Deserialize)]
struct Row {
    kind: String,
    #[serde(default)]
    attr: String,
    #[serde(default)]
    check: String,
    #[serde(default)]
    declared: Value,
    #[serde(default)]
    concluded: Value,
    #[serde(default)]
    severity: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    file: Option<String>,
    #[serde(default)]
    verdict: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Document<R> {
    rows: Vec<R>,
}

impl Progress {
    /// True where both reports have the same findings.
    pub fn is_same(&self) -> bool {
        self.better.is_empty() && self.worse.is_empty() && self.unseen.is_empty()
    }
}

/// True where `text` looks like a report of `--format json` or `jsonl`.
pub fn is_report(text: &str) -> bool {
    rows(text).is_ok_and(|rows: Vec<Row>| rows.iter().any(|row| row.kind == "summary"))
}

/// Improvements and regressions from the report `old` to the report `new`.
pub fn progress(old: &str, new: &str) -> Result<Progress, BadReport> {
    let (old, new): (Vec<Row>, Vec<Row>) = (rows(old)?, rows(new)?);
    let packages = |row: &&Row| row.kind == "package";
    let known: BTreeSet<&str> = new.iter().filter(packages).map(|row| row.attr.as_str()).collect();
    let looked_at: BTreeSet<&str> =
        new.iter().filter(packages).filter(|row| row.verdict.is_some()).map(|row| row.attr.as_str()).collect();
    let mut after: BTreeMap<Entry, Vec<Seen>> = BTreeMap::new();
    for seen in new.iter().filter_map(finding) {
        after.entry(seen.entry.clone()).or_default().push(seen);
    }
    let mut progress = Progress::default();
    for seen in old.iter().filter_map(finding) {
        let (attr, by_metadata) = (seen.entry.attr.as_str(), is_metadata_only(&seen.entry.check));
        if after.get_mut(&seen.entry).and_then(Vec::pop).is_some() {
            progress.same += 1;
        } else if !by_metadata
            && seen.entry.check != check::NOT_SCANNED.id
            && known.contains(attr)
            && !looked_at.contains(attr)
        {
            progress.unseen.push(seen);
        } else {
            progress.better.push(seen);
        }
    }
    progress.worse.extend(after.into_values().flatten());
    for list in [&mut progress.better, &mut progress.worse, &mut progress.unseen] {
        list.sort_by(|a, b| a.entry.cmp(&b.entry));
    }
    Ok(progress)
}

/// The rows of a document, or of lines.
pub(in crate::report) fn rows<R: DeserializeOwned>(text: &str) -> Result<Vec<R>, BadReport> {
    if let Ok(document) = serde_json::from_str::<Document<R>>(text) {
        return Ok(document.rows);
    }
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| serde_json::from_str(line).map_err(|error| BadReport(error.to_string()))).collect()
}

/// The finding of a row, unless somebody silenced it.
fn finding(row: &Row) -> Option<Seen> {
    if row.kind != "finding" || row.state == "suppressed" {
        return None;
    }
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let concluded = if is_metadata_only(&row.check) { String::new() } else { text(&row.concluded) };
    Some(Seen {
        entry: Entry { attr: row.attr.clone(), check: row.check.clone(), declared: text(&row.declared), concluded },
        severity: row.severity.clone(),
        message: row.message.clone(),
        file: row.file.clone(),
    })
}

fn is_metadata_only(check: &str) -> bool {
    check::by_id(check).is_some_and(|check| check.metadata_only)
}
