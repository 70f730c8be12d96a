//! Detections in the shape of ScanCode's output, in its own keys, so that ScanCode and Provenant read them.
//!
//! Knows the shape and the names of ScanCode's LicenseDB, and nothing of detection. A license without a key there, one of
//! our own or with added restrictions, is `unknown`; the SPDX expression beside it is always ours, unchanged. Holders of
//! copyright are left out: both readers refuse a holder without its line, and detection keeps no lines of holders.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::LazyLock;

use serde_json::{Value, json};

use super::detected::unread;
use super::json::{ROWS, write_document};
use crate::evidence::{Detection, Evidence, FileEvidence, Score, Unread, Witness};
use crate::license::{self, LicenseExpr};

/// Version of ScanCode's format that is written.
const OUTPUT_FORMAT: &str = "4.1.0";

/// Writes one document.
pub fn scancode(evidence: &Evidence, out: &mut dyn Write) -> io::Result<()> {
    let files: Vec<Value> = evidence.files.iter().map(file).collect();
    let document = json!({
        "headers": [header(evidence)],
        "license_detections": unique_detections(evidence),
        "files": files,
    });
    write_document(&document, ROWS, out)
}

fn header(evidence: &Evidence) -> Value {
    json!({
        "tool_name": "clarity",
        "tool_version": env!("CARGO_PKG_VERSION"),
        "options": {},
        "output_format_version": OUTPUT_FORMAT,
        "message": null,
        "errors": [],
        "warnings": [],
        "extra_data": {
            "spdx_license_list_version": license::list_version(),
            "files_count": evidence.files.len(),
        },
    })
}

fn file(file: &FileEvidence) -> Value {
    let expression = file.expression();
    let errors: Vec<String> =
        file.unread.iter().filter(|why| !matches!(why, Unread::Binary | Unread::Compiled(_))).map(unread).collect();
    let clues = file.detections.iter().filter(|one| one.class == Witness::Clue);
    json!({
        "path": file.path.as_str(),
        "type": "file",
        "size": file.size,
        "detected_license_expression": expression.as_ref().map(key_expression),
        "detected_license_expression_spdx": expression.map(|expr| expr.to_string()),
        "license_detections": file.stated().map(|one| detection(one, file)).collect::<Vec<_>>(),
        "license_clues": clues.map(|one| license_match(one, file)).collect::<Vec<_>>(),
        "percentage_of_license_text": percentage(file),
        "scan_errors": errors,
    })
}

fn detection(one: &Detection, file: &FileEvidence) -> Value {
    json!({
        "license_expression": key_expression(&one.expr),
        "license_expression_spdx": one.expr.to_string(),
        "matches": [license_match(one, file)],
        "identifier": identifier(one),
    })
}

fn license_match(one: &Detection, file: &FileEvidence) -> Value {
    let rule = Rule::of(one);
    json!({
        "license_expression": key_expression(&one.expr),
        "license_expression_spdx": one.expr.to_string(),
        "from_file": file.path.as_str(),
        "start_line": one.lines.first,
        "end_line": one.lines.last,
        "matcher": rule.matcher,
        "score": percent(one.score),
        "matched_length": matched(one, |text| text.split_whitespace().count()),
        "match_coverage": percent(one.score),
        "rule_relevance": 100,
        "rule_identifier": rule.identifier,
        "rule_url": null,
        "matched_text": one.quote,
    })
}

/// Detections of all files that are the same, once, with their number and the first of their matches.
fn unique_detections(evidence: &Evidence) -> Vec<Value> {
    let mut unique: BTreeMap<String, (usize, &Detection, &FileEvidence)> = BTreeMap::new();
    for file in &evidence.files {
        for one in file.stated() {
            unique.entry(identifier(one)).or_insert((0, one, file)).0 += 1;
        }
    }
    let row = |(identifier, (count, one, file)): (String, (usize, &Detection, &FileEvidence))| {
        json!({
            "identifier": identifier,
            "license_expression": key_expression(&one.expr),
            "license_expression_spdx": one.expr.to_string(),
            "detection_count": count,
            "reference_matches": [license_match(one, file)],
        })
    };
    unique.into_iter().map(row).collect()
}

