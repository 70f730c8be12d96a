//! One test binary; cases by behaviour.

mod architecture;
mod license;
mod fallback_lib;
mod source;
