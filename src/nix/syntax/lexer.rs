//! Bytes to tokens. Strings are left to the parser: they hold expressions.

use super::ast::Op;

/// A token; texts are ranges of the source.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tok {
    Eof,
    Ident,
    If,
    Then,
    Else,
    Assert,
    With,
    Let,
    In,
    Rec,
    Inherit,
    OrKw,
    Int,
    Float,
    Path,
    Home,
    Search,
    Uri,
    Quote,
    Indented,
    Dollar,
    LBrace,
    RBrace,
    LParen,
    RParen,
    LBracket,
    RBracket,
    Dot,
    Ellipsis,
    Comma,
    Colon,
    Semi,
    At,
    Question,
    Assign,
    Not,
    Op(Op),
    Bad,
}

/// The source and where reading stands.
#[derive(Clone, Copy)]
pub struct Lexer<'s> {
    pub src: &'s [u8],
    pub pos: usize,
}

pub fn is_path_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'+')
}

fn is_ident_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'\'' | b'-')
}

fn is_uri_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"%/?:@&=+$,-_.!~*'".contains(&byte)
}

impl Lexer<'_> {
    pub fn peek(&self, ahead: usize) -> u8 {
        self.src.get(self.pos + ahead).copied().unwrap_or(0)
    }

    /// Skips blanks and comments; an open comment runs to the end.
    pub fn skip_blank(&mut self) {
        loop {
            match self.peek(0) {
                b' ' | b'\t' | b'\r' | b'\n' => self.pos += 1,
                b'#' => {
                    let rest = &self.src[self.pos..];
                    self.pos += memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
                }
                b'/' if self.peek(1) == b'*' => {
                    let rest = &self.src[self.pos + 2..];
                    self.pos += 2 + memchr::memmem::find(rest, b"*/").map_or(rest.len(), |at| at + 2);
                }
                _ => return,
            }
        }
    }

    fn run(&self, from: usize, accept: fn(u8) -> bool) -> usize {
        from + self.src[from.min(self.src.len())..].iter().take_while(|byte| accept(**byte)).count()
    }

    /// The next token and where it begins. After it, `pos` is behind it.
    pub fn next(&mut self) -> (Tok, usize) {
        self.skip_blank();
        let start = self.pos;
        let byte = self.peek(0);
        let tok = match byte {
            0 if start >= self.src.len() => Tok::Eof,
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.word(),
            b'0'..=b'9' => self.number(),
            b'.' | b'/' | b'+' | b'-' | b'~' => self.path_or_sign(byte),
            b'<' => self.search_or_less(),
            _ => self.sign(byte),
        };
        (tok, start)
    }

    /// A path from here, where there is one: its end.
    fn path_end(&self) -> Option<usize> {
        let mut end = self.run(self.pos, is_path_byte);
        let mut segments = 0;
        while self.src.get(end) == Some(&b'/') {
            let segment = self.run(end + 1, is_path_byte);
            let interpolated = self.src.get(segment) == Some(&b'$') && self.src.get(segment + 1) == Some(&b'{');
            if segment == end + 1 && !interpolated {
                break;
            }
            segments += 1;
            end = segment;
        }
        (segments > 0).then_some(end)
    }

    fn word(&mut self) -> Tok {
        let start = self.pos;
        let scheme = self.run(start, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
        if self.src.get(scheme) == Some(&b':')
            && self.src[start] != b'_'
            && self.src.get(scheme + 1).is_some_and(|byte| is_uri_byte(*byte))
        {
            self.pos = self.run(scheme + 1, is_uri_byte);
            return Tok::Uri;
        }
        let end = self.run(start, is_ident_byte);
        // A path is the longer match: `a/b`, but not `a//b` and not `a /b`.
        if matches!(self.src.get(end), Some(b'/' | b'.' | b'+')) {
            if let Some(path) = self.path_end().filter(|path| *path > end) {
                self.pos = path;
                return Tok::Path;
            }
        }
        self.pos = end;
        keyword(&self.src[start..end])
    }

    fn number(&mut self) -> Tok {
        if let Some(end) = self.path_end() {
            self.pos = end;
            return Tok::Path;
        }
        let start = self.pos;
        let digits = self.run(start, |byte| byte.is_ascii_digit());
        self.pos = digits;
        let fraction = self.src.get(digits) == Some(&b'.')
            && (self.src[start] != b'0'
                || (digits == start + 1 && self.src.get(digits + 1).is_some_and(u8::is_ascii_digit)));
        if !fraction {
            return Tok::Int;
        }
        self.pos = self.run(digits + 1, |byte| byte.is_ascii_digit());
        self.exponent();
        Tok::Float
    }

    fn exponent(&mut self) {
        if matches!(self.peek(0), b'e' | b'E') {
            let sign = usize::from(matches!(self.peek(1), b'+' | b'-'));
            let end = self.run(self.pos + 1 + sign, |byte| byte.is_ascii_digit());
            if end > self.pos + 1 + sign {
                self.pos = end;
            }
        }
    }

    fn path_or_sign(&mut self, byte: u8) -> Tok {
        if byte == b'~' {
            return match self.peek(1) {
                b'/' => {
                    self.pos += 1;
                    self.pos = self.path_end().unwrap_or(self.pos + 1);
                    Tok::Home
                }
                _ => self.one(Tok::Bad),
            };
        }
        if let Some(end) = self.path_end() {
            self.pos = end;
            return Tok::Path;
        }
        match (byte, self.peek(1), self.peek(2)) {
            (b'.', b'.', b'.') => self.many(3, Tok::Ellipsis),
            (b'.', b'0'..=b'9', _) => {
                self.pos = self.run(self.pos + 1, |byte| byte.is_ascii_digit());
                self.exponent();
                Tok::Float
            }
            (b'.', ..) => self.one(Tok::Dot),
            (b'+', b'+', _) => self.many(2, Tok::Op(Op::Concat)),
            (b'+', ..) => self.one(Tok::Op(Op::Add)),
            (b'-', b'>', _) => self.many(2, Tok::Op(Op::Implies)),
            (b'-', ..) => self.one(Tok::Op(Op::Sub)),
            (_, b'/', _) => self.many(2, Tok::Op(Op::Update)),
            _ => self.one(Tok::Op(Op::Div)),
        }
    }

    fn search_or_less(&mut self) -> Tok {
        let inner = self.run(self.pos + 1, |byte| is_path_byte(byte) || byte == b'/');
        if inner > self.pos + 1 && self.src.get(inner) == Some(&b'>') && self.peek(1) != b'/' {
            self.pos = inner + 1;
            return Tok::Search;
        }
        match self.peek(1) {
            b'=' => self.many(2, Tok::Op(Op::Le)),
            _ => self.one(Tok::Op(Op::Lt)),
        }
    }

    fn sign(&mut self, byte: u8) -> Tok {
        match (byte, self.peek(1)) {
            (b'"', _) => self.one(Tok::Quote),
            (b'\'', b'\'') => self.many(2, Tok::Indented),
            (b'$', b'{') => self.many(2, Tok::Dollar),
            (b'{', _) => self.one(Tok::LBrace),
            (b'}', _) => self.one(Tok::RBrace),
            (b'(', _) => self.one(Tok::LParen),
            (b')', _) => self.one(Tok::RParen),
            (b'[', _) => self.one(Tok::LBracket),
            (b']', _) => self.one(Tok::RBracket),
            (b',', _) => self.one(Tok::Comma),
            (b':', _) => self.one(Tok::Colon),
            (b';', _) => self.one(Tok::Semi),
            (b'@', _) => self.one(Tok::At),
            (b'?', _) => self.one(Tok::Question),
            (b'=', b'=') => self.many(2, Tok::Op(Op::Eq)),
            (b'=', _) => self.one(Tok::Assign),
            (b'!', b'=') => self.many(2, Tok::Op(Op::Ne)),
            (b'!', _) => self.one(Tok::Not),
            (b'>', b'=') => self.many(2, Tok::Op(Op::Ge)),
            (b'>', _) => self.one(Tok::Op(Op::Gt)),
            (b'*', _) => self.one(Tok::Op(Op::Mul)),
            (b'&', b'&') => self.many(2, Tok::Op(Op::And)),
            (b'|', b'|') => self.many(2, Tok::Op(Op::Or)),
            _ => self.one(Tok::Bad),
        }
    }

    fn one(&mut self, tok: Tok) -> Tok {
        self.many(1, tok)
    }

    fn many(&mut self, len: usize, tok: Tok) -> Tok {
        self.pos += len;
        tok
    }
}

fn keyword(word: &[u8]) -> Tok {
    match word {
        b"if" => Tok::If,
        b"then" => Tok::Then,
        b"else" => Tok::Else,
        b"assert" => Tok::Assert,
        b"with" => Tok::With,
        b"let" => Tok::Let,
        b"in" => Tok::In,
        b"rec" => Tok::Rec,
        b"inherit" => Tok::Inherit,
        b"or" => Tok::OrKw,
        _ => Tok::Ident,
    }
}
