//! How far a conclusion can be trusted, and why.

use std::fmt;

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
    let stand = Stand::of(expr, voices);
    let mut trust = Trust { confidence: start(expr, voices, lead, &stand), reasons: vec![stand.to_string()] };
    trust.of_voices(voices, lead);
    trust.of_terms(expr, lead);
    trust.of_documents(expr, &stand, scope);
    (trust.confidence, trust.reasons)
}

/// The confidence so far. Each thing that speaks against the conclusion bounds it and leaves its reason.
struct Trust {
    confidence: Confidence,
    reasons: Vec<String>,
}

impl Trust {
    fn at_most(&mut self, most: Confidence, reason: impl Into<String>) {
        self.confidence = self.confidence.min(most);
        self.reasons.push(reason.into());
    }

    /// Bounds by who speaks.
    fn of_voices(&mut self, voices: &[Voice], lead: &Voice) {
        if voices.iter().all(Voice::is_marginal) {
            self.at_most(Confidence::Low, "next to no file states a license");
        }
        if let Some(guess) = lead.guess {
            self.at_most(Confidence::Medium, guess.to_string());
        }
        if lead.is_far_down {
            self.at_most(Confidence::Low, "the only license document stands far below the root");
        }
        if lead.speaker == Speaker::Headers && !lead.is_broad() {
            self.at_most(Confidence::Low, "the files name different licenses, and no license most of them");
        }
    }

    /// Bounds by what the words leave open.
    fn of_terms(&mut self, expr: &LicenseExpr, lead: &Voice) {
        if lead.is_vague() {
            self.at_most(Confidence::Low, "only a family of licenses is named");
        }
        match (lead.operator_unstated, lead.speaker) {
            (true, Speaker::Manifest) => self
                .at_most(Confidence::Low, "the classifiers are a set of licenses: none says whether they are a choice"),
            (true, _) => {
                self.at_most(Confidence::Medium, "several texts, and nothing says whether they are a choice");
            }
            (false, _) => {}
        }
        if expr.terms().iter().any(|term| term.suffix == Suffix::Unstated) {
            self.reasons.push("nothing says whether later versions are granted".to_owned());
        }
    }

    /// Bounds by what license documents say beside their license.
    fn of_documents(&mut self, expr: &LicenseExpr, stand: &Stand, scope: &Scope<'_>) {
        // A field that states the whole choice has answered it.
        if let Some(document) = scope.open_choice().filter(|_| !matches!(expr, LicenseExpr::Or(_))) {
            let reason = format!("`{document}` offers a choice, and not all of it is understood");
            self.at_most(Confidence::Medium, reason);
        }
        if let Some((document, other)) = scope.other_grant(expr) {
            self.at_most(Confidence::Medium, format!("`{document}` grants {other} as well"));
        }
        if let Some((document, words)) = scope.unexplained() {
            self.at_most(Confidence::Low, format!("`{document}` says more than its license: \"{words}\""));
        }
        if let Some((document, score)) = scope.distant_text().filter(|_| stand.agreeing < 2) {
            self.at_most(Confidence::Medium, format!("`{document}` is only {score} like the listed text"));
        }
        let unknown = scope.silent_document().map(|document| Reason::Unknown(document).to_string());
        for why in [scope.unread_share(), unknown].into_iter().flatten() {
            self.at_most(Confidence::Medium, why);
        }
    }
}

/// How the kinds of witness stand to what was concluded.
#[derive(Debug, Default)]
struct Stand {
    /// They say it.
    agreeing: usize,
    /// They say it and name further licenses: those of parts.
    adding: usize,
    /// They say something else.
    opposing: usize,
    /// True where nobody but a readme is among those that oppose or add.
    is_readme_alone: bool,
}

