//! One test binary.
mod fallback_lib;
