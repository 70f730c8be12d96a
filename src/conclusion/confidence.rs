//! How far a conclusion can be trusted, and why.

use crate::license::{LicenseExpr, Suffix, Term};

use super::scope::Scope;
use super::voice::{Speaker, Voice};
use super::{Basis, Confidence, Reason, fits};

/// The confidence in `expr`, with the reasons in words.
pub(super) fn judge(
    expr: &LicenseExpr,
    voices: &[Voice],
    lead: &Voice,
    scope: &Scope<'_>,
) -> (Confidence, Vec<String>) {
    let heard: Vec<&Voice> = voices.iter().filter(|voice| !voice.is_marginal()).collect();
    let agreeing = heard.iter().filter(|voice| agrees(voice, expr)).count();
    let opposing = heard.len() - agreeing;
    let mut reasons = vec![agreement(agreeing, heard.len())];
    let mut confidence = start(lead, agreeing);
    // A field that names one license in full cannot be misread; where no file says otherwise, that is enough.
    if is_plain(lead) && voices.iter().all(|voice| agrees(voice, expr)) {
        confidence = Confidence::High;
    }
    if opposing > 0 {
        confidence = confidence.min(Confidence::Medium);
        reasons.push(format!("{opposing} of them says something else"));
    }
    if lead.is_vague() {
        confidence = Confidence::Low;
        reasons.push("only a family of licenses is named".to_owned());
    }
    if lead.operator_unstated {
        confidence = confidence.min(Confidence::Medium);
        reasons.push("several texts, and nothing says whether they are a choice".to_owned());
    }
    if expr.terms().iter().any(|term| term.suffix == Suffix::Unstated) {
        reasons.push("nothing says whether later versions are granted".to_owned());
    }
    // A field that states the whole choice has answered it.
    if let Some(document) = scope.open_choice().filter(|_| !matches!(expr, LicenseExpr::Or(_))) {
        confidence = confidence.min(Confidence::Medium);
        reasons.push(format!("`{document}` offers a choice, and not all of it is understood"));
    }
    if let Some((document, other)) = scope.other_grant(expr) {
        confidence = confidence.min(Confidence::Medium);
        reasons.push(format!("`{document}` grants {other} as well"));
    }
    let unknown = scope.silent_document().map(|document| Reason::Unknown(document).to_string());
    for why in [scope.unread_share(), unknown].into_iter().flatten() {
        confidence = confidence.min(Confidence::Medium);
        reasons.push(why);
    }
    (confidence, reasons)
}

/// True where a voice says what was concluded. A field or a readme that abbreviates "GPLv3" does not deny the "or later"
/// that headers grant.
fn agrees(voice: &Voice, expr: &LicenseExpr) -> bool {
    let abbreviates = matches!(voice.speaker, Speaker::Manifest | Speaker::Readme);
    let open = |term: &Term| term.clone().with_suffix(Suffix::Unstated);
    fits(&voice.expr, voice.is_vague(), expr)
        || abbreviates && fits(&voice.expr.map_terms(&mut |term| open(term)), voice.is_vague(), expr)
}

/// True for a manifest whose fields all name the same licenses, of which none has an "or later".
fn is_plain(lead: &Voice) -> bool {
    let without_suffix = |basis: &Basis| basis.expr.terms().iter().all(|term| term.suffix == Suffix::None);
    let same = |basis: &Basis| !basis.vague && without_suffix(basis) && basis.expr == lead.expr;
    lead.speaker == Speaker::Manifest && lead.basis.iter().all(same)
}

fn start(lead: &Voice, agreeing: usize) -> Confidence {
    match lead.speaker {
        _ if agreeing >= 2 => Confidence::High,
        Speaker::Headers if lead.is_broad() && lead.files >= 3 => Confidence::High,
        Speaker::Document if !lead.leaves_suffix_open() => Confidence::High,
        Speaker::Readme => Confidence::Low,
        _ => Confidence::Medium,
    }
}

fn agreement(agreeing: usize, total: usize) -> String {
    format!("{agreeing} of {total} kinds of witness agree")
}
