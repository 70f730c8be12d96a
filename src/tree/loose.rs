//! Trees without a package set: a lone file, an overlay, a folder of packages.
//!
//! Names: a `flake.nix` gives its outputs, as `packages.x86_64-linux.foo` and `overlays.default.foo`; a `default.nix` at
//! the root gives its own attributes. Without one, each file that gives a package, and that the flake does not reach, is
//! an attribute of the file's name (`foo.nix`) or of its folder's (`foo/default.nix`, `foo/package.nix`); a file that
//! gives several has them below that name. Files of equal names are told apart by their folders: `a-foo`, `b-foo`.
//! Invariant: nothing outside of the tree is guessed; a package that is only passed on from there is left out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::checkout::{Checkout, Layout};
use super::outside::{self, Conditions, packages_around, wanted};
use crate::nix::{Attr, ErrorKind, Eval, Loss, Opaque, R, Shape, State, Thunk, Value};
use crate::text::RelPath;

/// More files than this are no folder of packages.
const MAX_FILES: usize = 50_000;

/// Functions of functions are called this often.
const MAX_CALLS: usize = 4;

/// Files that stand for a folder, by name.
const FLAKE: &str = "flake.nix";
const ENTRY: &str = "default.nix";

/// Files that are called after their folders, without the ending.
const FOLDER_FILES: [&str; 2] = ["default", "package"];

/// The attributes of a tree without a package set.
pub(super) fn packages<'a>(checkout: &Checkout, eval: &Eval<'a>) -> R<'a, &'a [Attr<'a>]> {
    outside::install(checkout, eval)?;
    let has = |file: &str| RelPath::new(file).filter(|file| checkout.has(file));
    match &checkout.layout {
        Layout::File(file) if file.as_str() == FLAKE => Ok(flake(checkout, eval)),
        Layout::File(file) => {
            let name = name_of(file).unwrap_or_else(|| "default".to_owned());
            entry(checkout, eval, file, name)
        }
        _ => {
            let outputs = if has(FLAKE).is_some() { flake(checkout, eval) } else { &[] };
            let others = match has(ENTRY) {
                Some(file) if is_reached(checkout, eval, &file) => &[],
                Some(file) => entry(checkout, eval, &file, folder_name(checkout))?,
                None => files(checkout, eval, outputs),
            };
            Ok(eval.merge(others, outputs))
        }
    }
}

/// The outputs of the flake, or the one row that says why there are none.
fn flake<'a>(checkout: &Checkout, eval: &Eval<'a>) -> &'a [Attr<'a>] {
    match outside::outputs(checkout, eval) {
        Ok(outputs) => outside::each_once(eval, outputs),
        Err(error) => slice(eval, vec![("flake".to_owned(), eval.thunk(State::Failed(error), error.at))]),
    }
}

/// True where the flake's own packages come from `file`.
fn is_reached(checkout: &Checkout, eval: &Eval<'_>, file: &RelPath) -> bool {
    eval.has_imported(&file.under(checkout.root()).to_string_lossy())
}

/// Attributes of `file`, or the one of the name `name`.
fn entry<'a>(checkout: &Checkout, eval: &Eval<'a>, file: &RelPath, name: String) -> R<'a, &'a [Attr<'a>]> {
    let path = eval.str(&file.under(checkout.root()).to_string_lossy());
    match called(eval, path)? {
        Value::Attrs(attrs) if !eval.is_derivation(attrs)? => Ok(attrs),
        Value::Opaque(opaque) if matches!(opaque.shape, Shape::Cases(..)) => Ok(either(eval, opaque, name)),
        value => Ok(slice(eval, vec![(name, eval.done(value))])),
    }
}

/// Value of a file called `name` under an unknown condition, with a row for every branch that is left out.
fn either<'a>(eval: &Eval<'a>, opaque: &'a Opaque<'a>, name: String) -> &'a [Attr<'a>] {
    let conditions = Conditions::default();
    let Some(either) = outside::extension(eval, opaque, &conditions) else {
        return slice(eval, vec![(name, eval.done(Value::Opaque(opaque)))]);
    };
    match conditions.lost() {
        Some(why) => {
            let lost = eval.error(ErrorKind::Unknown(Loss::Missed), why);
            eval.merge(slice(eval, vec![(name, eval.thunk(State::Failed(lost), lost.at))]), either)
        }
        None => either,
    }
}

/// A file that is read alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AloneFile {
    /// The file.
    pub file: RelPath,
    /// Offsets around which the calls that are written there are read; none where the value of the file is.
    pub places: Vec<u32>,
}

/// One attribute for each of `files`, called by its number, not evaluated yet.
pub(super) fn alone<'a>(checkout: &Checkout, eval: &Eval<'a>, files: &[AloneFile]) -> R<'a, &'a [Attr<'a>]> {
    outside::install(checkout, eval)?;
    let item = |(number, AloneFile { file, places }): (usize, &AloneFile)| {
        let path = eval.str(&file.under(checkout.root()).to_string_lossy());
        let places: &'a [u32] = eval.bump.alloc_slice_copy(places);
        let value = move |eval: &Eval<'a>| match places {
            [] => called(eval, path),
            _ => Ok(written(eval, path, places)),
        };
        (number.to_string(), eval.native(value))
    };
    Ok(slice(eval, files.iter().enumerate().map(item).collect()))
}

