//! The tokens of a text without its blanks and comments, as rnix finds them.

use rnix::SyntaxKind as K;

/// A token that is not blank: its kind, its first byte and the byte after it.
#[derive(Clone, Copy)]
pub(super) struct Token {
    pub(super) kind: K,
    pub(super) start: u32,
    pub(super) end: u32,
}

/// So many tokens decide what is read.
const AHEAD: usize = 3;

/// The tokens of a text, found as they are read; behind the last one are empty ones without end.
pub(super) struct Tokens<'f> {
    rest: Box<dyn Iterator<Item = Token> + 'f>,
    ahead: [Token; AHEAD],
    /// The byte after the token that was read last.
    pub(super) read_to: u32,
    length: u32,
}

impl<'f> Tokens<'f> {
    pub(super) fn of(text: &'f str) -> Self {
        let mut start = 0;
        let solid = rnix::tokenize(text).filter_map(move |(kind, written)| {
            let end = start + offset(written.len());
            let token = Token { kind, start, end };
            start = end;
            (!matches!(kind, K::TOKEN_WHITESPACE | K::TOKEN_COMMENT)).then_some(token)
        });
        let length = offset(text.len());
        let none = Token { kind: K::TOKEN_ERROR, start: length, end: length };
        let mut tokens = Tokens { rest: Box::new(solid), ahead: [none; AHEAD], read_to: 0, length };
        for _ in 0..AHEAD {
            tokens.read();
        }
        tokens.read_to = 0;
        tokens
    }

    /// The token that is read after `count` others.
    pub(super) fn ahead(&self, count: usize) -> Token {
        self.ahead[count]
    }

    /// Reads the next token.
    pub(super) fn read(&mut self) -> Token {
        let token = self.ahead[0];
        self.ahead.rotate_left(1);
        let none = Token { kind: K::TOKEN_ERROR, start: self.length, end: self.length };
        self.ahead[AHEAD - 1] = self.rest.next().unwrap_or(none);
        self.read_to = token.end;
        token
    }

    /// True where all are read.
    pub(super) fn is_at_end(&self) -> bool {
        self.ahead[0].start == self.length
    }
}

fn offset(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}
