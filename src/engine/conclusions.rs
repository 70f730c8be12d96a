//! Conclusions of a run, equal ones once in memory: packages that share a source mostly conclude the same.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use crate::conclusion::Conclusion;

/// The conclusions that packages of the run have so far.
#[derive(Default)]
pub(super) struct Conclusions(Mutex<HashSet<Arc<Conclusion>>>);

impl Conclusions {
    /// `conclusion`, or the one that equals it.
    pub(super) fn share(&self, mut conclusion: Conclusion) -> Arc<Conclusion> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(equal) = known.get(&conclusion) {
            return Arc::clone(equal);
        }
        conclusion.shrink();
        let new = Arc::new(conclusion);
        known.insert(Arc::clone(&new));
        new
    }
}
