//! The command line: arguments in, exit code out. One file per subcommand; no logic of its own.

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
enum Command {}

/// Runs the command line of this process and returns its exit code.
pub fn run() -> ExitCode {
    let args = Args::parse();
    match args.command {}
}
