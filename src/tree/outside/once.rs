//! Each package of a flake once: one that is reached under several names, or fails under them, is told by the first.

use super::super::discover::{MAX_DEPTH, quoted};
use std::collections::BTreeMap;

use crate::nix::{Attr, Eval, Loss, Opaque, Shape, Thunk, Value, lookup};

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

/// The packages that were come by: their attribute paths, by the values in memory and by the places of calls.
#[derive(Default)]
struct Seen {
    packages: Vec<String>,
    by_value: BTreeMap<usize, usize>,
    by_place: BTreeMap<u32, Vec<usize>>,
    /// Those that cannot be evaluated, by where and why not.
    failed: BTreeMap<(u32, String), Vec<usize>>,
}

impl Seen {
    /// Sets are entered as deep as packages are looked for.
    fn replace<'a>(&mut self, eval: &Eval<'a>, attr: &mut Attr<'a>, around: &str, depth: usize) {
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
                Some(first) => {
                    attr.value = told_as(eval, first);
                }
                None => self.add(value, path),
            },
            Err(error) => {
                let failure = self.failed.entry((error.at.start, error.text.to_owned())).or_default();
                match failure.iter().map(|at| &self.packages[*at]).find(|first| is_alike(first, &path)) {
                    Some(first) => attr.value = told_as(eval, first),
                    None => {
                        failure.push(self.packages.len());
                        self.packages.push(path);
                    }
                }
            }
            Ok(_) => {}
        }
    }

    fn inside<'a>(&mut self, eval: &Eval<'a>, set: &'a [Attr<'a>], path: &str, depth: usize) -> &'a [Attr<'a>] {
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
    fn told(&self, value: Value<'_>, path: &str) -> Option<&str> {
        let is_alike = |first: &&usize| is_alike(&self.packages[**first], path);
        let same = address(value).and_then(|address| self.by_value.get(&address));
        let there = || place(value).and_then(|place| self.by_place.get(&place)?.iter().find(is_alike));
        let first = [same, there()].into_iter().flatten().min()?;
        Some(&self.packages[*first])
    }

    fn add(&mut self, value: Value<'_>, path: String) {
        let number = self.packages.len();
        self.packages.push(path);
        if let Some(address) = address(value) {
            self.by_value.entry(address).or_insert(number);
        }
        if let Some(place) = place(value) {
            self.by_place.entry(place).or_default().push(number);
        }
    }
}

/// Stands for a further mention of the package `first`.
fn told_as<'a>(eval: &Eval<'a>, first: &str) -> &'a Thunk<'a> {
    eval.done(eval.opaque_for(Loss::Repeated, &format!("the same package as {first}")))
}

/// True where two attribute paths may name one package.
fn is_alike(one: &str, other: &str) -> bool {
    let names = [last(one), last(other)];
    names[0] == names[1] || names.contains(&DEFAULT)
}

fn is_entered<'a>(eval: &Eval<'a>, set: &'a [Attr<'a>]) -> bool {
    let marked = lookup(set, eval.known.recurse).map(|attr| eval.force(attr.value));
    matches!(marked, Some(Ok(Value::True))) && matches!(eval.is_derivation(set), Ok(false))
}

fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// Where a set or something unknown lies in memory.
fn address(value: Value<'_>) -> Option<usize> {
    match value {
        Value::Attrs(attrs) => Some(std::ptr::from_ref(*attrs).addr()),
        Value::Opaque(opaque) => Some(std::ptr::from_ref(opaque).addr()),
        _ => None,
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
