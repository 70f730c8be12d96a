//! `clarity suggest`: the license of a source, for whoever writes a new package.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use clap::ValueEnum;
use serde::Serialize;

use crate::conclusion::{Basis, Concluded, Conclusion, Part, conclude};
use crate::engine;
use crate::evidence::{Detector, Options, Role};
use crate::license::Suffix;
use crate::report;
use crate::text::RelPath;
use crate::tree::{self, Checkout, LicenseTable};

use super::stream;

/// Arguments of `clarity suggest`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The source: a folder.
    path: PathBuf,
    /// The checkout whose license table gives the names [default: the table that clarity carries].
    #[arg(long = "for", value_name = "TREE")]
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
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    if !args.path.exists() {
        bail!("{}: no such file or folder; name the unpacked source", args.path.display());
    }
    let table = match &args.tree {
        Some(tree) => Checkout::open(tree, &tree::Options::default())?.license_table(),
        None => LicenseTable::embedded(),
    };
    let detector = Detector::new(&Options::default());
    let evidence = engine::detect(&detector, &engine::files(&args.path));
    let conclusion = conclude(&evidence, &RelPath::default());
    match args.format {
        Format::Json => stream::print_line(&serde_json::to_string(&Answer::of(&conclusion, &table))?),
        Format::Nix => {
            stream::to_stdout(|out| report::suggest(&conclusion, &table, out))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// The answer as JSON.
#[derive(Debug, Serialize)]
struct Answer {
    expression: String,
    confidence: &'static str,
    suffix: &'static str,
    basis: Vec<String>,
    against: Vec<String>,
    bundled: Vec<String>,
    reasons: Vec<String>,
    /// The value to write, in the names of the table; `None` where it has no name or nothing is known.
    nix: Option<String>,
}

impl Answer {
    fn of(conclusion: &Conclusion, table: &LicenseTable) -> Answer {
        let bare = |expression: &str, reasons: Vec<String>| Answer {
            expression: expression.to_owned(),
            confidence: "low",
            suffix: "n/a",
            basis: Vec::new(),
            against: Vec::new(),
            bundled: Vec::new(),
            reasons,
            nix: None,
        };
        match conclusion {
            Conclusion::Concluded(concluded) => Answer::of_concluded(concluded, table),
            Conclusion::Conflicting { readings, .. } => {
                let sides =
                    readings.iter().map(|reading| reading.basis.iter().map(witness).collect::<Vec<_>>().join(", "));
                bare("NOASSERTION", sides.collect())
            }
            Conclusion::NoneFound => bare("NONE", Vec::new()),
            Conclusion::NoAssertion(why) => bare("NOASSERTION", vec![why.to_string()]),
        }
    }

    fn of_concluded(concluded: &Concluded, table: &LicenseTable) -> Answer {
        Answer {
            expression: concluded.expr.to_string(),
            confidence: concluded.confidence.name(),
            suffix: suffix(concluded),
            basis: concluded.basis.iter().map(witness).collect(),
            against: concluded.against.iter().map(witness).collect(),
            bundled: concluded.parts.iter().filter(|part| part.role != Role::BuildSystem).map(part).collect(),
            reasons: concluded.reasons.clone(),
            nix: table.spell(&concluded.expr),
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
    format!("{} ({}, {} files) {}", part.path, part.role, part.files, part.expr)
}
