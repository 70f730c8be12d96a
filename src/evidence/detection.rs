//! The words of evidence: detections, roles, witness classes, and all else that several detectors share.
//!
//! Imports nothing of this room, so every file of it may import from here.

mod file;
mod name;
mod note;
mod restriction;
mod shared;
mod unread;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use self::file::{Evidence, FileEvidence};
pub use self::name::{Name, read as read_name};
pub use self::note::Note;
pub use self::restriction::{Restriction, RestrictionKind};
pub use self::shared::Shared;
pub use self::unread::{Compiled, Unread};
use crate::license::LicenseExpr;
use crate::text::{LineRange, RelPath};

/// The class of a witness, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Witness {
    /// `SPDX-License-Identifier`, REUSE.
    Tag,
    /// Words that grant.
    Grant,
    /// A full license text.
    Text,
    /// A field of a package manifest.
    Manifest,
    /// A "License" section of a readme.
    Readme,
    /// A bare mention: never a finding.
    Clue,
}

/// Why a file counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Role {
    /// `LICENSE`, `COPYING`, `LICENSES/*`.
    LicenseText,
    /// Code and data that are built or shipped.
    Shipped,
    /// Tests and their data.
    Test,
    /// Documentation.
    Docs,
    /// Examples.
    Example,
    /// The build system.
    BuildSystem,
    /// A copy of somebody else's project.
    Vendored,
    /// Output of a generator.
    Generated,
    /// Notices about the licenses of others.
    ThirdParty,
    /// Code for a platform that Nix does not build for.
    OtherPlatform,
}

impl Witness {
    /// Its name, as reports write it.
    pub fn name(self) -> &'static str {
        match self {
            Witness::Tag => "tag",
            Witness::Grant => "grant",
            Witness::Text => "text",
            Witness::Manifest => "manifest",
            Witness::Readme => "readme",
            Witness::Clue => "clue",
        }
    }
}

impl Role {
    /// Its name, as reports write it.
    pub fn name(self) -> &'static str {
        match self {
            Role::LicenseText => "license-text",
            Role::Shipped => "shipped",
            Role::Test => "test",
            Role::Docs => "docs",
            Role::Example => "example",
            Role::BuildSystem => "build-system",
            Role::Vendored => "vendored",
            Role::Generated => "generated",
            Role::ThirdParty => "third-party",
            Role::OtherPlatform => "other-platform",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The detector's name, e.g. `tag`, `grant`, `text`, `manifest/cargo`.
pub type DetectorId = &'static str;

/// A similarity in hundredths of a percent: 10,000 is identical. An integer, so that reports are the same everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Score(pub u16);

impl Score {
    /// A certain match.
    pub const FULL: Score = Score(10_000);

    /// The score of a similarity between 0 and 1.
    pub fn from_ratio(ratio: f32) -> Score {
        Score((ratio.clamp(0.0, 1.0) * 10_000.0).round() as u16)
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{} %", self.0 / 100, self.0 % 100 / 10)
    }
}

/// One detector saw one license at one place.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Detection {
    /// Evidence.
    pub expr: LicenseExpr,
    /// The class of the witness.
    pub class: Witness,
    /// Who saw it.
    #[serde(deserialize_with = "name::read")]
    pub by: DetectorId,
    /// Where in the file.
    pub lines: LineRange,
    /// How sure the detector is of the text; never trusted alone.
    pub score: Score,
    /// The words themselves, shortened to one line for display; empty for whole texts.
    pub quote: String,
    /// How its words were read, where they do not say it plainly.
    pub note: Option<Note>,
}

/// Who sees lists of licenses, and offers to choose.
pub(super) const CHOICE: DetectorId = "choice";

/// The row of statements that are an alternative to whatever stands before them.
pub(super) const ALTERNATIVE: DetectorId = "choice/alternatively";

/// Who sees what a name or a reference means by what another place says.
pub(super) const BY_REFERENCE: DetectorId = "reference";

/// Who sees, in a license document, the text of something bundled.
pub(super) const PART_TEXT: DetectorId = "text/part";

/// Who sees words that take something away from a license.
pub(super) const RESTRICTION: DetectorId = "restriction";

/// Who sees words of a license document that no known text explains and that may take something away.
pub(super) const UNEXPLAINED: DetectorId = "restriction/unexplained";

/// Who reads the classifiers of Python packages.
pub(super) const CLASSIFIER: DetectorId = "manifest/classifier";

/// Who sees words that a program prints: they stand in a string of its code.
pub(super) const PRINTED: DetectorId = "grant/printed";

/// Who sees text that resembles a license and is none that is known.
pub(super) const UNKNOWN_TEXT: DetectorId = "text/unknown";

impl Detection {
    /// Puts what was seen in one file in order: by lines, then by class and expression.
    pub(super) fn sort(seen: &mut [Detection]) {
        seen.sort_by(|a, b| a.place().cmp(&b.place()));
    }

