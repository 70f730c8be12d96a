//! `clarity nix`: a tree as Nix derivations, one for each source.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;

use super::behind::Behind;
use super::names::Names;
use super::what::{What, configuration, request_by};
use super::{Output, stream};
use crate::engine::{self, Watch};
use crate::report::{Style, derivations};
use crate::text::Escape;

/// Print a Nix expression with a derivation a source.
///
/// One for each distinct source; `clarity merge` joins what they build.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    names: Names,
    /// The clarity that the derivations run [default: this one].
    #[arg(long, value_name = "FILE")]
    clarity: Option<PathBuf>,
    /// The platform that conditions are evaluated for [default: the host's].
    #[arg(long, value_name = "SYSTEM", value_parser = crate::tree::known_system)]
    system: Option<String>,
    /// Evaluate the metadata anew, and keep nothing of it for the next run.
    #[arg(long)]
    no_cache: bool,
}

/// Runs the subcommand.
pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<ExitCode> {
    let (path, attrs) = args.names.split()?;
    let what = What::metadata(Behind::default(), args.system.iter().cloned().collect(), args.no_cache);
    let request = request_by(&path, &what, &attrs, &configuration(&path, &what, None)?)?;
    let clarity = args.clarity.clone().map_or_else(std::env::current_exe, Ok).context("no path of this program")?;
    let watch = Watch::new(stream::watched() && !output.quiet);
    let (_, mut packages) = engine::whole_tree(&request, &watch)?;
    watch.finish();
    packages.retain(|(package, _)| request.selection.holds(&package.attr.0));
    let sources = engine::distinct(&packages);
    let absolute =
        |path: &std::path::Path| path.canonicalize().with_context(|| format!("{}: cannot be found", path.display()));
    let (tree, clarity) = (absolute(&path)?, absolute(&clarity)?);
    stream::to_stdout(Escape::Text, Style::default(), |out| derivations(&sources, &tree, &clarity, out))?;
    Ok(ExitCode::SUCCESS)
}
