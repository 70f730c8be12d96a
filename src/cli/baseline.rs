//! Baselines on disk.

use std::fs;
use std::path::Path;

use anyhow::Context;

use crate::triage::Baseline;

use super::stream;

/// The baseline in `file`.
pub(super) fn read(file: &Path) -> anyhow::Result<Baseline> {
    let text = fs::read_to_string(file)
        .with_context(|| format!("{}: cannot be read; write it with --write-baseline", file.display()))?;
    Baseline::parse(&text).with_context(|| format!("{}: is not a baseline", file.display()))
}

/// Writes `baseline` to `file`.
pub(super) fn write(file: &Path, baseline: &Baseline) -> anyhow::Result<()> {
    stream::to_file(file, |out| write!(out, "{baseline}"))
}
