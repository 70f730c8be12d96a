//! `clarity completions` and `clarity man`: made from the definitions of the command line.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{CommandFactory, ValueEnum};
use clap_complete::{Shell, generate};

use super::stream;
use crate::report::Style;
use crate::text::Escape;

/// Arguments of `clarity completions`.
#[derive(Debug, clap::Args)]
pub(super) struct Completions {
    /// The shell.
    #[arg(value_enum)]
    shell: Name,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Name {
    Bash,
    Zsh,
    Fish,
    Nushell,
    Elvish,
}

/// Arguments of `clarity man`.
#[derive(Debug, clap::Args)]
pub(super) struct Man {
    /// The folder, which is made where it is not there.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// Prints the completions.
pub(super) fn completions(args: &Completions) -> anyhow::Result<ExitCode> {
    let mut command = super::Args::command();
    let mut script = Vec::new();
    match args.shell {
        Name::Bash => generate(Shell::Bash, &mut command, "clarity", &mut script),
        Name::Zsh => generate(Shell::Zsh, &mut command, "clarity", &mut script),
        Name::Fish => generate(Shell::Fish, &mut command, "clarity", &mut script),
        Name::Elvish => generate(Shell::Elvish, &mut command, "clarity", &mut script),
        Name::Nushell => generate(clap_complete_nushell::Nushell, &mut command, "clarity", &mut script),
    }
    stream::to_stdout(Escape::Text, Style::default(), |out| out.write_all(&script))?;
    Ok(ExitCode::SUCCESS)
}

/// Writes a page for the program and one for each command.
pub(super) fn man(args: &Man) -> anyhow::Result<ExitCode> {
    let failed = || format!("{}: cannot be written", args.out.display());
    fs::create_dir_all(&args.out).with_context(failed)?;
    clap_mangen::generate_to(super::Args::command(), &args.out).with_context(failed)?;
    Ok(ExitCode::SUCCESS)
}
