//! Exceptions that stand in a file as texts, joined with the license they widen.
//!
//! An exception alone grants nothing: where no license is near, the one it is written for is reported, with a note.

use super::detection::{Detection, Score, Witness};
use crate::license::{LicenseExpr, Term};
use crate::text::LineRange;

/// Lines between a license and its exception.
const MOST_BEFORE: u32 = 60;
const MOST_BEHIND: u32 = 30;

/// Exceptions of one file that are joined; a file that quotes more of them is about exceptions.
const MOST_JOINED: usize = 100;

/// Joins each exception `(SPDX id, lines)` with the nearest license it can belong to.
pub(super) fn attach(exceptions: &[(&'static str, LineRange)], found: &mut Vec<Detection>) {
    for (nth, &(id, lines)) in exceptions.iter().enumerate() {
        let host = if nth < MOST_JOINED { host(id, lines, found) } else { None };
        match host {
            _ if is_joined_near(id, lines, found) => {}
            Some(host) => {
                let joined = widen(id, &found[host].expr);
                found[host].expr = joined;
                let own = found[host].lines;
                found[host].lines = LineRange::new(own.first.min(lines.first), own.last.max(lines.last));
            }
            None => found.extend(alone(id, lines)),
        }
    }
}

/// True where a license near these lines carries the exception already: it is only named again.
fn is_joined_near(id: &str, lines: LineRange, found: &[Detection]) -> bool {
    let carries = |one: &Detection| one.expr.terms().iter().any(|term| term.exception.as_deref() == Some(id));
    let near =
        |one: &Detection| one.lines.first <= lines.first && lines.first.saturating_sub(one.lines.last) <= MOST_BEFORE;
    found.iter().any(|one| one.class != Witness::Clue && near(one) && carries(one))
}

/// The license that the exception at `lines` belongs to: the nearest before it, else the nearest behind.
fn host(id: &str, lines: LineRange, found: &[Detection]) -> Option<usize> {
    let fits = |one: &Detection| one.class != Witness::Clue && one.expr.terms().into_iter().any(|term| takes(term, id));
    let near = |one: &Detection| {
        let before = (one.lines.first <= lines.first).then(|| lines.first.saturating_sub(one.lines.last));
        let behind = (one.lines.first > lines.first).then(|| one.lines.first.saturating_sub(lines.last));
        match (before, behind) {
            (Some(before), _) if before <= MOST_BEFORE => Some((0, before)),
            (_, Some(behind)) if behind <= MOST_BEHIND => Some((1, behind)),
            _ => None,
        }
    };
    let candidates = found.iter().enumerate().filter(|(_, one)| fits(one));
    candidates.filter_map(|(at, one)| Some((near(one)?, at))).min().map(|(_, at)| at)
}

/// True where the exception can widen this term.
fn takes(term: &Term, exception: &str) -> bool {
    let families: &[&str] = if is_for_gnu(exception) { &["GPL-", "LGPL-", "AGPL-"] } else { &["Apache-"] };
    let is_meant = families.iter().any(|family| term.license.as_str().starts_with(family));
    term.exception.is_none() && !term.is_reference() && is_meant
}

fn is_for_gnu(exception: &str) -> bool {
    !matches!(exception, "LLVM-exception" | "Swift-exception")
}

fn widen(id: &str, expr: &LicenseExpr) -> LicenseExpr {
    expr.map_terms(&mut |term| if takes(term, id) { term.clone().with_exception(id) } else { term.clone() })
}

/// The exception where no license is near, with the version of the license that it is written for.
fn alone(id: &'static str, lines: LineRange) -> Option<Detection> {
    let base = match id {
        _ if !is_for_gnu(id) => "Apache-2.0",
        _ if id.contains("LGPL") => "LGPL-2.1",
        _ if id.contains("3.") || id.contains("GPL-3") => "GPL-3.0",
        _ => "GPL-2.0",
    };
    Some(Detection {
        expr: Term::from_id(base)?.with_exception(id).into(),
        class: Witness::Text,
        by: "exception",
        lines,
        score: Score::FULL,
        quote: String::new(),
        note: Some(format!("the license that {id} widens is not stated here").into()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::license;

    fn grant(expr: &str, first: u32) -> Detection {
        Detection {
            expr: license::parse(expr).expect("valid"),
            class: Witness::Grant,
            by: "grant",
            lines: LineRange::new(first, first + 3),
            score: Score::FULL,
            quote: String::new(),
            note: None,
        }
    }

    fn attached(id: &'static str, first: u32, mut found: Vec<Detection>) -> Vec<String> {
        attach(&[(id, LineRange::new(first, first + 5))], &mut found);
        found.iter().map(|one| one.expr.to_string()).collect()
    }

    #[test]
    fn an_exception_widens_the_license_before_it() {
        let found = vec![grant("MIT", 8), grant("GPL-2.0-or-later", 1)];
        assert_eq!(
            attached("Classpath-exception-2.0", 12, found),
            ["MIT", "GPL-2.0-or-later WITH Classpath-exception-2.0"]
        );
    }

    #[test]
    fn the_lines_of_a_widened_license_are_those_of_both() {
        let mut found = vec![grant("GPL-2.0-or-later", 1)];
        attach(&[("Bison-exception-2.2", LineRange::new(12, 17))], &mut found);
        assert_eq!(found[0].lines, LineRange::new(1, 17));
    }

    #[test]
    fn an_exception_by_itself_names_the_license_it_is_written_for() {
        assert_eq!(attached("LLVM-exception", 1, vec![]), ["Apache-2.0 WITH LLVM-exception"]);
        assert_eq!(attached("GCC-exception-3.1", 1, vec![]), ["GPL-3.0-only WITH GCC-exception-3.1"]);
    }
}
