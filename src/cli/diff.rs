//! `clarity diff`: two versions of a source, or two reports.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};

use crate::engine::{self, Version, Watch};
use crate::report::Style;
use crate::report::between::{self, BetweenFormat, Comparison, Side};
use crate::verdict::Versions;

use super::what::{self, What};
use super::{FOUND, Output, stream};

/// Compare the licenses of two sources, or two reports.
///
/// Which licenses appeared, vanished or moved, or which findings.
///
/// OLD and NEW are folders or archives, or two reports of `clarity scan --format json`. With --rev, the first argument
/// is the attribute path of a package, and the second one its checkout.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The old source or report; with --rev an attribute path.
    #[arg(value_name = "OLD|ATTR")]
    old: String,
    /// The new source or report; with --rev the checkout [default: .].
    #[arg(value_name = "NEW|PATH", required_unless_present = "rev")]
    new: Option<PathBuf>,
    /// A git revision; give two, or one to compare it with the work tree.
    #[arg(long, value_name = "REV")]
    rev: Vec<String>,
    /// How the answer is written.
    #[arg(long, value_parser = format_named, default_value = "terminal")]
    format: &'static BetweenFormat,
    #[command(flatten)]
    what: What,
}

fn format_named(name: &str) -> Result<&'static BetweenFormat, String> {
    let found = between::FORMATS.iter().find(|format| format.name == name);
    found.ok_or_else(|| super::slip::no_such("format", name, between::FORMATS.iter().map(|format| format.name)))
}

/// Runs the subcommand: 0 where both are the same, 1 where they differ.
pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<ExitCode> {
    let watch = Watch::new(stream::watched() && !output.quiet);
    let comparison = match (&args.rev[..], &args.new) {
        ([], Some(new)) => of_paths(Path::new(&args.old), new, &args.what, &watch),
        ([old], _) => of_package(args, [Some(old), None], &watch),
        ([old, new], _) => of_package(args, [Some(old), Some(new)], &watch),
        _ => bail!("name two revisions at the most, --rev OLD --rev NEW"),
    };
    watch.finish();
    let comparison = comparison?;
    let style = Style { color: stream::colored(output.color), ..output.style() };
    stream::report_to_stdout(|out| args.format.write(&comparison, style, out))?;
    Ok(ExitCode::from(if comparison.is_same() { 0 } else { FOUND }))
}

fn of_package(args: &Args, revs: [Option<&String>; 2], watch: &Watch) -> anyhow::Result<Comparison> {
    let tree = args.new.clone().unwrap_or_else(|| PathBuf::from("."));
    let request = what::request(&tree, &args.what)?;
    let version = |rev: Option<&String>| engine::version_of(&args.old, rev.map(String::as_str), &request, watch);
    Ok(of_versions(version(revs[0])?, version(revs[1])?))
}

fn of_paths(old: &Path, new: &Path, what: &What, watch: &Watch) -> anyhow::Result<Comparison> {
    for path in [old, new] {
        if !path.exists() {
            bail!("{}: no such file or folder; name a folder, an archive or a report", path.display());
        }
    }
    match (report_in(old), report_in(new)) {
        (Some(before), Some(after)) => of_reports(old, &before, new, &after),
        (None, None) => {
            let version = |path| engine::version_at(path, what.jobs(), what.time_limit(), watch);
            Ok(of_versions(version(old)?, version(new)?))
        }
        (Some(_), None) => bail!("{} is a report and {} is none; name two of a kind", old.display(), new.display()),
        (None, Some(_)) => bail!("{} is a report and {} is none; name two of a kind", new.display(), old.display()),
    }
}

/// The text of a report, where `path` is one.
fn report_in(path: &Path) -> Option<String> {
    let is_named = path.extension().is_some_and(|ending| ["json", "jsonl"].iter().any(|json| ending == *json));
    let text = fs::read_to_string(path).ok().filter(|_| is_named)?;
    between::is_report(&text).then_some(text)
}

fn of_reports(old: &Path, before: &str, new: &Path, after: &str) -> anyhow::Result<Comparison> {
    let names = [old, new].map(|path| path.display().to_string());
    let progress = between::progress(before, after).with_context(|| names.join(", "))?;
    Ok(Comparison::Reports { names, progress })
}

fn of_versions(old: Version, new: Version) -> Comparison {
    let versions = Versions::between((&old.outline, &old.conclusion), (&new.outline, &new.conclusion));
    let side = |version: Version| Side {
        name: version.name,
        declared: version.declared,
        verification: version.outline.verification,
    };
    Comparison::Sources { sides: [side(old), side(new)], versions }
}
