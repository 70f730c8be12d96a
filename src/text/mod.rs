//! Places in text: spans, lines, edits, relative paths and digests; the opening of files; and the end of work.
//!
//! Knows bytes and nothing of licenses or Nix. Offsets are bytes of the original file and fit `u32`
//! (no file above 4 GiB is read as text).

mod digest;
mod edit;
mod lines;
mod nearest;
mod path;
mod plain;
pub mod regular;
pub mod stop;
mod uri;

pub use digest::Digest;
pub use edit::{Edit, EditSet, Overlap};
pub use lines::{LineIndex, LineRange, Position};
pub use nearest::nearest;
pub use path::RelPath;
pub use plain::{Colors, Escape, EscapingWriter, is_unprintable, one_line};
pub use uri::path_in_uri;

/// A range of bytes in one file; `end` is exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte.
    pub end: u32,
}

impl Span {
    /// The span from `start` to `end` (exclusive), in bytes.
    pub fn new(start: u32, end: u32) -> Self {
        debug_assert!(start <= end, "a span runs forward");
        Span { start, end }
    }

    /// The text the span covers, or the empty string where it does not fit `text`.
    pub fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or("")
    }

    /// True where `other` lies inside this span.
    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}
