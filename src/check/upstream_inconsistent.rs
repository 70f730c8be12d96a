//! Upstream contradicts itself.

use crate::conclusion::{Conclusion, Reading};

use super::words;
use super::{Check, Finding, Severity, Subject};

/// The rule.
pub(super) const CHECK: Check = Check {
    id: "LIC040",
    name: "upstream-inconsistent",
    severity: Severity::Note,
    metadata_only: false,
    what: "The witnesses of the source contradict each other.",
    why: "Only upstream can say which holds; nixpkgs should not guess.",
    example: "package.json says MIT, LICENSE is the Apache License 2.0.",
    wrong_when: "One of the witnesses belongs to a part of the source; then that is a missing part.",
    rule,
};

fn rule(subject: &Subject<'_>) -> Vec<Finding> {
    let Ok(judged) = subject.judged else { return Vec::new() };
    let Conclusion::Conflicting { readings, .. } = &*judged.conclusion else { return Vec::new() };
    vec![about(subject, readings)]
}

fn about(subject: &Subject<'_>, readings: &[Reading]) -> Finding {
    let sides: Vec<String> = readings
        .iter()
        .map(|reading| {
            let files: Vec<&str> = reading.basis.iter().map(|basis| basis.file.as_str()).collect();
            let says = if files.len() == 1 { "says" } else { "say" };
            format!("{} {says} {}", files.join(" and "), words::of_witnesses(&reading.expr, &reading.basis))
        })
        .collect();
    let mut finding = subject.finding(&CHECK, format!("the source contradicts itself: {}", sides.join(", ")));
    finding.evidence = readings.iter().flat_map(|reading| reading.basis.clone()).collect();
    finding.help.push("ask upstream which of them holds; nothing is proposed until then".to_owned());
    finding
}
