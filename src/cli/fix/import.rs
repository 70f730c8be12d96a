//! `clarity fix --import`: a work list, row by row; what is confirmed is fixed like anything else.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::ValueEnum;

use crate::cli::{Output, USAGE, stream};
use crate::engine::{Session, Watch};
use crate::fix::Plan;
use crate::fix::worklist::{self, Answered, Row, Status};
use crate::report::{self, Style};
use crate::text::Escape;

/// Arguments about the list.
#[derive(Debug, clap::Args)]
pub(super) struct List {
    /// Answer the rows of a list, and fix what holds.
    ///
    /// Instead of the whole checkout: a row is an attribute, or `path:owner/repo` as in nixpkgs' tracking issue of
    /// incorrect licenses; `-` reads the list from stdin.
    #[arg(long, value_name = "FILE", conflicts_with = "attr")]
    import: Option<PathBuf>,
    /// Form of the answers to a list.
    ///
    /// `text`, `json` or `jsonl`; with JSON the diffs are not printed.
    #[arg(
        long,
        value_enum,
        default_value_t = Format::Text,
        requires = "import",
        conflicts_with = "interactive",
        hide_possible_values = true
    )]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
    Jsonl,
}

/// The rows of the list, where there is one.
pub(super) fn rows(args: &List) -> anyhow::Result<Option<Vec<Row>>> {
    let Some(file) = &args.import else { return Ok(None) };
    let mut bytes = Vec::new();
    let read = match file.to_str() {
        Some("-") => std::io::stdin().lock().read_to_end(&mut bytes),
        _ => std::fs::File::open(file).and_then(|mut file| file.read_to_end(&mut bytes)),
    };
    read.with_context(|| format!("{}: cannot be read; name a list of rows path:owner/repo", file.display()))?;
    let rows = worklist::rows(&String::from_utf8_lossy(&bytes));
    if rows.is_empty() {
        bail!("{}: has no rows; a row is an attribute, or path:owner/repo", file.display());
    }
    Ok(Some(rows))
}

/// Answers the rows, and fixes what is confirmed.
pub(super) fn run(
    args: &super::Args,
    output: &Output,
    session: &Session,
    rows: &[Row],
    watch: &Watch,
) -> anyhow::Result<ExitCode> {
    let answers = session.answers(rows);
    let confirmed = confirmed(&answers);
    let mut plan =
        session.propose(&super::options(args), |finding| finding.attrs().any(|attr| confirmed.contains(&attr.0)));
    match args.list.format {
        Format::Text => {
            let style = super::style(output);
            stream::to_stdout(Escape::Text, style, |out| report::answers(&answers, style, out))?;
            super::deliver(args, output, session, &mut plan)?;
        }
        Format::Json | Format::Jsonl => {
            super::put(args, session, &mut plan)?;
            print(args.list.format, &answers, &plan)?;
        }
    }
    super::tell(output, &session.report, &plan);
    if answers.iter().all(|one| one.answer.status == Status::NotFound) {
        return Ok(ExitCode::from(USAGE));
    }
    Ok(super::code(&session.report, &plan, watch))
}

/// The packages whose license is wrong.
pub(super) fn confirmed(answers: &[Answered]) -> BTreeSet<String> {
    let confirmed = answers.iter().filter(|one| one.answer.status == Status::Confirmed);
    confirmed.filter_map(|one| one.attr.as_ref()).map(|attr| attr.0.clone()).collect()
}

fn print(format: Format, answers: &[Answered], plan: &Plan) -> anyhow::Result<()> {
    let write = if format == Format::Json { report::answers_json } else { report::answers_jsonl };
    stream::to_stdout(Escape::Json, Style::default(), |out| write(answers, plan, out))
}
