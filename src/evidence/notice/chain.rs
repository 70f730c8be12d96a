//! Names that belong together: `A or B` in one sentence or field is one expression.

use std::collections::BTreeSet;

use super::aside::behind_exception;
use super::frame::Standing;
use super::mention::{Mention, Tie};
use super::names::spelled;
use super::words::{Gap, Kind, Words};
use crate::evidence::detection::Note;
use crate::license::{LicenseExpr, Suffix};
use crate::text::Span;

/// One statement: its expression, whether it grants, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Chain {
    pub(super) expr: LicenseExpr,
    pub(super) granted: bool,
    pub(super) span: Span,
    pub(super) note: Option<Note>,
    /// Every name in it stands alone or in a field: a list may consist of such.
    pub(super) listed: bool,
    pub(super) is_url: bool,
    /// Nothing but an address in it grants.
    by_address: bool,
    /// It is a line of its own.
    pub(super) alone: bool,
    /// The row that decided, where one did.
    pub(super) row: Option<&'static str>,
}

/// So many names in one statement are a list of licenses, not a grant.
const MOST_NAMES: usize = 8;

/// Names looked at together at most: beyond it is a list however long it is, and the work must not grow with its square.
const MOST_JOINED: usize = 64;

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
    "aka",
    "unported",
    "international",
    "generic",
    "universal",
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

/// So many licenses that only stand alone or in fields are data: a list that something reads.
const LIST: usize = 12;

/// Takes back the grants of lists, and lets a link that follows an open name say its version.
pub(super) fn settle(chains: &mut Vec<Chain>) {
    for at in 1..chains.len() {
        let (before, after) = chains.split_at_mut(at);
        let (Some(open), Some(link)) = (before.last_mut(), after.first()) else { continue };
        let near = link.span.start.saturating_sub(open.span.end) < 300;
        let is_open = open.granted && open.note.as_ref().is_some_and(Note::is_unversioned);
        if is_open && near && link.is_url && link.note.is_none() && same_families(&open.expr, &link.expr) {
            (open.expr, open.note) = (link.expr.clone(), None);
            open.span.end = link.span.end;
        }
    }
    drop_titles(chains);
    take_back_addresses(chains);
    take_back_lists(chains);
}

/// An address only repeats the license that the words grant: it cannot say whether later versions are granted as well.
fn take_back_addresses(chains: &mut [Chain]) {
    let names =
        |chain: &Chain| chain.expr.terms().into_iter().map(|term| term.license.clone()).collect::<BTreeSet<_>>();
    let granted: BTreeSet<_> =
        chains.iter().filter(|chain| chain.granted && !chain.by_address).flat_map(names).collect();
    let repeats = |chain: &&mut Chain| chain.by_address && names(chain).is_subset(&granted);
    chains.iter_mut().filter(repeats).for_each(|chain| chain.granted = false);
}

/// A file that names this many licenses is about licenses.
const CATALOGUE: usize = 40;

fn take_back_lists(chains: &mut [Chain]) {
    let named = |chain: &&Chain| chain.listed || !chain.granted;
    let count = |list: BTreeSet<String>| list.len();
    let listed = count(chains.iter().filter(named).flat_map(Chain::names).collect());
    let all = count(chains.iter().flat_map(Chain::names).collect());
    if listed > LIST {
        chains.iter_mut().filter(|chain| chain.listed).for_each(|chain| chain.granted = false);
    }
    if all > CATALOGUE {
        chains.iter_mut().for_each(|chain| chain.granted = false);
    }
}

impl Chain {
    fn names(&self) -> Vec<String> {
        self.expr.terms().into_iter().map(|term| term.to_string()).collect()
    }

    /// True where an exception can belong to it.
    pub(super) fn can_widen(&self) -> bool {
        let families = ["GPL", "LGPL", "AGPL", "Apache"];
        self.expr.terms().into_iter().any(|term| families.contains(&super::settle::family(term).as_str()))
    }
}

/// A title ("GPL v2 License") right above the words that grant the same license says less than they do.
fn drop_titles(chains: &mut Vec<Chain>) {
    let says_more = |title: &Chain, next: &Chain| {
        let near = next.span.start.saturating_sub(title.span.end) < 300;
        title.alone && next.granted && !next.alone && near && same_families(&title.expr, &next.expr)
    };
    let titles: Vec<bool> =
        (0..chains.len()).map(|at| chains.get(at + 1).is_some_and(|next| says_more(&chains[at], next))).collect();
    let mut at = 0;
    chains.retain(|_| {
        at += 1;
        !titles[at - 1]
    });
}

