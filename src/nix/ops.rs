//! Operators, selection, calls and conditionals.

use std::cmp::Ordering;

use super::eval::Eval;
use super::syntax::ast::{AttrName, Expr, Kind, Lambda, Op, Select};
use super::value::{Attr, Closure, Env, ErrorKind, Opaque, Prim, R, Rest, Shape, State, Thunk, Value, lookup};

/// So many arguments are handed over at once.
const MOST_AT_ONCE: usize = 8;

impl<'a> Eval<'a> {
    /// A boolean, or why not.
    pub fn bool_of(&self, value: Value<'a>) -> R<'a, bool> {
        match value {
            Value::Bool(value) => Ok(value),
            Value::Opaque(opaque) => self.unknown(opaque.why),
            other => self.fault(&format!("a boolean was expected, not a {}", other.type_name())),
        }
    }

    pub(super) fn branch(&self, three: &'a [Expr; 3], env: &'a Env<'a>) -> R<'a, Value<'a>> {
        let [condition, yes, no] = three;
        let value = match self.eval(condition, env) {
            Ok(value) => value,
            // A condition that cannot be known keeps both sides; one that fails fails.
            Err(error) if error.kind == ErrorKind::Unknown => self.opaque(error.text),
            Err(error) => return Err(error),
        };
        match value {
            Value::Opaque(opaque) => {
                let sides = [self.delay(yes, env), self.delay(no, env)];
                Ok(self.opaque_as(opaque.why, Shape::Cases(condition.loc, sides)))
            }
            value => self.eval(if self.bool_of(value)? { yes } else { no }, env),
        }
    }

    pub(super) fn assert(&self, condition: &'a Expr, body: &'a Expr, env: &'a Env<'a>) -> R<'a, Value<'a>> {
        match self.eval(condition, env)? {
            // An assertion on something unknown is taken to hold: where it does not, there is no package at all.
            Value::Opaque(_) => self.eval(body, env),
            value if self.bool_of(value)? => self.eval(body, env),
            _ => Err(self.error(ErrorKind::Throw, "assertion failed")),
        }
    }

    pub(super) fn negate(&self, of: &'a Expr, env: &'a Env<'a>) -> R<'a, Value<'a>> {
        match self.eval(of, env)? {
            Value::Int(number) => Ok(Value::Int(number.wrapping_neg())),
            Value::Float(number) => Ok(Value::Float(-number)),
            Value::Opaque(opaque) => Ok(self.opaque(opaque.why)),
            other => self.fault(&format!("a {} cannot be negated", other.type_name())),
        }
    }

    pub(super) fn select(&self, select: &'a Select, env: &'a Env<'a>) -> R<'a, Value<'a>> {
        let (of, default) = (&select.of, select.default.as_ref());
        let mut value = self.eval(of, env)?;
        for name in &select.path {
            let sym = match self.attr_sym(name, env)? {
                Ok(sym) => sym,
                Err(opaque) => return Ok(self.opaque(opaque.why)),
            };
            value = match (value, default) {
                (Value::Attrs(attrs), _) => match (lookup(attrs, sym), default) {
                    (Some(attr), _) => self.force(attr.value)?,
                    (None, Some(default)) => return self.eval(default, env),
                    (None, None) => self.missing(attrs, sym)?,
                },
                (Value::Opaque(opaque), None) => self.select_opaque(opaque, sym)?,
                (Value::Opaque(opaque), Some(default)) => match self.known_attr(opaque, sym)? {
                    Some(value) => value,
                    None => {
                        let found = self.opaque(opaque.why);
                        let sides = [self.done(found), self.delay(default, env)];
                        return Ok(self.opaque_as(opaque.why, Shape::Cases(of.loc, sides)));
                    }
                },
                (_, Some(default)) => return self.eval(default, env),
                (other, None) => {
                    let name = self.name(sym);
                    return self.fault(&format!("`{name}` of a {}, which is not a set", other.type_name()));
                }
            };
        }
        Ok(value)
    }

    pub(super) fn has(&self, of: &'a Expr, path: &'a [AttrName], env: &'a Env<'a>) -> R<'a, Value<'a>> {
        let mut value = self.eval(of, env)?;
        for (index, name) in path.iter().enumerate() {
            let sym = match self.attr_sym(name, env)? {
                Ok(sym) => sym,
                Err(opaque) => return Ok(self.opaque(opaque.why)),
            };
            let last = index + 1 == path.len();
            match value {
                Value::Attrs(attrs) => match lookup(attrs, sym) {
                    Some(_) if last => return Ok(Value::Bool(true)),
                    Some(attr) => value = self.force(attr.value)?,
                    None => return Ok(Value::Bool(false)),
                },
                Value::Opaque(opaque) => match self.known_attr(opaque, sym)? {
                    Some(_) if last => return Ok(Value::Bool(true)),
                    Some(found) => value = found,
                    None => return Ok(self.opaque(opaque.why)),
                },
                _ => return Ok(Value::Bool(false)),
            }
        }
        Ok(Value::Bool(true))
    }

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
                Some(functor) => {
                    let functor = self.force(functor.value)?;
                    let bound = self.call(functor, self.done(function))?;
                    self.call(bound, argument)
                }
                None => self.fault("a set cannot be called"),
            },
            Value::Opaque(opaque) => Ok(self.opaque_as(opaque.why, Shape::Build(argument))),
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
            return (prim.code)(self, &args[..=count]);
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
                let given = |at: usize| had.get(at).copied().unwrap_or(argument);
                let args = self.bump.alloc_slice_fill_with(had.len() + 1, given);
                return Ok(Value::Lambda(self.bump.alloc(Closure { args, ..*closure })));
            }
            return self.eval(&lambda.body, self.env_of_call(closure, 1, |_| argument));
        };
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
        self.eval(&lambda.body, env)
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
            let known = self.known_attr(given, formal.name)?;
            let thunk = match (known, &formal.default) {
                (Some(value), _) => self.done(value),
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

    pub(super) fn binary(&self, op: Op, left: &'a Expr, right: &'a Expr, env: &'a Env<'a>) -> R<'a, Value<'a>> {
        if matches!(op, Op::And | Op::Or | Op::Implies) {
            return self.logic(op, left, right, env);
        }
        let a = self.eval(left, env)?;
        let b = self.eval(right, env)?;
        match op {
            Op::Update => return self.update(a, b),
            Op::Concat => return self.concat(a, b),
            _ => {}
        }
        if let (Value::Opaque(opaque), _) | (_, Value::Opaque(opaque)) = (a, b) {
            return Ok(self.opaque(opaque.why));
        }
        match op {
            Op::Eq => self.equal(a, b).map(Value::Bool),
            Op::Ne => self.equal(a, b).map(|same| Value::Bool(!same)),
            Op::Lt => Ok(Value::Bool(self.order(a, b)? == Some(Ordering::Less))),
            Op::Gt => Ok(Value::Bool(self.order(a, b)? == Some(Ordering::Greater))),
            Op::Le => Ok(Value::Bool(!matches!(self.order(a, b)?, Some(Ordering::Greater) | None))),
            Op::Ge => Ok(Value::Bool(!matches!(self.order(a, b)?, Some(Ordering::Less) | None))),
            Op::Add if !matches!(a, Value::Int(_) | Value::Float(_)) => self.add_text(a, b),
            _ => self.arithmetic(op, a, b),
        }
    }

    fn logic(&self, op: Op, left: &'a Expr, right: &'a Expr, env: &'a Env<'a>) -> R<'a, Value<'a>> {
        let stops = |value: bool| match op {
            Op::And => !value,
            Op::Or => value,
            _ => !value,
        };
        match self.eval(left, env)? {
            Value::Opaque(opaque) => {
                // `unknown && false` is false whatever the unknown is; the right side may decide.
                match self.eval(right, env) {
                    Ok(Value::Bool(value)) if (op == Op::And && !value) || (op != Op::And && value) => {
                        Ok(Value::Bool(value))
                    }
                    _ => Ok(self.opaque(opaque.why)),
                }
            }
            value if stops(self.bool_of(value)?) => Ok(Value::Bool(op != Op::And)),
            _ => match self.eval(right, env)? {
                Value::Opaque(opaque) => Ok(self.opaque(opaque.why)),
                value => self.bool_of(value).map(Value::Bool),
            },
        }
    }

    /// `a // b`.
    pub fn update(&self, a: Value<'a>, b: Value<'a>) -> R<'a, Value<'a>> {
        match (a, b) {
            (Value::Attrs(a), Value::Attrs(b)) => Ok(Value::Attrs(self.merge(a, b))),
            (Value::Opaque(base), Value::Attrs(over)) => Ok(self.opaque_as(base.why, Shape::Over(base, over))),
            (_, Value::Opaque(opaque)) => Ok(Value::Opaque(opaque)),
            (Value::Attrs(_) | Value::Opaque(_), other) | (other, _) => {
                self.fault(&format!("a set was expected beside `//`, not a {}", other.type_name()))
            }
        }
    }

    /// All attributes of both; those of `b` win.
    pub fn merge(&self, a: &'a [Attr<'a>], b: &'a [Attr<'a>]) -> &'a [Attr<'a>] {
        if a.is_empty() {
            return b;
        }
        if b.is_empty() {
            return a;
        }
        let mut out = self.scratch.borrow_mut();
        out.clear();
        let mut rest = a;
        for over in b {
            // What is merged in is mostly a few names that lie anywhere among many.
            let before = match b.len() < a.len() / 8 {
                true => rest.partition_point(|attr| attr.name < over.name),
                false => rest.iter().position(|attr| attr.name >= over.name).unwrap_or(rest.len()),
            };
            out.extend_from_slice(&rest[..before]);
            let hidden = rest.get(before).is_some_and(|attr| attr.name == over.name);
            rest = &rest[before + usize::from(hidden)..];
            out.push(*over);
        }
        out.extend_from_slice(rest);
        self.bump.alloc_slice_copy(&out)
    }

    fn concat(&self, a: Value<'a>, b: Value<'a>) -> R<'a, Value<'a>> {
        let members = |value: Value<'a>| match value {
            Value::List(items) => Ok((items, None)),
            Value::Opaque(Opaque { why, shape: Shape::Members(items) }) => Ok((*items, Some(*why))),
            Value::Opaque(opaque) => Ok((&[][..], Some(opaque.why))),
            other => self.fault(&format!("a list was expected beside `++`, not a {}", other.type_name())),
        };
        let ((first, why_a), (second, why_b)) = (members(a)?, members(b)?);
        if why_a.is_none() && why_b.is_none() {
            if first.is_empty() {
                return Ok(b);
            }
            if second.is_empty() {
                return Ok(a);
            }
        }
        self.room((first.len() + second.len()).saturating_mul(size_of::<&Thunk<'a>>()))?;
        let all = [first, second].concat();
        let all: &'a [&'a Thunk<'a>] = self.bump.alloc_slice_copy(&all);
        match why_a.or(why_b) {
            None => Ok(Value::List(all)),
            Some(why) => Ok(self.opaque_as(why, Shape::Members(all))),
        }
    }

    pub(super) fn arithmetic(&self, op: Op, a: Value<'a>, b: Value<'a>) -> R<'a, Value<'a>> {
        match (a, b) {
            (Value::Int(a), Value::Int(b)) => match op {
                Op::Add => Ok(Value::Int(a.wrapping_add(b))),
                Op::Sub => Ok(Value::Int(a.wrapping_sub(b))),
                Op::Mul => Ok(Value::Int(a.wrapping_mul(b))),
                _ if b == 0 => self.fault("division by zero"),
                _ => Ok(Value::Int(a.wrapping_div(b))),
            },
            (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_)) => {
                let (a, b) = (float(a), float(b));
                match op {
                    Op::Add => Ok(Value::Float(a + b)),
                    Op::Sub => Ok(Value::Float(a - b)),
                    Op::Mul => Ok(Value::Float(a * b)),
                    _ if b == 0.0 => self.fault("division by zero"),
                    _ => Ok(Value::Float(a / b)),
                }
            }
            (Value::Opaque(opaque), _) | (_, Value::Opaque(opaque)) => Ok(self.opaque(opaque.why)),
            (Value::Int(_) | Value::Float(_), other) | (other, _) => {
                self.fault(&format!("a number was expected, not a {}", other.type_name()))
            }
        }
    }
}

fn float(value: Value<'_>) -> f64 {
    match value {
        Value::Int(number) => number as f64,
        Value::Float(number) => number,
        _ => f64::NAN,
    }
}
