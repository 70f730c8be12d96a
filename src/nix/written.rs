//! Calls of a file around given places, evaluated where they are written.
//!
//! A package in a `let` that only other packages of its file use has no attribute that leads to it. Functions are
//! entered where their arguments are those of the file or something unknown that a call hands over; a function that is
//! bound to a name says nothing before somebody calls it, and is left out.

use super::eval::Eval;
use super::symbol::Sym;
use super::syntax::ast::{BindingValue, Bindings, Expr, Kind, Lambda};
use super::syntax::children;
use super::value::{Closure, Env, R, Thunk, Value};

/// A call, and the name that it is bound to.
pub struct WrittenCall<'a> {
    /// The nearest name around it.
    pub name: Option<Sym>,
    /// Its result.
    pub value: &'a Thunk<'a>,
}

/// More calls than this are not looked for in one file.
const MOST_CALLS: usize = 4_000;

/// Gives the argument of a function of the file itself.
pub type Arguments<'f, 'a> = &'f dyn Fn(&Eval<'a>, Value<'a>) -> R<'a, &'a Thunk<'a>>;

impl<'a> Eval<'a> {
    /// The calls in the file at `path` around the offsets `places`, the outer ones first.
    pub fn written_around(&self, path: &str, places: &[u32], arguments: Arguments<'_, 'a>) -> Vec<WrittenCall<'a>> {
        let Ok(file) = self.files.open(path) else { return Vec::new() };
        let mut names = |text: &str| self.sym(text);
        let Ok(tree) = self.held.hold(self.files.parse(file, &mut names)) else { return Vec::new() };
        let places = places.iter().map(|place| file.base + place).collect();
        let mut search = Search { eval: self, places, arguments, found: Vec::new() };
        search.visit(&tree.root, self.bump.alloc(Env::OUTERMOST), Spot::Head, None);
        search.found
    }
}

/// Position of an expression, as far as it decides whether a function there is entered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spot {
    /// One of the file's own functions.
    Head,
    /// Function or argument of a call.
    Operand,
    /// Further inside of an argument.
    InCall,
    /// Any other.
    Plain,
}

impl Spot {
    fn inside(self) -> Spot {
        match self {
            Spot::Operand | Spot::InCall => Spot::InCall,
            Spot::Head | Spot::Plain => Spot::Plain,
        }
    }
}

struct Search<'s, 'a> {
    eval: &'s Eval<'a>,
    places: Vec<u32>,
    arguments: Arguments<'s, 'a>,
    found: Vec<WrittenCall<'a>>,
}

impl<'a> Search<'_, 'a> {
    fn visit(&mut self, expr: &'a Expr, env: &'a Env<'a>, spot: Spot, name: Option<Sym>) {
        let is_around = |place: &u32| expr.loc.start <= *place && *place < expr.loc.end;
        // `meta.license = a; meta.homepage = b;`: the set `meta` has parts that lie beside its place.
        let is_set = matches!(expr.kind, Kind::Set(_));
        if self.found.len() >= MOST_CALLS || !is_set && !self.places.iter().any(is_around) {
            return;
        }
        match &expr.kind {
            Kind::Lambda(lambda) => self.function(lambda, env, spot, name),
            Kind::Let(inner) => {
                let inside = self.eval.scope(&inner.0, env);
                self.bindings(&inner.0, inside, spot);
                self.visit(&inner.1, inside, spot, name);
            }
            Kind::With(two) => {
                self.visit(&two[0], env, spot.inside(), name);
                let inside = self.eval.env_of(env, self.eval.delay(&two[0], env));
                self.visit(&two[1], inside, spot, name);
            }
            Kind::Assert(two) => self.visit(&two[1], env, spot, name),
            Kind::Set(bindings) => {
                let inside = if bindings.rec { self.eval.scope(bindings, env) } else { env };
                self.bindings(bindings, inside, spot);
            }
            Kind::Apply(two) => {
                // `optionalAttrs false { .. }`: the file does not give a package that it drops.
                let value = self.add(expr, env, name);
                if self.eval.force(value).is_ok_and(is_empty) {
                    return;
                }
                two.iter().for_each(|part| self.visit(part, env, Spot::Operand, name));
            }
            Kind::If(three) => match self.eval.eval(&three[0], env) {
                Ok(Value::True) => self.visit(&three[1], env, spot, name),
                Ok(Value::False) => self.visit(&three[2], env, spot, name),
                _ => three[1..].iter().for_each(|side| self.visit(side, env, spot, name)),
            },
            // A name that stands for something that is computed once further out.
            Kind::Local(..) => {
                self.add(expr, env, name);
            }
            _ => {
                if let Kind::Bin(..) = expr.kind {
                    self.add(expr, env, name);
                }
                children(expr, &mut |child| self.visit(child, env, spot.inside(), name));
            }
        }
    }

    fn add(&mut self, expr: &'a Expr, env: &'a Env<'a>, name: Option<Sym>) -> &'a Thunk<'a> {
        let value = self.eval.delay(expr, env);
        self.found.push(WrittenCall { name, value });
        value
    }

    fn bindings(&mut self, bindings: &'a Bindings, env: &'a Env<'a>, spot: Spot) {
        for binding in &bindings.fixed {
            if let BindingValue::Expr(value) = &binding.value {
                self.visit(value, env, spot.inside(), Some(binding.name));
            }
        }
        let unnamed = bindings.from.iter().chain(bindings.dynamic.iter().map(|(_, value)| value)).chain(&bindings.kept);
        unnamed.for_each(|value| self.visit(value, env, spot.inside(), None));
    }

    fn function(&mut self, lambda: &'a Lambda, env: &'a Env<'a>, spot: Spot, name: Option<Sym>) {
        let Some(inside) = self.entered(lambda, env, spot) else { return };
        let within = if spot == Spot::Head { Spot::Head } else { Spot::InCall };
        self.visit(&lambda.body, inside, within, name);
        lambda.kept.iter().for_each(|kept| self.visit(kept, inside, Spot::InCall, None));
    }

    /// The environment of a function's body, where it is one that is entered.
    fn entered(&self, lambda: &'a Lambda, env: &'a Env<'a>, spot: Spot) -> Option<&'a Env<'a>> {
        let closure = self.eval.bump.alloc(Closure { lambda, env, args: &[] });
        // `packageOverrides = final: prev: { .. }` further inside of an argument.
        let is_overlay = lambda.formals.is_none() && lambda.names.len() == 2;
        let argument = match spot {
            Spot::Head => (self.arguments)(self.eval, Value::Lambda(closure)).ok()?,
            Spot::Operand if lambda.formals.is_some() => (self.arguments)(self.eval, Value::Lambda(closure)).ok()?,
            Spot::InCall if !is_overlay => return None,
            Spot::Plain => return None,
            _ => self.eval.done(self.eval.opaque("what a function is given is not known")),
        };
        match lambda.formals {
            Some(_) => self.eval.bound(closure, argument).ok(),
            None => Some(self.eval.env_of_call(closure, lambda.names.len(), |_| argument)),
        }
    }
}

fn is_empty(value: Value<'_>) -> bool {
    match value {
        Value::Attrs(attrs) => attrs.is_empty(),
        Value::List(items) => items.is_empty(),
        Value::Null => true,
        _ => false,
    }
}
