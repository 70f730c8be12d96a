//! Who speaks for a package: its license document, its manifest, its readme, and the headers of its files.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::evidence::{FileEvidence, Role, Witness};
use crate::license::{LicenseExpr, Suffix, Term, refines};

use super::language::is_code;
use super::scope::{Saying, Scope, is_manifest, is_set, reading, saying};
use super::{Basis, fits, same_names};

/// Where a voice comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Speaker {
    Document,
    Manifest,
    Readme,
    Headers,
}

/// Sign of a choice that is less than a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guess {
    /// The names of the license files: `LICENSE-MIT` beside `LICENSE-APACHE`.
    Names,
    /// Words that offer a choice ("dual licensed"), of which it is not known between what.
    Offer,
}

impl fmt::Display for Guess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Guess::Names => "the names of the license files suggest a choice, and nothing states one",
            Guess::Offer => "a choice is offered, and nothing names the licenses to choose from",
        })
    }
}

/// Statement of one class of witness for the whole package.
#[derive(Clone, Debug)]
pub(super) struct Voice {
    pub(super) speaker: Speaker,
    pub(super) expr: LicenseExpr,
    pub(super) operator_unstated: bool,
    /// Sign that the texts of several license files are a choice, where no words join their names.
    pub(super) guess: Option<Guess>,
    /// True for license documents that stand far below the root, where nothing nearer states a license.
    pub(super) is_far_down: bool,
    pub(super) basis: Vec<Basis>,
    /// Headers that grant the same licenses with another suffix or exception.
    pub(super) others: Vec<Basis>,
    /// Files that say `expr`, and files that say anything.
    pub(super) files: usize,
    pub(super) speaking: usize,
    /// Files that could have said something: those of source code.
    pub(super) asked: usize,
    /// How many headers say each expression; empty for the other speakers.
    pub(super) tally: BTreeMap<LicenseExpr, usize>,
}

/// So many headers that agree are the project's own, however many other files a bundled library adds: of 261 packages
/// read by hand none had 30 copied headers of one license that most of its own files did not share.
const MANY: usize = 30;

impl Voice {
    /// True where `other` says nothing that this voice does not say as well.
    pub(super) fn explains(&self, other: &Voice) -> bool {
        !self.is_vague() && fits(&other.expr, other.is_vague(), &self.expr)
    }

    /// True where words say that there is a choice.
    pub(super) fn states_choice(&self) -> bool {
        matches!(self.expr, LicenseExpr::Or(_)) && !self.is_only_text()
    }

    /// True for a choice between the licenses whose texts a document holds, however vaguely their versions are named.
    pub(super) fn offers_texts_of(&self, document: &Voice) -> bool {
        let names_all = || same_names(&self.expr, &document.expr) && same_names(&document.expr, &self.expr);
        self.states_choice() && document.is_only_text() && names_all()
    }

    /// The same where "GPLv3" is no more than a name: nothing but the word "only" takes later versions back.
    pub(super) fn abbreviated(&self) -> Voice {
        let says_only =
            |basis: &Basis| basis.quote.split(|letter: char| !letter.is_alphanumeric()).any(|word| word == "only");
        if self.basis.iter().any(says_only) {
            return self.clone();
        }
        let open = |term: &Term| match term.suffix {
            Suffix::Only => term.clone().with_suffix(Suffix::Unstated),
            _ => term.clone(),
        };
        Voice { expr: self.expr.map_terms(&mut |term| open(term)), ..self.clone() }
    }

    /// True where both name a license of the same id, whatever its suffix.
    pub(super) fn shares_license(&self, other: &Voice) -> bool {
        let ours = self.expr.terms();
        let vague = other.is_vague();
        let same = |own: &Term, term: &Term| own.family() == term.family() || vague && refines(own, term);
        other.expr.terms().iter().any(|term| ours.iter().any(|own| same(own, term)))
    }

