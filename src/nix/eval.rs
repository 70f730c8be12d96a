//! The evaluator: lazy, partial, bounded.
//!
//! Never executes, never fetches, never reads outside of the checkout. What is not known is a value that says why;
//! running out of fuel, depth or memory is an error of its own kind, never a crash.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};

use bumpalo::Bump;
use rustc_hash::FxBuildHasher;

use super::files::Files;
use super::known::Known;
use super::limits::{Limits, here};
use super::origin::Made;
use super::parsed::Held;
use super::symbol::{OwnNames, Sym};
use super::syntax::ast::{AttrName, Expr, Kind, Loc};
use super::value::{Attr, Closure, Env, ErrorKind, Opaque, R, State, Thunk, Value, lookup};
use crate::text::stop;

/// A value and where its attribute was written.
type Located<'a> = (Value<'a>, Loc);

/// One evaluator: the values of one thread.
pub struct Eval<'a> {
    /// Where values live.
    pub bump: &'a Bump,
    /// The files.
    pub files: &'a Files,
    /// `builtins.currentSystem`.
    pub system: &'a str,
    /// Names the evaluator itself asks for.
    pub known: Known,
    names: &'a OwnNames,
    pub(super) held: &'a Held,
    /// Symbols by address and length of their texts.
    statics: RefCell<HashMap<(usize, usize), Sym, FxBuildHasher>>,
    /// Room for a set that is being made.
    pub(super) scratch: RefCell<Vec<Attr<'a>>>,
    /// The outermost scope, whose names have the first numbers.
    pub(super) globals: RefCell<Vec<Option<&'a Thunk<'a>>>>,
    /// The paths whose copies in the store strings name, by their last parts; `None` where several are called alike.
    pub(super) copies: RefCell<HashMap<&'a str, Option<&'a str>, FxBuildHasher>>,
    pub(super) imports: RefCell<HashMap<&'a str, &'a Thunk<'a>, FxBuildHasher>>,
    /// Values of JSON texts, by the address of the text: nothing in the arena or among the files is ever moved.
    pub(super) data: RefCell<HashMap<(usize, usize), Value<'a>, FxBuildHasher>>,
    pub(super) patterns: RefCell<super::builtins::Patterns>,
    pub(super) drvs: Cell<u64>,
    /// The library that stands in where a file means a `lib` outside of the checkout.
    pub lib: Cell<Option<&'a Thunk<'a>>>,
    /// The value of `<nixpkgs>` where the tree is no nixpkgs itself.
    pub packages: Cell<Option<&'a Thunk<'a>>>,
    /// The root of the nixpkgs that stands behind the tree, where all of one is there.
    pub nixpkgs: Cell<Option<&'a str>>,
    /// The folders of pinned inputs, by the hash and the revision that their lock has.
    pub pinned: RefCell<BTreeMap<String, &'a str>>,
    /// Inputs that were asked for and do not lie on this machine: keys of pins, or the hashes and revisions that fetching
    /// builtins were given.
    /// None is noted where all inputs are there.
    pub missed: RefCell<Option<BTreeSet<String>>>,
    /// Its `callPackage`.
    pub call_package: Cell<Option<&'a Thunk<'a>>>,
    pub(super) limits: Limits,
    /// An address near the bottom of the stack.
    pub(super) stack_start: usize,
    pub(super) fuel: Cell<u64>,
    /// The sets that unknown builders were given by functions of their own results, by where the results lie.
    pub(super) given: RefCell<HashMap<usize, Value<'a>, FxBuildHasher>>,
    /// Attributes of values under unknown conditions, with their places, by where the values lie.
    pub(super) of_cases: RefCell<HashMap<(usize, Sym), Located<'a>, FxBuildHasher>>,
    /// True where the package has called something unknown.
    pub(super) has_called_unknown: Cell<bool>,
    /// How many packages ran out of fuel.
    exhausted: Cell<u32>,
    pub(super) depth: Cell<u32>,
    pub(super) last: Cell<Loc>,
    pub(super) made: Made<'a>,
}

/// A function that is not known may be lazier than it is taken for.
const LOOP_OUTSIDE: &str = "depends on itself by way of something outside of the checkout";

/// So many packages may run out of fuel before the next ones get less.
const FULL_TRIES: u32 = 3;

/// The fuel is halved this often at the most: 30,000 steps are left, and most packages need fewer.
const LEAST_FUEL: u32 = 10;

