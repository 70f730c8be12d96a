//! `clarity report`: a wrong finding as an issue for clarity.

use std::process::ExitCode;

use anyhow::bail;

use super::one::OneFinding;
use super::{Output, stream};
use crate::report::{self, Style};
use crate::text::Escape;

/// Arguments of `clarity report`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    one: OneFinding,
}

/// Runs the subcommand.
pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<ExitCode> {
    let (_, report) = args.one.scan(output)?;
    let mut packages = report.packages.iter();
    let has_one = |package: &&report::PackageReport| package.findings.iter().any(|one| args.one.is_meant(one));
    let Some(package) = packages.find(has_one) else {
        let (package, check) = (&args.one.package, &args.one.check);
        bail!("{package}: has no {check}; `clarity scan {package}` shows its findings");
    };
    stream::to_stdout(Escape::Text, Style::default(), |out| {
        let mut findings = package.findings.iter().filter(|one| args.one.is_meant(one));
        findings.try_for_each(|located| report::reproducer(package, located, out))
    })?;
    Ok(ExitCode::SUCCESS)
}
