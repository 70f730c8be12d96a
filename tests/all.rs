//! One test binary; cases by behaviour.

mod architecture;
mod declared;
mod fallback_lib;
mod license;
