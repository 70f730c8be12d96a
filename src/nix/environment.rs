//! Environments: the values of a `let`, of a set and of arguments, by slot.

use std::cell::Cell;

use super::eval::Eval;
use super::syntax::ast::{Binding, BindingValue, Bindings};
use super::value::{Attr, Env, R, State, Thunk, Value};

impl<'a> Eval<'a> {
    /// An environment inside of `up`.
    pub fn env(&self, up: &'a Env<'a>, slots: impl ExactSizeIterator<Item = Option<&'a Thunk<'a>>>) -> &'a Env<'a> {
        let slots = self.bump.alloc_slice_fill_iter(slots.map(Cell::new));
        self.bump.alloc(Env { up: Some(up), slots })
    }

    pub(super) fn empty_env(&self, up: &'a Env<'a>, len: usize) -> &'a Env<'a> {
        self.env(up, (0..len).map(|_| None))
    }

    /// The environment of `let`.
    pub(super) fn scope(&self, bindings: &'a Bindings, env: &'a Env<'a>) -> &'a Env<'a> {
        let inner = self.empty_env(env, bindings.fixed.len());
        let from = self.outside(bindings, inner);
        for (slot, binding) in inner.slots.iter().zip(&bindings.fixed) {
            slot.set(Some(self.bound(binding, inner, env, from)));
        }
        inner
    }

    pub(super) fn outside(&self, bindings: &'a Bindings, env: &'a Env<'a>) -> &'a [&'a Thunk<'a>] {
        self.bump.alloc_slice_fill_iter(bindings.from.iter().map(|from| self.thunk(State::Expr(from, env), from.loc)))
    }

    pub(super) fn bound(
        &self,
        binding: &'a Binding,
        inner: &'a Env<'a>,
        outer: &'a Env<'a>,
        from: &[&'a Thunk<'a>],
    ) -> &'a Thunk<'a> {
        match &binding.value {
            BindingValue::Expr(expr) => self.delay(expr, inner),
            BindingValue::Inherit(expr) => self.delay(expr, outer),
            BindingValue::From(number) => match from.get(usize::from(*number)) {
                Some(from) => self.thunk(State::Select(from, binding.name), binding.at),
                None => self.done(Value::Null),
            },
        }
    }

    pub(super) fn set(&self, bindings: &'a Bindings, env: &'a Env<'a>) -> R<'a, Value<'a>> {
        let inner = if bindings.rec { self.empty_env(env, bindings.fixed.len()) } else { env };
        let from = self.outside(bindings, inner);
        let items = self.bump.alloc_slice_fill_iter(bindings.fixed.iter().map(|binding| Attr {
            name: binding.name,
            at: binding.at.start,
            value: self.bound(binding, inner, env, from),
        }));
        if bindings.rec {
            for (slot, item) in inner.slots.iter().zip(items.iter()) {
                slot.set(Some(item.value));
            }
            self.apply_overrides(items, inner)?;
        }
        if bindings.dynamic.is_empty() {
            return Ok(Value::Attrs(items));
        }
        self.add_dynamic(bindings, items, inner)
    }

    /// `__overrides` of a recursive set changes what its members see; nobody writes it any more.
    pub(super) fn apply_overrides(&self, items: &[Attr<'a>], _inner: &'a Env<'a>) -> R<'a, ()> {
        match items.binary_search_by_key(&self.known.overrides, |attr| attr.name) {
            Ok(_) => self.unknown("`__overrides` in a recursive set"),
            Err(_) => Ok(()),
        }
    }

    pub(super) fn add_dynamic(&self, bindings: &'a Bindings, items: &[Attr<'a>], env: &'a Env<'a>) -> R<'a, Value<'a>> {
        let mut all = items.to_vec();
        for (name, value) in &bindings.dynamic {
            let text = match self.eval(name, env)? {
                Value::Null => continue,
                Value::Str(text) | Value::Tainted(text) => text,
                Value::Opaque(opaque) => return Ok(self.opaque(opaque.why)),
                other => {
                    return self.fault(&format!("an attribute name must be a string, not a {}", other.type_name()));
                }
            };
            let sym = self.sym(text);
            if all.iter().any(|attr| attr.name == sym) {
                return self.fault(&format!("attribute `{text}` is defined twice"));
            }
            all.push(Attr { name: sym, at: name.loc.start, value: self.delay(value, env) });
        }
        Ok(self.attrs(all))
    }
}
