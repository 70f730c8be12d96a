//! `clarity suggest`: the license of a source, for whoever writes a new package.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use clap::ValueEnum;
use serde::Serialize;

use crate::conclusion::{Basis, Concluded, Conclusion, Part};
use crate::config;
use crate::engine::{self, Watch};
use crate::evidence::Role;
use crate::license::Suffix;
use crate::report::{self, Style};
use crate::table::LicenseTable;
use crate::text::Escape;
use crate::tree::{self, Checkout};

use super::{Output, stream, what};

/// Arguments of `clarity suggest`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The source: a folder or an archive.
    path: PathBuf,
    /// The checkout whose license table gives the names [default: the table that clarity carries].
    #[arg(long, short = 'f', alias = "for", value_name = "DIR")]
    tree: Option<PathBuf>,
    /// How the answer is written.
    #[arg(long, value_enum, default_value_t = Format::Nix)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Nix,
    Json,
}

/// Runs the subcommand.
pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<ExitCode> {
    if !args.path.exists() {
        bail!("{}: no such file or folder; name the source, a folder or an archive", args.path.display());
    }
    let table = match &args.tree {
        Some(tree) => Checkout::open(tree, &tree::Options::default())?.license_table(),
        None => LicenseTable::embedded(),
    };
    let watch = Watch::new(stream::watched() && !output.quiet);
    let version = engine::version_at(&args.path, what::cores(), config::TIME_LIMIT, &watch);
    watch.finish();
    let conclusion = version?.conclusion;
    match args.format {
        Format::Json => {
            if let Conclusion::NoAssertion(why) = &conclusion {
                stream::remark(&format!("no license can be proposed: {why}"));
            }
            let answer = serde_json::to_string(&Answer::of(&conclusion))?;
            stream::to_stdout(Escape::Json, Style::default(), |out| writeln!(out, "{answer}"))?;
        }
        Format::Nix => {
            let style = stream::for_terminal(output);
            stream::to_stdout(Escape::Text, style, |out| report::suggest(&conclusion, &table, style, out))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The answer as JSON.
#[derive(Debug, Serialize)]
struct Answer {
    expression: String,
    confidence: &'static str,
    suffix: &'static str,
    basis: Vec<String>,
    bundled: Vec<String>,
}

impl Answer {
    fn of(conclusion: &Conclusion) -> Answer {
        let bare = |expression: &str, basis: Vec<String>| Answer {
            expression: expression.to_owned(),
            confidence: "low",
            suffix: "n/a",
            basis,
            bundled: Vec::new(),
        };
        match conclusion {
            Conclusion::Concluded(concluded) => Answer {
                expression: concluded.expr.to_string(),
                confidence: concluded.confidence.name(),
                suffix: suffix(concluded),
                basis: concluded.basis.iter().map(witness).collect(),
                bundled: concluded.parts.iter().filter(|part| part.role != Role::BuildSystem).map(part).collect(),
            },
            Conclusion::Conflicting { readings, .. } => {
                bare("NOASSERTION", readings.iter().flat_map(|reading| &reading.basis).map(witness).collect())
            }
            Conclusion::NoneFound => bare("NONE", Vec::new()),
            Conclusion::NoAssertion(_) => bare("NOASSERTION", Vec::new()),
        }
    }
}

fn suffix(concluded: &Concluded) -> &'static str {
    let terms = concluded.expr.terms();
    let any = |wanted: &[Suffix]| terms.iter().any(|term| wanted.contains(&term.suffix));
    if any(&[Suffix::Unstated]) {
        "unstated"
    } else if any(&[Suffix::Only, Suffix::OrLater]) {
        "stated"
    } else {
        "n/a"
    }
}

fn witness(basis: &Basis) -> String {
    format!("{}:{} {}", basis.file, basis.lines, basis.expr)
}

fn part(part: &Part) -> String {
    format!("{} ({}, {}) {}", part.path, part.role, report::counted(part.files, "file"), part.expr)
}
