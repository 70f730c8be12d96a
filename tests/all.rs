//! One test binary; cases by behaviour.

mod architecture;
mod fallback_lib;
mod formats;
mod gate;
mod golden;
mod license;
mod policy;
mod scan;