    /// True where [`Detection::sort`] would change nothing.
    pub(super) fn are_sorted(seen: &[Detection]) -> bool {
        seen.is_sorted_by(|a, b| a.place() <= b.place())
    }

    fn place(&self) -> (LineRange, Witness, &LicenseExpr) {
        (self.lines, self.class, &self.expr)
    }

    /// True for an offer to choose between licenses.
    pub fn is_choice(&self) -> bool {
        matches!(self.expr, LicenseExpr::Or(_))
    }

    /// True where only the family of the license was named; the expression is then the family's usual reading.
    pub fn is_family(&self) -> bool {
        self.note.as_ref().is_some_and(Note::is_unversioned)
    }

    /// True for a list of licenses that says how they belong together.
    pub fn is_list(&self) -> bool {
        self.by == CHOICE && self.class == Witness::Grant
    }

    /// True for an offer to choose of which it is not known between what.
    pub fn is_open_choice(&self) -> bool {
        self.by == CHOICE && self.class == Witness::Clue
    }

    /// True for a text in a license document that is the license of something bundled.
    pub fn is_of_part(&self) -> bool {
        self.by == PART_TEXT
    }

    /// True for terms of a license document that holds no known license.
    pub fn is_nameless(&self) -> bool {
        self.by == RESTRICTION
    }

    /// True for words of a license document that may take something away from its license, of which it is not known.
    pub fn is_unexplained(&self) -> bool {
        self.by == UNEXPLAINED
    }

    /// True for one of several statements of a file of which none says how they belong together.
    pub fn is_classifier(&self) -> bool {
        self.by == CLASSIFIER
    }

    /// True for words that a program prints.
    pub fn is_printed(&self) -> bool {
        self.by == PRINTED
    }

    /// True for a passage that reads like a license and is none that is known; the expression is the nearest one.
    pub fn is_unknown_text(&self) -> bool {
        self.by == UNKNOWN_TEXT
    }
}

/// Words that say the license stands in another file: "see the file COPYING".
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Pointer {
    /// The file as named, e.g. `COPYING` or `../LICENSE.txt`.
    pub target: String,
    /// Where in the file.
    pub lines: LineRange,
    /// The words themselves, shortened to one line.
    pub quote: String,
}

/// Detections in one file, in any order.
#[derive(Debug, Default)]
pub struct Seen {
    /// Licenses.
    pub detections: Vec<Detection>,
    /// Exceptions named or quoted by themselves: `(SPDX id, lines)`; joined with the license they belong to.
    pub exceptions: Vec<(&'static str, LineRange)>,
    /// Lines that full texts explain: what they say in passing is no statement of the file.
    pub covered: Vec<LineRange>,
    /// References to other files.
    pub pointers: Vec<Pointer>,
    /// Copyright holders.
    pub copyrights: Vec<String>,
    /// Statements of a REUSE file about other files.
    pub annotations: Vec<Annotation>,
    /// Words that take something away from a license.
    pub restrictions: Vec<Restriction>,
    /// Bytes at which words of restrictions begin, ascending.
    pub restrictive: Vec<u32>,
    /// Runs of words that the file has in common with full texts of licenses.
    pub matched: Vec<crate::text::Span>,
    /// Restrictions that rows see in a license document, before it is known which of them count.
    pub restricting: Vec<Restriction>,
    /// Sentences that read like a passage of a known free license.
    pub said: Vec<crate::text::Span>,
    /// Bytes that somebody put between the words of a license text.
    pub added: Vec<crate::text::Span>,
    /// Statements of a build file about its switches.
    pub switches: Vec<Switch>,
}

/// Statement of a build file about a switch: an option or a conditional.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Switch {
    /// It is off unless the build is given a flag.
    Off {
        /// Its name in build files.
        name: String,
        /// The flag, e.g. `--enable-frob` or `-DFROB=ON`.
        flag: String,
    },
    /// A file or folder is built only where it is on.
    Guards {
        /// Its name in build files.
        name: String,
        /// The file or folder, from the folder of the build file.
        path: String,
    },
}

/// How an annotation relates to what a file says itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Precedence {
    /// Counts where the file has no tag.
    Closest,
    /// Counts beside the file's tags.
    Aggregate,
    /// Counts instead of the file's tags.
    Override,
}

/// The license of some files, stated in another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Annotation {
    /// The folder below which it holds.
    pub folder: RelPath,
    /// Patterns over paths below that folder.
    pub globs: Vec<String>,
    /// True where `*` also matches `/`, as in `dep5`.
    pub deep: bool,
    /// How it relates to the files' own tags.
    pub precedence: Precedence,
    /// The license.
    pub expr: LicenseExpr,
    /// Copyright holders.
    pub copyrights: Vec<String>,
}
