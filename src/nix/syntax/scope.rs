//! Names to slots: every variable learns at parse time in which environment it lives.
//!
//! Expressions that do not depend on the arguments of their function are computed once and kept in the
//! environment around the function and so computed once: `stdenv.hostPlatform != stdenv.buildPlatform` is asked for
//! every package, and only ever has one answer.

use super::ast::{AttrName, Binding, BindingValue, Bindings, Expr, Kind, Lambda, Part, Slot};
use crate::nix::symbol::Sym;

/// One environment that encloses an expression.
struct Scope {
    names: Names,
    /// The number of its slots, without those of what is kept.
    slots: usize,
    kept: Vec<Expr>,
}

/// The names of an environment, which lie behind those of the environments around it.
enum Names {
    /// Names in the order of their slots, of which the last of equal ones counts, begin at the first number; sorted ones
    /// at the second, up to those of the next environment.
    Known(usize, usize),
    With,
}

/// The environments that an expression depends on: a bit for each, from the outermost on. The last bit stands for all
/// that are further in; what depends on one of those is not kept.
type Depends = u64;

const MOST_TOLD_APART: usize = 63;

/// Two bytes each; real files stay below 1,000,000.
const MOST_STEPS_OUT: usize = 50_000_000;

/// The environments from the outermost to the innermost.
pub(super) struct Scopes {
    stack: Vec<Scope>,
    /// The names of all of them.
    names: Vec<Sym>,
    /// Where the innermost function is.
    function: Option<usize>,
    /// Inputs that the expressions that were read last depend on.
    depends: Vec<Depends>,
    /// How far out each `with` around a name is.
    withs: Vec<u16>,
    /// How many of those are kept for all names.
    steps_out: usize,
    /// Names below this number belong to the outermost scope, which `with` does not shadow.
    globals: u32,
}

impl Scopes {
    pub(super) fn new(globals: u32) -> Self {
        Scopes {
            stack: Vec::new(),
            names: Vec::new(),
            function: None,
            depends: Vec::new(),
            withs: Vec::new(),
            steps_out: 0,
            globals,
        }
    }

    /// True where the names below several `with` take more room than a file may.
    pub(super) fn has_too_many_withs(&self) -> bool {
        self.steps_out > MOST_STEPS_OUT
    }

    /// Resolves the names in `expr`; gives what it depends on.
    pub(super) fn expr(&mut self, expr: &mut Expr) -> Depends {
        match &mut expr.kind {
            Kind::Str(_) | Kind::Path(_) | Kind::Int(_) | Kind::Float(_) | Kind::Search(_) => return 0,
            Kind::Name(name) => {
                let (kind, depends) = self.name(*name);
                expr.kind = kind;
                return depends;
            }
            Kind::Lambda(lambda) => take_all_at_once(lambda),
            _ => {}
        }
        let outside = self.parts(expr, false);
        let (names, function) = (self.names.len(), self.function);
        if !self.open(expr) {
            return outside;
        }
        let inside = self.parts(expr, true);
        let kept = self.stack.pop().map(|scope| scope.kept).unwrap_or_default();
        self.names.truncate(names);
        self.function = function;
        match &mut expr.kind {
            Kind::Lambda(lambda) => lambda.kept = kept.into(),
            Kind::Let(inner) => inner.0.kept = kept.into(),
            Kind::Set(bindings) => bindings.kept = kept.into(),
            _ => {}
        }
        outside | without(inside, self.stack.len())
    }

    /// Enters the environment that `expr` opens for some of its parts, if any.
    fn open(&mut self, expr: &Expr) -> bool {
        let start = self.names.len();
        let (names, is_function, slots) = match &expr.kind {
            Kind::Lambda(lambda) => {
                self.names.extend(&lambda.names);
                let names = Names::Known(start, self.names.len());
                self.names.extend(lambda.formals.iter().flatten().map(|formal| formal.name));
                (names, true, lambda.slots())
            }
            Kind::Let(inner) => (self.names_of(&inner.0), false, inner.0.slots()),
            Kind::Set(bindings) if bindings.rec => (self.names_of(bindings), false, bindings.slots()),
            Kind::With(_) => (Names::With, false, 1),
            _ => return false,
        };
        if is_function {
            self.function = Some(self.stack.len());
        }
        self.stack.push(Scope { names, slots, kept: Vec::new() });
        true
    }

