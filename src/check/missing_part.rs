//! Shipped code under a license that is not declared.

use std::collections::BTreeMap;

use crate::conclusion::{Confidence, Part};
use crate::evidence::Role;
use crate::license::{LicenseExpr, Term};
use crate::verdict::{Drift, DriftKind, is_aside, is_public_domain};

use super::words;
use super::{Check, Finding, Severity, Subject};

/// The rule.
pub(super) const CHECK: Check = Check {
    id: "LIC013",
    name: "missing-part",
    severity: Severity::Warning,
    metadata_only: false,
    what: "Something that ships is under a license that is not declared.",
    why: "The terms of every part bind those who redistribute the whole. A note where these are permissive terms or the public domain, where they let the part be used under what is declared, where the part is built only on request, and for a file or two under a license that binds only themselves.",
    example: "The library is MIT, `src/regex/` is LGPL-2.1-or-later and is compiled in.",
    wrong_when: "The part is not built: it is deleted by a phase, or belongs to another platform. Suppress it with that reason.",
    rule,
};

fn rule(subject: &Subject<'_>) -> Vec<Finding> {
    let mut places: BTreeMap<String, Vec<Place<'_>>> = BTreeMap::new();
    let mut findings = Vec::new();
    let covered = subject.drifts(DriftKind::CoveredPart);
    for drift in subject.drifts(DriftKind::MissingPart).chain(covered) {
        match &drift.part {
            Some(part) => {
                let weighs = !is_aside(drift, subject.table);
                places.entry(terms_in_words(drift, part)).or_default().push(Place { part, weighs });
            }
            None => findings.push(about_the_whole(subject, drift)),
        }
    }
    findings.extend(places.into_iter().map(|(missing, places)| about(subject, &missing, places)));
    findings
}

/// The terms that are missing; all of a choice, as a choice.
fn terms_in_words(drift: &Drift, part: &Part) -> String {
    match &part.expr {
        LicenseExpr::Or(_) => words::of_part(part),
        LicenseExpr::Term(_) if part.witness.vague => words::of_part(part),
        _ => words::terms_of(None, &drift.missing),
    }
}

/// A part of the source under terms that are not declared.
struct Place<'a> {
    part: &'a Part,
    /// Whether it makes the declaration wrong by itself.
    weighs: bool,
}

/// One finding for all parts under the same terms: a copied library lies in many folders.
fn about(subject: &Subject<'_>, missing: &str, mut places: Vec<Place<'_>>) -> Finding {
    places.sort_by_key(|place| (!place.weighs, std::cmp::Reverse(place.part.files)));
    let mut finding = subject.finding(&CHECK, format!("{} under {missing}, which is not declared", where_is(&places)));
    finding.concluded = missing.to_owned();
    finding.evidence = places.iter().map(|place| place.part.witness.clone()).collect();
    finding.against = Vec::new();
    finding.confidence = places.iter().map(|place| confidence(subject, place.part)).max().unwrap_or(finding.confidence);
    if !places.iter().any(|place| place.weighs) {
        finding.severity = Severity::Note;
    }
    let name = places.first().and_then(|first| subject.table.spell(&first.part.expr));
    let name = name.map_or_else(|| missing.to_owned(), |name| format!("`{name}`"));
    finding.help.extend(places.first().map(|first| advice(first.part, places.len(), &name)));
    if let Some(doubt) = places.first().and_then(|first| first.part.doubt.as_ref()) {
        finding.help.push(format!("look whether it is installed: {doubt}"));
    }
    if subject.package.patched {
        finding.help.push(
            "the package has patches or phases that clarity does not evaluate; check that these files survive them"
                .to_owned(),
        );
    }
    finding
}

/// The confidence of a part; terms that are not free are worth a look wherever they stand.
fn confidence(subject: &Subject<'_>, part: &Part) -> Confidence {
    let is_unfree = part.expr.terms().iter().any(|term| subject.table.is_free(term) == Some(false));
    let least = if is_unfree && !part.witness.vague { Confidence::Medium } else { Confidence::Low };
    part.confidence().max(least)
}

fn where_is(places: &[Place<'_>]) -> String {
    let first = places.first().map(|place| name(place.part)).unwrap_or_default();
    match places.len() - 1 {
        0 => format!("`{first}` is"),
        1 => format!("`{first}` and one other place are"),
        more => format!("`{first}` and {more} other places are"),
    }
}

/// The folder of a part, or the file that says so where the part lies in the root of the source.
fn name(part: &Part) -> &str {
    if part.path.as_str().is_empty() { part.witness.file.as_str() } else { part.path.as_str() }
}

/// An unfree part may be an edition that is not built: to declare it would take the package from everybody.
fn about_the_whole(subject: &Subject<'_>, drift: &Drift) -> Finding {
    let missing = subject.found_in_words(&drift.missing);
    let message = format!("the source is also under {missing}, which is not declared");
    // The public domain asks for nothing, also where a list gives it to some of the files.
    if drift.missing.iter().all(is_public_domain) {
        return Finding { severity: Severity::Note, ..subject.finding_with_remedy(&CHECK, message) };
    }
    let is_free = drift.missing.iter().all(|term| subject.table.is_free(term) != Some(false));
    if is_free && names_declared(subject) {
        return subject.finding_with_remedy(&CHECK, message);
    }
    let mut finding = subject.finding(&CHECK, message);
    if is_free {
        finding.help.push(format!("what is declared is the license of a part: add {missing} to it"));
        return finding;
    }
    finding.help.push(format!("{missing} is not free: look whether what it covers is built at all"));
    finding
}

/// True where the conclusion has something of what is declared, so that it can stand in its place.
fn names_declared(subject: &Subject<'_>) -> bool {
    let found = subject.concluded().map(|concluded| concluded.expr.terms()).unwrap_or_default();
    subject.declares(|own| found.iter().any(|term| Term::family(term) == own.family()))
}

fn advice(part: &Part, places: usize, missing: &str) -> String {
    let (path, they, are) = match places {
        1 => (format!("`{}`", name(part)), "it", "is"),
        _ => ("one of them".to_owned(), "all", "are"),
    };
    match part.role {
        Role::Vendored => {
            format!(
                "if the copy in {path} is built, add {missing}; if {they} {are} deleted or replaced, change nothing"
            )
        }
        _ => format!("if {path} is installed, add {missing} to the license"),
    }
}
