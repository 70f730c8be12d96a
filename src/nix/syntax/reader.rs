//! Tokens to our syntax: one recursive descent over what the tokenizer of rnix gives, without a tree in between.
//!
//! Accepts what rnix accepts, less what Nix refuses; why a text is refused is said elsewhere. Nothing is evaluated or
//! resolved here.

use rnix::SyntaxKind as K;

use super::ast::{AttrName, Binding, Expr, Kind, Loc, Select, Tree};
use super::bindings;
use super::operators::{INVERT, Makes, Side, binding};
use super::paths;
use super::refusal::{Fail, TOO_DEEP, TOO_MANY};
use super::strings;
use super::tokens::Tokens;
use crate::nix::symbol::Sym;

/// Expressions inside of each other; the limit of rnix.
const MAX_DEPTH: u32 = 512;
/// Brackets, signs, operators and arguments inside of each other; real files stay below 500.
const MAX_NESTED: u32 = 10_000;
/// Names, literals and brackets in one file: about 100 bytes of syntax each, and below 3,000,000 in real files.
const MAX_SIMPLE: u32 = 15_000_000;

/// The tokens of a file, and how far they are read.
pub(super) struct Reader<'f> {
    text: &'f str,
    pub(super) dir: &'f str,
    base: u32,
    names: &'f mut dyn FnMut(&str) -> Sym,
    tokens: Tokens<'f>,
    depth: u32,
    nested: u32,
    deepest: u32,
    /// An upper bound of the height of what was read since the innermost chain of operands or arguments began.
    height: u32,
    simples: u32,
    pub(super) rooms: Rooms,
}

/// Where what is read grows until all of it is there; it is kept in a place of its exact size.
#[derive(Default)]
pub(super) struct Rooms {
    /// The members of the lists that are being read, those of the innermost one last.
    items: Vec<Expr>,
    /// Empty ones for the bindings of sets.
    pub(super) bindings: Vec<Vec<Binding>>,
}

/// The expression of a whole file, names not resolved yet.
pub(super) fn file(text: &str, dir: &str, base: u32, names: &mut dyn FnMut(&str) -> Sym) -> Result<Tree, Fail> {
    let (tokens, rooms) = (Tokens::of(text), Rooms::default());
    let mut reader =
        Reader { text, dir, base, names, tokens, depth: 0, nested: 0, deepest: 0, height: 0, simples: 0, rooms };
    let root = reader.expr()?;
    let is_deep = reader.height.max(reader.deepest) > MAX_DEPTH;
    if reader.tokens.is_at_end() { Ok(Tree { root, is_deep }) } else { Err(reader.unexpected()) }
}

impl<'f> Reader<'f> {
    #[inline]
    pub(super) fn peek(&self) -> K {
        self.tokens.ahead(0).kind
    }

    #[inline]
    pub(super) fn ahead(&self, count: usize) -> K {
        self.tokens.ahead(count).kind
    }

