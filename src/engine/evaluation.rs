//! The evaluation of a checkout, or of files read alone, on several threads.

use std::thread::{self, ScopedJoinHandle};

use crate::declared::{self, Part, Row};
use crate::text::stop::{self, Stop};
use crate::tree::{AloneFile, Checkout};

use super::Watch;
use super::request::Request;

/// More evaluators cost more memory than they save time.
const MOST_SHARDS: usize = 4;

/// Result of an evaluation.
#[derive(Default)]
pub(super) struct Evaluation {
    pub(super) rows: Vec<Row>,
    /// True where it came to its end.
    pub(super) ended: bool,
}

/// Each thread evaluates a part of the tree, or of the files that are read alone.
pub(super) fn evaluated(
    checkout: &Checkout,
    request: &Request,
    alone: Option<&[AloneFile]>,
    watch: &Watch,
) -> Evaluation {
    let shards = request.jobs.clamp(1, MOST_SHARDS);
    let parts: Vec<Evaluation> = thread::scope(|threads| {
        let start = |number| {
            let work = move || shard(checkout, request, alone, (number, shards), watch);
            // Where the machine gives no thread, this one does the part.
            thread::Builder::new().spawn_scoped(threads, work).map_err(|_| number)
        };
        let running: Vec<_> = (0..shards).map(start).collect();
        let ended = |thread: Result<ScopedJoinHandle<'_, Evaluation>, usize>| match thread {
            Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            Err(number) => shard(checkout, request, alone, (number, shards), watch),
        };
        running.into_iter().map(ended).collect()
    });
    let mut whole = Evaluation { ended: true, ..Evaluation::default() };
    for part in parts {
        whole.rows.extend(part.rows);
        whole.ended &= part.ended;
    }
    whole
}

fn shard(
    checkout: &Checkout,
    request: &Request,
    alone: Option<&[AloneFile]>,
    shard: (usize, usize),
    watch: &Watch,
) -> Evaluation {
    let mut evaluation = Evaluation::default();
    let stop = watch.cancel();
    let part = Part { selection: &request.selection, alone, shard, stop: &stop };
    let clock = Stop::new(stop.clone(), request.time_limit);
    let ended = stop::under(Some(clock.clone()), || {
        declared::survey_part(checkout, part, &mut |row| {
            watch.counted();
            evaluation.rows.push(row);
        })
    });
    // A late package may be in time on another day.
    evaluation.ended = ended && !clock.was_late();
    evaluation
}
