//! Which attributes of a checkout are packages.
//!
//! Descends as `nix-env -qaP` does: into sets that say `recurseForDerivations = true`.

use super::stand_in;
use std::sync::Arc;

use super::checkout::{Checkout, Layout};
use crate::nix::{Attr, Error, ErrorKind, Eval, R, Thunk, Value, lookup};

/// One attribute that was looked at.
pub(crate) enum Found<'a> {
    /// A derivation, or an unknown builder's result.
    Package(&'a Thunk<'a>, Value<'a>),
    /// Something else, or something that throws.
    Skipped(String),
    /// Something that could not be evaluated.
    Failed(String),
}

/// Calls `each` with every attribute of the checkout, in the order of names.
pub(crate) fn discover<'a>(checkout: &Checkout, eval: &Eval<'a>, each: &mut dyn FnMut(&str, Found<'a>)) {
    match package_set(checkout, eval) {
        Ok(set) => walk(eval, set, "", 0, each),
        Err(error) => each("", Found::Failed(words(error))),
    }
}

fn package_set<'a>(checkout: &Checkout, eval: &Eval<'a>) -> R<'a, &'a [Attr<'a>]> {
    install_lib(checkout, eval);
    let entry = match &checkout.layout {
        Layout::PackageSet => checkout.root().join("default.nix"),
        Layout::Folder => checkout.root().join("default.nix"),
        Layout::File(file) => file.under(checkout.root()),
    };
    let file = eval.import(eval.str(&entry.to_string_lossy()))?;
    let value = match file {
        Value::Lambda(_) => eval.call(file, arguments(eval))?,
        other => other,
    };
    match value {
        Value::Attrs(attrs) => Ok(attrs),
        Value::Opaque(opaque) => eval.unknown(opaque.why),
        other => eval.fault(&format!("the entry is a {}, not a package set", other.type_name())),
    }
}

/// What the entry is called with: the platform, and a configuration under which no package is refused.
fn arguments<'a>(eval: &Eval<'a>) -> &'a Thunk<'a> {
    let yes = eval.done(Value::Bool(true));
    let config = eval.record(&[
        ("allowUnfree", yes),
        ("allowBroken", yes),
        ("allowUnsupportedSystem", yes),
        ("inHydra", eval.done(Value::Bool(false))),
    ]);
    let system = eval.done(Value::Str(eval.system));
    eval.done(eval.record(&[
        ("system", system),
        ("config", eval.done(config)),
        ("overlays", eval.done(Value::List(&[]))),
    ]))
}

fn install_lib(checkout: &Checkout, eval: &Eval<'_>) {
    let lib = match &checkout.lib {
        Some(path) => {
            let path = eval.str(path);
            eval.native(move |eval| eval.import(path))
        }
        None => eval.native(stand_in::library),
    };
    eval.lib.set(Some(lib));
}

const MAX_SETS: u32 = 6;

fn walk<'a>(eval: &Eval<'a>, set: &'a [Attr<'a>], prefix: &str, depth: u32, each: &mut dyn FnMut(&str, Found<'a>)) {
    for (name, attr) in eval.sorted_names(set) {
        eval.refuel();
        let path = joined(prefix, &name);
        match eval.force(attr.value) {
            Ok(value) => visit(eval, attr.value, value, &path, depth, each),
            Err(error) => each(&path, failed(error)),
        }
    }
}

fn visit<'a>(
    eval: &Eval<'a>,
    thunk: &'a Thunk<'a>,
    value: Value<'a>,
    path: &str,
    depth: u32,
    each: &mut dyn FnMut(&str, Found<'a>),
) {
    if let Value::Opaque(opaque) = value {
        return each(path, Found::Failed(opaque.why.to_owned()));
    }
    let Value::Attrs(attrs) = value else {
        return each(path, Found::Skipped(format!("a {}, not a package", value.type_name())));
    };
    match eval.is_derivation(attrs) {
        Ok(true) => each(path, Found::Package(thunk, value)),
        Ok(false) if depth < MAX_SETS && descends(eval, attrs) => walk(eval, attrs, path, depth + 1, each),
        Ok(false) => each(path, Found::Skipped("a set that is not a package".to_owned())),
        Err(error) => each(path, failed(error)),
    }
}

fn descends<'a>(eval: &Eval<'a>, attrs: &'a [Attr<'a>]) -> bool {
    let marked = lookup(attrs, eval.known.recurse).map(|attr| eval.force(attr.value));
    matches!(marked, Some(Ok(Value::Bool(true))))
}

fn joined(prefix: &str, name: &Arc<str>) -> String {
    // A name that is no identifier is quoted, as Nix prints it.
    let plain = !name.is_empty() && !name.contains(['.', '"', ' ', '/', '$']);
    let name = if plain { name.to_string() } else { format!("\"{name}\"") };
    if prefix.is_empty() { name } else { format!("{prefix}.{name}") }
}

fn failed<'a>(error: &Error<'a>) -> Found<'a> {
    match error.kind {
        ErrorKind::Throw => Found::Skipped(format!("throws: {}", words(error))),
        _ => Found::Failed(words(error)),
    }
}

/// The first line of what went wrong.
pub(crate) fn words(error: &Error<'_>) -> String {
    error.text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("no reason given").to_owned()
}