    /// How the token that is read after `count` others is written.
    #[inline]
    pub(super) fn written(&self, count: usize) -> &'f str {
        let token = self.tokens.ahead(count);
        &self.text[token.start as usize..token.end as usize]
    }

    /// The first byte of the token that is read next.
    #[inline]
    pub(super) fn here(&self) -> u32 {
        self.tokens.ahead(0).start
    }

    /// The byte after the token that was read last.
    #[inline]
    pub(super) fn end(&self) -> u32 {
        self.tokens.read_to
    }

    /// Reads a token that is known to be there.
    #[inline]
    pub(super) fn bump(&mut self) -> &'f str {
        let text = self.written(0);
        self.skip();
        text
    }

    /// Reads a token that is known to be there, however it is written.
    #[inline]
    pub(super) fn skip(&mut self) {
        self.tokens.read();
    }

    #[inline]
    pub(super) fn eat(&mut self, kind: K) -> bool {
        let there = self.peek() == kind;
        if there {
            self.skip();
        }
        there
    }

    #[inline]
    pub(super) fn expect(&mut self, kind: K) -> Result<(), Fail> {
        if self.eat(kind) { Ok(()) } else { Err(self.unexpected()) }
    }

    /// Reads a name.
    pub(super) fn ident(&mut self) -> Result<Sym, Fail> {
        if self.peek() == K::TOKEN_IDENT { Ok(self.sym()) } else { Err(self.unexpected()) }
    }

    /// The refusal of the next token.
    pub(super) fn unexpected(&self) -> Fail {
        let what = if self.tokens.is_at_end() { "the file ends too early" } else { "this does not belong here" };
        self.fail(self.here(), what)
    }

    pub(super) fn fail(&self, at: u32, what: &'static str) -> Fail {
        Fail { at: at as usize, what }
    }

    /// The refusal of what was read at a place.
    pub(super) fn failure(&self, at: Loc, what: &'static str) -> Fail {
        self.fail(at.start - self.base, what)
    }

    /// From `start` to what was read last.
    #[inline]
    pub(super) fn loc(&self, start: u32) -> Loc {
        Loc { start: self.base + start, end: self.base + self.end() }
    }

    /// Reads a token as a name.
    pub(super) fn sym(&mut self) -> Sym {
        let text = self.bump();
        (self.names)(text)
    }

    fn nest<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Fail>) -> Result<T, Fail> {
        self.nested += 1;
        if self.nested > MAX_NESTED {
            return Err(self.fail(self.here(), TOO_DEEP));
        }
        self.deepest = self.deepest.max(self.nested);
        let result = read(self);
        self.nested -= 1;
        result
    }

    /// An expression.
    pub(super) fn expr(&mut self) -> Result<Expr, Fail> {
        if self.depth >= MAX_DEPTH {
            return Err(self.fail(self.here(), TOO_DEEP));
        }
        self.depth += 1;
        let result = match self.peek() {
            K::TOKEN_LET => self.let_in(),
            K::TOKEN_WITH => self.before_body(Kind::With),
            K::TOKEN_ASSERT => self.before_body(Kind::Assert),
            K::TOKEN_IF => self.if_else(),
            _ => self.operation(0),
        };
        self.depth -= 1;
        result
    }

    fn let_in(&mut self) -> Result<Expr, Fail> {
        let start = self.here();
        self.skip();
        if self.eat(K::TOKEN_L_BRACE) {
            let bindings = bindings::of(self, K::TOKEN_R_BRACE, true)?;
            let set = Expr { kind: Kind::Set(Box::new(bindings)), loc: self.loc(start) };
            return Ok(Expr { kind: Kind::LetBody(Box::new(set)), loc: self.loc(start) });
        }
        let bindings = bindings::of(self, K::TOKEN_IN, true)?;
        let body = self.expr()?;
        Ok(Expr { kind: Kind::Let(Box::new((bindings, body))), loc: self.loc(start) })
    }

    /// `with .. ; ..` and `assert .. ; ..`
    fn before_body(&mut self, kind: fn(Box<[Expr; 2]>) -> Kind) -> Result<Expr, Fail> {
        let start = self.here();
        self.skip();
        let before = self.expr()?;
        self.expect(K::TOKEN_SEMICOLON)?;
        let body = self.expr()?;
        Ok(Expr { kind: kind(Box::new([before, body])), loc: self.loc(start) })
    }

    fn if_else(&mut self) -> Result<Expr, Fail> {
        let start = self.here();
        self.skip();
        let condition = self.expr()?;
        self.expect(K::TOKEN_THEN)?;
        let yes = self.expr()?;
        self.expect(K::TOKEN_ELSE)?;
        let no = self.expr()?;
        Ok(Expr { kind: Kind::If(Box::new([condition, yes, no])), loc: self.loc(start) })
    }

    /// Result of `read`, with the height of that alone.
    pub(super) fn apart<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Fail>) -> Result<T, Fail> {
        let beside = std::mem::take(&mut self.height);
        let result = read(self);
        self.height = self.height.max(beside);
        result
    }

    /// The syntax that was read is a part of something `levels` higher.
    pub(super) fn heighten(&mut self, levels: usize) -> Result<(), Fail> {
        self.height = self.height.saturating_add(u32::try_from(levels).unwrap_or(u32::MAX));
        if self.height > MAX_NESTED { Err(self.fail(self.here(), TOO_DEEP)) } else { Ok(()) }
    }

    /// Operands with the operators between them that bind at least as strongly as `least`.
    fn operation(&mut self, least: u8) -> Result<Expr, Fail> {
        self.apart(|reader| reader.chain_of_operands(least))
    }

    fn chain_of_operands(&mut self, least: u8) -> Result<Expr, Fail> {
        let start = self.here();
        let mut left = match self.peek() {
            K::TOKEN_INVERT if least <= INVERT => {
                self.skip();
                let of = Box::new(self.nest(|reader| reader.operation(INVERT))?);
                Expr { kind: Kind::Not(of), loc: self.loc(start) }
            }
            _ => self.negation()?,
        };
        let mut most = u8::MAX;
        while let Some(binding) = binding(self.peek()).filter(|found| (least..=most).contains(&found.strength)) {
            self.skip();
            self.heighten(1)?;
            let strength = binding.strength;
            most = if binding.side == Side::None { strength - 1 } else { strength };
            let kind = match binding.makes {
                Makes::Has => {
                    let path = self.attr_path()?;
                    Kind::Has(Box::new(Select { of: left, path, default: None }))
                }
                makes => {
                    let least = if binding.side == Side::Right { strength } else { strength + 1 };
                    let right = self.nest(|reader| reader.operation(least))?;
                    match makes {
                        Makes::Op(op) => Kind::Bin(op, Box::new([left, right])),
                        Makes::PipeRight => Kind::Apply(Box::new([right, left])),
                        _ => Kind::Apply(Box::new([left, right])),
                    }
                }
            };
            left = Expr { kind, loc: self.loc(start) };
        }
        Ok(left)
    }

    fn negation(&mut self) -> Result<Expr, Fail> {
        if self.peek() != K::TOKEN_SUB {
            return self.application();
        }
        let start = self.here();
        self.skip();
        let of = Box::new(self.nest(Self::negation)?);
        Ok(Expr { kind: Kind::Neg(of), loc: self.loc(start) })
    }

    fn application(&mut self) -> Result<Expr, Fail> {
        self.apart(Self::chain_of_arguments)
    }

    fn chain_of_arguments(&mut self) -> Result<Expr, Fail> {
        let start = self.here();
        let mut function = self.simple()?;
        while self.peek().is_fn_arg() {
            self.heighten(1)?;
            let argument = self.simple()?;
            function = Expr { kind: Kind::Apply(Box::new([function, argument])), loc: self.loc(start) };
        }
        Ok(function)
    }

    /// An expression that needs no brackets as a member of a list, with the attribute that is taken of it.
    fn simple(&mut self) -> Result<Expr, Fail> {
        self.simples += 1;
        if self.simples > MAX_SIMPLE {
            return Err(self.fail(self.here(), TOO_MANY));
        }
        self.nest(|reader| {
            let start = reader.here();
            let of = reader.primary()?;
            match reader.peek() {
                K::TOKEN_DOT => {
                    reader.skip();
                    reader.select(of, start)
                }
                // `or` behind something that is no selection is a name, whatever stands around it.
                K::TOKEN_OR => {
                    let name = reader.name()?;
                    Ok(Expr { kind: Kind::Apply(Box::new([of, name])), loc: reader.loc(start) })
                }
                _ => Ok(of),
            }
        })
    }

    fn select(&mut self, of: Expr, start: u32) -> Result<Expr, Fail> {
        let path = self.attr_path()?;
        let default = if self.eat(K::TOKEN_OR) { Some(self.simple()?) } else { None };
        Ok(Expr { kind: Kind::Select(Box::new(Select { of, path, default })), loc: self.loc(start) })
    }

    fn primary(&mut self) -> Result<Expr, Fail> {
        let start = self.here();
        let kind = match self.peek() {
            K::TOKEN_L_PAREN => {
                self.skip();
                let inner = self.expr()?;
                self.expect(K::TOKEN_R_PAREN)?;
                return Ok(inner);
            }
            K::TOKEN_REC => {
                self.skip();
                self.expect(K::TOKEN_L_BRACE)?;
                Kind::Set(Box::new(bindings::of(self, K::TOKEN_R_BRACE, true)?))
            }
            K::TOKEN_L_BRACE if self.is_pattern() => self.pattern(None)?,
            K::TOKEN_L_BRACE => {
                self.skip();
                Kind::Set(Box::new(bindings::of(self, K::TOKEN_R_BRACE, false)?))
            }
            K::TOKEN_L_BRACK => self.list()?,
            K::TOKEN_STRING_START => strings::literal(self)?,
            K::TOKEN_PATH_ABS | K::TOKEN_PATH_REL | K::TOKEN_PATH_HOME => paths::literal(self)?,
            K::TOKEN_PATH_SEARCH => Kind::Search(self.bump().trim_matches(['<', '>']).into()),
            K::TOKEN_INTEGER => self.number(|text| text.parse().ok().map(Kind::Int), "a number that is too large")?,
            K::TOKEN_FLOAT => self.number(|text| text.parse().ok().map(Kind::Float), "not a number")?,
            K::TOKEN_URI => Kind::Str(self.bump().into()),
            K::TOKEN_IDENT => match self.ahead(1) {
                K::TOKEN_COLON => self.lambda()?,
                K::TOKEN_AT => {
                    let whole = self.sym();
                    self.skip();
                    self.pattern(Some(whole))?
                }
                _ => return self.name(),
            },
            _ => return Err(self.unexpected()),
        };
        Ok(Expr { kind, loc: self.loc(start) })
    }

    /// True where a brace begins the arguments of a function.
    fn is_pattern(&self) -> bool {
        matches!(
            (self.ahead(1), self.ahead(2)),
            (K::TOKEN_IDENT, K::TOKEN_COMMA | K::TOKEN_QUESTION | K::TOKEN_R_BRACE)
                | (K::TOKEN_ELLIPSIS, K::TOKEN_R_BRACE)
                | (K::TOKEN_R_BRACE, K::TOKEN_COLON | K::TOKEN_AT)
        )
    }

    /// The next token as a variable.
    fn name(&mut self) -> Result<Expr, Fail> {
        let start = self.here();
        let name = self.sym();
        Ok(Expr { kind: Kind::Name(name), loc: self.loc(start) })
    }

    fn number(&mut self, read: fn(&str) -> Option<Kind>, what: &'static str) -> Result<Kind, Fail> {
        let start = self.here();
        read(self.bump()).ok_or_else(|| self.fail(start, what))
    }

    fn list(&mut self) -> Result<Kind, Fail> {
        self.skip();
        let first = self.rooms.items.len();
        while !self.eat(K::TOKEN_R_BRACK) {
            let item = self.simple()?;
            self.rooms.items.push(item);
        }
        Ok(Kind::List(self.rooms.items.drain(first..).collect()))
    }

    /// The names of an attribute path.
    fn attr_path(&mut self) -> Result<Box<[AttrName]>, Fail> {
        let first = self.attr_name()?;
        if self.peek() != K::TOKEN_DOT {
            return Ok([first].into());
        }
        let mut path = vec![first];
        while self.eat(K::TOKEN_DOT) {
            path.push(self.attr_name()?);
        }
        Ok(path.into())
    }

    /// One name of an attribute path.
    pub(super) fn attr_name(&mut self) -> Result<AttrName, Fail> {
        let start = self.here();
        let expr = match self.peek() {
            K::TOKEN_IDENT | K::TOKEN_OR => {
                return Ok(AttrName::Static(self.sym(), self.loc(start)));
            }
            K::TOKEN_INTERPOL_START => self.interpolated()?,
            K::TOKEN_STRING_START => {
                if let Some(text) = strings::plain(self) {
                    return Ok(AttrName::Static((self.names)(text), self.loc(start)));
                }
                Expr { kind: strings::literal(self)?, loc: self.loc(start) }
            }
            _ => return Err(self.unexpected()),
        };
        Ok(match expr {
            Expr { kind: Kind::Str(text), loc } => AttrName::Static((self.names)(&text), loc),
            expr => AttrName::Dynamic(Box::new(expr)),
        })
    }

    /// The expression of `${ .. }`.
    pub(super) fn interpolated(&mut self) -> Result<Expr, Fail> {
        self.expect(K::TOKEN_INTERPOL_START)?;
        let inner = self.expr()?;
        self.expect(K::TOKEN_INTERPOL_END)?;
        Ok(inner)
    }
}
