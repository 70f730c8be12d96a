//! Evidence: detections in a source, with their places.
//!
//! Detectors only see; nothing here concludes. What could not be read is counted, never dropped.

mod assemble;
mod choice;
mod compared;
mod compiled;
mod copyright;
mod curate;
mod detection;
mod exception;
mod notice;
mod import;
mod manifest;
mod page;
mod parts;
mod patch;
mod pipeline;
mod prefilter;
mod readme;
mod restriction;
mod reuse;
mod role;
mod sharing;
mod switch;
mod tag;
mod text;
mod unlisted;

pub use assemble::assemble;
pub use compared::{Comparison, marked};
pub use curate::{Curated, Curation, CurationReason, Curations, RoleRule, Signature, Used, curate};
pub use detection::{
    Annotation, Compiled, Detection, DetectorId, Evidence, FileEvidence, Name, Note, Pointer, Precedence, Restriction,
    RestrictionKind, Role, Score, Shared, Switch, Unread, Witness, read_name,
};
pub use import::{Imported, import};
pub use manifest::license_field;
pub use page::read_text;
pub use pipeline::{Detector, Options};
pub use role::RoleName;
pub use sharing::Sharing;
pub use text::{Change, OwnText};
