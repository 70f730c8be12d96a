//! Builtins on lists.

use std::cmp::Ordering;

use super::Row;
use crate::nix::eval::Eval;
use crate::nix::value::{Attr, Opaque, R, Shape, Thunk, Value};

pub(super) const TABLE: &[Row] = &[
    ("all", 2, |eval, args| until(eval, args, false).map(|found| Value::bool(!found))),
    ("any", 2, |eval, args| until(eval, args, true).map(Value::bool)),
    ("concatLists", 1, |eval, args| concat(eval, eval.each_of(args[0])?.to_vec())),
    ("concatMap", 2, |eval, args| {
        let parts = eval.each_of(args[1])?.iter().map(|item| eval.delay_call(args[0], item)).collect();
        concat(eval, parts)
    }),
    ("elem", 2, |eval, args| {
        for item in eval.list_of(args[1])? {
            if eval.equal_thunks(args[0], item)? {
                return Ok(Value::True);
            }
        }
        Ok(Value::False)
    }),
    ("elemAt", 2, |eval, args| {
        let (items, at) = (eval.list_of(args[0])?, eval.int_of(args[1])?);
        match usize::try_from(at).ok().and_then(|at| items.get(at)) {
            Some(item) => eval.force(item),
            None => eval.fault(&format!("a list has no element {at}")),
        }
    }),
    ("filter", 2, filter),
    ("foldl'", 3, |eval, args| {
        let items = eval.each_of(args[2])?;
        let function = eval.force(args[0])?;
        let mut sum = args[1];
        for item in items {
            sum = eval.done(eval.call2(function, sum, item)?);
        }
        eval.force(sum)
    }),
    ("genList", 2, |eval, args| {
        let count = usize::try_from(eval.int_of(args[1])?).unwrap_or(usize::MAX);
        if count > 10_000_000 {
            return eval.fault("a list of this length cannot be made");
        }
        eval.spend(count)?;
        let items: Vec<_> = (0..count).map(|at| eval.delay_call(args[0], eval.done(Value::Int(at as i64)))).collect();
        Ok(eval.list(&items))
    }),
    ("groupBy", 2, group_by),
    ("head", 1, |eval, args| match eval.list_of(args[0])? {
        [first, ..] => eval.force(first),
        [] => eval.fault("`head` of an empty list"),
    }),
    ("tail", 1, |eval, args| match eval.list_of(args[0])? {
        [_, rest @ ..] => Ok(Value::List(eval.wide(rest))),
        [] => eval.fault("`tail` of an empty list"),
    }),
    ("length", 1, |eval, args| Ok(Value::Int(eval.list_of(args[0])?.len() as i64))),
    ("map", 2, map),
    ("partition", 2, partition),
    ("sort", 2, sort),
];

fn map<'a>(eval: &Eval<'a>, args: &[&'a Thunk<'a>]) -> R<'a, Value<'a>> {
    let apply = |items: &'a [&'a Thunk<'a>]| -> &'a [&'a Thunk<'a>] {
        eval.bump.alloc_slice_fill_iter(items.iter().map(|item| eval.delay_call(args[0], item)))
    };
    match eval.force(args[1])? {
        Value::Opaque(Opaque { why, shape: Shape::Members(items) }) => {
            Ok(eval.opaque_as(*why, Shape::Members(apply(items))))
        }
        Value::Opaque(opaque) => eval.unknown_because(opaque.why),
        _ => Ok(Value::List(eval.wide(apply(eval.each_of(args[1])?)))),
    }
}

fn until<'a>(eval: &Eval<'a>, args: &[&'a Thunk<'a>], wanted: bool) -> R<'a, bool> {
    let items = eval.each_of(args[1])?;
    let check = eval.force(args[0])?;
    for item in items {
        let value = eval.call(check, item)?;
        if eval.bool_of(value)? == wanted {
            return Ok(true);
        }
    }
    Ok(false)
}

