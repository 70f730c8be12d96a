//! `clarity schema`: the published schemas, made from the structs that write and read the formats.

use std::process::ExitCode;

use clap::ValueEnum;
use serde_json::Value;

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
pub(super) enum Name {
    /// `--format json`: the document.
    Json,
    /// `--format jsonl`: one row.
    Jsonl,
    /// `--format csv`: its columns, as a Table Schema.
    Csv,
    /// `--format csv-packages`: its columns, as a Table Schema.
    CsvPackages,
    /// `clarity diff --format json`.
    Diff,
    /// `clarity stats --format json`.
    Stats,
    /// `clarity fix --import FILE --format jsonl`: one answer.
    Worklist,
    /// `clarity.toml`.
    Config,
    /// One entry of a baseline.
    Baseline,
}

impl Name {
    /// Its name on the command line.
    pub(super) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// Subject of the schema.
    pub(super) fn about(self) -> String {
        self.to_possible_value().and_then(|value| value.get_help().map(ToString::to_string)).unwrap_or_default()
    }
}

/// Runs the subcommand.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let text = serde_json::to_string_pretty(&published(args.name))?;
    stream::to_stdout(Escape::Json, Style::default(), |out| writeln!(out, "{text}"))?;
    Ok(ExitCode::SUCCESS)
}

/// The schema under its own address.
pub(super) fn published(name: Name) -> Value {
    let mut schema = match name {
        Name::Json => crate::report::document_schema(),
        Name::Jsonl => crate::report::row_schema(),
        Name::Csv => crate::report::csv_schema(),
        Name::CsvPackages => crate::report::package_csv_schema(),
        Name::Diff => crate::report::between::schema(),
        Name::Stats => crate::report::stats::schema(),
        Name::Worklist => crate::report::answer_schema(),
        Name::Config => crate::config::schema(),
        Name::Baseline => crate::triage::schema(),
    };
    let id = format!("{}/schema/{}.json", env!("CARGO_PKG_REPOSITORY"), name.name());
    if let Value::Object(members) = &mut schema {
        members.insert("$id".to_owned(), id.into());
    }
    schema
}
