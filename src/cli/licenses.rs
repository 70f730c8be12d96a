//! `clarity licenses`: the license table of a checkout, held against the SPDX list.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;

use super::behind::Behind;
use super::names::TreeArg;
use super::what::{What, request};
use super::{Output, stream};
use crate::engine::{self, Watch};
use crate::report::{Style, TableReport, wrapped};
use crate::table::Usage;
use crate::table::audit;
use crate::text::Escape;
use crate::tree::known_system;

/// Arguments of `clarity licenses`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The checkout, where --tree does not name it.
    #[arg(value_name = "TREE", conflicts_with = "tree")]
    path: Option<PathBuf>,
    #[command(flatten)]
    tree: TreeArg,
    #[command(flatten)]
    behind: Behind,
    /// The platform that conditions are evaluated for [default: the host's].
    #[arg(long, value_name = "SYSTEM", value_parser = known_system)]
    system: Option<String>,
    /// Evaluate the packages anew, and keep nothing of it for the next run.
    #[arg(long)]
    no_cache: bool,
    /// Where evaluated metadata is kept [default: $CLARITY_CACHE, else ~/.cache/clarity].
    #[arg(long, value_name = "DIR")]
    cache_dir: Option<PathBuf>,
    /// How it is written to stdout.
    #[arg(long, value_enum, default_value_t = Form::Terminal)]
    format: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    Terminal,
    Json,
}

/// Runs the subcommand.
pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<ExitCode> {
    let mut what = What::metadata(args.behind.clone(), args.system.iter().cloned().collect(), args.no_cache);
    what.cache_dir.clone_from(&args.cache_dir);
    let path = args.path.clone().unwrap_or_else(|| args.tree.path());
    let watch = Watch::new(stream::watched() && !output.quiet);
    let (table, packages) = engine::whole_tree(&request(&path, &what)?, &watch)?;
    watch.finish();
    let mut usage = Usage::default();
    packages.iter().for_each(|(_, declared)| usage.add(&table, declared.written_names(), declared.is_open()));
    let tree = path.display().to_string();
    let report = TableReport { tree, remarks: audit(&table), table, usage };
    let style = stream::for_terminal(output);
    match args.format {
        Form::Terminal => {
            stream::to_stdout(Escape::Text, style, |out| wrapped(style, out, |out| report.write_terminal(style, out)))?
        }
        Form::Json => stream::to_stdout(Escape::Json, Style::default(), |out| report.write_json(out))?,
    }
    Ok(ExitCode::SUCCESS)
}
