//! The syntax of one file: compact, immutable, names resolved to slots.
//!
//! Positions count bytes over all files of a checkout: each file has a base, so a span alone tells its file.

use super::bindings::Index;
use super::scope::parts;
use crate::nix::symbol::Sym;

/// A range of bytes in the position space of the checkout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Loc {
    /// First byte.
    pub start: u32,
    /// After the last byte.
    pub end: u32,
}

/// The expression of a whole file.
#[derive(Debug)]
pub struct Tree {
    pub root: Expr,
    /// True where dropping one part inside of the other could need more stack than a thread has.
    pub is_deep: bool,
}

impl Drop for Tree {
    fn drop(&mut self) {
        let take = |expr: &mut Expr| std::mem::replace(expr, Expr { kind: Kind::Int(0), loc: Loc::default() });
        let mut left = if self.is_deep { vec![take(&mut self.root)] } else { Vec::new() };
        while let Some(mut expr) = left.pop() {
            for inside in [false, true] {
                parts(&mut expr, inside, &mut |part| left.push(take(part)));
            }
        }
    }
}

/// An expression.
#[derive(Debug)]
pub struct Expr {
    /// Kind.
    pub kind: Kind,
    /// Where it is.
    pub loc: Loc,
}

/// Where a variable is found: `up` environments out, in `slot`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// How many environments out.
    pub up: u16,
    /// Which value of that environment.
    pub slot: u32,
}

/// The kinds of expression.
#[derive(Debug)]
pub enum Kind {
    Int(i64),
    Float(f64),
    Str(Box<str>),
    Interp(Box<[Part]>),
    /// A path literal, absolute below the root of its tree.
    Path(Box<str>),
    PathInterp(Box<[Part]>),
    /// `<nixpkgs/lib>`.
    Search(Box<str>),
    /// A name before it is resolved; gone after parsing.
    Name(Sym),
    Local(Slot, Sym),
    /// A name under `with`: how many environments out each enclosing `with` is, innermost first.
    Dynamic(Sym, Box<[u16]>),
    /// A name of the outermost scope.
    Global(Sym),
    Select(Box<Select>),
    Has(Box<Select>),
    Lambda(Box<Lambda>),
    /// Function and argument.
    Apply(Box<[Expr; 2]>),
    Let(Box<(Bindings, Expr)>),
    Set(Box<Bindings>),
    /// `let { .. }`: the attribute `body` of a recursive set.
    LetBody(Box<Expr>),
    List(Box<[Expr]>),
    With(Box<[Expr; 2]>),
    If(Box<[Expr; 3]>),
    Assert(Box<[Expr; 2]>),
    Not(Box<Expr>),
    Neg(Box<Expr>),
    Bin(Op, Box<[Expr; 2]>),
}

/// `of.path or default`, or `of ? path`.
#[derive(Debug)]
pub struct Select {
    pub of: Expr,
    pub path: Box<[AttrName]>,
    pub default: Option<Expr>,
}

/// A part of a string with interpolation.
#[derive(Debug)]
pub enum Part {
    Text(Box<str>),
    Expr(Expr),
}

/// One step of an attribute path.
#[derive(Debug)]
pub enum AttrName {
    Static(Sym, Loc),
    Dynamic(Box<Expr>),
}

/// The binary operators that are not functions of both sides at once only by accident of syntax.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    Concat,
    Mul,
    Div,
    Add,
    Sub,
    Update,
    Lt,
    Le,
    Gt,
    Ge,
    Eq,
    Ne,
    And,
    Or,
    Implies,
}

/// A function.
#[derive(Debug)]
pub struct Lambda {
    /// The names of `a: b: ..`, which takes one argument after the other; of `{ .. }:` the name of the whole argument,
    /// where it has one. Theirs are the first slots.
    pub names: Box<[Sym]>,
    /// The formals of `{ a, b ? 1 }:`, sorted by name; their slots follow.
    pub formals: Option<Box<[Formal]>>,
    /// True where `...` allows other attributes.
    pub open: bool,
    pub body: Expr,
    /// Expressions of inner functions that are alike in every call: their slots come last.
    pub kept: Box<[Expr]>,
}

impl Lambda {
    /// The number of slots of its environment.
    pub fn slots(&self) -> usize {
        self.names.len() + self.formals.as_deref().map_or(0, <[_]>::len) + self.kept.len()
    }
}

/// One formal argument.
#[derive(Debug)]
pub struct Formal {
    pub name: Sym,
    pub default: Option<Expr>,
    pub at: u32,
}

/// The bindings of a `let` or of an attribute set.
#[derive(Debug, Default)]
pub struct Bindings {
    /// True where the bindings see each other.
    pub rec: bool,
    /// Sorted by name, each name once.
    pub fixed: Vec<Binding>,
    /// The expressions of `inherit (from) ..`.
    pub from: Vec<Expr>,
    /// `${name} = value`.
    pub dynamic: Vec<(Expr, Expr)>,
    /// Expressions of inner functions that are alike in every call, where the bindings see each other.
    pub kept: Box<[Expr]>,
    /// Finds a name while the bindings come one by one and are not sorted yet (`a.b = 1; a.c = 2;`).
    pub(super) index: Option<Box<Index>>,
}

impl Bindings {
    /// The number of slots of their environment: the bindings, the expressions of `inherit (from) ..`, what is kept.
    pub fn slots(&self) -> usize {
        self.fixed.len() + self.from.len() + self.kept.len()
    }
}

/// One binding.
#[derive(Debug)]
pub struct Binding {
    pub name: Sym,
    /// The name, in the position space.
    pub at: Loc,
    pub value: BindingValue,
}

/// The expression that a name is bound to.
#[derive(Debug)]
pub enum BindingValue {
    Expr(Expr),
    /// `inherit name`: looked up outside of the set.
    Inherit(Expr),
    /// `inherit (from) name`: the number of the expression in [`Bindings::from`].
    From(u16),
}
