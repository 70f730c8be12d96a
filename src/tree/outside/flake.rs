//! The outputs of a `flake.nix` that hold packages for the stated platform.
//!
//! Its inputs are those that lie on this machine. Of the others nothing is known, but for what stands for nixpkgs and for
//! the functions of flake-utils and flake-parts that only arrange what they are given.

use super::super::checkout::Checkout;
use super::super::pins::Pin;
use super::{behind, carried, known_list, known_set, outside, packages_around, prim};
use crate::nix::{Attr, Eval, R, Thunk, Value};

/// Paths that no file has: what is embedded is evaluated under them.
const FLAKE: &str = "/clarity/outside/flake.nix";
const SYSTEMS: &str = "/clarity/outside/systems.nix";

/// The platforms that a list of default platforms has, beside the stated one.
const DEFAULT_SYSTEMS: [&str; 4] = ["x86_64-linux", "aarch64-linux", "x86_64-darwin", "aarch64-darwin"];

/// The outputs of the `flake.nix` of `checkout`: packages by platform, overlays as what they give.
pub(in crate::tree) fn outputs<'a>(checkout: &Checkout, eval: &Eval<'a>) -> R<'a, &'a [Attr<'a>]> {
    let root = checkout.root().to_string_lossy();
    let flake = eval.import(eval.str(&format!("{root}/flake.nix")))?;
    eval.files.embed(FLAKE, include_str!("flake.nix"));
    let given = eval.record(&[
        ("flake", eval.done(flake)),
        ("root", eval.done(Value::Path(eval.wide(eval.str(&root))))),
        ("system", eval.done(Value::Str(eval.wide(eval.system)))),
        ("systems", eval.done(systems(eval)?)),
        ("systemsFile", eval.done(Value::Path(&SYSTEMS))),
        ("lib", lib(eval)),
        ("packages", import_nixpkgs(eval)),
        ("carried", eval.native(carried)),
        ("nixpkgsRoot", eval.done(eval.nixpkgs.get().map_or(Value::Null, |root| Value::Path(eval.wide(root))))),
        ("isChosen", eval.done(Value::bool(checkout.options.lib.is_some()))),
        ("nodes", eval.done(nodes(checkout, eval))),
        ("roots", eval.done(names(eval, &checkout.options.inputs.roots))),
        ("unknown", prim(eval, "unknown", 1, unknown)),
        ("missing", prim(eval, "missing", 2, missing)),
        ("kindOf", prim(eval, "kindOf", 1, kind_of)),
        ("knownSet", prim(eval, "knownSet", 1, known_set)),
        ("knownList", prim(eval, "knownList", 1, known_list)),
    ]);
    match eval.call(eval.import(FLAKE)?, eval.done(given))? {
        Value::Attrs(found) => Ok(found),
        _ => Ok(&[]),
    }
}

/// The pinned inputs that lie on this machine, by key.
fn nodes<'a>(checkout: &Checkout, eval: &Eval<'a>) -> Value<'a> {
    let node = |(key, pin): (&String, &Pin)| {
        let folder = behind::folder(eval, pin)?;
        let value = eval.done(node(eval, pin, folder, pin.is_package_set(&checkout.files.disk)));
        Some(Attr { name: eval.sym(key), at: 0, value })
    };
    eval.attrs(checkout.options.inputs.all.iter().filter_map(node).collect())
}

fn node<'a>(eval: &Eval<'a>, pin: &Pin, folder: &'a str, is_nixpkgs: bool) -> Value<'a> {
    let text = |text: &str| eval.done(Value::Str(eval.wide(eval.str(text))));
    let mut info = Vec::new();
    info.extend(pin.hash().map(|hash| ("narHash", text(hash))));
    info.extend(pin.last_modified.map(|seconds| ("lastModified", eval.done(Value::Int(seconds)))));
    if let Some(rev) = &pin.revision {
        info.extend([("rev", text(rev)), ("shortRev", text(rev.get(..7).unwrap_or(rev)))]);
    }
    let flake = std::path::Path::new(pin.flake_folder.as_str()).join("flake.nix");
    eval.record(&[
        ("folder", eval.done(Value::Path(eval.wide(folder)))),
        ("flakeFolder", text(pin.flake_folder.as_str())),
        ("isFlake", eval.done(Value::bool(pin.is_flake && std::path::Path::new(folder).join(flake).is_file()))),
        ("isNixpkgs", eval.done(Value::bool(is_nixpkgs))),
        ("isNamed", eval.done(Value::bool(pin.is_named))),
        ("inputs", eval.done(names(eval, &pin.inputs))),
        ("info", eval.done(eval.record(&info))),
    ])
}

/// A set of texts.
fn names<'a>(eval: &Eval<'a>, names: &std::collections::BTreeMap<String, String>) -> Value<'a> {
    let text = |text: &str| eval.done(Value::Str(eval.wide(eval.str(text))));
    eval.attrs(names.iter().map(|(name, key)| Attr { name: eval.sym(name), at: 0, value: text(key) }).collect())
}

/// The function that `import` of nixpkgs gives.
fn import_nixpkgs<'a>(eval: &Eval<'a>) -> &'a Thunk<'a> {
    match eval.nixpkgs.get() {
        Some(root) => eval.native(move |eval| eval.import(root)),
        None => packages_around(eval),
    }
}

fn systems<'a>(eval: &Eval<'a>) -> R<'a, Value<'a>> {
    let others = DEFAULT_SYSTEMS.into_iter().filter(|other| *other != eval.system);
    let all: Vec<String> = std::iter::once(eval.system).chain(others).map(|system| format!("{system:?}")).collect();
    eval.files.embed(SYSTEMS, &format!("[ {} ]\n", all.join(" ")));
    eval.import(SYSTEMS)
}

fn lib<'a>(eval: &Eval<'a>) -> &'a Thunk<'a> {
    eval.lib.get().unwrap_or_else(|| eval.done(outside(eval, "`lib`")))
}

fn unknown<'a>(eval: &Eval<'a>, args: &[&'a Thunk<'a>]) -> R<'a, Value<'a>> {
    let what = eval.force(args[0]).and_then(|what| eval.plain_string(what))?;
    Ok(outside(eval, what))
}

/// The second argument in the place of the input with the first as its key.
fn missing<'a>(eval: &Eval<'a>, args: &[&'a Thunk<'a>]) -> R<'a, Value<'a>> {
    let key = eval.force(args[0]).and_then(|key| eval.plain_string(key))?;
    eval.miss(key);
    eval.force(args[1])
}

fn kind_of<'a>(eval: &Eval<'a>, args: &[&'a Thunk<'a>]) -> R<'a, Value<'a>> {
    Ok(Value::Str(eval.wide(eval.force(args[0])?.type_name())))
}