    /// True for headers that agree with each other, and of which next to none says what `other` says.
    pub(super) fn speaks_against(&self, other: &Voice) -> bool {
        let is_plain = self.speaker == Speaker::Headers && !self.is_vague() && !self.shares_license(other);
        is_plain && (self.covers_most() || self.is_plurality() && !self.is_shared_by_files(other))
    }

    /// True for headers of most files that grant another version of the license whose text is there.
    pub(super) fn grants_another_version(&self, text: &Voice) -> bool {
        let texts = text.expr.terms();
        let is_another = |own: &Term| {
            let other = |term: &&Term| term.family() == own.family() && term.license != own.license;
            matches!(own.suffix, Suffix::Only | Suffix::OrLater) && texts.iter().all(other)
        };
        let is_plain = self.speaker == Speaker::Headers && !self.is_vague();
        let is_own = || self.covers_most() || self.is_plurality() && !self.is_shared_by_files(text);
        is_plain && is_own() && self.expr.terms().into_iter().all(is_another)
    }

    /// True for a field that names the licenses whose texts the document holds, and grants no later versions.
    pub(super) fn is_repeated_by(&self, document: &Voice) -> bool {
        let is_later = self.expr.terms().iter().any(|term| term.suffix == Suffix::OrLater);
        !is_later && document.is_only_text() && same_names(&self.expr, &document.expr)
    }

    /// True for headers that grant the version whose text the document holds, where a field names another version of it.
    pub(super) fn is_of_text(&self, document: &Voice, field: &Voice) -> bool {
        let another = || match (&document.expr, &field.expr) {
            (LicenseExpr::Term(text), LicenseExpr::Term(named)) => {
                text.family() == named.family() && text.license != named.license
            }
            _ => false,
        };
        let is_plain = self.is_broad() && !self.is_vague() && !field.is_vague() && document.is_only_text();
        is_plain && another() && same_names(&self.expr, &document.expr)
    }

    /// True for a readme that gives parts their licenses ("the library is under the LGPL, the tools under the GPL"), where
    /// the document holds the texts of these families and of no other.
    fn joins_families(&self, document: &Voice) -> bool {
        let families = |expr: &LicenseExpr| {
            let terms = expr.terms();
            let names = terms.iter().map(|term| term.family().to_owned()).collect::<BTreeSet<String>>();
            (names.len() == terms.len()).then_some(names)
        };
        let same = || families(&self.expr).is_some_and(|own| families(&document.expr).as_ref() == Some(&own));
        matches!(self.expr, LicenseExpr::And(_)) && document.is_only_text() && same()
    }

    /// How many headers say what `other` says, and nothing else.
    pub(super) fn count_of(&self, other: &Voice) -> usize {
        self.tally.iter().filter(|(expr, _)| fits(expr, false, &other.expr)).map(|(_, files)| *files).sum()
    }

    /// True for many headers, at least twice as many as say anything else.
    fn is_plurality(&self) -> bool {
        let next = self.tally.iter().filter(|(expr, _)| **expr != self.expr).map(|(_, files)| *files).max();
        self.files >= MANY && !self.is_marginal() && next.unwrap_or(0) * 2 <= self.files
    }

    /// True where some headers, not one or two, say what `other` says.
    fn is_shared_by_files(&self, other: &Voice) -> bool {
        self.count_of(other) * 10 > self.files
    }

    /// True where only a family is named ("GPL", "BSD").
    pub(super) fn is_vague(&self) -> bool {
        self.basis.iter().all(|basis| basis.vague)
    }

    /// True for headers that many files carry: they are then no accident.
    pub(super) fn is_broad(&self) -> bool {
        self.files >= 3 && self.files * 2 > self.speaking || self.files > 0 && self.files == self.speaking
    }

    /// True for headers that most of what ships carries: they then speak for the package.
    pub(super) fn covers_most(&self) -> bool {
        self.is_broad() && self.files * 2 > self.asked
    }

