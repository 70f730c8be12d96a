//! Progress of a walk through a package set, over all evaluators that it takes.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeSet;

use crate::nix::Eval;

/// A new evaluator is started when the values of the old one need more than this, and more than twice of what they
/// needed before the first attribute was looked at: what was evaluated is not needed again, but nothing of it can be
/// freed alone. A new one evaluates anew what all attributes need (overlays, chains of `//`); if it may not get on by as
/// much as that costs, a tree whose set alone is larger than this is evaluated once for each of its attributes.
const CHUNK: usize = 64 << 20;

/// Progress of a walk over all its evaluators.
#[derive(Default)]
pub(crate) struct Progress {
    /// Bytes that this evaluator needed before the first attribute of its own: each gets on by at least one.
    base: Cell<Option<usize>>,
    /// Attributes that all evaluators of this shard have looked at.
    pub(super) total: Cell<usize>,
    /// Sets with packages of the nixpkgs behind the tree, once told.
    pub(super) passed_on: RefCell<BTreeSet<String>>,
    /// Names of large sets, of which each shard looks at a part.
    pub(super) shared: OnceCell<Vec<String>>,
}

impl Progress {
    /// True where a new evaluator must look at the next attribute.
    pub(super) fn is_full(&self, eval: &Eval<'_>) -> bool {
        let needed = eval.bump.allocated_bytes() - eval.bump.chunk_capacity();
        let Some(base) = self.base.get() else {
            self.base.set(Some(needed));
            return false;
        };
        let is_full = needed > CHUNK.max(2 * base);
        if is_full {
            self.base.set(None);
        }
        is_full
    }
}
