//! Perl distributions: `META.json`, `META.yml`, `dist.ini`, `Makefile.PL`. Their license names are CPAN's own.

use super::claim::{claim, place};
use crate::evidence::detection::Seen;
use crate::evidence::page::Page;

/// The names of the CPAN::Meta specification, versions 1.4 and 2.
const NAMES: &[(&str, &str)] = &[
    ("perl_5", "Artistic-1.0-Perl OR GPL-1.0-or-later"),
    ("perl", "Artistic-1.0-Perl OR GPL-1.0-or-later"),
    ("agpl_3", "AGPL-3.0-only"),
    ("apache", "Apache-2.0"),
    ("apache_1_1", "Apache-1.1"),
    ("apache_2_0", "Apache-2.0"),
    ("artistic_1", "Artistic-1.0"),
    ("artistic", "Artistic-1.0"),
    ("artistic_2", "Artistic-2.0"),
    ("artistic2", "Artistic-2.0"),
    ("bsd", "BSD-3-Clause"),
    ("freebsd", "BSD-2-Clause"),
    ("gfdl_1_2", "GFDL-1.2-only"),
    ("gfdl_1_3", "GFDL-1.3-only"),
    ("gpl", "GPL-1.0-or-later"),
    ("gpl_1", "GPL-1.0-only"),
    ("gpl_2", "GPL-2.0-only"),
    ("gpl_3", "GPL-3.0-only"),
    ("lgpl", "LGPL-2.0-or-later"),
    ("lgpl_2_1", "LGPL-2.1-only"),
    ("lgpl_3_0", "LGPL-3.0-only"),
    ("mit", "MIT"),
    ("mozilla", "MPL-1.1"),
    ("mozilla_1_0", "MPL-1.0"),
    ("mozilla_1_1", "MPL-1.1"),
    ("openssl", "OpenSSL"),
    ("qpl_1_0", "QPL-1.0"),
    ("ssleay", "SSLeay-standalone"),
    ("sun", "SISSL"),
    ("zlib", "Zlib"),
];

/// `META.json` and `META.yml`.
pub(super) fn read_meta(page: &Page<'_>, seen: &mut Seen) {
    let values = match serde_json::from_str::<serde_json::Value>(page.text) {
        Ok(meta) => texts(meta.get("license")),
        Err(_) => super::yaml::texts(page.text, "license"),
    };
    for value in values {
        known(page, seen, &value);
    }
}

fn texts(value: Option<&serde_json::Value>) -> Vec<String> {
    match value {
        Some(serde_json::Value::String(text)) => vec![text.clone()],
        Some(serde_json::Value::Array(list)) => list.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect(),
        _ => Vec::new(),
    }
}

/// `license = Perl_5` of Dist::Zilla, `LICENSE => 'perl'` of ExtUtils::MakeMaker, `license 'perl';` of Module::Install.
pub(super) fn read_build(page: &Page<'_>, seen: &mut Seen) {
    for line in page.text.lines() {
        let line = line.trim().trim_start_matches(['\'', '"']);
        let Some(rest) = line.get(..7).filter(|key| key.eq_ignore_ascii_case("license")).map(|_| &line[7..]) else {
            continue;
        };
        let value = rest.trim_start_matches(['\'', '"']).trim_start_matches([' ', '\t', '=', '>', '(']);
        let value =
            value.trim_start_matches(['\'', '"']).split(['\'', '"', ',', ';', ')', '#']).next().unwrap_or("").trim();
        if !value.is_empty() {
            known(page, seen, value);
        }
    }
}

fn known(page: &Page<'_>, seen: &mut Seen, value: &str) {
    let name = value.trim().to_ascii_lowercase();
    let expr = NAMES.iter().find(|(known, _)| *known == name).map(|(_, expr)| *expr);
    match expr {
        Some(expr) => {
            if claim(page, seen, "manifest/perl", "icense", expr)
                && let Some(last) = seen.detections.last_mut()
            {
                last.lines = page.line_range(place(page.text, "icense", value));
                last.quote = format!("license: {value}");
                last.note = Some(format!("CPAN name `{value}`").into());
            }
        }
        None => {
            claim(page, seen, "manifest/perl", "icense", value);
        }
    }
}
