//! Tokens to expressions, by recursive descent: the grammar of Nix 2.3 to 2.18.
//!
//! Parses what Nix parses and refuses what Nix refuses, with the place; nothing is evaluated or resolved here.

use super::ast::{AttrName, Expr, Formal, Kind, Lambda, Loc, Op, Part, Select};
use super::lexer::{Lexer, Tok, is_path_byte};
use crate::nix::symbol::Sym;

/// Why a file is not Nix, and where (byte offset in the file).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fail {
    /// Byte offset.
    pub at: usize,
    /// What is wrong there.
    pub what: &'static str,
}

/// Deeper nesting is refused: the parser recurses.
const MAX_DEPTH: u32 = 2_000;

pub(super) struct Parser<'s> {
    pub(super) lexer: Lexer<'s>,
    pub(super) tok: Tok,
    pub(super) tok_start: usize,
    tok_end: usize,
    /// End of the token before this one.
    last_end: usize,
    pub(super) base: u32,
    dir: &'s str,
    names: &'s mut dyn FnMut(&str) -> Sym,
    depth: u32,
}

impl<'s> Parser<'s> {
    /// A parser that stands on the first token. `dir` is the absolute folder of the file, `base` its place in the
    /// position space.
    pub(super) fn new(src: &'s [u8], dir: &'s str, base: u32, names: &'s mut dyn FnMut(&str) -> Sym) -> Self {
        let lexer = Lexer { src, pos: 0 };
        let mut parser =
            Parser { lexer, tok: Tok::Eof, tok_start: 0, tok_end: 0, last_end: 0, base, dir, names, depth: 0 };
        parser.bump();
        parser
    }

    pub(super) fn bump(&mut self) {
        self.last_end = self.tok_end;
        let (tok, start) = self.lexer.next();
        self.tok = tok;
        self.tok_start = start;
        self.tok_end = self.lexer.pos;
    }

    pub(super) fn fail(&self, what: &'static str) -> Fail {
        Fail { at: self.tok_start, what }
    }

    pub(super) fn expect(&mut self, tok: Tok, what: &'static str) -> Result<(), Fail> {
        if self.tok != tok {
            return Err(self.fail(what));
        }
        self.bump();
        Ok(())
    }

    pub(super) fn eat(&mut self, tok: Tok) -> bool {
        let found = self.tok == tok;
        if found {
            self.bump();
        }
        found
    }

