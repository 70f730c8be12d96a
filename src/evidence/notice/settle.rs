//! Statements of one file, combined after every detector has looked at it.
//!
//! Drops statements that another one in the same file makes precise, and lists of names that grant nothing.

use std::collections::BTreeSet;

use crate::evidence::detection::{BY_REFERENCE, Detection, Pointer, Witness};
use crate::license::{LicenseExpr, Term};
use crate::text::LineRange;

/// A file that names more licenses than this without a text is a list of licenses: data.
const LIST: usize = 14;

/// Leaves out what other statements of the file make precise.
pub(in crate::evidence) fn settle(found: &mut Vec<Detection>) {
    make_offers_precise(found);
    let firm: BTreeSet<String> = found
        .iter()
        .filter(|one| one.class < Witness::Clue && !one.is_family())
        .flat_map(|one| families(&one.expr))
        .collect();
    let manifests: Vec<_> = found.iter().filter(|one| one.class == Witness::Manifest).map(|one| one.lines).collect();
    found.retain(|one| {
        let repeated = one.class == Witness::Grant
            && manifests.iter().any(|lines| lines.first <= one.lines.last && one.lines.first <= lines.last);
        let open = one.class != Witness::Clue
            && one.is_family()
            && !is_widened(&one.expr)
            && families(&one.expr).iter().all(|family| firm.contains(family));
        !repeated && !open
    });
    drop_captions(found);
    name_after_texts(found);
    let granted: BTreeSet<&LicenseExpr> =
        found.iter().filter(|one| one.class == Witness::Grant).map(|one| &one.expr).collect();
    if granted.len() > LIST {
        found.iter_mut().filter(|one| one.class == Witness::Grant).for_each(|one| one.class = Witness::Clue);
    }
}

/// "Dual license: GPL/LGPL" above the grants of exact versions offers these, and they are no further statements.
///
/// Linear in the statements: equal offers are tried once, against the distinct statements.
fn make_offers_precise(found: &mut Vec<Detection>) {
    let is_offer = |one: &Detection| is_words(one) && one.is_family() && matches!(one.expr, LicenseExpr::Or(_));
    let is_exact = |one: &Detection| is_words(one) && !one.is_family() && !matches!(one.expr, LicenseExpr::Or(_));
    let stated: BTreeSet<LicenseExpr> = found.iter().filter(|one| is_exact(one)).map(|one| one.expr.clone()).collect();
    let mut tried = BTreeSet::new();
    for at in 0..found.len() {
        if !is_offer(&found[at]) || !tried.insert(found[at].expr.clone()) {
            continue;
        }
        let offered: BTreeSet<String> = families(&found[at].expr).into_iter().collect();
        let is_of_offer = |expr: &LicenseExpr| families(expr).iter().all(|family| offered.contains(family));
        let exact: BTreeSet<Term> =
            stated.iter().filter(|expr| is_of_offer(expr)).flat_map(LicenseExpr::terms).cloned().collect();
        if offered.len() < 2 || exact.len() != offered.len() {
            continue;
        }
        let Some(expr) = LicenseExpr::any(exact.into_iter().map(LicenseExpr::from)) else { continue };
        (found[at].expr, found[at].note) = (expr, None);
        let offer = found[at].clone();
        found.retain(|one| *one == offer || !(is_exact(one) && is_of_offer(&one.expr)));
        return;
    }
}

/// True for a statement in words.
fn is_words(one: &Detection) -> bool {
    matches!(one.class, Witness::Grant | Witness::Readme)
}

/// True for one license that an exception was joined to: no other statement of the file says that much.
fn is_widened(expr: &LicenseExpr) -> bool {
    matches!(expr, LicenseExpr::Term(term) if term.exception.is_some())
}

/// Lines from a name to the text it announces.
const CAPTION: u32 = 6;

/// Leaves out names right above a text of the same family: "released under the New BSD license:" and then two clauses.
/// The text decides, not what it is called.
fn drop_captions(found: &mut Vec<Detection>) {
    let texts: Vec<(LineRange, LicenseExpr)> =
        found.iter().filter(|one| one.class == Witness::Text).map(|one| (one.lines, one.expr.clone())).collect();
    let announces =
        |one: &Detection, lines: &LineRange| one.lines.last < lines.first && lines.first - one.lines.last <= CAPTION;
    found.retain(|one| {
        let is_name = matches!(one.class, Witness::Grant | Witness::Readme);
        !is_name || !texts.iter().any(|(lines, text)| announces(one, lines) && is_variant(&one.expr, text))
    });
}

/// "The same terms as Perl itself" beside the Artistic License: the text shows which of its variants is meant.
fn name_after_texts(found: &mut [Detection]) {
    let texts: Vec<Term> =
        found.iter().filter(|one| one.class == Witness::Text).flat_map(|one| one.expr.terms()).cloned().collect();
    let shown = |term: &Term| texts.iter().find(|text| is_wording(term, text) || is_wording(text, term)).cloned();
    for one in found.iter_mut().filter(|one| matches!(one.class, Witness::Grant | Witness::Readme)) {
        let expr = one.expr.map_terms(&mut |term| shown(term).unwrap_or_else(|| term.clone()));
        if expr != one.expr {
            (one.expr, one.by, one.note) = (expr, BY_REFERENCE, Some("as the text beside it says".into()));
        }
    }
}

/// True for one version of a license and another wording of it: `Artistic-1.0` and `Artistic-1.0-Perl`.
fn is_wording(version: &Term, wording: &Term) -> bool {
    let rest = wording.license.as_str().strip_prefix(version.license.as_str());
    version.license.as_str().contains('.') && rest.is_some_and(|rest| rest.starts_with('-'))
}

/// True for two licenses of one family that are told apart by their clauses, not by a version.
fn is_variant(name: &LicenseExpr, text: &LicenseExpr) -> bool {
    let (LicenseExpr::Term(name), LicenseExpr::Term(text)) = (name, text) else { return false };
    let has_version = |term: &Term| term.license.as_str().contains('.');
    name.license != text.license && family(name) == family(text) && !(has_version(name) && has_version(text))
}

/// A file that says its license needs nobody else to say it: references count only beside open or no statements.
pub(in crate::evidence) fn settle_pointers(pointers: &mut Vec<Pointer>, found: &[Detection]) {
    if found.iter().any(|one| one.class != Witness::Clue && !one.is_family()) {
        pointers.clear();
    }
}

/// True where `said`, found in the file that is referred to, tells which license of a family `one` means.
pub(in crate::evidence) fn is_made_precise(one: &Detection, said: &Detection) -> bool {
    one.class != Witness::Clue
        && one.is_family()
        && families(&one.expr).iter().all(|family| families(&said.expr).contains(family))
}

fn families(expr: &LicenseExpr) -> Vec<String> {
    expr.terms().into_iter().map(family).collect()
}

/// The name of the family of a license, owned: `GPL`, `BSD`, `Apache`.
pub(in crate::evidence) fn family(term: &Term) -> String {
    term.family().to_owned()
}
