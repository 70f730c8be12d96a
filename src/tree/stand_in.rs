//! The `lib` that clarity carries, where a tree means one that it does not have.

use super::LicenseTable;
use crate::nix::{Eval, R, Value, fallback_lib};

/// A path where nothing lies: the place of the text below.
const PLACE: &str = "/embedded/lib.nix";

/// The library, with the embedded license table.
pub(super) fn library<'a>(eval: &Eval<'a>) -> R<'a, Value<'a>> {
    let facts = LicenseTable::embedded_json().replace('\\', "\\\\").replace('"', "\\\"").replace("${", "\\${");
    let text = format!("({}) {{ licenses = builtins.fromJSON \"{facts}\"; }}", fallback_lib());
    eval.files.embed(PLACE, &text);
    eval.import(eval.str(PLACE))
}
