//! The end of work: a run that is ended, or a package whose time is over.
//!
//! Loops that read or compute for long ask [`check`] or [`over`] now and then. The clock belongs to a thread and to one
//! piece of work: a thread that starts another one hands it on with [`current`].

use std::cell::RefCell;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// When a piece of work has to end.
#[derive(Clone, Debug)]
pub struct Stop {
    ended: Arc<AtomicBool>,
    limit: Duration,
    until: Option<Instant>,
    late: Arc<AtomicBool>,
}

/// Why work has to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// The run was ended.
    Ended,
    /// The piece of work took longer than it may.
    Late,
}

thread_local! {
    static CURRENT: RefCell<Option<Stop>> = const { RefCell::new(None) };
}

impl Stop {
    /// Work that ends when `ended` is set, or `limit` after it began.
    pub fn new(ended: Arc<AtomicBool>, limit: Duration) -> Stop {
        Stop { ended, limit, until: Instant::now().checked_add(limit), late: Arc::default() }
    }

    /// True where a piece of work under this or a copy of it was found to be late.
    pub fn was_late(&self) -> bool {
        self.late.load(Ordering::Relaxed)
    }

    fn over(&self) -> Option<Over> {
        if self.ended.load(Ordering::Relaxed) {
            Some(Over::Ended)
        } else {
            self.until.filter(|until| Instant::now() >= *until)?;
            self.late.store(true, Ordering::Relaxed);
            Some(Over::Late)
        }
    }
}

/// Does `work` on this thread under `stop`, or as before where there is none.
pub fn under<T>(stop: Option<Stop>, work: impl FnOnce() -> T) -> T {
    struct Restore(Option<Stop>);
    impl Drop for Restore {
        fn drop(&mut self) {
            let before = self.0.take();
            CURRENT.with(|current| *current.borrow_mut() = before);
        }
    }
    let Some(stop) = stop else { return work() };
    let _restore = Restore(CURRENT.with(|current| current.borrow_mut().replace(stop)));
    work()
}

/// Limits of this thread.
pub fn current() -> Option<Stop> {
    CURRENT.with(|current| current.borrow().clone())
}

/// Begins the next piece of work: its time starts now.
pub fn restart() {
    CURRENT.with(|current| {
        if let Some(stop) = current.borrow_mut().as_mut() {
            stop.until = Instant::now().checked_add(stop.limit);
        }
    });
}

/// Gives back `time` that was spent waiting for somebody else.
pub fn forgive(time: Duration) {
    CURRENT.with(|current| {
        if let Some(stop) = current.borrow_mut().as_mut() {
            stop.until = stop.until.and_then(|until| until.checked_add(time));
        }
    });
}

/// Why the work of this thread has to end, if it has to.
pub fn over() -> Option<Over> {
    CURRENT.with(|current| current.borrow().as_ref().and_then(Stop::over))
}

/// An error where the work of this thread has to end.
pub fn check() -> io::Result<()> {
    over().map_or(Ok(()), |over| Err(io::Error::other(over)))
}

impl fmt::Display for Over {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Over::Ended => "the run was ended",
            Over::Late => "it took longer than it may; raise --time-limit",
        })
    }
}

impl std::error::Error for Over {}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn work_ends_with_the_run_or_its_time() {
        assert_eq!(over(), None, "without a clock nothing ends");
        let ended = Arc::new(AtomicBool::new(false));
        under(Some(Stop::new(ended.clone(), HOUR)), || {
            assert!(check().is_ok());
            ended.store(true, Ordering::Relaxed);
            assert_eq!(over(), Some(Over::Ended));
        });
        assert_eq!(over(), None);
    }

    #[test]
    fn time_is_measured_for_each_piece_of_work() {
        let ended = Arc::new(AtomicBool::new(false));
        under(Some(Stop::new(ended.clone(), Duration::ZERO)), || {
            assert_eq!(over(), Some(Over::Late));
            forgive(HOUR);
            assert_eq!(over(), None);
            restart();
            assert_eq!(over(), Some(Over::Late));
            under(Some(Stop::new(ended, HOUR)), || assert_eq!(over(), None));
            assert!(check().is_err());
        });
    }
}
