//! Reading the headers of a server is total. Run: `tests/fuzz/run 600 headers`, or `cargo fuzz run headers --fuzz-dir tests/fuzz` where that is installed.

#![no_main]

#[path = "../total.rs"]
mod total;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| total::headers(bytes));