/// The key of what has none.
const UNKNOWN: &str = "unknown";

/// Keys that do not follow from the id.
static KEYS: LazyLock<BTreeMap<&'static str, &'static str>> = LazyLock::new(|| {
    let rows = include_str!("scancode_keys.txt").lines().filter(|line| !line.starts_with('#'));
    rows.filter_map(|line| line.split_once(' ')).collect()
});

/// ScanCode's key of a license or exception, e.g. `gpl-2.0-plus` of `GPL-2.0-or-later`.
fn key(id: &str) -> String {
    if let Some(key) = KEYS.get(id) {
        return (*key).to_owned();
    }
    if let Some(own) = id.strip_prefix("LicenseRef-") {
        let known = own.strip_prefix("scancode-").or(Some(own).filter(|own| *own == "public-domain"));
        return known.unwrap_or(UNKNOWN).to_owned();
    }
    if license::license(id).is_none() && license::exception(id).is_none() {
        return UNKNOWN.to_owned();
    }
    let lower = id.to_ascii_lowercase();
    match lower.strip_suffix("-or-later") {
        Some(base) => format!("{base}-plus"),
        None => lower.strip_suffix("-only").unwrap_or(&lower).to_owned(),
    }
}

/// The expression in ScanCode's keys; its operators are in upper case as well.
fn key_expression(expr: &LicenseExpr) -> String {
    let text = expr.to_string();
    let is_of_id = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.' | '+' | ':');
    let mut keys = String::new();
    for part in text.split_inclusive(|letter| !is_of_id(letter)) {
        let word = part.trim_end_matches(|letter| !is_of_id(letter));
        match word {
            "" | "AND" | "OR" | "WITH" => keys.push_str(word),
            id => keys.push_str(&key(id)),
        }
        keys.push_str(&part[word.len()..]);
    }
    keys
}

/// The matcher and the rule that a match is reported under.
struct Rule {
    matcher: &'static str,
    identifier: String,
}

impl Rule {
    /// A text of one license with a key is the rule of that text. Everything else has a rule that says its own
    /// expression: of the rules of others, only those with these names need no entry in ScanCode's index.
    fn of(one: &Detection) -> Rule {
        let keys = key_expression(&one.expr);
        let digest = &digest(one)[..40];
        if keys.split([' ', '(', ')']).any(|key| key == UNKNOWN) {
            return Rule { matcher: "6-unknown", identifier: format!("license-detection-unknown-{digest}") };
        }
        if one.class == Witness::Text && !keys.contains(' ') {
            let matcher = if one.score == Score::FULL { "1-hash" } else { "3-seq" };
            return Rule { matcher, identifier: format!("{keys}.LICENSE") };
        }
        let matcher = if one.class == Witness::Tag { "1-spdx-id" } else { "2-aho" };
        Rule { matcher, identifier: format!("spdx-license-identifier-{}-{digest}", safe(&keys)) }
    }
}

/// The name of a detection, the same for the same words: its expression, and a UUID of what was matched.
fn identifier(one: &Detection) -> String {
    let hex = digest(one);
    let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..32]];
    format!("{}-{}", safe(&key_expression(&one.expr)), parts.join("-"))
}

fn digest(one: &Detection) -> String {
    let content = (one.expr.to_string(), one.class.name(), one.score.0, &one.quote);
    blake3::hash(format!("{content:?}").as_bytes()).to_hex().to_string()
}

/// `expression` with `_` for all but letters and digits.
fn safe(expression: &str) -> String {
    let letters = expression.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' });
    letters.collect::<String>().trim_matches('_').to_owned()
}

