//! Trees without a package set: a lone file, an overlay, a folder of packages.
//!
//! What such a file takes from the packages around it is not known and stays so; `lib` is the one that stands in, and
//! `stdenv` builds for the stated platform.
//! Names: a `default.nix` at the root gives its own attributes. Without one, each file that gives a package is an
//! attribute of the file's name (`foo.nix`) or of its folder's (`foo/default.nix`, `foo/package.nix`); a file that gives
//! several has them below that name. Files of equal names are told apart by their folders: `a-foo`, `b-foo`.
//! Invariant: nothing outside of the tree is guessed; a package that is only passed on from there is left out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::checkout::{Checkout, Layout};
use super::discover::arguments;
use crate::nix::{Attr, Eval, Prim, R, State, Thunk, Value, lookup};
use crate::text::RelPath;

/// How a reason ends that is about something outside of the tree.
const OUTSIDE: &str = "comes from outside of the checkout";

/// More files than this are no folder of packages.
const MAX_FILES: usize = 50_000;

/// Functions of functions are called this often.
const MAX_CALLS: usize = 4;

/// True where `why` says no more than that something is not part of the tree.
pub(super) fn is_outside(why: &str) -> bool {
    why.ends_with(OUTSIDE)
}

/// The attributes of a tree without a package set.
pub(super) fn packages<'a>(checkout: &Checkout, eval: &Eval<'a>) -> R<'a, &'a [Attr<'a>]> {
    install(eval);
    let (file, name) = match &checkout.layout {
        Layout::File(file) => (file.clone(), name_of(file).unwrap_or_else(|| "default".to_owned())),
        _ => match RelPath::new("default.nix").filter(|file| checkout.has(file)) {
            Some(file) => (file, folder_name(checkout)),
            None => return Ok(files(checkout, eval)),
        },
    };
    match content(checkout, eval, &file)? {
        Value::Attrs(attrs) if !eval.is_derivation(attrs)? => Ok(attrs),
        value => Ok(slice(eval, vec![(name, eval.done(value))])),
    }
}

fn folder_name(checkout: &Checkout) -> String {
    checkout.root().file_name().map_or_else(|| "default".to_owned(), |name| name.to_string_lossy().into_owned())
}

fn slice<'a>(eval: &Eval<'a>, items: Vec<(String, &'a Thunk<'a>)>) -> &'a [Attr<'a>] {
    let attrs = items.into_iter().map(|(name, value)| Attr { name: eval.sym(&name), at: 0, value });
    match eval.attrs(attrs.collect()) {
        Value::Attrs(attrs) => attrs,
        _ => &[],
    }
}

/// Binds what a file means by the packages around it.
fn install(eval: &Eval<'_>) {
    let stdenv = stdenv(eval);
    let known = eval.record(&[("stdenv", stdenv), ("system", eval.done(Value::Str(eval.system)))]);
    eval.packages.set(Some(eval.done(partly_known(eval, "what <nixpkgs> has", known))));
    let prim = Prim { name: "callPackage", arity: 2, code: call_package, args: &[] };
    eval.call_package.set(Some(eval.done(Value::Prim(eval.bump.alloc(prim)))));
}

/// What comes from outside under the name `what`, of which `known` is known.
fn partly_known<'a>(eval: &Eval<'a>, what: &str, known: Value<'a>) -> Value<'a> {
    let unknown = eval.opaque(&format!("{what} {OUTSIDE}"));
    // An unknown value can always be updated with a set.
    eval.update(unknown, known).unwrap_or(unknown)
}

/// What old packages ask `stdenv` itself about the platform.
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

/// The unknown `stdenv`, which is known to build for the stated platform, and on it.
fn stdenv<'a>(eval: &Eval<'a>) -> &'a Thunk<'a> {
    let platform = eval.native(elaborated);
    let flag =
        |name: &&'static str| (*name, eval.thunk(State::Select(platform, eval.sym(name)), platform.origin.get()));
    let mut known: Vec<_> = PLATFORM_FLAGS.iter().map(flag).collect();
    known.extend(["hostPlatform", "buildPlatform", "targetPlatform"].map(|name| (name, platform)));
    eval.done(partly_known(eval, "`stdenv`", eval.record(&known)))
}

/// `lib.systems.elaborate` of the stated platform.
fn elaborated<'a>(eval: &Eval<'a>) -> R<'a, Value<'a>> {
    let lib = eval.lib.get().unwrap_or_else(|| packages_around(eval));
    let systems = eval.thunk(State::Select(lib, eval.sym("systems")), lib.origin.get());
    let elaborate = eval.thunk(State::Select(systems, eval.sym("elaborate")), lib.origin.get());
    eval.call(eval.force(elaborate)?, eval.done(Value::Str(eval.system)))
}

