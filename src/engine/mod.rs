//! The run: what is done in parallel, in which order answers come out, and what bounds it.
//!
//! Knows no rule of licenses. `--jobs 1` and `--jobs N` give identical bytes.

mod detect;
mod scan;
mod settle;
mod study;
mod survey;
mod watch;

pub use detect::{Files, detect, detect_on, files};
pub use scan::{LeaveOut, Request, ScanError, scan};
pub use settle::{accepted, settle};
pub use watch::Watch;
