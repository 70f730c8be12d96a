//! The value of a license field as a detection.

use crate::evidence::detection::{Detection, DetectorId, Note, Score, Seen, Witness};
use crate::evidence::notice;
use crate::evidence::page::{Page, floor_boundary, quote};
use crate::license::{self, LicenseExpr};
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

/// Detections of one manifest. Each looks for its place in the whole text, so that a list of 100,000 names would take an
/// hour; the longest real one (a `debian/copyright`) has below 500.
const MOST_CLAIMS: usize = 1_000;

/// Reports what the field `value` says; `key` leads to its line.
pub(super) fn claim(page: &Page<'_>, seen: &mut Seen, by: DetectorId, key: &str, value: &str) -> bool {
    if seen.detections.len() >= MOST_CLAIMS {
        return false;
    }
    let Some(said) = understood(value) else { return false };
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
