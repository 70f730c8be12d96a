//! `clarity scan`: the main job.

use std::io::Write;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::bail;
use clap::ValueEnum;

use crate::check::Severity;
use crate::config::{self, Config};
use crate::declared;
use crate::engine::{self, Request, Watch};
use crate::kept::Results;
use crate::report::{self, Ending, FORMATS, Format, Report, Style};
use crate::tree::Changes;

use super::links::linked;
use super::names::Names;
use super::slip::no_such;
use super::what::{What, configuration, exists, request_by};
use super::{FOUND, INCOMPLETE, INTERRUPTED, Output, USAGE, baseline, interrupt, place, shard, stream};

/// Arguments of `clarity scan`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    names: Names,
    /// Only what changed since this git revision.
    ///
    /// Only packages whose definition, arguments or source changed between this git revision and the work tree, and only
    /// what is new about them; a source that changed is compared with the one before.
    #[arg(long, value_name = "REV")]
    changed_since: Option<String>,
    #[command(flatten)]
    manner: Manner,
    #[command(flatten)]
    shard: shard::ShardArgs,
}

/// Options of a scan whatever it is of.
#[derive(Debug, clap::Args)]
pub(super) struct Manner {
    #[command(flatten)]
    pub(super) what: What,
    /// Exit with 1 from this severity on [default: warning].
    ///
    /// Exit with 1 if a finding has at least this severity: `error`, `warning`, `note` or `never`.
    #[arg(long, value_enum, value_name = "SEVERITY", help_heading = "Result", hide_possible_values = true)]
    fail_on: Option<Threshold>,
    /// Exit with 0 whatever is found; incomplete runs still exit with 3.
    #[arg(long, conflicts_with = "fail_on", help_heading = "Result", hide_short_help = true)]
    exit_zero: bool,
    /// Exit with 3 where any package could not be looked at, also one that was not asked for by name.
    #[arg(long, help_heading = "Result", hide_short_help = true)]
    strict: bool,
    /// Do not exit with 3 where something that was asked for could not be looked at.
    #[arg(long, conflicts_with = "strict", help_heading = "Result", hide_short_help = true)]
    allow_incomplete: bool,
    /// Form of the report on stdout.
    #[arg(long, value_parser = format_named, default_value = "terminal", help_heading = "Result", long_help = formats())]
    format: &'static Format,
    /// List every finding, on a terminal in a pager.
    ///
    /// However many there are; through $CLARITY_PAGER, $PAGER or less.
    #[arg(long, help_heading = "Result")]
    all: bool,
    /// Only count the findings by check.
    #[arg(long, conflicts_with = "all", help_heading = "Result", hide_short_help = true)]
    statistics: bool,
    /// Also write the report to a file, e.g. x.sarif.
    ///
    /// As FORMAT=FILE in that format; without one in that of the file name (`x.sarif`), else in that of --format.
    /// Repeatable.
    #[arg(long, short, value_name = "FILE", help_heading = "Result")]
    output: Vec<String>,
    #[command(flatten)]
    accepted: Accepted,
}

/// Findings that were accepted before.
#[derive(Debug, clap::Args)]
struct Accepted {
    /// Findings in this file do not count.
    #[arg(long, value_name = "FILE", help_heading = "Accepted findings")]
    baseline: Option<PathBuf>,
    /// Write all findings to this file, and succeed.
    ///
    /// All that are not suppressed.
    #[arg(long, value_name = "FILE", help_heading = "Accepted findings")]
    write_baseline: Option<PathBuf>,
    /// Remove from the baseline what no longer occurs.
    #[arg(
        long,
        requires = "baseline",
        conflicts_with = "write_baseline",
        help_heading = "Accepted findings",
        hide_short_help = true
    )]
    prune_baseline: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Threshold {
    Error,
    Warning,
    Note,
    Never,
}

impl Threshold {
    fn severity(self) -> Option<Severity> {
        match self {
            Threshold::Error => Some(Severity::Error),
            Threshold::Warning => Some(Severity::Warning),
            Threshold::Note => Some(Severity::Note),
            Threshold::Never => None,
        }
    }
}

