//! Builtins that fail, force, look at types or call.

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
        deep(eval, args[0], 0)?;
        eval.force(args[1])
    }),
    ("tryEval", 1, try_eval),
    ("typeOf", 1, |eval, args| match eval.force(args[0])? {
        Value::Opaque(opaque) => eval.unknown(opaque.why),
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
        Err(error) if error.kind == ErrorKind::Unknown => eval.error(kind, "a message that cannot be evaluated"),
        Err(error) => error,
    }
}

fn is<'a>(eval: &Eval<'a>, thunk: &'a Thunk<'a>, check: fn(&Value<'a>) -> bool) -> R<'a, Value<'a>> {
    match eval.force(thunk)? {
        Value::Opaque(opaque) => Ok(eval.opaque(opaque.why)),
        value => Ok(Value::bool(check(&value))),
    }
}

fn deep<'a>(eval: &Eval<'a>, thunk: &'a Thunk<'a>, depth: u32) -> R<'a, ()> {
    if depth > 500 {
        return Err(eval.error(ErrorKind::Limit, "deepSeq goes deeper than allowed"));
    }
    match eval.force(thunk)? {
        Value::List(items) => items.iter().try_for_each(|item| deep(eval, item, depth + 1)),
        Value::Attrs(attrs) => attrs.iter().try_for_each(|attr| deep(eval, attr.value, depth + 1)),
        _ => Ok(()),
    }
}

fn try_eval<'a>(eval: &Eval<'a>, args: &[&'a Thunk<'a>]) -> R<'a, Value<'a>> {
    match eval.force(args[0]) {
        Ok(Value::Opaque(opaque)) => eval.unknown(opaque.why),
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
        Value::Opaque(opaque) => eval.unknown(opaque.why),
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
    let mut queue: std::collections::VecDeque<_> = eval.list_of(start.value)?.iter().copied().collect();
    let (mut keys, mut out): (Vec<Value<'a>>, Vec<&'a Thunk<'a>>) = (Vec::new(), Vec::new());
    let mut texts = std::collections::HashSet::new();
    while let Some(item) = queue.pop_front() {
        let Some(key) = lookup(eval.attrs_of(item)?, eval.known.key) else {
            return eval.fault("an item of genericClosure has no key");
        };
        let key = eval.force(key.value)?;
        if let Value::Str(text) = key {
            if !texts.insert(text) {
                continue;
            }
        } else {
            if keys.iter().map(|known| eval.equal(*known, key)).collect::<R<'a, Vec<bool>>>()?.contains(&true) {
                continue;
            }
            keys.push(key);
        }
        out.push(item);
        let more = eval.call(operator, item)?;
        queue.extend(eval.list_of(eval.done(more))?);
    }
    Ok(eval.list(&out))
}
