//! The bindings of sets and of `let`: attribute paths are merged as Nix merges them.

use rnix::SyntaxKind as K;

use super::ast::{AttrName, Binding, BindingValue, Bindings, Expr, Kind, Loc};
use super::reader::Reader;
use super::refusal::Fail;
use crate::nix::symbol::Sym;

/// The bindings (`a.b = c;` and `inherit ..;`) up to the token `until`, which is read too.
pub(super) fn of(reader: &mut Reader<'_>, until: K, rec: bool) -> Result<Bindings, Fail> {
    let mut bindings = Bindings { rec, ..Bindings::default() };
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
        add(&mut bindings, Some(&mut index), first, rest, value).map_err(|what| reader.failure(at, what))?;
    }
    sort(&mut bindings);
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
        if index.find(bindings, name).is_some() {
            return Err(reader.failure(at, TWICE));
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

pub(super) const TWICE: &str = "an attribute is defined twice";

fn add(
    bindings: &mut Bindings,
    index: Option<&mut Index>,
    first: AttrName,
    rest: Vec<AttrName>,
    value: Expr,
) -> Result<(), &'static str> {
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
    let mut rest = rest.into_iter();
    if let Some(first) = rest.next() {
        add(inner, None, first, rest.collect(), value)?;
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
    let mut rest = rest.into_iter();
    let Some(first) = rest.next() else { return Ok(value) };
    let loc = Loc { start: name_start(&first), end: value.loc.end };
    let mut bindings = Bindings::default();
    add(&mut bindings, None, first, rest.collect(), value)?;
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
    bindings.fixed.shrink_to_fit();
}
