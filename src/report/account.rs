//! The account of one package: the verdict, its strongest witnesses on both sides, and the facts that would change it.
//!
//! One place decides the content; `explain`, its HTML page and the editor only lay it out.

use std::fmt;

use super::combined::Combined;
use super::paint::Mood;
use super::{Outcome, PackageReport, place, unverified};
use crate::check::{Judged, declared_in_words};
use crate::conclusion::{Basis, Concluded, Conclusion, Confidence, Reason};
use crate::declared::Declared;
use crate::license::Suffix;
use crate::source::Unproven;
use crate::text::{RelPath, one_line};
use crate::verdict::Verdict;

/// So many witnesses of each side are shown; the rest is counted.
const STRONGEST: usize = 3;

/// The account of one package. Borrows from its report.
pub(super) struct Account<'r> {
    /// e.g. `birch-log 1.0`.
    pub(super) title: String,
    /// e.g. `drifts: declared MIT, the source says Apache-2.0`.
    pub(super) verdict: String,
    /// The state that the verdict begins with.
    pub(super) mood: Mood,
    /// The declared license with its place.
    pub(super) declared: String,
    /// The concluded license, or the reason why there is none; `None` where no source was looked at.
    pub(super) concluded: Option<String>,
    /// The confidence with its reasons.
    pub(super) confidence: Option<String>,
    /// Why the source is not proven to be the declared one.
    pub(super) unverified: Option<Unproven>,
    /// The strongest witnesses of each reading, in order.
    pub(super) sides: Vec<WitnessSide<'r>>,
    /// The terms of what is shipped with all that is linked into it, and those of each part.
    pub(super) combined: Option<(String, Vec<String>)>,
    /// Facts that would lead to another verdict.
    pub(super) changes: Vec<Change>,
}

/// Witnesses that say the same.
pub(super) struct WitnessSide<'r> {
    /// `for`, `against`, or the name of a reading.
    pub(super) title: String,
    /// The strongest ones.
    pub(super) shown: &'r [Basis],
    /// The number of the others.
    pub(super) more: usize,
}

/// A fact that would lead to another verdict, or to more confidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// The source was not looked at.
    Source,
    /// The source is not proven to be the declared one.
    Proof,
    /// The declared license could not be read.
    Declaration,
    /// Nothing in the source states a license.
    Statement,
    /// A license document is not understood.
    Document(RelPath),
    /// One kind of witness alone speaks.
    SecondWitness,
    /// A witness speaks against it.
    Opposing(RelPath),
    /// The readings contradict each other.
    Contradiction,
    /// Nothing says whether later versions are granted.
    Suffix,
    /// Nothing says how several licenses belong together.
    Operator,
    /// The declared license is another one than the concluded.
    Fix,
    /// Both sides agree with high confidence.
    NewVersion,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Change::Source => {
                f.write_str("a look at its source: `--fetch` downloads it, `--sources DIR` names a folder that has it")
            }
            Change::Proof => f.write_str("the declared source itself: `--fetch` downloads and verifies it"),
            Change::Declaration => {
                f.write_str("an evaluated value: `--meta FILE` or `--eval` brings one where clarity cannot evaluate")
            }
            Change::Statement => {
                f.write_str("a license in the source: `clarity fix --for-upstream` words the question")
            }
            Change::Document(file) => {
                write!(f, "the meaning of `{file}`: a [[curate]] in clarity.toml says which license it is")
            }
            Change::SecondWitness => {
                f.write_str("a second kind of evidence, such as a license text, tags in files or a field of a manifest")
            }
            Change::Opposing(file) => {
                write!(f, "the meaning of `{file}`: a [[role]] or [[curate]] says where it is not about this package")
            }
            Change::Contradiction => f.write_str("a word from upstream about which of the readings holds"),
            Change::Suffix => f.write_str("a sentence that says whether later versions are granted"),
            Change::Operator => f.write_str("a sentence that says whether all of the licenses apply, or one at choice"),
            Change::Fix => f.write_str("another declared license: `clarity fix` shows the edit, or why there is none"),
            Change::NewVersion => f.write_str("another version of the source, or another declared license"),
        }
    }
}

