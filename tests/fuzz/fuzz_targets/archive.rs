//! Unpacking is total. Run: `tests/fuzz/run 600 archive`.

#![no_main]

#[expect(dead_code, reason = "each target runs one of its functions")]
#[path = "../total.rs"]
mod total;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| total::archive(bytes));
