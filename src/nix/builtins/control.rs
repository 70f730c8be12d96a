//! Builtins that fail, force, look at types or call.

use std::cmp::Ordering;
use std::collections::{HashSet, VecDeque};

use super::Row;
use crate::nix::eval::Eval;
use crate::nix::text::{Coerce, Text};
use crate::nix::value::{Error, ErrorKind, R, Thunk, Value, lookup};

pub(super) const TABLE: &[Row] = &[
    ("abort", 1, |eval, args| Err(failure(eval, ErrorKind::Fault, args[0]))),
    ("throw", 1, |eval, args| Err(failure(eval, ErrorKind::Throw, args[0]))),
    ("addErrorContext", 2, |eval, args| eval.force(args[1])),
    ("trace", 2, |eval, args| eval.force(args[1])),
    ("traceVerbose", 2, |eval, args| eval.force(args[1])),
    ("warn", 2, |eval, args| eval.force(args[1])),
    ("break", 1, |eval, args| eval.force(args[0])),
    ("seq", 2, |eval, args| eval.force(args[0]).and_then(|_| eval.force(args[1]))),
    ("deepSeq", 2, |eval, args| {
        deep(eval, args[0])?;
        eval.force(args[1])
    }),
    ("tryEval", 1, try_eval),
    ("typeOf", 1, |eval, args| match eval.force(args[0])? {
        Value::Opaque(opaque) => eval.unknown_because(opaque.why),
        value => Ok(Value::Str(eval.wide(value.type_name()))),
    }),
    ("isAttrs", 1, |eval, args| is(eval, args[0], |value| matches!(value, Value::Attrs(_)))),
    ("isBool", 1, |eval, args| is(eval, args[0], |value| value.as_bool().is_some())),
    ("isFloat", 1, |eval, args| is(eval, args[0], |value| matches!(value, Value::Float(_)))),
    ("isFunction", 1, |eval, args| is(eval, args[0], |value| matches!(value, Value::Lambda(_) | Value::Prim(_)))),
    ("isInt", 1, |eval, args| is(eval, args[0], |value| matches!(value, Value::Int(_)))),
    ("isList", 1, |eval, args| is(eval, args[0], |value| matches!(value, Value::List(_)))),
    ("isNull", 1, |eval, args| is(eval, args[0], |value| matches!(value, Value::Null))),
    ("isPath", 1, |eval, args| is(eval, args[0], |value| matches!(value, Value::Path(_)))),
    ("isString", 1, |eval, args| is(eval, args[0], |value| matches!(value, Value::Str(_) | Value::Tainted(_)))),
    ("functionArgs", 1, function_args),
    ("genericClosure", 1, generic_closure),
];

fn failure<'a>(eval: &Eval<'a>, kind: ErrorKind, message: &'a Thunk<'a>) -> &'a Error<'a> {
    let text = eval.force(message).and_then(|value| {
        let mut out = Text::default();
        eval.coerce(value, Coerce::Interpolated, &mut out)?;
        Ok(out.text)
    });
    match text {
        Ok(text) => eval.error(kind, &text),
        // It fails all the same, whatever it would say.
        Err(error) if error.is_unknown() => eval.error(kind, "a message that cannot be evaluated"),
        Err(error) => error,
    }
}

fn is<'a>(eval: &Eval<'a>, thunk: &'a Thunk<'a>, check: fn(&Value<'a>) -> bool) -> R<'a, Value<'a>> {
    match eval.force(thunk)? {
        // Nothing but a set is updated or built as a package.
        Value::Opaque(opaque) if eval.is_surely_set(opaque) => Ok(Value::bool(check(&Value::EMPTY))),
        Value::Opaque(opaque) => Ok(eval.opaque_because(opaque.why)),
        value => Ok(Value::bool(check(&value))),
    }
}

fn deep<'a>(eval: &Eval<'a>, thunk: &'a Thunk<'a>) -> R<'a, ()> {
    eval.step()?;
    match eval.force(thunk)? {
        Value::List(items) => eval.deeper(|| items.iter().try_for_each(|item| deep(eval, item))),
        Value::Attrs(attrs) => eval.deeper(|| attrs.iter().try_for_each(|attr| deep(eval, attr.value))),
        _ => Ok(()),
    }
}

