//! How far conditions that are not known are followed, and what was left behind.

use std::cell::Cell;

/// So many conditions are looked at for one attribute: each may double the cases, and what depends on one may be itself.
const MOST: u32 = 500;

/// What a reason says where more were met.
const TOO_MANY: &str = "depends on more conditions that are not known than are followed";

/// What a reason says where a set on one side of a condition is a package on the other.
const ALSO_A_PACKAGE: &str = "is a set or a package, on a condition that is not known: the package is left out";

/// The conditions that were met for one attribute.
pub(in crate::tree) struct Conditions {
    left: Cell<u32>,
    lost: Cell<Option<&'static str>>,
}

impl Default for Conditions {
    fn default() -> Self {
        Conditions { left: Cell::new(MOST), lost: Cell::new(None) }
    }
}

impl Conditions {
    /// True where one more condition may be followed.
    pub(in crate::tree) fn follow(&self) -> bool {
        let left = self.left.get();
        match left.checked_sub(1) {
            Some(left) => self.left.set(left),
            None => self.lost.set(Some(TOO_MANY)),
        }
        left > 0
    }

    /// One side is a package, and the other is not.
    pub(super) fn leave_package(&self) {
        self.lost.set(Some(self.lost.get().unwrap_or(ALSO_A_PACKAGE)));
    }

    /// Why something was left behind, where that is so.
    pub(in crate::tree) fn lost(&self) -> Option<&'static str> {
        self.lost.get()
    }
}
