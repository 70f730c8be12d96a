//! One test binary; cases by behaviour.

mod architecture;
mod evidence_text;
mod license;
mod fallback_lib;
