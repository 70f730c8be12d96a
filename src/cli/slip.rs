//! The message about a slip of the hand.

use crate::text::nearest;

/// The message about a name that is none of `known`.
pub(super) fn no_such<'k>(kind: &str, name: &str, known: impl Iterator<Item = &'k str>) -> String {
    let known: Vec<&str> = known.collect();
    match nearest(name, known.iter().copied()) {
        Some(meant) => format!("no such {kind}; did you mean `{meant}`?"),
        None => format!("no such {kind}; there are {}", known.join(", ")),
    }
}
