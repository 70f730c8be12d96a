//! Lines for people, broken between words at the width of the terminal.

use std::io::{self, Write};

use textwrap::{Options, WordSplitter, wrap};

use super::Style;

/// Columns that are needed for words beside a label; narrower terminals get the lines as they are.
const LEAST: usize = 40;
/// The widest label that the following lines are put under, e.g. `would change it: `.
const MOST_OF_LABEL: usize = 18;

/// Writes what `write` writes with its long lines broken, where the width is known.
pub(super) fn wrapped(
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

/// The parts of a line; those after the first are indented. A word that is longer than a line stays whole, so that it can be
/// copied.
fn broken(line: &str, width: usize) -> Vec<String> {
    let indent = " ".repeat(indent(line));
    let options = Options::new(width).subsequent_indent(&indent).break_words(false);
    let parts = wrap(line, options.word_splitter(WordSplitter::NoHyphenation));
    parts.into_iter().map(std::borrow::Cow::into_owned).collect()
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
    }
}