impl<'a> Eval<'a> {
    /// Notes that the input of the key, hash or revision `name` is asked for and is not there.
    pub fn miss(&self, name: &str) {
        if let Some(missed) = &mut *self.missed.borrow_mut() {
            missed.insert(name.to_owned());
        }
    }

    /// An evaluator over `files` whose values live in `bump` and whose syntax in `held`; `names` are those of its
    /// thread.
    pub fn new(
        bump: &'a Bump,
        files: &'a Files,
        held: &'a Held,
        names: &'a OwnNames,
        system: &'a str,
        limits: Limits,
    ) -> Self {
        let eval = Eval {
            bump,
            files,
            system,
            known: Known::new(&files.names),
            names,
            held,
            statics: RefCell::default(),
            scratch: RefCell::default(),
            globals: RefCell::default(),
            copies: RefCell::default(),
            imports: RefCell::default(),
            data: RefCell::default(),
            patterns: RefCell::default(),
            drvs: Cell::new(0),
            lib: Cell::new(None),
            packages: Cell::new(None),
            nixpkgs: Cell::new(None),
            pinned: RefCell::default(),
            missed: RefCell::default(),
            call_package: Cell::new(None),
            limits,
            stack_start: here(),
            fuel: Cell::new(limits.fuel),
            given: RefCell::default(),
            of_cases: RefCell::default(),
            has_called_unknown: Cell::new(false),
            exhausted: Cell::new(0),
            depth: Cell::new(0),
            last: Cell::new(Loc::default()),
            made: Made::default(),
        };
        super::builtins::install(&eval);
        eval
    }

    /// Fills the fuel: a new package begins. Where several ran out of it, the next ones get less and less: they use the
    /// same functions, and thousands of them would take minutes to say so.
    pub fn refuel(&self) {
        if self.fuel.get() == 0 {
            self.exhausted.set(self.exhausted.get() + 1);
        }
        self.has_called_unknown.set(false);
        self.fuel.set(self.limits.fuel >> self.exhausted.get().saturating_sub(FULL_TRIES).min(LEAST_FUEL));
        stop::restart();
    }