fn same_families(left: &LicenseExpr, right: &LicenseExpr) -> bool {
    let families = |expr: &LicenseExpr| expr.terms().into_iter().map(super::settle::family).collect::<BTreeSet<_>>();
    families(left) == families(right)
}

/// The statements that `mentions` make, in order.
pub(super) fn chains(words: &Words, mentions: &[Mention]) -> Vec<Chain> {
    let mut chains = Vec::new();
    let mut at = 0;
    while at < mentions.len() {
        let mut end = at + 1;
        let goes_on = |end: usize| mentions[end].tied.is_some() || joined(words, &mentions[end - 1], &mentions[end]);
        while end < mentions.len() && end - at < MOST_JOINED && goes_on(end) {
            end += 1;
        }
        chains.extend(statement(words, &mentions[at..end]));
        at = end;
    }
    chains
}

/// True where nothing but connecting words stands between two names.
fn joined(words: &Words, left: &Mention, right: &Mention) -> bool {
    let end = behind_exception(words, behind_aside(words, left.end));
    if right.first < end || right.first - end > 14 {
        return false;
    }
    // "a) the GNU GPL, or", and the sentence goes on in the next paragraph.
    let goes_on = |at: usize| at > end && words.is(at - 1, &["or", "and"]);
    let breaks = |at: usize| words.gap(at).has(Gap::STOP) || words.gap(at).has(Gap::PARAGRAPH) && !goes_on(at);
    let parted = |at: usize| is_lone_or(words, at) || at > end && is_lone_or(words, at - 1);
    if (end..=right.first).any(|at| breaks(at) && !parted(at)) {
        return false;
    }
    // Two lines of a list are two statements, unless a sign or a word joins them.
    let signs = [Gap::COMMA, Gap::SLASH, Gap::BAR, Gap::OPEN, Gap::CLOSE];
    let signed = (end..=right.first).any(|at| signs.iter().any(|sign| words.gap(at).has(*sign)));
    // Several licenses under one frame are one statement: "under either of", and a list.
    let framed = left.standing == Standing::Grant && right.standing == Standing::Grant && left.from == right.from;
    if end == right.first && words.gap(right.first).has(Gap::NEWLINE) && !signed && !framed {
        return false;
    }
    let link = |at: usize| {
        words.kind(at) == Some(Kind::Number) || BETWEEN.contains(&spelled(words.text(at))) || is_item(words, at)
    };
    (end..right.first).all(link)
}

/// True for an "or" that is a paragraph of its own: it parts the items of a list of which each ends in a full stop.
fn is_lone_or(words: &Words, at: usize) -> bool {
    words.is(at, &["or"]) && words.gap(at).has(Gap::PARAGRAPH) && words.gap(at + 1).has(Gap::PARAGRAPH)
}

/// Words of an aside at most.
const ASIDE: usize = 16;

/// The first word behind an aside that begins at `at` and says where the text is: "(found in the LICENSE file)".
fn behind_aside(words: &Words, at: usize) -> usize {
    let ends = |next: &usize| [Gap::CLOSE, Gap::STOP, Gap::PARAGRAPH].iter().any(|gap| words.gap(*next).has(*gap));
    let close = (at + 1..at + ASIDE).find(ends).filter(|next| words.gap(*next).has(Gap::CLOSE));
    let leads = |close: &usize| {
        words.gap(at).has(Gap::OPEN)
            && words.is(at, &["found", "see", "in"])
            && (at..*close).any(|next| words.is(next, &["file"]))
    };
    close.filter(leads).unwrap_or(at)
}

/// True for the "b" of "b) the Artistic License".
fn is_item(words: &Words, at: usize) -> bool {
    words.text(at).len() == 1 && words.gap(at + 1).has(Gap::CLOSE)
}

