//! The tokens of a text without its blanks and comments, as rnix finds them.

use rnix::SyntaxKind as K;

/// A token that is not blank: its kind, its first byte and the byte after it.
#[derive(Clone, Copy)]
pub(super) struct Token {
    pub(super) kind: K,
    pub(super) start: u32,
    pub(super) end: u32,
}

/// The tokens of `text`, and one more that stands for no token.
pub(super) fn of(text: &str) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(text.len() / 6 + 2);
    let mut start = 0;
    for (kind, written) in rnix::tokenize(text) {
        let end = start + offset(written.len());
        if !matches!(kind, K::TOKEN_WHITESPACE | K::TOKEN_COMMENT) {
            tokens.push(Token { kind, start, end });
        }
        start = end;
    }
    tokens.push(Token { kind: K::TOKEN_ERROR, start, end: start });
    tokens
}

fn offset(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}
