//! One test binary; cases by behaviour.

mod architecture;
mod declared;
mod differential;
mod evaluator;
mod evidence_text;
mod fallback_lib;
mod formats;
mod gate;
mod golden;
mod hostile;
mod license;
mod loose;
mod policy;
mod scan;
mod source;
