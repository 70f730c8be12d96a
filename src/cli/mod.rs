//! The command line: arguments in, exit code out. One file per subcommand; no logic of its own.
//!
//! Exit codes: 0 clean or answered, 1 findings at or above `--fail-on`, 2 usage or configuration, 3
//! something that was asked for could not be looked at, 101 a bug, 130 interrupted.

mod cache;
mod baseline;
mod detect;
mod diff;
mod docs;
mod explain;
mod fix;
mod interrupt;
mod licenses;
mod scan;
mod schema;
mod stream;
mod suggest;
mod what;

use std::io;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

/// Makes the license metadata of nixpkgs true: compares what is declared with what the sources say.
#[derive(Debug, Parser)]
#[command(name = "clarity", max_term_width = 100)]
struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    /// Print the version; with -v also that of the SPDX license list.
    #[arg(long, short = 'V')]
    version: bool,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Compare what packages declare with what their sources say.
    Scan(Box<scan::Args>),
    Detect(detect::Args),
    Diff(Box<diff::Args>),
    /// Tell everything about one package, or what a check does and when it is wrong.
    Explain(Box<explain::Args>),
    /// Turn findings into patches: print them, write them, or make a series of commits.
    Fix(Box<fix::Args>),
    /// Hold the license table of a checkout against the SPDX list: what is wrong, missing, unused.
    Licenses(licenses::Args),
    /// Propose the license of a source: the expression, what it rests on, and what is uncertain.
    Suggest(suggest::Args),
    Cache(cache::Args),
    /// Print the documentation of the checks and formats, or a page about security, as Markdown.
    Docs(docs::Args),
    /// Print a published JSON Schema.
    Schema(schema::Args),
}

/// Options of every subcommand.
#[derive(Clone, Debug, clap::Args)]
struct Output {
    /// Say more: every witness, every package that was not looked at.
    #[arg(long, short, global = true)]
    verbose: bool,
    /// Say less: findings only, no progress.
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Colours on the terminal.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    color: Color,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

/// Exit code for findings at or above the threshold, and for a difference.
const FOUND: u8 = 1;
/// Exit code for wrong usage or configuration.
const USAGE: u8 = 2;
/// Exit code where something that was asked for could not be looked at.
const INCOMPLETE: u8 = 3;
/// Exit code after Ctrl-C.
const INTERRUPTED: u8 = 130;

/// Runs the command line of this process and returns its exit code. A reader that goes away is no failure.
pub fn run() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return stream::usage(&error),
    };
    match dispatch(&args) {
        Ok(code) => code,
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            stream::complain(&error);
            ExitCode::from(USAGE)
        }
    }
}

fn dispatch(args: &Args) -> anyhow::Result<ExitCode> {
    match &args.command {
        _ if args.version => stream::print_line(&version(args.output.verbose)),
        Some(Command::Scan(scan)) => scan::run(scan, &args.output),
        Some(Command::Explain(explain)) => explain::run(explain, &args.output),
        Some(Command::Fix(fix)) => fix::run(fix, &args.output),
        Some(Command::Detect(detect)) => detect::run(detect),
        Some(Command::Diff(diff)) => diff::run(diff, &args.output),
        Some(Command::Licenses(licenses)) => licenses::run(licenses, &args.output),
        Some(Command::Suggest(suggest)) => suggest::run(suggest, &args.output),
        Some(Command::Cache(cache)) => cache::run(cache),
        Some(Command::Docs(docs)) => docs::run(docs),
        Some(Command::Schema(schema)) => schema::run(schema),
        None => {
            anyhow::bail!("no command given; `clarity scan PATH` compares a checkout, `clarity --help` lists the rest")
        }
    }
}

fn version(verbose: bool) -> String {
    if verbose { long_version() } else { format!("clarity {}", env!("CARGO_PKG_VERSION")) }
}

fn long_version() -> String {
    format!("clarity {}\nSPDX license list {}", env!("CARGO_PKG_VERSION"), crate::license::list_version())
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe))
}
