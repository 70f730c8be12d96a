//! Colors for states on a terminal.

use super::Style;

/// The state that a word tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mood {
    /// Both sides agree.
    Good,
    /// They differ.
    Bad,
    /// It is not known.
    Open,
}

/// `word` in the color of `mood`, where colors are wanted.
pub(super) fn painted(word: &str, mood: Mood, style: Style) -> String {
    let color = match mood {
        _ if !style.color => return word.to_owned(),
        Mood::Good => 32,
        Mood::Bad => 91,
        Mood::Open => 33,
    };
    format!("\u{1b}[{color}m{word}\u{1b}[0m")
}
