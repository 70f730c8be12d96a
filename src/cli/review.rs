//! `clarity review`: what a change does to licenses.

use std::process::ExitCode;

use anyhow::bail;

use super::names::TreeArg;
use super::scan::{self, Manner};
use super::{Output, stream};
use crate::tree::Changes;

/// Arguments of `clarity review`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The base of the change: a revision, `rev REV`, or `wip` for what is not committed [default: where the current
    /// branch left its upstream or the default branch].
    #[arg(value_name = "REV")]
    base: Vec<String>,
    #[command(flatten)]
    tree: TreeArg,
    #[command(flatten)]
    manner: Manner,
}

/// Runs the subcommand.
pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<ExitCode> {
    let path = args.tree.path();
    let words: Vec<&str> = args.base.iter().map(String::as_str).collect();
    let rev = match words[..] {
        [] => Changes::fork_point(&path)?,
        ["wip"] => "HEAD".to_owned(),
        ["pr", number] => bail!(
            "clarity sends nothing to a forge by itself: run `git fetch origin pull/{number}/merge` and \
             `git checkout --detach FETCH_HEAD`, then `clarity review HEAD^`"
        ),
        [rev] | ["rev", rev] => rev.to_owned(),
        _ => bail!("{}: name one base: REV, `rev REV` or `wip`", words.join(" ")),
    };
    if !output.quiet {
        stream::remark(&format!("comparing with {rev}"));
    }
    scan::scan(&path, Vec::new(), Some(&rev), &args.manner, output)
}
