//! The command line: arguments in, exit code out. One file per subcommand; no logic of its own.
//!
//! Exit codes: 0 clean or answered, 1 findings at or above `--fail-on`, 2 usage or configuration, 3
//! something that was asked for could not be looked at, 101 a bug, 130 interrupted.

mod cache;
mod baseline;
mod behind;
mod curations;
mod detect;
mod diff;
mod docs;
mod examples;
mod explain;
mod fix;
mod included;
mod init;
mod interrupt;
mod licenses;
mod links;
mod list;
mod lsp;
mod manual;
mod merge;
mod names;
mod notices;
mod nix;
mod one;
mod place;
mod reproduce;
mod review;
mod scan;
mod schema;
mod shard;
mod slip;
mod stats;
mod stream;
mod suggest;
mod suppress;
mod what;

use std::io;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::report::Style;

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
    #[command(after_long_help = examples::SCAN)]
    Scan(Box<scan::Args>),
    #[command(after_long_help = examples::DETECT)]
    Detect(detect::Args),
    #[command(after_long_help = examples::DIFF)]
    Diff(Box<diff::Args>),
    Stats(stats::Args),
    /// Show what a change does to licenses.
    #[command(after_long_help = examples::REVIEW)]
    Review(Box<review::Args>),
    /// List packages with their license and its place.
    #[command(after_long_help = examples::LIST)]
    List(list::Args),
    /// Show the evidence of one package, or what a check means.
    #[command(after_long_help = examples::EXPLAIN)]
    Explain(Box<explain::Args>),
    /// Write fixes as diffs, in place, as patches or as commits.
    #[command(after_long_help = examples::FIX)]
    Fix(Box<fix::Args>),
    /// Compare a checkout's license table with the SPDX list.
    Licenses(licenses::Args),
    /// Propose the license of a source, for a new package.
    #[command(after_long_help = examples::SUGGEST)]
    Suggest(suggest::Args),
    /// Print the notices to ship with packages.
    ///
    /// Holders of copyright, files, and each license text once.
    Notices(Box<notices::Args>),
    /// Accept a finding of one package in clarity.toml.
    Suppress(Box<suppress::Args>),
    Curations(curations::Args),
    /// Print a wrong finding as an issue, without private data.
    Report(Box<reproduce::Args>),
    /// Write a commented clarity.toml for a tree.
    Init(init::Args),
    Merge(Box<merge::Args>),
    Nix(nix::Args),
    Lsp(Box<lsp::Args>),
    Cache(cache::Args),
    /// Print the documentation, a page or a check.
    Docs(docs::Args),
    /// Print the published schema of a format.
    Schema(schema::Args),
    /// Print completions for a shell.
    Completions(manual::Completions),
    /// Write the man pages to a folder.
    Man(manual::Man),
}

/// Options of every subcommand.
#[derive(Clone, Debug, clap::Args)]
struct Output {
    /// Show all evidence and every skipped package.
    #[arg(long, short, global = true, help_heading = "Global options")]
    verbose: bool,
    /// Show findings only, and no progress.
    #[arg(long, short, global = true, conflicts_with = "verbose", help_heading = "Global options")]
    quiet: bool,
    /// Colors: auto, always or never.
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t = Color::Auto,
        help_heading = "Global options",
        hide_possible_values = true
    )]
    color: Color,
}

impl Output {
    /// The style of a report without colors.
    fn style(&self) -> Style {
        Style { verbose: self.verbose, quiet: self.quiet, ..Style::default() }
    }
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
    let args = match parsed() {
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

fn parsed() -> Result<Args, clap::Error> {
    let mut command = Args::command();
    let matches = command.try_get_matches_from_mut(std::env::args_os())?;
    if let Some((name, own)) = matches.subcommand()
        && let Some(command) = command.find_subcommand_mut(name)
        && let Some(option) = explain::idle_option(command, own)
    {
        let why = format!("{option} is about packages and says nothing of a check; leave it out");
        return Err(command.error(clap::error::ErrorKind::ArgumentConflict, why));
    }
    Args::from_arg_matches(&matches)
}

fn dispatch(args: &Args) -> anyhow::Result<ExitCode> {
    match &args.command {
        _ if args.version => stream::print_line(&version(args.output.verbose)),
        Some(Command::Scan(scan)) => scan::run(scan, &args.output),
        Some(Command::Review(review)) => review::run(review, &args.output),
        Some(Command::List(list)) => list::run(list, &args.output),
        Some(Command::Notices(notices)) => notices::run(notices, &args.output),
        Some(Command::Suppress(suppress)) => suppress::run(suppress, &args.output),
        Some(Command::Curations(curations)) => curations::run(curations),
        Some(Command::Report(reproduce)) => reproduce::run(reproduce, &args.output),
        Some(Command::Init(init)) => init::run(init),
        Some(Command::Completions(completions)) => manual::completions(completions),
        Some(Command::Man(man)) => manual::man(man),
        Some(Command::Explain(explain)) => explain::run(explain, &args.output),
        Some(Command::Fix(fix)) => fix::run(fix, &args.output),
        Some(Command::Detect(detect)) => detect::run(detect),
        Some(Command::Diff(diff)) => diff::run(diff, &args.output),
        Some(Command::Stats(stats)) => stats::run(stats, &args.output),
        Some(Command::Licenses(licenses)) => licenses::run(licenses, &args.output),
        Some(Command::Suggest(suggest)) => suggest::run(suggest, &args.output),
        Some(Command::Merge(merge)) => merge::run(merge, &args.output),
        Some(Command::Nix(nix)) => nix::run(nix, &args.output),
        Some(Command::Lsp(lsp)) => lsp::run(lsp, &args.output),
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
