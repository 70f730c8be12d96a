//! The value of a license field as a detection.

use crate::evidence::detection::{Detection, DetectorId, Note, Score, Seen, Witness};
use crate::evidence::notice;
use crate::evidence::page::{Page, floor_boundary, quote};
use crate::license::{self, LicenseExpr, Term};
use crate::text::Span;

/// The license that `value` names in a license field of any format, nixpkgs' own included: "GPLv2", "BSD 3-Clause".
/// `None` where it names no license, or only a family: "GPL", "BSD".
pub fn license_field(value: &str) -> Option<LicenseExpr> {
    understood(value).filter(Understood::is_exact).map(|said| said.expr)
}

/// The license of a field.
pub(in crate::evidence) struct Understood {
    pub(in crate::evidence) expr: LicenseExpr,
    spelling: Spelling,
}

/// How a field spells its license.
enum Spelling {
    /// As an SPDX expression.
    Spdx,
    /// In another spelling, or in words that say all of it.
    Other(String),
    /// In words that leave a part open; the note says which.
    Open(Note),
}

impl Understood {
    /// True where the field leaves nothing of its license open.
    pub(in crate::evidence) fn is_exact(&self) -> bool {
        !matches!(self.spelling, Spelling::Open(_))
    }

    /// The note of a detection.
    pub(in crate::evidence) fn note(&self) -> Option<Note> {
        match &self.spelling {
            Spelling::Spdx => None,
            Spelling::Other(written) => Some(format!("written `{written}`").into()),
            Spelling::Open(note) => Some(note.clone()),
        }
    }
}

/// The license of a field: an SPDX expression, an expression in an old spelling, or words.
pub(in crate::evidence) fn understood(value: &str) -> Option<Understood> {
    let value = value.trim().trim_matches(['"', '\'']).trim();
    if value.is_empty() || value.len() > 400 {
        return None;
    }
    if let Ok(expr) = license::parse(value) {
        return Some(Understood { expr, spelling: Spelling::Spdx });
    }
    if let Ok(expr) = license::parse_lenient(value) {
        return Some(Understood { expr, spelling: Spelling::Other(value.to_owned()) });
    }
    let (expr, note) = notice::named(value)?;
    let spelling = note.map_or_else(|| Spelling::Other(value.to_owned()), Spelling::Open);
    Some(Understood { expr, spelling })
}

/// Values that name no license and still say which terms apply, with the license that stands for them. Rows in lower
/// case fit any case; the two of PyPI are classifiers.
const OWN_TERMS: &[(&str, &str)] = &[
    ("proprietary", "LicenseRef-proprietary"),
    ("proprietary license", "LicenseRef-proprietary"),
    ("other/proprietary license", "LicenseRef-proprietary"),
    ("commercial", "LicenseRef-proprietary"),
    ("commercial license", "LicenseRef-proprietary"),
    ("closed source", "LicenseRef-proprietary"),
    ("UNLICENSED", "LicenseRef-all-rights-reserved"),
    ("all rights reserved", "LicenseRef-all-rights-reserved"),
    ("free for non-commercial use", "LicenseRef-restricted-non-commercial"),
    ("free for educational use", "LicenseRef-restricted-field-of-use"),
    ("free for home use", "LicenseRef-restricted-field-of-use"),
    ("free to use but restricted", "LicenseRef-restricted-other"),
];

/// Terms of somebody's own: proprietary ones, and a license with "custom" behind its name, which is not that license.
fn own_terms(value: &str) -> Option<Understood> {
    let value = value.trim().trim_matches(['"', '\'', '.']).trim();
    let same =
        |(said, _): &&(&str, &str)| value == *said || said.to_lowercase() == *said && value.eq_ignore_ascii_case(said);
    let expr = match OWN_TERMS.iter().find(same) {
        Some((_, id)) => license::parse(id).ok()?,
        None if is_proprietary(value) => Term::reference("proprietary").into(),
        None => customized(value)?.into(),
    };
    Some(Understood { expr, spelling: Spelling::Other(value.to_owned()) })
}

