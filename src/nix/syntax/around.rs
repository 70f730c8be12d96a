//! The smallest attribute set around a byte.
//!
//! Goes down only into what holds the byte; it evaluates nothing.

use crate::nix::symbol::Sym;

use super::ast::{AttrName, BindingValue, Bindings, Expr, Kind, Loc, Part, Select};

/// The place of the smallest set of `expr` that `position` lies in.
pub fn set_around(expr: &Expr, position: u32) -> Option<Loc> {
    let mut found = None;
    let mut at = Some(expr);
    while let Some(expr) = at {
        if matches!(expr.kind, Kind::Set(_)) {
            found = Some(expr.loc);
        }
        at = None;
        children(expr, &mut |child| {
            if child.loc.start <= position && position < child.loc.end {
                at = Some(child);
            }
        });
    }
    found
}

/// The names that the file as a whole binds, each with the place of its binding: in the set that it evaluates to, and
/// in the `let`s around it. `None` where it evaluates to something else.
pub fn bound(file: &Expr) -> Option<Vec<(Sym, Loc)>> {
    let mut bound = Vec::new();
    let mut at = file;
    loop {
        at = match &at.kind {
            Kind::Lambda(lambda) => &lambda.body,
            Kind::With(two) | Kind::Assert(two) => &two[1],
            Kind::Let(inner) => {
                places(&inner.0, &mut bound);
                &inner.1
            }
            Kind::Set(bindings) => {
                places(bindings, &mut bound);
                return Some(bound);
            }
            _ => return None,
        };
    }
}

fn places(bindings: &Bindings, out: &mut Vec<(Sym, Loc)>) {
    for binding in &bindings.fixed {
        let value = match &binding.value {
            BindingValue::Expr(expr) | BindingValue::Inherit(expr) => Some(expr),
            BindingValue::From(number) => bindings.from.get(usize::from(*number)),
        };
        out.push((binding.name, binding.at));
        out.extend(value.map(|value| (binding.name, value.loc)));
    }
}

/// Calls `each` with the expressions that `expr` is made of.
pub(super) fn children<'e>(expr: &'e Expr, each: &mut dyn FnMut(&'e Expr)) {
    match &expr.kind {
        Kind::Interp(parts) | Kind::PathInterp(parts) => parts.iter().for_each(|part| match part {
            Part::Expr(expr) => each(expr),
            Part::Text(_) => {}
        }),
        Kind::Select(of) | Kind::Has(of) => select(of, each),
        Kind::Lambda(lambda) => {
            let formals = lambda.formals.as_deref().unwrap_or_default();
            formals.iter().filter_map(|formal| formal.default.as_ref()).for_each(&mut *each);
            each(&lambda.body);
        }
        Kind::Apply(two) | Kind::With(two) | Kind::Assert(two) | Kind::Bin(_, two) => two.iter().for_each(each),
        Kind::Let(inner) => {
            bindings(&inner.0, each);
            each(&inner.1);
        }
        Kind::Set(inner) => bindings(inner, each),
        Kind::LetBody(inner) | Kind::Not(inner) | Kind::Neg(inner) => each(inner),
        Kind::List(items) => items.iter().for_each(each),
        Kind::If(three) => three.iter().for_each(each),
        _ => {}
    }
}

fn select<'e>(select: &'e Select, each: &mut dyn FnMut(&'e Expr)) {
    each(&select.of);
    for name in &select.path {
        if let AttrName::Dynamic(expr) = name {
            each(expr);
        }
    }
    select.default.iter().for_each(each);
}

fn bindings<'e>(bindings: &'e Bindings, each: &mut dyn FnMut(&'e Expr)) {
    for binding in &bindings.fixed {
        if let BindingValue::Expr(expr) = &binding.value {
            each(expr);
        }
    }
    bindings.from.iter().for_each(&mut *each);
    for (name, value) in &bindings.dynamic {
        each(name);
        each(value);
    }
}
