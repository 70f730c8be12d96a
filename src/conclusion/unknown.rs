//! License-like texts in a source that match no known license.

use std::collections::BTreeMap;

use crate::evidence::{Evidence, FileEvidence, Role, Score, Witness};
use crate::license::LicenseExpr;
use crate::text::{LineRange, RelPath};

/// Passages that resemble one license.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownText {
    /// The file with the most similar of them: a license document before all others.
    pub file: RelPath,
    /// Its lines.
    pub lines: LineRange,
    /// The license it is nearest to.
    pub nearest: LicenseExpr,
    /// How near.
    pub score: Score,
    /// How many files hold such a passage.
    pub files: usize,
}

/// The unknown texts below `root` that reach the user, by their nearest license; most similar first.
pub fn unknown_texts(evidence: &Evidence, root: &RelPath) -> Vec<UnknownText> {
    let mut by_nearest: BTreeMap<LicenseExpr, (bool, UnknownText)> = BTreeMap::new();
    let files = evidence.files.iter().filter(|file| file.path.is_below(root));
    for (is_document, text) in files.filter_map(of_file) {
        let (best, known) = by_nearest
            .entry(text.nearest.clone())
            .or_insert_with(|| (is_document, UnknownText { files: 0, ..text.clone() }));
        let files = known.files + 1;
        if (is_document, text.score) > (*best, known.score) {
            (*best, *known) = (is_document, text);
        }
        known.files = files;
    }
    let mut texts: Vec<(bool, UnknownText)> = by_nearest.into_values().collect();
    texts.sort_by(|(a_first, a), (b_first, b)| (b_first, b.score, &a.file).cmp(&(a_first, a.score, &b.file)));
    texts.into_iter().map(|(_, text)| text).collect()
}

/// The most similar unknown text of a file that ships, and whether the file is a license document. A passage that a
/// known text reaches into is a remark on that text.
fn of_file(file: &FileEvidence) -> Option<(bool, UnknownText)> {
    if !matches!(file.role, Role::LicenseText | Role::Shipped) {
        return None;
    }
    let known = |lines: LineRange| {
        let texts = file.detections.iter().filter(|one| one.class == Witness::Text && !one.is_nameless());
        texts.into_iter().any(|text| text.lines.first <= lines.last && lines.first <= text.lines.last)
    };
    let unknown = file.detections.iter().filter(|one| one.is_unknown_text() && !known(one.lines));
    let one = unknown.max_by_key(|one| one.score)?;
    let text = UnknownText {
        file: file.path.clone(),
        lines: one.lines,
        nearest: one.expr.clone(),
        score: one.score,
        files: 1,
    };
    Some((file.role == Role::LicenseText, text))
}
