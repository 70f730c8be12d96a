//! What an evaluation may use: steps, depth and memory.
//!
//! Running out of one of them is an error of its own kind, which says nothing about the value.

use super::eval::Eval;
use super::value::{ErrorKind, R};
use crate::text::stop;

/// What an evaluation may use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Steps until the fuel is filled again.
    pub fuel: u64,
    /// Expressions inside of each other.
    pub depth: u32,
    /// Bytes of values.
    pub memory: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { fuel: 30_000_000, depth: 30_000, memory: 3 << 30 }
    }
}

/// No single text or list is made larger than about twice this.
const MAX_VALUE: usize = 128 << 20;

/// The stack that [`Limits::depth`] needs at the most.
pub const STACK: usize = 1 << 30;

impl<'a> Eval<'a> {
    /// An error where a text or a list of so many bytes is more than may be made at once.
    pub(super) fn room(&self, bytes: usize) -> R<'a, ()> {
        let full = || self.bump.allocated_bytes() > self.limits.memory;
        if bytes > MAX_VALUE || (bytes > MAX_VALUE / 64 && full()) {
            return Err(self.error(ErrorKind::Limit, "the evaluation needs more memory than allowed"));
        }
        Ok(())
    }

    /// Takes one step of the fuel.
    #[inline]
    pub(super) fn step(&self) -> R<'a, ()> {
        let fuel = self.fuel.get();
        if fuel == 0 {
            return Err(self.error(ErrorKind::Limit, "the evaluation takes more steps than allowed"));
        }
        if fuel.is_multiple_of(4096) {
            self.look_up()?;
        }
        self.fuel.set(fuel - 1);
        Ok(())
    }

    /// Looks at the memory and at the clock: both cost more than a step.
    #[cold]
    fn look_up(&self) -> R<'a, ()> {
        if self.bump.allocated_bytes() > self.limits.memory {
            return Err(self.error(ErrorKind::Limit, "the evaluation needs more memory than allowed"));
        }
        match stop::over() {
            Some(stop::Over::Late) => {
                Err(self.error(ErrorKind::Limit, "the evaluation takes longer than allowed; raise --time-limit"))
            }
            Some(stop::Over::Ended) => Err(self.error(ErrorKind::Limit, "the run was ended")),
            None => Ok(()),
        }
    }

    /// What `run` gives, one level further in.
    #[inline]
    pub(super) fn deeper<T>(&self, run: impl FnOnce() -> R<'a, T>) -> R<'a, T> {
        self.enter()?;
        let result = run();
        self.leave();
        result
    }

    /// One level further in, until [`Eval::leave`].
    #[inline]
    pub(super) fn enter(&self) -> R<'a, ()> {
        let depth = self.depth.get();
        if depth >= self.limits.depth {
            return Err(self.error(ErrorKind::Limit, "nested deeper than allowed"));
        }
        self.depth.set(depth + 1);
        Ok(())
    }

    #[inline]
    pub(super) fn leave(&self) {
        self.depth.set(self.depth.get() - 1);
    }
}
