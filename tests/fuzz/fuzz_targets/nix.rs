//! Reading and evaluating Nix is total. Run: `tests/fuzz/run 600 nix`, or `cargo fuzz run nix --fuzz-dir tests/fuzz` where that is installed.

#![no_main]

#[path = "../total.rs"]
mod total;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| total::nix(bytes));