impl<'r> Account<'r> {
    /// The account of `package`.
    pub(super) fn of(package: &'r PackageReport) -> Account<'r> {
        let stated = &package.package;
        let site = crate::check::site(&package.declared).or(stated.site.as_ref());
        let at = site.map(|site| format!(" ({})", place(site))).unwrap_or_default();
        let judged = match &package.outcome {
            Outcome::Audited(judged) => judged.as_deref(),
            Outcome::Skipped(_) | Outcome::Failed(_) => None,
        };
        Account {
            title: one_line(&format!("{} {}", stated.attr, stated.version.as_deref().unwrap_or(""))).trim().to_owned(),
            verdict: verdict(package, judged),
            mood: mood(judged),
            declared: format!("{}{at}", in_words(&package.declared)),
            concluded: judged.map(|judged| concluded(&judged.conclusion)),
            confidence: judged.and_then(Judged::concluded).map(confidence),
            unverified: unverified::of_package(package),
            sides: judged.map(|judged| sides(&judged.conclusion)).unwrap_or_default(),
            combined: Combined::of(package).map(|combined| (combined.in_words(), combined.lines().collect())),
            changes: changes(&package.declared, judged),
        }
    }
}

fn verdict(package: &PackageReport, judged: Option<&Judged>) -> String {
    match (&package.outcome, judged) {
        (Outcome::Skipped(why), _) => format!("not looked at: {why}"),
        (Outcome::Failed(why), _) => format!("could not be looked at: {why}"),
        (Outcome::Audited(_), None) => "not judged: only its metadata was asked for".to_owned(),
        (Outcome::Audited(_), Some(judged)) => match &judged.verdict {
            Verdict::Agrees { .. } => "agrees: nixpkgs and the source say the same".to_owned(),
            Verdict::Drifts(_) => {
                let (declared, found) = (in_words(&package.declared), judged.conclusion.in_words());
                format!("drifts: declared {declared}, the source says {found}")
            }
            Verdict::Undecided(why) => format!("cannot tell: {why}"),
        },
    }
}

fn mood(judged: Option<&Judged>) -> Mood {
    match judged.map(|judged| &judged.verdict) {
        Some(Verdict::Agrees { .. }) => Mood::Good,
        Some(Verdict::Drifts(_)) => Mood::Bad,
        Some(Verdict::Undecided(_)) | None => Mood::Open,
    }
}

fn in_words(declared: &Declared) -> String {
    match declared {
        Declared::Absent => "nothing".to_owned(),
        Declared::Malformed { flaw, .. } => format!("malformed: {flaw}"),
        Declared::Computed { why, .. } => format!("computed: {why}"),
        other => declared_in_words(other),
    }
}

fn concluded(conclusion: &Conclusion) -> String {
    match conclusion {
        Conclusion::Concluded(concluded) => concluded.expr.to_string(),
        Conclusion::Conflicting { .. } => "nothing, upstream contradicts itself".to_owned(),
        Conclusion::NoneFound => "NONE, everything was read and nothing states a license".to_owned(),
        Conclusion::NoAssertion(why) => format!("NOASSERTION, {why}"),
    }
}

/// e.g. `high: 2 kinds of evidence agree`
fn confidence(concluded: &Concluded) -> String {
    format!("{}: {}", concluded.confidence.name(), concluded.reasons.join("; "))
}

fn sides(conclusion: &Conclusion) -> Vec<WitnessSide<'_>> {
    match conclusion {
        Conclusion::Concluded(concluded) => {
            vec![side("for".to_owned(), &concluded.basis), side("against".to_owned(), &concluded.against)]
        }
        Conclusion::Conflicting { readings, .. } => {
            readings.iter().map(|reading| side(format!("reading {}", reading.expr), &reading.basis)).collect()
        }
        Conclusion::NoneFound | Conclusion::NoAssertion(_) => Vec::new(),
    }
}

fn side(title: String, all: &[Basis]) -> WitnessSide<'_> {
    let shown = &all[..all.len().min(STRONGEST)];
    WitnessSide { title, shown, more: all.len() - shown.len() }
}

fn changes(declared: &Declared, judged: Option<&Judged>) -> Vec<Change> {
    let Some(judged) = judged else { return vec![Change::Source] };
    let is_open = matches!(declared, Declared::Computed { .. } | Declared::Partial { .. } | Declared::Branches { .. });
    let mut changes = match &*judged.conclusion {
        Conclusion::Concluded(concluded) => changes_of(concluded),
        Conclusion::Conflicting { .. } => vec![Change::Contradiction],
        Conclusion::NoneFound => vec![Change::Statement],
        Conclusion::NoAssertion(Reason::Unknown(document)) => vec![Change::Document(document.clone())],
        Conclusion::NoAssertion(Reason::NoFiles(_) | Reason::Unread(_)) => vec![Change::Statement],
    };
    let by_package = [
        (judged.verification.unproven().is_some(), Change::Proof),
        (is_open, Change::Declaration),
        (matches!(judged.verdict, Verdict::Drifts(_)), Change::Fix),
    ];
    changes.extend(by_package.into_iter().filter_map(|(holds, change)| holds.then_some(change)));
    if changes.is_empty() {
        changes.push(Change::NewVersion);
    }
    changes
}

fn changes_of(concluded: &Concluded) -> Vec<Change> {
    let is_suffix_open = concluded.expr.terms().iter().any(|term| term.suffix == Suffix::Unstated);
    let mut kinds: Vec<_> = concluded.basis.iter().map(|basis| basis.class).collect();
    kinds.sort();
    kinds.dedup();
    let is_alone = kinds.len() < 2 && concluded.confidence < Confidence::High;
    let mut changes: Vec<Change> =
        concluded.against.iter().take(STRONGEST).map(|basis| Change::Opposing(basis.file.clone())).collect();
    let open = [
        (concluded.operator_unstated, Change::Operator),
        (is_suffix_open, Change::Suffix),
        (is_alone, Change::SecondWitness),
    ];
    changes.extend(open.into_iter().filter_map(|(holds, change)| holds.then_some(change)));
    changes
}
