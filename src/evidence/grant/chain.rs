//! Names that belong together: `A or B` in one sentence or field is one expression.

use super::frame::Standing;
use super::mention::{Mention, UNVERSIONED};
use super::names::spelled;
use super::words::{Gap, Kind, Words};
use crate::license::LicenseExpr;
use crate::text::Span;

/// One statement: its expression, whether it grants, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Chain {
    pub(super) expr: LicenseExpr,
    pub(super) granted: bool,
    pub(super) span: Span,
    pub(super) note: Option<String>,
}

/// Words that may stand between two names of one statement.
const BETWEEN: &[&str] = &[
    "and",
    "or",
    "either",
    "the",
    "a",
    "an",
    "license",
    "under",
    "terms",
    "of",
    "conditions",
    "at",
    "your",
    "option",
    "also",
    "both",
    "dual",
    "gnu",
    "as",
    "well",
    "style",
    "version",
    "to",
    "any",
    "later",
    "choice",
    "with",
    "alternatively",
    "with",
    "in",
    "addition",
    "software",
    "same",
    "see",
    "which",
    "is",
    "available",
    "published",
    "by",
    "free",
    "foundation",
    "s",
    "full",
    "text",
    "open",
    "source",
    "public",
    "plus",
    "part",
    "parts",
    "new",
    "licensed",
    "for",
    "portions",
    "some",
    "approved",
    "osi",
    "licensing",
    "from",
    "modified",
    "distributed",
    "released",
    "upstream",
    "agreement",
];

/// The statements that `mentions` make, in order.
pub(super) fn chains(words: &Words, mentions: &[Mention]) -> Vec<Chain> {
    let mut chains = Vec::new();
    let mut at = 0;
    while at < mentions.len() {
        let mut end = at + 1;
        while end < mentions.len() && joined(words, &mentions[end - 1], &mentions[end]) {
            end += 1;
        }
        chains.extend(statement(words, &mentions[at..end]));
        at = end;
    }
    chains
}

/// True where nothing but connecting words stands between two names.
fn joined(words: &Words, left: &Mention, right: &Mention) -> bool {
    if right.first < left.end || right.first - left.end > 14 {
        return false;
    }
    let breaks = |gap: Gap| gap.has(Gap::STOP) || gap.has(Gap::PARAGRAPH);
    if (left.end..=right.first).any(|at| breaks(words.gap(at))) {
        return false;
    }
    let link = |at: usize| words.kind(at) == Some(Kind::Number) || BETWEEN.contains(&spelled(words.text(at)));
    (left.end..right.first).all(link)
}

fn statement(words: &Words, mentions: &[Mention]) -> Option<Chain> {
    let first_granted = mentions.iter().position(|one| one.standing != Standing::Mention);
    let granted = first_granted.is_some();
    let kept: Vec<&Mention> = match first_granted {
        Some(from) => mentions[from..].iter().collect(),
        None => mentions.iter().collect(),
    };
    let (first, last) = (kept.first()?, kept.last()?);
    let plain = |one: &&Mention| one.plain && one.standing == Standing::Mention;
    if !granted && kept.iter().all(plain) {
        return None;
    }
    let said = refined(&kept);
    let parts = said.iter().map(|one| one.expr.clone());
    let expr = if is_choice(words, first, last) { LicenseExpr::any(parts) } else { LicenseExpr::all(parts) }?;
    let note = said.iter().find_map(|one| one.note.clone());
    let from = frame_start(words, first.first);
    let span = Span::new(words.get(from)?.span.start, words.get(last.end.max(1) - 1)?.span.end);
    Some(Chain { expr, granted, span, note })
}

/// Without the names that another one in the same statement makes precise: `Apache License: .../LICENSE-2.0`.
fn refined<'m>(kept: &[&'m Mention]) -> Vec<&'m Mention> {
    let family = |one: &Mention| one.expr.terms().iter().next().map(|term| super::settle::family(term));
    let open = |one: &Mention| one.note.as_deref().is_some_and(|note| note.starts_with(UNVERSIONED));
    let precise = |one: &Mention| kept.iter().any(|other| !open(other) && family(other) == family(one));
    kept.iter().copied().filter(|one| !(open(one) && precise(one))).collect()
}

fn is_choice(words: &Words, first: &Mention, last: &Mention) -> bool {
    let from = first.first.saturating_sub(12);
    let before = (from..first.first).any(|at| words.is(at, &["dual", "either", "dually", "choice", "disjunctive"]));
    let after = (last.end..last.end + 4).any(|at| words.is(at, &["at", "choice"]) && words.is(at + 1, &["your", "of"]));
    let between = (first.end..last.first).any(|at| {
        words.is(at, &["or", "alternatively", "choice"]) || words.gap(at).has(Gap::SLASH) || words.gap(at).has(Gap::BAR)
    });
    before || after || between || words.gap(last.first).has(Gap::SLASH) || words.gap(last.first).has(Gap::BAR)
}

/// The word with which the words that grant begin, at most one sentence back.
fn frame_start(words: &Words, first: usize) -> usize {
    let mut at = first;
    while at > 0 && first - at < 30 {
        let gap = words.gap(at);
        if gap.has(Gap::STOP) || gap.has(Gap::PARAGRAPH) {
            break;
        }
        at -= 1;
    }
    at
}
