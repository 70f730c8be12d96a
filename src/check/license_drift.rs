//! Two versions of a source are under different licenses.

use crate::evidence::Role;
use crate::verdict::{How, Shift, Verdict, Versions};

use super::{Check, Earlier, Finding, Severity, Subject};

/// The rule.
pub(super) const CHECK: Check = Check {
    id: "LIC050",
    name: "license-drift",
    severity: Severity::Error,
    metadata_only: false,
    what: "The source of the package changed, and the new one is under another license than the old one, or licenses appeared in it or vanished. Looks where two versions are at hand: with `scan --changed-since REV`.",
    why: "A bump copies `meta.license` of the version before. When upstream changes its license, that is the moment to see it.",
    example: "Version 1.9 is under MIT; version 2.0, which the pull request packages, has a LICENSE with the BUSL-1.1.",
    wrong_when: "The license of the old version was read wrongly: `clarity diff ATTR --rev REV` shows both sides. Where `meta.license` already states what the new source says, and for parts that are bundled, it is a note; where only some shipped files changed, a warning; tests, documentation and examples never count, nor do more or fewer files under the license that the whole has.",
    rule,
};

fn rule(subject: &Subject<'_>) -> Vec<Finding> {
    match subject.earlier {
        Earlier::NotAsked => Vec::new(),
        Earlier::Unseen(why) => {
            let message = format!("its source changed, and the one before could not be compared: {why}");
            vec![Finding { severity: Severity::Note, ..subject.finding(&CHECK, message) }]
        }
        Earlier::Seen(versions) => severity(subject, versions)
            .map(|severity| Finding {
                severity,
                concluded: versions.after.clone(),
                verification: versions.verification,
                help: telling(versions).filter(|shift| weight(shift).is_some()).map(line).collect(),
                ..subject.finding(&CHECK, message(versions))
            })
            .into_iter()
            .collect(),
    }
}

fn severity(subject: &Subject<'_>, versions: &Versions) -> Option<Severity> {
    let stated = subject.judged.is_ok_and(|judged| matches!(judged.verdict, Verdict::Agrees { .. }));
    let severity = match versions.is_other {
        true => Some(Severity::Error),
        false => telling(versions).filter_map(weight).max(),
    };
    severity.map(|severity| if stated { Severity::Note } else { severity })
}

/// Where the license of the whole stayed what it is, it says nothing that more or fewer files state it.
fn telling(versions: &Versions) -> impl Iterator<Item = &Shift> {
    versions.shifts.iter().filter(|shift| versions.is_other || shift.license != versions.after)
}

/// How much it matters that a license is not where it was.
fn weight(shift: &Shift) -> Option<Severity> {
    match shift.role {
        _ if shift.in_manifest => Some(Severity::Warning),
        Role::LicenseText | Role::Shipped => Some(Severity::Warning),
        Role::Vendored | Role::Generated | Role::ThirdParty => Some(Severity::Note),
        Role::Test | Role::Docs | Role::Example | Role::BuildSystem | Role::OtherPlatform => None,
    }
}

fn message(versions: &Versions) -> String {
    let Versions { before, after, .. } = versions;
    match versions.is_other {
        true => format!("the license of its source changed from {before} to {after}"),
        false => format!("its source is still {after}, and files of it are under other licenses than before"),
    }
}

/// Files of a license named in one line.
const SHOWN_FILES: usize = 3;

/// e.g. `Apache-2.0 appeared in LICENSE (license-text) and 2 more files`
fn line(shift: &Shift) -> String {
    let names: Vec<&str> = shift.files.iter().take(SHOWN_FILES).map(|file| file.as_str()).collect();
    let (license, role, names) = (&shift.license, shift.role, names.join(", "));
    let more = match shift.files.len().saturating_sub(SHOWN_FILES) {
        0 => String::new(),
        1 => " and one more file".to_owned(),
        more => format!(" and {more} more files"),
    };
    match shift.how {
        How::Appeared => format!("{license} appeared in {names}{more} ({role})"),
        How::Vanished => format!("{license} vanished from {names}{more} ({role})"),
        How::Moved(from) => format!("{license} moved from {from} to {role}: {names}{more}"),
    }
}
