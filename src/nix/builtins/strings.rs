//! Builtins on strings.

use super::Row;
use crate::nix::eval::Eval;
use crate::nix::text::{Coerce, Text};
use crate::nix::value::{R, Thunk, Value, unknown_hash};

pub(super) const TABLE: &[Row] = &[
    ("toString", 1, |eval, args| {
        let mut out = Text::default();
        match eval.force(args[0])? {
            value @ (Value::Str(_) | Value::Tainted(_)) => Ok(value),
            value => {
                eval.coerce(value, Coerce::ToString, &mut out)?;
                Ok(eval.finish(out))
            }
        }
    }),
    // A store path that is not known has the length of the real one.
    ("stringLength", 1, |eval, args| Ok(Value::Int(text_like(eval, args[0])?.0.len() as i64))),
    ("substring", 3, substring),
    ("concatStringsSep", 2, |eval, args| {
        let (separator, tainted) = eval.text_of(args[0])?;
        let mut out = Text { tainted, ..Text::default() };
        for (index, item) in eval.each_of(args[1])?.iter().enumerate() {
            if index > 0 {
                eval.spend_bytes(separator.len())?;
                out.text.push_str(separator);
            }
            eval.coerce(eval.force(item)?, Coerce::Interpolated, &mut out)?;
        }
        Ok(eval.finish(out))
    }),
    ("replaceStrings", 3, replace),
    ("unsafeDiscardStringContext", 1, |eval, args| {
        let (text, tainted) = text_like(eval, args[0])?;
        Ok(eval.text_as(text, tainted))
    }),
    ("unsafeDiscardOutputDependency", 1, |eval, args| eval.force(args[0])),
    ("addDrvOutputDependencies", 1, |eval, args| eval.force(args[0])),
    ("hasContext", 1, |eval, args| Ok(Value::bool(eval.text_of(args[0])?.1))),
    ("getContext", 1, |eval, args| match eval.text_of(args[0])? {
        (_, false) => Ok(Value::EMPTY),
        _ => eval.unknown("the context of a string"),
    }),
    ("appendContext", 2, |eval, args| {
        let (text, _) = eval.text_of(args[0])?;
        Ok(eval.text_as(text, true))
    }),
    ("baseNameOf", 1, |eval, args| {
        let (text, tainted) = path_like(eval, args[0])?;
        let text = text.strip_suffix('/').unwrap_or(text);
        Ok(eval.text_as(text.rsplit('/').next().unwrap_or(""), tainted))
    }),
    ("dirOf", 1, |eval, args| {
        let (text, tainted) = path_like(eval, args[0])?;
        let dir = match text.rsplit_once('/') {
            None => ".",
            Some(("", _)) => "/",
            Some((dir, _)) => dir,
        };
        match eval.force(args[0])? {
            Value::Path(_) => Ok(Value::Path(eval.wide(eval.str(dir)))),
            _ => Ok(eval.text_as(dir, tainted)),
        }
    }),
    ("placeholder", 1, |eval, args| {
        let output = eval.str_of(args[0])?;
        Ok(Value::Tainted(eval.wide(eval.str(&format!("/{0}{0:.20}-{output}", unknown_hash(0))))))
    }),
    ("toPath", 1, |eval, args| eval.force(args[0])),
];

/// A string, or what interpolation would make of the value.
fn text_like<'a>(eval: &Eval<'a>, thunk: &'a Thunk<'a>) -> R<'a, (&'a str, bool)> {
    let mut out = Text::default();
    match eval.force(thunk)? {
        Value::Str(text) => return Ok((text, false)),
        Value::Tainted(text) => return Ok((text, true)),
        value => eval.coerce(value, Coerce::Interpolated, &mut out)?,
    }
    match out.opaque {
        Some(opaque) => eval.unknown_because(opaque.why),
        None => Ok((eval.str(&out.text), out.tainted)),
    }
}

fn path_like<'a>(eval: &Eval<'a>, thunk: &'a Thunk<'a>) -> R<'a, (&'a str, bool)> {
    match eval.force(thunk)? {
        Value::Path(path) => Ok((path, false)),
        _ => text_like(eval, thunk),
    }
}

fn substring<'a>(eval: &Eval<'a>, args: &[&'a Thunk<'a>]) -> R<'a, Value<'a>> {
    let (start, len) = (eval.int_of(args[0])?, eval.int_of(args[1])?);
    let Ok(start) = usize::try_from(start) else { return eval.fault("`substring` begins before the string") };
    let (text, tainted) = text_like(eval, args[2])?;
    let start = start.min(text.len());
    let end = usize::try_from(len).map_or(text.len(), |len| start.saturating_add(len).min(text.len()));
    match text.get(start..end) {
        Some(part) => Ok(eval.text_as(part, tainted)),
        None => eval.unknown("a string is cut inside of a character"),
    }
}

fn replace<'a>(eval: &Eval<'a>, args: &[&'a Thunk<'a>]) -> R<'a, Value<'a>> {
    let (from, to) = (eval.list_of(args[0])?, eval.list_of(args[1])?);
    if from.len() != to.len() {
        return eval.fault("replaceStrings needs two lists of one length");
    }
    let from = from.iter().map(|item| Ok(eval.text_of(item)?.0)).collect::<R<'a, Vec<&str>>>()?;
    let (text, mut tainted) = eval.text_of(args[2])?;
    let (mut out, mut rest) = (String::new(), text);
    let mut at_end = false;
    while !at_end {
        at_end = rest.is_empty();
        eval.room(out.len())?;
        eval.spend(from.len() / 16 + 1)?;
        let found = from.iter().position(|pattern| rest.starts_with(pattern));
        if let Some(index) = found {
            let (new, store) = eval.text_of(to[index])?;
            eval.spend_bytes(new.len())?;
            out.push_str(new);
            tainted |= store;
            if !from[index].is_empty() {
                rest = &rest[from[index].len()..];
                at_end = false;
                // Behind the last match an empty pattern still matches once.
                if rest.is_empty() && !from.contains(&"") {
                    break;
                }
                continue;
            }
        }
        let mut letters = rest.chars();
        let letter = letters.next();
        if found.is_some() && letter.is_some_and(|letter| !letter.is_ascii()) {
            // Nix puts what stands for nothing between the bytes of a letter.
            return eval.unknown("a letter cut into bytes");
        }
        out.extend(letter);
        rest = letters.as_str();
    }
    Ok(eval.text_as(eval.str(&out), tainted))
}
