//! Ctrl-C and the time of a run.

use std::time::Duration;

use anyhow::Context;

use crate::engine::Watch;

use super::{INTERRUPTED, stream};

/// The run of `watch` ends on signals, and after `deadline`.
pub(super) fn begin(watch: &Watch, deadline: Option<Duration>) -> anyhow::Result<()> {
    end_on_signals(watch)?;
    deadline.map_or(Ok(()), |time| watch.end_after(time)).context("--deadline needs a thread, and there is none")
}

/// The first Ctrl-C or SIGTERM ends the run with what is done; the second ends the process.
fn end_on_signals(watch: &Watch) -> anyhow::Result<()> {
    let watch = watch.clone();
    let mut pressed = false;
    ctrlc::set_handler(move || {
        if std::mem::replace(&mut pressed, true) {
            stream::abandon(INTERRUPTED);
        }
        watch.end();
    })
    .context("Ctrl-C cannot be handled")
}