/// Hundredths of a percent as percent.
fn percent(score: Score) -> f64 {
    f64::from(score.0) / 100.0
}

/// The size of what was matched: of the license text, or of the quoted words.
fn matched(one: &Detection, size: impl Fn(&str) -> usize) -> usize {
    let text = one.expr.terms().first().and_then(|term| license::license(&term.id())).map_or("", |listed| listed.text);
    match one.class == Witness::Text && one.quote.is_empty() {
        true => size(text) * usize::from(one.score.0) / usize::from(Score::FULL.0),
        false => size(&one.quote),
    }
}

/// Bytes of license words of all bytes, in percent: 100 at most.
fn percentage(file: &FileEvidence) -> f64 {
    let bytes: usize = file.stated().map(|one| matched(one, str::len)).sum();
    let hundredths = (bytes as u64 * 10_000).checked_div(file.size).unwrap_or(0).min(10_000);
    hundredths as f64 / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Detector, Options, assemble};
    use crate::license::parse;
    use crate::text::RelPath;

    fn written(path: &str, text: &str) -> Value {
        let path = RelPath::new(path).expect("relative");
        let evidence = assemble(vec![Detector::new(&Options::default()).read(&path, text.as_bytes())]);
        let mut out = Vec::new();
        scancode(&evidence, &mut out).expect("written");
        serde_json::from_slice(&out).expect("JSON")
    }

    #[test]
    fn expressions_are_in_the_keys_of_the_licensedb() {
        let cases = [
            ("GPL-2.0-or-later WITH Classpath-exception-2.0", "gpl-2.0-plus WITH classpath-exception-2.0"),
            ("MIT OR (BSD-3-Clause AND GPL-3.0-only)", "mit OR (bsd-new AND gpl-3.0)"),
            ("LicenseRef-public-domain AND LicenseRef-scancode-other-permissive", "public-domain AND other-permissive"),
            ("LicenseRef-modified-MIT", "unknown"),
            ("MIT AND LicenseRef-Frob-0.5", "mit AND unknown"),
        ];
        for (spdx, keys) in cases {
            let expr = parse(spdx).expect("an expression");
            assert_eq!(key_expression(&expr), keys, "{spdx}");
        }
    }

    #[test]
    fn every_row_names_a_listed_id_and_differs_from_the_rule() {
        for (id, key) in KEYS.iter() {
            assert!(license::license(id).is_some() || license::exception(id).is_some(), "{id}");
            assert_ne!(key.replace("-plus", "-or-later"), id.to_ascii_lowercase(), "{id} follows the rule");
        }
    }

    #[test]
    fn a_tag_and_a_text_have_rules_and_identifiers() {
        let tagged = written("a.c", "// SPDX-License-Identifier: GPL-2.0-or-later\nint a;\n");
        let seen = &tagged["files"][0]["license_detections"][0];
        assert_eq!(seen["license_expression"], "gpl-2.0-plus");
        assert!(seen["identifier"].as_str().is_some_and(|name| name.starts_with("gpl_2_0_plus-")), "{seen}");
        assert_eq!(tagged["license_detections"][0]["identifier"], seen["identifier"]);
        assert_eq!(tagged["license_detections"][0]["detection_count"], 1);
        let rule = seen["matches"][0]["rule_identifier"].as_str().expect("a name");
        assert!(rule.starts_with("spdx-license-identifier-gpl_2_0_plus-"), "{rule}");
        let mit = written("LICENSE", license::license("MIT").expect("listed").text);
        let detections = mit["files"][0]["license_detections"].as_array().expect("a list");
        let rules: Vec<&Value> = detections.iter().map(|one| &one["matches"][0]["rule_identifier"]).collect();
        assert!(rules.contains(&&json!("mit.LICENSE")), "{rules:?}");
        assert!(mit["files"][0]["percentage_of_license_text"].as_f64().is_some_and(|percent| percent > 80.0));
    }
}
