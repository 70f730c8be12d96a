//! Bounds of an evaluation: steps, depth, stack, memory and time.
//!
//! Running out of one of them is an error of its own kind, which says nothing about the value. Every function that
//! recurses over values goes through [`Eval::enter`] or [`Eval::deeper`], and every builtin whose work grows with its
//! arguments pays for it with [`Eval::spend`].

use std::fmt;

use super::eval::Eval;
use super::value::{ErrorKind, R};
use crate::text::stop;

/// Bounds of an evaluation.
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

/// The limit that was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exhausted {
    Fuel,
    Memory,
    Depth,
    Time,
    Stopped,
    Names,
}

impl fmt::Display for Exhausted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Exhausted::Fuel => "the evaluation takes more steps than allowed",
            Exhausted::Memory => "the evaluation needs more memory than allowed",
            Exhausted::Depth => "nested deeper than allowed",
            Exhausted::Time => "the evaluation takes longer than allowed; raise --time-limit",
            Exhausted::Stopped => "the run was ended",
            Exhausted::Names => "the evaluation makes more different names than allowed",
        })
    }
}

/// No single text or list is made larger than about twice this.
const MAX_VALUE: usize = 128 << 20;

/// The stack of a thread that evaluates.
pub const STACK: usize = 1 << 30;

/// The part of [`STACK`] that expressions inside of each other may use. A level takes up to 30 KB without optimisation,
/// so that [`Limits::depth`] is not always reached; the rest is for what runs on top of the deepest level: the parser
/// and the resolver of names go 10,000 levels further in, at up to 8 KB each.
const EVALUATION_STACK: usize = STACK - (200 << 20);

/// Memory and time are looked at once in so many steps.
const CHECK_EVERY: u64 = 4096;

/// Bytes that are copied or looked at for the price of one step.
const BYTES_PER_STEP: usize = 64;

/// So many names are kept for the whole run (about 200 bytes each); those of a nixpkgs are below 500,000.
const MOST_NAMES: usize = 4_000_000;

impl<'a> Eval<'a> {
    /// An error of running out.
    pub(super) fn exhausted<T>(&self, what: Exhausted) -> R<'a, T> {
        Err(self.error(ErrorKind::Limit, &what.to_string()))
    }

    /// Pays for a text or a list of so many bytes; an error where it is more than may be made at once.
    pub(super) fn room(&self, bytes: usize) -> R<'a, ()> {
        let full = || self.bump.allocated_bytes() > self.limits.memory;
        if bytes > MAX_VALUE || (bytes > MAX_VALUE / 64 && full()) {
            return self.exhausted(Exhausted::Memory);
        }
        Ok(())
    }

    /// Takes one step of the fuel.
    #[inline]
    pub(super) fn step(&self) -> R<'a, ()> {
        let fuel = self.fuel.get();
        if fuel.is_multiple_of(CHECK_EVERY) {
            self.look_at_bounds(fuel)?;
        }
        self.fuel.set(fuel - 1);
        Ok(())
    }

    /// Takes `steps` of the fuel: what a builtin does for so many members of a list or a set.
    pub(super) fn spend(&self, steps: usize) -> R<'a, ()> {
        let (fuel, steps) = (self.fuel.get(), steps as u64);
        let Some(left) = fuel.checked_sub(steps) else {
            self.fuel.set(0);
            return self.exhausted(Exhausted::Fuel);
        };
        if fuel / CHECK_EVERY != left / CHECK_EVERY {
            self.look_at_bounds(left)?;
        }
        self.fuel.set(left);
        Ok(())
    }

    /// Takes the fuel that copying or reading so many bytes costs.
    pub(super) fn spend_bytes(&self, bytes: usize) -> R<'a, ()> {
        self.spend(bytes / BYTES_PER_STEP)
    }

    #[cold]
    fn look_at_bounds(&self, fuel: u64) -> R<'a, ()> {
        if fuel == 0 {
            return self.exhausted(Exhausted::Fuel);
        }
        if self.bump.allocated_bytes() > self.limits.memory {
            return self.exhausted(Exhausted::Memory);
        }
        if self.files.names.len() > MOST_NAMES {
            return self.exhausted(Exhausted::Names);
        }
        match stop::over() {
            Some(stop::Over::Late) => self.exhausted(Exhausted::Time),
            Some(stop::Over::Ended) => self.exhausted(Exhausted::Stopped),
            None => Ok(()),
        }
    }

    /// The result of `run`, one level further in.
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
        if depth >= self.limits.depth || self.used_stack() > EVALUATION_STACK {
            return self.exhausted(Exhausted::Depth);
        }
        self.depth.set(depth + 1);
        Ok(())
    }

    #[inline]
    pub(super) fn leave(&self) {
        self.depth.set(self.depth.get() - 1);
    }

    /// Bytes of the stack between here and where the evaluator was made.
    #[inline]
    fn used_stack(&self) -> usize {
        here().abs_diff(self.stack_start)
    }
}

/// An address on the stack of this thread.
#[inline]
pub(super) fn here() -> usize {
    let local = 0_u8;
    std::hint::black_box(std::ptr::from_ref(&local)) as usize
}
