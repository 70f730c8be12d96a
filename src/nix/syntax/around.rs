//! The smallest attribute set around a byte.
//!
//! All sets of a file are listed once: a file may be asked once for each of its packages. It evaluates nothing.

use std::cmp::Reverse;

use super::ast::{AttrName, BindingValue, Bindings, Expr, Kind, Loc, Part, Select};

/// The attribute sets of a file in the order in which they begin, each with the number of the one around it.
pub struct Sets {
    all: Box<[(Loc, Option<u32>)]>,
}

impl Sets {
    /// The sets in `root`.
    pub fn of(root: &Expr) -> Sets {
        let mut locs = Vec::new();
        let mut left = vec![root];
        while let Some(expr) = left.pop() {
            if matches!(expr.kind, Kind::Set(_)) {
                locs.push(expr.loc);
            }
            children(expr, &mut |child| {
                // `a.b = 1; c = 2; a.d = 3;`: the set `a` has parts that lie beside its place.
                if expr.loc.start <= child.loc.start && child.loc.end <= expr.loc.end {
                    left.push(child);
                }
            });
        }
        locs.sort_unstable_by_key(|loc| (loc.start, Reverse(loc.end)));
        locs.dedup();
        let mut open: Vec<(Loc, u32)> = Vec::new();
        let all = (0_u32..).zip(locs).map(|(number, loc)| {
            while open.pop_if(|(around, _)| around.end <= loc.start).is_some() {}
            let around = open.last().map(|(_, around)| *around);
            open.push((loc, number));
            (loc, around)
        });
        Sets { all: all.collect() }
    }

    /// The place of the smallest set that `position` lies in.
    pub fn around(&self, position: u32) -> Option<Loc> {
        let behind = self.all.partition_point(|(loc, _)| loc.start <= position);
        let mut next = behind.checked_sub(1);
        while let Some((loc, around)) = next.map(|at| self.all[at]) {
            if position < loc.end {
                return Some(loc);
            }
            next = around.map(|around| around as usize);
        }
        None
    }
}

/// Calls `each` with the expressions that `expr` is made of.
pub(in crate::nix) fn children<'e>(expr: &'e Expr, each: &mut dyn FnMut(&'e Expr)) {
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
