//! The builtins: all pure ones natively; those that fetch, execute or look at the world are opaque.

mod control;
mod data;
mod drv;
mod io;
mod lists;
mod numbers;
mod patterns;
mod sets;
mod strings;
mod versions;

pub(super) use patterns::Patterns;
pub use versions::parse_name;

use super::eval::Eval;
use super::symbol::Sym;
use super::value::{Attr, Prim, PrimFn, R, Thunk, Value, has_unknown_hash};

/// A row of a table of builtins: name, number of arguments, code.
pub(super) type Row = (&'static str, usize, PrimFn);

const TABLES: [&[Row]; 10] = [
    control::TABLE,
    data::TABLE,
    drv::TABLE,
    io::TABLE,
    lists::TABLE,
    numbers::TABLE,
    patterns::TABLE,
    sets::TABLE,
    strings::TABLE,
    versions::TABLE,
];

/// Builtins that are also names of the outermost scope.
const BARE: [&str; 21] = [
    "abort",
    "baseNameOf",
    "derivation",
    "derivationStrict",
    "dirOf",
    "fetchGit",
    "fetchMercurial",
    "fetchTarball",
    "fetchTree",
    "fromTOML",
    "import",
    "isNull",
    "map",
    "placeholder",
    "removeAttrs",
    "scopedImport",
    "throw",
    "toString",
    "true",
    "false",
    "null",
];

/// The version of the language that is modelled.
const NIX_VERSION: &str = "2.18.0";

/// Values among the builtins that are not functions.
const VALUES: [&str; 9] =
    ["true", "false", "null", "nixVersion", "langVersion", "storeDir", "nixPath", "currentSystem", "currentTime"];

/// The names that are bound in the outermost scope.
pub fn global_names() -> impl Iterator<Item = String> {
    let all = TABLES.into_iter().flatten().map(|(name, ..)| *name).chain(VALUES);
    let hidden = all.map(|name| format!("__{name}"));
    hidden.chain(BARE.map(str::to_owned)).chain(["builtins".to_owned()])
}

/// Binds the outermost scope of `eval`.
pub fn install(eval: &Eval<'_>) {
    let mut all: Vec<(String, Value<'_>)> = Vec::new();
    for (name, arity, code) in TABLES.into_iter().flatten() {
        let prim = Prim { name, arity: *arity, code: *code, args: &[] };
        all.push(((*name).to_owned(), Value::Prim(eval.bump.alloc(prim))));
    }
    all.push(("true".to_owned(), Value::True));
    all.push(("false".to_owned(), Value::False));
    all.push(("null".to_owned(), Value::Null));
    all.push(("nixVersion".to_owned(), Value::Str(&NIX_VERSION)));
    all.push(("langVersion".to_owned(), Value::Int(6)));
    all.push(("storeDir".to_owned(), Value::Str(&"/nix/store")));
    all.push(("nixPath".to_owned(), Value::NOTHING));
    all.push(("currentSystem".to_owned(), Value::Str(eval.wide(eval.system))));
    all.push(("currentTime".to_owned(), eval.opaque("builtins.currentTime is not pure")));
    let set: Vec<Attr<'_>> =
        all.iter().map(|(name, value)| Attr { name: eval.sym(name), at: 0, value: eval.done(*value) }).collect();
    let mut globals = eval.globals.borrow_mut();
    let mut bind = |name: Sym, value| {
        let at = name.0 as usize;
        let len = globals.len().max(at + 1);
        globals.resize(len, None);
        globals[at] = Some(value);
    };
    for attr in &set {
        let name = eval.name(attr.name);
        bind(eval.sym(&format!("__{name}")), attr.value);
        if BARE.contains(&name) {
            bind(attr.name, attr.value);
        }
    }
    bind(eval.sym("builtins"), eval.done(eval.attrs(set)));
}

impl<'a> Eval<'a> {
    /// A list all of whose members something is done with: each costs a step.
    pub(super) fn each_of(&self, thunk: &'a Thunk<'a>) -> R<'a, &'a [&'a Thunk<'a>]> {
        let items = self.list_of(thunk)?;
        self.spend(items.len())?;
        Ok(items)
    }

    /// A set all of whose attributes something is done with: each costs a step.
    pub(super) fn each_attr_of(&self, thunk: &'a Thunk<'a>) -> R<'a, &'a [Attr<'a>]> {
        let attrs = self.attrs_of(thunk)?;
        self.spend(attrs.len())?;
        Ok(attrs)
    }

    pub(super) fn list_of(&self, thunk: &'a Thunk<'a>) -> R<'a, &'a [&'a Thunk<'a>]> {
        match self.force(thunk)? {
            Value::List(items) => Ok(items),
            Value::Opaque(opaque) => self.unknown_because(opaque.why),
            other => self.fault(&format!("a list was expected, not a {}", other.type_name())),
        }
    }

    pub(super) fn attrs_of(&self, thunk: &'a Thunk<'a>) -> R<'a, &'a [Attr<'a>]> {
        match self.force(thunk)? {
            Value::Attrs(attrs) => Ok(attrs),
            Value::Opaque(opaque) => self.unknown_because(opaque.why),
            other => self.fault(&format!("a set was expected, not a {}", other.type_name())),
        }
    }

    pub(super) fn int_of(&self, thunk: &'a Thunk<'a>) -> R<'a, i64> {
        match self.force(thunk)? {
            Value::Int(number) => Ok(number),
            Value::Opaque(opaque) => self.unknown_because(opaque.why),
            other => self.fault(&format!("an integer was expected, not a {}", other.type_name())),
        }
    }

    /// A string whose text matters: one without a store path in it.
    pub(super) fn str_of(&self, thunk: &'a Thunk<'a>) -> R<'a, &'a str> {
        let value = self.force(thunk)?;
        self.plain_string(value)
    }

    /// A string, and whether a store path is in it.
    pub(super) fn text_of(&self, thunk: &'a Thunk<'a>) -> R<'a, (&'a str, bool)> {
        match self.force(thunk)? {
            Value::Str(text) => Ok((text, false)),
            Value::Tainted(text) => Ok((text, true)),
            Value::Opaque(opaque) => self.unknown_because(opaque.why),
            other => self.fault(&format!("a string was expected, not a {}", other.type_name())),
        }
    }

    /// `text`, a part of another, with the taint that had.
    pub(super) fn text_as(&self, text: &'a str, tainted: bool) -> Value<'a> {
        if tainted && has_unknown_hash(text) { Value::Tainted(self.wide(text)) } else { Value::Str(self.wide(text)) }
    }
}
