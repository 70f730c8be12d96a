//! `*.gemspec`: `spec.license = "MIT"` and `spec.licenses = ["MIT", "Ruby"]`, literal strings only.

use super::claim::claim;
use crate::evidence::detection::Seen;
use crate::evidence::page::Page;

pub(super) fn read(page: &Page<'_>, seen: &mut Seen) {
    for line in page.text.lines() {
        let Some((key, value)) = line.split_once('=') else { continue };
        let key = key.trim();
        if !(key.ends_with(".license") || key.ends_with(".licenses")) {
            continue;
        }
        // RubyGems: several licenses in the list are a choice.
        let names: Vec<&str> = literals(value);
        match names.as_slice() {
            [] => {}
            [name] => {
                claim(page, seen, "manifest/gemspec", ".license", name);
            }
            several if several.iter().all(|name| crate::license::parse(name).is_ok()) => {
                let line_start = line.as_ptr() as usize - page.text.as_ptr() as usize;
                claim(page, seen, "manifest/gemspec", ".license", &several.join(" OR "));
                if let Some(last) = seen.detections.last_mut() {
                    let line = page.line_at(line_start as u32);
                    last.lines = page.line_range(line);
                }
            }
            several => {
                for name in several {
                    claim(page, seen, "manifest/gemspec", ".license", name);
                }
            }
        }
    }
}

/// The literal strings in `text`, also `%q{..}` and those of `%w[..]`.
fn literals(text: &str) -> Vec<&str> {
    if let Some((_, list)) = text.split_once("%w") {
        return list.trim_matches(|letter: char| !letter.is_ascii_alphanumeric()).split_whitespace().collect();
    }
    if let Some((_, one)) = text.split_once("%q").or_else(|| text.split_once("%Q")) {
        return vec![one.trim().trim_matches(['{', '}', '(', ')', '[', ']', '|', '!'])];
    }
    let quote = if text.contains('"') { '"' } else { '\'' };
    text.split(quote).skip(1).step_by(2).collect()
}
