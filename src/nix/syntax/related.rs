//! The names of a file that are bound to what another package gives.
//!
//! Knows the forms only: it evaluates nothing, so that a name may be listed whose value is something else.

use std::collections::HashSet;

use super::around::children;
use super::ast::{AttrName, BindingValue, Bindings, Expr, Kind};
use crate::nix::symbol::Sym;

/// The names in sets of `file` whose values use one of `packages` by its name, or a path that `holds`, in any way but as
/// an argument of a call of another file.
pub fn related(file: &Expr, packages: &HashSet<Sym>, holds: &dyn Fn(&str) -> bool) -> Vec<Sym> {
    let sought = Sought { packages, holds };
    let mut found = Vec::new();
    let mut left = vec![file];
    while let Some(expr) = left.pop() {
        if let Kind::Set(bindings) = &expr.kind {
            found.extend(sought.bound_in(bindings));
        }
        children(expr, &mut |child| left.push(child));
    }
    found.sort_unstable();
    found.dedup();
    found
}

struct Sought<'s> {
    packages: &'s HashSet<Sym>,
    holds: &'s dyn Fn(&str) -> bool,
}

impl Sought<'_> {
    fn bound_in<'b>(&'b self, bindings: &'b Bindings) -> impl Iterator<Item = Sym> + 'b {
        let from: Vec<bool> = bindings.from.iter().map(|from| self.is_in(from)).collect();
        let is_related = move |value: &BindingValue| match value {
            BindingValue::Expr(expr) => self.is_in(expr),
            BindingValue::Inherit(_) => false,
            BindingValue::From(number) => from.get(usize::from(*number)).is_some_and(|related| *related),
        };
        bindings.fixed.iter().filter(move |binding| is_related(&binding.value)).map(|binding| binding.name)
    }

    fn is_in(&self, value: &Expr) -> bool {
        let mut left = vec![value];
        while let Some(expr) = left.pop() {
            match &expr.kind {
                Kind::Path(path) if (self.holds)(path) => return true,
                Kind::Name(name) | Kind::Local(_, name) | Kind::Dynamic(name, _) | Kind::Global(name)
                    if self.packages.contains(name) =>
                {
                    return true;
                }
                Kind::Select(select) if select.path.iter().any(|part| self.is_named(part)) => return true,
                Kind::Apply(_) if let Some(path) = called(expr) => {
                    if (self.holds)(path) {
                        return true;
                    }
                }
                _ => children(expr, &mut |child| left.push(child)),
            }
        }
        false
    }

    fn is_named(&self, part: &AttrName) -> bool {
        matches!(part, AttrName::Static(name, _) if self.packages.contains(name))
    }
}

/// The file that `call` is a call of, by whatever function: `callPackage ./x.nix { .. }`.
fn called(call: &Expr) -> Option<&str> {
    let mut expr = call;
    while let Kind::Apply(two) = &expr.kind {
        if let Kind::Path(path) = &two[1].kind {
            return Some(path);
        }
        expr = &two[0];
    }
    None
}
