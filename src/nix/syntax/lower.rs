//! The tree of rnix to our syntax, in one walk over its green nodes.
//!
//! Refuses what Nix refuses, with the place; nothing is evaluated or resolved here.

use std::borrow::Cow;

use rnix::SyntaxKind::{self as K};
use rnix::{NixLanguage, ParseError};
use rowan::{GreenNodeData, GreenTokenData, Language, NodeOrToken};

use super::ast::{AttrName, Bindings, Expr, Formal, Kind, Lambda, Loc, Op, Part, Select};
use super::paths::absolute;
use super::{bindings, guard, strings};
use crate::nix::symbol::Sym;

/// Why a file is not Nix, and where (byte offset in the file).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fail {
    /// Byte offset.
    pub at: usize,
    /// What is wrong there.
    pub what: &'static str,
}

/// A node of the tree with the offset of its first byte.
#[derive(Clone, Copy)]
pub(super) struct Node<'t> {
    green: &'t GreenNodeData,
    start: u32,
}

/// A token of the tree.
#[derive(Clone, Copy)]
pub(super) struct Token<'t> {
    pub(super) kind: K,
    pub(super) text: &'t str,
}

/// A child that is not blank.
#[derive(Clone, Copy)]
pub(super) enum Child<'t> {
    Node(Node<'t>),
    Token(Token<'t>),
}

impl<'t> Node<'t> {
    pub(super) fn kind(self) -> K {
        NixLanguage::kind_from_raw(self.green.kind())
    }

    fn end(self) -> u32 {
        self.start + u32::from(self.green.text_len())
    }

    /// The children without blanks and comments.
    pub(super) fn children(self) -> impl Iterator<Item = Child<'t>> {
        let mut at = self.start;
        self.green.children().filter_map(move |child| {
            let start = at;
            match child {
                NodeOrToken::Node(green) => {
                    at += u32::from(green.text_len());
                    Some(Child::Node(Node { green, start }))
                }
                NodeOrToken::Token(token) => {
                    at += u32::from(token.text_len());
                    solid(token).map(Child::Token)
                }
            }
        })
    }

    /// The nodes among the children.
    pub(super) fn nodes(self) -> impl Iterator<Item = Node<'t>> {
        self.children().filter_map(|child| match child {
            Child::Node(node) => Some(node),
            Child::Token(_) => None,
        })
    }

    fn tokens(self) -> impl Iterator<Item = Token<'t>> {
        self.children().filter_map(|child| match child {
            Child::Token(token) => Some(token),
            Child::Node(_) => None,
        })
    }

    fn has(self, kind: K) -> bool {
        self.tokens().any(|token| token.kind == kind)
    }

    fn fail(self, what: &'static str) -> Fail {
        Fail { at: self.start as usize, what }
    }
}

fn solid(token: &GreenTokenData) -> Option<Token<'_>> {
    let kind = NixLanguage::kind_from_raw(token.kind());
    (!matches!(kind, K::TOKEN_WHITESPACE | K::TOKEN_COMMENT)).then(|| Token { kind, text: token.text() })
}

/// The expression of a whole file, names not resolved yet.
pub(super) fn file(src: &[u8], dir: &str, base: u32, names: &mut dyn FnMut(&str) -> Sym) -> Result<Expr, Fail> {
    let text = decoded(src);
    if let Some(at) = guard::too_deep(text.as_bytes()) {
        return Err(Fail { at, what: "nested too deeply" });
    }
    let parsed = rnix::Root::parse(&text);
    if let Some(error) = parsed.errors().first() {
        return Err(refusal(error, text.len()));
    }
    let syntax = parsed.syntax();
    let green = syntax.green();
    let root = Node { green, start: 0 };
    let body = root.nodes().next().ok_or(Fail { at: 0, what: "an expression is missing" })?;
    Lower { dir, base, names }.expr(body)
}

/// The text of a file; bytes that are not UTF-8 become `?`, so that offsets stay what they are.
fn decoded(src: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(src) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => {
            let spelled = src.utf8_chunks().fold(String::with_capacity(src.len()), |mut out, chunk| {
                out.push_str(chunk.valid());
                out.extend(chunk.invalid().iter().map(|_| '?'));
                out
            });
            Cow::Owned(spelled)
        }
    }
}

