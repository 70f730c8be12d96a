//! A passage of a file beside the license text it was found to be: what differs, word by word.
//!
//! For people who want to see why; nothing decides by it.

use similar::{DiffOp, TextDiff};

use crate::license;

/// The text of a license or an exception with the words of `passage` marked: `[-only in the license-]`,
/// `{+only in the passage+}`, and of what is equal only the words around; `None` where the SPDX list has no text of that id.
pub fn compare(passage: &str, id: &str) -> Option<String> {
    Some(marked(listed(id)?, passage))
}

/// The text of the license or the exception `id`.
pub(super) fn listed(id: &str) -> Option<&'static str> {
    let listed = license::license(id).map(|found| found.text);
    listed.or_else(|| license::exception(id).map(|found| found.text))
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
