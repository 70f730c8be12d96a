//! Only this version, or later ones: decided by grants, never by a license text.

use crate::evidence::{Role, Witness};
use crate::license::{LicenseExpr, Suffix, Term};

use super::language::is_code;
use super::scope::{Saying, Scope, reading};
use super::voice::{Speaker, Voice};

/// `expr` with each open suffix filled from the strongest voice that states it for the same license.
pub(super) fn settle(expr: &LicenseExpr, voices: &[Voice], scope: &Scope<'_>) -> LicenseExpr {
    expr.map_terms(&mut |term| {
        let with = |suffix| term.clone().with_suffix(suffix);
        let stated = match term.suffix {
            // The grants of its files come before a readme or a field that abbreviates "GPLv2".
            Suffix::Unstated => granted_by_files(term, expr, scope)
                .or_else(|| stated_for(term, voices))
                .map(with)
                .or_else(|| granted_beside(term, voices)),
            // A field that abbreviates "GPLv3" does not take back what the headers grant.
            Suffix::Only => granted_later(term, voices).or_else(|| granted_by_files(term, expr, scope)).map(with),
            Suffix::OrLater | Suffix::None => None,
        };
        stated.unwrap_or_else(|| term.clone())
    })
}

/// The grant that the text `term` was shipped for: "version 2 or later" in the headers beside the text of version 3.
fn granted_beside(text: &Term, voices: &[Voice]) -> Option<Term> {
    let granting = voices.iter().rev().filter(|voice| voice.is_broad() && !voice.is_vague());
    let terms = granting.flat_map(|voice| voice.expr.terms());
    terms.into_iter().find(|grant| text.is_text_for(grant) && !grant.is_family_alone()).cloned()
}

/// Headers first (they grant), then the rest in the order they speak.
fn stated_for(term: &Term, voices: &[Voice]) -> Option<Suffix> {
    // "LGPL" in a readme names every version, and says nothing of the one whose text is there.
    let by_weight = voices.iter().rev().filter(|voice| voice.is_broad() && !voice.is_vague());
    by_weight.flat_map(|voice| voice.expr.terms()).find_map(|other| {
        let decides = matches!(other.suffix, Suffix::Only | Suffix::OrLater);
        (other.license == term.license && decides).then_some(other.suffix)
    })
}

fn granted_later(term: &Term, voices: &[Voice]) -> Option<Suffix> {
    // "LGPL" in a readme grants nothing of the version whose text is there.
    let says = |voice: &Voice| matches!(voice.speaker, Speaker::Headers | Speaker::Readme) && !voice.is_vague();
    let grants = |voice: &&Voice| says(voice) && voice.is_broad();
    let later = |other: &Term| other.license == term.license && other.suffix == Suffix::OrLater;
    let granted = voices.iter().filter(grants).any(|voice| voice.expr.terms().into_iter().any(later));
    granted.then_some(Suffix::OrLater)
}

/// So many files that grant later versions are no accident.
const SOME: usize = 3;

/// Later versions, where the files under this very license grant them, however few of all files these are; one or two
/// files alone count where they are half of those that say anything, and no other file names the license. Two are enough
/// where `whole` gives each part its license and a bare text leaves it open: theirs is that of the programs beside a library.
fn granted_by_files(term: &Term, whole: &LicenseExpr, scope: &Scope<'_>) -> Option<Suffix> {
    let grants = grants_of_code(scope);
    let suffixes = grants.iter().filter_map(|said| {
        said.basis.expr.terms().into_iter().find(|other| other.license == term.license).map(|other| other.suffix)
    });
    let (later, others): (Vec<Suffix>, Vec<Suffix>) = suffixes.partition(|suffix| *suffix == Suffix::OrLater);
    let are_many = later.len() >= SOME && later.len() > 2 * others.len();
    let are_half = !later.is_empty() && others.is_empty() && 2 * later.len() >= grants.len();
    let is_open = term.suffix == Suffix::Unstated && matches!(whole, LicenseExpr::And(_));
    let are_of_part = is_open && later.len() > 1 && others.is_empty();
    (are_many || are_half || are_of_part).then_some(Suffix::OrLater)
}

/// Grants of the code that ships, else of the other files: `license: GPLv3` in the settings of a service is a name, and
/// takes nothing back of what headers grant.
fn grants_of_code(scope: &Scope<'_>) -> Vec<Saying> {
    let said = scope.with_role(Role::Shipped).filter_map(|file| Some((is_code(file), reading(file)?)));
    let granted = said.filter(|(_, said)| matches!(said.basis.class, Witness::Tag | Witness::Grant));
    let (code, others): (Vec<_>, Vec<_>) = granted.partition(|(is_code, _)| *is_code);
    let chosen = if code.is_empty() { others } else { code };
    chosen.into_iter().map(|(_, said)| said).collect()
}
