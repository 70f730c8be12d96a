//! License texts of a file beside the listed texts that they are, or are nearest to.
//!
//! For people who want to see why: nothing decides by it.

use super::detection::{Detection, Score, Witness};
use super::text::{Change, changes, compare};
use crate::text::{LineIndex, LineRange};

/// A license text in a file beside a listed one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// Its lines in the file.
    pub lines: LineRange,
    /// The SPDX id of the listed license or exception.
    pub id: String,
    /// How near the two are.
    pub score: Score,
    /// True where the text is none that is known, and this one is the nearest.
    pub is_nearest: bool,
    /// Words of the terms that differ: operative changes first, then in the order of the text. Names of holders are none.
    pub changes: Vec<Change>,
}

impl Comparison {
    /// The passage of the file `text` that `one` saw, beside each listed text that it names; nothing where it is no license
    /// text.
    pub fn of(one: &Detection, text: &str, index: &LineIndex) -> Vec<Comparison> {
        let passage = passage(one, text, index);
        let compared = |id: String| {
            let mut changes = changes(&passage, &id)?;
            changes.sort_by_key(|change| !change.is_operative);
            let Detection { lines, score, .. } = *one;
            Some(Comparison { lines, id, score, is_nearest: one.is_unknown_text(), changes })
        };
        ids(one).into_iter().filter_map(compared).collect()
    }

    /// The same where each text is the listed one word for word, which its score says.
    pub fn of_exact(one: &Detection) -> Vec<Comparison> {
        let Detection { lines, score, .. } = *one;
        let exact = |id| Comparison { lines, id, score, is_nearest: false, changes: Vec::new() };
        ids(one).into_iter().map(exact).collect()
    }
}

/// The whole listed texts with the words of `one` marked, by their ids.
pub fn marked(one: &Detection, text: &str, index: &LineIndex) -> Vec<(String, String)> {
    let passage = passage(one, text, index);
    ids(one).into_iter().filter_map(|id| Some((id.clone(), compare(&passage, &id)?))).collect()
}

/// The ids of the texts that `one` is, or is nearest to.
fn ids(one: &Detection) -> Vec<String> {
    if one.class != Witness::Text && !one.is_unknown_text() {
        return Vec::new();
    }
    let id = |term: &crate::license::Term| {
        let base = term.modified_from();
        term.exception.clone().unwrap_or_else(|| base.as_ref().unwrap_or(term).id())
    };
    one.expr.terms().into_iter().map(id).collect()
}

fn passage(one: &Detection, text: &str, index: &LineIndex) -> String {
    let line = |number| index.span(text, number).map_or("", |span| span.of(text));
    let lines: Vec<&str> = (one.lines.first..=one.lines.last).map(line).collect();
    lines.join("\n")
}
