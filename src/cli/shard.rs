//! `clarity scan --shard`: the sources of a part of a tree, into a file of results.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};

use super::place::must_stay;
use super::what::{What, configuration, request_by};
use super::{INTERRUPTED, Output, interrupt, stream};
use crate::engine::{self, Shard, Watch};
use crate::evidence::{Detector, Options};
use crate::kept::KeptEvidence;

/// A part of the work, for another machine.
#[derive(Debug, clap::Args)]
pub(super) struct ShardArgs {
    /// Only detect, and only each Nth of all sources; a report comes from `clarity merge`.
    #[arg(long, value_name = "K/N", value_parser = parse, requires = "results", help_heading = "Several machines", hide_short_help = true)]
    shard: Option<Shard>,
    /// The file that the results of --shard are written to.
    #[arg(long, value_name = "FILE", requires = "shard", help_heading = "Several machines", hide_short_help = true)]
    results: Option<PathBuf>,
}

impl ShardArgs {
    /// The part and its file, where one was asked for.
    pub(super) fn part(&self) -> Option<(Shard, &Path)> {
        self.shard.zip(self.results.as_deref())
    }
}

fn parse(text: &str) -> Result<Shard, String> {
    let numbers = text.split_once('/').and_then(|(number, count)| Some((number.parse().ok()?, count.parse().ok()?)));
    let whole = numbers.filter(|(number, count)| (1..=*count).contains(number));
    let (number, count): (u64, u64) = whole.ok_or("write K/N with K from 1 to N, as in 2/4")?;
    Ok(Shard { number: number - 1, count })
}

/// Detects a part of the sources of these packages.
pub(super) fn run(
    path: &Path,
    attrs: &[String],
    (shard, file): (Shard, &Path),
    what: &What,
    output: &Output,
) -> anyhow::Result<ExitCode> {
    let request = request_by(path, what, attrs, &configuration(path, what, None)?)?;
    let options = request.sources.clone().context("a shard is of sources; leave out --metadata-only")?;
    let store = request.facts.clone().context("a shard keeps its evidence in the cache; leave out --no-cache")?;
    let kept = KeptEvidence::new(store, Detector::new(&Options::default()).fingerprint());
    let watch = Watch::new(stream::watched() && !output.quiet);
    interrupt::begin(&watch, what.time_left())?;
    let (_, mut packages) = engine::whole_tree(&request, &watch)?;
    let unmatched = request.selection.unmatched(packages.iter().map(|(package, _)| package.attr.0.as_str()));
    if let Some(name) = unmatched.first() {
        bail!("no package of the tree matches `{name}`; `clarity list` prints what there is");
    }
    packages.retain(|(package, _)| request.selection.holds(&package.attr.0));
    must_stay(file, path)?;
    let unwritable = || format!("{}: cannot be written; name a file in a folder that exists", file.display());
    let mut out = BufWriter::new(File::create(file).with_context(unwritable)?);
    let count = engine::detect_shard(packages, &request, (options, kept), shard, &watch, &mut out)?;
    out.flush().with_context(unwritable)?;
    watch.finish();
    if !output.quiet {
        stream::remark(&format!("{count} sources, written to {}", file.display()));
    }
    Ok(if watch.is_ended() { ExitCode::from(INTERRUPTED) } else { ExitCode::SUCCESS })
}