    pub(super) fn text(&self) -> &'s str {
        std::str::from_utf8(&self.lexer.src[self.tok_start..self.tok_end]).unwrap_or("")
    }

    pub(super) fn loc(&self, start: usize) -> Loc {
        self.loc_to(start, self.last_end)
    }

    fn loc_to(&self, start: usize, end: usize) -> Loc {
        let at = |offset: usize| self.base + u32::try_from(offset).unwrap_or(u32::MAX - self.base);
        Loc { start: at(start), end: at(end) }
    }

    fn tok_loc(&self) -> Loc {
        self.loc_to(self.tok_start, self.tok_end)
    }

    pub(super) fn make(&self, start: usize, kind: Kind) -> Expr {
        Expr { kind, loc: self.loc(start) }
    }

    pub(super) fn sym(&mut self, text: &str) -> Sym {
        (self.names)(text)
    }

    /// The whole file.
    pub(super) fn file(&mut self) -> Result<Expr, Fail> {
        let expr = self.expr()?;
        match self.tok {
            Tok::Eof => Ok(expr),
            _ => Err(self.fail("the expression should end here")),
        }
    }

    pub(super) fn expr(&mut self) -> Result<Expr, Fail> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.fail("nested too deeply"));
        }
        let result = self.expr_function();
        self.depth -= 1;
        result
    }

    fn expr_function(&mut self) -> Result<Expr, Fail> {
        let start = self.tok_start;
        match self.tok {
            Tok::Assert => {
                self.bump();
                let condition = self.expr()?;
                self.expect(Tok::Semi, "`;` is missing after the condition of `assert`")?;
                let body = self.expr()?;
                Ok(self.make(start, Kind::Assert(Box::new([condition, body]))))
            }
            Tok::With => {
                self.bump();
                let scope = self.expr()?;
                self.expect(Tok::Semi, "`;` is missing after the scope of `with`")?;
                let body = self.expr()?;
                Ok(self.make(start, Kind::With(Box::new([scope, body]))))
            }
            Tok::Let if self.ahead().0 != Tok::LBrace => {
                self.bump();
                let bindings = self.bindings(Tok::In, true)?;
                self.expect(Tok::In, "`in` is missing")?;
                let body = self.expr()?;
                Ok(self.make(start, Kind::Let(Box::new((bindings, body)))))
            }
            Tok::If => self.expr_if(start),
            Tok::Ident if matches!(self.ahead().0, Tok::Colon | Tok::At) => self.lambda_by_name(start),
            Tok::LBrace if self.is_pattern() => {
                let (formals, open) = self.formals()?;
                let whole = if self.eat(Tok::At) { Some(self.ident()?) } else { None };
                self.lambda(start, whole, Some(formals), open)
            }
            _ => self.operators(0),
        }
    }

    fn expr_if(&mut self, start: usize) -> Result<Expr, Fail> {
        self.bump();
        let condition = self.expr()?;
        self.expect(Tok::Then, "`then` is missing")?;
        let yes = self.expr()?;
        self.expect(Tok::Else, "`else` is missing")?;
        let no = self.expr()?;
        Ok(self.make(start, Kind::If(Box::new([condition, yes, no]))))
    }

    /// The token after the present one, and the one after that.
    fn ahead(&self) -> (Tok, Tok) {
        let mut lexer = self.lexer;
        let first = lexer.next().0;
        (first, lexer.next().0)
    }

    /// At `{`: true where a pattern and not a set begins.
    fn is_pattern(&self) -> bool {
        let mut lexer = self.lexer;
        match lexer.next().0 {
            Tok::Ellipsis => true,
            Tok::RBrace => matches!(lexer.next().0, Tok::Colon | Tok::At),
            Tok::Ident => match lexer.next().0 {
                Tok::Comma | Tok::Question => true,
                Tok::RBrace => matches!(lexer.next().0, Tok::Colon | Tok::At),
                _ => false,
            },
            _ => false,
        }
    }

    fn lambda_by_name(&mut self, start: usize) -> Result<Expr, Fail> {
        let name = self.ident()?;
        if self.eat(Tok::At) {
            if self.tok != Tok::LBrace {
                return Err(self.fail("`{` is missing after `@`"));
            }
            let (formals, open) = self.formals()?;
            return self.lambda(start, Some(name), Some(formals), open);
        }
        self.lambda(start, Some(name), None, false)
    }

    fn lambda(&mut self, start: usize, whole: Option<Sym>, formals: Option<Vec<Formal>>, open: bool) -> Result<Expr, Fail> {
        self.expect(Tok::Colon, "`:` is missing")?;
        let body = self.expr()?;
        let formals = formals.map(Vec::into_boxed_slice);
        Ok(self.make(start, Kind::Lambda(Box::new(Lambda { whole, formals, open, body }))))
    }

    pub(super) fn ident(&mut self) -> Result<Sym, Fail> {
        if !matches!(self.tok, Tok::Ident | Tok::OrKw) {
            return Err(self.fail("a name is missing"));
        }
        let sym = self.sym(self.text());
        self.bump();
        Ok(sym)
    }

    fn formals(&mut self) -> Result<(Vec<Formal>, bool), Fail> {
        self.bump();
        let mut formals: Vec<Formal> = Vec::new();
        loop {
            match self.tok {
                Tok::RBrace => break,
                Tok::Ellipsis => {
                    self.bump();
                    self.expect(Tok::RBrace, "`}` is missing after `...`")?;
                    return Ok((formals, true));
                }
                _ => {}
            }
            let at = self.tok_loc().start;
            let name = self.ident()?;
            if formals.iter().any(|formal| formal.name == name) {
                return Err(self.fail("an argument stands twice"));
            }
            let default = if self.eat(Tok::Question) { Some(self.expr()?) } else { None };
            formals.push(Formal { name, default, at });
            if !self.eat(Tok::Comma) {
                break;
            }
        }
        self.expect(Tok::RBrace, "`}` is missing after the arguments")?;
        Ok((formals, false))
    }

    fn operators(&mut self, min: u8) -> Result<Expr, Fail> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.fail("nested too deeply"));
        }
        let start = self.tok_start;
        let mut left = self.prefix()?;
        loop {
            if self.tok == Tok::Question && HAS >= min {
                self.bump();
                let path = self.attr_path()?;
                left = self.make(start, Kind::Has(Box::new(Select { of: left, path: path.into(), default: None })));
                continue;
            }
            let Tok::Op(op) = self.tok else { break };
            let (power, right_min, chains) = binding_power(op);
            if power < min {
                break;
            }
            self.bump();
            let right = self.operators(right_min)?;
            left = self.make(start, Kind::Bin(op, Box::new([left, right])));
            let again = matches!(self.tok, Tok::Op(next) if binding_power(next).0 == power);
            if !chains && again {
                return Err(self.fail("comparisons do not chain"));
            }
        }
        self.depth -= 1;
        Ok(left)
    }

    fn prefix(&mut self) -> Result<Expr, Fail> {
        let start = self.tok_start;
        match self.tok {
            Tok::Not => {
                self.bump();
                let of = self.operators(NOT)?;
                Ok(self.make(start, Kind::Not(Box::new(of))))
            }
            Tok::Op(Op::Sub) => {
                self.bump();
                let of = self.operators(NEG)?;
                Ok(self.make(start, Kind::Neg(Box::new(of))))
            }
            _ => self.application(),
        }
    }

    fn application(&mut self) -> Result<Expr, Fail> {
        let start = self.tok_start;
        let mut function = self.select()?;
        while starts_operand(self.tok) {
            let argument = self.select()?;
            function = self.make(start, Kind::Apply(Box::new([function, argument])));
        }
        Ok(function)
    }

    fn select(&mut self) -> Result<Expr, Fail> {
        let start = self.tok_start;
        let of = self.simple()?;
        if self.tok == Tok::Dot {
            self.bump();
            let path = self.attr_path()?;
            let default = if self.eat(Tok::OrKw) { Some(self.select()?) } else { None };
            return Ok(self.make(start, Kind::Select(Box::new(Select { of, path: path.into(), default }))));
        }
        if self.tok == Tok::OrKw {
            // `f or` is the old way to pass a variable named `or`.
            let at = self.tok_start;
            let name = self.ident()?;
            let argument = self.make(at, Kind::Name(name));
            return Ok(self.make(start, Kind::Apply(Box::new([of, argument]))));
        }
        Ok(of)
    }

    pub(super) fn attr_path(&mut self) -> Result<Vec<AttrName>, Fail> {
        let mut path = vec![self.attr_name()?];
        while self.eat(Tok::Dot) {
            path.push(self.attr_name()?);
        }
        Ok(path)
    }

    pub(super) fn attr_name(&mut self) -> Result<AttrName, Fail> {
        let (start, loc) = (self.tok_start, self.tok_loc());
        match self.tok {
            Tok::Ident | Tok::OrKw => Ok(AttrName::Static(self.ident()?, loc)),
            Tok::Quote => {
                let parts = self.string_parts()?;
                self.bump();
                Ok(match self.string_of(start, parts) {
                    Expr { kind: Kind::Str(text), loc } => AttrName::Static(self.sym(&text), loc),
                    expr => AttrName::Dynamic(Box::new(expr)),
                })
            }
            Tok::Dollar => {
                let expr = self.interpolated()?;
                self.bump();
                Ok(match expr {
                    Expr { kind: Kind::Str(text), loc } => AttrName::Static(self.sym(&text), loc),
                    expr => AttrName::Dynamic(Box::new(expr)),
                })
            }
            _ => Err(self.fail("an attribute name is missing")),
        }
    }

    fn string_of(&self, start: usize, mut parts: Vec<Part>) -> Expr {
        let kind = match parts.as_mut_slice() {
            [] => Kind::Str("".into()),
            [Part::Text(text)] => Kind::Str(std::mem::take(text)),
            _ => Kind::Interp(parts.into()),
        };
        self.make(start, kind)
    }

    fn simple(&mut self) -> Result<Expr, Fail> {
        let start = self.tok_start;
        let kind = match self.tok {
            Tok::Ident => Kind::Name(self.sym(self.text())),
            Tok::Int => Kind::Int(self.text().parse().map_err(|_| self.fail("a number that is too large"))?),
            Tok::Float => Kind::Float(self.text().parse().map_err(|_| self.fail("not a number"))?),
            Tok::Uri => Kind::Str(self.text().into()),
            Tok::Search => Kind::Search(self.text().trim_matches(['<', '>']).into()),
            Tok::Home => Kind::Search(self.text().into()),
            Tok::Path => return self.path(start),
            Tok::Quote => {
                let parts = self.string_parts()?;
                self.bump();
                return Ok(self.string_of(start, parts));
            }
            Tok::Indented => {
                let parts = self.indented_parts()?;
                self.bump();
                return Ok(self.string_of(start, parts));
            }
            Tok::LParen => {
                self.bump();
                let inner = self.expr()?;
                self.expect(Tok::RParen, "`)` is missing")?;
                return Ok(inner);
            }
            Tok::LBracket => return self.list(start),
            Tok::LBrace => return self.set(start, false),
            Tok::Rec => {
                self.bump();
                return self.set(start, true);
            }
            Tok::Let => {
                self.bump();
                let set = self.set(start, true)?;
                return Ok(self.make(start, Kind::LetBody(Box::new(set))));
            }
            _ => return Err(self.fail("an expression is missing")),
        };
        self.bump();
        Ok(self.make(start, kind))
    }

    fn list(&mut self, start: usize) -> Result<Expr, Fail> {
        self.bump();
        let mut items = Vec::new();
        while self.tok != Tok::RBracket {
            items.push(self.select()?);
        }
        self.bump();
        Ok(self.make(start, Kind::List(items.into())))
    }

    fn set(&mut self, start: usize, rec: bool) -> Result<Expr, Fail> {
        self.expect(Tok::LBrace, "`{` is missing")?;
        let bindings = self.bindings(Tok::RBrace, rec)?;
        self.expect(Tok::RBrace, "`}` is missing")?;
        Ok(self.make(start, Kind::Set(Box::new(bindings))))
    }

    fn path(&mut self, start: usize) -> Result<Expr, Fail> {
        let mut parts: Vec<Part> = Vec::new();
        let mut literal = self.text().to_owned();
        while self.lexer.peek(0) == b'$' && self.lexer.peek(1) == b'{' && self.lexer.pos == self.tok_end {
            parts.push(Part::Text(literal.into()));
            self.lexer.pos += 2;
            parts.push(Part::Expr(self.interpolated()?));
            let from = self.lexer.pos;
            while is_path_byte(self.lexer.peek(0)) || self.lexer.peek(0) == b'/' {
                self.lexer.pos += 1;
            }
            literal = String::from_utf8_lossy(&self.lexer.src[from..self.lexer.pos]).into_owned();
            self.tok_end = self.lexer.pos;
        }
        if parts.is_empty() {
            self.bump();
            let path = absolute(self.dir, &literal);
            return Ok(self.make(start, Kind::Path(path.into())));
        }
        if let Some(Part::Text(first)) = parts.first_mut() {
            // A slash at the end of the first part must survive: `./a/${b}`.
            let slash = if first.ends_with('/') { "/" } else { "" };
            *first = format!("{}{slash}", absolute(self.dir, first)).into();
        }
        if !literal.is_empty() {
            parts.push(Part::Text(literal.into()));
        }
        self.bump();
        Ok(self.make(start, Kind::PathInterp(parts.into())))
    }
}

