//! Why a package was not looked at: a kind for programs, a sentence for people.

use std::fmt;

use crate::source::SourceError;

/// The reason why a package was not looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    /// Its kind.
    pub kind: WhyKind,
    /// The sentence.
    pub text: String,
}

/// The kinds of reasons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WhyKind {
    /// It has no source of its own.
    NoSource,
    /// Its source could not be evaluated.
    UnknownSource,
    /// Its source is not at hand, and the network was not to be asked.
    NotAtHand,
    /// Its source is one that clarity does not get, or cannot verify.
    NotFetched,
    /// Its source is not the declared one.
    Mismatch,
    /// No server has its source.
    NotFound,
    /// Its source could not be downloaded.
    Download,
    /// Its source could not be read.
    Unreadable,
    /// Too few of the machines that read it say the same of it.
    NotAgreed,
    /// Its time was over.
    Late,
    /// The run was ended.
    Ended,
}

impl Why {
    /// The reason with this kind.
    pub fn new(kind: WhyKind, text: impl Into<String>) -> Why {
        Why { kind, text: text.into() }
    }
}

impl From<&SourceError> for Why {
    fn from(error: &SourceError) -> Why {
        let kind = match error {
            SourceError::NotAtHand { .. } => WhyKind::NotAtHand,
            SourceError::Unfetchable { .. } | SourceError::Unverifiable { .. } => WhyKind::NotFetched,
            SourceError::HashMismatch { .. } | SourceError::Differs { .. } | SourceError::Unsigned { .. } => {
                WhyKind::Mismatch
            }
            SourceError::NotFound { .. } => WhyKind::NotFound,
            SourceError::Network { .. } | SourceError::HostGivenUp { .. } => WhyKind::Download,
            SourceError::Cancelled(_) => WhyKind::Ended,
            _ => WhyKind::Unreadable,
        };
        Why::new(kind, error.to_string())
    }
}

const KINDS: [WhyKind; 11] = [
    WhyKind::NoSource,
    WhyKind::UnknownSource,
    WhyKind::NotAtHand,
    WhyKind::NotFetched,
    WhyKind::Mismatch,
    WhyKind::NotFound,
    WhyKind::Download,
    WhyKind::Unreadable,
    WhyKind::NotAgreed,
    WhyKind::Late,
    WhyKind::Ended,
];

impl WhyKind {
    /// The kind of that name; of a name that a later version may have, that of a source that could not be read.
    pub fn named(name: &str) -> WhyKind {
        KINDS.into_iter().find(|kind| kind.name() == name).unwrap_or(WhyKind::Unreadable)
    }

    /// Its name in data formats.
    pub fn name(self) -> &'static str {
        match self {
            WhyKind::NoSource => "no-source",
            WhyKind::UnknownSource => "unknown-source",
            WhyKind::NotAtHand => "not-at-hand",
            WhyKind::NotFetched => "not-fetched",
            WhyKind::Mismatch => "mismatch",
            WhyKind::NotFound => "not-found",
            WhyKind::Download => "download",
            WhyKind::Unreadable => "unreadable",
            WhyKind::NotAgreed => "not-agreed",
            WhyKind::Late => "late",
            WhyKind::Ended => "ended",
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