fn statement(words: &Words, mentions: &[Mention]) -> Option<Chain> {
    let first_granted = mentions.iter().position(|one| one.standing > Standing::Mention);
    let granted = first_granted.is_some() && mentions.len() <= MOST_NAMES;
    let kept: Vec<&Mention> = match first_granted {
        Some(at) => {
            mentions[joined_from(mentions, at)..].iter().filter(|one| one.standing != Standing::Denied).collect()
        }
        None => mentions.iter().collect(),
    };
    let (first, last) = (kept.first()?, kept.last()?);
    let plain = |one: &&Mention| one.plain && one.standing == Standing::Mention;
    if !granted && kept.iter().all(plain) {
        return None;
    }
    let said = refined(words, &kept);
    let parts = said.iter().enumerate().map(|(at, one)| shared_version(words, one, said.get(at + 1).copied()));
    let ties = |tie: Tie| kept.iter().skip(1).any(|one| one.tied == Some(tie));
    let is_choice = kept.iter().any(|one| one.is_choice) || is_choice(words, first, last);
    let expr = match (ties(Tie::Or), ties(Tie::And)) {
        (true, true) => nested(&said, parts),
        (is_tied, is_parted) if is_tied || is_choice && !is_parted => LicenseExpr::any(parts),
        _ => LicenseExpr::all(parts),
    }?;
    let why = kept.iter().find_map(|one| one.why).filter(|_| !granted).map(|why| why.note().into());
    let note = why.or_else(|| said.iter().find_map(|one| one.note.clone()));
    let row = kept.iter().find_map(|one| one.row);
    let from = kept.iter().map(|one| one.from).min()?.min(first.first);
    let span = Span::new(words.get(from)?.span.start, words.get(last.end.max(1) - 1)?.span.end);
    let listed = kept.iter().all(|one| one.standing < Standing::Grant);
    let is_url = kept.iter().all(|one| one.is_url);
    let by_address = granted && kept.iter().all(|one| one.is_url || one.standing <= Standing::Mention);
    let alone = kept.iter().all(|one| one.standing == Standing::Alone);
    Some(Chain { expr, granted, span, note, listed, is_url, by_address, alone, row })
}

/// "A and either B or C": the names that are tied by "and" part the choices.
fn nested(said: &[&Mention], parts: impl Iterator<Item = LicenseExpr>) -> Option<LicenseExpr> {
    let mut choices: Vec<Vec<LicenseExpr>> = Vec::new();
    for (one, part) in said.iter().zip(parts) {
        match choices.last_mut().filter(|_| one.tied != Some(Tie::And)) {
            Some(choice) => choice.push(part),
            None => choices.push(vec![part]),
        }
    }
    LicenseExpr::all(choices.into_iter().filter_map(LicenseExpr::any))
}

/// Without the names that another one in the same statement makes precise (`Apache License: .../LICENSE-2.0`), and
/// without second names of the same license.
fn refined<'m>(words: &Words, kept: &[&'m Mention]) -> Vec<&'m Mention> {
    let family = |one: &Mention| one.expr.terms().iter().next().map(|term| super::settle::family(term));
    let open = |one: &Mention| one.note.as_ref().is_some_and(Note::is_unversioned);
    let precise = |one: &Mention| kept.iter().any(|other| !open(other) && family(other) == family(one));
    // "http://www.gnu.org/copyleft/lesser.html LGPL License 2.1": the words say which.
    let worded = |one: &Mention| {
        one.is_url && kept.iter().any(|other| !other.is_url && !open(other) && family(other) == family(one))
    };
    // "CC0 1.0 Public Domain Dedication": the dedication is the license.
    let dedicated = kept.iter().any(|one| matches!(family(one).as_deref(), Some("CC0" | "PDDL" | "Unlicense")));
    let repeats = |one: &Mention| dedicated && one.expr.to_string() == "LicenseRef-public-domain";
    let second = |at: usize| at > 0 && is_other_name(words, kept[at - 1], kept[at]) && !repeats(kept[at - 1]);
    // "the GNU Lesser General Public Licenses (LGPL)": the short name only repeats the family.
    let short = |at: usize, one: &Mention| {
        at > 0 && words.gap(one.first).has(Gap::OPEN) && open(kept[at - 1]) && family(kept[at - 1]) == family(one)
    };
    let adds_nothing = |at: usize, one: &Mention| {
        second(at)
            || is_repeated(words, kept, at)
            || repeats(one)
            || worded(one)
            || open(one) && (precise(one) || short(at, one))
    };
    let said = kept.iter().enumerate().filter(|(at, one)| !adds_nothing(*at, one));
    said.map(|(_, one)| *one).collect()
}

