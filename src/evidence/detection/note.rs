//! How the words of a detection were read, where they do not say it plainly.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A remark beside a detection.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Note {
    /// Only the family of a license is named, such as "BSD" or "GPL": the family, and what is known of its version.
    Unversioned(String),
    /// Repairs, references and peculiarities, e.g. "`gpl2` read as GPL-2.0-only".
    Remark(String),
}

impl Note {
    /// True where the expression is the usual reading of a family of which no version was named.
    pub fn is_unversioned(&self) -> bool {
        matches!(self, Note::Unversioned(_))
    }

    /// The name of its kind, as reports write it.
    pub fn kind(&self) -> &'static str {
        match self {
            Note::Unversioned(_) => "unversioned",
            Note::Remark(_) => "remark",
        }
    }

    /// Several remarks as one, in their order; `None` where there is none.
    pub fn join(notes: Vec<Note>) -> Option<Note> {
        let mut notes = notes.into_iter();
        let first = notes.next()?;
        Some(notes.fold(first, |joined, next| match joined {
            Note::Unversioned(family) => Note::Unversioned(format!("{family}; {next}")),
            Note::Remark(text) => Note::Remark(format!("{text}; {next}")),
        }))
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Note::Unversioned(family) => write!(f, "no version stated for {family}"),
            Note::Remark(text) => f.write_str(text),
        }
    }
}

impl From<String> for Note {
    fn from(text: String) -> Self {
        Note::Remark(text)
    }
}

impl From<&str> for Note {
    fn from(text: &str) -> Self {
        Note::Remark(text.to_owned())
    }
}
