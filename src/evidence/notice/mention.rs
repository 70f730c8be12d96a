//! Names in words: each license name or license URL with its version, and how it stands.

use super::frame::{self, Standing};
use super::meaning::{Match, Why};
use super::names::{Family, Found, Named, Names};
use super::url;
use super::version;
use super::words::{Gap, Kind, Words};
use crate::evidence::detection::Note;
use crate::license::{LicenseExpr, Suffix, Term};

/// One license name in the text: words `first..end`.
#[derive(Clone, Debug)]
pub(super) struct Mention {
    pub(super) first: usize,
    pub(super) end: usize,
    pub(super) expr: LicenseExpr,
    pub(super) standing: Standing,
    /// The word with which the frame begins.
    pub(super) from: usize,
    pub(super) is_url: bool,
    pub(super) plain: bool,
    pub(super) note: Option<Note>,
    /// The row that decided, where one did.
    pub(super) row: Option<&'static str>,
    /// The reason why it grants nothing, where a row gives one.
    pub(super) why: Option<Why>,
    /// How it belongs to the mention before it.
    pub(super) tied: Option<Tie>,
    /// A row says that its sentence offers a choice.
    pub(super) is_choice: bool,
}

/// How two names belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tie {
    Or,
    And,
}

impl Mention {
    fn new(
        (first, end): (usize, usize),
        expr: LicenseExpr,
        (standing, from): frame::Stand,
        note: Option<Note>,
    ) -> Self {
        let (row, why, tied) = (None, None, None);
        Mention {
            first,
            end,
            expr,
            standing,
            from,
            is_url: false,
            plain: false,
            note,
            row,
            why,
            tied,
            is_choice: false,
        }
    }

    /// True where the name is also a plain word, and no version stands beside it.
    pub(super) fn is_plain(&self) -> bool {
        self.plain && (self.note.is_some() || self.end - self.first < 2)
    }

    /// Statement of the words that `found` matches, by themselves.
    pub(super) fn stated(expr: LicenseExpr, found: &Match) -> Self {
        let place = (found.first, found.end);
        Mention { row: Some(found.id), ..Mention::new(place, expr, (Standing::Grant, found.first), None) }
    }
}

/// The names in `words`, in order.
pub(super) fn mentions(names: &Names, words: &Words) -> Vec<Mention> {
    let mut found: Vec<Mention> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let next = if words.kind(at) == Some(Kind::Url) { link(names, words, at) } else { name(names, words, at) };
        match next {
            Some(mut mention) => {
                at = mention.end.max(at + 1);
                if found.last().is_some_and(|last| leads_to_text(words, last, &mention)) {
                    mention.standing = Standing::Mention;
                }
                found.push(mention);
            }
            None => at += 1,
        }
    }
    found
}

/// True for "the following BSD-style license": it says what the text beside it is like, and the text decides.
fn describes(words: &Words, first: usize, end: usize) -> bool {
    let is_beside = first > 0 && words.is(first - 1, &["following", "above"]);
    is_beside && (first..end + 1).any(|at| words.is(at, &["style", "like"]))
}

/// True where a sentence that sends the reader to a text follows the sentence that grants: "Released under the MIT
/// license. For conditions of distribution and use, see ..." tells where the same terms stand.
fn leads_to_text(words: &Words, granted: &Mention, sent: &Mention) -> bool {
    let next = granted.end..=sent.first;
    let follows = sent.first.saturating_sub(granted.end) <= 1
        && next.clone().any(|at| words.gap(at).has(Gap::STOP))
        && !next.into_iter().any(|at| words.gap(at).has(Gap::PARAGRAPH));
    granted.standing == Standing::Grant && granted.note.is_none() && follows && words.is(sent.first, &["for", "see"])
}

fn link(names: &Names, words: &Words, at: usize) -> Option<Mention> {
    if let Some(badge) = badge(words, at) {
        return Some(badge);
    }
    let address = url::named(names, words.text(at))?;
    let suffix = if address.or_later { Suffix::OrLater } else { Suffix::Only };
    let (expr, note) = match (address.named, address.id) {
        (Named::Family(index), Some(id)) => (names.family(index).term(&id, suffix)?.into(), None),
        (Named::Family(index), None) => (default(names.family(index), words, at)?, unversioned(names.family(index))),
        (Named::Fixed(index) | Named::Phrase(index), _) => (names.fixed(index).clone(), None),
        (Named::Bsd, _) => (bsd()?, bsd_note()),
    };
    let (standing, from) = match frame::standing(words, at, at + 1, address.plain) {
        (Standing::Mention, from) if !address.plain => {
            frame::sent_to(words, at).map_or((Standing::Mention, from), |start| (Standing::Grant, start))
        }
        stand => stand,
    };
    let plain = address.plain;
    Some(Mention { is_url: true, plain, ..Mention::new((at, at + 1), expr, (standing, from), note) })
}

