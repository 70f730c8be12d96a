//! Tokens to our syntax: one recursive descent over what the tokenizer of rnix gives, without a tree in between.
//!
//! Accepts what rnix accepts, less what Nix refuses; why a text is refused is said elsewhere. Nothing is evaluated or
//! resolved here.

use rnix::SyntaxKind as K;

use super::ast::{AttrName, Expr, Formal, Kind, Lambda, Loc, Part, Select};
use super::bindings;
use super::operators::{INVERT, Makes, Side, binding};
use super::paths;
use super::refusal::{Fail, TOO_DEEP};
use super::strings;
use super::tokens::Tokens;
use crate::nix::symbol::Sym;

/// Expressions inside of each other; the limit of rnix.
const MAX_DEPTH: u32 = 512;
/// Brackets, signs, operators and arguments inside of each other; real files stay below 500.
const MAX_NESTED: u32 = 10_000;

/// The tokens of a file, and how far they are read.
pub(super) struct Reader<'f> {
    text: &'f str,
    pub(super) dir: &'f str,
    base: u32,
    names: &'f mut dyn FnMut(&str) -> Sym,
    tokens: Tokens<'f>,
    depth: u32,
    nested: u32,
}

/// The expression of a whole file, names not resolved yet.
pub(super) fn file(text: &str, dir: &str, base: u32, names: &mut dyn FnMut(&str) -> Sym) -> Result<Expr, Fail> {
    let mut reader = Reader { text, dir, base, names, tokens: Tokens::of(text), depth: 0, nested: 0 };
    let expr = reader.expr()?;
    if reader.tokens.is_at_end() { Ok(expr) } else { Err(reader.unexpected()) }
}

impl<'f> Reader<'f> {
    pub(super) fn peek(&self) -> K {
        self.tokens.ahead(0).kind
    }

    fn ahead(&self, count: usize) -> K {
        self.tokens.ahead(count).kind
    }

    /// The first byte of the token that is read next.
    pub(super) fn here(&self) -> u32 {
        self.tokens.ahead(0).start
    }

    /// The byte after the token that was read last.
    pub(super) fn end(&self) -> u32 {
        self.tokens.read_to
    }

