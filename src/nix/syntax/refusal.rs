//! Why a text is not Nix, in the words of rnix's own parser: it goes on after an error and names the first.

use rnix::ParseError;

use super::guard;

/// Why a file is not Nix, and where (byte offset in the file).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fail {
    /// Byte offset.
    pub at: usize,
    /// Flaw at that place.
    pub what: &'static str,
}

pub(super) const TOO_DEEP: &str = "nested too deeply";
pub(super) const ENDLESS_PATH: &str = "a path or a selection of too many parts";
pub(super) const TOO_MANY: &str = "more expressions than one file may have";
pub(super) const TOO_MANY_WITHS: &str = "more names below several `with` than one file may have";

/// Error message for `text`, which was refused with `fail`.
pub(super) fn of(text: &str, fail: Fail) -> Fail {
    if [TOO_DEEP, TOO_MANY].contains(&fail.what) {
        return fail;
    }
    if let Some(at) = guard::too_deep(text.as_bytes()) {
        return Fail { at, what: TOO_DEEP };
    }
    match rnix::Root::parse(text).errors().first() {
        Some(error) => words(error, text.len()),
        None => fail,
    }
}

fn words(error: &ParseError, end: usize) -> Fail {
    let at = |range: &rowan::TextRange| usize::from(range.start());
    match error {
        ParseError::Unexpected(range) => Fail { at: at(range), what: "this does not belong here" },
        ParseError::UnexpectedExtra(range) => Fail { at: at(range), what: "the expression should end here" },
        ParseError::UnexpectedWanted(_, range, _) => Fail { at: at(range), what: "something else is expected here" },
        ParseError::UnexpectedDoubleBind(range) => Fail { at: at(range), what: "the argument has two names" },
        ParseError::DuplicatedArgs(range, _) => Fail { at: at(range), what: "an argument stands twice" },
        ParseError::UnexpectedEOF | ParseError::UnexpectedEOFWanted(_) => {
            Fail { at: end, what: "the file ends too early" }
        }
        ParseError::RecursionLimitExceeded => Fail { at: end, what: TOO_DEEP },
        _ => Fail { at: 0, what: "a syntax error" },
    }
}
