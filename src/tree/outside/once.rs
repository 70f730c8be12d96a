//! Each package of a flake once: what is reached under several names is told by the first.

use super::super::discover::{MAX_DEPTH, quoted};
use crate::nix::{Attr, Eval, Opaque, Shape, Value, lookup};

/// How the reason of a second name begins.
const SAME: &str = "the same package as ";

/// True where `why` says that a value is told under another name.
pub(in crate::tree) fn is_told_elsewhere(why: &str) -> bool {
    why.starts_with(SAME)
}

/// The outputs of a flake in the order in which a package is looked for.
const ORDER: [&str; 5] = ["packages", "legacyPackages", "defaultPackage", "overlays", "overlay"];

/// The name that stands for one of the others.
const DEFAULT: &str = "default";

/// `outputs` with every further mention of a package replaced by the attribute path of the first.
pub(in crate::tree) fn each_once<'a>(eval: &Eval<'a>, outputs: &'a [Attr<'a>]) -> &'a [Attr<'a>] {
    let mut seen = Seen::default();
    let mut all = outputs.to_vec();
    let rank = |attr: &Attr<'a>| ORDER.iter().position(|name| *name == eval.name(attr.name));
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_by_key(|at| rank(&all[*at]));
    for at in order {
        seen.replace(eval, &mut all[at], "", 0);
    }
    eval.bump.alloc_slice_copy(&all)
}

/// The packages that were come by.
#[derive(Default)]
struct Seen<'a> {
    packages: Vec<(Value<'a>, String)>,
}

impl<'a> Seen<'a> {
    /// Sets are entered as deep as packages are looked for.
    fn replace(&mut self, eval: &Eval<'a>, attr: &mut Attr<'a>, around: &str, depth: usize) {
        eval.refuel();
        let name = quoted(eval.name(attr.name));
        let path = if around.is_empty() { name } else { format!("{around}.{name}") };
        match eval.force(attr.value) {
            // The walk goes no deeper either, and says so.
            Ok(Value::Attrs(set)) if depth >= MAX_DEPTH && is_entered(eval, set) => {}
            Ok(Value::Attrs(set)) if is_entered(eval, set) => {
                attr.value = eval.done(Value::Attrs(eval.wide(self.inside(eval, set, &path, depth + 1))));
            }
            Ok(value @ (Value::Attrs(_) | Value::Opaque(_))) => match self.told(value, &path) {
                Some(first) => attr.value = eval.done(eval.opaque(&format!("{SAME}{first}"))),
                None => self.packages.push((value, path)),
            },
            _ => {}
        }
    }

    fn inside(&mut self, eval: &Eval<'a>, set: &'a [Attr<'a>], path: &str, depth: usize) -> &'a [Attr<'a>] {
        let mut all = set.to_vec();
        let mut order: Vec<(bool, &'a str, usize)> = all
            .iter()
            .enumerate()
            .map(|(at, attr)| (eval.name(attr.name), at))
            .map(|(name, at)| (name == DEFAULT, name, at))
            .collect();
        order.sort_unstable();
        for (.., at) in order {
            self.replace(eval, &mut all[at], path, depth);
        }
        eval.bump.alloc_slice_copy(&all)
    }

    /// The path under which the package `value` is told already.
    fn told(&self, value: Value<'a>, path: &str) -> Option<&str> {
        let name = last(path);
        let is_first = |(other, first): &&(Value<'a>, String)| {
            let alike = || name == last(first) || [name, last(first)].contains(&DEFAULT);
            is_same(*other, value) || (place(*other).is_some_and(|other| place(value) == Some(other)) && alike())
        };
        self.packages.iter().find(is_first).map(|(_, first)| first.as_str())
    }
}

fn is_entered<'a>(eval: &Eval<'a>, set: &'a [Attr<'a>]) -> bool {
    let marked = lookup(set, eval.known.recurse).map(|attr| eval.force(attr.value));
    matches!(marked, Some(Ok(Value::True))) && matches!(eval.is_derivation(set), Ok(false))
}

fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// True where both are one value in memory.
fn is_same<'a>(one: Value<'a>, other: Value<'a>) -> bool {
    match (one, other) {
        (Value::Attrs(one), Value::Attrs(other)) => std::ptr::eq(*one, *other),
        (Value::Opaque(one), Value::Opaque(other)) => std::ptr::eq(one, other),
        _ => false,
    }
}

/// Where the call is written that builds something unknown.
fn place(value: Value<'_>) -> Option<u32> {
    fn of(opaque: &Opaque<'_>) -> Option<u32> {
        match opaque.shape {
            Shape::Build(argument) => Some(argument.origin.get().start),
            Shape::Over(base, _) => of(base),
            _ => None,
        }
    }
    match value {
        Value::Opaque(opaque) => of(opaque).filter(|start| *start > 0),
        _ => None,
    }
}
