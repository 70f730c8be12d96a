//! Something that reads like a license and is none that is known.

use crate::conclusion::{Confidence, UnknownText};

use super::{Check, Finding, Severity, Subject};

/// The rule.
pub(super) const CHECK: Check = Check {
    id: "LIC042",
    name: "unknown-text",
    severity: Severity::Note,
    metadata_only: false,
    what: "The source ships a text that reads like a license and is none that is known; the nearest one is named, with how similar it is.",
    why: "Its terms bind those who redistribute the package, and no tool can tell what they are: somebody has to read it.",
    example: "LICENSE is the MIT license with two clauses of the author's own.",
    wrong_when: "It is a known license in words of its own, or a passage about licenses. `clarity detect --explain FILE` shows word by word how it differs; a `[[curate]]` in clarity.toml says what it is.",
    rule,
};

/// Texts that are listed in the message.
const MOST_LISTED: usize = 3;

fn rule(subject: &Subject<'_>) -> Vec<Finding> {
    let Ok(judged) = subject.judged else { return Vec::new() };
    let texts = &judged.unknown;
    let Some(first) = texts.first() else { return Vec::new() };
    let listed: Vec<String> = texts.iter().take(MOST_LISTED).map(in_words).collect();
    let rest = match texts.len().saturating_sub(MOST_LISTED) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    let message = format!("license-like text that is no known license: {}{rest}", listed.join(", "));
    let mut finding = subject.finding(&CHECK, message);
    finding.confidence = Confidence::Medium;
    (finding.evidence, finding.against) = (Vec::new(), Vec::new());
    finding.help.push(format!(
        "`clarity detect --explain {}` shows how it differs; read it, and declare what it says",
        first.file
    ));
    vec![finding]
}

fn in_words(text: &UnknownText) -> String {
    let UnknownText { file, lines, nearest, score, files } = text;
    let more = match files - 1 {
        0 => String::new(),
        more => format!(", {more} more such files"),
    };
    format!("`{file}:{lines}` (nearest: {nearest}, {score}{more})")
}
