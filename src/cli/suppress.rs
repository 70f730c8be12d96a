//! `clarity suppress`: accepts findings of one package in `clarity.toml`.

use std::process::ExitCode;

use anyhow::bail;

use super::one::OneFinding;
use super::what::config_file;
use super::{Output, stream};
use crate::config;

/// Arguments of `clarity suppress`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    one: OneFinding,
    /// Why the finding is wrong or accepted.
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

/// Runs the subcommand.
pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<ExitCode> {
    if args.reason.trim().is_empty() {
        bail!("--reason must say something: it is what the next reader sees");
    }
    let (path, report) = args.one.scan(output)?;
    let (package, check) = (&args.one.package, &args.one.check);
    let open: Vec<_> = report.counted().filter(|located| args.one.is_meant(located)).collect();
    if open.is_empty() {
        let others: Vec<&str> = report.counted().map(|located| located.finding.check.id).collect();
        let others = if others.is_empty() { "no finding".to_owned() } else { others.join(", ") };
        bail!("{package}: has no open {check}; it has {others}");
    }
    let file = config_file(&path, &args.one.what)?;
    for located in &open {
        config::suppress(&file, &located.finding, &args.reason)?;
    }
    stream::remark(&format!("{}: suppressed {check} of {package}", file.display()));
    Ok(ExitCode::SUCCESS)
}
