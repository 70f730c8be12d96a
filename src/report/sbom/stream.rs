//! Arrays that are written as they are made: a report of a whole tree never stands in memory twice.

use serde::{Serialize, Serializer};

/// The items of a function that makes them anew each time it is asked.
pub(super) struct Stream<F>(pub(super) F);

impl<F, I> Serialize for Stream<F>
where
    F: Fn() -> I,
    I: Iterator,
    I::Item: Serialize,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}
