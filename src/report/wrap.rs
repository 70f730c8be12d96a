//! Lines for people, broken between words at the width of the terminal.

use std::io::{self, Write};

use textwrap::core::Word;
use textwrap::{Options, WordSeparator, WordSplitter, wrap};

use super::Style;

/// Narrower terminals get the lines as they are.
const LEAST: usize = 40;
/// Columns that are needed for words beside a label: the longest names of checks leave 36 of 80.
const LEAST_BESIDE: usize = 24;
/// The widest label that the following lines are put under, e.g. `would change it: `.
const MOST_OF_LABEL: usize = 18;

/// Writes what `write` writes with its long lines broken, where the width is known.
pub fn wrapped(
    style: Style,
    out: &mut dyn Write,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let Some(width) = style.width.filter(|width| *width >= LEAST) else { return write(out) };
    let mut text = Vec::new();
    write(&mut text)?;
    for line in String::from_utf8_lossy(&text).split_inclusive('\n') {
        broken(line.trim_end_matches('\n'), width).iter().try_for_each(|part| writeln!(out, "{part}"))?;
    }
    Ok(())
}

/// `text` with line breaks, so that no line has more than so many columns where the width is known; `label` columns of each
/// are taken.
pub(super) fn filled(text: &str, label: usize, style: Style) -> String {
    match style.width.and_then(|width| width.checked_sub(label)).filter(|columns| *columns >= LEAST_BESIDE) {
        Some(columns) => parts(text, columns, "").join("\n"),
        None => text.to_owned(),
    }
}

/// `text` as comments of Nix.
pub(super) fn comment(text: &str, style: Style) -> String {
    let line = format!("# {text}");
    match style.width.filter(|width| *width >= LEAST) {
        Some(width) => parts(&line, width, "#   ").join("\n"),
        None => line,
    }
}

fn broken(line: &str, width: usize) -> Vec<String> {
    parts(line, width, &" ".repeat(indent(line)))
}

/// The parts of a line; those after the first begin with `indent`. A word that is longer than a line stays whole, so that it
/// can be copied.
fn parts(line: &str, width: usize, indent: &str) -> Vec<String> {
    let options = Options::new(width).subsequent_indent(indent).break_words(false);
    let options = options.word_splitter(WordSplitter::NoHyphenation).word_separator(WordSeparator::Custom(words));
    wrap(line, options).into_iter().map(std::borrow::Cow::into_owned).collect()
}

/// The words of a line; what stands between backticks is one.
fn words(line: &str) -> Box<dyn Iterator<Item = Word<'_>> + '_> {
    let are_paired = line.matches('`').count().is_multiple_of(2);
    let (mut is_quoted, mut is_after_blank) = (false, false);
    let mut starts = vec![0];
    for (at, letter) in line.char_indices() {
        if is_after_blank && letter != ' ' && !is_quoted {
            starts.push(at);
        }
        is_quoted ^= are_paired && letter == '`';
        is_after_blank = letter == ' ';
    }
    let ends: Vec<usize> = starts.iter().skip(1).copied().chain([line.len()]).collect();
    Box::new(starts.into_iter().zip(ends).map(|(start, end)| Word::from(&line[start..end])))
}

/// The column below which a line goes on: that of the words after its label, else a little further than it begins.
fn indent(line: &str) -> usize {
    let start = line.len() - line.trim_start().len();
    let label = line.find(": ").map(|at| at + 1).filter(|end| *end <= MOST_OF_LABEL);
    let words = label.map(|end| end + line[end..].len() - line[end..].trim_start().len());
    words.filter(|at| line[..*at].is_ascii()).unwrap_or(start + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_go_on_below_their_words() {
        let line = "verdict:   drifts: declared MIT, the source says Apache-2.0";
        assert_eq!(broken(line, 40), ["verdict:   drifts: declared MIT, the", "           source says Apache-2.0"]);
        let url = "source:    https://example.org/a-name-that-is-too-long-for-a-line-of-forty.tar.gz";
        assert_eq!(broken(url, 40).concat().replace(' ', ""), url.replace(' ', ""));
        assert_eq!(broken("", 40), [""]);
        let code = "help: write `license = lib.licenses.asl20;` or ask";
        assert_eq!(broken(code, 40), ["help: write", "      `license = lib.licenses.asl20;` or", "      ask"]);
        assert_eq!(broken("  a `b", 40), ["  a `b"]);
    }
}
