//! Rows from their files to a table: only the build script runs this.
//!
//! Invariant: a row that cannot be read, or that has no example for or none against it, ends the build with its name.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::pattern;

/// A file of rows.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Words that several patterns share.
    #[serde(default)]
    set: BTreeMap<String, String>,
    row: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    effect: String,
    pattern: Vec<String>,
    #[serde(default)]
    within: String,
    #[serde(default)]
    on: String,
    yes: Vec<String>,
    no: Vec<String>,
}

/// Words of a row; the matching part of the crate reads the same words.
const EFFECTS: &[&str] = &[
    "affirms",
    "grants",
    "states",
    "denies",
    "was",
    "will",
    "would",
    "requires",
    "quotes",
    "asks",
    "other",
    "or-later",
    "only",
    "version",
    "choice",
    "choice-above",
    "alternative",
    "parts",
    "exception",
];
const WITHIN: &[&str] = &["", "line", "sentence", "paragraph"];
const ON: &[&str] = &["", "prose", "markup", "code"];

/// The rows of one file, one line each: id, effect, reach, kind of file, pattern.
///
/// # Errors
///
/// The row and what is wrong with it.
pub(crate) fn table(toml: &str) -> Result<String, String> {
    let file: File = toml::from_str(toml).map_err(|error| error.to_string())?;
    let mut lines = String::new();
    for row in &file.row {
        check(row).map_err(|error| format!("row `{}`: {error}", row.id))?;
        for pattern in &row.pattern {
            let pattern = &with_sets(pattern, &file.set);
            pattern::parse(pattern).map_err(|error| format!("row `{}`: {error}", row.id))?;
            lines.push_str(&[&row.id, &row.effect, &row.within, &row.on, pattern].map(String::as_str).join("\t"));
            lines.push('\n');
        }
    }
    Ok(lines)
}

/// `pattern` with the words of each set in the place of its name.
fn with_sets(pattern: &str, sets: &BTreeMap<String, String>) -> String {
    sets.iter().fold(pattern.to_owned(), |pattern, (name, words)| pattern.replace(&format!("@{name}"), words))
}

fn check(row: &Row) -> Result<(), String> {
    let effect = row.effect.split(' ').next().unwrap_or_default();
    if !EFFECTS.contains(&effect) {
        return Err(format!("`{effect}` is no effect; choose one of {}", EFFECTS.join(", ")));
    }
    if !WITHIN.contains(&row.within.as_str()) || !ON.contains(&row.on.as_str()) {
        return Err("`within` is line, sentence or paragraph; `on` is prose, markup or code".to_owned());
    }
    if row.pattern.is_empty() || row.yes.is_empty() || row.no.is_empty() {
        return Err("a row needs a pattern, an example for it and one against it".to_owned());
    }
    Ok(())
}
