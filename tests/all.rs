//! One test binary.

mod source;