/// True for what only says whose terms apply, or which uses are free.
pub(in crate::evidence) fn is_own_terms(expr: &LicenseExpr) -> bool {
    let said = expr.to_string();
    OWN_TERMS.iter().any(|(_, id)| *id == said)
}

/// "Proprietary - all rights reserved", "Proprietary research package": whatever follows, no license is granted.
fn is_proprietary(value: &str) -> bool {
    let first = value.split(|letter: char| !letter.is_alphanumeric()).next().unwrap_or("");
    first.eq_ignore_ascii_case("proprietary") && value.split_whitespace().count() <= 8 && notice::named(value).is_none()
}

/// `MIT Custom`, `Custom MIT License`: a license named after another one.
fn customized(value: &str) -> Option<Term> {
    let words: Vec<&str> = value
        .split(|letter: char| letter.is_whitespace() || "()".contains(letter))
        .filter(|word| !word.is_empty())
        .collect();
    let is_custom = |word: &&str| word.eq_ignore_ascii_case("custom") || word.eq_ignore_ascii_case("customized");
    let rest: Vec<&str> = words.iter().copied().filter(|word| !is_custom(word)).collect();
    let is_named = rest.len() < words.len() && words.len() <= 6;
    let LicenseExpr::Term(term) = understood(&rest.join(" ")).filter(|_| is_named)?.expr else { return None };
    Some(Term::reference(format!("custom-{}", term.license.as_str())))
}

/// Detections of one manifest. Each looks for its place in the whole text, so that a list of 100,000 names would take an
/// hour; the longest real one (a `debian/copyright`) has below 500.
const MOST_CLAIMS: usize = 1_000;

/// Reports what the field `value` says; `key` leads to its line.
pub(super) fn claim(page: &Page<'_>, seen: &mut Seen, by: DetectorId, key: &str, value: &str) -> bool {
    if seen.detections.len() >= MOST_CLAIMS {
        return false;
    }
    let Some(said) = own_terms(value).or_else(|| understood(value)) else { return false };
    let note = said.note();
    let span = place(page.text, key, value);
    seen.detections.push(Detection {
        expr: said.expr,
        class: Witness::Manifest,
        by,
        lines: page.line_range(span),
        score: if note.is_some() { Score(9_000) } else { Score::FULL },
        quote: quote(value),
        note,
    });
    true
}

/// The place of `value` behind the first `key` that has it on its line or soon after; else the first `key`.
pub(super) fn place(text: &str, key: &str, value: &str) -> Span {
    let first_line = value.lines().next().unwrap_or("");
    let mut at = 0;
    while let Some(found) = text[at..].find(key).map(|found| at + found) {
        let reach = floor_boundary(text, found + 300 + value.len());
        if let Some(behind) = text[found..reach].find(first_line).filter(|_| !first_line.is_empty()) {
            return Span::new((found + behind) as u32, (found + behind + first_line.len()) as u32);
        }
        at = found + key.len();
    }
    let at = text.find(key).unwrap_or(0) as u32;
    Span::new(at, at)
}

#[cfg(test)]
mod tests {
    use super::license_field;

    #[test]
    fn a_license_field_is_read_as_people_write_it() {
        let reads = |value: &str| license_field(value).map(|expr| expr.to_string());
        for (value, expected) in [
            ("GPLv2", "GPL-2.0-only"),
            ("GPLv3+", "GPL-3.0-or-later"),
            ("BSD 3-Clause", "BSD-3-Clause"),
            ("MIT", "MIT"),
        ] {
            assert_eq!(reads(value).as_deref(), Some(expected), "{value}");
        }
        for open in ["BSD", "unknown", "see the homepage"] {
            assert_eq!(reads(open), None, "{open}");
        }
    }
}
