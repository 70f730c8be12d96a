//! Answers that were given, each with what takes it back.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::Context;

use crate::config;
use crate::engine::Session;
use crate::fix::Plan;
use crate::triage::Baseline;

use super::memory::Memory;

/// Sums of answers.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub(super) fixed: usize,
    pub(super) skipped: usize,
    pub(super) suppressed: usize,
    pub(super) refused: usize,
}

/// An answer.
pub(super) struct Step {
    /// The number of the finding that it was about.
    pub(super) index: usize,
    /// The sums before it.
    pub(super) tally: Tally,
    /// The settled packages before it.
    pub(super) settled: BTreeSet<String>,
    /// Its effect.
    pub(super) effect: Effect,
}

/// The effect of an answer.
pub(super) enum Effect {
    /// These fixes were written.
    Written(Plan),
    /// A finding was skipped; what was remembered before.
    Skipped(Baseline),
    /// A block was added to the configuration.
    Suppressed {
        /// The text before; `None` where there was no file.
        before: Option<String>,
        /// The text with it.
        after: String,
    },
}

impl Effect {
    /// Takes it back. Why something was left as it is.
    pub(super) fn take_back(
        self,
        session: &mut Session,
        memory: &mut Memory,
        config: &Path,
    ) -> anyhow::Result<Vec<String>> {
        match self {
            Effect::Written(plan) => Ok(session.take_back(&plan)?.iter().map(ToString::to_string).collect()),
            Effect::Skipped(before) => memory.keep(before).map(|()| Vec::new()),
            Effect::Suppressed { before, after } => unsuppressed(config, before.as_deref(), &after),
        }
    }
}

fn unsuppressed(config: &Path, before: Option<&str>, after: &str) -> anyhow::Result<Vec<String>> {
    let shown = config.display();
    if fs::read_to_string(config).ok().as_deref() != Some(after) {
        return Ok(vec![format!("{shown} changed since it was written; take the block out by hand")]);
    }
    match before {
        Some(text) => config::replace(config, text)?,
        None => fs::remove_file(config).with_context(|| format!("{shown}: cannot be removed"))?,
    }
    Ok(Vec::new())
}
