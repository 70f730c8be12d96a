//! The packages that a tree puts into a scope that is not known: `python3.override { packageOverrides = .. }`,
//! `haskellPackages.extend`, `pythonPackagesExtensions ++ [ .. ]`, `perlPackages // { .. }`; and those of a set that
//! depends on a condition that is not known.

use super::super::discover::built;
use super::conditions::A_PACKAGE;
use super::{Conditions, has_known, known_set, overlaid};
use crate::nix::{Attr, ErrorKind, Eval, Loss, Opaque, R, Shape, Thunk, Value, lookup};

/// Attributes that only a package set, and only `stdenv`, has.
const OURS: [&str; 2] = ["appendOverlays", "hostPlatform"];

/// Attributes that any called value has, whatever it is.
const CHANGERS: [&str; 3] = ["override", "overrideDerivation", "overrideAttrs"];

/// The attributes that are known of an unknown scope, by where they are found in it.
pub(in crate::tree) fn extension<'a>(
    eval: &Eval<'a>,
    opaque: &Opaque<'a>,
    conditions: &Conditions<'a>,
) -> Option<&'a [Attr<'a>]> {
    let added = match opaque.shape {
        // The whole package set and what stands for `stdenv` were not extended by anybody.
        Shape::Over(..) if OURS.iter().any(|name| has_known(opaque, eval.sym(name))) => None,
        Shape::Over(base, attrs) => {
            let attrs = eval.without_names(attrs, &CHANGERS);
            Some(eval.merge(extension(eval, base, conditions).unwrap_or_default(), attrs))
        }
        Shape::Build(argument) => of_call(eval, argument).ok().flatten(),
        Shape::Members(items) => Some(of_list(eval, items)),
        Shape::Cases(_, sides) if conditions.follow() => Some(of_either(eval, sides, conditions)),
        Shape::Plain | Shape::Cases(..) => None,
    };
    added.filter(|attrs| !attrs.is_empty())
}

/// Attributes of either branch of an unknown condition.
fn of_either<'a>(eval: &Eval<'a>, [yes, no]: [&'a Thunk<'a>; 2], conditions: &Conditions<'a>) -> &'a [Attr<'a>] {
    let side = |side| match eval.force(side) {
        Ok(Value::Attrs(attrs)) => match eval.is_derivation(attrs) {
            Ok(false) => Ok(*attrs),
            Ok(true) => Err(A_PACKAGE),
            Err(error) => Err(error.text),
        },
        Ok(Value::Opaque(opaque)) if built(eval, opaque, conditions) => Err(A_PACKAGE),
        Ok(Value::Opaque(opaque)) => match extension(eval, opaque, conditions) {
            None if opaque.why.loss == Loss::Missed => Err(opaque.why.text),
            added => Ok(added.unwrap_or_default()),
        },
        Err(error) if error.kind != ErrorKind::Throw => Err(error.text),
        // Nothing, on this condition.
        _ => Ok(&[][..]),
    };
    let known = |thunk| {
        side(thunk).unwrap_or_else(|why| {
            conditions.lose(why);
            &[]
        })
    };
    eval.merge(known(no), known(yes))
}

/// Argument of a scope: a function of two scopes, or a set in which there is one.
fn of_call<'a>(eval: &Eval<'a>, argument: &'a Thunk<'a>) -> R<'a, Option<&'a [Attr<'a>]>> {
    let mut given = eval.force(argument)?;
    if let Value::Lambda(_) = given {
        if let Some(attrs) = of_function(eval, given)? {
            return Ok(Some(attrs));
        }
        given = eval.call(given, super::packages_around(eval))?;
    }
    let Value::Attrs(given) = given else { return Ok(None) };
    let part = |name| lookup(given, eval.sym(name)).map(|attr| eval.force(attr.value)).transpose();
    if let Some(overrides) = part("overrides")? {
        return of_function(eval, overrides);
    }
    let Some(overrides) = part("packageOverrides")? else { return Ok(None) };
    let Some(attrs) = of_function(eval, overrides)? else { return Ok(None) };
    let marked = [("pkgs", eval.done(marked(eval, attrs)))];
    Ok(match eval.record(&marked) {
        Value::Attrs(attrs) => Some(attrs),
        _ => None,
    })
}

fn marked<'a>(eval: &Eval<'a>, attrs: &'a [Attr<'a>]) -> Value<'a> {
    let mark = Attr { name: eval.known.recurse, at: 0, value: eval.done(Value::True) };
    Value::Attrs(eval.wide(eval.merge(attrs, eval.bump.alloc_slice_copy(&[mark]))))
}

/// Attributes that `function` of two scopes, the later first, adds to the earlier one.
fn of_function<'a>(eval: &Eval<'a>, function: Value<'a>) -> R<'a, Option<&'a [Attr<'a>]>> {
    let Value::Lambda(_) = function else { return Ok(None) };
    let Value::Lambda(_) = eval.call(function, super::packages_around(eval))? else { return Ok(None) };
    let added = overlaid(eval, function)?;
    Ok(match known_set(eval, &[eval.done(added)])? {
        Value::Attrs(attrs) => Some(attrs),
        _ => None,
    })
}

/// Additions of a list of functions to each scope that the list is for.
fn of_list<'a>(eval: &Eval<'a>, items: &'a [&'a Thunk<'a>]) -> &'a [Attr<'a>] {
    let added = |item: &&'a Thunk<'a>| of_function(eval, eval.force(item).ok()?).ok().flatten();
    items.iter().filter_map(added).fold(&[], |all, attrs| eval.merge(all, attrs))
}
