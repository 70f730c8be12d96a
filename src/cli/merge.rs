//! `clarity merge`: results of other machines and one tree, into a report.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use super::Output;
use super::names::TreeArg;
use super::scan::{Manner, scan_with};
use crate::evidence::{Detector, Options};
use crate::kept::Results;

/// Join results of `clarity scan --shard` or `clarity nix` with the packages of a tree.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Files of results, or folders of them.
    #[arg(required = true, value_name = "RESULTS")]
    results: Vec<PathBuf>,
    #[command(flatten)]
    tree: TreeArg,
    #[command(flatten)]
    manner: Manner,
}

/// Runs the subcommand.
pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<ExitCode> {
    let results = Results::open(&args.results, Detector::new(&Options::default()).fingerprint())?;
    scan_with(&args.tree.path(), Vec::new(), None, &args.manner, (Some(Arc::new(results)), output))
}
