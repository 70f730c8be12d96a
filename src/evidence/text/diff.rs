//! A passage of a file beside the license text it was found to be: what differs, word by word.
//!
//! For people who want to see why; nothing decides by it.

use similar::{ChangeTag, TextDiff};

use crate::license;

/// The text of a license or an exception with the words of `passage` marked: `[-only in the license-]`,
/// `{+only in the passage+}`; `None` where the SPDX list has no text of that id.
pub fn compare(passage: &str, id: &str) -> Option<String> {
    let listed = license::license(id).map(|found| found.text);
    let text = listed.or_else(|| license::exception(id).map(|found| found.text))?;
    Some(marked(text, passage))
}

/// Words of a comparison that are shown at most, from the first difference on.
const MOST_SHOWN: usize = 400;

fn marked(text: &str, passage: &str) -> String {
    let text = plain(text);
    let passage = plain(passage);
    let diff = TextDiff::configure().diff_slices(&text, &passage);
    let mut out = Vec::new();
    for change in diff.iter_all_changes().take(MOST_SHOWN) {
        let word = change.value();
        out.push(match change.tag() {
            ChangeTag::Equal => word.to_owned(),
            ChangeTag::Delete => format!("[-{word}-]"),
            ChangeTag::Insert => format!("{{+{word}+}}"),
        });
    }
    out.join(" ").replace("-] [-", " ").replace("+} {+", " ")
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
        assert!(found.contains("granted, [-free of charge,-] {+for a fee,+} to any"), "{found}");
    }
}
