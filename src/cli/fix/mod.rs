//! `clarity fix`: patches for what a scan found, and questions where it takes a person to decide.

mod import;
mod interactive;
mod memory;
mod talk;
mod undo;
mod upstream;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;

use crate::check::Safety;
use crate::engine::{Request, Session, Watch};
use crate::fix::{self, Dirty, Plan, Repository};
use crate::report::{self, Report, Style};
use crate::text::{Escape, RelPath};

use super::names::Names;
use super::{FOUND, INCOMPLETE, INTERRUPTED, Output, USAGE, interrupt, place, stream, what};

/// Prints, writes or commits the license values that the evidence asks for.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    names: Names,
    #[command(flatten)]
    what: what::What,
    /// Only safe fixes, or also unsafe ones.
    ///
    /// How sure a fix must be: `safe`, or `unsafe` for those that need a reviewer, too.
    #[arg(
        long,
        value_enum,
        default_value_t = Sureness::Safe,
        conflicts_with_all = ["interactive", "for_upstream"],
        hide_possible_values = true
    )]
    safety: Sureness,
    /// Stop after N fixes.
    #[arg(long, value_name = "N", conflicts_with_all = ["interactive", "for_upstream"])]
    limit: Option<usize>,
    #[command(flatten)]
    list: import::List,
    #[command(flatten)]
    how: How,
    /// Also write files that git could not give back: with changes that are not committed, or outside of git.
    #[arg(long, requires = "in_place", hide_short_help = true)]
    allow_dirty: bool,
    /// Ask again about findings that were skipped before.
    #[arg(long, requires = "interactive", hide_short_help = true)]
    again: bool,
}

