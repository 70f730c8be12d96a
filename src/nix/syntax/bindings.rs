//! The bindings of sets and of `let`: attribute paths are merged as Nix merges them.

use rnix::SyntaxKind as K;

use super::ast::{AttrName, Binding, BindingValue, Bindings, Expr, Kind, Loc};
use super::lower::{Fail, Lower, Node};
use crate::nix::symbol::Sym;

/// The bindings that `nodes` (`a.b = c;` and `inherit ..;`) make.
pub(super) fn of<'t>(
    lower: &mut Lower<'_>,
    nodes: impl Iterator<Item = Node<'t>>,
    rec: bool,
) -> Result<Bindings, Fail> {
    let mut bindings = Bindings { rec, ..Bindings::default() };
    let mut index = Index::default();
    for node in nodes {
        match node.kind() {
            K::NODE_INHERIT => inherit(lower, node, &mut bindings, &mut index)?,
            K::NODE_ATTRPATH_VALUE => {
                let (path, value) = lower.two(node)?;
                let (path, value) = (lower.attr_path(path)?, lower.expr(value)?);
                let at = value.loc;
                add(&mut bindings, Some(&mut index), path, value).map_err(|what| lower.failure(at, what))?;
            }
            _ => return Err(lower.failure(lower.place(node), "a binding is expected here")),
        }
    }
    sort(&mut bindings);
    Ok(bindings)
}

fn inherit(lower: &mut Lower<'_>, node: Node<'_>, bindings: &mut Bindings, index: &mut Index) -> Result<(), Fail> {
    let mut from = None;
    for part in node.nodes() {
        let loc = lower.place(part);
        if part.kind() == K::NODE_INHERIT_FROM {
            let number = u16::try_from(bindings.from.len());
            from = Some(number.map_err(|_| lower.failure(loc, "too many `inherit (..)`"))?);
            bindings.from.push(lower.interpolated(part)?);
            continue;
        }
        let AttrName::Static(name, at) = lower.attr_name(part)? else {
            return Err(lower.failure(loc, "a computed name cannot be inherited"));
        };
        let value = match from {
            Some(number) => BindingValue::From(number),
            None => BindingValue::Inherit(Expr { kind: Kind::Name(name), loc: at }),
        };
        if index.find(bindings, name).is_some() {
            return Err(lower.failure(loc, TWICE));
        }
        index.push(bindings, Binding { name, at, value });
    }
    Ok(())
}

/// Finds a name among bindings that are not sorted yet; large sets need more than a look at each.
#[derive(Default)]
struct Index {
    by_name: std::collections::HashMap<Sym, usize, rustc_hash::FxBuildHasher>,
}

impl Index {
    const SMALL: usize = 12;

    fn find(&mut self, bindings: &Bindings, name: Sym) -> Option<usize> {
        if bindings.fixed.len() <= Self::SMALL {
            return bindings.fixed.iter().position(|binding| binding.name == name);
        }
        for (at, binding) in bindings.fixed.iter().enumerate().skip(self.by_name.len()) {
            self.by_name.insert(binding.name, at);
        }
        self.by_name.get(&name).copied()
    }

    fn push(&mut self, bindings: &mut Bindings, binding: Binding) {
        bindings.fixed.push(binding);
    }
}

const TWICE: &str = "an attribute is defined twice";

fn add(
    bindings: &mut Bindings,
    index: Option<&mut Index>,
    path: Vec<AttrName>,
    value: Expr,
) -> Result<(), &'static str> {
    let mut path = path.into_iter();
    let first = path.next().expect("an attribute path has a first name");
    let rest: Vec<AttrName> = path.collect();
    match first {
        AttrName::Dynamic(name) => {
            bindings.dynamic.push((*name, nest(rest, value)?));
            Ok(())
        }
        AttrName::Static(name, at) => {
            let mut own = Index::default();
            let index = index.unwrap_or(&mut own);
            match index.find(bindings, name) {
                None => {
                    let value = BindingValue::Expr(nest(rest, value)?);
                    index.push(bindings, Binding { name, at, value });
                    Ok(())
                }
                Some(found) => merge(&mut bindings.fixed[found], rest, value),
            }
        }
    }
}

/// `a.b = 1` beside `a.c = 2` or `a = { .. }` is one set.
fn merge(binding: &mut Binding, rest: Vec<AttrName>, value: Expr) -> Result<(), &'static str> {
    let BindingValue::Expr(Expr { kind: Kind::Set(inner), .. }) = &mut binding.value else { return Err(TWICE) };
    if !rest.is_empty() {
        add(inner, None, rest, value)?;
        sort(inner);
        return Ok(());
    }
    let Kind::Set(other) = value.kind else { return Err(TWICE) };
    let shift = u16::try_from(inner.from.len()).map_err(|_| TWICE)?;
    for mut binding in other.fixed {
        if inner.fixed.iter().any(|known| known.name == binding.name) {
            return Err(TWICE);
        }
        if let BindingValue::From(number) = &mut binding.value {
            *number += shift;
        }
        inner.fixed.push(binding);
    }
    inner.from.extend(other.from);
    inner.dynamic.extend(other.dynamic);
    sort(inner);
    Ok(())
}

/// The set that `rest = value` stands for.
fn nest(rest: Vec<AttrName>, value: Expr) -> Result<Expr, &'static str> {
    if rest.is_empty() {
        return Ok(value);
    }
    let loc = Loc { start: name_start(&rest[0]), end: value.loc.end };
    let mut bindings = Bindings::default();
    add(&mut bindings, None, rest, value)?;
    Ok(Expr { kind: Kind::Set(Box::new(bindings)), loc })
}

fn name_start(name: &AttrName) -> u32 {
    match name {
        AttrName::Static(_, loc) => loc.start,
        AttrName::Dynamic(expr) => expr.loc.start,
    }
}

fn sort(bindings: &mut Bindings) {
    bindings.fixed.sort_unstable_by_key(|binding| binding.name);
}