    /// True for headers of a few files among many: they speak for these files.
    pub(super) fn is_marginal(&self) -> bool {
        self.speaker == Speaker::Headers && self.files * 4 < self.asked.max(self.speaking)
    }

    /// True where nothing but license texts speaks: they are available, which is not yet a claim.
    pub(super) fn is_only_text(&self) -> bool {
        self.basis.iter().all(|basis| basis.class == Witness::Text)
    }

    /// True where a term does not say whether later versions are granted.
    pub(super) fn leaves_suffix_open(&self) -> bool {
        self.expr.terms().iter().any(|term| term.suffix == Suffix::Unstated)
    }
}

/// All voices of the scope, in the order of [`Speaker`].
pub(super) fn hear(scope: &Scope<'_>) -> Vec<Voice> {
    let mut near = document(scope, scope.nearest(|file| file.role == Role::LicenseText && reading(file).is_some()));
    let readme = readme(scope);
    if let (Some(near), Some(readme)) = (&mut near, &readme) {
        near.operator_unstated &= !readme.joins_families(near);
    }
    let voices: Vec<Voice> = [near, manifest(scope), readme, headers(scope)].into_iter().flatten().collect();
    if !voices.is_empty() {
        return voices;
    }
    let far = document(scope, scope.documents_far_down());
    far.map(|voice| Voice { is_far_down: true, ..voice }).into_iter().collect()
}

fn document(scope: &Scope<'_>, files: Vec<&FileEvidence>) -> Option<Voice> {
    let sayings: Vec<Saying> = files.iter().filter_map(|file| reading(file)).collect();
    let joined = sayings.iter().any(|saying| saying.joined);
    let merged = without_companions(sayings.into_iter().map(|saying| saying.basis).collect());
    if let Some(expr) = stated_operator(scope, &merged, joined) {
        return Some(single(Speaker::Document, expr, false, merged));
    }
    let parts: Vec<LicenseExpr> = without_families(&merged).map(|basis| basis.expr.clone()).collect();
    let is_choice = |expr: &LicenseExpr| expr.terms().iter().all(|term| term.is_permissive());
    let named = merged.len() > 1 && merged.iter().all(|basis| names_its_license(basis.file.name(), &basis.expr));
    let guess = match named && parts.iter().all(is_choice) {
        true => Some(Guess::Names),
        false => (parts.len() > 1 && scope.offers_choice()).then_some(Guess::Offer),
    };
    let expr = if guess.is_some() { LicenseExpr::any(parts) } else { LicenseExpr::all(parts) }?;
    let operator_unstated = guess.is_none() && expr.terms().len() > 1 && (joined || merged.len() > 1);
    Some(Voice { guess, ..single(Speaker::Document, expr, operator_unstated, merged) })
}

/// Statement of a document about how the texts beside it belong together: a list, or words that give each part
/// of the project its license, where the files of each part grant it.
fn stated_operator(scope: &Scope<'_>, merged: &[Basis], joined: bool) -> Option<LicenseExpr> {
    let is_list = |basis: &&Basis| basis.class != Witness::Text && basis.expr.terms().len() > 1;
    let offer = merged.iter().find(is_list)?;
    let grants_each = || {
        let joins = scope.open_choice().is_none() && matches!(offer.expr, LicenseExpr::And(_));
        joins && offer.expr.terms().iter().all(|term| scope.is_granted_by_files(term))
    };
    let is_stated = if joined { grants_each() } else { true };
    (is_stated && merged.iter().all(|other| same_names(&other.expr, &offer.expr))).then(|| offer.expr.clone())
}

/// The documents without those that name only a family ("GPL, see COPYING") of which another one holds the text.
fn without_families(merged: &[Basis]) -> impl Iterator<Item = &Basis> {
    let is_precise = |vague: &Basis| {
        let others = || merged.iter().filter(|basis| !basis.vague).flat_map(|basis| basis.expr.terms());
        vague.expr.terms().iter().all(|term| others().any(|exact| exact.family() == term.family()))
    };
    merged.iter().filter(move |basis| !basis.vague || !is_precise(basis))
}

