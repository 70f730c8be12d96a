//! One test binary; cases by behaviour.

mod architecture;
mod declared;
mod differential;
mod evaluator;
mod fallback_lib;
mod license;
mod scan;
mod source;
