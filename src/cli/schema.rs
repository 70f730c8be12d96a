//! `clarity schema`: the published JSON Schemas, made from the structs that write and read the formats.

use std::process::ExitCode;

use clap::ValueEnum;

use super::stream;
use crate::report::Style;
use crate::text::Escape;

/// Arguments of `clarity schema`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Of what.
    #[arg(value_enum)]
    name: Name,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Name {
    /// `--format json`: the document.
    Json,
    /// `--format jsonl`: one row.
    Jsonl,
    /// `clarity diff --format json`.
    Diff,
    /// `clarity fix --import FILE --format jsonl`: one answer.
    Worklist,
    /// `clarity.toml`.
    Config,
    /// One entry of a baseline.
    Baseline,
}

/// Runs the subcommand.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let schema = match args.name {
        Name::Json => crate::report::document_schema(),
        Name::Jsonl => crate::report::row_schema(),
        Name::Diff => crate::report::between::schema(),
        Name::Worklist => crate::report::answer_schema(),
        Name::Config => crate::config::schema(),
        Name::Baseline => crate::triage::schema(),
    };
    let text = serde_json::to_string_pretty(&schema)?;
    stream::to_stdout(Escape::Json, Style::default(), |out| writeln!(out, "{text}"))?;
    Ok(ExitCode::SUCCESS)
}
