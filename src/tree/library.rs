//! Which `lib` a checkout means, and the license table in it.
//!
//! Its own where it has one; else the one of `--nixpkgs`; else the one that clarity carries.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::checkout::Checkout;
use super::table::{LicenseRecord, LicenseTable, TableOrigin};
use crate::nix::{Attr, Eval, Prim, R, Thunk, Value, fallback_lib, lookup};

/// A path that no file has: the embedded library is evaluated under it.
const EMBEDDED: &str = "/clarity/lib/default.nix";

/// Binds the library that stands in where a file of the checkout means a `lib` from outside.
pub(super) fn install<'a>(checkout: &Checkout, eval: &Eval<'a>) -> &'a Thunk<'a> {
    let thunk = match &checkout.lib {
        Some(path) => {
            let path = eval.str(path);
            eval.native(move |eval| eval.import(path))
        }
        None => eval.native(embedded),
    };
    eval.lib.set(Some(thunk));
    thunk
}

fn embedded<'a>(eval: &Eval<'a>) -> R<'a, Value<'a>> {
    eval.files.embed(EMBEDDED, &fallback_lib());
    let function = eval.import(EMBEDDED)?;
    let licenses = eval.json(LicenseTable::embedded_json())?;
    let is_unknown = Prim { name: "isUnknown", arity: 1, code: is_unknown, args: &[] };
    let is_unknown = eval.done(Value::Prim(eval.bump.alloc(is_unknown)));
    let argument = eval.record(&[("licenses", eval.done(licenses)), ("isUnknown", is_unknown)]);
    eval.call(function, eval.done(argument))
}

/// True for a value that could not be evaluated.
fn is_unknown<'a>(eval: &Eval<'a>, args: &[&'a Thunk<'a>]) -> R<'a, Value<'a>> {
    Ok(Value::bool(matches!(eval.force(args[0])?, Value::Opaque(_))))
}

impl Checkout {
    /// The license table that the checkout's packages mean.
    pub fn license_table(&self) -> LicenseTable {
        let own = self.root().join("lib/default.nix");
        let origin = match (&self.lib, self.files.disk.is_file(&own.to_string_lossy())) {
            (_, true) => own.to_string_lossy().into_owned(),
            (Some(lib), false) => lib.clone(),
            (None, false) => return LicenseTable::embedded(),
        };
        let records = self.evaluate(|eval| ControlFlow::Break(records(eval, &origin)));
        match records.flatten() {
            Some(Read { records, has_operators, has_source_types }) => {
                let below = std::path::Path::new(&origin).strip_prefix(self.root());
                let shown = below.map_or(origin.clone(), |below| below.to_string_lossy().into_owned());
                LicenseTable { origin: TableOrigin::Checkout(shown), records, has_operators, has_source_types }
            }
            None => LicenseTable::embedded(),
        }
    }
}

/// The license table of a library.
struct Read {
    records: BTreeMap<String, LicenseRecord>,
    has_operators: bool,
    has_source_types: bool,
}

fn records(eval: &Eval<'_>, lib: &str) -> Option<Read> {
    let Ok(Value::Attrs(lib)) = eval.import(eval.str(lib)) else { return None };
    let Ok(Value::Attrs(table)) = eval.force(lookup(lib, eval.sym("licenses"))?.value) else { return None };
    let has_source_types = lookup(lib, eval.sym("sourceTypes")).is_some();
    let mut records = BTreeMap::new();
    let mut operators = 0;
    for (name, attr) in eval.sorted_names(table) {
        match eval.force(attr.value) {
            Ok(Value::Attrs(record)) => {
                records.insert(name.to_string(), read(eval, name, record));
            }
            Ok(Value::Lambda(_) | Value::Prim(_)) => operators += usize::from(["OR", "AND", "WITH"].contains(&name)),
            _ => {}
        }
    }
    (!records.is_empty()).then_some(Read { records, has_operators: operators == 3, has_source_types })
}

fn read<'a>(eval: &Eval<'a>, name: &str, record: &'a [Attr<'a>]) -> LicenseRecord {
    let field = |name: &str| lookup(record, eval.sym(name)).and_then(|attr| eval.force(attr.value).ok());
    let text = |name: &str| match field(name) {
        Some(Value::Str(text)) => Some((*text).to_owned()),
        _ => None,
    };
    let flag = |name: &str| field(name).and_then(Value::as_bool);
    let free = flag("free").unwrap_or(true);
    LicenseRecord {
        short_name: text("shortName").unwrap_or_else(|| name.to_owned()),
        spdx_id: text("spdxId"),
        full_name: text("fullName"),
        url: text("url"),
        free,
        redistributable: flag("redistributable").unwrap_or(free),
        deprecated: flag("deprecated").unwrap_or(false),
    }
}