/// The help about `--format`.
fn formats() -> String {
    let names: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
    format!("Form of the report on stdout: {}; `clarity docs` says more of each", names.join(", "))
}

fn format_named(name: &str) -> Result<&'static Format, String> {
    report::format(name).ok_or_else(|| no_such("format", name, FORMATS.iter().map(|format| format.name)))
}

/// Runs the subcommand.
pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<ExitCode> {
    let (path, mut attrs) = args.names.split()?;
    if let Some(part) = args.shard.part() {
        attrs.extend_from_slice(&args.manner.what.attr);
        return shard::run(&path, &attrs, part, &args.manner.what, output);
    }
    let since = args.changed_since.as_deref().map(Range::since);
    scan(&path, attrs, since.as_ref(), &args.manner, output)
}

/// The revisions that a change lies between.
pub(super) struct Range {
    /// The earlier one.
    pub(super) base: String,
    /// The later one; `None` for the work tree.
    pub(super) head: Option<String>,
}

impl Range {
    /// From `base` to the work tree.
    pub(super) fn since(base: &str) -> Range {
        Range { base: base.to_owned(), head: None }
    }

    fn changes(&self, path: &Path) -> anyhow::Result<Arc<Changes>> {
        exists(path)?;
        let changes = match &self.head {
            None => Changes::since(path, &self.base)?,
            Some(head) => Changes::between(path, &self.base, head)?,
        };
        Ok(Arc::new(changes))
    }
}

/// Scans these packages of the tree at `path`, or those that changed in `range`.
pub(super) fn scan(
    path: &Path,
    attrs: Vec<String>,
    range: Option<&Range>,
    args: &Manner,
    output: &Output,
) -> anyhow::Result<ExitCode> {
    scan_with(path, attrs, range, args, (None, output))
}

/// The same with evidence that was detected elsewhere.
pub(super) fn scan_with(
    path: &Path,
    mut attrs: Vec<String>,
    range: Option<&Range>,
    args: &Manner,
    (results, output): (Option<Arc<Results>>, &Output),
) -> anyhow::Result<ExitCode> {
    attrs.extend_from_slice(&args.what.attr);
    if range.is_some() && (args.accepted.write_baseline.is_some() || args.accepted.prune_baseline) {
        bail!("a baseline covers the whole tree; leave out --changed-since to write or prune it");
    }
    let changes = range.map(|range| range.changes(path)).transpose()?;
    let since = range.map(|range| range.base.as_str()).zip(changes.as_deref());
    let config = configuration(path, &args.what, since)?;
    let outputs = args.output.iter().map(|text| target(text, args.format)).collect::<anyhow::Result<Vec<_>>>()?;
    let accepted = [&args.accepted.write_baseline, &args.accepted.baseline].into_iter().flatten();
    outputs.iter().map(|(_, file)| file).chain(accepted).try_for_each(|file| place::must_stay(file, path))?;
    let mut request = request_of(args, (path, &attrs), &config, since)?;
    request.results = results;
    request.since.clone_from(&changes);
    request.quotes = args.format.quotes || outputs.iter().any(|(format, _)| format.quotes);
    request.keep_evidence = args.format.evidence || outputs.iter().any(|(format, _)| format.evidence);
    let watch = Watch::new(stream::watched() && !output.quiet);
    interrupt::begin(&watch, args.what.time_left())?;
    // Left to the system: the process ends with this function, and taking apart what is large is a part of its time.
    let checkout = ManuallyDrop::new(request.checkout()?);
    let report = ManuallyDrop::new(engine::scan_and_offer(&checkout, &request, &watch)?);
    let (all, statistics) = (args.all, args.statistics);
    let style = |color| Style { color, all, statistics, written: stream::now(), ..output.style() };
    for (format, file) in &outputs {
        stream::to_file(file, |out| format.write(&report, style(false), out))?;
    }
    let on_stdout = Style { width: stream::width(), ..style(stream::colored(output.color)) };
    let write = |out: &mut dyn Write| {
        let write = |out: &mut dyn Write| args.format.write(&report, on_stdout, out);
        if args.format.is_read_on_a_terminal() { linked(path, on_stdout, out, write) } else { write(out) }
    };
    match args.all {
        true => stream::report_to_pager(write)?,
        false => stream::report_to_stdout(write)?,
    }
    if !output.quiet {
        remark_on_severities(&config, &request, &report);
    }
    Ok(ExitCode::from(keep_baseline(&args.accepted, &request, &report)?.unwrap_or_else(|| code(&report))))
}