/// The calls that are written in the file at `path` around `places`, by the names they are bound to.
fn written<'a>(eval: &Eval<'a>, path: &str, places: &[u32]) -> Value<'a> {
    let arguments = |eval: &Eval<'a>, function: Value<'a>| {
        let packages = packages_around(eval);
        Ok(wanted(eval, function, packages, &[])?.map_or(packages, |set| eval.done(set)))
    };
    let calls = eval.written_around(path, places, &arguments);
    let mut taken = BTreeSet::new();
    let named = calls.into_iter().map(|call| {
        let name = call.name.map_or("package", |name| eval.name(name));
        let mut all = std::iter::once(name.to_owned()).chain((2..).map(|number| format!("{name}-{number}")));
        let name = all.find(|name| taken.insert(name.clone())).unwrap_or_default();
        (name, call.value)
    });
    Value::Attrs(eval.wide(slice(eval, named.collect())))
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

/// One attribute for each file that `outputs` does not come from, not evaluated yet.
fn files<'a>(checkout: &Checkout, eval: &Eval<'a>, outputs: &'a [Attr<'a>]) -> &'a [Attr<'a>] {
    let mut by_name: BTreeMap<String, BTreeMap<String, Vec<RelPath>>> = BTreeMap::new();
    for file in nix_files(checkout).into_iter().filter(|file| !is_reached(checkout, eval, file)) {
        let places = by_name.entry(name_of(&file).unwrap_or_else(|| folder_name(checkout))).or_default();
        places.entry(long_name(&file)).or_default().push(file);
    }
    let mut items: Vec<(String, &'a Thunk<'a>)> = Vec::new();
    let outputs: BTreeSet<String> = outputs.iter().map(|attr| eval.name(attr.name).to_owned()).collect();
    let mut taken: BTreeSet<String> = by_name.keys().chain(&outputs).cloned().collect();
    for (name, places) in by_name {
        let alone = places.len() == 1 && !outputs.contains(&name);
        for (long, mut files) in places {
            // The last of a folder's files is its package: `package.nix` behind the `default.nix` that calls it.
            files.reverse();
            let mut names = vec![if alone { name.clone() } else { long }];
            names.extend(files.iter().skip(1).map(whole_name));
            for (file, name) in files.iter().zip(names) {
                let counted = (2..).map(|number| format!("{name}-{number}"));
                let mut all = std::iter::once(name.clone()).chain(counted);
                let is_first = alone && Some(file) == files.first();
                let name = if is_first { Some(name.clone()) } else { all.find(|name| taken.insert(name.clone())) };
                let path = eval.str(&file.under(checkout.root()).to_string_lossy());
                items.push((name.unwrap_or_default(), eval.native(move |eval| called(eval, path))));
            }
        }
    }
    slice(eval, items)
}

/// The number of .nix files that are left aside because they lie in a folder of sources.
pub(crate) fn count_in_sources(checkout: &Checkout) -> usize {
    let folders = sources(checkout);
    if folders.is_empty() { 0 } else { below(checkout, &[]).len() - below(checkout, &folders).len() }
}

/// The folders of sources below the root of the checkout. One that holds the whole checkout says nothing.
fn sources(checkout: &Checkout) -> Vec<RelPath> {
    let real = checkout.options.sources.iter().filter_map(|folder| folder.canonicalize().ok());
    let folders = real.filter_map(|folder| RelPath::below(checkout.root(), &folder));
    folders.filter(|folder| !folder.as_str().is_empty()).collect()
}

pub(super) fn nix_files(checkout: &Checkout) -> Vec<RelPath> {
    below(checkout, &sources(checkout))
}

/// The .nix files of the checkout but those in the folders `apart`.
fn below(checkout: &Checkout, apart: &[RelPath]) -> Vec<RelPath> {
    let hidden = |entry: &walkdir::DirEntry| entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.');
    let is_apart = |file: &RelPath| apart.iter().any(|folder| file.is_below(folder));
    let is_nix = |file: &RelPath| file.name().ends_with(".nix") && !is_apart(file);
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
    if steps.last().is_some_and(|last| FOLDER_FILES.contains(last)) {
        steps.pop();
    }
    steps
}

fn name_of(file: &RelPath) -> Option<String> {
    steps(file).last().map(|name| (*name).to_owned())
}

/// The names that a package in `file` may be given for want of another.
pub(crate) fn names_of(file: &RelPath) -> Vec<String> {
    let long = long_name(file);
    // A package may come by way of the other file of its folder.
    let by_folder = FOLDER_FILES.map(|name| if long.is_empty() { name.to_owned() } else { format!("{long}-{name}") });
    name_of(file).into_iter().chain([long]).chain(by_folder).chain([whole_name(file)]).collect()
}

fn whole_name(file: &RelPath) -> String {
    file.as_str().trim_end_matches(".nix").replace('/', "-")
}

fn long_name(file: &RelPath) -> String {
    steps(file).join("-")
}

/// The value of the file at `path`, called as often as it wants arguments.
fn called<'a>(eval: &Eval<'a>, path: &'a str) -> R<'a, Value<'a>> {
    let mut value = eval.import(path)?;
    for _ in 0..MAX_CALLS {
        let Value::Lambda(_) = value else { break };
        let function = value;
        let packages = packages_around(eval);
        value = match wanted(eval, function, packages, &[])? {
            Some(set) => eval.call(function, eval.done(set))?,
            None => match eval.call(function, packages)? {
                // `final: prev:` with plain names.
                Value::Lambda(inner) if inner.lambda.formals.is_none() => outside::overlaid(eval, function)?,
                value => value,
            },
        };
    }
    Ok(value)
}
