//! `clarity scan`: the main job.

use std::io::{self, BufRead};
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::ValueEnum;

use crate::check::{self, Severity};
use crate::config::{self, Config};
use crate::declared::evaluated::Evaluated;
use crate::engine::{self, LeaveOut, Request, Watch};
use crate::report::{self, FORMATS, Format, Report, Style};
use crate::source::{self, Network};
use crate::store::Store;
use crate::tree::Checkout;
use crate::{declared, tree, triage};

use super::{FOUND, INCOMPLETE, INTERRUPTED, Output, USAGE, baseline, stream};

/// Arguments of `clarity scan`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A nixpkgs-like checkout, a folder of .nix files, or one file.
    path: PathBuf,
    #[command(flatten)]
    pub(super) what: What,
    /// Only packages whose definition, arguments or source changed between this git revision and the work tree, and only
    /// what is new about them; a source that changed is compared with the one before.
    #[arg(long, value_name = "REV")]
    changed_since: Option<String>,
    /// The least severity of a finding that makes the exit code 1 [default: warning].
    #[arg(long, value_enum, value_name = "SEVERITY")]
    fail_on: Option<Threshold>,
    /// Exit with 3 where something that was asked for could not be looked at.
    #[arg(long)]
    strict: bool,
    /// How the report is written to stdout; `clarity docs` lists the formats.
    #[arg(long, value_parser = format_named, default_value = "terminal")]
    format: &'static Format,
    /// Also write the report to a file; repeat for several. Without a format: the one of --format.
    #[arg(long, short, value_name = "[FORMAT=]FILE")]
    output: Vec<String>,
    #[command(flatten)]
    accepted: Accepted,
}

/// Findings that were accepted before.
#[derive(Debug, clap::Args)]
struct Accepted {
    /// Findings in this file do not count.
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write all findings that are not suppressed to this file; the run then succeeds.
    #[arg(long, value_name = "FILE", conflicts_with = "changed_since")]
    write_baseline: Option<PathBuf>,
    /// Remove from the baseline what no longer occurs.
    #[arg(long, requires = "baseline", conflicts_with = "write_baseline")]
    prune_baseline: bool,
}