fn request_of(
    args: &Manner,
    (path, attrs): (&Path, &[String]),
    config: &Config,
    since: Option<(&str, &Changes)>,
) -> anyhow::Result<Request> {
    let mut request = request_by(path, &args.what, attrs, config)?;
    let read = |file: &PathBuf| match since {
        Some((rev, changes)) => baseline::read_before(file, rev, changes),
        None => baseline::read(file),
    };
    request.triage.baseline = args.accepted.baseline.as_ref().map(read).transpose()?;
    request.strict |= args.strict;
    request.allow_gaps = args.allow_incomplete;
    if let Some(threshold) = args.fail_on.or(args.exit_zero.then_some(Threshold::Never)) {
        request.gate.least = threshold.severity();
        request.policy.gate = false;
    }
    Ok(request)
}

/// A severity for a check that found nothing may be misplaced or out of date; it is a policy, so that is no finding.
fn remark_on_severities(config: &Config, request: &Request, report: &Report) {
    let whole = matches!(request.selection, declared::Selection::All) && request.sources.is_some();
    if !whole || !report.is_whole() {
        return;
    }
    let ran = config.severity.iter().filter(|(_, level)| level.is_some()).map(|(id, _)| id);
    for id in ran.filter(|id| report.findings().all(|located| located.finding.check.id != id.as_str())) {
        stream::remark(&format!("{}: the [severity] of {id} is not used: it found nothing", config::FILE_NAME));
    }
}

/// Writes the baseline where that was asked for; the exit code where a written one decides it.
fn keep_baseline(accepted: &Accepted, request: &Request, report: &Report) -> anyhow::Result<Option<u8>> {
    if accepted.write_baseline.is_none() && !accepted.prune_baseline {
        return Ok(None);
    }
    if report.partial {
        stream::remark("the run was ended early: the baseline is left as it is");
        return Ok(None);
    }
    if let Some(file) = &accepted.write_baseline {
        baseline::write(file, &engine::accepted(report))?;
        let gap = report.gap().filter(|_| !request.allow_gaps);
        return Ok(Some(if gap.is_some() { INCOMPLETE } else { 0 }));
    }
    if let (Some(file), Some(before)) = (&accepted.baseline, &request.triage.baseline)
        && !report.gone.is_empty()
    {
        // Packages that could not be looked at may still have their findings.
        if let Some(gap) = report.gap() {
            stream::remark(&format!("{}: left as it is, because the run is incomplete: {gap}", file.display()));
            return Ok(None);
        }
        baseline::write(file, &before.clone().without(&report.gone))?;
    }
    Ok(None)
}

fn code(report: &Report) -> u8 {
    match report.ending() {
        Ending::Clean => 0,
        Ending::Found => FOUND,
        Ending::NothingMatched => USAGE,
        Ending::Incomplete => INCOMPLETE,
        Ending::Interrupted => INTERRUPTED,
    }
}

/// `[FORMAT=]FILE`
fn target(text: &str, default: &'static Format) -> anyhow::Result<(&'static Format, PathBuf)> {
    match text.split_once('=') {
        Some((name, file)) if report::format(name).is_some() => {
            Ok((report::format(name).unwrap_or(default), PathBuf::from(file)))
        }
        Some((name, _)) if !name.contains(['/', '.']) => {
            bail!("--output {text}: {}", format_named(name).err().unwrap_or_default())
        }
        _ => Ok((report::by_file_name(text).unwrap_or(default), PathBuf::from(text))),
    }
}
