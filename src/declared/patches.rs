//! `patches` of a package: files of the checkout, and names of those that are fetched or made.
//!
//! A patch that is fetched is not evaluated: its fetcher needs all that a derivation needs, for a name.

use super::sources::MOST_FACTS;
use crate::nix::{Eval, Thunk, Value};
use crate::text::RelPath;
use crate::tree::{Checkout, Patch};

/// The patches in the list `value`.
pub(super) fn patches<'a>(checkout: &Checkout, eval: &Eval<'a>, value: Option<Value<'a>>) -> Vec<Patch> {
    let Some(Value::List(items)) = value else { return Vec::new() };
    items.iter().take(MOST_FACTS).map(|item| patch(checkout, eval, item)).collect()
}

fn patch<'a>(checkout: &Checkout, eval: &Eval<'a>, item: &'a Thunk<'a>) -> Patch {
    let written = eval.files.text(item.origin.get()).unwrap_or_default();
    if written.contains(['{', '(']) {
        return Patch::Elsewhere(name_in(written));
    }
    match eval.force(item) {
        Ok(Value::Path(path)) => match RelPath::below(checkout.root(), std::path::Path::new(path)) {
            Some(file) => Patch::Local(file),
            None => Patch::Elsewhere(name_in(path)),
        },
        _ => Patch::Elsewhere(name_in(written)),
    }
}

/// The name that the expression of a patch gives it, else the last part of its url, else its first word.
fn name_in(written: &str) -> String {
    let quoted = |key: &str| {
        let (_, rest) = written.split_once(key)?;
        rest.trim_start().strip_prefix('=')?.trim_start().strip_prefix('"')?.split('"').next()
    };
    let word = || written.split_whitespace().next().unwrap_or_default().trim_start_matches('(');
    let name = quoted("name").or_else(|| quoted("url")).unwrap_or_else(word);
    let name = name.split(['?', '#']).next().unwrap_or(name).trim_end_matches('/');
    name.rsplit('/').next().unwrap_or(name).chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_is_named_by_its_name_or_url() {
        for (written, name) in [
            (r#"(fetchpatch { name = "fix.patch"; url = "https://x.org/1"; })"#, "fix.patch"),
            (r#"(fetchpatch { url = "https://x.org/a/b.patch?full=1"; })"#, "b.patch"),
            ("(substituteAll { src = ./x.patch; })", "substituteAll"),
            ("somePatch", "somePatch"),
        ] {
            assert_eq!(name_in(written), name);
        }
    }
}