fn refusal(error: &ParseError, end: usize) -> Fail {
    let at = |range: &rowan::TextRange| usize::from(range.start());
    match error {
        ParseError::Unexpected(range) => Fail { at: at(range), what: "this does not belong here" },
        ParseError::UnexpectedExtra(range) => Fail { at: at(range), what: "the expression should end here" },
        ParseError::UnexpectedWanted(_, range, _) => Fail { at: at(range), what: "something else is expected here" },
        ParseError::UnexpectedDoubleBind(range) => Fail { at: at(range), what: "the argument has two names" },
        ParseError::DuplicatedArgs(range, _) => Fail { at: at(range), what: "an argument stands twice" },
        ParseError::UnexpectedEOF | ParseError::UnexpectedEOFWanted(_) => {
            Fail { at: end, what: "the file ends too early" }
        }
        ParseError::RecursionLimitExceeded => Fail { at: end, what: "nested too deeply" },
        _ => Fail { at: 0, what: "a syntax error" },
    }
}

/// What lowering needs to know of the file.
pub(super) struct Lower<'f> {
    dir: &'f str,
    base: u32,
    names: &'f mut dyn FnMut(&str) -> Sym,
}

impl Lower<'_> {
    fn loc(&self, node: Node<'_>) -> Loc {
        Loc { start: self.base + node.start, end: self.base + node.end() }
    }

    fn sym(&mut self, text: &str) -> Sym {
        (self.names)(text)
    }

    /// The expression of a node.
    pub(super) fn expr(&mut self, node: Node<'_>) -> Result<Expr, Fail> {
        let kind = match node.kind() {
            K::NODE_PAREN => return self.paren(node),
            K::NODE_IDENT => Kind::Name(self.ident(node)?),
            K::NODE_CUR_POS => Kind::Name(self.sym("__curPos")),
            K::NODE_LITERAL => literal(node)?,
            K::NODE_STRING => string_of(strings::parts(self, node)?),
            K::NODE_PATH_ABS | K::NODE_PATH_REL => self.path(node)?,
            K::NODE_PATH_HOME => Kind::Search(first_text(node).into()),
            K::NODE_PATH_SEARCH => Kind::Search(first_text(node).trim_matches(['<', '>']).into()),
            K::NODE_SELECT => self.select(node)?,
            K::NODE_HAS_ATTR => {
                let (of, path) = self.two(node)?;
                let (of, path) = (self.expr(of)?, self.attr_path(path)?.into());
                Kind::Has(Box::new(Select { of, path, default: None }))
            }
            K::NODE_APPLY => {
                let (function, argument) = self.two(node)?;
                Kind::Apply(Box::new([self.expr(function)?, self.expr(argument)?]))
            }
            K::NODE_LAMBDA => self.lambda(node)?,
            K::NODE_LET_IN => self.let_in(node)?,
            K::NODE_LEGACY_LET => {
                let set = Expr { kind: self.set(node, true)?, loc: self.loc(node) };
                Kind::LetBody(Box::new(set))
            }
            K::NODE_ATTR_SET => self.set(node, node.has(K::TOKEN_REC))?,
            K::NODE_LIST => {
                closed_by(node, K::TOKEN_R_BRACK, "`]` is missing")?;
                let items: Result<Box<[Expr]>, Fail> = node.nodes().map(|item| self.expr(item)).collect();
                Kind::List(items?)
            }
            K::NODE_WITH => {
                let (scope, body) = self.two(node)?;
                Kind::With(Box::new([self.expr(scope)?, self.expr(body)?]))
            }
            K::NODE_ASSERT => {
                let (condition, body) = self.two(node)?;
                Kind::Assert(Box::new([self.expr(condition)?, self.expr(body)?]))
            }
            K::NODE_IF_ELSE => self.if_else(node)?,
            K::NODE_UNARY_OP => self.unary(node)?,
            K::NODE_BIN_OP => self.binary(node)?,
            _ => return Err(node.fail("an expression is missing")),
        };
        Ok(Expr { kind, loc: self.loc(node) })
    }

    fn paren(&mut self, node: Node<'_>) -> Result<Expr, Fail> {
        closed_by(node, K::TOKEN_R_PAREN, "`)` is missing")?;
        let inner = node.nodes().next().ok_or_else(|| node.fail("an expression is missing"))?;
        self.expr(inner)
    }

    fn ident(&mut self, node: Node<'_>) -> Result<Sym, Fail> {
        let token = node.tokens().next().ok_or_else(|| node.fail("a name is missing"))?;
        Ok(self.sym(token.text))
    }

    /// The first two nodes below `node`.
    pub(super) fn two<'t>(&self, node: Node<'t>) -> Result<(Node<'t>, Node<'t>), Fail> {
        let mut nodes = node.nodes();
        match (nodes.next(), nodes.next()) {
            (Some(first), Some(second)) => Ok((first, second)),
            _ => Err(node.fail("an expression is missing")),
        }
    }

    fn select(&mut self, node: Node<'_>) -> Result<Kind, Fail> {
        let (of, path) = self.two(node)?;
        let default = match node.nodes().nth(2) {
            Some(default) => Some(self.expr(default)?),
            None => None,
        };
        let (of, path) = (self.expr(of)?, self.attr_path(path)?.into());
        Ok(Kind::Select(Box::new(Select { of, path, default })))
    }

    fn if_else(&mut self, node: Node<'_>) -> Result<Kind, Fail> {
        let mut parts = node.nodes();
        let (Some(condition), Some(yes), Some(no)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(node.fail("`if` needs a condition, `then` and `else`"));
        };
        Ok(Kind::If(Box::new([self.expr(condition)?, self.expr(yes)?, self.expr(no)?])))
    }

    fn unary(&mut self, node: Node<'_>) -> Result<Kind, Fail> {
        let of = node.nodes().next().ok_or_else(|| node.fail("an expression is missing"))?;
        let of = Box::new(self.expr(of)?);
        Ok(if node.has(K::TOKEN_INVERT) { Kind::Not(of) } else { Kind::Neg(of) })
    }

    fn binary(&mut self, node: Node<'_>) -> Result<Kind, Fail> {
        let (left, right) = self.two(node)?;
        let token = node.tokens().next().ok_or_else(|| node.fail("an operator is missing"))?;
        let (left, right) = (self.expr(left)?, self.expr(right)?);
        Ok(match token.kind {
            K::TOKEN_PIPE_RIGHT => Kind::Apply(Box::new([right, left])),
            K::TOKEN_PIPE_LEFT => Kind::Apply(Box::new([left, right])),
            kind => {
                let op = operator(kind).ok_or_else(|| node.fail("an unknown operator"))?;
                Kind::Bin(op, Box::new([left, right]))
            }
        })
    }

    fn lambda(&mut self, node: Node<'_>) -> Result<Kind, Fail> {
        let (argument, body) = self.two(node)?;
        let (whole, formals, open) = match argument.kind() {
            K::NODE_IDENT_PARAM => {
                let name = argument.nodes().next().ok_or_else(|| argument.fail("a name is missing"))?;
                (Some(self.ident(name)?), None, false)
            }
            _ => self.pattern(argument)?,
        };
        let formals = formals.map(Vec::into_boxed_slice);
        Ok(Kind::Lambda(Box::new(Lambda { whole, formals, open, body: self.expr(body)? })))
    }

    fn pattern(&mut self, node: Node<'_>) -> Result<Arguments, Fail> {
        let (mut whole, mut formals) = (None, Vec::new());
        for part in node.nodes() {
            match part.kind() {
                K::NODE_PAT_BIND => {
                    let name = part.nodes().next().ok_or_else(|| part.fail("a name is missing after `@`"))?;
                    whole = Some(self.ident(name)?);
                }
                _ => formals.push(self.formal(part)?),
            }
        }
        if formals.iter().any(|formal: &Formal| Some(formal.name) == whole) {
            return Err(node.fail("an argument stands twice"));
        }
        Ok((whole, Some(formals), node.has(K::TOKEN_ELLIPSIS)))
    }

    fn formal(&mut self, node: Node<'_>) -> Result<Formal, Fail> {
        let mut parts = node.nodes();
        let name = parts.next().ok_or_else(|| node.fail("a name is missing"))?;
        let default = match parts.next() {
            Some(default) => Some(self.expr(default)?),
            None => None,
        };
        Ok(Formal { name: self.ident(name)?, default, at: self.base + name.start })
    }

    fn let_in(&mut self, node: Node<'_>) -> Result<Kind, Fail> {
        let is_binding = |part: &Node<'_>| matches!(part.kind(), K::NODE_ATTRPATH_VALUE | K::NODE_INHERIT);
        if !node.has(K::TOKEN_IN) {
            return Err(node.fail("`in` is missing"));
        }
        let bindings = bindings::of(self, node.nodes().filter(is_binding), true)?;
        let body = node.nodes().find(|part| !is_binding(part)).ok_or_else(|| node.fail("an expression is missing"))?;
        Ok(Kind::Let(Box::new((bindings, self.expr(body)?))))
    }

    fn set(&mut self, node: Node<'_>, rec: bool) -> Result<Kind, Fail> {
        closed_by(node, K::TOKEN_R_BRACE, "`}` is missing")?;
        let bindings: Bindings = bindings::of(self, node.nodes(), rec)?;
        Ok(Kind::Set(Box::new(bindings)))
    }

    /// The names of an attribute path.
    pub(super) fn attr_path(&mut self, node: Node<'_>) -> Result<Vec<AttrName>, Fail> {
        let path: Result<Vec<AttrName>, Fail> = node.nodes().map(|name| self.attr_name(name)).collect();
        path.and_then(|path| if path.is_empty() { Err(node.fail("an attribute name is missing")) } else { Ok(path) })
    }

    /// One name of an attribute path.
    pub(super) fn attr_name(&mut self, node: Node<'_>) -> Result<AttrName, Fail> {
        let expr = match node.kind() {
            K::NODE_IDENT => return Ok(AttrName::Static(self.ident(node)?, self.loc(node))),
            K::NODE_DYNAMIC => {
                let inner = node.nodes().next().ok_or_else(|| node.fail("an expression is missing"))?;
                self.expr(inner)?
            }
            _ => self.expr(node)?,
        };
        Ok(match expr {
            Expr { kind: Kind::Str(text), loc } => AttrName::Static(self.sym(&text), loc),
            expr => AttrName::Dynamic(Box::new(expr)),
        })
    }

    fn path(&mut self, node: Node<'_>) -> Result<Kind, Fail> {
        let mut parts: Vec<Part> = Vec::new();
        for child in node.children() {
            parts.push(match child {
                Child::Token(token) => Part::Text(token.text.into()),
                Child::Node(interpolation) => Part::Expr(self.interpolated(interpolation)?),
            });
        }
        if let [Part::Text(only)] = parts.as_slice() {
            return Ok(Kind::Path(absolute(self.dir, only).into()));
        }
        if let Some(Part::Text(first)) = parts.first_mut() {
            // A slash at the end of the first part must survive: `./a/${b}`.
            let slash = if first.ends_with('/') { "/" } else { "" };
            *first = format!("{}{slash}", absolute(self.dir, first)).into();
        }
        Ok(Kind::PathInterp(parts.into()))
    }

    /// The expression of `${ .. }`.
    pub(super) fn interpolated(&mut self, node: Node<'_>) -> Result<Expr, Fail> {
        let inner = node.nodes().next().ok_or_else(|| node.fail("an expression is missing"))?;
        self.expr(inner)
    }

    /// Where a node is, in the position space.
    pub(super) fn place(&self, node: Node<'_>) -> Loc {
        self.loc(node)
    }

    /// Where a place of the position space is in the file.
    pub(super) fn failure(&self, at: Loc, what: &'static str) -> Fail {
        Fail { at: (at.start - self.base) as usize, what }
    }
}

