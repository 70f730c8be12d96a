//! `clarity report`: a wrong finding as an issue for clarity.

use std::process::ExitCode;

use anyhow::bail;

use super::names::TreeArg;
use super::what::{What, check_named, configuration, request_by};
use super::{Output, stream};
use crate::engine::{self, Watch};
use crate::report::{self, Style};
use crate::text::Escape;

/// Arguments of `clarity report`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The package.
    #[arg(value_name = "ATTR")]
    package: String,
    /// The check, e.g. LIC010.
    #[arg(value_name = "CHECK", value_parser = check_named)]
    check: String,
    #[command(flatten)]
    tree: TreeArg,
    #[command(flatten)]
    what: What,
}

/// Runs the subcommand.
pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<ExitCode> {
    let path = args.tree.path();
    let config = configuration(&path, &args.what, None)?;
    let request = request_by(&path, &args.what, std::slice::from_ref(&args.package), &config)?;
    let watch = Watch::new(stream::watched() && !output.quiet);
    let report = engine::scan(&request, &watch)?;
    watch.finish();
    if let Some(line) = report::unmatched(&report).first() {
        bail!("{line}");
    }
    let is_meant = |located: &&report::Located| located.finding.check.id == args.check;
    let Some(package) = report.packages.iter().find(|package| package.findings.iter().any(|one| is_meant(&one))) else {
        bail!("{}: has no {}; `clarity scan {}` shows its findings", args.package, args.check, args.package);
    };
    stream::to_stdout(Escape::Text, Style::default(), |out| {
        let mut findings = package.findings.iter().filter(is_meant);
        findings.try_for_each(|located| report::reproducer(package, located, out))
    })?;
    Ok(ExitCode::SUCCESS)
}