impl Stand {
    /// Headers of a few files are heard where they agree; a license of their own is that of a part.
    fn of(expr: &LicenseExpr, voices: &[Voice]) -> Stand {
        let mut stand = Stand { is_readme_alone: true, ..Stand::default() };
        for voice in voices {
            let differs = match voice {
                voice if agrees(voice, expr) => {
                    stand.agreeing += 1;
                    continue;
                }
                voice if voice.is_marginal() => continue,
                voice if fits(expr, false, &voice.expr) => &mut stand.adding,
                _ => &mut stand.opposing,
            };
            *differs += 1;
            stand.is_readme_alone &= voice.speaker == Speaker::Readme;
        }
        stand
    }

    /// The most that a conclusion can be trusted of which the witnesses stand so. Measured on labelled packages: where
    /// half or fewer agree, every second conclusion is wrong; a readme that differs from two others is about parts.
    fn most(&self) -> Confidence {
        match (self.agreeing, self.adding, self.opposing) {
            (0, ..) => Confidence::Low,
            (agreeing, _, opposing) if agreeing <= opposing => Confidence::Low,
            (2.., ..) if self.is_readme_alone => Confidence::High,
            (_, 0, 0) => Confidence::High,
            _ => Confidence::Medium,
        }
    }
}

impl fmt::Display for Stand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.agreeing + self.adding + self.opposing;
        let verb = |count: usize, verb: &str| format!("{verb}{}", if count == 1 { "s" } else { "" });
        match (self.agreeing, total) {
            (_, 0) => return f.write_str("a few files alone state a license"),
            (1, 1) => f.write_str("one kind of evidence says so")?,
            (all, total) if all == total => write!(f, "{total} kinds of evidence agree")?,
            (agreeing, total) => write!(f, "{agreeing} of {total} kinds of evidence {}", verb(agreeing, "agree"))?,
        }
        if self.adding > 0 {
            write!(f, "; {} {} more licenses beside it", self.adding, verb(self.adding, "name"))?;
        }
        if self.opposing > 0 {
            write!(f, "; {} {}", self.opposing, verb(self.opposing, "disagree"))?;
        }
        Ok(())
    }
}

/// True where a voice says what was concluded. A field or a readme that abbreviates "GPLv3" does not deny the "or later"
/// that headers grant.
fn agrees(voice: &Voice, expr: &LicenseExpr) -> bool {
    let abbreviates = matches!(voice.speaker, Speaker::Manifest | Speaker::Readme);
    let open = |term: &Term| term.clone().with_suffix(Suffix::Unstated);
    // A permission on top ("may be linked with OpenSSL") denies nothing.
    let plain = |term: &Term| Term { exception: None, ..term.clone() };
    fits(&voice.expr, voice.is_vague(), expr)
        || voice.speaker == Speaker::Headers && fits(&voice.expr.map_terms(&mut |term| plain(term)), false, expr)
        || abbreviates && fits(&voice.expr.map_terms(&mut |term| open(term)), voice.is_vague(), expr)
}

/// True for a manifest whose fields all name the same licenses, of which none has an "or later".
fn is_plain(lead: &Voice) -> bool {
    let without_suffix = |basis: &Basis| basis.expr.terms().iter().all(|term| term.suffix == Suffix::None);
    let same = |basis: &Basis| !basis.vague && without_suffix(basis) && basis.expr == lead.expr;
    lead.speaker == Speaker::Manifest && lead.basis.iter().all(same)
}

/// The confidence before anything speaks against it.
fn start(expr: &LicenseExpr, voices: &[Voice], lead: &Voice, stand: &Stand) -> Confidence {
    // A field that names one license in full cannot be misread; where no file says otherwise, that is enough.
    let is_enough = is_plain(lead) && voices.iter().all(|voice| agrees(voice, expr));
    let by_speaker = match lead.speaker {
        _ if is_enough || stand.agreeing >= 2 => Confidence::High,
        Speaker::Headers if lead.is_broad() && lead.files >= 3 => Confidence::High,
        Speaker::Document if !lead.leaves_suffix_open() => Confidence::High,
        Speaker::Readme => Confidence::Low,
        _ => Confidence::Medium,
    };
    by_speaker.min(stand.most())
}
