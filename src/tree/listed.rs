//! Sets of a nixpkgs that `nix-env -qaP` leaves out to save time and that its own `packages.json` lists.
//!
//! Read from the configuration that the checkout evaluates for that list: which sets these are is its business.

use super::checkout::{Checkout, Layout};
use crate::nix::{Attr, Eval, R, Thunk, Value, lookup};

/// The configuration for `packages.json`.
const CONFIG: &str = "pkgs/top-level/packages-config.nix";

/// `packages` with the sets marked that `packages.json` lists, and the names of these.
pub(super) fn mark<'a>(
    checkout: &Checkout,
    eval: &Eval<'a>,
    packages: &'a [Attr<'a>],
) -> (&'a [Attr<'a>], Vec<&'a str>) {
    let is_there = |file: &str| checkout.files.disk.is_file(&checkout.root().join(file).to_string_lossy());
    if checkout.layout != Layout::PackageSet || !is_there(CONFIG) {
        return (packages, Vec::new());
    }
    let listed = overrides(checkout, eval, packages).unwrap_or_default();
    let marked: Vec<Attr<'a>> = listed
        .iter()
        .map(|attr| {
            let usual = lookup(packages, attr.name).map(|attr| attr.value);
            Attr { value: either(eval, attr.value, usual), ..*attr }
        })
        .collect();
    let names = eval.sorted_names(listed).into_iter().map(|(name, _)| name).collect();
    (eval.merge(packages, eval.bump.alloc_slice_copy(&marked)), names)
}

/// Attributes that the configuration puts over `packages`.
fn overrides<'a>(checkout: &Checkout, eval: &Eval<'a>, packages: &'a [Attr<'a>]) -> R<'a, &'a [Attr<'a>]> {
    let config = eval.import(eval.str(&checkout.root().join(CONFIG).to_string_lossy()))?;
    let Value::Attrs(config) = config else { return Ok(&[]) };
    let Some(overrides) = lookup(config, eval.sym("packageOverrides")) else { return Ok(&[]) };
    match eval.call(eval.force(overrides.value)?, eval.done(Value::Attrs(eval.wide(packages))))? {
        Value::Attrs(listed) => Ok(listed),
        _ => Ok(&[]),
    }
}

/// The value of `listed` where that is a set marked to be descended into, else that of `usual`: sets that the list hides
/// hold packages all the same.
fn either<'a>(eval: &Eval<'a>, listed: &'a Thunk<'a>, usual: Option<&'a Thunk<'a>>) -> &'a Thunk<'a> {
    let origin = usual.unwrap_or(listed).origin.get();
    let value = eval.native(move |eval| {
        let marked = eval.force(listed).ok().filter(|value| is_marked(eval, *value));
        marked.map_or_else(|| eval.force(usual.unwrap_or(listed)), Ok)
    });
    value.origin.set(origin);
    value
}

fn is_marked<'a>(eval: &Eval<'a>, value: Value<'a>) -> bool {
    let Value::Attrs(set) = value else { return false };
    let mark = lookup(set, eval.known.recurse).map(|attr| eval.force(attr.value));
    matches!(mark, Some(Ok(Value::True)))
}
