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
    while !reader.eat(until) {
        if reader.eat(K::TOKEN_INHERIT) {
            inherit(reader, &mut bindings, &mut index)?;
            continue;
        }
        let first = reader.attr_name()?;
        let mut rest = Vec::new();
        while reader.eat(K::TOKEN_DOT) {
            rest.push(reader.attr_name()?);
        }
        reader.expect(K::TOKEN_ASSIGN)?;
        let value = reader.expr()?;
        reader.expect(K::TOKEN_SEMICOLON)?;
        let at = value.loc;
        let find = |known: &[Binding], name| index.find(known, name).ok_or(known.len());
        add(&mut bindings, find, first, rest.into_iter(), value).map_err(|what| reader.failure(at, what))?;
    }
    bindings.fixed.sort_unstable_by_key(|binding| binding.name);
    let exact = bindings.fixed.drain(..).collect();
    reader.rooms.bindings.push(std::mem::replace(&mut bindings.fixed, exact));
    Ok(bindings)
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
#[derive(Default)]
struct Index {
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

/// Adds `first.rest = value`. `find` gives where the name is among the bindings, or else where it belongs.
fn add(
    bindings: &mut Bindings,
    find: impl FnOnce(&[Binding], Sym) -> Result<usize, usize>,
    first: AttrName,
    rest: IntoIter<AttrName>,
    value: Expr,
) -> Result<(), &'static str> {
    match first {
        AttrName::Dynamic(name) => bindings.dynamic.push((*name, nest(rest, value))),
        AttrName::Static(name, at) => match find(&bindings.fixed, name) {
            Ok(found) => merge(&mut bindings.fixed[found], rest, value)?,
            Err(place) => {
                let value = BindingValue::Expr(nest(rest, value));
                bindings.fixed.insert(place, Binding { name, at, value });
            }
        },
    }
    Ok(())
}

/// `a.b = 1` beside `a.c = 2` or `a = { .. }` is one set.
fn merge(binding: &mut Binding, mut rest: IntoIter<AttrName>, value: Expr) -> Result<(), &'static str> {
    let BindingValue::Expr(Expr { kind: Kind::Set(inner), .. }) = &mut binding.value else { return Err(TWICE) };
    if let Some(first) = rest.next() {
        return add(inner, find, first, rest, value);
    }
    let Kind::Set(other) = value.kind else { return Err(TWICE) };
    let shift = u16::try_from(inner.from.len()).map_err(|_| TWICE)?;
    for mut binding in other.fixed {
        let Err(place) = find(&inner.fixed, binding.name) else { return Err(TWICE) };
        if let BindingValue::From(number) = &mut binding.value {
            *number += shift;
        }
        inner.fixed.insert(place, binding);
    }
    inner.from.extend(other.from);
    inner.dynamic.extend(other.dynamic);
    Ok(())
}

/// Where the name is among sorted bindings, or else where it belongs.
fn find(sorted: &[Binding], name: Sym) -> Result<usize, usize> {
    sorted.binary_search_by_key(&name, |binding| binding.name)
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
