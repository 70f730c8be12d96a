//! Calls: arguments are bound to the names of a function.

use super::eval::Eval;
use super::syntax::ast::{Expr, Kind, Lambda};
use super::value::{Attr, Closure, Env, Opaque, Prim, R, Rest, State, Thunk, Value, lookup};

/// So many arguments are handed over at once.
const MOST_AT_ONCE: usize = 8;

impl<'a> Eval<'a> {
    /// `function argument ..`: a function that takes several gets them at once.
    pub(super) fn apply(&self, two: &'a [Expr; 2], env: &'a Env<'a>) -> R<'a, Value<'a>> {
        let [mut function, first] = two.each_ref();
        let (mut args, mut left) = ([first; MOST_AT_ONCE], 1);
        while let (Kind::Apply(inner), true) = (&function.kind, left < MOST_AT_ONCE) {
            function = &inner[0];
            args[left] = &inner[1];
            left += 1;
        }
        let mut value = self.eval(function, env)?;
        while left > 0 {
            let wanted = match value {
                Value::Lambda(closure) => closure.lambda.names.len() - closure.args.len(),
                _ => 1,
            };
            value = match value {
                Value::Lambda(closure) if (2..=left).contains(&wanted) && closure.lambda.formals.is_none() => {
                    let given = &args[left - wanted..left];
                    let inner = self.env_of_call(closure, wanted, |at| self.delay(given[wanted - 1 - at], env));
                    left -= wanted;
                    self.eval(&closure.lambda.body, inner)?
                }
                _ => {
                    left -= 1;
                    self.call(value, self.delay(args[left], env))?
                }
            };
        }
        Ok(value)
    }

    /// `function argument`.
    pub fn call(&self, function: Value<'a>, argument: &'a Thunk<'a>) -> R<'a, Value<'a>> {
        match function {
            Value::Lambda(closure) => self.call_lambda(closure, argument),
            Value::Prim(prim) => self.call_prim(prim, argument),
            Value::Attrs(attrs) => match lookup(attrs, self.known.functor) {
                Some(functor) => self.deeper(|| {
                    let functor = self.force(functor.value)?;
                    self.call2(functor, self.done(function), argument)
                }),
                None => self.fault("a set cannot be called"),
            },
            Value::Opaque(opaque) => self.deeper(|| self.call_opaque(opaque, argument)),
            other => self.fault(&format!("a {} cannot be called", other.type_name())),
        }
    }

    /// `function a b`.
    pub fn call2(&self, function: Value<'a>, a: &'a Thunk<'a>, b: &'a Thunk<'a>) -> R<'a, Value<'a>> {
        let partial = self.call(function, a)?;
        self.call(partial, b)
    }

    fn call_prim(&self, prim: &'a Prim<'a>, argument: &'a Thunk<'a>) -> R<'a, Value<'a>> {
        let count = prim.args.len();
        if count + 1 == prim.arity {
            let mut args = [argument; 4];
            args[..count].copy_from_slice(prim.args);
            args[count] = argument;
            self.step()?;
            return self.deeper(|| (prim.code)(self, &args[..=count]));
        }
        let args =
            self.bump.alloc_slice_fill_iter((0..count + 1).map(|at| prim.args.get(at).copied().unwrap_or(argument)));
        Ok(Value::Prim(self.bump.alloc(Prim { name: prim.name, arity: prim.arity, code: prim.code, args })))
    }

    fn call_lambda(&self, closure: &'a Closure<'a>, argument: &'a Thunk<'a>) -> R<'a, Value<'a>> {
        let lambda = closure.lambda;
        if lambda.formals.is_none() {
            let had = closure.args;
            if had.len() + 1 < lambda.names.len() {
                self.spend(had.len() / 8)?;
                let given = |at: usize| had.get(at).copied().unwrap_or(argument);
                let args = self.bump.alloc_slice_fill_with(had.len() + 1, given);
                return Ok(Value::Lambda(self.bump.alloc(Closure { args, ..*closure })));
            }
            return self.eval(&lambda.body, self.env_of_call(closure, 1, |_| argument));
        }
        let env = self.bound(closure, argument)?;
        self.eval(&lambda.body, env)
    }

    /// The environment of a function of named arguments that is called with `argument`.
    pub(super) fn bound(&self, closure: &'a Closure<'a>, argument: &'a Thunk<'a>) -> R<'a, &'a Env<'a>> {
        let lambda = closure.lambda;
        let given = self.force(argument)?;
        let shift = lambda.names.len();
        let env = self.empty_env(closure.env, lambda.slots(), Rest::Function(lambda));
        if shift == 1 {
            env.slots[0].set(Some(argument));
        }
        match given {
            Value::Attrs(attrs) => self.bind_formals(lambda, attrs, env, shift)?,
            Value::Opaque(opaque) => self.bind_opaque(lambda, opaque, env, shift)?,
            other => return self.fault(&format!("a set was expected as argument, not a {}", other.type_name())),
        }
        Ok(env)
    }

    fn bind_formals(&self, lambda: &'a Lambda, attrs: &'a [Attr<'a>], env: &'a Env<'a>, shift: usize) -> R<'a, ()> {
        let formals = lambda.formals.as_deref().unwrap_or_default();
        // Both are in the order of names.
        let (mut rest, mut used) = (attrs, 0);
        for (index, formal) in formals.iter().enumerate() {
            if rest.first().is_some_and(|attr| attr.name < formal.name) {
                rest = &rest[rest.partition_point(|attr| attr.name < formal.name)..];
            }
            let given = rest.first().filter(|attr| attr.name == formal.name);
            match given {
                Some(attr) => {
                    used += 1;
                    env.slots[index + shift].set(Some(attr.value));
                }
                None if formal.default.is_none() => {
                    return self.fault(&format!("argument `{}` is missing", self.name(formal.name)));
                }
                None => {}
            }
        }
        if !lambda.open && used != attrs.len() {
            let extra = attrs.iter().find(|attr| formals.iter().all(|formal| formal.name != attr.name));
            let name = extra.map_or("", |attr| self.name(attr.name));
            return self.fault(&format!("argument `{name}` is not expected"));
        }
        Ok(())
    }

    /// A function of unknown packages: defaults hold, everything else is opaque under its own name.
    fn bind_opaque(&self, lambda: &'a Lambda, given: &'a Opaque<'a>, env: &'a Env<'a>, shift: usize) -> R<'a, ()> {
        for (index, formal) in lambda.formals.as_deref().unwrap_or_default().iter().enumerate() {
            // Not looked at before it is needed: a package of a scope may need the scope.
            let thunk = match (self.known_later(given, formal.name)?, &formal.default) {
                (Some(known), _) => known,
                (None, Some(_)) => continue,
                (None, None) if formal.name == self.known.lib && self.lib.get().is_some() => {
                    self.thunk(State::Select(self.done(Value::Opaque(given)), formal.name), Default::default())
                }
                (None, None) => {
                    let why = format!("`{}` is an argument that is not known", self.name(formal.name));
                    self.done(self.opaque(&why))
                }
            };
            env.slots[index + shift].set(Some(thunk));
        }
        Ok(())
    }
}
