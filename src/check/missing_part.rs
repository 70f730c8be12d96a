//! Shipped code under a license that is not declared.

use crate::conclusion::Part;
use crate::evidence::Role;
use crate::verdict::{Drift, DriftKind, is_aside};

use super::subject::listed;
use super::{Check, Finding, Severity, Subject};

/// The rule.
pub(super) const CHECK: Check = Check {
    id: "LIC013",
    name: "missing-part",
    severity: Severity::Warning,
    metadata_only: false,
    what: "Something that ships is under a license that is not declared.",
    why: "The terms of every part bind those who redistribute the whole. A note where it is a file or two under permissive terms, or a permissive copy of another project.",
    example: "The library is MIT, `src/regex/` is LGPL-2.1-or-later and is compiled in.",
    wrong_when: "The part is not built: it is deleted by a phase, or belongs to another platform. Suppress it with that reason.",
    rule,
};

fn rule(subject: &Subject<'_>) -> Vec<Finding> {
    subject.drifts(DriftKind::MissingPart).map(|drift| about(subject, drift)).collect()
}

fn about(subject: &Subject<'_>, drift: &Drift) -> Finding {
    let missing = listed(&drift.missing);
    let Some(part) = &drift.part else { return about_the_whole(subject, drift, &missing) };
    let mut finding = subject.finding(&CHECK, format!("`{}` is under {missing}, which is not declared", part.path));
    finding.evidence = vec![part.witness.clone()];
    if is_aside(drift, subject.table) {
        finding.severity = Severity::Note;
    }
    finding.help.push(advice(part, &missing));
    if subject.package.patched {
        finding.help.push("patches or phases change the source in ways that are not followed".to_owned());
    }
    finding
}

/// An unfree part may be an edition that is not built: to declare it would take the package from everybody.
fn about_the_whole(subject: &Subject<'_>, drift: &Drift, missing: &str) -> Finding {
    let message = format!("the source is also under {missing}, which is not declared");
    if drift.missing.iter().all(|term| subject.table.is_free(term) != Some(false)) {
        return subject.finding_with_remedy(&CHECK, message);
    }
    let mut finding = subject.finding(&CHECK, message);
    finding.help.push(format!("{missing} is not free: look whether what it covers is built at all"));
    finding
}

fn advice(part: &Part, missing: &str) -> String {
    match part.role {
        Role::Vendored => format!(
            "if the copy in `{}` is built, add {missing}; if it is deleted or replaced, nothing is to be done",
            part.path
        ),
        _ => format!("if `{}` ships, add {missing} to the license", part.path),
    }
}
