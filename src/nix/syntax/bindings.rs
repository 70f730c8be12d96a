//! The bindings of sets and of `let`: attribute paths are merged as Nix merges them.

use std::vec::IntoIter;

use rnix::SyntaxKind as K;

use super::ast::{AttrName, Binding, BindingValue, Bindings, Expr, Kind, Loc};
use super::reader::Reader;
use super::refusal::Fail;
use crate::nix::symbol::Sym;

/// The bindings (`a.b = c;` and `inherit ..;`) up to the token `until`, which is read too.
pub(super) fn of(reader: &mut Reader<'_>, until: K, rec: bool) -> Result<Bindings, Fail> {
    let fixed = reader.rooms.bindings.pop().unwrap_or_default();
    let mut bindings = Bindings { rec, fixed, ..Bindings::default() };
    let mut index = Index::default();
    let mut is_open = false;
    while !reader.eat(until) {
        if reader.eat(K::TOKEN_INHERIT) {
            inherit(reader, &mut bindings, &mut index)?;
            continue;
        }
        is_open |= binding(reader, &mut bindings, &mut index)?;
    }
    bindings.fixed.sort_unstable_by_key(|binding| binding.name);
    let exact = bindings.fixed.drain(..).collect();
    reader.rooms.bindings.push(std::mem::replace(&mut bindings.fixed, exact));
    if is_open {
        bindings.fixed.iter_mut().for_each(close);
    }
    Ok(bindings)
}

/// Reads `a.b = c;`; true where sets inside of `bindings` are still open.
fn binding(reader: &mut Reader<'_>, bindings: &mut Bindings, index: &mut Index) -> Result<bool, Fail> {
    let first = reader.attr_name()?;
    let mut rest = Vec::new();
    while reader.eat(K::TOKEN_DOT) {
        rest.push(reader.attr_name()?);
    }
    reader.expect(K::TOKEN_ASSIGN)?;
    let levels = rest.len();
    let value = reader.apart(|reader| {
        let value = reader.expr()?;
        reader.heighten(levels).map(|()| value)
    })?;
    reader.expect(K::TOKEN_SEMICOLON)?;
    let at = value.loc;
    add(bindings, index, first, rest.into_iter(), value).map_err(|what| reader.failure(at, what))
}

fn inherit(reader: &mut Reader<'_>, bindings: &mut Bindings, index: &mut Index) -> Result<(), Fail> {
    let mut from = None;
    let start = reader.here();
    if reader.eat(K::TOKEN_L_PAREN) {
        let expr = reader.expr()?;
        reader.expect(K::TOKEN_R_PAREN)?;
        let number = u16::try_from(bindings.from.len());
        from = Some(number.map_err(|_| reader.failure(reader.loc(start), "too many `inherit (..)`"))?);
        bindings.from.push(expr);
    }
    while !reader.eat(K::TOKEN_SEMICOLON) {
        let start = reader.here();
        let AttrName::Static(name, at) = reader.attr_name()? else {
            return Err(reader.failure(reader.loc(start), "a computed name cannot be inherited"));
        };
        let value = match from {
            Some(number) => BindingValue::From(number),
            None => BindingValue::Inherit(Expr { kind: Kind::Name(name), loc: at }),
        };
        if index.find(&bindings.fixed, name).is_some() {
            return Err(reader.failure(at, TWICE));
        }
        bindings.fixed.push(Binding { name, at, value });
    }
    Ok(())
}

/// Finds a name among bindings that are not sorted yet; large sets need more than a look at each.
#[derive(Debug, Default)]
pub(super) struct Index {
    by_name: std::collections::HashMap<Sym, usize, rustc_hash::FxBuildHasher>,
}

impl Index {
    const SMALL: usize = 40;

    fn find(&mut self, known: &[Binding], name: Sym) -> Option<usize> {
        if known.len() <= Self::SMALL {
            return known.iter().position(|binding| binding.name == name);
        }
        for (at, binding) in known.iter().enumerate().skip(self.by_name.len()) {
            self.by_name.insert(binding.name, at);
        }
        self.by_name.get(&name).copied()
    }
}

pub(super) const TWICE: &str = "an attribute is defined twice";

/// Adds `first.rest = value`; true where it became part of a set that was there.
fn add(
    bindings: &mut Bindings,
    index: &mut Index,
    first: AttrName,
    rest: IntoIter<AttrName>,
    value: Expr,
) -> Result<bool, &'static str> {
    match first {
        AttrName::Dynamic(name) => bindings.dynamic.push((*name, nest(rest, value))),
        AttrName::Static(name, at) => match index.find(&bindings.fixed, name) {
            Some(found) => {
                merge(&mut bindings.fixed[found], rest, value)?;
                return Ok(true);
            }
            None => {
                let value = BindingValue::Expr(nest(rest, value));
                bindings.fixed.push(Binding { name, at, value });
            }
        },
    }
    Ok(false)
}

/// `a.b = 1` beside `a.c = 2` or `a = { .. }` is one set, which stays open until its last binding was read.
fn merge(binding: &mut Binding, mut rest: IntoIter<AttrName>, value: Expr) -> Result<(), &'static str> {
    let BindingValue::Expr(Expr { kind: Kind::Set(inner), .. }) = &mut binding.value else { return Err(TWICE) };
    let mut index = inner.index.take().unwrap_or_default();
    match rest.next() {
        Some(first) => add(inner, &mut index, first, rest, value).map(|_| ())?,
        None => take_in(inner, &mut index, value)?,
    }
    inner.index = Some(index);
    Ok(())
}

/// Adds all that the set `value` binds.
fn take_in(inner: &mut Bindings, index: &mut Index, value: Expr) -> Result<(), &'static str> {
    let Kind::Set(other) = value.kind else { return Err(TWICE) };
    let shift = u16::try_from(inner.from.len()).map_err(|_| TWICE)?;
    for mut binding in other.fixed {
        if index.find(&inner.fixed, binding.name).is_some() {
            return Err(TWICE);
        }
        if let BindingValue::From(number) = &mut binding.value {
            *number += shift;
        }
        inner.fixed.push(binding);
    }
    inner.from.extend(other.from);
    inner.dynamic.extend(other.dynamic);
    Ok(())
}

/// Sorts the sets that were left open in `binding`.
fn close(binding: &mut Binding) {
    if let BindingValue::Expr(value) = &mut binding.value {
        close_set(value);
    }
}

fn close_set(value: &mut Expr) {
    let Kind::Set(inner) = &mut value.kind else { return };
    if inner.index.take().is_some() {
        inner.fixed.sort_unstable_by_key(|binding| binding.name);
        inner.fixed.iter_mut().for_each(close);
    }
}

/// The set that `rest = value` stands for.
fn nest(mut rest: IntoIter<AttrName>, value: Expr) -> Expr {
    let Some(first) = rest.next() else { return value };
    let loc = Loc { start: name_start(&first), end: value.loc.end };
    let value = nest(rest, value);
    let mut bindings = Bindings::default();
    match first {
        AttrName::Static(name, at) => {
            bindings.fixed = vec![Binding { name, at, value: BindingValue::Expr(value) }];
        }
        AttrName::Dynamic(name) => bindings.dynamic = vec![(*name, value)],
    }
    Expr { kind: Kind::Set(Box::new(bindings)), loc }
}

fn name_start(name: &AttrName) -> u32 {
    match name {
        AttrName::Static(_, loc) => loc.start,
        AttrName::Dynamic(expr) => expr.loc.start,
    }
}
