//! The sites behind `mirror://` urls, as the checkout's own fetchurl knows them.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::checkout::Checkout;
use crate::nix::{Eval, R, Value};

/// Where checkouts keep the table, in the order they are looked at.
const PLACES: [&str; 3] =
    ["pkgs/build-support/fetchurl/mirrors.nix", "build-support/fetchurl/mirrors.nix", "pkgs/fetchurl/mirrors.nix"];

impl Checkout {
    /// The sites of each `mirror://` scheme, in order; empty where the checkout has no table of them.
    pub fn mirrors(&self) -> BTreeMap<String, Vec<String>> {
        let mut paths = PLACES.iter().map(|place| self.root().join(place).to_string_lossy().into_owned());
        let Some(path) = paths.find(|path| self.files.disk.is_file(path)) else { return BTreeMap::new() };
        self.evaluate(|eval| ControlFlow::Break(read(eval, &path).unwrap_or_default())).unwrap_or_default()
    }
}

fn read<'a>(eval: &Eval<'a>, path: &str) -> R<'a, BTreeMap<String, Vec<String>>> {
    let Value::Attrs(table) = eval.import(eval.str(path))? else { return Ok(BTreeMap::new()) };
    let mut mirrors = BTreeMap::new();
    for (scheme, attr) in eval.sorted_names(table) {
        let Ok(Value::List(sites)) = eval.force(attr.value) else { continue };
        let texts = sites.iter().filter_map(|site| match eval.force(site) {
            Ok(Value::Str(text)) => Some((*text).to_owned()),
            _ => None,
        });
        mirrors.insert(scheme.to_string(), texts.collect());
    }
    Ok(mirrors)
}
