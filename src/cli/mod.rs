//! The command line: arguments in, exit code out. One file per subcommand; no logic of its own.

mod detect;

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
    Detect(detect::Args),
}

/// Runs the command line of this process and returns its exit code.
pub fn run() -> ExitCode {
    let args = Args::parse();
    let result = match &args.command {
        Command::Detect(args) => detect::run(args),
    };
    result.unwrap_or_else(|error| {
        // Nothing is left to do where stderr is closed as well.
        let _ = writeln!(std::io::stderr(), "error: {error:#}");
        ExitCode::from(2)
    })
}
