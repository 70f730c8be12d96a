//! Detections of another engine, in the shape of ScanCode's output: they stand in the place of ours on the same lines,
//! and beside all others.
//!
//! Says nothing of how right the other engine is. Each witness says in its note who saw it, so that a reader can tell;
//! what fits no file, or is no expression that can be read, is counted and never dropped in silence.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::detection::{Detection, Evidence, Score, Witness};
use crate::license;
use crate::text::LineRange;

/// Outcome of importing the detections of another engine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Witnesses of the other engine.
    pub added: usize,
    /// Witnesses of our own that others on the same lines replaced.
    pub replaced: usize,
    /// Files with witnesses that were not looked at here.
    pub strange_files: usize,
    /// Witnesses whose expression could not be read.
    pub unreadable: usize,
}

/// The name of what was imported, as evidence has it.
const ID: &str = "import";

#[derive(Deserialize)]
struct Scan {
    #[serde(default)]
    headers: Vec<Header>,
    files: Vec<Scanned>,
}

#[derive(Deserialize)]
struct Header {
    tool_name: Option<String>,
}

#[derive(Deserialize)]
struct Scanned {
    path: String,
    #[serde(default)]
    license_detections: Vec<Seen>,
    #[serde(default)]
    license_clues: Vec<Match>,
}

#[derive(Deserialize)]
struct Seen {
    license_expression_spdx: Option<String>,
    #[serde(default)]
    matches: Vec<Match>,
}

#[derive(Deserialize)]
struct Match {
    #[serde(alias = "spdx_license_expression")]
    license_expression_spdx: Option<String>,
    #[serde(default)]
    start_line: u32,
    #[serde(default)]
    end_line: u32,
    #[serde(default)]
    score: f32,
    #[serde(default)]
    matcher: String,
    #[serde(default)]
    rule_identifier: String,
}

/// Adds to `evidence` what `json` says of its files. Paths may begin with the folder that was scanned.
pub fn import(evidence: &mut Evidence, json: &str) -> Result<Imported, serde_json::Error> {
    let scan: Scan = serde_json::from_str(json)?;
    let tool = scan.headers.iter().find_map(|header| header.tool_name.as_deref()).unwrap_or("another engine");
    let places: BTreeMap<String, usize> =
        evidence.files.iter().enumerate().map(|(at, file)| (file.path.as_str().to_owned(), at)).collect();
    let mut done = Imported::default();
    for file in scan.files.iter().filter(|file| !(file.license_detections.is_empty() && file.license_clues.is_empty()))
    {
        let below_root = || file.path.split_once('/').and_then(|(_, path)| places.get(path));
        match places.get(&file.path).or_else(below_root) {
            Some(&at) => add(file, tool, evidence.files[at].detections.edit(), &mut done),
            None => done.strange_files += 1,
        }
    }
    Ok(done)
}

fn add(file: &Scanned, tool: &str, detections: &mut Vec<Detection>, done: &mut Imported) {
    let stated = file.license_detections.iter().map(|seen| {
        let matches: Vec<&Match> = seen.matches.iter().collect();
        witness(seen.license_expression_spdx.as_deref(), class(&matches), &matches, tool)
    });
    let clues = file
        .license_clues
        .iter()
        .map(|clue| witness(clue.license_expression_spdx.as_deref(), Witness::Clue, &[clue], tool));
    let all: Vec<Option<Detection>> = stated.chain(clues).collect();
    done.unreadable += all.iter().filter(|one| one.is_none()).count();
    let seen: Vec<Detection> = all.into_iter().flatten().collect();
    done.added += seen.len();
    let before = detections.len();
    detections.retain(|own| own.by == ID || !seen.iter().any(|other| corrects(other, own)));
    done.replaced += before - detections.len();
    detections.extend(seen);
    Detection::sort(detections);
}

/// True where `other` states something on lines of which we said something else.
fn corrects(other: &Detection, own: &Detection) -> bool {
    let meets = other.lines.first <= own.lines.last && own.lines.first <= other.lines.last;
    meets && other.class != Witness::Clue && own.class != Witness::Clue
}

