//! Findings skipped earlier: a baseline below the cache, one for each checkout.

use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::check::Finding;
use crate::cli::baseline;
use crate::text::Digest;
use crate::triage::Baseline;

/// Findings that somebody does not want to be asked about again.
pub(super) struct Memory {
    file: PathBuf,
    /// The findings.
    pub(super) skipped: Baseline,
}

impl Memory {
    /// Findings skipped in the checkout at `path`; nothing where all is to be asked again.
    pub(super) fn of(path: &Path, cache: Option<PathBuf>, again: bool) -> anyhow::Result<Memory> {
        let cache = cache.context("no place for the cache; name one with --cache-dir DIR")?;
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let name = Digest::of(path.to_string_lossy().as_bytes()).short();
        let file = cache.join("skipped").join(format!("{name}.baseline"));
        let skipped = match !again && file.is_file() {
            true => baseline::read(&file).context("--again begins a new one")?,
            false => Baseline::default(),
        };
        Ok(Memory { file, skipped })
    }

    /// Remembers `finding` at once: the next key may be Ctrl-C.
    pub(super) fn skip(&mut self, finding: &Finding) -> anyhow::Result<()> {
        let skipped = std::mem::take(&mut self.skipped);
        self.keep(finding.each().fold(skipped, |all, one| all.with(&one)))
    }

    /// Remembers exactly `skipped`.
    pub(super) fn keep(&mut self, skipped: Baseline) -> anyhow::Result<()> {
        self.skipped = skipped;
        if let Some(folder) = self.file.parent() {
            std::fs::create_dir_all(folder).with_context(|| format!("{}: cannot be made", folder.display()))?;
        }
        baseline::write(&self.file, &self.skipped)
    }
}
