//! Operators, selection, calls and conditionals.

use std::cmp::Ordering;

use super::eval::Eval;
use super::symbol::Sym;
use super::syntax::ast::{AttrName, Expr, Lambda, Op, Select};
use super::value::{Attr, Closure, Env, ErrorKind, Opaque, Prim, R, Shape, State, Thunk, Value, lookup};

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

    /// The attribute `name` of something opaque.
    pub fn select_opaque(&self, opaque: &'a Opaque<'a>, name: Sym) -> R<'a, Value<'a>> {
        if let Some(value) = self.known_attr(opaque, name)? {
            return Ok(value);
        }
        if name == self.known.lib
            && let Some(lib) = self.lib.get()
        {
            return self.force(lib);
        }
        if (name == self.known.call_package || name == self.known.call_packages)
            && let Some(function) = self.call_package.get()
        {
            return self.force(function);
        }
        if name == self.known.override_attrs {
            return Ok(self.override_build(opaque, self.done(Value::Opaque(opaque))));
        }
        Ok(self.opaque(opaque.why))
    }

    /// The attribute `name` of something opaque, where it is known all the same.
    pub fn known_attr(&self, opaque: &'a Opaque<'a>, name: Sym) -> R<'a, Option<Value<'a>>> {
        match opaque.shape {
            Shape::Plain | Shape::Members(_) => Ok(None),
            Shape::Over(base, attrs) => match lookup(attrs, name) {
                Some(attr) => self.force(attr.value).map(Some),
                None => self.known_attr(base, name),
            },
            Shape::Cases(condition, [yes, no]) => {
                let sides = [yes, no].map(|side| self.thunk(State::Select(side, name), side.origin.get()));
                Ok(Some(self.opaque_as(opaque.why, Shape::Cases(condition, sides))))
            }
            Shape::Build(argument) => self.attr_of_build(opaque, argument, name),
        }
    }

    /// What an unknown builder was given is what its result is taken to have: `meta`, the names, the source, what is
    /// done to it and what is brought along.
    fn attr_of_build(&self, opaque: &'a Opaque<'a>, argument: &'a Thunk<'a>, name: Sym) -> R<'a, Option<Value<'a>>> {
        let known = &self.known;
        if name == known.override_attrs {
            return Ok(Some(self.override_build(opaque, argument)));
        }
        let names = [known.meta, known.name, known.pname, known.version, known.src, known.srcs];
        let parts = [known.source_root, known.mod_root, known.build_subdir];
        let changes = [known.patches, known.post_unpack, known.pre_patch, known.post_patch];
        let crates = [known.cargo_hash, known.cargo_sha256, known.cargo_lock];
        let modules = [known.vendor_hash, known.vendor_sha256, known.npm_deps_hash];
        if ![&names[..], &parts, &changes, &crates, &modules].concat().contains(&name) {
            return Ok(None);
        }
        let mut given = self.force(argument)?;
        if let Value::Lambda(_) = given {
            // `finalAttrs: { .. }`: the function sees the result of the very build it describes.
            // One that names what it wants of that result may ask for itself: counted like any other nesting.
            given = self.deeper(|| self.call(given, self.done(Value::Opaque(opaque))))?;
        }
        match given {
            Value::Attrs(attrs) => lookup(attrs, name).map(|attr| self.force(attr.value)).transpose(),
            _ => Ok(None),
        }
    }

    /// `overrideAttrs` of an unknown build: the argument is changed, the builder stays.
    fn override_build(&self, opaque: &'a Opaque<'a>, argument: &'a Thunk<'a>) -> Value<'a> {
        let args = self.bump.alloc_slice_copy(&[self.done(Value::Opaque(opaque)), argument]);
        Value::Prim(self.bump.alloc(Prim { name: "overrideAttrs", arity: 3, code: rebuild, args }))
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
        let Some(formals) = &lambda.formals else {
            let env = self.env(closure.env, std::iter::once(Some(argument)));
            return self.eval(&lambda.body, env);
        };
        let given = self.force(argument)?;
        let shift = usize::from(lambda.whole.is_some());
        let env = self.env(closure.env, (0..formals.len() + shift).map(|_| None));
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
            let thunk = match (given, &formal.default) {
                (Some(attr), _) => {
                    used += 1;
                    attr.value
                }
                (None, Some(default)) => self.thunk(State::Expr(default, env), default.loc),
                (None, None) => {
                    return self.fault(&format!("argument `{}` is missing", self.name(formal.name)));
                }
            };
            env.slots[index + shift].set(Some(thunk));
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
                (None, Some(default)) => self.thunk(State::Expr(default, env), default.loc),
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

fn rebuild<'a>(eval: &Eval<'a>, args: &[&'a Thunk<'a>]) -> R<'a, Value<'a>> {
    let &[build, argument, change] = args else { return eval.fault("overrideAttrs without its arguments") };
    let why = match eval.force(build)? {
        Value::Opaque(opaque) => opaque.why,
        _ => "an unknown builder",
    };
    let change = eval.force(change)?;
    let mut changed = eval.call(change, argument)?;
    if let Value::Lambda(_) = changed {
        // `finalAttrs: previousAttrs: { .. }`: what becomes of the build is not known while it is changed.
        changed = eval.call2(change, eval.done(eval.opaque(why)), argument)?;
    }
    match eval.update(eval.force(argument)?, changed)? {
        // Nothing is known of the build but what is changed.
        known @ Value::Opaque(_) => Ok(known),
        merged => Ok(eval.opaque_as(why, Shape::Build(eval.done(merged)))),
    }
}

fn float(value: Value<'_>) -> f64 {
    match value {
        Value::Int(number) => number as f64,
        Value::Float(number) => number,
        _ => f64::NAN,
    }
}