fn witness(expression: Option<&str>, class: Witness, matches: &[&Match], tool: &str) -> Option<Detection> {
    let first = matches.iter().map(|one| one.start_line).min().unwrap_or(1).max(1);
    let last = matches.iter().map(|one| one.end_line).max().unwrap_or(first).max(first);
    let score = matches.iter().map(|one| Score::from_ratio(one.score / 100.0)).min();
    Some(Detection {
        expr: license::parse(expression?).ok()?,
        class,
        by: ID,
        lines: LineRange::new(first, last),
        score: score.unwrap_or(Score::FULL),
        quote: String::new(),
        note: Some(format!("seen by {tool}").into()),
    })
}

/// The class of witness that ScanCode's names of matchers and rules tell.
fn class(matches: &[&Match]) -> Witness {
    let all = |is: fn(&Match) -> bool| !matches.is_empty() && matches.iter().all(|one| is(one));
    if all(|one| one.matcher.ends_with("spdx-id")) {
        Witness::Tag
    } else if all(|one| one.rule_identifier.ends_with(".LICENSE")) {
        Witness::Text
    } else {
        Witness::Grant
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Detector, assemble};
    use crate::text::RelPath;

    fn seen() -> Evidence {
        let path = RelPath::new("src/a.c").expect("relative");
        assemble(vec![Detector::usual().read(&path, b"int main(void) { return 0; }\n")])
    }

    #[test]
    fn another_engine_is_a_further_witness_that_says_who_it_is() {
        let json = r#"{"headers": [{"tool_name": "scancode-toolkit"}], "files": [{"path": "root/src/a.c",
            "license_detections": [{"license_expression_spdx": "MIT", "matches": [
                {"start_line": 3, "end_line": 9, "score": 98.5, "matcher": "3-seq", "rule_identifier": "mit.LICENSE"}]}]}]}"#;
        let mut evidence = seen();
        let done = import(&mut evidence, json).expect("JSON");
        assert_eq!(done, Imported { added: 1, ..Imported::default() });
        let found = &evidence.files[0].detections[0];
        assert_eq!((found.expr.to_string().as_str(), found.class, found.score), ("MIT", Witness::Text, Score(9_850)));
        assert_eq!(found.note, Some("seen by scancode-toolkit".into()));
    }

    #[test]
    fn another_engine_corrects_what_is_said_of_the_same_lines_and_adds_the_rest() {
        let path = RelPath::new("a.c").expect("relative");
        let text = b"// SPDX-License-Identifier: GPL-2.0-only\n\n\n// SPDX-License-Identifier: Zlib\n";
        let mut evidence = assemble(vec![Detector::usual().read(&path, text)]);
        let json = r#"{"files": [{"path": "a.c", "license_detections": [
            {"license_expression_spdx": "MIT", "matches": [{"start_line": 1, "end_line": 1}]},
            {"license_expression_spdx": "ISC", "matches": [{"start_line": 3, "end_line": 3}]}]}]}"#;
        let done = import(&mut evidence, json).expect("JSON");
        assert_eq!((done.added, done.replaced), (2, 1));
        let said: Vec<String> = evidence.files[0].detections.iter().map(|one| one.expr.to_string()).collect();
        assert_eq!(said, ["MIT", "ISC", "Zlib"]);
    }

    #[test]
    fn what_fits_nothing_is_counted() {
        let json = r#"{"files": [
            {"path": "b.c", "license_detections": [{"license_expression_spdx": "MIT"}]},
            {"path": "src/a.c", "license_detections": [{"license_expression_spdx": "MIT AND"}, {}]}]}"#;
        let done = import(&mut seen(), json).expect("JSON");
        assert_eq!(done, Imported { strange_files: 1, unreadable: 2, ..Imported::default() });
        assert!(import(&mut seen(), "{}").is_err());
    }
}
