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

/// So many are found at a time: fewer cost a call each, and more take room that a file of nothing else multiplies.
const AT_ONCE: usize = 512;

/// Adds the next tokens to others.
type Find<'f> = dyn FnMut(&mut Vec<Token>) + 'f;

/// The tokens of a text; behind the last one are empty ones without end.
pub(super) struct Tokens<'f> {
    find: Box<Find<'f>>,
    /// Those that were found last: at least as many as decide what is read lie behind `next`.
    found: Vec<Token>,
    next: usize,
    /// The byte after the token that was read last.
    pub(super) read_to: u32,
    length: u32,
}

impl<'f> Tokens<'f> {
    pub(super) fn of(text: &'f str) -> Self {
        let length = offset(text.len());
        let find = Box::new(finder(text, length));
        let found = Vec::with_capacity(AT_ONCE.min(text.len()) + AHEAD);
        let mut tokens = Tokens { find, found, next: 0, read_to: 0, length };
        tokens.find_more();
        tokens
    }

    /// The token that is read after `count` others.
    #[inline]
    pub(super) fn ahead(&self, count: usize) -> Token {
        self.found[self.next + count]
    }

    /// Reads the next token.
    #[inline]
    pub(super) fn read(&mut self) -> Token {
        let token = self.found[self.next];
        self.next += 1;
        self.read_to = token.end;
        if self.next + AHEAD > self.found.len() {
            self.find_more();
        }
        token
    }

    fn find_more(&mut self) {
        self.found.drain(..self.next);
        self.next = 0;
        (self.find)(&mut self.found);
    }

    /// True where all are read.
    pub(super) fn is_at_end(&self) -> bool {
        self.ahead(0).start == self.length
    }
}

/// Tokenizer of `text`.
fn finder(text: &str, length: u32) -> impl FnMut(&mut Vec<Token>) + '_ {
    let none = Token { kind: K::TOKEN_ERROR, start: length, end: length };
    let mut tokens = rnix::tokenize(text);
    let mut end = 0;
    move |found| {
        while found.len() < AT_ONCE {
            let Some((kind, written)) = tokens.next() else { return found.extend([none; AHEAD]) };
            let start = end;
            end += offset(written.len());
            if !matches!(kind, K::TOKEN_WHITESPACE | K::TOKEN_COMMENT) {
                found.push(Token { kind, start, end });
            }
        }
    }
}

fn offset(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}
