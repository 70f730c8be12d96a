//! Values of the Nix language, and what stands for a value that is not known.
//!
//! Everything lives in one arena per evaluator and is freed with it; values are copied by reference.

use std::cell::Cell;

use super::eval::Eval;
use super::symbol::Sym;
use super::syntax::ast::{Bindings, Expr, Lambda, Loc};

/// A value, in weak head normal form: two words, a tag and a reference or a number. Evaluation spends much of its time
/// on handing values on, and the compiler hands on two plain words twice as fast as three or words of several parts.
#[derive(Clone, Copy)]
pub enum Value<'a> {
    /// `null`.
    Null,
    /// `true`.
    True,
    /// `false`.
    False,
    /// An integer.
    Int(i64),
    /// A float.
    Float(Float),
    /// A string.
    Str(Wide<'a, str>),
    /// A string with a store path in it: which one is not known here, so the text must not be shown or hashed.
    Tainted(Wide<'a, str>),
    /// A path, absolute.
    Path(Wide<'a, str>),
    /// A list.
    List(Wide<'a, [&'a Thunk<'a>]>),
    /// An attribute set, sorted by [`Sym`].
    Attrs(Wide<'a, [Attr<'a>]>),
    /// A function.
    Lambda(&'a Closure<'a>),
    /// A builtin, perhaps with some of its arguments.
    Prim(&'a Prim<'a>),
    /// Something that is not known.
    Opaque(&'a Opaque<'a>),
}

/// A reference to something with a length, one word wide.
pub type Wide<'a, T> = &'a &'a T;

/// The bits of a float: what moves a value need not know which of its words are floats.
#[derive(Clone, Copy)]
pub struct Float(u64);

impl Float {
    /// The number.
    pub fn get(self) -> f64 {
        f64::from_bits(self.0)
    }
}

/// One attribute.
#[derive(Clone, Copy)]
pub struct Attr<'a> {
    /// Its name.
    pub name: Sym,
    /// Where the name is written; 0 where nobody wrote it.
    pub at: u32,
    /// Its value.
    pub value: &'a Thunk<'a>,
}

/// A function with the environment it was made in.
pub struct Closure<'a> {
    pub lambda: &'a Lambda,
    pub env: &'a Env<'a>,
    /// The arguments it has of those it takes one after the other.
    pub args: &'a [&'a Thunk<'a>],
}

/// The code of a builtin.
pub type PrimFn = for<'e, 'a> fn(&'e Eval<'a>, &[&'a Thunk<'a>]) -> R<'a, Value<'a>>;

/// A builtin and the arguments it got so far.
pub struct Prim<'a> {
    /// Its name, as Nix knows it.
    pub name: &'static str,
    /// The number of arguments it waits for.
    pub arity: usize,
    /// Effect.
    pub code: PrimFn,
    /// The arguments it has.
    pub args: &'a [&'a Thunk<'a>],
}

/// A value we could not evaluate, with the attributes that are known anyway (meta, src, pname).
pub struct Opaque<'a> {
    /// Why it is not known.
    pub why: Why<'a>,
    /// Known facts.
    pub shape: Shape<'a>,
}

/// Why a value is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Why<'a> {
    /// Whether that is a loss.
    pub loss: Loss,
    /// The sentence.
    pub text: &'a str,
}

/// Whether a value that is not known is missing from the account of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// The tree says something that was not understood.
    Missed,
    /// It is about something outside of the tree.
    Outside,
    /// It has a row under another name.
    Repeated,
}

/// The part of an opaque value that is known.
#[derive(Clone, Copy)]
pub enum Shape<'a> {
    /// Nothing.
    Plain,
    /// The result of an unknown function that was given this argument.
    Build(&'a Thunk<'a>),
    /// `unknown // attrs`: the attributes that are known for sure.
    Over(&'a Opaque<'a>, &'a [Attr<'a>]),
    /// A list with these members among others.
    Members(&'a [&'a Thunk<'a>]),
    /// `if` on an unknown condition: the condition and what is said then and else.
    Cases(Loc, [&'a Thunk<'a>; 2]),
}

/// Values by slot; the environment outside of it.
pub struct Env<'a> {
    /// The next one out.
    pub up: Option<&'a Env<'a>>,
    /// Requested and given so far.
    pub slots: &'a [Cell<Option<&'a Thunk<'a>>>],
    /// Computes an empty slot on first use: most bindings are never looked at.
    pub rest: Rest<'a>,
}

/// Binding of an environment that was not evaluated yet.
#[derive(Clone, Copy)]
pub enum Rest<'a> {
    /// Nothing.
    Nothing,
    /// The bindings of a `let` or a recursive set, the expressions of `inherit (from) ..`, and what is kept.
    Let(&'a Bindings),
    /// The defaults of a function, and behind them what it keeps.
    Function(&'a Lambda),
}

/// A value that may not be computed yet, with the place of the expression that makes it.
pub struct Thunk<'a> {
    /// How far it is.
    pub state: Cell<State<'a>>,
    /// The expression that makes it.
    pub origin: Cell<Loc>,
}

