//! `clarity list`: the packages of a tree.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;

use super::behind::Behind;
use super::names::Names;
use super::what::{What, configuration, request_by};
use super::{Output, USAGE, stream};
use crate::engine::{self, Watch};
use crate::report;
use crate::tree::known_system;

/// Arguments of `clarity list`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    names: Names,
    #[command(flatten)]
    behind: Behind,
    /// The platform that conditions are evaluated for [default: the host's]; repeat for several.
    #[arg(long, value_name = "SYSTEM", value_parser = known_system)]
    system: Vec<String>,
    /// Where evaluated metadata is kept [default: $CLARITY_CACHE, else ~/.cache/clarity].
    #[arg(long, value_name = "DIR")]
    cache_dir: Option<PathBuf>,
    /// How the list is written.
    #[arg(long, value_enum, default_value_t = Form::Text)]
    format: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Attribute, license and place in columns.
    Text,
    /// The rows of `scan --metadata-only --format jsonl`.
    Jsonl,
}

/// Runs the subcommand.
pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<ExitCode> {
    let (path, attrs) = args.names.split()?;
    let mut what = What::metadata(args.behind.clone(), args.system.clone(), false);
    what.cache_dir.clone_from(&args.cache_dir);
    let mut request = request_by(&path, &what, &attrs, &configuration(&path, &what, None)?)?;
    request.quotes = false;
    let watch = Watch::new(stream::watched() && !output.quiet);
    let report = engine::scan(&request, &watch)?;
    watch.finish();
    stream::report_to_stdout(|out| match args.format {
        Form::Text => report::LISTING.write(&report, stream::for_terminal(output), out),
        Form::Jsonl => report::format("jsonl").map_or(Ok(()), |format| format.write(&report, output.style(), out)),
    })?;
    report::unmatched(&report).iter().for_each(|line| stream::remark(line));
    Ok(ExitCode::from(if report.selection_matched_nothing() { USAGE } else { 0 }))
}
