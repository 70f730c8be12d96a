//! `clarity suppress`: accepts findings of one package in `clarity.toml`.

use std::process::ExitCode;

use anyhow::bail;

use super::names::TreeArg;
use super::what::{What, check_named, config_file, configuration, request_by};
use super::{Output, stream};
use crate::config;
use crate::engine::{self, Watch};
use crate::report;
use crate::triage::State;

/// Arguments of `clarity suppress`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The package.
    #[arg(value_name = "ATTR")]
    package: String,
    /// The check, e.g. LIC010.
    #[arg(value_name = "CHECK", value_parser = check_named)]
    check: String,
    /// Why the finding is wrong or accepted.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    tree: TreeArg,
    #[command(flatten)]
    what: What,
}

/// Runs the subcommand.
pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<ExitCode> {
    if args.reason.trim().is_empty() {
        bail!("--reason must say something: it is what the next reader sees");
    }
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
    let open: Vec<_> = report.findings().filter(is_meant).filter(|located| located.state == State::New).collect();
    if open.is_empty() {
        let others = report.counted().map(|located| located.finding.check.id);
        let others = others.collect::<Vec<_>>().join(", ");
        let others = if others.is_empty() { "no finding".to_owned() } else { others };
        bail!("{}: has no open {}; it has {others}", args.package, args.check);
    }
    let file = config_file(&path, &args.what)?;
    for located in &open {
        config::suppress(&file, &located.finding, &args.reason)?;
    }
    stream::remark(&format!("{}: suppressed {} of {}", file.display(), args.check, args.package));
    Ok(ExitCode::SUCCESS)
}
