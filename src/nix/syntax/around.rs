//! The smallest attribute set around a byte.
//!
//! Goes down only into what holds the byte; it evaluates nothing.

use super::ast::{AttrName, BindingValue, Bindings, Expr, Kind, Loc, Part, Select};

/// The place of the smallest set of `expr` that `position` lies in.
pub fn set_around(expr: &Expr, position: u32) -> Option<Loc> {
    let mut found = None;
    // What a function computes alike in every call is kept elsewhere: several may hold the byte.
    let mut left = vec![expr];
    while let Some(expr) = left.pop() {
        let is_smaller = |found: Loc| expr.loc.end - expr.loc.start < found.end - found.start;
        if matches!(expr.kind, Kind::Set(_)) && found.is_none_or(is_smaller) {
            found = Some(expr.loc);
        }
        children(expr, &mut |child| {
            if child.loc.start <= position && position < child.loc.end {
                left.push(child);
            }
        });
    }
    found
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
            lambda.kept.iter().for_each(each);
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
    bindings.kept.iter().for_each(each);
}
