//! One test binary.

mod declared;
mod fallback_lib;
