//! How many archives are unpacked at once: each may need the window of its decompressor, and there are more threads
//! that fetch than cores that compute.

use std::sync::{Condvar, Mutex, PoisonError};

const MOST: usize = 4;

/// Lets some in and keeps the others waiting.
pub(super) struct Gate {
    free: Mutex<usize>,
    freed: Condvar,
}

/// The right to unpack; given back when dropped.
pub(super) struct Pass<'g>(&'g Gate);

impl Gate {
    pub(super) fn new() -> Gate {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Gate { free: Mutex::new(cores.min(MOST)), freed: Condvar::new() }
    }

    /// Waits for its turn.
    pub(super) fn enter(&self) -> Pass<'_> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.freed.wait_while(free, |free| *free == 0);
        *waited.unwrap_or_else(PoisonError::into_inner) -= 1;
        Pass(self)
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.freed.notify_one();
    }
}
