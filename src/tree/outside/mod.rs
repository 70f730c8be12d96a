//! The packages around a file of a tree that has no package set of its own.
//!
//! Not known, but for the `lib` that stands in, the stated platform, and what the tree itself puts over them.
//! Invariant: nothing is guessed of what lies outside; what is unknown says so.

mod behind;
mod conditions;
mod flake;
mod once;
mod scope;

pub(super) use conditions::Conditions;
pub(super) use flake::outputs;
pub(super) use once::each_once;
pub(super) use scope::extension;

use std::path::Path;

use super::checkout::Checkout;
use super::discover::arguments;
use crate::nix::{Attr, Eval, Loss, Opaque, Prim, PrimFn, R, Shape, State, Sym, Thunk, Value, lookup};

/// `what` is not part of the tree.
fn outside<'a>(eval: &Eval<'a>, what: &str) -> Value<'a> {
    eval.opaque_for(Loss::Outside, &format!("{what} comes from outside of the checkout"))
}

/// True for an attribute that the nixpkgs behind the tree binds: a set of the tree has it as it is there. Its `lib` binds
/// whatever it is called with.
pub(super) fn is_passed_on<'a>(eval: &Eval<'a>, attr: &Attr<'a>) -> bool {
    let (Some(root), true) = (eval.nixpkgs.get(), attr.at > 0) else { return false };
    let Some((file, _)) = eval.files.find(attr.at) else { return false };
    let below = Path::new(&file.path).strip_prefix(root).ok();
    file.below.is_none() && below.is_some_and(|below| !below.starts_with("lib"))
}

/// Why such an attribute has no row.
pub(super) fn passed_on() -> String {
    "nixpkgs' own package, passed on: it comes from outside of the checkout".to_owned()
}

/// A path that no file has: how overlays are put over each other is evaluated under it.
const PACKAGES: &str = "/clarity/outside/packages.nix";

/// Binds what a file of `checkout` means by the packages around it: those of the nixpkgs behind it, where there is one.
pub(super) fn install<'a>(checkout: &Checkout, eval: &Eval<'a>) -> R<'a, ()> {
    let packages = match checkout.nixpkgs.as_deref() {
        Some(root) => behind::packages(eval, root),
        None => eval.done(carried(eval)?),
    };
    behind::install_inputs(checkout, eval);
    eval.packages.set(Some(packages));
    eval.call_package.set(Some(part_of(eval, packages, eval.known.call_package)));
    Ok(())
}

/// The packages around, of which only their ways of calling are known.
fn carried<'a>(eval: &Eval<'a>) -> R<'a, Value<'a>> {
    eval.files.embed(PACKAGES, include_str!("packages.nix"));
    let given = eval.record(&[
        ("packagesOn", prim(eval, "packagesOn", 1, packages_on)),
        ("callPackageWith", prim(eval, "callPackageWith", 3, call_package)),
        ("knownSet", prim(eval, "knownSet", 1, known_set)),
        ("knownList", prim(eval, "knownList", 1, known_list)),
    ]);
    let import = eval.call(eval.import(PACKAGES)?, eval.done(given))?;
    eval.call(import, eval.done(Value::EMPTY))
}

fn part_of<'a>(eval: &Eval<'a>, packages: &'a Thunk<'a>, name: Sym) -> &'a Thunk<'a> {
    eval.thunk(State::Select(packages, name), packages.origin.get())
}

/// The set that `overlay`, a function of two package sets, gives.
pub(super) fn overlaid<'a>(eval: &Eval<'a>, overlay: Value<'a>) -> R<'a, Value<'a>> {
    let around = packages_around(eval);
    let extended = match eval.nixpkgs.get() {
        Some(root) => {
            let overlays = Value::List(eval.wide(&*eval.bump.alloc_slice_copy(&[eval.done(overlay)])));
            eval.call(eval.import(root)?, eval.done(eval.record(&[("overlays", eval.done(overlays))])))?
        }
        None => {
            let extend = eval.force(part_of(eval, around, eval.sym("extend")))?;
            eval.call(extend, eval.done(overlay))?
        }
    };
    eval.call2(overlay, eval.done(extended), around)
}

