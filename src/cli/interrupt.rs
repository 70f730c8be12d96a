//! Ctrl-C and the time of a run.

use anyhow::Context;

use crate::engine::Watch;

use super::{INTERRUPTED, stream};

/// The first Ctrl-C or SIGTERM ends the run with what is done; the second ends the process.
pub(super) fn end_on_signals(watch: &Watch) -> anyhow::Result<()> {
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
