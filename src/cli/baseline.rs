//! Baselines on disk.

use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::Context;

use crate::tree::Changes;
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

/// The largest baseline that is read from a revision, in bytes.
const MOST_BYTES: u64 = 256 << 20;

/// The baseline in `file`, as it was at `rev` where it lies in the repository: who proposes a change does not accept its
/// findings.
pub(super) fn read_before(file: &Path, rev: &str, changes: &Changes) -> anyhow::Result<Baseline> {
    let Some(place) = inside(file, changes.top()) else { return read(file) };
    let disk = changes.disk_before();
    let name = place.to_string_lossy();
    if !disk.is_file(&name) {
        stream::remark(&format!("{}: is not in {rev}, so it accepts nothing", file.display()));
        return Ok(Baseline::default());
    }
    let bytes = disk.read(&name, MOST_BYTES).with_context(|| format!("{}: cannot be read at {rev}", file.display()))?;
    let text = String::from_utf8(bytes).with_context(|| format!("{}: is no text at {rev}", file.display()))?;
    Baseline::parse(&text).with_context(|| format!("{}: is not a baseline at {rev}", file.display()))
}

/// The place of `file` below `top`, as it is written or else where its links lead.
fn inside(file: &Path, top: &Path) -> Option<PathBuf> {
    let written = std::path::absolute(file).ok()?;
    let folder = written.parent().and_then(|folder| folder.canonicalize().ok());
    let in_folder = folder.zip(written.file_name()).map(|(folder, name)| folder.join(name));
    let plain = !written.components().any(|part| part == Component::ParentDir);
    let real = file.canonicalize().ok();
    [Some(written).filter(|_| plain), in_folder, real].into_iter().flatten().find(|place| place.starts_with(top))
}