fn prim<'a>(eval: &Eval<'a>, name: &'static str, arity: usize, code: PrimFn) -> &'a Thunk<'a> {
    eval.done(Value::Prim(eval.bump.alloc(Prim { name, arity, code, args: &[] })))
}

/// The packages around, of which nothing but the platform is known, and that only where it is given.
fn packages_on<'a>(eval: &Eval<'a>, args: &[&'a Thunk<'a>]) -> R<'a, Value<'a>> {
    let known = match eval.force(args[0])? {
        Value::Str(system) => {
            let stdenv = stdenv(eval, system);
            let known = ["stdenv", "stdenvNoCC", "clangStdenv", "gccStdenv"].map(|name| (name, stdenv));
            eval.record(&[&known[..], &[("system", args[0])]].concat())
        }
        _ => Value::EMPTY,
    };
    Ok(partly_known(eval, "what <nixpkgs> has", known))
}

/// The attributes that are known of a value.
fn known_set<'a>(eval: &Eval<'a>, args: &[&'a Thunk<'a>]) -> R<'a, Value<'a>> {
    Ok(match eval.force(args[0])? {
        known @ Value::Attrs(_) => known,
        Value::Opaque(opaque) => Value::Attrs(eval.wide(eval.surely(opaque))),
        _ => Value::EMPTY,
    })
}

/// The members that are known of a value.
fn known_list<'a>(eval: &Eval<'a>, args: &[&'a Thunk<'a>]) -> R<'a, Value<'a>> {
    Ok(match eval.force(args[0])? {
        known @ Value::List(_) => known,
        Value::Opaque(Opaque { shape: Shape::Members(items), .. }) => Value::List(items),
        _ => Value::NOTHING,
    })
}

/// Value from outside under the name `what`, of which `known` is known.
fn partly_known<'a>(eval: &Eval<'a>, what: &str, known: Value<'a>) -> Value<'a> {
    let unknown = outside(eval, what);
    // An unknown value can always be updated with a set.
    eval.update(unknown, known).unwrap_or(unknown)
}

fn later_partly_known<'a>(eval: &Eval<'a>, what: &'static str, known: &'a Thunk<'a>) -> &'a Thunk<'a> {
    eval.native(move |eval| Ok(partly_known(eval, what, eval.force(known)?)))
}

/// Platform attributes of `stdenv` itself, which old packages use.
const PLATFORM_FLAGS: &[&str] = &[
    "isLinux",
    "isDarwin",
    "isBSD",
    "isFreeBSD",
    "isOpenBSD",
    "isSunOS",
    "isCygwin",
    "isi686",
    "isx86_32",
    "isx86_64",
    "is32bit",
    "is64bit",
    "isAarch32",
    "isAarch64",
    "isMips",
    "isBigEndian",
    "system",
];

/// The unknown `stdenv`, which is known to build for `system`, and on it.
fn stdenv<'a>(eval: &Eval<'a>, system: &'a str) -> &'a Thunk<'a> {
    let platform = eval.native(move |eval| elaborated(eval, system));
    let flag =
        |name: &&'static str| (*name, eval.thunk(State::Select(platform, eval.sym(name)), platform.origin.get()));
    let mut known: Vec<_> = PLATFORM_FLAGS.iter().map(flag).collect();
    known.extend(["hostPlatform", "buildPlatform", "targetPlatform"].map(|name| (name, platform)));
    eval.done(partly_known(eval, "`stdenv`", eval.record(&known)))
}

/// `lib.systems.elaborate` of a platform.
fn elaborated<'a>(eval: &Eval<'a>, system: &'a str) -> R<'a, Value<'a>> {
    let lib = eval.lib.get().unwrap_or_else(|| packages_around(eval));
    let systems = eval.thunk(State::Select(lib, eval.sym("systems")), lib.origin.get());
    let elaborate = eval.thunk(State::Select(systems, eval.sym("elaborate")), lib.origin.get());
    eval.call(eval.force(elaborate)?, eval.done(Value::Str(eval.wide(system))))
}

/// The package set that files of the tree mean.
pub(super) fn packages_around<'a>(eval: &Eval<'a>) -> &'a Thunk<'a> {
    eval.packages.get().unwrap_or_else(|| eval.done(outside(eval, "the package set")))
}

