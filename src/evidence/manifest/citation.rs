//! `CITATION.cff`: `license`, an SPDX id or a list of which one may be chosen.

use yaml_rust2::{Yaml, YamlLoader};

use super::claim::claim;
use crate::evidence::detection::Seen;
use crate::evidence::page::Page;

pub(super) fn read(page: &Page<'_>, seen: &mut Seen) {
    let values = yaml_texts(page.text, "license");
    match values.as_slice() {
        [] => {}
        [one] => {
            claim(page, seen, "manifest/citation", "license", one);
        }
        several => {
            claim(page, seen, "manifest/citation", "license", &several.join(" OR "));
        }
    }
}

/// The texts of the top-level field `key`: one, or those of a list; none where the file is no YAML.
pub(super) fn yaml_texts(text: &str, key: &str) -> Vec<String> {
    // Deep nesting makes a recursive parser recurse; no manifest is large.
    if text.len() > 1 << 20
        || text.lines().any(|line| line.bytes().filter(|byte| matches!(byte, b'[' | b'{')).count() > 64)
    {
        return Vec::new();
    }
    let Ok(documents) = YamlLoader::load_from_str(text) else { return Vec::new() };
    match documents.first().map(|document| &document[key]) {
        Some(Yaml::String(value)) => vec![value.clone()],
        Some(Yaml::Array(list)) => list.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect(),
        _ => Vec::new(),
    }
}