fn try_eval<'a>(eval: &Eval<'a>, args: &[&'a Thunk<'a>]) -> R<'a, Value<'a>> {
    match eval.force(args[0]) {
        Ok(Value::Opaque(opaque)) => eval.unknown_because(opaque.why),
        Ok(_) => Ok(eval.record(&[("success", eval.done(Value::True)), ("value", args[0])])),
        Err(error) if error.kind == ErrorKind::Throw => {
            let no = eval.done(Value::False);
            Ok(eval.record(&[("success", no), ("value", no)]))
        }
        Err(error) => Err(error),
    }
}

fn function_args<'a>(eval: &Eval<'a>, args: &[&'a Thunk<'a>]) -> R<'a, Value<'a>> {
    match eval.force(args[0])? {
        Value::Lambda(closure) => {
            let formals = closure.lambda.formals.as_deref().unwrap_or_default();
            let (yes, no) = (eval.done(Value::True), eval.done(Value::False));
            let items = formals.iter().map(|formal| crate::nix::value::Attr {
                name: formal.name,
                at: formal.at,
                value: if formal.default.is_some() { yes } else { no },
            });
            Ok(eval.attrs(items.collect()))
        }
        Value::Prim(_) => Ok(Value::EMPTY),
        Value::Opaque(opaque) => eval.unknown_because(opaque.why),
        other => eval.fault(&format!("a function was expected, not a {}", other.type_name())),
    }
}

fn generic_closure<'a>(eval: &Eval<'a>, args: &[&'a Thunk<'a>]) -> R<'a, Value<'a>> {
    let given = eval.attrs_of(args[0])?;
    let (Some(start), Some(operator)) = (lookup(given, eval.known.start_set), lookup(given, eval.known.operator))
    else {
        return eval.fault("genericClosure needs startSet and operator");
    };
    let operator = eval.force(operator.value)?;
    let mut queue: VecDeque<_> = eval.each_of(start.value)?.iter().copied().collect();
    let (mut keys, mut out) = (Keys::default(), Vec::new());
    while let Some(item) = queue.pop_front() {
        eval.step()?;
        let Some(key) = lookup(eval.attrs_of(item)?, eval.known.key) else {
            return eval.fault("an item of genericClosure has no key");
        };
        if keys.add(eval, eval.force(key.value)?)? {
            out.push(item);
            let more = eval.call(operator, item)?;
            queue.extend(eval.each_of(eval.done(more))?);
        }
    }
    Ok(eval.list(&out))
}

/// The keys of a closure. Those that are no mere texts or integers are kept in their order, as Nix keeps all of them.
#[derive(Default)]
struct Keys<'a> {
    texts: HashSet<&'a str>,
    numbers: HashSet<i64>,
    others: Vec<Value<'a>>,
    /// Texts with a store path in them, which have no order here.
    paths: Vec<Value<'a>>,
}

impl<'a> Keys<'a> {
    /// True where `key` is new.
    fn add(&mut self, eval: &Eval<'a>, key: Value<'a>) -> R<'a, bool> {
        if let Value::Float(_) = key {
            let mut numbers: Vec<i64> = self.numbers.drain().collect();
            numbers.sort_unstable();
            self.others.extend(numbers.into_iter().map(Value::Int));
        }
        let kinds = [!self.texts.is_empty(), !self.numbers.is_empty(), !self.others.is_empty()];
        match key {
            Value::Tainted(_) if kinds == [kinds[0], false, false] => self.add_path(eval, key),
            Value::Str(text) if kinds == [kinds[0], false, false] => Ok(self.texts.insert(text)),
            Value::Int(number) if kinds == [false, kinds[1], false] => Ok(self.numbers.insert(number)),
            _ if kinds == [false, false, kinds[2]] => self.add_ordered(eval, key),
            _ => eval.fault("the keys of genericClosure are of several types"),
        }
    }

    fn add_path(&mut self, eval: &Eval<'a>, key: Value<'a>) -> R<'a, bool> {
        for known in &self.paths {
            eval.step()?;
            if eval.equal(*known, key)? {
                return Ok(false);
            }
        }
        self.paths.push(key);
        Ok(true)
    }

    fn add_ordered(&mut self, eval: &Eval<'a>, key: Value<'a>) -> R<'a, bool> {
        let (mut from, mut to) = (0, self.others.len());
        while from < to {
            let middle = usize::midpoint(from, to);
            match eval.order(key, self.others[middle])? {
                Some(Ordering::Equal) => return Ok(false),
                Some(Ordering::Less) => to = middle,
                _ => from = middle + 1,
            }
        }
        eval.spend_bytes(size_of_val(&self.others[from..]))?;
        self.others.insert(from, key);
        Ok(true)
    }
}
