//! Output of `clarity diff`: two versions of a source, or two reports.

mod progress;
mod wire;
mod words;

use std::io::{self, Write};

pub(super) use progress::rows;
pub use progress::{BadReport, Progress, Seen, is_report, progress};

use super::Style;
use crate::source::Verification;
use crate::text::{Escape, EscapingWriter};
use crate::verdict::Versions;

/// One side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// Names given by the user.
    pub name: String,
    /// Declaration of the package, where there is one.
    pub declared: Option<String>,
    /// Whether it is the declared source.
    pub verification: Verification,
}

/// A comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// Of two versions of a source.
    Sources {
        /// The old one and the new one.
        sides: [Side; 2],
        /// How they differ.
        versions: Versions,
    },
    /// Of two reports.
    Reports {
        /// The old one and the new one.
        names: [String; 2],
        /// Improvements and regressions.
        progress: Progress,
    },
}

impl Comparison {
    /// True where both sides say the same.
    pub fn is_same(&self) -> bool {
        match self {
            Comparison::Sources { versions, .. } => versions.is_same(),
            Comparison::Reports { progress, .. } => progress.is_same(),
        }
    }
}

/// A format of comparisons.
#[derive(Debug)]
pub struct BetweenFormat {
    /// Its name on the command line.
    pub name: &'static str,
    escape: Escape,
    render: fn(&Comparison, Style, &mut dyn Write) -> io::Result<()>,
}

impl BetweenFormat {
    /// Writes `comparison` to `out`, without anything that a terminal or a CI runner obeys.
    pub fn write(&self, comparison: &Comparison, style: Style, out: &mut dyn Write) -> io::Result<()> {
        let mut out = EscapingWriter::new(out, self.escape, style.colors());
        (self.render)(comparison, style, &mut out)?;
        out.flush()
    }
}

/// All of them.
pub const FORMATS: &[BetweenFormat] = &[
    BetweenFormat { name: "terminal", escape: Escape::Text, render: words::terminal },
    BetweenFormat { name: "json", escape: Escape::Json, render: wire::render },
    BetweenFormat { name: "markdown", escape: Escape::Text, render: words::markdown },
];

/// The published JSON Schema of `clarity diff --format json`.
pub fn schema() -> serde_json::Value {
    wire::schema()
}
