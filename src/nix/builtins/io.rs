//! Builtins that look at files: only below the checkout; those that fetch are opaque.

use super::Row;
use crate::nix::disk::Kind;
use crate::nix::eval::Eval;
use crate::nix::value::{Attr, ErrorKind, Loss, R, Shape, Thunk, Value, Why, lookup, unknown_hash};

pub(super) const TABLE: &[Row] = &[
    ("import", 1, import),
    ("scopedImport", 2, |eval, _| Ok(eval.opaque("scopedImport is not modelled"))),
    ("readFile", 1, read_file),
    ("readDir", 1, read_dir),
    ("readFileType", 1, |eval, args| {
        let path = path_of(eval, args[0])?;
        match eval.files.disk.kind(inside(eval, path)?) {
            Some(kind) => Ok(Value::Str(eval.wide(file_type(kind)))),
            None => eval.unknown(&format!("{}: there is no such file", eval.shown(path))),
        }
    }),
    ("pathExists", 1, |eval, args| {
        let path = path_of(eval, args[0])?;
        Ok(Value::bool(eval.files.disk.exists(inside(eval, path)?)))
    }),
    ("hashFile", 2, |eval, args| {
        let path = path_of(eval, args[1])?;
        match eval.files.open(inside(eval, path)?) {
            Ok(file) => super::data::hash(eval, eval.str_of(args[0])?, file.bytes()),
            Err(_) => eval.unknown(&format!("{}: cannot be read", eval.shown(path))),
        }
    }),
    ("getEnv", 1, |eval, args| eval.str_of(args[0]).map(|_| Value::Str(&""))),
    ("findFile", 2, |eval, args| Ok(eval.search(eval.str_of(args[1])?))),
    ("filterSource", 2, |eval, args| store_copy(eval, args[1])),
    ("path", 1, |eval, args| {
        let attrs = eval.attrs_of(args[0])?;
        match lookup(attrs, eval.known.path) {
            Some(path) => store_copy(eval, path.value),
            None => eval.fault("builtins.path needs a path"),
        }
    }),
    ("storePath", 1, |eval, _| Ok(eval.opaque("a path of the Nix store"))),
    ("toFile", 2, |eval, args| {
        let name = eval.str_of(args[0])?;
        Ok(Value::Tainted(eval.wide(eval.str(&format!("/nix/store/{}-{name}", unknown_hash(WRITTEN))))))
    }),
    ("fetchurl", 1, |eval, args| fetched(eval, "fetchurl", args[0])),
    ("fetchTarball", 1, |eval, args| fetched(eval, "fetchTarball", args[0])),
    ("fetchGit", 1, |eval, args| fetched(eval, "fetchGit", args[0])),
    ("fetchMercurial", 1, |eval, args| fetched(eval, "fetchMercurial", args[0])),
    ("fetchTree", 1, |eval, args| fetched(eval, "fetchTree", args[0])),
    ("getFlake", 1, |eval, args| fetched(eval, "getFlake", args[0])),
    ("fetchClosure", 1, |eval, args| fetched(eval, "fetchClosure", args[0])),
];

/// The number of files that `toFile` writes: no derivation has it, and no copy of a path.
const WRITTEN: u64 = u64::MAX;

/// Attributes by which a fetching builtin pins what it fetches.
const PINNING: [&str; 4] = ["sha256", "narHash", "hash", "rev"];

/// The folder of the pinned input that a fetching builtin is asked for.
fn pinned<'a>(eval: &Eval<'a>, argument: &'a Thunk<'a>) -> Option<&'a str> {
    if eval.pinned.borrow().is_empty() && eval.missed.borrow().is_none() {
        return None;
    }
    let Ok(Value::Attrs(given)) = eval.force(argument) else { return None };
    let part = |name: &&str| lookup(given, eval.sym(name)).and_then(|attr| eval.str_of(attr.value).ok());
    let pins: Vec<&str> = PINNING.iter().filter_map(part).collect();
    let folder = pins.iter().find_map(|pin| eval.pinned.borrow().get(*pin).copied());
    if folder.is_none() {
        pins.into_iter().for_each(|pin| eval.miss(pin));
    }
    folder
}

/// Result of a fetching builtin: the pinned input where it lies on this machine. Else its argument is remembered.
fn fetched<'a>(eval: &Eval<'a>, name: &str, argument: &'a Thunk<'a>) -> R<'a, Value<'a>> {
    if let Some(folder) = pinned(eval, argument) {
        let path = Value::Str(eval.wide(folder));
        return Ok(if name == "fetchTarball" { path } else { eval.record(&[("outPath", eval.done(path))]) });
    }
    let why = Why { loss: Loss::Missed, text: eval.str(&format!("builtins.{name} is not run")) };
    Ok(eval.opaque_as(why, Shape::Build(argument)))
}

