//! Reading listings of git is total. Run: `tests/fuzz/run 600 listing`, or `cargo fuzz run listing --fuzz-dir tests/fuzz` where that is installed.

#![no_main]

#[path = "../total.rs"]
mod total;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| total::listing(bytes));
