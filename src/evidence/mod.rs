//! What detectors saw in a source, and where.
//!
//! Detectors only see; nothing here concludes. What could not be read is counted, never dropped.

mod assemble;
mod choice;
mod compiled;
mod copyright;
mod curate;
mod detection;
mod detector;
mod exception;
mod notice;
mod import;
mod manifest;
mod page;
mod prefilter;
mod readme;
mod reuse;
mod role;
mod same;
mod tag;
mod text;

pub use assemble::assemble;
pub use compiled::Compiled;
pub use curate::{Curation, CurationReason, Curations, RoleRule, Used, curate};
pub use detection::{Detection, DetectorId, Evidence, FileEvidence, Pointer, Role, Score, Unread, Witness};
pub use detector::{Detector, Options};
pub use import::{Imported, import};
use page::Page;
pub use page::read_text;
pub use reuse::{Annotation, Precedence};
pub use same::{Same, Sharing};
pub use text::{OwnText, compare};