/// LGPL-3.0 builds on GPL-3.0 and ships its text too: the pair is LGPL-3.0.
fn without_companions(bases: Vec<Basis>) -> Vec<Basis> {
    let says = |id: &str| bases.iter().any(|basis| basis.expr.terms().iter().any(|term| term.license.as_str() == id));
    let drop_gpl3 = says("LGPL-3.0");
    bases.into_iter().filter(|basis| !(drop_gpl3 && only_names(&basis.expr, "GPL-3.0"))).collect()
}

fn only_names(expr: &LicenseExpr, id: &str) -> bool {
    expr.terms().iter().all(|term| term.license.as_str() == id)
}

/// Names of documents that differ from the SPDX ids of their licenses: LICENSE-BOOST, LICENSE-ASL-2.0.
const ALIASES: [(&str, &str); 5] =
    [("BOOST", "BSL"), ("ASL", "APACHE"), ("AL2", "APACHE"), ("EXPAT", "MIT"), ("X11", "MIT")];

/// `LICENSE-MIT`, `COPYING.APACHE`, `UNLICENSE`: a document that is one of several to choose from. COPYING.Lua, the MIT
/// text of a bundled part, is called after the part.
fn names_its_license(name: &str, expr: &LicenseExpr) -> bool {
    let stem = name.to_ascii_uppercase();
    let prefix = ["LICENSE", "LICENCE", "COPYING"].iter().find_map(|prefix| stem.strip_prefix(prefix));
    let rest = prefix.unwrap_or(&stem).trim_start_matches(['-', '.', '_']);
    let word = rest.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    let alias = ALIASES.iter().find(|(name, _)| rest.starts_with(name)).map_or(word, |(_, id)| id);
    let is_called = |id: &str| id.to_ascii_uppercase().starts_with(alias);
    !alias.is_empty() && expr.terms().iter().all(|term| is_called(term.license.as_str()))
}

fn manifest(scope: &Scope<'_>) -> Option<Voice> {
    let stated = |file: &FileEvidence| saying(file, Witness::Manifest).is_some();
    let main = |file: &FileEvidence| {
        !matches!(file.role, Role::Vendored | Role::Test | Role::Example | Role::ThirdParty | Role::OtherPlatform)
    };
    let files = scope.nearest(|file| main(file) && stated(file));
    let bases: Vec<Basis> =
        files.iter().filter_map(|file| saying(file, Witness::Manifest)).map(|saying| saying.basis).collect();
    let best = clearest(&bases)?;
    let operator_unstated = files.iter().any(|file| file.path == best.file && is_set(file));
    Some(single(Speaker::Manifest, best.expr.clone(), operator_unstated, bases.clone()))
}

fn readme(scope: &Scope<'_>) -> Option<Voice> {
    let bases: Vec<Basis> = scope
        .at_root(|file| said_by_readme(file).is_some() && file.role != Role::Vendored)
        .into_iter()
        .filter_map(said_by_readme)
        .map(|saying| saying.basis)
        .collect();
    let best = clearest(&bases)?;
    Some(single(Speaker::Readme, best.expr.clone(), false, bases.clone()))
}

/// Statement of a readme: words that grant, else the text of a license at its end.
fn said_by_readme(file: &FileEvidence) -> Option<Saying> {
    let is_readme = || file.role == Role::Docs && file.path.name().to_ascii_lowercase().starts_with("readme");
    saying(file, Witness::Readme).or_else(|| saying(file, Witness::Text).filter(|_| is_readme()))
}

