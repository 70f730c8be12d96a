//! A file in two parts: the bindings of its large sets, which are evaluated each for itself, and the rest.
//!
//! Knows the forms only: it evaluates nothing. A binding counts where its value is put off until somebody asks for it;
//! what is at hand at once (a name, a text, a function) belongs to the rest.

use std::collections::BTreeMap;

use crate::nix::symbol::Sym;

use super::around::children;
use super::ast::{BindingValue, Expr, Kind, Loc};
use super::tokens::Tokens;

/// Sets of fewer bindings are one thing.
pub const LARGE: usize = 100;

/// Where the fewest bytes of that many bindings do not fit no large set is looked for.
const LEAST_BYTES: u32 = 2_000;

/// A binding of a large set.
pub struct LargeBinding {
    /// Its name.
    pub name: Sym,
    /// Where its value begins.
    pub value: u32,
    /// All of it.
    loc: Loc,
}

/// The bindings of the large sets in `file` that are evaluated each for itself.
pub fn large_bindings(file: &Expr) -> Vec<LargeBinding> {
    let mut found = Vec::new();
    if file.loc.end - file.loc.start >= LEAST_BYTES {
        collect(file, &mut found);
    }
    found.sort_unstable_by_key(|binding| binding.loc.start);
    found
}

fn collect(expr: &Expr, found: &mut Vec<LargeBinding>) {
    let Kind::Set(bindings) = &expr.kind else { return children(expr, &mut |child| collect(child, found)) };
    if bindings.fixed.len() < LARGE {
        return children(expr, &mut |child| collect(child, found));
    }
    for binding in &bindings.fixed {
        if let BindingValue::Expr(value) = &binding.value
            && !matches!(value.kind, Kind::Local(..) | Kind::Int(_) | Kind::Str(_) | Kind::Path(_) | Kind::Lambda(_))
        {
            let loc = Loc { start: binding.at.start, end: value.loc.end };
            found.push(LargeBinding { name: binding.name, value: value.loc.start, loc });
        }
    }
}

/// The words of a file, blanks and comments left out.
#[derive(Debug)]
pub struct Outline<'t, Name: Ord> {
    /// Those of each binding of a large set; of two of one name, one behind the other.
    pub bindings: BTreeMap<Name, Vec<&'t str>>,
    /// All others.
    pub rest: Vec<&'t str>,
}

/// The outline of `text`, whose syntax is `file` and which begins at `base`.
pub fn outline<'t>(text: &'t str, file: &Expr, base: u32) -> Outline<'t, Sym> {
    let mut outline = Outline { bindings: BTreeMap::new(), rest: Vec::new() };
    let mut bindings = large_bindings(file).into_iter().peekable();
    let mut tokens = Tokens::of(text);
    let mut is_behind = false;
    while !tokens.is_at_end() {
        let token = tokens.read();
        let written = &text[token.start as usize..token.end as usize];
        let at = base + token.start;
        while bindings.next_if(|binding| binding.loc.end <= at).is_some() {}
        match bindings.peek().filter(|binding| binding.loc.start <= at) {
            Some(binding) => {
                outline.bindings.entry(binding.name).or_default().push(written);
                is_behind = true;
            }
            // The end of a binding comes and goes with it.
            None if is_behind && written == ";" => is_behind = false,
            None => {
                outline.rest.push(written);
                is_behind = false;
            }
        }
    }
    outline
}