fn path_of<'a>(eval: &Eval<'a>, thunk: &'a Thunk<'a>) -> R<'a, &'a str> {
    match eval.force(thunk)? {
        Value::Path(path) => Ok(path),
        Value::Str(path) if path.starts_with('/') => Ok(path),
        Value::Attrs(attrs) => match lookup(attrs, eval.known.out_path) {
            Some(path) => eval.deeper(|| path_of(eval, path.value)),
            None => eval.fault("a path was expected, not a set"),
        },
        Value::Tainted(text) => match eval.copied_from(text) {
            Some(path) => Ok(path),
            None => eval.unknown("a file that only exists after a build"),
        },
        Value::Opaque(opaque) => eval.unknown_because(opaque.why),
        other => eval.fault(&format!("a path was expected, not a {}", other.type_name())),
    }
}

/// `path`, where it may be looked at.
fn inside<'a>(eval: &Eval<'a>, path: &'a str) -> R<'a, &'a str> {
    if eval.files.is_reachable(path) {
        Ok(path)
    } else {
        eval.unknown(&format!("{}: outside of the checkout", eval.shown(path)))
    }
}

fn import<'a>(eval: &Eval<'a>, args: &[&'a Thunk<'a>]) -> R<'a, Value<'a>> {
    let outside = match eval.force(args[0])? {
        Value::Opaque(_) => true,
        Value::Path(path) | Value::Str(path) => !eval.files.is_inside(path),
        _ => false,
    };
    if outside
        && means_lib(eval, args[0])
        && let Some(lib) = eval.lib.get()
    {
        return eval.force(lib);
    }
    if let Value::Opaque(opaque) = eval.force(args[0])? {
        // A call of it is known as far as a call of its result is.
        return Ok(if eval.functor_of(opaque)?.is_some() {
            Value::Opaque(opaque)
        } else {
            eval.opaque_because(opaque.why)
        });
    }
    let path = path_of(eval, args[0])?;
    eval.import(path)
}

/// True where the argument of `import` was written as something called `lib`: `import pins.lib`, `import (nixpkgs + "/lib")`.
fn means_lib<'a>(eval: &Eval<'a>, argument: &'a Thunk<'a>) -> bool {
    let text = eval.files.text(argument.origin.get()).unwrap_or("");
    text.trim_matches(|letter: char| !letter.is_ascii_alphanumeric())
        .rsplit(|letter: char| !letter.is_ascii_alphanumeric())
        .next()
        == Some("lib")
}

fn read_file<'a>(eval: &Eval<'a>, args: &[&'a Thunk<'a>]) -> R<'a, Value<'a>> {
    let path = path_of(eval, args[0])?;
    match eval.files.open(inside(eval, path)?) {
        Ok(file) => match file.text() {
            Some(text) => Ok(Value::Str(eval.wide(text))),
            None => eval.unknown(&format!("{}: not UTF-8", eval.shown(path))),
        },
        Err(error) => eval.unknown(&eval.mishap(path, &error)),
    }
}

fn file_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Folder => "directory",
        Kind::Link => "symlink",
        Kind::File => "regular",
        Kind::Other => "unknown",
    }
}

fn read_dir<'a>(eval: &Eval<'a>, args: &[&'a Thunk<'a>]) -> R<'a, Value<'a>> {
    let path = path_of(eval, args[0])?;
    let failed =
        |error: std::io::Error| eval.error(ErrorKind::Unknown(Loss::Missed), &format!("{}: {error}", eval.shown(path)));
    let entries = eval.files.disk.list(inside(eval, path)?).map_err(failed)?;
    let entry = |(name, kind): &(String, Kind)| Attr {
        name: eval.sym(name),
        at: 0,
        value: eval.done(Value::Str(eval.wide(file_type(*kind)))),
    };
    Ok(eval.attrs(entries.iter().map(entry).collect()))
}

/// A copy of a file or folder in the store: a path like any other, whose text is not known.
fn store_copy<'a>(eval: &Eval<'a>, path: &'a Thunk<'a>) -> R<'a, Value<'a>> {
    match eval.force(path)? {
        Value::Path(path) => Ok(Value::Tainted(eval.wide(eval.copied_to(path)))),
        other => Ok(other),
    }
}