/// License of the files that ship: the expression that most of them carry.
fn headers(scope: &Scope<'_>) -> Option<Voice> {
    let mut by_expr: BTreeMap<LicenseExpr, Vec<Basis>> = BTreeMap::new();
    let own = |class| matches!(class, Witness::Tag | Witness::Grant | Witness::Text);
    for file in scope.with_role(Role::Shipped).filter(|file| !is_manifest(file)) {
        if let Some(said) = reading(file).filter(|said| own(said.basis.class)) {
            by_expr.entry(said.basis.expr.clone()).or_default().push(said.basis);
        }
    }
    let tally: BTreeMap<LicenseExpr, usize> = by_expr.iter().map(|(expr, bases)| (expr.clone(), bases.len())).collect();
    let speaking = tally.values().sum();
    // A name ("License: GPL-3") does not outweigh one grant of later versions.
    let is_later = |expr: &LicenseExpr| expr.terms().iter().any(|term| term.suffix == Suffix::OrLater);
    let expr = by_expr.iter().max_by_key(|(expr, bases)| (bases.len(), is_later(expr)))?.0.clone();
    let shown = counted(by_expr.remove(&expr)?)?;
    let files = shown.files;
    let others = by_expr.into_iter().filter(|(other, _)| names_same(other, &expr));
    let others = others.filter_map(|(_, bases)| counted(bases)).collect();
    let basis = vec![shown];
    let asked = asked(scope).max(speaking);
    Some(Voice { others, files, speaking, asked, tally, ..single(Speaker::Headers, expr, false, basis) })
}

/// How many files that ship could have a header: those of source code; all of them where none is.
fn asked(scope: &Scope<'_>) -> usize {
    let silent = |file: &&FileEvidence| file.unread.is_none() && !is_manifest(file);
    let files = || scope.with_role(Role::Shipped).filter(silent);
    match files().filter(|file| is_code(file)).count() {
        0 => files().count(),
        code => code,
    }
}

/// The first of the witnesses, which stands for all of them.
fn counted(bases: Vec<Basis>) -> Option<Basis> {
    let files = bases.len();
    bases.into_iter().next().map(|first| Basis { files, ..first })
}

fn names_same(left: &LicenseExpr, right: &LicenseExpr) -> bool {
    let names = |expr: &LicenseExpr| expr.terms().into_iter().map(|term| term.license.clone()).collect::<BTreeSet<_>>();
    names(left) == names(right)
}

fn single(speaker: Speaker, expr: LicenseExpr, operator_unstated: bool, basis: Vec<Basis>) -> Voice {
    let (files, others, tally) = (basis.len(), Vec::new(), BTreeMap::new());
    let (speaking, asked, guess, is_far_down) = (files, files, None, false);
    Voice { speaker, expr, operator_unstated, guess, is_far_down, basis, others, files, speaking, asked, tally }
}

/// The statement that says most: not vague, with a stated suffix, with operators.
fn clearest(bases: &[Basis]) -> Option<&Basis> {
    let rank = |basis: &Basis| {
        let terms = basis.expr.terms();
        let open = terms.iter().any(|term| term.suffix == Suffix::Unstated);
        (!basis.vague, !open, terms.len())
    };
    // `max_by_key` keeps the last of equals; the first file by path is the one to show.
    bases.iter().rev().max_by_key(|basis| rank(basis))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_of_a_choice_are_called_after_their_licenses() {
        for (file, id, is_named) in [
            ("LICENSE-MIT", "MIT", true),
            ("LICENSE-APACHE", "Apache-2.0", true),
            ("LICENSE.Apache-2.0.txt", "Apache-2.0", true),
            ("COPYING.BSD3", "BSD-3-Clause", true),
            ("LICENSE_BOOST", "BSL-1.0", true),
            ("UNLICENSE", "Unlicense", true),
            ("COPYING.Lua", "MIT", false),
            ("COPYING.Minizip", "Zlib", false),
            ("LICENSE.txt", "MIT", false),
            ("LICENSE", "MIT", false),
        ] {
            let expr = crate::license::parse(id).expect("SPDX");
            assert_eq!(names_its_license(file, &expr), is_named, "{file}");
        }
    }
}
