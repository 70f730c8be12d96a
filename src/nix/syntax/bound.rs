//! The places of a file in which an attribute set binds a name.
//!
//! Knows the forms only: it evaluates nothing. A name in a `let` is no attribute and does not count.

use super::around::children;
use super::ast::{BindingValue, Expr, Kind, Loc};
use crate::nix::symbol::Sym;

/// A binding in an attribute set.
#[derive(Clone, Copy, Debug)]
pub struct Bound {
    /// The name.
    pub name: Loc,
    /// The value; of an inherited name the name.
    pub value: Loc,
    /// The set.
    pub set: Loc,
    /// True where it stands in a function that is not the file's own: what it says depends on who calls that.
    pub in_function: bool,
}

/// The bindings of `name` in the sets of `file`, in the order of places.
pub fn bound(file: &Expr, name: Sym) -> Vec<Bound> {
    let mut found = Vec::new();
    let mut left = vec![(file, Place::Head)];
    while let Some((expr, place)) = left.pop() {
        if let Kind::Set(bindings) = &expr.kind {
            found.extend(bindings.fixed.iter().filter(|binding| binding.name == name).map(|binding| Bound {
                name: binding.at,
                value: if let BindingValue::Expr(value) = &binding.value { value.loc } else { binding.at },
                set: expr.loc,
                in_function: place == Place::Function,
            }));
        }
        let inside = place.inside(expr);
        children(expr, &mut |child| left.push((child, inside)));
    }
    found.sort_unstable_by_key(|bound| bound.name.start);
    found.dedup_by_key(|bound| bound.name.start);
    found
}

/// Where an expression stands in its file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Expressions that are evaluated when the file is called.
    Head,
    /// Inside of what the file gives.
    Body,
    /// In a function inside of it.
    Function,
}

impl Place {
    fn inside(self, expr: &Expr) -> Place {
        match (self, &expr.kind) {
            (Place::Head, Kind::Lambda(_) | Kind::Let(_) | Kind::With(_) | Kind::Assert(_)) => Place::Head,
            (Place::Function, _) => Place::Function,
            // The argument of a builder is often a function of its own result: `finalAttrs: { .. }`.
            (_, Kind::Lambda(lambda)) if lambda.formals.is_some() || lambda.names.len() > 1 => Place::Function,
            _ => Place::Body,
        }
    }
}

/// A set with more attributes than this is data or packages, whatever some of them are called.
const MODULE_ATTRS: usize = 10;

/// True where the file is written as a module of NixOS or the like: an open function of `config`, or a small set with
/// `options`, `config` or `imports`.
pub fn is_module(file: &Expr, names: [Sym; 3]) -> bool {
    let config = names[0];
    let mut expr = file;
    loop {
        expr = match &expr.kind {
            // A package may want `config` too; it names all that it wants.
            Kind::Lambda(lambda) => {
                let formals = lambda.formals.as_deref().unwrap_or_default();
                if lambda.open && formals.iter().any(|formal| formal.name == config) {
                    return true;
                }
                &lambda.body
            }
            Kind::Let(inner) => &inner.1,
            Kind::With(two) | Kind::Assert(two) => &two[1],
            Kind::Set(set) => {
                let is_named = set.fixed.iter().any(|binding| names.contains(&binding.name));
                return is_named && set.fixed.len() <= MODULE_ATTRS;
            }
            _ => return false,
        };
    }
}
