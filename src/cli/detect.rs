//! `clarity detect`: what the files of a folder say.

use std::collections::BTreeSet;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use serde::Serialize;

use crate::engine;
use crate::evidence::{Detection, Detector, FileEvidence, Options, Witness};
use crate::license::LicenseExpr;

/// Prints what the files of a folder say about their licenses, one JSON line per file.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A folder or a file.
    path: PathBuf,
}

/// Runs the subcommand.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let detector = Detector::new(&Options::default());
    let files = engine::files(&args.path);
    let evidence = engine::detect(&detector, &files);
    let mut out = BufWriter::new(io::stdout().lock());
    for file in &evidence.files {
        serde_json::to_writer(&mut out, &Line::of(file))?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// One line of `--format jsonl`.
#[derive(Serialize)]
struct Line<'e> {
    path: &'e str,
    spdx: Vec<String>,
    expression: Option<String>,
    detections: Vec<Seen<'e>>,
}

#[derive(Serialize)]
struct Seen<'e> {
    expression: String,
    class: &'static str,
    by: &'e str,
    lines: [u32; 2],
    score: u16,
}

impl<'e> Line<'e> {
    fn of(file: &'e FileEvidence) -> Self {
        let found = || file.detections.iter().filter(|one| one.class != Witness::Clue);
        let ids: BTreeSet<String> = found().flat_map(|one| ids(&one.expr)).collect();
        Line {
            path: file.path.as_str(),
            spdx: ids.into_iter().collect(),
            expression: LicenseExpr::all(found().map(|one| one.expr.clone())).map(|expr| expr.to_string()),
            detections: file.detections.iter().map(Seen::of).collect(),
        }
    }
}

/// The ids of licenses and exceptions in an expression.
fn ids(expr: &LicenseExpr) -> Vec<String> {
    expr.terms().into_iter().flat_map(|term| std::iter::once(term.id()).chain(term.exception.clone())).collect()
}

impl<'e> Seen<'e> {
    fn of(one: &'e Detection) -> Self {
        let class = match one.class {
            Witness::Tag => "tag",
            Witness::Grant => "grant",
            Witness::Text => "text",
            Witness::Manifest => "manifest",
            Witness::Readme => "readme",
            Witness::Clue => "clue",
        };
        Seen {
            expression: one.expr.to_string(),
            class,
            by: one.by,
            lines: [one.lines.first, one.lines.last],
            score: one.score.0,
        }
    }
}
