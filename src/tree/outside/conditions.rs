//! How far conditions that are not known are followed, and what was left behind.

use std::cell::Cell;

/// So many conditions are looked at for one attribute: each may double the cases, and what depends on one may be itself.
const MOST: u32 = 500;

/// Reason where there were more conditions.
const TOO_MANY: &str = "depends on more conditions that are not known than are followed";

/// Reason where only one side of a condition is a package.
pub(super) const A_PACKAGE: &str =
    "is a package on one side only of a condition that is not known: the package is left out";

/// The conditions that were met for one attribute.
pub(in crate::tree) struct Conditions<'a> {
    left: Cell<u32>,
    lost: Cell<Option<&'a str>>,
}

impl Default for Conditions<'_> {
    fn default() -> Self {
        Conditions { left: Cell::new(MOST), lost: Cell::new(None) }
    }
}

impl<'a> Conditions<'a> {
    /// True where one more condition may be followed.
    pub(in crate::tree) fn follow(&self) -> bool {
        let left = self.left.get();
        match left.checked_sub(1) {
            Some(left) => self.left.set(left),
            None => self.lose(TOO_MANY),
        }
        left > 0
    }

    /// Something is left behind, because; the first reason counts.
    pub(super) fn lose(&self, why: &'a str) {
        let line = why.lines().next().unwrap_or(why);
        self.lost.set(self.lost.get().or(Some(line)));
    }

    /// Why something was left behind, where that is so.
    pub(in crate::tree) fn lost(&self) -> Option<&'a str> {
        self.lost.get()
    }
}