/// The license on a badge: `https://img.shields.io/badge/license-MIT-blue.svg`, `https://badgen.net/badge/license/MIT`.
fn badge(words: &Words, at: usize) -> Option<Mention> {
    let (_, label) = words.text(at).split_once("/badge/")?;
    let (key, value) = label.split_once(['-', ':', '/'])?;
    if !["license", "licence", "licensing"].contains(&key.trim().to_ascii_lowercase().as_str()) {
        return None;
    }
    // A hyphen of the value is written twice, the last single one stands before the color.
    let value = value.replace("--", "\u{1}");
    let value = value.rsplit_once('-').or_else(|| value.split_once('/')).map_or(value.as_str(), |(value, _)| value);
    let value = value.replace("%2F", "/").replace("%2f", "/").replace("%20", " ").replace("__", " ").replace('_', " ");
    let (expr, note) = super::named(&value.replace('\u{1}', "-"))?;
    Some(Mention { is_url: true, ..Mention::new((at, at + 1), expr, (Standing::Field, at), note) })
}

/// Words that a hyphen may join to the name of a license.
const JOINABLE: &[&str] = &[
    "license",
    "licence",
    "licensed",
    "licenced",
    "lizenz",
    "licens",
    "licentie",
    "style",
    "styled",
    "like",
    "type",
    "compatible",
    "or",
    "and",
];

/// True where a hyphen or dot joins the plain word before `end` with another one: `python-ecdsa`, `zlib.h`.
fn is_compound(words: &Words, end: usize) -> bool {
    words.gap(end).has(Gap::JOINED) && words.kind(end) == Some(Kind::Letters) && !words.is(end, JOINABLE)
}

fn name(names: &Names, words: &Words, at: usize) -> Option<Mention> {
    let found = names.at(words, at).filter(|found| !found.plain || !is_compound(words, found.end))?;
    let (mut first, mut end) = (at, found.end);
    let mut plain = found.plain;
    let (expr, note) = match found.named {
        Named::Family(index) => {
            let (family, stated) = stated(names, words, found, (at, index));
            match stated {
                Some(stated) => {
                    (first, end) = (first.min(stated.first), end.max(stated.end));
                    plain = plain && !family.is_gnu() && stated.end <= found.end;
                    (versions(family, &stated)?, None)
                }
                None if any_version(words, found.end) => (or_later_default(family)?, None),
                None => match unlisted(words, found.end, family) {
                    Some((expr, last)) => {
                        end = last;
                        (expr, Some(format!("not a version of {} that the SPDX list has", family.base).into()))
                    }
                    None => (default(family, words, at)?, unversioned(family)),
                },
            }
        }
        Named::Fixed(index) => {
            let expr = names.fixed(index);
            match other_version(words, (first, end), expr) {
                Some((own, base, last)) => {
                    end = last;
                    (own, Some(format!("not a version of {base} that the SPDX list has").into()))
                }
                None => (expr.clone(), None),
            }
        }
        Named::Phrase(index) => (names.fixed(index).clone(), None),
        Named::Bsd => (bsd()?, bsd_note()),
    };
    let (standing, from) = match found.named {
        Named::Phrase(_) => (Standing::Grant, first),
        Named::Bsd if describes(words, first, end) => (Standing::Mention, first),
        _ => match frame::standing(words, first, end, plain) {
            (Standing::Mention, _) if note.is_none() && frame::has_details(words, first, end) => {
                (Standing::Grant, first - 2)
            }
            stand => stand,
        },
    };
    Some(Mention { plain, ..Mention::new((first, end), expr, (standing, from), note) })
}

/// The family that is meant, and which of its versions. There is no GPL 2.1: who writes so means the LGPL.
fn stated<'n>(
    names: &'n Names,
    words: &Words,
    found: Found,
    (at, index): (usize, usize),
) -> (&'n Family, Option<version::Stated>) {
    let family = names.family(index);
    let stated = version::beside(words, at, found.end, family);
    let lesser = names.family_of("LGPL").filter(|_| family.base == "GPL" && stated.is_none());
    let meant = lesser.and_then(|lesser| {
        let stated = version::beside(words, at, found.end, lesser)?;
        stated.versions.iter().all(|(id, _)| id == "LGPL-2.1").then_some((lesser, Some(stated)))
    });
    meant.unwrap_or((family, stated))
}

