//! `clarity curations`: what persons stated about sources, for other tools and other trees.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use clap::{Subcommand, ValueEnum};

use super::included::with_repositories;
use super::names::TreeArg;
use super::what::{self, What, source_options};
use super::{FOUND, INCOMPLETE, stream};
use crate::config::{self, Place, Statements};
use crate::report::{self, Style};
use crate::text::Escape;

/// Export the curations of a tree, or merge files of them.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Print the [[curate]] and [[role]] blocks that apply to a tree as YAML.
    Export(Export),
    /// Print the blocks of several files as one file, each once; 1 where files contradict each other.
    Merge(Merge),
}

#[derive(Debug, clap::Args)]
struct Export {
    #[command(flatten)]
    tree: TreeArg,
    /// The configuration, which is trusted [default: that of a scan of the tree].
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Download the repositories that the configuration includes and the cache does not have.
    #[arg(long)]
    fetch: bool,
    /// Where they are kept [default: $CLARITY_CACHE, else ~/.cache/clarity].
    #[arg(long, value_name = "DIR")]
    cache_dir: Option<PathBuf>,
    /// The form.
    #[arg(long, value_enum)]
    format: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Package configurations of the OSS Review Toolkit.
    Ort,
    /// Curations in the form of ClearlyDefined.
    Clearlydefined,
}

#[derive(Debug, clap::Args)]
struct Merge {
    /// Files with [[role]], [[curate]] and [[suppress]] blocks.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
}

/// Runs the subcommand.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    match &args.verb {
        Verb::Export(export) => exported(export),
        Verb::Merge(merge) => merged(merge),
    }
}

fn exported(args: &Export) -> anyhow::Result<ExitCode> {
    let path = args.tree.path();
    what::exists(&path)?;
    let config = config::gather(&Place { path: &path, named: args.config.as_deref(), since: None })?;
    let what = What::of_includes(args.fetch, args.cache_dir.clone());
    let sources = source_options(&path, &what, &config);
    let (config, missed) = with_repositories(&config, sources.as_ref(), None)?;
    let curations = config.curations;
    if curations.roles.is_empty() && curations.findings.is_empty() {
        bail!("{}: no [[curate]] and no [[role]] applies; `clarity docs config` has an example", path.display());
    }
    stream::to_stdout(Escape::Json, Style::default(), |out| match args.format {
        Form::Ort => report::ort(&curations, out),
        Form::Clearlydefined => report::clearly_defined(&curations, out),
    })?;
    Ok(if missed.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(INCOMPLETE) })
}

fn merged(args: &Merge) -> anyhow::Result<ExitCode> {
    let mut all = Statements::default();
    for file in &args.files {
        for repository in config::load(file)?.repositories {
            stream::remark(&format!("{}: the blocks of {repository} are not merged; name its files", file.display()));
        }
        all = match all.merged(Statements::of(file)?) {
            Ok(all) => all,
            Err(conflicts) => {
                conflicts.iter().for_each(|conflict| stream::remark(&conflict.to_string()));
                stream::remark("nothing is written: decide in one of the files");
                return Ok(ExitCode::from(FOUND));
            }
        };
    }
    stream::to_stdout(Escape::Text, Style::default(), |out| write!(out, "{all}"))?;
    Ok(ExitCode::SUCCESS)
}
