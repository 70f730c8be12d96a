//! `clarity stats`: counts of reports, and their trend.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;

use super::{Output, stream};
use crate::report::Style;
use crate::report::stats::{FORMATS, Stats, StatsFormat};

/// Count the packages and findings of reports.
///
/// By license, set, maintainer, check, freeness and verdict.
/// Several reports are a trend: name the oldest first.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Reports of `clarity scan --format json` or `jsonl`.
    #[arg(value_name = "REPORT", required = true)]
    reports: Vec<PathBuf>,
    /// How the counts are written.
    #[arg(long, value_parser = format_named, default_value = "text")]
    format: &'static StatsFormat,
}

fn format_named(name: &str) -> Result<&'static StatsFormat, String> {
    let found = FORMATS.iter().find(|format| format.name == name);
    found.ok_or_else(|| super::slip::no_such("format", name, FORMATS.iter().map(|format| format.name)))
}

/// Runs the subcommand.
pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<ExitCode> {
    let counted = |path: &PathBuf| {
        let name = path.display().to_string();
        let text = fs::read_to_string(path).with_context(|| format!("{name}: cannot be read"))?;
        Stats::of(&name, &text).with_context(|| name.clone())
    };
    let all = args.reports.iter().map(counted).collect::<anyhow::Result<Vec<Stats>>>()?;
    let style = Style { color: stream::colored(output.color), ..output.style() };
    stream::report_to_stdout(|out| args.format.write(&all, style, out))?;
    Ok(ExitCode::SUCCESS)
}
