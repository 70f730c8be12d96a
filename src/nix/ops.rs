//! Operators, selection, calls and conditionals.

use std::cmp::Ordering;

use super::eval::Eval;
use super::files::is_in_library;
use super::symbol::Sym;
use super::syntax::ast::{AttrName, Expr, Kind, Loc, Op, Select};
use super::value::{Attr, Env, ErrorKind, Opaque, R, Shape, Thunk, Value, lookup};

impl<'a> Eval<'a> {
    /// A boolean, or why not.
    pub fn bool_of(&self, value: Value<'a>) -> R<'a, bool> {
        match value {
            Value::True => Ok(true),
            Value::False => Ok(false),
            Value::Opaque(opaque) => self.unknown_because(opaque.why),
            other => self.fault(&format!("a boolean was expected, not a {}", other.type_name())),
        }
    }

    pub(super) fn branch(&self, three: &'a [Expr; 3], env: &'a Env<'a>) -> R<'a, Value<'a>> {
        let [condition, yes, no] = three;
        let value = match self.eval(condition, env) {
            Ok(value) => value,
            // A condition that cannot be known keeps both sides; one that fails fails.
            Err(error) if error.is_unknown() => self.opaque_because(error.why()),
            Err(error) => return Err(error),
        };
        match value {
            // Where one side fails, there is no value but that of the other.
            Value::Opaque(_) if self.fails(yes) => self.eval(no, env),
            Value::Opaque(_) if self.fails(no) => self.eval(yes, env),
            Value::Opaque(opaque) => {
                let written = self.condition(condition.loc);
                let sides = [self.delay(yes, env), self.delay(no, env)];
                Ok(self.opaque_as(opaque.why, Shape::Cases(written, sides)))
            }
            value => self.eval(if self.bool_of(value)? { yes } else { no }, env),
        }
    }

    /// True where `expr` is written as a failure: `throw ".."`, `builtins.abort ".."`.
    fn fails(&self, expr: &Expr) -> bool {
        let is_failure = |name: Sym| name == self.known.throw || name == self.known.abort;
        match &expr.kind {
            Kind::Apply(two) => match &two[0].kind {
                Kind::Global(name) => is_failure(*name),
                Kind::Select(select) => match (&select.of.kind, &*select.path) {
                    (Kind::Global(of), [AttrName::Static(name, _)]) => *of == self.known.builtins && is_failure(*name),
                    _ => false,
                },
                _ => false,
            },
            Kind::Let(inner) => self.fails(&inner.1),
            Kind::With(two) => self.fails(&two[1]),
            Kind::If(three) => self.fails(&three[1]) && self.fails(&three[2]),
            _ => false,
        }
    }

    /// Where the condition at `loc`, which was just evaluated, is written: for one that a function of `lib` was given,
    /// where it was given.
    fn condition(&self, loc: Loc) -> Loc {
        let is_shared = is_in_library(loc) || self.files.find(loc.start).is_none_or(|(file, _)| file.below.is_none());
        match self.last_origin() {
            given if is_shared && given != Loc::default() => given,
            _ => loc,
        }
    }

    pub(super) fn assert(&self, condition: &'a Expr, body: &'a Expr, env: &'a Env<'a>) -> R<'a, Value<'a>> {
        let value = match self.eval(condition, env) {
            Err(error) if error.is_unknown() => self.opaque_because(error.why()),
            value => value?,
        };
        match value {
            // An assertion on something unknown is taken to hold: where it does not, there is no package at all.
            Value::Opaque(_) => self.eval(body, env),
            value if self.bool_of(value)? => self.eval(body, env),
            _ => Err(self.error(ErrorKind::Throw, "assertion failed")),
        }
    }

    pub(super) fn negate(&self, of: &'a Expr, env: &'a Env<'a>) -> R<'a, Value<'a>> {
        match self.eval(of, env)? {
            Value::Int(number) => Ok(Value::Int(number.wrapping_neg())),
            Value::Float(number) => Ok(Value::float(-number.get())),
            Value::Opaque(opaque) => Ok(self.opaque_because(opaque.why)),
            other => self.fault(&format!("a {} cannot be negated", other.type_name())),
        }
    }

    pub(super) fn select(&self, select: &'a Select, env: &'a Env<'a>) -> R<'a, Value<'a>> {
        let (of, default) = (&select.of, select.default.as_ref());
        let mut value = self.eval(of, env)?;
        for name in &select.path {
            let sym = match self.attr_sym(name, env)? {
                Ok(sym) => sym,
                Err(opaque) => return Ok(self.opaque_because(opaque.why)),
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
                        let found = self.opaque_because(opaque.why);
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
                Err(opaque) => return Ok(self.opaque_because(opaque.why)),
            };
            let last = index + 1 == path.len();
            match value {
                Value::Attrs(attrs) => match lookup(attrs, sym) {
                    Some(_) if last => return Ok(Value::True),
                    Some(attr) => value = self.force(attr.value)?,
                    None => return Ok(Value::False),
                },
                Value::Opaque(opaque) => match self.known_attr(opaque, sym)? {
                    Some(_) if last => return Ok(Value::True),
                    Some(found) => value = found,
                    None => return Ok(self.opaque_because(opaque.why)),
                },
                _ => return Ok(Value::False),
            }
        }
        Ok(Value::True)
    }

    pub(super) fn binary(&self, op: Op, left: &'a Expr, right: &'a Expr, env: &'a Env<'a>) -> R<'a, Value<'a>> {
        if matches!(op, Op::And | Op::Or | Op::Implies) {
            return self.logic(op, left, right, env);
        }
        if op == Op::Update {
            return self.updates(left, right, env);
        }
        let a = self.eval(left, env)?;
        let b = self.eval(right, env)?;
        if op == Op::Concat {
            return self.concat(a, b);
        }
        if let (Value::Opaque(opaque), _) | (_, Value::Opaque(opaque)) = (a, b) {
            return Ok(self.opaque_because(opaque.why));
        }
        match op {
            Op::Eq => self.equal(a, b).map(Value::bool),
            Op::Ne => self.equal(a, b).map(|same| Value::bool(!same)),
            Op::Lt => Ok(Value::bool(self.order(a, b)? == Some(Ordering::Less))),
            Op::Gt => Ok(Value::bool(self.order(a, b)? == Some(Ordering::Greater))),
            Op::Le => Ok(Value::bool(!matches!(self.order(a, b)?, Some(Ordering::Greater) | None))),
            Op::Ge => Ok(Value::bool(!matches!(self.order(a, b)?, Some(Ordering::Less) | None))),
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
                    Ok(decisive @ Value::False) if op == Op::And => Ok(decisive),
                    Ok(decisive @ Value::True) if op != Op::And => Ok(decisive),
                    _ => Ok(self.opaque_because(opaque.why)),
                }
            }
            value if stops(self.bool_of(value)?) => Ok(Value::bool(op != Op::And)),
            _ => match self.eval(right, env)? {
                Value::Opaque(opaque) => Ok(self.opaque_because(opaque.why)),
                value => self.bool_of(value).map(Value::bool),
            },
        }
    }

    /// `left // right`, where `right` may be a chain of further updates.
    fn updates(&self, left: &'a Expr, right: &'a Expr, env: &'a Env<'a>) -> R<'a, Value<'a>> {
        let mut sides = vec![self.eval(left, env)?];
        let mut rest = right;
        while let Kind::Bin(Op::Update, both) = &rest.kind {
            sides.push(self.eval(&both[0], env)?);
            rest = &both[1];
        }
        sides.push(self.eval(rest, env)?);
        self.update_all(&sides)
    }

    /// `sides[0] // sides[1] // ..`. Known sets are merged in pairs: from the right, one by one, the last set would be
    /// copied as often as there are others.
    fn update_all(&self, sides: &[Value<'a>]) -> R<'a, Value<'a>> {
        let is_known = |side: &Value<'a>| matches!(side, Value::Attrs(_));
        match sides {
            [.., last] if !sides.iter().all(is_known) => {
                let rest = sides[..sides.len() - 1].iter().rev();
                rest.copied().try_fold(*last, |later, earlier| self.update(earlier, later))
            }
            [one] => Ok(*one),
            _ => {
                let (earlier, later) = sides.split_at(sides.len() / 2);
                self.update(self.update_all(earlier)?, self.update_all(later)?)
            }
        }
    }

    /// `a // b`.
    pub fn update(&self, a: Value<'a>, b: Value<'a>) -> R<'a, Value<'a>> {
        match (a, b) {
            (Value::Attrs(a), Value::Attrs(b)) => {
                self.spend_bytes(size_of_val(*a) + size_of_val(*b))?;
                Ok(Value::Attrs(self.wide(self.merge(a, b))))
            }
            (Value::Opaque(Opaque { why, shape: Shape::Over(base, earlier) }), Value::Attrs(over)) => {
                self.spend_bytes(size_of_val(*earlier) + size_of_val(*over))?;
                Ok(self.opaque_as(*why, Shape::Over(base, self.merge(earlier, over))))
            }
            (Value::Opaque(base), Value::Attrs(over)) => Ok(self.opaque_as(base.why, Shape::Over(base, over))),
            (Value::Attrs(_), Value::Opaque(Opaque { why, shape: Shape::Cases(condition, sides) })) => {
                Ok(self.each_case(*why, *condition, *sides, move |eval, side| eval.update(a, side)))
            }
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
            // The merged set is mostly a few names that lie anywhere among many.
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

    /// All attributes of `attrs` but those called like one of `gone`.
    pub fn without_names(&self, attrs: &'a [Attr<'a>], gone: &[&str]) -> &'a [Attr<'a>] {
        let mut gone: Vec<Sym> = gone.iter().map(|name| self.sym(name)).collect();
        gone.sort_unstable();
        self.without(attrs, &gone)
    }

    /// All attributes of `attrs` but those of the names `gone`, which are sorted.
    pub(super) fn without(&self, attrs: &'a [Attr<'a>], gone: &[Sym]) -> &'a [Attr<'a>] {
        let mut out = self.scratch.borrow_mut();
        out.clear();
        let mut rest = attrs;
        for name in gone {
            let before = rest.partition_point(|attr| attr.name < *name);
            if rest.get(before).is_some_and(|attr| attr.name == *name) {
                out.extend_from_slice(&rest[..before]);
                rest = &rest[before + 1..];
            }
        }
        if rest.len() == attrs.len() {
            return attrs;
        }
        out.extend_from_slice(rest);
        self.bump.alloc_slice_copy(&out)
    }

    fn concat(&self, a: Value<'a>, b: Value<'a>) -> R<'a, Value<'a>> {
        match (a, b) {
            (Value::Opaque(Opaque { why, shape: Shape::Cases(condition, sides) }), _) => {
                return Ok(self.each_case(*why, *condition, *sides, move |eval, side| eval.concat(side, b)));
            }
            (_, Value::Opaque(Opaque { why, shape: Shape::Cases(condition, sides) })) => {
                return Ok(self.each_case(*why, *condition, *sides, move |eval, side| eval.concat(a, side)));
            }
            _ => {}
        }
        let members = |value: Value<'a>| match value {
            Value::List(items) => Ok((*items, None)),
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
        let bytes = size_of_val(first) + size_of_val(second);
        self.room(bytes)?;
        self.spend_bytes(bytes)?;
        let all = [first, second].concat();
        let all: &'a [&'a Thunk<'a>] = self.bump.alloc_slice_copy(&all);
        match why_a.or(why_b) {
            None => Ok(Value::List(self.wide(all))),
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
                    Op::Add => Ok(Value::float(a + b)),
                    Op::Sub => Ok(Value::float(a - b)),
                    Op::Mul => Ok(Value::float(a * b)),
                    _ if b == 0.0 => self.fault("division by zero"),
                    _ => Ok(Value::float(a / b)),
                }
            }
            (Value::Opaque(opaque), _) | (_, Value::Opaque(opaque)) => Ok(self.opaque_because(opaque.why)),
            (Value::Int(_) | Value::Float(_), other) | (other, _) => {
                self.fault(&format!("a number was expected, not a {}", other.type_name()))
            }
        }
    }
}

fn float(value: Value<'_>) -> f64 {
    match value {
        Value::Int(number) => number as f64,
        Value::Float(number) => number.get(),
        _ => f64::NAN,
    }
}
