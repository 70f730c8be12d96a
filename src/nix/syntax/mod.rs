//! From text to the compact syntax that the evaluator walks.
//!
//! rnix parses; its tree is walked once and dropped. Knows the grammar and the scopes of names; it never evaluates and
//! never opens a file.

mod around;
pub mod ast;
mod bindings;
mod guard;
mod lower;
mod paths;
mod scope;
mod strings;

pub use around::{bound, set_around};
pub use lower::Fail;
pub use paths::absolute;

use super::symbol::Sym;

/// True where `text` is nested more deeply than may be parsed.
pub fn is_too_deep(text: &str) -> bool {
    guard::too_deep(text.as_bytes()).is_some()
}

/// The syntax of a file. `dir` is the absolute folder that path literals are relative to; `base` is where the file
/// begins in the position space. Names numbered below `globals` are bound outside of every file.
pub fn parse(
    src: &[u8],
    dir: &str,
    base: u32,
    globals: u32,
    names: &mut dyn FnMut(&str) -> Sym,
) -> Result<ast::Expr, Fail> {
    let mut expr = lower::file(src, dir, base, names)?;
    scope::Scopes::new(globals).expr(&mut expr);
    Ok(expr)
}
