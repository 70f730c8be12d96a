//! Terms beside or inside a license that take something away from it.

use crate::conclusion::{Confidence, Restricted};
use crate::evidence::RestrictionKind;

use super::{Check, Finding, Severity, Subject};

/// The rule.
pub(super) const CHECK: Check = Check {
    id: "LIC022",
    name: "added-restriction",
    severity: Severity::Error,
    metadata_only: false,
    what: "The source adds terms to its license, before, inside or after the text, that take something away: commercial use, resale, hosting, some users or purposes.",
    why: "With such terms it is another license, often an unfree one, whatever the rest of the text says; the build farm may not build or redistribute it.",
    example: "`asl20` declared, LICENSE is the Apache License with the Commons Clause before it.",
    wrong_when: "The words speak of another work, or only ask for something that the license asks for anyway. A `[[curate]]` in clarity.toml says what the file is. A warning where the added terms leave the license free, or stand outside of license documents.",
    rule,
};

/// Restrictions that are listed in the message.
const MOST_LISTED: usize = 3;

fn rule(subject: &Subject<'_>) -> Vec<Finding> {
    let Ok(judged) = subject.judged else { return Vec::new() };
    let is_free = subject.statement().is_some() && !subject.declares(|term| subject.table.is_free(term) == Some(false));
    let told: Vec<&Restricted> = judged.restricted.iter().collect();
    if !is_free || told.is_empty() {
        return Vec::new();
    }
    vec![about(subject, &told)]
}

fn about(subject: &Subject<'_>, told: &[&Restricted]) -> Finding {
    let listed: Vec<String> = told.iter().take(MOST_LISTED).map(|one| in_words(one)).collect();
    let rest = match told.len().saturating_sub(MOST_LISTED) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    let message = format!("declared {}, the source adds: {}{rest}", subject.declared_in_words(), listed.join(", "));
    let mut finding = subject.finding(&CHECK, message);
    if !told.iter().any(|one| one.kind.is_unfree() && one.is_document) {
        finding.severity = Severity::Warning;
    }
    finding.confidence = if told.iter().any(|one| is_trusted(one)) { Confidence::Medium } else { Confidence::Low };
    if let Some(first) = told.first() {
        finding.help.push(format!(
            "read {}:{}; where the terms hold, declare `unfree`, or an inline record that names them",
            first.file, first.lines
        ));
    }
    finding
}

/// Kinds of restriction that headers and readmes state of themselves. Those of other kinds were about something else in
/// all of 12 packages drawn at random: passwords that expire, use on a small device, a macro that cannot be used.
const OF_FILES: [RestrictionKind; 3] =
    [RestrictionKind::NonCommercial, RestrictionKind::NoResale, RestrictionKind::NoRedistribution];

/// True for a restriction of a kind that is seldom misread where it stands; "additional terms" may be any.
fn is_trusted(one: &Restricted) -> bool {
    one.kind.is_unfree() && (one.is_document || OF_FILES.contains(&one.kind))
}

fn in_words(one: &Restricted) -> String {
    format!("{} (\"{}\", {}:{})", one.kind, one.quote, one.file, one.lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{LineRange, RelPath};

    #[test]
    fn headers_and_readmes_are_trusted_in_few_kinds() {
        let trusted = |kind, is_document| {
            let (file, lines) = (RelPath::new("a").expect("relative"), LineRange::new(1, 1));
            is_trusted(&Restricted { file, lines, is_document, kind, quote: String::new(), of: None })
        };
        for (kind, in_document, elsewhere) in [
            (RestrictionKind::NonCommercial, true, true),
            (RestrictionKind::NoResale, true, true),
            (RestrictionKind::Evaluation, true, false),
            (RestrictionKind::FieldOfUse, true, false),
            (RestrictionKind::Other, false, false),
        ] {
            assert_eq!((trusted(kind, true), trusted(kind, false)), (in_document, elsewhere), "{kind}");
        }
    }
}
