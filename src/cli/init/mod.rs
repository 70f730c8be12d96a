//! `clarity init`: a commented `clarity.toml`, and what a CI job needs.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::ValueEnum;

use super::names::TreeArg;
use super::stream;
use crate::config;

/// The file: every key commented out, so that it changes nothing.
const TEMPLATE: &str = include_str!("clarity.toml");

/// The page that has a job for each service.
const CI_PAGE: &str = include_str!("../docs/ci.md");

/// Arguments of `clarity init`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    tree: TreeArg,
    /// Also print what a CI job needs.
    #[arg(long, value_enum)]
    ci: Option<Ci>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Ci {
    Github,
    Gitlab,
}

/// Runs the subcommand.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let tree = args.tree.path();
    if !tree.is_dir() {
        bail!("{}: no such folder; name the tree with --tree DIR", tree.display());
    }
    let file = tree.join(config::FILE_NAME);
    let opened = OpenOptions::new().write(true).create_new(true).open(&file);
    match opened {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => bail!("{}: is there already", file.display()),
        opened => {
            let mut opened = opened.with_context(|| format!("{}: cannot be written", file.display()))?;
            opened.write_all(TEMPLATE.as_bytes())?;
        }
    }
    stream::remark(&format!("wrote {}; every setting in it is commented out", file.display()));
    match args.ci {
        Some(ci) => stream::print_line(ci.job()),
        None => Ok(ExitCode::SUCCESS),
    }
}

impl Ci {
    /// The job that the documentation shows for this service.
    fn job(self) -> &'static str {
        let title = match self {
            Ci::Github => "GitHub Actions",
            Ci::Gitlab => "GitLab",
        };
        let section = CI_PAGE.split_once(title).map_or("", |(_, after)| after);
        let block = section.split_once("```yaml\n").and_then(|(_, after)| after.split_once("\n```"));
        block.map_or("", |(job, _)| job)
    }
}
