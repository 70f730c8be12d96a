//! `clarity fix`: patches for what a scan found.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;

use crate::check::Safety;
use crate::engine::{self, Proposal, Watch};
use crate::fix::{self, Dirty, Repository};
use crate::report::{self, Style};

use super::{FOUND, INTERRUPTED, Output, scan, stream};

/// Prints, writes or commits the license values that the evidence asks for.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A nixpkgs-like checkout, a folder of .nix files, or one file.
    path: PathBuf,
    #[command(flatten)]
    what: scan::What,
    /// How sure a fix must be: safe ones only, or also those that need a reviewer.
    #[arg(long, value_enum, default_value_t = Sureness::Safe)]
    safety: Sureness,
    /// At most so many fixes.
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    #[command(flatten)]
    how: How,
    /// Also write files that git could not give back: with changes that are not committed, or outside of git.
    #[arg(long, requires = "write")]
    allow_dirty: bool,
}

/// What becomes of the fixes; by default they are printed as diffs.
#[derive(Debug, clap::Args)]
#[group(multiple = false)]
struct How {
    /// Edit the files in place.
    #[arg(long)]
    write: bool,
    /// Write a numbered series of patches for `git am`, one package each, to this folder.
    #[arg(long, value_name = "DIR")]
    patch_dir: Option<PathBuf>,
    /// Make the commits, one package each, on this new branch; the work tree stays as it is.
    #[arg(long, value_name = "BRANCH")]
    commit: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Sureness {
    Safe,
    Unsafe,
}

/// Runs the subcommand.
pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<ExitCode> {
    let request = scan::request(&args.path, &args.what)?;
    let safety = match args.safety {
        Sureness::Safe => Safety::Safe,
        Sureness::Unsafe => Safety::Unsafe,
    };
    let watch = Watch::new(stream::watched() && !output.quiet);
    scan::end_on_ctrl_c(&watch)?;
    let mut proposal = engine::propose(&request, &fix::Options { safety, limit: args.limit }, &watch)?;
    deliver(args, output, &mut proposal)?;
    report::left(&proposal.plan).iter().for_each(|line| stream::remark(line));
    Ok(match (watch.is_ended(), proposal.plan.refused.is_empty()) {
        (true, _) => ExitCode::from(INTERRUPTED),
        (false, true) => ExitCode::SUCCESS,
        (false, false) => ExitCode::from(FOUND),
    })
}

fn deliver(args: &Args, output: &Output, proposal: &mut Proposal) -> anyhow::Result<()> {
    let style = Style { color: stream::colored(output.color), verbose: output.verbose, quiet: output.quiet };
    let plan = &mut proposal.plan;
    if args.how.write {
        fix::write(plan, &proposal.root, if args.allow_dirty { Dirty::Allow } else { Dirty::Refuse });
        stream::remark(&format!("{} written", counted(plan.fixes.len())));
    } else if let Some(folder) = &args.how.patch_dir {
        for patch in fix::patches(plan, &Repository::around(&proposal.root)?, folder)? {
            stream::print_line(&patch.display().to_string())?;
        }
    } else if let Some(branch) = &args.how.commit {
        let commits = fix::branch(plan, &Repository::around(&proposal.root)?, branch)?;
        stream::remark(&format!("{} committed on {branch}", counted(commits)));
    } else {
        stream::to_stdout(|out| report::fixes(plan, style, out))?;
    }
    Ok(())
}

fn counted(fixes: usize) -> String {
    if fixes == 1 { "1 fix".to_owned() } else { format!("{fixes} fixes") }
}