/// How far a thunk is.
#[derive(Clone, Copy)]
pub enum State<'a> {
    /// It is known.
    Done(Value<'a>),
    /// An expression in its environment.
    Expr(&'a Expr, &'a Env<'a>),
    /// A function and its argument.
    Apply(&'a Thunk<'a>, &'a Thunk<'a>),
    /// An attribute of a set.
    Select(&'a Thunk<'a>, Sym),
    /// Code of ours.
    Native(&'a Native<'a>),
    /// It was tried, and this is why there is none.
    Failed(&'a Error<'a>),
    /// It is being computed: asking for it now is a loop.
    Busy,
}

/// Code that makes a value when it is asked for.
pub type Native<'a> = dyn Fn(&Eval<'a>) -> R<'a, Value<'a>> + 'a;

/// Why there is no value.
#[derive(Debug)]
pub struct Error<'a> {
    /// Kind of failure.
    pub kind: ErrorKind,
    /// In words.
    pub text: &'a str,
    /// Where it was noticed.
    pub at: Loc,
}

/// The kinds of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// `throw` and `assert`: what `tryEval` catches.
    Throw,
    /// `abort`, a wrong type, a missing attribute, a missing file.
    Fault,
    /// Fault: an attribute or a variable of this name is missing.
    Missing(Sym),
    /// Not known here: outside of the checkout, not pure, not modelled.
    Unknown(Loss),
    /// Fuel, depth or memory ran out.
    Limit,
}

/// A result; the error is small because it is passed on often.
pub type R<'a, T> = Result<T, &'a Error<'a>>;

impl<'a> Error<'a> {
    /// True where the value may exist and is not known here.
    pub fn is_unknown(&self) -> bool {
        matches!(self.kind, ErrorKind::Unknown(_))
    }

    /// The reason of a value that stands for the failed one.
    pub fn why(&self) -> Why<'a> {
        let loss = if let ErrorKind::Unknown(loss) = self.kind { loss } else { Loss::Missed };
        Why { loss, text: self.text }
    }
}

impl Env<'_> {
    /// The environment of a whole file.
    pub const OUTERMOST: Self = Env { up: None, slots: &[], rest: Rest::Nothing };
}

impl<'a> Thunk<'a> {
    /// A thunk that is already a value.
    pub fn done(value: Value<'a>, origin: Loc) -> Self {
        Thunk { state: Cell::new(State::Done(value)), origin: Cell::new(origin) }
    }
}

impl<'a> Value<'a> {
    /// The empty set.
    pub const EMPTY: Value<'a> = Value::Attrs(&(&[] as &[_]));

    /// The empty list.
    pub const NOTHING: Value<'a> = Value::List(&(&[] as &[_]));

    /// A boolean.
    pub fn bool(value: bool) -> Self {
        if value { Value::True } else { Value::False }
    }

    /// A float.
    pub fn float(number: f64) -> Self {
        Value::Float(Float(number.to_bits()))
    }

    /// True or false, where it is one of them.
    pub fn as_bool(self) -> Option<bool> {
        match self {
            Value::True => Some(true),
            Value::False => Some(false),
            _ => None,
        }
    }

    /// The name of its type, as `builtins.typeOf` gives it.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::True | Value::False => "bool",
            Value::Int(_) => "int",
            Value::Float(_) => "float",
            Value::Str(_) | Value::Tainted(_) => "string",
            Value::Path(_) => "path",
            Value::List(_) => "list",
            Value::Attrs(_) => "set",
            Value::Lambda(_) | Value::Prim(_) => "lambda",
            Value::Opaque(_) => "unknown",
        }
    }
}

/// The hash part of a store path that is not known: as long as the real one, of letters that no real one has.
/// Two different numbers give two different paths.
pub fn unknown_hash(number: u64) -> String {
    let digit = |at: u32| char::from(1 + ((number >> (3 * at)) & 7) as u8);
    (0..32).map(|at| if at < 21 { digit(at) } else { '\u{1}' }).collect()
}

/// True where a part of `text` is the hash of a store path that is not known.
pub fn has_unknown_hash(text: &str) -> bool {
    text.bytes().any(|byte| (1..=8).contains(&byte))
}

/// The attribute `name` of a sorted set.
pub fn lookup<'a>(attrs: &'a [Attr<'a>], name: Sym) -> Option<&'a Attr<'a>> {
    attrs.binary_search_by_key(&name, |attr| attr.name).ok().map(|at| &attrs[at])
}
