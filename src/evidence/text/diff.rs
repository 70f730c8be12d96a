//! A passage of a file beside the license text it was found to be: what differs, word by word.
//!
//! The words are marked for people who want to see why; operative changes decide whether it is that license.

use similar::{Algorithm, DiffOp, TextDiff, capture_diff_slices};

use crate::license;

/// The text of a license or an exception with the words of `passage` marked: `[-only in the license-]`,
/// `{+only in the passage+}`, and of what is equal only the words around; `None` where the SPDX list has no text of that id.
pub fn compare(passage: &str, id: &str) -> Option<String> {
    let listed = license::license(id).map(|found| found.text);
    let text = listed.or_else(|| license::exception(id).map(|found| found.text))?;
    Some(marked(text, passage))
}

/// Equal words kept on each side of a difference.
const CONTEXT: usize = 6;
/// Differences and the words between them that are shown at most.
const MOST_SHOWN: usize = 400;

fn marked(text: &str, passage: &str) -> String {
    let text = plain(text);
    let passage = plain(passage);
    let ops = TextDiff::configure().diff_slices(&text, &passage).ops().to_vec();
    if ops.iter().all(|op| matches!(op, DiffOp::Equal { .. })) {
        return "word for word".to_owned();
    }
    let last = ops.len() - 1;
    let mut out = Vec::new();
    for (nth, op) in ops.iter().enumerate() {
        let (old, new) = (&text[op.old_range()], &passage[op.new_range()]);
        match op {
            DiffOp::Equal { .. } => out.push(shortened(old, nth > 0, nth < last)),
            _ => out.extend([("[-", old, "-]"), ("{+", new, "+}")].into_iter().filter_map(enclosed)),
        }
        if out.len() >= MOST_SHOWN {
            out.push("...".to_owned());
            break;
        }
    }
    out.join(" ")
}

/// Words of which one more than a license has changes what it grants.
const OPERATIVE: &[&str] = &[
    "only",
    "solely",
    "exclusively",
    "except",
    "unless",
    "commercial",
    "noncommercial",
    "nonprofit",
    "educational",
    "academic",
    "personal",
    "private",
    "evaluation",
    "fee",
];

/// Words that deny; one of them says the like of another.
const DENIALS: &[&str] =
    &["not", "never", "cannot", "neither", "nor", "no", "none", "without", "prohibited", "forbidden"];

/// Words put in at one place that are looked at; a longer insertion is a sentence of its own.
const MOST_PUT_IN: usize = 12;

/// A change of a license text that bears on what it grants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::evidence) struct Change {
    /// The words of the license, e.g. `free of charge`; empty where words were put in.
    pub(in crate::evidence) was: String,
    /// The words of the file in their place.
    pub(in crate::evidence) now: String,
}

/// The first operative change in `passage` of the text of a license; `None` where there is none, or no text of that id.
pub(in crate::evidence) fn operative(passage: &str, id: &str) -> Option<Change> {
    let (text, passage) = (parts(license::license(id)?.text), parts(passage));
    let sides = (bare(&text), bare(&passage));
    let ops = capture_diff_slices(Algorithm::Myers, &sides.0, &sides.1);
    let changed = ops.iter().filter(|op| !matches!(op, DiffOp::Equal { .. }));
    let mut changed = changed.map(|op| (op.old_range(), op.new_range()));
    let bears = |was: &[String], now: &[String]| {
        let is_new = |list: &[&str]| more_of(list, &sides.0, &sides.1) && more_of(list, was, now);
        let turns = was.iter().any(|word| word == "without") && now.iter().any(|word| word == "with");
        turns || is_new(DENIALS) || OPERATIVE.iter().any(|word| is_new(&[word]))
    };
    let (old, new) =
        changed.find(|(old, new)| new.len() <= MOST_PUT_IN && bears(&sides.0[old.clone()], &sides.1[new.clone()]))?;
    Some(Change { was: text[old].join(" "), now: passage[new].join(" ") })
}

/// True where more words of `list` are in `now` than in `was`.
fn more_of(list: &[&str], was: &[String], now: &[String]) -> bool {
    let count = |words: &[String]| words.iter().filter(|word| list.contains(&word.as_str())).count();
    count(now) > count(was)
}

/// The words of a text, those with a hyphen in parts: "no-charge" is "no charge".
fn parts(text: &str) -> Vec<&str> {
    plain(text).into_iter().flat_map(|word| word.split('-')).filter(|part| !part.is_empty()).collect()
}

/// Words in lower case, without what stands around them.
fn bare(words: &[&str]) -> Vec<String> {
    let trimmed = words.iter().map(|word| word.trim_matches(|letter: char| !letter.is_alphanumeric()));
    trimmed.map(str::to_lowercase).collect()
}

fn enclosed((open, words, close): (&str, &[&str], &str)) -> Option<String> {
    (!words.is_empty()).then(|| format!("{open}{}{close}", words.join(" ")))
}

/// Equal words: those next to a difference behind or before them.
fn shortened(words: &[&str], is_behind: bool, is_before: bool) -> String {
    let head = if is_behind { CONTEXT } else { 0 };
    let tail = if is_before { CONTEXT } else { 0 };
    if words.len() <= head + tail + 1 {
        return words.join(" ");
    }
    let (head, tail) = (words[..head].join(" "), words[words.len() - tail..].join(" "));
    format!("{head} ... {tail}").trim().to_owned()
}

/// Words of a passage that are compared at most: more than the longest license has.
const MOST_COMPARED: usize = 20_000;

/// The words without the furniture of comments at the start of lines.
fn plain(text: &str) -> Vec<&str> {
    let has_letters = |word: &&str| word.chars().any(char::is_alphanumeric);
    text.split_whitespace().filter(has_letters).take(MOST_COMPARED).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_marked() {
        let text = license::license("MIT").map_or("", |found| found.text);
        let passage = text.replace("free of charge", "for a fee");
        let found = compare(&passage, "MIT").expect("listed");
        assert_eq!(
            found,
            "... <copyright holders> Permission is hereby granted, [-free of charge,-] {+for a fee,+} to any person obtaining a copy ..."
        );
        assert_eq!(compare(text, "MIT").as_deref(), Some("word for word"));
    }
}
