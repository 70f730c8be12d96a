//! Reading what users and other programs write is total. Run: `tests/fuzz/run 600 input`, or `cargo fuzz run input --fuzz-dir tests/fuzz` where that is installed.

#![no_main]

#[path = "../total.rs"]
mod total;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| total::input(bytes));
