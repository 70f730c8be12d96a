//! The run: what is done in parallel, in which order answers come out, and what bounds it.
//!
//! Knows no rule of licenses. `--jobs 1` and `--jobs N` give identical bytes.

mod detect;

pub use detect::{Files, detect, files};
