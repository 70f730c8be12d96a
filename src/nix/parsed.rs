//! The syntax of files, kept as long as evaluators work with it.

use std::sync::{Arc, Weak};

use super::syntax::Fail;
use super::syntax::ast::Tree;

/// The syntax of a file, or what is wrong with it.
pub(super) type Parsed = Result<Tree, Fail>;

/// The syntax of a file, which takes several times the room of the text. Most files are asked for once.
#[derive(Default)]
pub(super) enum Syntax {
    #[default]
    NotAskedFor,
    /// There as long as the evaluator that asked for it holds it.
    AskedFor(Weak<Parsed>),
    /// Another evaluator asked for it: there for good.
    AskedForAgain(Arc<Parsed>),
}

impl Syntax {
    pub(super) fn get(&self) -> Option<Arc<Parsed>> {
        match self {
            Syntax::NotAskedFor => None,
            Syntax::AskedFor(parsed) => parsed.upgrade(),
            Syntax::AskedForAgain(parsed) => Some(parsed.clone()),
        }
    }
}

/// The syntax that an evaluator works with.
#[derive(Default)]
pub struct Held {
    files: elsa::FrozenVec<Arc<Parsed>>,
}

impl Held {
    pub(super) fn hold(&self, parsed: Arc<Parsed>) -> &Parsed {
        self.files.push_get(parsed)
    }
}
