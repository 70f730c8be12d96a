//! `clarity licenses`: the license table of a checkout, held against the SPDX list.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;

use super::stream;
use crate::declared::{Row, Selection, Usage, survey};
use crate::report::TableReport;
use crate::tree::{self, Checkout, audit};

/// Arguments of `clarity licenses`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A nixpkgs-like checkout.
    tree: PathBuf,
    /// The tree whose `lib` an overlay means.
    #[arg(long, value_name = "DIR")]
    nixpkgs: Option<PathBuf>,
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
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let options = tree::Options { lib: args.nixpkgs.clone(), ..tree::Options::default() };
    let checkout = Checkout::open(&args.tree, &options)?;
    let table = checkout.license_table();
    let mut usage = Usage::default();
    survey(&checkout, &Selection::All, &mut |row| {
        if let Row::Package(_, declared) = row {
            usage.add(&table, &declared);
        }
    });
    let tree = args.tree.display().to_string();
    let report = TableReport { tree, remarks: audit(&table), table, usage };
    stream::to_stdout(|out| match args.format {
        Form::Terminal => report.write_terminal(out),
        Form::Json => report.write_json(out),
    })?;
    Ok(ExitCode::SUCCESS)
}