    fn names_of(&mut self, bindings: &Bindings) -> Names {
        let start = self.names.len();
        self.names.extend(bindings.fixed.iter().map(|binding| binding.name));
        Names::Known(start, start)
    }

    /// Resolves the names in the parts of `expr` that lie inside or outside of the environment it opens, and keeps
    /// those that are worth it.
    fn parts(&mut self, expr: &mut Expr, inside: bool) -> Depends {
        let first = self.depends.len();
        let (mut all, mut may_keep) = (0, false);
        parts(expr, inside, &mut |part| {
            let depends = self.expr(part);
            self.depends.push(depends);
            all |= depends;
            may_keep |= is_worth_keeping(part) && self.home(depends).is_some();
        });
        if may_keep {
            self.keep_parts(expr, inside, first, all);
        }
        self.depends.truncate(first);
        all
    }

    /// Keeps the parts of `expr` that are worth it; what they depend on stands from `first` on.
    fn keep_parts(&mut self, expr: &mut Expr, inside: bool, first: usize, all: Depends) {
        // A folder that is kept as a whole takes its parts along.
        let whole = if is_worth_keeping(expr) { self.home(all) } else { None };
        let mut at = first;
        parts(expr, inside, &mut |part| {
            let home = self.home(self.depends[at]).filter(|_| is_worth_keeping(part));
            at += 1;
            if let Some(home) = home.filter(|home| whole.is_none_or(|whole| *home < whole)) {
                self.keep(part, home);
            }
        });
    }

    /// The outermost environment in which something that depends on these can be kept, if a function lies in between.
    fn home(&self, depends: Depends) -> Option<usize> {
        let innermost = self.function?;
        let least = (u64::BITS - depends.leading_zeros()).saturating_sub(1) as usize;
        let may_hold = |level: &usize| matches!(self.stack[*level].names, Names::Known(..));
        (least..innermost).find(may_hold).filter(|level| *level < MOST_TOLD_APART)
    }

    /// Moves `expr` to the environment at `level` and leaves its slot.
    fn keep(&mut self, expr: &mut Expr, level: usize) {
        let up = self.stack.len() - 1 - level;
        let home = &mut self.stack[level];
        let slot = Slot { up: distance(up), slot: slot_number(home.slots + home.kept.len()) };
        let place = Expr { kind: Kind::Local(slot, Sym::UNNAMED), loc: expr.loc };
        let mut kept = std::mem::replace(expr, place);
        move_out(&mut kept, distance(up), 0);
        home.kept.push(kept);
    }

    fn name(&mut self, name: Sym) -> (Kind, Depends) {
        self.withs.clear();
        let mut depends = 0;
        let mut end = self.names.len();
        for (level, scope) in self.stack.iter().enumerate().rev() {
            let up = distance(self.stack.len() - 1 - level);
            let Names::Known(first, sorted) = scope.names else {
                self.withs.push(up);
                depends |= bit(level);
                continue;
            };
            let in_order = self.names[first..sorted].iter().rposition(|known| *known == name);
            let behind = || Some(sorted - first + self.names[sorted..end].binary_search(&name).ok()?);
            if let Some(slot) = in_order.or_else(behind) {
                return (Kind::Local(Slot { up, slot: slot_number(slot) }, name), bit(level));
            }
            end = first;
        }
        match self.withs.is_empty() || name.0 < self.globals {
            true => (Kind::Global(name), 0),
            false => {
                self.steps_out += self.withs.len();
                let kept = if self.has_too_many_withs() { &[] } else { self.withs.as_slice() };
                (Kind::Dynamic(name, kept.into()), depends)
            }
        }
    }
}

/// Makes `a: (b: ..)` one function that takes one argument after the other.
fn take_all_at_once(lambda: &mut Lambda) {
    while lambda.formals.is_none()
        && let Kind::Lambda(inner) = &mut lambda.body.kind
        && inner.formals.is_none()
    {
        lambda.names = [&*lambda.names, &*inner.names].concat().into();
        let kind = std::mem::replace(&mut inner.body.kind, Kind::Int(0));
        lambda.body = Expr { kind, loc: inner.body.loc };
    }
}

