//! `clarity fix --interactive`: one finding at a time, with its evidence and what would be written.
//!
//! Keys only, one each, no drawing: it works over ssh. What is accepted is evaluated and written at once, what is
//! skipped is remembered below the cache, so that the next run goes on where this one ended.

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use anyhow::bail;

use crate::check::{Finding, NOT_SCANNED};
use crate::cli::{FOUND, INTERRUPTED, Output, USAGE, interrupt, stream, what};
use crate::engine::{Session, Watch};
use crate::report::{self, Located, Style};

use super::import;
use super::memory::Memory;
use super::talk::Talk;
use super::undo::Tally;

/// Runs the subcommand with `--interactive`.
pub(super) fn run(args: &super::Args, output: &Output, watch: &Watch) -> anyhow::Result<ExitCode> {
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        bail!("--interactive asks questions, and stdin or stdout is no terminal; --write and --patch-dir need none");
    }
    let (path, mut request) = super::request(args)?;
    let mut memory = Memory::of(&path, args.what.cache_root(), args.again)?;
    request.triage.baseline = Some(memory.skipped.clone());
    interrupt::begin(watch, args.what.time_left())?;
    let rows = import::rows(&args.list)?;
    let session = match &rows {
        Some(rows) => Session::open_list(&request, watch, rows)?,
        None => Session::open(&request, watch)?,
    };
    report::unmatched(&session.report).iter().for_each(|line| stream::remark(line));
    if session.report.selection_matched_nothing() {
        return Ok(ExitCode::from(USAGE));
    }
    let confirmed = rows.map(|rows| import::confirmed(&session.answers(&rows)));
    let is_wanted =
        |finding: &Finding| confirmed.as_ref().is_none_or(|attrs| finding.attrs().any(|attr| attrs.contains(&attr.0)));
    let findings: Vec<Located> = session
        .counting()
        .filter(|located| located.finding.check.id != NOT_SCANNED.id && is_wanted(&located.finding))
        .cloned()
        .collect();
    let style = Style { verbose: true, ..super::style(output) };
    let config = what::config_file(&path, &args.what)?;
    let mut talk = Talk::new(session, style, super::dirty(args), config, watch.clone());
    let tally = talk.through(&findings, &mut memory)?;
    stream::print_line(&in_words(&tally, findings.len()))?;
    Ok(match (watch.is_ended(), tally.refused) {
        (true, _) => ExitCode::from(INTERRUPTED),
        (false, 0) => ExitCode::SUCCESS,
        (false, _) => ExitCode::from(FOUND),
    })
}

fn in_words(tally: &Tally, findings: usize) -> String {
    let Tally { fixed, skipped, suppressed, refused } = tally;
    format!("{findings} findings: {fixed} fixed, {skipped} skipped, {suppressed} suppressed, {refused} refused")
}