/// The set that a function of named arguments is called with: `given`, what is known of `packages`, and what it wants
/// besides.
pub(super) fn wanted<'a>(
    eval: &Eval<'a>,
    function: Value<'a>,
    packages: &'a Thunk<'a>,
    given: &'a [Attr<'a>],
) -> R<'a, Option<Value<'a>>> {
    let Value::Lambda(closure) = function else { return Ok(None) };
    let Some(formals) = closure.lambda.formals.as_deref() else { return Ok(None) };
    let entry = eval.force(arguments(eval))?;
    let mut attrs = given.to_vec();
    for formal in formals.iter().filter(|formal| lookup(given, formal.name).is_none()) {
        let name = eval.name(formal.name);
        let known = match (name, entry) {
            ("lib", _) => eval.lib.get(),
            ("pkgs", _) => Some(packages),
            // A package set decides more of it than is stated here.
            ("config", Value::Attrs(entry)) if eval.nixpkgs.get().is_none() => {
                lookup(entry, formal.name).map(|attr| later_partly_known(eval, "`config`", attr.value))
            }
            ("system" | "overlays", Value::Attrs(entry)) => lookup(entry, formal.name).map(|attr| attr.value),
            _ => known_package(eval, packages, formal.name)?,
        };
        let value = match (known, &formal.default) {
            (Some(value), _) => value,
            (None, Some(_)) => continue,
            (None, None) => eval.done(outside(eval, &format!("`{name}`"))),
        };
        attrs.push(Attr { name: formal.name, at: 0, value });
    }
    Ok(Some(eval.attrs(attrs)))
}

/// The package `name`, where something is known of it.
fn known_package<'a>(eval: &Eval<'a>, packages: &'a Thunk<'a>, name: Sym) -> R<'a, Option<&'a Thunk<'a>>> {
    let is_known = match eval.force(packages)? {
        Value::Opaque(opaque) => has_known(opaque, name),
        Value::Attrs(all) => lookup(all, name).is_some(),
        _ => false,
    };
    Ok(is_known.then(|| part_of(eval, packages, name)))
}

fn has_known(opaque: &Opaque<'_>, name: Sym) -> bool {
    match opaque.shape {
        Shape::Over(base, attrs) => lookup(attrs, name).is_some() || has_known(base, name),
        _ => false,
    }
}

/// `callPackageWith packages file given`.
fn call_package<'a>(eval: &Eval<'a>, args: &[&'a Thunk<'a>]) -> R<'a, Value<'a>> {
    let function = match eval.force(args[1])? {
        Value::Path(path) | Value::Str(path) => eval.import(path)?,
        other => other,
    };
    let given = match eval.force(args[2])? {
        Value::Attrs(given) => *given,
        _ => &[],
    };
    let argument = wanted(eval, function, args[0], given)?.map_or(args[2], |set| eval.done(set));
    let result = eval.call(function, argument)?;
    match result {
        Value::Attrs(_) | Value::Opaque(_) => {
            let called = eval.record(&[("given", args[2]), ("argument", argument)]);
            let args = eval.bump.alloc_slice_copy(&[args[0], args[1], eval.done(called)]);
            let again = eval.bump.alloc(Prim { name: OVERRIDE, arity: 4, code: call_again, args });
            eval.update(result, eval.record(&[(OVERRIDE, eval.done(Value::Prim(again)))]))
        }
        _ => Ok(result),
    }
}

/// The attribute of a package that calls its function again.
const OVERRIDE: &str = "override";

/// `(callPackageWith packages file given).override change`.
fn call_again<'a>(eval: &Eval<'a>, args: &[&'a Thunk<'a>]) -> R<'a, Value<'a>> {
    let part = |name| part_of(eval, args[2], eval.sym(name));
    let change = match eval.force(args[3])? {
        function @ (Value::Lambda(_) | Value::Prim(_)) => eval.call(function, part("argument"))?,
        change => change,
    };
    let given = eval.update(eval.force(part("given"))?, change)?;
    call_package(eval, &[args[0], args[1], eval.done(given)])
}