/// True for what takes some work and has a place of its own.
fn is_worth_keeping(expr: &Expr) -> bool {
    match &expr.kind {
        Kind::Select(_) | Kind::Has(_) | Kind::Apply(_) | Kind::Bin(..) | Kind::Not(_) | Kind::Neg(_) => true,
        Kind::Interp(_) => true,
        Kind::List(items) => !items.is_empty(),
        _ => false,
    }
}

/// Tells the variables in `expr` that its place is `by` environments further out; `inside` counts those it opens.
fn move_out(expr: &mut Expr, by: u16, inside: u16) {
    match &mut expr.kind {
        Kind::Local(slot, _) if slot.up >= inside => slot.up -= by,
        Kind::Dynamic(_, withs) => withs.iter_mut().filter(|up| **up >= inside).for_each(|up| *up -= by),
        _ => {
            parts(expr, false, &mut |part| move_out(part, by, inside));
            parts(expr, true, &mut |part| move_out(part, by, inside + 1));
        }
    }
}

/// Calls `each` with the expressions that `expr` is made of, those inside or those outside of the environment that it
/// opens.
pub(super) fn parts(expr: &mut Expr, inside: bool, each: &mut dyn FnMut(&mut Expr)) {
    match (&mut expr.kind, inside) {
        (Kind::Interp(parts) | Kind::PathInterp(parts), false) => parts.iter_mut().for_each(|part| match part {
            Part::Expr(expr) => each(expr),
            Part::Text(_) => {}
        }),
        (Kind::Select(select) | Kind::Has(select), false) => {
            each(&mut select.of);
            for name in &mut select.path {
                if let AttrName::Dynamic(expr) = name {
                    each(expr);
                }
            }
            select.default.iter_mut().for_each(each);
        }
        (Kind::Lambda(lambda), true) => function_parts(lambda, each),
        (Kind::Apply(two) | Kind::Assert(two) | Kind::Bin(_, two), false) => two.iter_mut().for_each(each),
        (Kind::Let(inner), _) => {
            binding_parts(&mut inner.0, inside, each);
            if inside {
                each(&mut inner.1);
            }
        }
        (Kind::Set(bindings), _) => binding_parts(bindings, inside, each),
        (Kind::LetBody(of) | Kind::Not(of) | Kind::Neg(of), false) => each(of),
        (Kind::List(items), false) => items.iter_mut().for_each(each),
        (Kind::With(two), _) => each(&mut two[usize::from(inside)]),
        (Kind::If(three), false) => three.iter_mut().for_each(each),
        _ => {}
    }
}

fn function_parts(lambda: &mut Lambda, each: &mut dyn FnMut(&mut Expr)) {
    let formals = lambda.formals.iter_mut().flat_map(|formals| formals.iter_mut());
    formals.filter_map(|formal| formal.default.as_mut()).for_each(&mut *each);
    each(&mut lambda.body);
    lambda.kept.iter_mut().for_each(each);
}

/// `inherit name` is looked up outside, whatever the bindings see.
fn binding_parts(bindings: &mut Bindings, inside: bool, each: &mut dyn FnMut(&mut Expr)) {
    let is_here = |value: &BindingValue| match value {
        BindingValue::Expr(_) => bindings.rec == inside,
        BindingValue::Inherit(_) => !inside,
        BindingValue::From(_) => false,
    };
    for Binding { value, .. } in &mut bindings.fixed {
        if is_here(value)
            && let BindingValue::Expr(expr) | BindingValue::Inherit(expr) = value
        {
            each(expr);
        }
    }
    if bindings.rec == inside {
        bindings.from.iter_mut().for_each(&mut *each);
        for (name, value) in &mut bindings.dynamic {
            each(name);
            each(value);
        }
        bindings.kept.iter_mut().for_each(each);
    }
}

fn bit(level: usize) -> Depends {
    1 << level.min(MOST_TOLD_APART)
}

/// Names that remain where the environment at `level` ends.
fn without(depends: Depends, level: usize) -> Depends {
    if level < MOST_TOLD_APART { depends & !bit(level) } else { depends }
}

fn slot_number(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn distance(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}
