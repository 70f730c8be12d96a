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
use crate::text::RelPath;

use super::stream;

/// Arguments of `clarity suggest`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The source: a folder.
    path: PathBuf,
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
    let detector = Detector::new(&Options::default());
    let evidence = engine::detect(&detector, &engine::files(&args.path));
    let conclusion = conclude(&evidence, &RelPath::default());
    let answer = Answer::of(&conclusion);
    match args.format {
        Format::Json => stream::print_line(&serde_json::to_string(&answer)?),
        Format::Nix => stream::print_line(&answer.expression),
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
}

impl Answer {
    fn of(conclusion: &Conclusion) -> Answer {
        let bare = |expression: &str, reasons: Vec<String>| Answer {
            expression: expression.to_owned(),
            confidence: "low",
            suffix: "n/a",
            basis: Vec::new(),
            against: Vec::new(),
            bundled: Vec::new(),
            reasons,
        };
        match conclusion {
            Conclusion::Concluded(concluded) => Answer::of_concluded(concluded),
            Conclusion::Conflicting { readings, .. } => {
                let sides =
                    readings.iter().map(|reading| reading.basis.iter().map(witness).collect::<Vec<_>>().join(", "));
                bare("NOASSERTION", sides.collect())
            }
            Conclusion::NoneFound => bare("NONE", Vec::new()),
            Conclusion::NoAssertion(why) => bare("NOASSERTION", vec![why.clone()]),
        }
    }

    fn of_concluded(concluded: &Concluded) -> Answer {
        Answer {
            expression: concluded.expr.to_string(),
            confidence: concluded.confidence.name(),
            suffix: suffix(concluded),
            basis: concluded.basis.iter().map(witness).collect(),
            against: concluded.against.iter().map(witness).collect(),
            bundled: concluded.parts.iter().filter(|part| part.role != Role::BuildSystem).map(part).collect(),
            reasons: concluded.reasons.clone(),
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