fn concat<'a>(eval: &Eval<'a>, parts: Vec<&'a Thunk<'a>>) -> R<'a, Value<'a>> {
    let (mut out, mut why) = (Vec::new(), None);
    for part in parts {
        eval.room(out.len().saturating_mul(size_of::<&Thunk<'a>>()))?;
        match eval.force(part)? {
            Value::List(items) => {
                eval.spend_bytes(size_of_val(*items))?;
                out.extend_from_slice(items);
            }
            Value::Opaque(Opaque { why: because, shape: Shape::Members(items) }) => {
                out.extend_from_slice(items);
                why = Some(*because);
            }
            Value::Opaque(opaque) => why = Some(opaque.why),
            other => return eval.fault(&format!("a list was expected, not a {}", other.type_name())),
        }
    }
    match why {
        None => Ok(eval.list(&out)),
        Some(why) => Ok(eval.opaque_as(why, Shape::Members(eval.bump.alloc_slice_copy(&out)))),
    }
}

fn filter<'a>(eval: &Eval<'a>, args: &[&'a Thunk<'a>]) -> R<'a, Value<'a>> {
    let items = eval.each_of(args[1])?;
    let check = eval.force(args[0])?;
    let mut out = Vec::with_capacity(items.len());
    let mut unknown = None;
    for item in items {
        let keep = eval.call(check, item).and_then(|keep| eval.bool_of(keep));
        match keep {
            Ok(true) => out.push(*item),
            Ok(false) => {}
            // One member that cannot be told says nothing of the others.
            Err(error) if error.is_unknown() => unknown = Some(error.why()),
            Err(error) => return Err(error),
        }
    }
    match unknown {
        Some(why) => Ok(eval.opaque_as(why, Shape::Members(eval.bump.alloc_slice_copy(&out)))),
        None if out.len() == items.len() => eval.force(args[1]),
        None => Ok(eval.list(&out)),
    }
}

fn partition<'a>(eval: &Eval<'a>, args: &[&'a Thunk<'a>]) -> R<'a, Value<'a>> {
    let check = eval.force(args[0])?;
    let (mut right, mut wrong) = (Vec::new(), Vec::new());
    for item in eval.each_of(args[1])? {
        let side = eval.call(check, item)?;
        if eval.bool_of(side)? { right.push(*item) } else { wrong.push(*item) }
    }
    let (right, wrong) = (eval.list(&right), eval.list(&wrong));
    Ok(eval.record(&[("right", eval.done(right)), ("wrong", eval.done(wrong))]))
}

fn group_by<'a>(eval: &Eval<'a>, args: &[&'a Thunk<'a>]) -> R<'a, Value<'a>> {
    let by = eval.force(args[0])?;
    let mut groups: std::collections::BTreeMap<&'a str, Vec<&'a Thunk<'a>>> = Default::default();
    for item in eval.each_of(args[1])? {
        let key = eval.call(by, item)?;
        groups.entry(eval.plain_string(key)?).or_default().push(item);
    }
    let items = groups.into_iter().map(|(key, items)| {
        let list = eval.list(&items);
        Attr { name: eval.sym(key), at: 0, value: eval.done(list) }
    });
    Ok(eval.attrs(items.collect()))
}

/// A stable merge sort: the comparison may fail, which the sorts of the standard library cannot express.
fn sort<'a>(eval: &Eval<'a>, args: &[&'a Thunk<'a>]) -> R<'a, Value<'a>> {
    let less = eval.force(args[0])?;
    let items = eval.each_of(args[1])?.to_vec();
    let mut failed = None;
    let mut compare = |a: &&'a Thunk<'a>, b: &&'a Thunk<'a>| -> bool {
        if failed.is_some() {
            return false;
        }
        match eval.call2(less, a, b).and_then(|value| eval.bool_of(value)) {
            Ok(value) => value,
            Err(error) => {
                failed = Some(error);
                false
            }
        }
    };
    let sorted = merge_sort(items, &mut compare);
    match failed {
        Some(error) => Err(error),
        None => Ok(eval.list(&sorted)),
    }
}

fn merge_sort<T: Copy>(mut items: Vec<T>, less: &mut impl FnMut(&T, &T) -> bool) -> Vec<T> {
    if items.len() < 2 {
        return items;
    }
    let right = items.split_off(items.len() / 2);
    let (left, right) = (merge_sort(items, less), merge_sort(right, less));
    let (mut out, mut i, mut j) = (Vec::with_capacity(left.len() + right.len()), 0, 0);
    while i < left.len() && j < right.len() {
        let order = if less(&right[j], &left[i]) { Ordering::Greater } else { Ordering::Less };
        if order == Ordering::Greater {
            out.push(right[j]);
            j += 1;
        } else {
            out.push(left[i]);
            i += 1;
        }
    }
    out.extend_from_slice(&left[i..]);
    out.extend_from_slice(&right[j..]);
    out
}
