//! The bindings of sets and of `let`: attribute paths are merged as Nix merges them.

use super::ast::{AttrName, Binding, BindingValue, Bindings, Expr, Kind, Loc};
use super::lexer::Tok;
use super::parser::{Fail, Parser};
use crate::nix::symbol::Sym;

impl Parser<'_> {
    /// The bindings up to `end` (which is left to the caller).
    pub(super) fn bindings(&mut self, end: Tok, rec: bool) -> Result<Bindings, Fail> {
        let mut bindings = Bindings { rec, ..Bindings::default() };
        let mut index = Index::default();
        while self.tok != end {
            if self.tok == Tok::Inherit {
                self.inherit(&mut bindings, &mut index)?;
                continue;
            }
            let path = self.attr_path()?;
            self.expect(Tok::Assign, "`=` is missing")?;
            let value = self.expr()?;
            let at = value.loc;
            if self.tok != Tok::Semi {
                return Err(self.fail("`;` is missing after the value"));
            }
            let base = self.base;
            add(&mut bindings, Some(&mut index), path, value)
                .map_err(|what| Fail { at: (at.start - base) as usize, what })?;
            self.bump();
        }
        sort(&mut bindings);
        Ok(bindings)
    }

    fn inherit(&mut self, bindings: &mut Bindings, index: &mut Index) -> Result<(), Fail> {
        self.bump();
        let mut from = None;
        if self.eat(Tok::LParen) {
            let expr = self.expr()?;
            self.expect(Tok::RParen, "`)` is missing after `inherit (`")?;
            from = Some(u16::try_from(bindings.from.len()).map_err(|_| self.fail("too many `inherit (..)`"))?);
            bindings.from.push(expr);
        }
        while self.tok != Tok::Semi {
            let start = self.tok_start;
            let AttrName::Static(name, at) = self.attr_name()? else {
                return Err(self.fail("a computed name cannot be inherited"));
            };
            let value = match from {
                Some(number) => BindingValue::From(number),
                None => BindingValue::Inherit(self.make(start, Kind::Name(name))),
            };
            if index.find(bindings, name).is_some() {
                return Err(self.fail("an attribute is defined twice"));
            }
            index.push(bindings, Binding { name, at, value });
        }
        self.bump();
        Ok(())
    }
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

fn add(bindings: &mut Bindings, index: Option<&mut Index>, path: Vec<AttrName>, value: Expr) -> Result<(), &'static str> {
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
