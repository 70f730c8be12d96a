//! Builtins on numbers.

use super::Row;
use crate::nix::eval::Eval;
use crate::nix::syntax::ast::Op;
use crate::nix::value::{R, Thunk, Value};

pub(super) const TABLE: &[Row] = &[
    ("add", 2, |eval, args| compute(eval, Op::Add, args)),
    ("sub", 2, |eval, args| compute(eval, Op::Sub, args)),
    ("mul", 2, |eval, args| compute(eval, Op::Mul, args)),
    ("div", 2, |eval, args| compute(eval, Op::Div, args)),
    ("bitAnd", 2, |eval, args| Ok(Value::Int(eval.int_of(args[0])? & eval.int_of(args[1])?))),
    ("bitOr", 2, |eval, args| Ok(Value::Int(eval.int_of(args[0])? | eval.int_of(args[1])?))),
    ("bitXor", 2, |eval, args| Ok(Value::Int(eval.int_of(args[0])? ^ eval.int_of(args[1])?))),
    ("ceil", 1, |eval, args| round(eval, args[0], f64::ceil)),
    ("floor", 1, |eval, args| round(eval, args[0], f64::floor)),
    ("lessThan", 2, |eval, args| {
        let order = eval.order(eval.force(args[0])?, eval.force(args[1])?)?;
        Ok(Value::bool(order == Some(std::cmp::Ordering::Less)))
    }),
];

fn compute<'a>(eval: &Eval<'a>, op: Op, args: &[&'a Thunk<'a>]) -> R<'a, Value<'a>> {
    eval.arithmetic(op, eval.force(args[0])?, eval.force(args[1])?)
}

fn round<'a>(eval: &Eval<'a>, thunk: &'a Thunk<'a>, how: fn(f64) -> f64) -> R<'a, Value<'a>> {
    match eval.force(thunk)? {
        Value::Int(number) => Ok(Value::Int(number)),
        Value::Float(number) => Ok(Value::Int(how(number.get()) as i64)),
        Value::Opaque(opaque) => eval.unknown_because(opaque.why),
        other => eval.fault(&format!("a number was expected, not a {}", other.type_name())),
    }
}
