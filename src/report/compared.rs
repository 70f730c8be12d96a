//! License texts of a source beside the listed ones, in words.

use std::io::{self, Write};

use super::counted::counted;
use crate::evidence::{Change, Comparison, Score};
use crate::text::{LineRange, RelPath, one_line};

/// A license text of a source beside a listed one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComparedText {
    /// The file, below the root of the source.
    pub file: RelPath,
    /// Its lines in the file.
    pub lines: LineRange,
    /// Both texts, or why they were not compared.
    pub text: Result<Comparison, String>,
}

impl ComparedText {
    /// e.g. `the text of MIT (98.7 %): 2 changes of words, 1 operative`
    pub(super) fn head(&self) -> String {
        match &self.text {
            Ok(text) => head(text),
            Err(why) => format!("not compared with the listed text: {why}"),
        }
    }

    /// The changes that a page shows.
    pub(super) fn changes(&self) -> Vec<String> {
        self.text.as_ref().map_or_else(|_| Vec::new(), |text| lines(text, MOST_CHANGES))
    }
}

/// So many changes of a text are shown where a page has other things to show.
const MOST_CHANGES: usize = 5;

/// Writes how a text differs from the listed one, with at most so many changes, each on a line after `indent`.
pub fn text_beside_listed(text: &Comparison, most: usize, indent: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{indent}{}", head(text))?;
    lines(text, most).into_iter().try_for_each(|line| writeln!(out, "{indent}  {line}"))
}

/// e.g. `the text of MIT (98.7 %): 2 changes of words, 1 operative`
fn head(text: &Comparison) -> String {
    let Comparison { id, score, is_nearest, changes, .. } = text;
    let base = if *is_nearest { "nearest to the text of" } else { "the text of" };
    let operative = changes.iter().filter(|change| change.is_operative).count();
    match (changes.len(), operative) {
        (0, _) => format!("{base} {id}: its terms are word for word the same"),
        (1, 0) => format!("{base} {id} ({score}): 1 change of words, not operative"),
        (all, 0) => format!("{base} {id} ({score}): {all} changes of words, none operative"),
        (all, some) => format!("{base} {id} ({score}): {} of words, {some} operative", counted(all, "change")),
    }
}

/// Above, a text differs from the listed one as copies do: in the address of a foundation, in "author" for "holders".
const SAME: Score = Score(9_500);

/// The changes that matter, at most so many, each on one line, and how many more there are: those that are operative, and
/// all where the text is less near than copies are.
fn lines(text: &Comparison, most: usize) -> Vec<String> {
    let matters = |change: &&Change| change.is_operative || text.is_nearest || text.score < SAME;
    let changes: Vec<&Change> = text.changes.iter().filter(matters).collect();
    let line = |change: &&Change| {
        let kind = if change.is_operative { "operative" } else { "wording" };
        one_line(&format!("{kind}: {change}"))
    };
    let more = changes.len().saturating_sub(most);
    let rest = format!("{more} more: `clarity detect --explain` on the file shows all");
    changes.iter().take(most).map(line).chain((more > 0).then_some(rest)).collect()
}
