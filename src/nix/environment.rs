//! Environments: the values of a `let`, of a set and of arguments, by slot.

use std::cell::Cell;
use std::collections::HashSet;

use rustc_hash::FxBuildHasher;

use super::eval::Eval;
use super::symbol::Sym;
use super::syntax::ast::{Binding, BindingValue, Bindings, Expr, Kind, Slot};
use super::value::{Attr, Closure, Env, R, Rest, State, Thunk, Value};

impl<'a> Eval<'a> {
    /// An environment of one value inside of `up`.
    pub(super) fn env_of(&self, up: &'a Env<'a>, value: &'a Thunk<'a>) -> &'a Env<'a> {
        let slots = self.bump.alloc([Cell::new(Some(value))]);
        self.bump.alloc(Env { up: Some(up), slots, rest: Rest::Nothing })
    }

    /// The environment of a function that takes its arguments one after the other and has them all: those it had and
    /// `count` more.
    pub(super) fn env_of_call(
        &self,
        closure: &'a Closure<'a>,
        count: usize,
        more: impl Fn(usize) -> &'a Thunk<'a>,
    ) -> &'a Env<'a> {
        let had = closure.args;
        let value = |at: usize| had.get(at).copied().unwrap_or_else(|| more(at - had.len()));
        let given = |at: usize| (at < had.len() + count).then(|| value(at));
        let slots = self.bump.alloc_slice_fill_with(closure.lambda.slots(), |at| Cell::new(given(at)));
        self.bump.alloc(Env { up: Some(closure.env), slots, rest: Rest::Function(closure.lambda) })
    }

    /// An environment inside of `up` whose values are still to come.
    pub(super) fn empty_env(&self, up: &'a Env<'a>, len: usize, rest: Rest<'a>) -> &'a Env<'a> {
        let slots = self.bump.alloc_slice_fill_with(len, |_| Cell::new(None));
        self.bump.alloc(Env { up: Some(up), slots, rest })
    }

    /// The environment of bindings that see each other.
    pub(super) fn scope(&self, bindings: &'a Bindings, env: &'a Env<'a>) -> &'a Env<'a> {
        self.empty_env(env, bindings.slots(), Rest::Let(bindings))
    }

    /// Content of a slot of `env`.
    #[inline]
    pub(super) fn in_slot(&self, env: &'a Env<'a>, slot: usize) -> Option<&'a Thunk<'a>> {
        env.slots.get(slot)?.get().or_else(|| self.fill(env, slot))
    }

    /// Fills an empty slot of `env`.
    fn fill(&self, env: &'a Env<'a>, slot: usize) -> Option<&'a Thunk<'a>> {
        let thunk = match env.rest {
            Rest::Nothing => return None,
            Rest::Let(bindings) => match bindings.fixed.get(slot) {
                Some(binding) => self.let_bound(bindings, binding, env)?,
                None => {
                    let mut behind = bindings.from.iter().chain(&bindings.kept).skip(slot - bindings.fixed.len());
                    self.waiting(behind.next()?, env)
                }
            },
            Rest::Function(lambda) => {
                let formals = lambda.formals.as_deref().unwrap_or_default();
                let behind = slot.checked_sub(lambda.names.len())?;
                match formals.get(behind) {
                    Some(formal) => self.waiting(formal.default.as_ref()?, env),
                    None => self.waiting(lambda.kept.get(behind - formals.len())?, env),
                }
            }
        };
        env.slots.get(slot)?.set(Some(thunk));
        Some(thunk)
    }

    fn let_bound(&self, bindings: &'a Bindings, binding: &'a Binding, env: &'a Env<'a>) -> Option<&'a Thunk<'a>> {
        Some(match &binding.value {
            // Another name of the same `let` may be a mere name again, and so on in a circle.
            BindingValue::Expr(expr) if matches!(expr.kind, Kind::Local(Slot { up: 0, .. }, _)) => {
                self.waiting(expr, env)
            }
            BindingValue::Expr(expr) => self.delay(expr, env),
            BindingValue::Inherit(expr) => self.delay(expr, env.up?),
            BindingValue::From(number) => {
                let from = self.in_slot(env, bindings.fixed.len() + usize::from(*number))?;
                self.thunk(State::Select(from, binding.name), binding.at)
            }
        })
    }

    fn waiting(&self, expr: &'a Expr, env: &'a Env<'a>) -> &'a Thunk<'a> {
        self.thunk(State::Expr(expr, env), expr.loc)
    }

    pub(super) fn set(&self, bindings: &'a Bindings, env: &'a Env<'a>) -> R<'a, Value<'a>> {
        let (items, inner) = if bindings.rec {
            let inner = self.scope(bindings, env);
            let value = |slot, _| self.in_slot(inner, slot).unwrap_or_else(|| self.done(Value::Null));
            (self.members(bindings, value), inner)
        } else {
            let from: &[_] = self.bump.alloc_slice_fill_iter(bindings.from.iter().map(|from| self.waiting(from, env)));
            let value = |_, binding: &'a Binding| match &binding.value {
                BindingValue::Expr(expr) | BindingValue::Inherit(expr) => self.delay(expr, env),
                BindingValue::From(number) => {
                    self.thunk(State::Select(from[usize::from(*number)], binding.name), binding.at)
                }
            };
            (self.members(bindings, value), env)
        };
        if bindings.rec {
            self.refuse_overrides(items)?;
        }
        if bindings.dynamic.is_empty() {
            return Ok(Value::Attrs(self.wide(items)));
        }
        self.add_dynamic(bindings, items, inner)
    }

    fn members(&self, bindings: &'a Bindings, value: impl Fn(usize, &'a Binding) -> &'a Thunk<'a>) -> &'a [Attr<'a>] {
        self.bump.alloc_slice_fill_iter(bindings.fixed.iter().enumerate().map(|(slot, binding)| Attr {
            name: binding.name,
            at: binding.at.start,
            value: value(slot, binding),
        }))
    }

    /// `__overrides` of a recursive set changes what its members see; nobody writes it any more.
    fn refuse_overrides(&self, items: &[Attr<'a>]) -> R<'a, ()> {
        match items.binary_search_by_key(&self.known.overrides, |attr| attr.name) {
            Ok(_) => self.unknown("`__overrides` in a recursive set"),
            Err(_) => Ok(()),
        }
    }

    fn add_dynamic(&self, bindings: &'a Bindings, items: &[Attr<'a>], env: &'a Env<'a>) -> R<'a, Value<'a>> {
        let mut all = items.to_vec();
        let mut names: HashSet<Sym, FxBuildHasher> = HashSet::default();
        for (name, value) in &bindings.dynamic {
            let text = match self.eval(name, env)? {
                Value::Null => continue,
                Value::Str(text) | Value::Tainted(text) => text,
                Value::Opaque(opaque) => return Ok(self.opaque_because(opaque.why)),
                other => {
                    return self.fault(&format!("an attribute name must be a string, not a {}", other.type_name()));
                }
            };
            let sym = self.sym(text);
            let is_fixed = items.binary_search_by_key(&sym, |attr| attr.name).is_ok();
            if is_fixed || !names.insert(sym) {
                return self.fault(&format!("attribute `{text}` is defined twice"));
            }
            all.push(Attr { name: sym, at: name.loc.start, value: self.delay(value, env) });
        }
        Ok(self.attrs(all))
    }
}
