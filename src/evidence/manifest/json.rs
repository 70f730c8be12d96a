//! `package.json`, `bower.json` and `composer.json`: `license` as text, list or object, and the old `licenses`.

use serde_json::Value;

use super::claim::{claim, place, understood};
use crate::evidence::detection::{Pointer, Seen};
use crate::evidence::page::Page;
use crate::license::LicenseExpr;

pub(super) fn read(page: &Page<'_>, seen: &mut Seen) {
    let Ok(manifest) = serde_json::from_str::<Value>(page.text.trim_start_matches('\u{feff}')) else { return };
    let is_composer = page.path.name().eq_ignore_ascii_case("composer.json");
    let by = if is_composer { "manifest/composer" } else { "manifest/npm" };
    // A private package is not to be published and has no license to state: the word comes from a template.
    let is_private = manifest.get("private").and_then(Value::as_bool) == Some(true);
    for key in ["license", "licenses"] {
        match manifest.get(key) {
            Some(Value::String(name)) if name == UNLICENSED && is_private => {}
            Some(value) => field(page, seen, by, value),
            None => {}
        }
    }
}

/// npm's word for "nobody else may use it". The license with nearly that name is `Unlicense`.
const UNLICENSED: &str = "UNLICENSED";

fn field(page: &Page<'_>, seen: &mut Seen, by: &'static str, value: &Value) {
    let names = names(value);
    if let [name] = names.as_slice()
        && let Some(file) =
            name.to_ascii_uppercase().strip_prefix("SEE LICENSE IN ").map(|_| &name["SEE LICENSE IN ".len()..])
    {
        let lines = page.line_range(place(page.text, "icense", name));
        seen.pointers.push(Pointer {
            target: file.trim().trim_start_matches("./").to_owned(),
            lines,
            quote: (*name).to_owned(),
        });
        return;
    }
    // A list is a choice: npm's old `licenses` and composer's `license` both say so.
    let read: Vec<LicenseExpr> = names.iter().filter_map(|name| understood(name)).map(|said| said.expr).collect();
    if names.len() > 1 && read.len() == names.len() {
        if let Some(expr) = LicenseExpr::any(read) {
            let line = place(page.text, "icense", names[0]);
            claim(page, seen, by, "icense", &expr.to_string());
            if let Some(last) = seen.detections.last_mut() {
                last.lines = page.line_range(line);
            }
        }
        return;
    }
    for name in names {
        claim(page, seen, by, "icense", name);
    }
}

/// The license names in a field: a text, `{ "type": .. }`, or a list of these.
fn names(value: &Value) -> Vec<&str> {
    match value {
        Value::String(name) => vec![name],
        Value::Array(list) => list.iter().flat_map(names).collect(),
        Value::Object(object) => {
            ["type", "name", "license", "url"].iter().find_map(|key| object.get(*key)?.as_str()).into_iter().collect()
        }
        _ => Vec::new(),
    }
}
