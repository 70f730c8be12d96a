//! One test binary; cases by behaviour.

mod architecture;
#[path = "bench/metadata.rs"]
mod bench_metadata;
mod declared;
mod differential;
mod evaluator;
mod evidence_text;
mod fallback_lib;
mod formats;
mod gate;
mod golden;
mod hostile;
mod kept;
mod license;
mod loose;
mod policy;
mod readme;
mod scan;
mod source;
