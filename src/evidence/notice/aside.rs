//! Words beside a name that do not end a list of licenses.

use super::words::Words;

/// The first word behind "with LLVM Exceptions", where that begins at `at`: a list of licenses goes on there. Only for
/// this one, which widens no other license of the list.
pub(super) fn behind_exception(words: &Words, at: usize) -> usize {
    let from = if words.is(at + 1, &["the"]) { at + 2 } else { at + 1 };
    let named = words.is(at, &["with"]) && words.is(from, &["llvm"]);
    let ends = (from + 1..from + 4).find(|next| words.is(*next, &["exception", "exceptions"])).filter(|_| named);
    ends.map_or(at, |last| last + 1)
}
