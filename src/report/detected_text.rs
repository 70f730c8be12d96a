//! Detections for people: a line for each statement, then the licenses with their files.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::columns::widths;
use super::counted::counted;

use crate::evidence::{Evidence, FileEvidence};
use crate::text::one_line;

/// More statements are counted only.
const MOST: usize = 100;

/// Writes the statements and their sums; every statement where `all`.
pub fn text(evidence: &Evidence, all: bool, out: &mut dyn Write) -> io::Result<()> {
    let rows: Vec<[String; 3]> = evidence.files.iter().flat_map(rows).collect();
    if all || rows.len() <= MOST {
        let [place, license] = widths(&rows, None);
        for [at, expression, class] in &rows {
            writeln!(out, "{at:<place$}  {expression:<license$}  {class}")?;
        }
        if !rows.is_empty() {
            writeln!(out)?;
        }
    }
    for (expression, files) in by_license(evidence) {
        match &files[..] {
            [file] => writeln!(out, "{expression}: {file}")?,
            files => writeln!(out, "{expression}: {} like {}", counted(files.len(), "file"), files[0])?,
        }
    }
    writeln!(out, "{}", last_line(evidence))?;
    if !all && rows.len() > MOST {
        writeln!(out, "{} in all: --all lists them", counted(rows.len(), "statement"))?;
    }
    Ok(())
}

/// A row for each statement: place, expression, class.
fn rows(file: &FileEvidence) -> impl Iterator<Item = [String; 3]> {
    let path = one_line(file.path.as_str());
    file.stated().map(move |one| {
        let lines = one.lines;
        let at = if lines.first == lines.last {
            format!("{path}:{}", lines.first)
        } else {
            format!("{path}:{}-{}", lines.first, lines.last)
        };
        [at, one_line(&one.expr.to_string()), one.class.name().to_owned()]
    })
}

/// The files of each stated license, the license of most files first.
fn by_license(evidence: &Evidence) -> Vec<(String, Vec<String>)> {
    let mut files: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in &evidence.files {
        for one in file.stated() {
            let own = files.entry(one_line(&one.expr.to_string())).or_default();
            let path = one_line(file.path.as_str());
            if own.last() != Some(&path) {
                own.push(path);
            }
        }
    }
    let mut all: Vec<_> = files.into_iter().collect();
    all.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then_with(|| a.0.cmp(&b.0)));
    all
}

fn last_line(evidence: &Evidence) -> String {
    let silent = evidence.files.iter().filter(|file| file.stated().next().is_none());
    let unread = silent.clone().filter(|file| file.unread.is_some()).count();
    let silent = silent.count() - unread;
    format!("{} read: {silent} without a statement, {unread} not read as text", counted(evidence.files.len(), "file"))
}
