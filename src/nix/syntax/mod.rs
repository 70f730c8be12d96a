//! From text to the compact syntax that the evaluator walks.
//!
//! rnix finds the tokens, and its parser says what is wrong where something is. What is read of the tokens is what
//! rnix's own parser makes of them (`agreement` holds it to that), without the tree in between, which costs as much as
//! evaluating. Knows the grammar and the scopes of names; it never evaluates and never opens a file.

#[cfg(test)]
mod agreement;
mod around;
pub mod ast;
mod bindings;
mod bound;
mod functions;
mod guard;
mod operators;
mod paths;
mod reader;
mod refusal;
mod related;
mod scope;
mod strings;
mod tokens;

pub use around::Sets;
pub(super) use around::children;
pub use bound::{Bound, bound, is_module};
pub use paths::absolute;
pub use refusal::Fail;
pub use related::related;

use super::symbol::Sym;

/// True where `text` is nested more deeply, or has longer paths, than may be parsed.
pub fn is_too_deep(text: &str) -> bool {
    guard::too_deep(text.as_bytes()).or_else(|| guard::endless_path(text.as_bytes())).is_some()
}

/// The syntax of the file with this text. `dir` is the absolute folder that path literals are relative to; `base` is
/// where the file begins in the position space. Names numbered below `globals` are bound outside of every file.
pub fn parse(
    text: &str,
    dir: &str,
    base: u32,
    globals: u32,
    names: &mut dyn FnMut(&str) -> Sym,
) -> Result<ast::Tree, Fail> {
    if let Some(at) = guard::endless_path(text.as_bytes()) {
        let endless = Fail { at, what: refusal::ENDLESS_PATH };
        return Err(guard::too_deep(text.as_bytes()).map_or(endless, |at| Fail { at, what: refusal::TOO_DEEP }));
    }
    let mut tree = reader::file(text, dir, base, names).map_err(|fail| refusal::of(text, fail))?;
    let mut scopes = scope::Scopes::new(globals);
    scopes.expr(&mut tree.root);
    if scopes.has_too_many_withs() { Err(Fail { at: 0, what: refusal::TOO_MANY_WITHS }) } else { Ok(tree) }
}

/// The text of a file that is not UTF-8: bytes that are not become `?`, so that offsets stay what they are.
pub fn decoded(src: &[u8]) -> String {
    src.utf8_chunks().fold(String::with_capacity(src.len()), |mut out, chunk| {
        out.push_str(chunk.valid());
        out.extend(chunk.invalid().iter().map(|_| '?'));
        out
    })
}
