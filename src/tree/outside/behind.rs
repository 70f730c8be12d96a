//! The whole package set of a nixpkgs checkout that stands behind the tree.
//!
//! Its entry is evaluated as it is, lazily, under a configuration that refuses no package: `callPackage`, scopes,
//! builders and fetchers are its own.

use super::super::discover::allowed;
use crate::nix::{Eval, Thunk, Value};

/// A path that no file has: how the entry is called is evaluated under it.
const BEHIND: &str = "/clarity/outside/behind.nix";

/// The package set of the nixpkgs at `root`; what imports that folder, by whatever path, gets the same function.
pub(super) fn packages<'a>(eval: &Eval<'a>, root: &str) -> &'a Thunk<'a> {
    eval.files.embed(BEHIND, include_str!("behind.nix"));
    let root = eval.str(root);
    let function = eval.replace_import(root, |eval, entry| {
        let given = eval.record(&[
            ("entry", eval.done(entry)),
            ("system", eval.done(Value::Str(eval.wide(eval.system)))),
            ("allowed", eval.done(allowed(eval))),
        ]);
        eval.call(eval.import(BEHIND)?, eval.done(given))
    });
    eval.nixpkgs.set(Some(root));
    eval.delay_call(function, eval.done(Value::EMPTY))
}