    /// The name behind `sym`.
    pub fn name(&self, sym: Sym) -> &'a str {
        self.names.text(sym, &self.files.names)
    }

    /// The number of `text`.
    pub fn sym(&self, text: &str) -> Sym {
        self.names.sym(text, &self.files.names)
    }

    /// Interned symbol of a `&'a str`, cached by its address: for names that are asked for again and again.
    pub fn sym_of_static(&self, text: &'a str) -> Sym {
        let place = (text.as_ptr() as usize, text.len());
        *self.statics.borrow_mut().entry(place).or_insert_with(|| self.sym(text))
    }

    /// The value of `thunk`.
    pub fn force(&self, thunk: &'a Thunk<'a>) -> R<'a, Value<'a>> {
        if let State::Done(value) = thunk.state.get() {
            self.last.set(thunk.origin.get());
            self.made.note(thunk);
            return Ok(value);
        }
        self.force_slow(thunk)
    }

    #[inline(never)]
    fn force_slow(&self, thunk: &'a Thunk<'a>) -> R<'a, Value<'a>> {
        let state = thunk.state.replace(State::Busy);
        let result = match state {
            State::Done(value) => Ok(value),
            State::Expr(expr, env) => {
                let is_name = matches!(expr.kind, Kind::Local(..));
                // Names of names of names: evaluating one does not count a level itself.
                let result = if is_name { self.deeper(|| self.eval(expr, env)) } else { self.eval(expr, env) };
                if is_name {
                    // A mere name is not where the value comes from.
                    thunk.origin.set(self.last.get());
                }
                result
            }
            State::Apply(function, argument) => self.deeper(|| {
                self.last.set(Loc::default());
                let result = self.force(function).and_then(|function| self.call(function, argument));
                thunk.origin.set(self.last.get());
                result
            }),
            State::Select(of, name) => self.deeper(|| self.select_from(of, name)),
            State::Native(code) => self.deeper(|| code(self)),
            State::Failed(error) => Err(error),
            State::Busy if self.has_called_unknown.get() => self.unknown(LOOP_OUTSIDE),
            State::Busy => self.fault("infinite recursion"),
        };
        thunk.state.set(match result {
            Ok(value) => State::Done(value),
            // Running out says nothing about the value: it may be asked for again with more fuel.
            Err(error) if error.kind == ErrorKind::Limit => state,
            Err(_) if matches!(state, State::Busy) => State::Busy,
            Err(error) => State::Failed(error),
        });
        if let Ok(value) = result {
            self.made.settle(value, thunk);
        }
        self.last.set(thunk.origin.get());
        result
    }

    fn select_from(&self, of: &'a Thunk<'a>, name: Sym) -> R<'a, Value<'a>> {
        match self.force(of)? {
            Value::Attrs(attrs) => match lookup(attrs, name) {
                Some(attr) => self.force(attr.value),
                None => self.missing(attrs, name),
            },
            Value::Opaque(opaque) => self.select_opaque(opaque, name),
            other => self.fault(&format!("a set was expected, not a {}", other.type_name())),
        }
    }

    /// Lookup failure: a fault, or not known where the set stands in for one that has more.
    pub(super) fn missing(&self, attrs: &'a [Attr<'a>], name: Sym) -> R<'a, Value<'a>> {
        let name_text = self.name(name);
        match lookup(attrs, self.known.carried) {
            Some(_) => Ok(self.opaque(&format!("the carried lib has no `{name_text}`; name a nixpkgs with --nixpkgs"))),
            None => Err(self.error(ErrorKind::Missing(name), &format!("attribute `{name_text}` is missing"))),
        }
    }

    /// The value of `expr` in `env`.
    pub fn eval(&self, expr: &'a Expr, env: &'a Env<'a>) -> R<'a, Value<'a>> {
        // A name costs nothing of its own: what it stands for was or will be paid for.
        if let Kind::Local(slot, name) = &expr.kind {
            return self.force(self.local(env, slot.up, slot.slot, *name)?);
        }
        self.step()?;
        self.enter()?;
        self.eval_inside(expr, env)
    }

    // Each of these has its result in one place from the beginning: moving one costs more than most of them do.

    fn eval_inside(&self, expr: &'a Expr, env: &'a Env<'a>) -> R<'a, Value<'a>> {
        let result = self.eval_kind(expr, env);
        self.leave();
        result
    }

    fn eval_kind(&self, expr: &'a Expr, env: &'a Env<'a>) -> R<'a, Value<'a>> {
        match &expr.kind {
            Kind::Global(name) => self.global(*name),
            Kind::Dynamic(name, withs) => self.dynamic(*name, withs, env, expr.loc),
            Kind::Name(_) => self.fault("a name that was not resolved"),
            Kind::If(three) => self.branch(three, env),
            Kind::Let(inner) => {
                let (bindings, body) = &**inner;
                let env = self.scope(bindings, env);
                self.eval(body, env)
            }
            Kind::With(two) => {
                let [scope, body] = &**two;
                let scope = self.delay(scope, env);
                let env = self.env_of(env, scope);
                self.eval(body, env)
            }
            Kind::Assert(two) => self.assert(&two[0], &two[1], env),
            Kind::LetBody(set) => {
                let set = self.delay(set, env);
                self.select_from(set, self.known.body)
            }
            _ => self.eval_here(expr, env),
        }
    }

    fn eval_here(&self, expr: &'a Expr, env: &'a Env<'a>) -> R<'a, Value<'a>> {
        let result = self.eval_plain(expr, env);
        self.produced(&result, expr.loc);
        result
    }

    /// Kinds that make a value of their own, at their own place.
    fn eval_plain(&self, expr: &'a Expr, env: &'a Env<'a>) -> R<'a, Value<'a>> {
        match &expr.kind {
            Kind::Apply(two) => self.apply(two, env),
            Kind::Select(select) => self.select(select, env),
            Kind::Int(number) => Ok(Value::Int(*number)),
            Kind::Float(number) => Ok(Value::float(*number)),
            Kind::Str(text) => Ok(Value::Str(self.wide(text))),
            Kind::Path(path) => Ok(Value::Path(self.wide(path))),
            Kind::Interp(parts) => self.interpolate(parts, env),
            Kind::PathInterp(parts) => self.interpolate_path(parts, env),
            Kind::Search(name) => Ok(self.search(name)),
            Kind::Lambda(lambda) => Ok(Value::Lambda(self.bump.alloc(Closure { lambda, env, args: &[] }))),
            Kind::Set(bindings) => self.set(bindings, env),
            Kind::List(items) => {
                let items: &[_] = self.bump.alloc_slice_fill_iter(items.iter().map(|item| self.delay(item, env)));
                Ok(Value::List(self.wide(items)))
            }
            Kind::Has(select) => self.has(&select.of, &select.path, env),
            Kind::Not(of) => match self.eval(of, env)? {
                Value::Opaque(opaque) => Ok(self.opaque_because(opaque.why)),
                value => Ok(Value::bool(!self.bool_of(value)?)),
            },
            Kind::Neg(of) => self.negate(of, env),
            Kind::Bin(op, two) => self.binary(*op, &two[0], &two[1], env),
            _ => self.fault("not an expression"),
        }
    }

    /// `value` is that of the expression at `loc`.
    fn produced(&self, value: &R<'a, Value<'a>>, loc: Loc) {
        if value.is_ok() {
            self.last.set(loc);
        }
    }

    /// Result of `work`, which does not count as what was computed last.
    pub(super) fn aside<T>(&self, work: impl FnOnce() -> T) -> T {
        let last = self.last.get();
        let result = work();
        self.last.set(last);
        result
    }

    /// The place of what was computed last.
    pub fn last_origin(&self) -> Loc {
        self.last.get()
    }

    fn local(&self, mut env: &'a Env<'a>, up: u16, slot: u32, name: Sym) -> R<'a, &'a Thunk<'a>> {
        for _ in 0..up {
            match env.up {
                Some(outer) => env = outer,
                None => return self.fault("a scope is missing"),
            }
        }
        match self.in_slot(env, slot as usize) {
            Some(thunk) => Ok(thunk),
            None => self.fault(&format!("`{}` is not bound yet", self.name(name))),
        }
    }

    fn bound_outermost(&self, name: Sym) -> Option<&'a Thunk<'a>> {
        self.globals.borrow().get(name.0 as usize).copied().flatten()
    }

    pub(super) fn global(&self, name: Sym) -> R<'a, Value<'a>> {
        match self.bound_outermost(name) {
            Some(thunk) => self.force(thunk),
            None => Err(self.error(ErrorKind::Missing(name), &format!("undefined variable `{}`", self.name(name)))),
        }
    }

    fn dynamic(&self, name: Sym, withs: &[u16], env: &'a Env<'a>, loc: Loc) -> R<'a, Value<'a>> {
        for up in withs {
            let scope = self.local(env, *up, 0, name)?;
            match self.force(scope)? {
                Value::Attrs(attrs) => {
                    if let Some(attr) = lookup(attrs, name) {
                        let value = self.force(attr.value);
                        self.produced(&value, loc);
                        return value;
                    }
                }
                Value::Opaque(opaque) => {
                    if self.bound_outermost(name).is_some() && withs.len() == 1 {
                        continue;
                    }
                    return self.select_opaque(opaque, name);
                }
                other => return self.fault(&format!("`with` needs a set, not a {}", other.type_name())),
            }
        }
        self.global(name)
    }

    /// `expr` when it is asked for; a variable is passed on as it is, with its own place.
    pub fn delay(&self, expr: &'a Expr, env: &'a Env<'a>) -> &'a Thunk<'a> {
        let value = match &expr.kind {
            Kind::Local(slot, name) => match self.local(env, slot.up, slot.slot, *name) {
                Ok(thunk) => return thunk,
                Err(_) => return self.thunk(State::Expr(expr, env), expr.loc),
            },
            Kind::Int(number) => Value::Int(*number),
            Kind::Str(text) => Value::Str(self.wide(text)),
            Kind::Path(path) => Value::Path(self.wide(path)),
            Kind::Lambda(lambda) => Value::Lambda(self.bump.alloc(Closure { lambda, env, args: &[] })),
            _ => return self.thunk(State::Expr(expr, env), expr.loc),
        };
        self.bump.alloc(Thunk::done(value, expr.loc))
    }

    /// The names of a dynamic or static attribute path.
    pub(super) fn attr_sym(&self, name: &'a AttrName, env: &'a Env<'a>) -> R<'a, Result<Sym, &'a Opaque<'a>>> {
        match name {
            AttrName::Static(sym, _) => Ok(Ok(*sym)),
            AttrName::Dynamic(expr) => match self.eval(expr, env)? {
                Value::Str(text) | Value::Tainted(text) => Ok(Ok(self.sym(text))),
                Value::Opaque(opaque) => Ok(Err(opaque)),
                other => self.fault(&format!("an attribute name must be a string, not a {}", other.type_name())),
            },
        }
    }
}