/// One attribute for each file, not evaluated yet.
fn files<'a>(checkout: &Checkout, eval: &Eval<'a>) -> &'a [Attr<'a>] {
    let mut by_name: BTreeMap<String, Vec<RelPath>> = BTreeMap::new();
    for file in nix_files(checkout) {
        by_name.entry(name_of(&file).unwrap_or_else(|| folder_name(checkout))).or_default().push(file);
    }
    let mut items: Vec<(String, &'a Thunk<'a>)> = Vec::new();
    let mut taken: BTreeSet<String> = by_name.keys().cloned().collect();
    for (name, files) in by_name {
        let alone = files.len() == 1;
        for file in files {
            let mut name = if alone { name.clone() } else { long_name(&file) };
            while !alone && !taken.insert(name.clone()) {
                name.push('_');
            }
            let path = eval.str(&file.under(checkout.root()).to_string_lossy());
            items.push((name, eval.native(move |eval| called(eval, path))));
        }
    }
    slice(eval, items)
}

fn nix_files(checkout: &Checkout) -> Vec<RelPath> {
    let hidden = |entry: &walkdir::DirEntry| entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.');
    let is_nix = |file: &RelPath| file.name().ends_with(".nix");
    let disk = &checkout.files.disk;
    let on_disk = walkdir::WalkDir::new(checkout.root())
        .into_iter()
        .filter_entry(|entry| !hidden(entry))
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .filter_map(|entry| RelPath::below(checkout.root(), entry.path()))
        // A name that is not UTF-8 leads nowhere: that the file cannot be opened is told with the others.
        .filter(|file| is_nix(file) && !disk.is_gone(&file.under(checkout.root()).to_string_lossy()));
    let mut files: Vec<RelPath> = on_disk.take(MAX_FILES).collect();
    let told = disk.told().filter_map(|file| RelPath::below(checkout.root(), Path::new(file)));
    files.extend(told.filter(|file| is_nix(file) && !file.parts().any(|part| part.starts_with('.'))));
    files.sort_by(|a, b| a.parts().cmp(b.parts()));
    files.dedup();
    files
}

/// The steps of a file's path that name what is in it.
fn steps(file: &RelPath) -> Vec<&str> {
    let mut steps: Vec<&str> = file.as_str().trim_end_matches(".nix").split('/').collect();
    if matches!(steps.last(), Some(&("default" | "package"))) {
        steps.pop();
    }
    steps
}

fn name_of(file: &RelPath) -> Option<String> {
    steps(file).last().map(|name| (*name).to_owned())
}

fn long_name(file: &RelPath) -> String {
    steps(file).join("-")
}

fn content<'a>(checkout: &Checkout, eval: &Eval<'a>, file: &RelPath) -> R<'a, Value<'a>> {
    called(eval, eval.str(&file.under(checkout.root()).to_string_lossy()))
}

/// The value of the file at `path`, called as often as it wants arguments.
fn called<'a>(eval: &Eval<'a>, path: &'a str) -> R<'a, Value<'a>> {
    let mut value = eval.import(path)?;
    for _ in 0..MAX_CALLS {
        let Value::Lambda(_) = value else { break };
        let argument = match wanted(eval, value, &[]) {
            Some(set) => eval.done(set),
            None => packages_around(eval),
        };
        value = eval.call(value, argument)?;
    }
    Ok(value)
}

fn packages_around<'a>(eval: &Eval<'a>) -> &'a Thunk<'a> {
    eval.packages.get().unwrap_or_else(|| eval.done(eval.opaque(OUTSIDE)))
}

fn stdenv_around<'a>(eval: &Eval<'a>) -> Option<&'a Thunk<'a>> {
    let packages = eval.packages.get()?;
    Some(eval.thunk(State::Select(packages, eval.known.stdenv), packages.origin.get()))
}

/// The set that a function of named arguments is called with: `given`, and what it wants besides.
fn wanted<'a>(eval: &Eval<'a>, function: Value<'a>, given: &'a [Attr<'a>]) -> Option<Value<'a>> {
    let Value::Lambda(closure) = function else { return None };
    let formals = closure.lambda.formals.as_deref()?;
    let entry = eval.force(arguments(eval)).ok();
    let mut attrs = given.to_vec();
    for formal in formals.iter().filter(|formal| lookup(given, formal.name).is_none()) {
        let name = eval.name(formal.name);
        let known = match (name, entry) {
            ("lib", _) => eval.lib.get(),
            ("callPackage" | "callPackages", _) => eval.call_package.get(),
            ("stdenv", _) => stdenv_around(eval),
            ("system" | "config" | "overlays", Some(Value::Attrs(entry))) => {
                lookup(entry, formal.name).map(|attr| attr.value)
            }
            _ => None,
        };
        let value = match (known, &formal.default) {
            (Some(value), _) => value,
            (None, Some(_)) => continue,
            (None, None) => eval.done(eval.opaque(&format!("`{name}` {OUTSIDE}"))),
        };
        attrs.push(Attr { name: formal.name, at: 0, value });
    }
    Some(eval.attrs(attrs))
}

/// `callPackage file given`, of packages that are not known.
fn call_package<'a>(eval: &Eval<'a>, args: &[&'a Thunk<'a>]) -> R<'a, Value<'a>> {
    let function = match eval.force(args[0])? {
        Value::Path(path) | Value::Str(path) => eval.import(path)?,
        other => other,
    };
    let given = match eval.force(args[1])? {
        Value::Attrs(given) => given,
        _ => &[],
    };
    match wanted(eval, function, given) {
        Some(set) => eval.call(function, eval.done(set)),
        None => eval.call(function, args[1]),
    }
}
