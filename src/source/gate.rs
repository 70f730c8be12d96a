//! Memory that many threads share, such as that of decoders: there are more threads that fetch than cores that
//! compute, and each archive may need the window of its decompressor.

use std::sync::{Condvar, Mutex, PoisonError};

/// Lets in as many as there is room for, and keeps the others waiting.
pub(super) struct Gate {
    free: Mutex<usize>,
    freed: Condvar,
}

/// The right to use a part; given back when dropped.
pub(super) struct Pass<'g> {
    gate: &'g Gate,
    part: usize,
}

impl Gate {
    /// A gate with room for `room`.
    pub(super) const fn new(room: usize) -> Gate {
        Gate { free: Mutex::new(room), freed: Condvar::new() }
    }

    /// Waits until `part` of the room is free. A thread that holds a pass must not wait for another.
    pub(super) fn enter(&self, part: usize) -> Pass<'_> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.freed.wait_while(free, |free| *free < part);
        *waited.unwrap_or_else(PoisonError::into_inner) -= part;
        Pass { gate: self, part }
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        *self.gate.free.lock().unwrap_or_else(PoisonError::into_inner) += self.part;
        // Not one of them: the one that is woken may want more than there is.
        self.gate.freed.notify_all();
    }
}