    /// Reads a token that is known to be there.
    pub(super) fn bump(&mut self) -> &'f str {
        let token = self.tokens.read();
        &self.text[token.start as usize..token.end as usize]
    }

    /// Reads the rest of a string, where it is one stretch of text without escapes.
    pub(super) fn plain_string(&mut self) -> Option<&'f str> {
        if (self.peek(), self.ahead(1)) != (K::TOKEN_STRING_CONTENT, K::TOKEN_STRING_END) {
            return None;
        }
        let token = self.tokens.ahead(0);
        let text = &self.text[token.start as usize..token.end as usize];
        if memchr::memchr2(b'\\', b'\r', text.as_bytes()).is_some() {
            return None;
        }
        self.bump();
        self.bump();
        Some(text)
    }

    pub(super) fn eat(&mut self, kind: K) -> bool {
        let there = self.peek() == kind;
        if there {
            self.bump();
        }
        there
    }

    pub(super) fn expect(&mut self, kind: K) -> Result<&'f str, Fail> {
        if self.peek() == kind { Ok(self.bump()) } else { Err(self.unexpected()) }
    }

    /// The refusal of the next token.
    pub(super) fn unexpected(&self) -> Fail {
        let what = if self.tokens.is_at_end() { "the file ends too early" } else { "this does not belong here" };
        self.fail(self.here(), what)
    }

    fn fail(&self, at: u32, what: &'static str) -> Fail {
        Fail { at: at as usize, what }
    }

    /// The refusal of what was read at a place.
    pub(super) fn failure(&self, at: Loc, what: &'static str) -> Fail {
        self.fail(at.start - self.base, what)
    }

    /// From `start` to what was read last.
    pub(super) fn loc(&self, start: u32) -> Loc {
        Loc { start: self.base + start, end: self.base + self.end() }
    }

    fn sym(&mut self, text: &str) -> Sym {
        (self.names)(text)
    }

    fn nest<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Fail>) -> Result<T, Fail> {
        self.nested += 1;
        if self.nested > MAX_NESTED {
            return Err(self.fail(self.here(), TOO_DEEP));
        }
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
        self.bump();
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
        self.bump();
        let before = self.expr()?;
        self.expect(K::TOKEN_SEMICOLON)?;
        let body = self.expr()?;
        Ok(Expr { kind: kind(Box::new([before, body])), loc: self.loc(start) })
    }

    fn if_else(&mut self) -> Result<Expr, Fail> {
        let start = self.here();
        self.bump();
        let condition = self.expr()?;
        self.expect(K::TOKEN_THEN)?;
        let yes = self.expr()?;
        self.expect(K::TOKEN_ELSE)?;
        let no = self.expr()?;
        Ok(Expr { kind: Kind::If(Box::new([condition, yes, no])), loc: self.loc(start) })
    }

    /// Operands with the operators between them that bind at least as strongly as `least`.
    fn operation(&mut self, least: u8) -> Result<Expr, Fail> {
        let start = self.here();
        let mut left = match self.peek() {
            K::TOKEN_INVERT if least <= INVERT => {
                self.bump();
                let of = Box::new(self.nest(|reader| reader.operation(INVERT))?);
                Expr { kind: Kind::Not(of), loc: self.loc(start) }
            }
            _ => self.negation()?,
        };
        let (mut most, mut count) = (u8::MAX, 0);
        while let Some(binding) = binding(self.peek()).filter(|found| (least..=most).contains(&found.strength)) {
            count += 1;
            if count > MAX_NESTED {
                return Err(self.fail(self.here(), TOO_DEEP));
            }
            self.bump();
            let strength = binding.strength;
            most = if binding.side == Side::None { strength - 1 } else { strength };
            let kind = match binding.makes {
                Makes::Has => {
                    let path = self.attr_path()?.into();
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
        self.bump();
        let of = Box::new(self.nest(Self::negation)?);
        Ok(Expr { kind: Kind::Neg(of), loc: self.loc(start) })
    }

    fn application(&mut self) -> Result<Expr, Fail> {
        let start = self.here();
        let mut function = self.simple()?;
        let mut count = 0;
        while self.peek().is_fn_arg() {
            count += 1;
            if count > MAX_NESTED {
                return Err(self.fail(self.here(), TOO_DEEP));
            }
            let argument = self.simple()?;
            function = Expr { kind: Kind::Apply(Box::new([function, argument])), loc: self.loc(start) };
        }
        Ok(function)
    }

    /// An expression that needs no brackets as a member of a list, with the attribute that is taken of it.
    fn simple(&mut self) -> Result<Expr, Fail> {
        self.nest(|reader| {
            let start = reader.here();
            let of = reader.primary()?;
            match reader.peek() {
                K::TOKEN_DOT => {
                    reader.bump();
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
        let path = self.attr_path()?.into();
        let default = if self.eat(K::TOKEN_OR) { Some(self.simple()?) } else { None };
        Ok(Expr { kind: Kind::Select(Box::new(Select { of, path, default })), loc: self.loc(start) })
    }

    fn primary(&mut self) -> Result<Expr, Fail> {
        let start = self.here();
        let kind = match self.peek() {
            K::TOKEN_L_PAREN => {
                self.bump();
                let inner = self.expr()?;
                self.expect(K::TOKEN_R_PAREN)?;
                return Ok(inner);
            }
            K::TOKEN_REC => {
                self.bump();
                self.expect(K::TOKEN_L_BRACE)?;
                Kind::Set(Box::new(bindings::of(self, K::TOKEN_R_BRACE, true)?))
            }
            K::TOKEN_L_BRACE if self.is_pattern() => self.pattern(None)?,
            K::TOKEN_L_BRACE => {
                self.bump();
                Kind::Set(Box::new(bindings::of(self, K::TOKEN_R_BRACE, false)?))
            }
            K::TOKEN_L_BRACK => self.list()?,
            K::TOKEN_STRING_START => string_of(strings::parts(self)?),
            K::TOKEN_PATH_ABS | K::TOKEN_PATH_REL | K::TOKEN_PATH_HOME => paths::literal(self)?,
            K::TOKEN_PATH_SEARCH => Kind::Search(self.bump().trim_matches(['<', '>']).into()),
            K::TOKEN_INTEGER => self.number(|text| text.parse().ok().map(Kind::Int), "a number that is too large")?,
            K::TOKEN_FLOAT => self.number(|text| text.parse().ok().map(Kind::Float), "not a number")?,
            K::TOKEN_URI => Kind::Str(self.bump().into()),
            K::TOKEN_IDENT => match self.ahead(1) {
                K::TOKEN_COLON => self.lambda()?,
                K::TOKEN_AT => {
                    let text = self.bump();
                    let whole = self.sym(text);
                    self.bump();
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
        let text = self.bump();
        let name = self.sym(text);
        Ok(Expr { kind: Kind::Name(name), loc: self.loc(start) })
    }

    fn number(&mut self, read: fn(&str) -> Option<Kind>, what: &'static str) -> Result<Kind, Fail> {
        let start = self.here();
        read(self.bump()).ok_or_else(|| self.fail(start, what))
    }

    fn list(&mut self) -> Result<Kind, Fail> {
        self.bump();
        let mut items = Vec::new();
        while !self.eat(K::TOKEN_R_BRACK) {
            items.push(self.simple()?);
        }
        Ok(Kind::List(items.into()))
    }

    /// `name: body`
    fn lambda(&mut self) -> Result<Kind, Fail> {
        let text = self.bump();
        let name = self.sym(text);
        self.bump();
        let body = self.expr()?;
        Ok(Kind::Lambda(Box::new(Lambda {
            names: [name].into(),
            formals: None,
            open: false,
            body,
            kept: Box::default(),
        })))
    }

    /// `{ .. }: body`, where what stands before an `@` was read.
    fn pattern(&mut self, mut whole: Option<Sym>) -> Result<Kind, Fail> {
        let start = self.here();
        self.expect(K::TOKEN_L_BRACE)?;
        let mut formals = Vec::new();
        let mut open = false;
        while !self.eat(K::TOKEN_R_BRACE) {
            if self.eat(K::TOKEN_ELLIPSIS) {
                open = true;
                self.expect(K::TOKEN_R_BRACE)?;
                break;
            }
            formals.push(self.formal()?);
            if !self.eat(K::TOKEN_COMMA) {
                self.expect(K::TOKEN_R_BRACE)?;
                break;
            }
        }
        if whole.is_none() && self.eat(K::TOKEN_AT) {
            let text = self.expect(K::TOKEN_IDENT)?;
            whole = Some(self.sym(text));
        }
        if whole.is_some() && formals.iter().any(|formal: &Formal| Some(formal.name) == whole) {
            return Err(self.fail(start, "an argument stands twice"));
        }
        self.expect(K::TOKEN_COLON)?;
        formals.sort_unstable_by_key(|formal| formal.name);
        if formals.windows(2).any(|two| two[0].name == two[1].name) {
            return Err(self.fail(start, "an argument stands twice"));
        }
        let (names, formals) = (whole.into_iter().collect(), Some(formals.into()));
        Ok(Kind::Lambda(Box::new(Lambda { names, formals, open, body: self.expr()?, kept: Box::default() })))
    }

    fn formal(&mut self) -> Result<Formal, Fail> {
        let at = self.base + self.here();
        let text = self.expect(K::TOKEN_IDENT)?;
        let name = self.sym(text);
        let default = if self.eat(K::TOKEN_QUESTION) { Some(self.expr()?) } else { None };
        Ok(Formal { name, default, at })
    }

    /// The names of an attribute path.
    fn attr_path(&mut self) -> Result<Vec<AttrName>, Fail> {
        let mut path = vec![self.attr_name()?];
        while self.eat(K::TOKEN_DOT) {
            path.push(self.attr_name()?);
        }
        Ok(path)
    }

    /// One name of an attribute path.
    pub(super) fn attr_name(&mut self) -> Result<AttrName, Fail> {
        let start = self.here();
        let expr = match self.peek() {
            K::TOKEN_IDENT | K::TOKEN_OR => {
                let text = self.bump();
                return Ok(AttrName::Static(self.sym(text), self.loc(start)));
            }
            K::TOKEN_INTERPOL_START => self.interpolated()?,
            K::TOKEN_STRING_START => {
                let kind = string_of(strings::parts(self)?);
                Expr { kind, loc: self.loc(start) }
            }
            _ => return Err(self.unexpected()),
        };
        Ok(match expr {
            Expr { kind: Kind::Str(text), loc } => AttrName::Static(self.sym(&text), loc),
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

fn string_of(mut parts: Vec<Part>) -> Kind {
    match parts.as_mut_slice() {
        [] => Kind::Str("".into()),
        [Part::Text(text)] => Kind::Str(std::mem::take(text)),
        _ => Kind::Interp(parts.into()),
    }
}
