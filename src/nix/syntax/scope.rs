//! Names to slots: every variable learns at parse time in which environment it lives.

use super::ast::{AttrName, BindingValue, Bindings, Expr, Kind, Lambda, Part, Slot};
use crate::nix::symbol::Sym;

/// One environment that encloses an expression.
enum Scope {
    /// Names in the order of their slots, the last of equal ones counts; and sorted names behind them.
    Names(Box<[Sym]>, Vec<Sym>),
    With,
}

/// The environments from the outermost to the innermost.
pub(super) struct Scopes {
    stack: Vec<Scope>,
    /// Names below this number belong to the outermost scope, which `with` does not shadow.
    globals: u32,
}

impl Scopes {
    pub(super) fn new(globals: u32) -> Self {
        Scopes { stack: Vec::new(), globals }
    }

    pub(super) fn expr(&mut self, expr: &mut Expr) {
        match &mut expr.kind {
            Kind::Name(name) => expr.kind = self.name(*name),
            Kind::Interp(parts) | Kind::PathInterp(parts) => self.parts(parts),
            Kind::Select(select) | Kind::Has(select) => {
                self.expr(&mut select.of);
                self.path(&mut select.path);
                if let Some(default) = &mut select.default {
                    self.expr(default);
                }
            }
            Kind::Lambda(lambda) => self.lambda(lambda),
            Kind::Apply(two) | Kind::Assert(two) | Kind::Bin(_, two) => two.iter_mut().for_each(|part| self.expr(part)),
            Kind::Let(inner) => {
                let (bindings, body) = &mut **inner;
                self.bindings(bindings);
                self.stack.push(names_of(bindings));
                self.expr(body);
                self.stack.pop();
            }
            Kind::Set(bindings) => self.bindings(bindings),
            Kind::LetBody(of) | Kind::Not(of) | Kind::Neg(of) => self.expr(of),
            Kind::List(items) => items.iter_mut().for_each(|item| self.expr(item)),
            Kind::With(two) => {
                let [scope, body] = &mut **two;
                self.expr(scope);
                self.stack.push(Scope::With);
                self.expr(body);
                self.stack.pop();
            }
            Kind::If(three) => three.iter_mut().for_each(|part| self.expr(part)),
            _ => {}
        }
    }

    fn parts(&mut self, parts: &mut [Part]) {
        for part in parts {
            if let Part::Expr(expr) = part {
                self.expr(expr);
            }
        }
    }

    fn path(&mut self, path: &mut [AttrName]) {
        for name in path {
            if let AttrName::Dynamic(expr) = name {
                self.expr(expr);
            }
        }
    }

    fn lambda(&mut self, lambda: &mut Lambda) {
        let formals = lambda.formals.iter().flat_map(|formals| formals.iter().map(|formal| formal.name));
        self.stack.push(Scope::Names(lambda.names.clone(), formals.collect()));
        for formal in lambda.formals.iter_mut().flat_map(|formals| formals.iter_mut()) {
            if let Some(default) = &mut formal.default {
                self.expr(default);
            }
        }
        self.expr(&mut lambda.body);
        self.stack.pop();
    }

    fn bindings(&mut self, bindings: &mut Bindings) {
        for binding in &mut bindings.fixed {
            if let BindingValue::Inherit(expr) = &mut binding.value {
                self.expr(expr);
            }
        }
        if bindings.rec {
            self.stack.push(names_of(bindings));
        }
        bindings.from.iter_mut().for_each(|expr| self.expr(expr));
        for binding in &mut bindings.fixed {
            if let BindingValue::Expr(expr) = &mut binding.value {
                self.expr(expr);
            }
        }
        for (name, value) in &mut bindings.dynamic {
            self.expr(name);
            self.expr(value);
        }
        if bindings.rec {
            self.stack.pop();
        }
    }

    fn name(&self, name: Sym) -> Kind {
        let mut withs = Vec::new();
        for (up, scope) in self.stack.iter().rev().enumerate() {
            let found = match scope {
                Scope::Names(first, names) => {
                    let behind = || names.binary_search(&name).ok().map(|at| at + first.len());
                    first.iter().rposition(|known| *known == name).or_else(behind).map(slot_number)
                }
                Scope::With => {
                    withs.push(distance(up));
                    None
                }
            };
            if let Some(slot) = found {
                return Kind::Local(Slot { up: distance(up), slot }, name);
            }
        }
        if withs.is_empty() || name.0 < self.globals { Kind::Global(name) } else { Kind::Dynamic(name, withs.into()) }
    }
}

fn slot_number(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn distance(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

fn names_of(bindings: &Bindings) -> Scope {
    Scope::Names(Box::default(), bindings.fixed.iter().map(|binding| binding.name).collect())
}
