//! The run: what is done in parallel, in which order answers come out, and what bounds it.
//!
//! Knows no rule of licenses. `--jobs 1` and `--jobs N` give identical bytes.

mod acquire;
mod alone;
mod answers;
mod audit;
mod compared;
mod conclusions;
mod detect;
mod elsewhere;
mod evaluation;
mod in_flight;
mod included;
mod inputs;
mod linked;
mod offers;
mod package;
mod past;
mod patches;
mod places;
mod platforms;
mod policy;
mod propose;
mod quote;
mod recall;
mod request;
mod run;
mod scan;
mod settle;
mod shared;
mod some_files;
mod source_scan;
mod survey;
mod surveyed;
mod unused;
mod vendored;
mod versions;
mod watch;

pub use detect::{Files, detect, detect_on, files};
pub use elsewhere::{ResultsUnwritten, Shard, detect_shard, detect_source, distinct};
pub use included::{NotIncluded, included};
pub use inputs::{Inputs, find_inputs};
pub use propose::Session;
pub use request::{Ignored, Request, ScanError};
pub use scan::{scan, scan_and_offer};
pub use settle::{accepted, settle};
pub use survey::whole_tree;
pub use surveyed::Found;
pub use versions::{Version, VersionError, evidence_at, version_at, version_of};
pub use watch::Watch;
