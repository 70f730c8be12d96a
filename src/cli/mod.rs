//! The command line: arguments in, exit code out. One file per subcommand; no logic of its own.

mod cache;

use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Makes the license metadata of nixpkgs true: compares what is declared with what the sources say.
#[derive(Debug, Parser)]
#[command(name = "clarity", version, max_term_width = 100)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Cache(cache::Args),
}

/// Runs the command line of this process and returns its exit code.
pub fn run() -> ExitCode {
    let args = Args::parse();
    let mut out = std::io::stdout().lock();
    let done = match &args.command {
        Command::Cache(args) => cache::run(args, &mut out),
    };
    done.unwrap_or_else(|error| {
        // Where nothing can be said, the exit code still says it.
        let _ = writeln!(std::io::stderr(), "clarity: {error:#}");
        ExitCode::from(2)
    })
}