/// True for one of "GPL version 3 or later (GPLv3)", where the other says as much of the same license or more.
fn is_repeated(words: &Words, kept: &[&Mention], at: usize) -> bool {
    let is_bracket = |at: usize| at > 0 && kept.get(at).is_some_and(|one| words.gap(one.first).has(Gap::OPEN));
    let single = |one: &Mention| match &one.expr {
        LicenseExpr::Term(term) => Some(term.clone()),
        _ => None,
    };
    let says_less = |one: &Mention, other: &Mention| {
        let (Some(one), Some(other)) = (single(one), single(other)) else { return false };
        one.license == other.license && one.suffix == Suffix::Only && other.suffix == Suffix::OrLater
    };
    is_bracket(at) && says_less(kept[at], kept[at - 1]) || is_bracket(at + 1) && says_less(kept[at], kept[at + 1])
}

/// True where `right` is what the name before it is also called: `Zimbra Public License (ZPL)`, `MIT (aka X11)`.
fn is_other_name(words: &Words, left: &Mention, right: &Mention) -> bool {
    let closed = |from: usize, to: usize| (from..=to).any(|at| words.gap(at).has(Gap::CLOSE));
    let opened = (left.end..=right.first).any(|at| words.gap(at).has(Gap::OPEN));
    let linked = (left.end..right.first).all(|at| words.is(at, &["aka", "a", "k", "also", "license", "licence"]));
    let family = |one: &Mention| one.expr.terms().iter().next().map(|term| super::settle::family(term));
    opened
        && linked
        && closed(right.first + 1, right.end + 1)
        && !closed(left.first, left.end)
        && family(left) != family(right)
}

/// "the GPL or LGPL version 2 licenses": the version belongs to both names.
fn shared_version(words: &Words, one: &Mention, next: Option<&Mention>) -> LicenseExpr {
    let same = || {
        let next = next.filter(|next| one.note.is_some() && next.note.is_none() && next.first - one.end <= 2)?;
        let plural = words.is(next.end, &["licenses", "licences"]);
        let (LicenseExpr::Term(own), LicenseExpr::Term(other)) = (&one.expr, &next.expr) else { return None };
        let version = other.license.as_str().rsplit_once('-')?.1;
        let base = own.license.as_str().rsplit_once('-')?.0;
        let term = crate::license::Term::from_id(&format!("{base}-{version}"))?;
        plural.then(|| LicenseExpr::from(term.with_suffix(other.suffix)))
    };
    same().unwrap_or_else(|| one.expr.clone())
}

fn is_choice(words: &Words, first: &Mention, last: &Mention) -> bool {
    let from = first.first.saturating_sub(12);
    let before = (from..first.first).any(|at| words.is(at, &["dual", "either", "dually", "choice", "disjunctive"]));
    let after = (last.end..last.end + 4).any(|at| words.is(at, &["at", "choice"]) && words.is(at + 1, &["your", "of"]));
    let between = (first.end..last.first).any(|at| {
        words.is(at, &["or", "alternatively", "choice"]) || words.gap(at).has(Gap::SLASH) || words.gap(at).has(Gap::BAR)
    });
    before
        || after
        || between
        || is_offered(words, last.end)
        || words.gap(last.first).has(Gap::SLASH)
        || words.gap(last.first).has(Gap::BAR)
}

/// True where "you may select one of the above" follows.
fn is_offered(words: &Words, end: usize) -> bool {
    let from = behind_aside(words, end);
    let near = (from..from + 5).take_while(|at| !words.gap(*at).has(Gap::PARAGRAPH));
    near.into_iter().any(|at| words.is(at, &["may", "can", "must"]) && words.is(at + 1, &["select", "choose"]))
}

/// The first of the names right before the granted one at `at`: `MIT/GPLv2 licensed` grants both.
fn joined_from(mentions: &[Mention], at: usize) -> usize {
    let mut from = at;
    while from > 0
        && mentions[from].first - mentions[from - 1].end <= 2
        && mentions[from - 1].standing != Standing::Denied
    {
        from -= 1;
    }
    from
}