/// `path` below `dir`, without `.`, `..` and empty parts.
pub fn absolute(dir: &str, path: &str) -> String {
    let mut out: Vec<&str> = if path.starts_with('/') { Vec::new() } else { parts(dir).collect() };
    for part in parts(path) {
        match part {
            "." => {}
            ".." => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    format!("/{}", out.join("/"))
}

fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty())
}

fn starts_operand(tok: Tok) -> bool {
    matches!(
        tok,
        Tok::Ident
            | Tok::Int
            | Tok::Float
            | Tok::Path
            | Tok::Home
            | Tok::Search
            | Tok::Uri
            | Tok::Quote
            | Tok::Indented
            | Tok::LParen
            | Tok::LBracket
            | Tok::LBrace
            | Tok::Rec
            | Tok::Let
    )
}

const NOT: u8 = 8;
const HAS: u8 = 12;
const NEG: u8 = 13;

/// Binding power, the least power of the right side, and whether the operator may follow itself.
fn binding_power(op: Op) -> (u8, u8, bool) {
    match op {
        Op::Implies => (1, 1, true),
        Op::Or => (2, 3, true),
        Op::And => (3, 4, true),
        Op::Eq | Op::Ne => (4, 5, false),
        Op::Lt | Op::Le | Op::Gt | Op::Ge => (5, 6, false),
        Op::Update => (7, 7, true),
        Op::Add | Op::Sub => (9, 10, true),
        Op::Mul | Op::Div => (10, 11, true),
        Op::Concat => (11, 11, true),
    }
}