/// What is looked at, and how: shared by the subcommands that scan.
#[derive(Debug, Default, clap::Args)]
pub(super) struct What {
    /// Only these attributes; globs (`python3Packages.*`), repeatable; `-` reads them from stdin, one a line.
    #[arg(long, value_name = "NAME")]
    pub(super) attr: Vec<String>,
    /// Folders with sources: DIR/<attr>, DIR/<pname>-<version>, the file name of its url or DIR/<pname>, unpacked or as
    /// an archive.
    #[arg(long, value_name = "DIR")]
    sources: Vec<PathBuf>,
    /// Download the sources that are missing.
    #[arg(long, conflicts_with = "offline")]
    fetch: bool,
    /// Never use the network, whatever clarity.toml says.
    #[arg(long)]
    offline: bool,
    /// Let the Nix on PATH get the sources that are missing. Runs the tree's code: only for trees you trust.
    #[arg(long, conflicts_with = "offline")]
    nix: bool,
    /// Also look at what package managers bring along (`cargoDeps`, `goModules`, `npmDeps`): scopes of their own.
    #[arg(long)]
    vendored: bool,
    /// The tree whose `lib` an overlay or a lone file means.
    #[arg(long, value_name = "DIR")]
    nixpkgs: Option<PathBuf>,
    /// The platform that conditions are evaluated for [default: the host's].
    #[arg(long, value_name = "SYSTEM")]
    system: Option<String>,
    /// Evaluated metadata as a second witness: the JSON of `nix-env -qaP --json --meta`, of `nix-eval-jobs --meta`, or
    /// packages.json; `.br` is read too.
    #[arg(long, value_name = "FILE", conflicts_with = "eval")]
    meta: Option<PathBuf>,
    /// Let the Nix on PATH evaluate the tree, as a second witness. Runs the tree's code: only for trees you trust.
    #[arg(long)]
    eval: bool,
    /// No sources at all: only what the metadata tells.
    #[arg(long, conflicts_with_all = ["sources", "fetch", "nix", "vendored"])]
    metadata_only: bool,
    /// Evaluate the metadata anew, and keep nothing of it for the next run.
    #[arg(long)]
    no_cache: bool,
    /// Only these checks, e.g. LIC010.
    #[arg(long, value_name = "LIC0xx", value_parser = check_named)]
    check: Vec<String>,
    /// Not these checks.
    #[arg(long, value_name = "LIC0xx", value_parser = check_named)]
    ignore: Vec<String>,
    /// Worker threads [default: the number of cores].
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
    /// The most seconds that reading the source of one package may take [default: 300].
    #[arg(long, value_name = "SECONDS")]
    time_limit: Option<u64>,
    /// The configuration [default: the nearest clarity.toml in PATH or above it].
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl What {
    /// What all packages declare, and nothing of their sources.
    pub(super) fn metadata(nixpkgs: Option<PathBuf>, system: Option<String>, no_cache: bool) -> What {
        What { nixpkgs, system, no_cache, metadata_only: true, ..What::default() }
    }

    /// Worker threads.
    pub(super) fn jobs(&self) -> usize {
        self.jobs.map_or_else(cores, usize::from)
    }

    /// The time that reading one source may take.
    pub(super) fn time_limit(&self) -> Duration {
        self.time_limit.map_or(TIME_LIMIT, Duration::from_secs)
    }
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

fn format_named(name: &str) -> Result<&'static Format, String> {
    let known = || FORMATS.iter().map(|format| format.name).collect::<Vec<_>>().join(", ");
    report::format(name).ok_or_else(|| format!("no such format; there are {}", known()))
}

fn check_named(id: &str) -> Result<String, String> {
    let known = || check::CHECKS.iter().map(|check| check.id).collect::<Vec<_>>().join(", ");
    check::by_id(id).map(|check| check.id.to_owned()).ok_or_else(|| format!("no such check; there are {}", known()))
}

/// Runs the subcommand.
pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<ExitCode> {
    let config = configuration(&args.path, &args.what)?;
    let mut request = request_by(&args.path, &args.what, &config)?;
    request.triage.baseline = args.accepted.baseline.as_deref().map(baseline::read).transpose()?;
    request.since.clone_from(&args.changed_since);
    if let Some(threshold) = args.fail_on {
        request.gate.least = threshold.severity();
    }
    let outputs = args.output.iter().map(|text| target(text, args.format)).collect::<anyhow::Result<Vec<_>>>()?;
    request.quotes = args.format.quotes || outputs.iter().any(|(format, _)| format.quotes);
    let watch = Watch::new(stream::watched() && !output.quiet);
    end_on_ctrl_c(&watch)?;
    // Left to the system: the process ends with this function, and taking apart what is large is a part of its time.
    let checkout = ManuallyDrop::new(Checkout::open(&request.path, &request.tree)?);
    let report = ManuallyDrop::new(engine::scan_checkout(&checkout, &request, &watch)?);
    let style = |color| Style { color, verbose: output.verbose, quiet: output.quiet };
    for (format, file) in &outputs {
        stream::to_file(file, |out| (format.render)(&report, style(false), out))?;
    }
    stream::to_stdout(|out| (args.format.render)(&report, style(stream::colored(output.color)), out))?;
    if !output.quiet {
        remark_on_severities(&config, &request, &report);
    }
    let code = verdict(args.strict || config.strict, &report);
    Ok(ExitCode::from(keep_baseline(&args.accepted, &request, &report)?.unwrap_or(code)))
}

/// A severity for a check that found nothing may be misplaced or out of date; it is a policy, so that is no finding.
fn remark_on_severities(config: &Config, request: &Request, report: &Report) {
    let whole = matches!(request.selection, declared::Selection::All) && request.sources.is_some();
    if !whole || report.partial || report.is_incomplete() {
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
        return Ok(Some(0));
    }
    if let (Some(file), Some(before)) = (&accepted.baseline, &request.triage.baseline)
        && !report.gone.is_empty()
    {
        baseline::write(file, &before.clone().without(&report.gone))?;
    }
    Ok(None)
}

/// The request that the arguments and the configuration make.
pub(super) fn request(path: &Path, what: &What) -> anyhow::Result<Request> {
    request_by(path, what, &configuration(path, what)?)
}

/// The configuration that applies; where there is none yet, the place of one beside what is scanned.
pub(super) fn config_file(path: &Path, what: &What) -> anyhow::Result<PathBuf> {
    let folder = if path.is_dir() { path } else { path.parent().unwrap_or(Path::new("")) };
    Ok(configuration(path, what)?.file.unwrap_or_else(|| folder.join(config::FILE_NAME)))
}

fn configuration(path: &Path, what: &What) -> anyhow::Result<Config> {
    if !path.exists() {
        bail!("{}: no such file or folder; name a checkout, a folder of .nix files or one file", path.display());
    }
    Ok(match &what.config {
        Some(file) => config::load(file)?,
        None => config::find(path)?,
    })
}

fn request_by(path: &Path, what: &What, config: &Config) -> anyhow::Result<Request> {
    let system = what.system.clone().or_else(|| config.platform.clone());
    let system = system.unwrap_or_else(host_system);
    Ok(Request {
        path: path.to_owned(),
        evaluated: second_witness(path, what, &system)?,
        tree: tree::Options { lib: what.nixpkgs.clone(), system },
        selection: declared::Selection::new(&attributes(&what.attr)?)?,
        facts: if what.no_cache {
            None
        } else {
            Store::default_root().and_then(|root| Store::open(root).ok()).map(Arc::new)
        },
        sources: if what.metadata_only { None } else { Some(source_options(path, what, config)?) },
        vendored: what.vendored || config.vendored,
        since: None,
        leave_out: LeaveOut { attrs: config.ignored_attrs.clone(), files: config.ignored_files.clone() },
        curations: config.curations.clone(),
        checks: check::Options {
            severity: config.severity.clone(),
            only: what.check.clone(),
            ignore: what.ignore.clone(),
        },
        triage: triage::Options { suppressions: config.suppressions.clone(), ..triage::Options::default() },
        gate: config.gate,
        keep_evidence: false,
        quotes: true,
        jobs: what.jobs(),
        time_limit: config.time_limit.filter(|_| what.time_limit.is_none()).unwrap_or_else(|| what.time_limit()),
    })
}

/// The time that reading the source of one package may take, unless somebody says otherwise.
pub(super) const TIME_LIMIT: Duration = Duration::from_secs(300);

/// What `--meta` names or `--eval` prints.
fn second_witness(path: &Path, what: &What, system: &str) -> anyhow::Result<Option<Evaluated>> {
    Ok(match (&what.meta, what.eval) {
        (Some(file), _) => Some(Evaluated::load(file)?),
        (None, true) => Some(declared::evaluated::run(path, system)?),
        (None, false) => None,
    })
}

/// The attributes of `--attr`; `-` stands for the lines of stdin.
fn attributes(named: &[String]) -> anyhow::Result<Vec<String>> {
    let mut all = Vec::new();
    for name in named {
        if name != "-" {
            all.push(name.clone());
            continue;
        }
        for line in io::stdin().lock().lines() {
            let line = line.context("stdin cannot be read as text; give one attribute a line")?;
            all.extend(Some(line.trim().to_owned()).filter(|line| !line.is_empty()));
        }
    }
    if all.is_empty() && !named.is_empty() {
        bail!("--attr - was given and stdin names no attribute; give one a line");
    }
    Ok(all)
}

fn source_options(path: &Path, what: &What, config: &Config) -> anyhow::Result<source::Options> {
    let root = Store::default_root().context("no place for the cache: set HOME, XDG_CACHE_HOME or CLARITY_CACHE")?;
    let mut options = source::Options::new(Arc::new(Store::open(root)?));
    options.folders = what.sources.clone();
    options.checkout = Some(path.to_owned());
    options.nix_store = Some(PathBuf::from("/nix/store")).filter(|store| store.is_dir());
    options.network = match (what.offline, what.fetch) {
        (true, _) => Network::Offline,
        (false, true) => Network::Fetch,
        (false, false) => Network::NotAsked,
    };
    config.tell_sources(&mut options);
    options.nix |= what.nix;
    Ok(options)
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
        _ => Ok((default, PathBuf::from(text))),
    }
}

fn verdict(strict: bool, report: &Report) -> u8 {
    if report.partial {
        INTERRUPTED
    } else if report.has_nothing_that_was_asked_for() {
        USAGE
    } else if strict && report.is_incomplete() {
        INCOMPLETE
    } else if report.fails() {
        FOUND
    } else {
        0
    }
}

/// The first Ctrl-C ends the run with what is done; the second ends the process.
pub(super) fn end_on_ctrl_c(watch: &Watch) -> anyhow::Result<()> {
    let watch = watch.clone();
    let mut pressed = false;
    ctrlc::set_handler(move || {
        if std::mem::replace(&mut pressed, true) {
            stream::abandon(INTERRUPTED);
        }
        watch.end();
    })
    .context("Ctrl-C cannot be handled")
}

pub(super) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The platform of this machine in nixpkgs' words, e.g. `x86_64-linux`.
fn host_system() -> String {
    let os = match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    };
    format!("{}-{os}", std::env::consts::ARCH)
}
