//! One test binary; cases by behaviour.

mod architecture;
mod license;
//! One test binary.

mod declared;
mod fallback_lib;
