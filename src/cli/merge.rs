//! `clarity merge`: results of other machines and one tree, into a report.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::bail;

use super::names::TreeArg;
use super::scan::{Manner, scan_with};
use super::what::configuration;
use super::{Output, stream};
use crate::evidence::{Detector, Options};
use crate::kept::{Agreement, Dissent, Results};
use crate::text::Digest;

/// Join results of other machines with the packages of a tree.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Files of results, or folders of them.
    ///
    /// With --agree, folders that `nix copy --to file://FOLDER` wrote.
    #[arg(required = true, value_name = "RESULTS")]
    results: Vec<PathBuf>,
    /// Count only what this many trusted keys signed.
    ///
    /// A result counts where so many keys of `[merge] keys` in your configuration signed the same bytes.
    #[arg(long, value_name = "N")]
    agree: Option<NonZeroUsize>,
    #[command(flatten)]
    tree: TreeArg,
    #[command(flatten)]
    manner: Manner,
}

/// Runs the subcommand.
pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<ExitCode> {
    let detection = Detector::new(&Options::default()).fingerprint();
    let results = match args.agree {
        None => Results::open(&args.results, detection)?,
        Some(least) => agreed(args, least.get(), detection)?,
    };
    scan_with(&args.tree.path(), Vec::new(), None, &args.manner, (Some(Arc::new(results)), output))
}

fn agreed(args: &Args, least: usize, detection: Digest) -> anyhow::Result<Results> {
    let keys = configuration(&args.tree.path(), &args.manner.what, None)?.merge_keys;
    if keys.len() < least {
        bail!(
            "--agree {least}: your configuration names {} of them; add public keys of builders to `[merge] keys` in \
             ~/.config/clarity/config.toml or the file of --config",
            keys.len()
        );
    }
    let (results, dissents) = Agreement { keys, least }.open(&args.results, detection)?;
    for Dissent { source_name, sides } in dissents {
        let sides: Vec<String> = sides.iter().map(|names| names.join(" and ")).collect();
        stream::remark(&format!(
            "{source_name}: signed results differ: {} against {}",
            sides[0],
            sides[1..].join(" against ")
        ));
    }
    Ok(results)
}
