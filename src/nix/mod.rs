//! (in the making)

mod fallback;

pub use fallback::fallback_lib;
