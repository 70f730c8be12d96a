//! What detectors saw in a source, and where.
//!
//! Detectors only see; nothing here concludes. What could not be read is counted, never dropped.

mod detection;

pub use detection::{Detection, DetectorId, Evidence, FileEvidence, Role, Score, Unread, Witness};
