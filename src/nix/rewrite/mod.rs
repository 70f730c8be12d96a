//! Edits of Nix text: one value says something else afterwards, and nothing else is touched.
//!
//! Knows syntax and scopes; it evaluates nothing. Whether the edited file means what was wanted is for the caller to
//! evaluate. What it cannot do without guessing is refused with the reason.

mod insert;
mod layout;
mod list;
mod place;
mod scope;
mod spell;

use std::cell::OnceCell;

use rowan::ast::AstNode;

use crate::text::{EditSet, Overlap, Span};

use place::Branch;
use scope::{Speller, Style};

/// A value to write: attributes of one set, lists of them, and calls of functions that the same set has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// An attribute of the set.
    Name(String),
    /// A list.
    List(Vec<Wanted>),
    /// A function of the set with its arguments, e.g. `OR [ mit asl20 ]`.
    Call(String, Vec<Wanted>),
}

/// Text to be written.
#[derive(Clone, Copy, Debug)]
pub struct Task<'t> {
    /// The value.
    pub wanted: &'t Wanted,
    /// The path of the set that its names belong to, e.g. `lib`, `licenses`.
    pub home: &'t [&'t str],
    /// Present form of the value: names of the set, or a text as written. Tells which branch of a condition counts.
    pub present: &'t [String],
}

/// Why there is no edit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not Nix.
    #[error("the file does not parse")]
    Unparsed,
    /// The place is stale.
    #[error("no expression stands at the place any more")]
    NotThere,
    /// Part by part, as in `license.free = true;`.
    #[error("the license is written part by part (`{0} = ..;`); edit it by hand")]
    InParts(String),
    /// Which branch to edit is not visible.
    #[error("the value depends on a condition, and which branch counts cannot be seen; edit it by hand")]
    Conditional,
    /// Members that only a condition adds.
    #[error("`{0}` is added by a condition; edit it by hand")]
    Guarded(String),
    /// Neither a list nor a name.
    #[error("the value is put together by `{0}`; edit it by hand")]
    Computed(String),
    /// It is bound, and does not arrive.
    #[error("`{0}` is bound here already, and lost on its way to the package; find out where")]
    Taken(String),
    /// `lib` cannot be had.
    #[error("nothing at this place leads to `{0}`; add it to the arguments by hand")]
    Unreachable(String),
    /// A bug of the plan, never written.
    #[error(transparent)]
    Overlap(#[from] Overlap),
}

/// `wanted` where nothing but the root of `home` is in scope, e.g. `with lib.licenses; [ mit asl20 ]`, on one line.
pub fn print(wanted: &Wanted, home: &[&str]) -> Option<String> {
    let alone = parse("null").ok()?;
    spell::expression(wanted, &Style::Prefix(home.join(".")), &Speller::at(&alone, home)).ok()
}

/// A text whose values can be replaced.
pub struct Rewriter {
    text: String,
    root: rnix::SyntaxNode,
    is_clean: OnceCell<bool>,
}

impl Rewriter {
    /// Opens a file of Nix.
    pub fn open(text: &str) -> Result<Rewriter, Refusal> {
        Ok(Rewriter { text: text.to_owned(), root: parse(text)?, is_clean: OnceCell::new() })
    }

    /// The text as it is.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The edits after which the value at `span` says what `task` wants; none where it is written so already.
    pub fn replace(&self, span: Span, task: &Task<'_>) -> Result<EditSet, Refusal> {
        let value =
            place::expression_at(&self.root, span).ok_or_else(|| match place::path_at(&self.root, span.start) {
                Some(path) => Refusal::InParts(path),
                None => Refusal::NotThere,
            })?;
        if let Some(inherit) = value.syntax().parent().and_then(rnix::ast::Inherit::cast) {
            return Ok(self.tidy(insert::instead_of(&self.text, &inherit, value.syntax(), task)?));
        }
        let value = place::tail(value, &Branch { present: task.present })?;
        let speller = Speller::at(value.syntax(), task.home);
        let edits = match list::members(&value) {
            Some(members) if !matches!(task.wanted, Wanted::Call(..)) => {
                list::edit(&self.text, &members, task, &speller)?
            }
            _ => spell::replace(&self.text, &value, task.wanted, &speller)?,
        };
        Ok(self.tidy(edits))
    }

    /// The edits after which the set at `span` (of a package, or its `meta`) has `path` with the wanted value, where
    /// `path` is e.g. `meta`, `license`, and is not there yet.
    pub fn insert(&self, span: Span, path: [&str; 2], task: &Task<'_>) -> Result<EditSet, Refusal> {
        let set = place::set_at(&self.root, span).ok_or(Refusal::NotThere)?;
        Ok(self.tidy(insert::binding(&self.text, &set, path, task)?))
    }

    /// `edits` laid out; none where they change nothing.
    fn tidy(&self, edits: EditSet) -> EditSet {
        if edits.apply(&self.text) == self.text {
            return EditSet::new();
        }
        let is_clean = *self.is_clean.get_or_init(|| layout::is_clean(&self.text));
        if is_clean { layout::tidy(&self.text, &self.root, edits) } else { edits }
    }
}

fn parse(text: &str) -> Result<rnix::SyntaxNode, Refusal> {
    if super::syntax::is_too_deep(text) {
        return Err(Refusal::Unparsed);
    }
    let parsed = rnix::Root::parse(text);
    if parsed.errors().is_empty() { Ok(parsed.syntax()) } else { Err(Refusal::Unparsed) }
}