/// Target of the fixes; by default they are printed as diffs.
#[derive(Debug, clap::Args)]
#[group(multiple = false)]
struct How {
    /// Edit the files in place.
    #[arg(long, group = "in_place")]
    write: bool,
    /// Write patches for `git am` to this folder.
    ///
    /// A numbered series, one package each.
    #[arg(long, value_name = "DIR")]
    patch_dir: Option<PathBuf>,
    /// Commit the fixes on this new branch.
    ///
    /// One package each; the work tree stays as it is.
    #[arg(long, value_name = "BRANCH")]
    commit: Option<String>,
    /// Show one finding at a time, and ask.
    ///
    /// An accepted fix is edited in place at once.
    #[arg(long, group = "in_place")]
    interactive: bool,
    /// Print a question to upstream about a package.
    ///
    /// In Markdown, where only upstream can tell its license.
    #[arg(long, value_name = "ATTR", conflicts_with_all = ["attr", "import"])]
    for_upstream: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Sureness {
    Safe,
    Unsafe,
}

/// Runs the subcommand.
pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<ExitCode> {
    let watch = Watch::new(stream::watched() && !output.quiet);
    if let Some(attr) = &args.how.for_upstream {
        return upstream::run(args, attr, &watch);
    }
    if args.how.interactive {
        return interactive::run(args, output, &watch);
    }
    let (_, request) = request(args)?;
    interrupt::begin(&watch, args.what.time_left())?;
    match import::rows(&args.list)? {
        Some(rows) => import::run(args, output, &Session::open_list(&request, &watch, &rows)?, &rows, &watch),
        None => fix(args, output, &request, &watch),
    }
}

/// The tree and the request for the packages that the arguments name.
fn request(args: &Args) -> anyhow::Result<(PathBuf, Request)> {
    let (path, mut attrs) = args.names.split()?;
    attrs.extend_from_slice(&args.what.attr);
    let config = what::configuration(&path, &args.what, None)?;
    let request = what::request_by(&path, &args.what, &attrs, &config)?;
    Ok((path, request))
}

fn fix(args: &Args, output: &Output, request: &Request, watch: &Watch) -> anyhow::Result<ExitCode> {
    let session = Session::open(request, watch)?;
    let mut plan = session.propose(&options(args), |_| true);
    deliver(args, output, &session, &mut plan)?;
    report::unmatched(&session.report).iter().for_each(|line| stream::remark(line));
    tell(output, &session.report, &plan);
    Ok(code(&session.report, &plan, watch))
}

fn options(args: &Args) -> fix::Options {
    let safety = match args.safety {
        Sureness::Safe => Safety::Safe,
        Sureness::Unsafe => Safety::Unsafe,
    };
    fix::Options { safety, limit: args.limit }
}

fn dirty(args: &Args) -> Dirty {
    if args.allow_dirty { Dirty::Allow } else { Dirty::Refuse }
}

fn style(output: &Output) -> Style {
    Style { color: stream::colored(output.color), ..output.style() }
}

/// Prints the fixes of `plan`, or does with them what was asked for.
fn deliver(args: &Args, output: &Output, session: &Session, plan: &mut Plan) -> anyhow::Result<()> {
    if args.how.write || args.how.patch_dir.is_some() || args.how.commit.is_some() {
        return put(args, session, plan);
    }
    let style = style(output);
    stream::to_stdout(Escape::Text, style, |out| report::fixes(plan, style, out))
}

fn put(args: &Args, session: &Session, plan: &mut Plan) -> anyhow::Result<()> {
    if args.how.write {
        fix::write(plan, session.root(), dirty(args));
        stream::remark(&format!("{} written", counted(plan.fixes.len())));
    }
    if plan.fixes.is_empty() && (args.how.patch_dir.is_some() || args.how.commit.is_some()) {
        stream::remark("no fix: nothing is written");
        return Ok(());
    }
    if let Some(folder) = &args.how.patch_dir {
        place::must_stay(folder, session.root())?;
        for patch in fix::patches(plan, &Repository::around(session.root())?, folder)? {
            stream::print_line(&patch.display().to_string())?;
        }
        keep_returns(plan).into_iter().for_each(|line| stream::remark(&line));
    }
    if let Some(branch) = &args.how.commit {
        let commits = fix::branch(plan, &Repository::around(session.root())?, branch)?;
        stream::remark(&format!("{} committed on {branch}", counted(commits)));
    }
    Ok(())
}

/// How to apply a series that touches files with carriage returns: `git am` takes them away unless it is told.
fn keep_returns(plan: &Plan) -> Option<String> {
    let has_returns = |file: &RelPath| plan.texts.get(file).is_some_and(|text| text.contains("\r\n"));
    let files: BTreeSet<&RelPath> =
        plan.fixes.iter().map(|fix| &fix.place.file).filter(|file| has_returns(file)).collect();
    let first = files.first()?;
    let others = if files.len() > 1 { format!(" and {} more", files.len() - 1) } else { String::new() };
    Some(format!("{first}{others}: lines end with CRLF; apply the series with `git am --keep-cr`"))
}

/// Fixes that were not made and packages that were not looked at: silence must not look like "nothing is wrong".
fn tell(output: &Output, report: &Report, plan: &Plan) {
    report::left(plan).iter().for_each(|line| stream::remark(line));
    if !output.quiet {
        report::open(report).iter().for_each(|line| stream::remark(line));
    }
    let coverage = report.coverage;
    if coverage.looked_at < coverage.with_source && !output.quiet {
        stream::remark(&format!(
            "looked at the sources of {} of {} packages; --fetch downloads them, --sources DIR names a folder that has them",
            coverage.looked_at, coverage.with_source
        ));
    }
}

fn code(report: &Report, plan: &Plan, watch: &Watch) -> ExitCode {
    if watch.is_late() {
        ExitCode::from(INCOMPLETE)
    } else if watch.is_ended() {
        ExitCode::from(INTERRUPTED)
    } else if report.selection_matched_nothing() {
        ExitCode::from(USAGE)
    } else if plan.refused.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(FOUND)
    }
}

fn counted(fixes: usize) -> String {
    if fixes == 1 { "1 fix".to_owned() } else { format!("{fixes} fixes") }
}
