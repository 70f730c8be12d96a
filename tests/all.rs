//! One test binary; cases by behaviour.

mod architecture;
mod formats;
mod golden;
