//! `clarity review`: what a change does to licenses.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};

use super::names::TreeArg;
use super::scan::{self, Manner, Range};
use super::{Output, stream};
use crate::tree::{Changes, PullRequest};

/// Arguments of `clarity review`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// REV, BASE..HEAD, `wip` or `pr N` [default: this branch].
    ///
    /// The change: its base (a revision, or `rev REV`), two revisions as `BASE..HEAD`, `wip` for what is not committed,
    /// or `pr N` for a pull request. By default what happened since the current branch left its upstream or the default
    /// branch.
    #[arg(value_name = "REV|pr N")]
    change: Vec<String>,
    /// The remote, or its address, that --fetch gets a pull request from [default: upstream, else origin].
    #[arg(long, value_name = "REMOTE", hide_short_help = true)]
    remote: Option<String>,
    #[command(flatten)]
    tree: TreeArg,
    #[command(flatten)]
    manner: Manner,
}

/// Runs the subcommand.
pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<ExitCode> {
    let path = args.tree.path();
    let words: Vec<&str> = args.change.iter().map(String::as_str).collect();
    let range = match words[..] {
        [] => Range::since(&Changes::fork_point(&path)?),
        ["wip"] => Range::since("HEAD"),
        ["pr", number] => pull_request(&path, number, args)?,
        [rev] | ["rev", rev] => range(rev),
        _ => bail!("{}: name one change: REV, BASE..HEAD, `wip` or `pr N`", words.join(" ")),
    };
    if !output.quiet {
        stream::remark(&match &range.head {
            None => format!("comparing with {}", range.base),
            Some(head) => format!("comparing {} with {head}", range.base),
        });
    }
    scan::scan(&path, Vec::new(), Some(&range), &args.manner, output)
}

/// `REV`, or `BASE..HEAD`, where what is left out is `HEAD`.
fn range(text: &str) -> Range {
    let or_head = |text: &str| if text.is_empty() { "HEAD" } else { text }.to_owned();
    match text.split_once("..") {
        Some((base, head)) if !head.starts_with('.') => Range { base: or_head(base), head: Some(or_head(head)) },
        _ => Range::since(text),
    }
}

fn pull_request(path: &Path, number: &str, args: &Args) -> anyhow::Result<Range> {
    let number = number.trim_start_matches('#');
    let number = number.parse().with_context(|| format!("{number}: a pull request has a number"))?;
    let found = match args.manner.what.fetch {
        true => PullRequest::fetch(path, number, args.remote.as_deref())?,
        false => PullRequest::find(path, number)?,
    };
    Ok(Range { base: found.base, head: Some(found.head) })
}
