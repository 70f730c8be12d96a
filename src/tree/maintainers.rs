//! The list of maintainers of a checkout, by their handles.

use std::ops::ControlFlow;

use super::checkout::Checkout;
use super::package::Maintainer;
use crate::nix::{Eval, Value, lookup};

/// The list, a set from handles to records.
const LIST: &str = "maintainers/maintainer-list.nix";

impl Checkout {
    /// The maintainers that the checkout's list has under `handles`; nothing where it has no list.
    pub fn maintainers(&self, handles: &[String]) -> Vec<(String, Maintainer)> {
        let list = self.root().join(LIST).to_string_lossy().into_owned();
        if !self.files.disk.is_file(&list) {
            return Vec::new();
        }
        self.evaluate(|eval| ControlFlow::Break(found(eval, &list, handles))).flatten().unwrap_or_default()
    }
}

fn found(eval: &Eval<'_>, list: &str, handles: &[String]) -> Option<Vec<(String, Maintainer)>> {
    let Ok(Value::Attrs(all)) = eval.import(eval.str(list)) else { return None };
    let of = |handle: &String| match eval.force(lookup(all, eval.sym(handle))?.value) {
        Ok(record) => Some((handle.clone(), maintainer(eval, record)?)),
        Err(_) => None,
    };
    Some(handles.iter().filter_map(of).collect())
}

/// Longer names and handles are none.
const LONGEST: usize = 4 << 10;

/// The maintainer of this record; `None` for what has neither a handle nor a name.
pub(crate) fn maintainer<'a>(eval: &Eval<'a>, record: Value<'a>) -> Option<Maintainer> {
    let Value::Attrs(record) = record else { return None };
    let text = |name| match lookup(record, name).map(|attr| eval.force(attr.value)) {
        Some(Ok(Value::Str(text))) if text.len() <= LONGEST => Some((*text).to_owned()),
        _ => None,
    };
    let (github, name) = (text(eval.known.github), text(eval.known.name));
    (github.is_some() || name.is_some()).then_some(Maintainer { github, name })
}