fn versions(family: &Family, stated: &version::Stated) -> Option<LicenseExpr> {
    let terms = stated.versions.iter().filter_map(|(id, suffix)| family.term(id, *suffix)).map(LicenseExpr::from);
    LicenseExpr::any(terms)
}

/// A version that stands right behind the name and is none of the list's: `Zimbra Public License 1.2`. It is a license
/// of its own and no other version of the family. Numbers of GNU licenses that do not exist are slips.
fn unlisted(words: &Words, end: usize, family: &Family) -> Option<(LicenseExpr, usize)> {
    let (number, text) = number_beside(words, end)?;
    (!family.is_gnu() && own_license(family).is_none())
        .then(|| (Term::reference(format!("{}-{text}", family.base)).into(), number + 1))
}

/// The same for a license of which the list has one version, and a name without it: `Copyfree Open Innovation License
/// 0.5` is not COIL 1.0. Gives the license, its family and the end of its version.
fn other_version<'e>(
    words: &Words,
    (first, end): (usize, usize),
    expr: &'e LicenseExpr,
) -> Option<(LicenseExpr, &'e str, usize)> {
    let LicenseExpr::Term(term) = expr else { return None };
    let (base, version) = term.license.as_str().rsplit_once('-').filter(|_| term.suffix == Suffix::None)?;
    let is_version = version.contains('.') && version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let is_told = (first..end).any(|at| words.kind(at) == Some(Kind::Number));
    let (number, text) = number_beside(words, end).filter(|_| is_version && !is_told)?;
    let same = text.trim_end_matches(".0") == version.trim_end_matches(".0");
    (!same).then(|| (Term::reference(format!("{base}-{text}")).into(), base, number + 1))
}

/// The version right behind a name that ends at word `end`: its word, and what it says.
fn number_beside(words: &Words, end: usize) -> Option<(usize, &str)> {
    let named = words.is(end, &["version", "v"]);
    let number = end + usize::from(named);
    let text = words.text(number);
    let is_version = words.kind(number) == Some(Kind::Number) && (text.contains('.') || named && text.len() == 1);
    let apart = [Gap::STOP, Gap::PARAGRAPH, Gap::SEMICOLON, Gap::OPEN];
    let is_beside = (end..=number).all(|at| apart.iter().all(|gap| !words.gap(at).has(*gap)));
    (is_version && is_beside).then_some((number, text))
}

/// `any version`, `all versions` after a name, and `GPL+`.
fn any_version(words: &Words, end: usize) -> bool {
    (words.is(end, &["any", "all"]) && words.is(end + 1, &["version", "versions"])) || words.gap(end).has(Gap::PLUS)
}

fn or_later_default(family: &Family) -> Option<LicenseExpr> {
    let (_, id) = family.versions.first()?;
    family.term(id, Suffix::OrLater).map(LicenseExpr::from)
}

/// The grant of a family's name alone: "if no version is specified, any version ever published" for GNU licenses,
/// otherwise the version everybody means.
fn default(family: &Family, words: &Words, at: usize) -> Option<LicenseExpr> {
    if let Some(own) = own_license(family) {
        return Some(own);
    }
    let (version, suffix) = match family.base.as_str() {
        "GPL" => ("1.0", Suffix::OrLater),
        "LGPL" if words.is(at, &["lesser"]) || words.is(at + 1, &["lesser"]) => ("2.1", Suffix::OrLater),
        "LGPL" => ("2.0", Suffix::OrLater),
        "AGPL" => ("3.0", Suffix::OrLater),
        "GFDL" => ("1.1", Suffix::OrLater),
        "Artistic" => return crate::license::parse("Artistic-1.0-Perl").ok(),
        "Apache" => ("2.0", Suffix::None),
        "MPL" => ("1.1", Suffix::None),
        "EPL" | "CPL" | "CDDL" => ("1.0", Suffix::None),
        "Python" => ("2.0", Suffix::None),
        _ => (family.versions.last()?.0.as_str(), Suffix::None),
    };
    let id = family.version(version)?;
    family.term(id, suffix).map(LicenseExpr::from)
}

fn unversioned(family: &Family) -> Option<Note> {
    own_license(family).is_none().then(|| Note::Unversioned(family.base.clone()))
}

/// The license that has the family's name without a version, as `SISSL` beside `SISSL-1.2`.
fn own_license(family: &Family) -> Option<LicenseExpr> {
    let own = crate::license::license_ignoring_case(&family.base).filter(|own| !own.deprecated)?;
    Term::from_id(own.id).map(LicenseExpr::from)
}

fn bsd() -> Option<LicenseExpr> {
    crate::license::parse("BSD-3-Clause").ok()
}

fn bsd_note() -> Option<Note> {
    Some(Note::Unversioned("BSD: the family".to_owned()))
}
