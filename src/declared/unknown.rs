//! Reasons why a license, or a member of one, is not known.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::nix::{Error, ErrorKind};

/// The reason why a license, or a member of one, is not known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unknown {
    /// Nothing in `lib.licenses` has this name.
    Unlisted(String),
    /// It depends on a condition that is not known; the member as it is written.
    Conditional(String),
    /// It could not be evaluated, or is no license: in words.
    Unread(String),
}

impl Unknown {
    /// The name of its kind in reports.
    pub fn kind(&self) -> &'static str {
        match self {
            Unknown::Unlisted(_) => "unlisted",
            Unknown::Conditional(_) => "condition",
            Unknown::Unread(_) => "unread",
        }
    }

    /// The name that nothing in `lib.licenses` has.
    pub fn unlisted(&self) -> Option<&str> {
        match self {
            Unknown::Unlisted(name) => Some(name),
            Unknown::Conditional(_) | Unknown::Unread(_) => None,
        }
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unknown::Unlisted(name) => write!(f, "no license is called `{name}`"),
            Unknown::Conditional(member) => write!(f, "`{member}`: on a condition that is not known"),
            Unknown::Unread(why) => f.write_str(why),
        }
    }
}

impl From<String> for Unknown {
    fn from(why: String) -> Self {
        Unknown::Unread(why)
    }
}

/// All reasons in one sentence.
pub fn all_unknown(unknown: &[Unknown]) -> String {
    unknown.iter().map(Unknown::to_string).collect::<Vec<_>>().join("; ")
}

/// The reason of an error: its first line, cut where it is long.
pub(super) fn why(error: &Error<'_>) -> String {
    let text = error.text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("no reason given");
    match error.kind {
        ErrorKind::Throw => format!("throws: {}", shown(text)),
        _ => shown(text),
    }
}

/// Texts of the tree that are shown in a reason are cut here.
const LONGEST_SHOWN: usize = 1_000;

/// The beginning of `text`, as long as is shown.
pub(super) fn shown(text: &str) -> String {
    match text.char_indices().nth(LONGEST_SHOWN) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}
