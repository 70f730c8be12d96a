//! `Cargo.toml`: `package.license`, also of a workspace; `license-file` leads to the text.

use super::claim::{claim, place};
use crate::evidence::detection::{Pointer, Seen};
use crate::evidence::page::Page;

pub(super) fn read(page: &Page<'_>, seen: &mut Seen) {
    let Ok(manifest) = page.text.parse::<toml::Table>() else { return };
    let workspace = manifest.get("workspace").and_then(|table| table.get("package"));
    for package in [manifest.get("package"), workspace].into_iter().flatten() {
        let field = |name: &str| package.get(name).and_then(toml::Value::as_str);
        if field("license").is_some_and(|value| claim(page, seen, "manifest/cargo", "license", value)) {
            continue;
        }
        if let Some(file) = field("license-file") {
            let span = place(page.text, "license-file", file);
            seen.pointers.push(Pointer {
                target: file.to_owned(),
                lines: page.line_range(span),
                quote: format!("license-file = \"{file}\""),
            });
        }
    }
}
