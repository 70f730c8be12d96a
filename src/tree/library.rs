//! Which `lib` a checkout means, and the license table in it.
//!
//! Its own where it has one; else the one of `--nixpkgs`; else the one that clarity carries.

use std::ops::ControlFlow;

use super::checkout::Checkout;
use crate::nix::{Eval, Prim, R, Thunk, Value, fallback_lib};
use crate::table::{self, LicenseTable, Read, TableOrigin};

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
        let records = self.evaluate(|eval| ControlFlow::Break(table::read(eval, &origin)));
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
