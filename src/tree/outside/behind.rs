//! The whole package sets of nixpkgs checkouts that stand behind the tree.
//!
//! Their entries are evaluated as they are, lazily, under a configuration that refuses no package: `callPackage`, scopes,
//! builders and fetchers are their own.

use super::super::checkout::Checkout;
use super::super::discover::allowed;
use super::super::pins::Pin;
use crate::nix::{Eval, Thunk, Value};

/// A path that no file has: how the entry is called is evaluated under it.
const BEHIND: &str = "/clarity/outside/behind.nix";

/// The function that the nixpkgs at `root` is; whatever imports that folder, by whatever path, gets the same.
fn function<'a>(eval: &Eval<'a>, root: &'a str) -> &'a Thunk<'a> {
    eval.files.embed(BEHIND, include_str!("behind.nix"));
    eval.replace_import(root, |eval, entry| {
        let given = eval.record(&[
            ("entry", eval.done(entry)),
            ("system", eval.done(Value::Str(eval.wide(eval.system)))),
            ("allowed", eval.done(allowed(eval))),
        ]);
        eval.call(eval.import(BEHIND)?, eval.done(given))
    })
}

/// The packages of the nixpkgs at `root`, which becomes the one that the tree means.
pub(super) fn packages<'a>(eval: &Eval<'a>, root: &str) -> &'a Thunk<'a> {
    let root = eval.str(root);
    let function = function(eval, root);
    eval.nixpkgs.set(Some(root));
    eval.delay_call(function, eval.done(Value::EMPTY))
}

/// Makes the pinned inputs that lie on this machine what fetching them gives; a nixpkgs among them is imported as one.
pub(super) fn install_inputs<'a>(checkout: &Checkout, eval: &Eval<'a>) {
    let inputs = &checkout.options.inputs.all;
    let is_there = inputs.values().all(|pin| pin.folder.is_some());
    eval.missed.replace((!is_there).then(Default::default));
    for pin in inputs.values() {
        let Some(folder) = folder(eval, pin) else { continue };
        if pin.is_package_set(&checkout.files.disk) && eval.nixpkgs.get() != Some(folder) {
            function(eval, folder);
        }
        let names = [pin.hash(), pin.revision.as_deref()].into_iter().flatten();
        eval.pinned.borrow_mut().extend(names.map(|name| (name.to_owned(), folder)));
    }
}

/// The folder of `pin`.
pub(super) fn folder<'a>(eval: &Eval<'a>, pin: &Pin) -> Option<&'a str> {
    let real = std::fs::canonicalize(pin.folder.as_ref()?).ok()?;
    Some(eval.str(&real.to_string_lossy()))
}
