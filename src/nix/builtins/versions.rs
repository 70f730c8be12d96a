//! Builtins on versions and names.

use std::cmp::Ordering;

use super::Row;
use crate::nix::value::Value;

pub(super) const TABLE: &[Row] = &[
    ("compareVersions", 2, |eval, args| {
        let (a, b) = (eval.str_of(args[0])?, eval.str_of(args[1])?);
        eval.spend_bytes(a.len() + b.len())?;
        let order = compare(a, b);
        Ok(Value::Int(order as i64))
    }),
    ("splitVersion", 1, |eval, args| {
        let text = eval.str_of(args[0])?;
        eval.spend(text.len())?;
        let items: Vec<_> = parts(text).map(|part| eval.done(Value::Str(eval.wide(part)))).collect();
        Ok(eval.list(&items))
    }),
    ("parseDrvName", 1, |eval, args| {
        let (name, version) = parse_name(eval.str_of(args[0])?);
        Ok(eval.record(&[
            ("name", eval.done(Value::Str(eval.wide(name)))),
            ("version", eval.done(Value::Str(eval.wide(version)))),
        ]))
    }),
];

/// `hello-1.2` is `hello` and `1.2`: the version begins behind the first dash that no letter follows.
pub fn parse_name(text: &str) -> (&str, &str) {
    let bytes = text.as_bytes();
    let dash = (0..bytes.len())
        .find(|at| bytes[*at] == b'-' && bytes.get(at + 1).is_some_and(|next| !next.is_ascii_alphabetic()));
    match dash {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (text, ""),
    }
}

/// The components of a version: runs of digits and runs of other letters, without `.` and `-`.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(['.', '-']);
        let first = rest.chars().next()?;
        let digits = first.is_ascii_digit();
        let end = rest
            .find(|letter: char| matches!(letter, '.' | '-') || letter.is_ascii_digit() != digits)
            .unwrap_or(rest.len());
        let (part, tail) = rest.split_at(end);
        rest = tail;
        Some(part)
    })
}

fn compare(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (parts(a), parts(b));
    loop {
        let (left, right) = (a.next(), b.next());
        if left.is_none() && right.is_none() {
            return Ordering::Equal;
        }
        let (left, right) = (left.unwrap_or(""), right.unwrap_or(""));
        if part_less(left, right) {
            return Ordering::Less;
        }
        if part_less(right, left) {
            return Ordering::Greater;
        }
    }
}

fn part_less(a: &str, b: &str) -> bool {
    let number = |text: &str| text.parse::<u64>().ok();
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a < b,
        (None, Some(_)) if a.is_empty() => true,
        _ if a == "pre" && b != "pre" => true,
        _ if b == "pre" => false,
        (None, Some(_)) => true,
        (Some(_), None) => false,
        _ => a < b,
    }
}