/// The name of the whole argument, the formals of a pattern, and whether `...` allows more.
type Arguments = (Option<Sym>, Option<Vec<Formal>>, bool);

/// rnix takes any token for the closing one of a bracket; Nix does not.
fn closed_by(node: Node<'_>, kind: K, what: &'static str) -> Result<(), Fail> {
    match node.tokens().last() {
        Some(token) if token.kind == kind => Ok(()),
        _ => Err(Fail { at: node.end() as usize, what }),
    }
}

fn first_text(node: Node<'_>) -> &str {
    node.tokens().next().map_or("", |token| token.text)
}

fn literal(node: Node<'_>) -> Result<Kind, Fail> {
    let token = node.tokens().next().ok_or_else(|| node.fail("an expression is missing"))?;
    match token.kind {
        K::TOKEN_INTEGER => token.text.parse().map(Kind::Int).map_err(|_| node.fail("a number that is too large")),
        K::TOKEN_FLOAT => token.text.parse().map(Kind::Float).map_err(|_| node.fail("not a number")),
        _ => Ok(Kind::Str(token.text.into())),
    }
}

fn string_of(mut parts: Vec<Part>) -> Kind {
    match parts.as_mut_slice() {
        [] => Kind::Str("".into()),
        [Part::Text(text)] => Kind::Str(std::mem::take(text)),
        _ => Kind::Interp(parts.into()),
    }
}

fn operator(kind: K) -> Option<Op> {
    Some(match kind {
        K::TOKEN_CONCAT => Op::Concat,
        K::TOKEN_MUL => Op::Mul,
        K::TOKEN_DIV => Op::Div,
        K::TOKEN_ADD => Op::Add,
        K::TOKEN_SUB => Op::Sub,
        K::TOKEN_UPDATE => Op::Update,
        K::TOKEN_LESS => Op::Lt,
        K::TOKEN_LESS_OR_EQ => Op::Le,
        K::TOKEN_MORE => Op::Gt,
        K::TOKEN_MORE_OR_EQ => Op::Ge,
        K::TOKEN_EQUAL => Op::Eq,
        K::TOKEN_NOT_EQUAL => Op::Ne,
        K::TOKEN_AND_AND => Op::And,
        K::TOKEN_OR_OR => Op::Or,
        K::TOKEN_IMPLICATION => Op::Implies,
        _ => return None,
    })
}
