//! Options that the scanning subcommands share, and the request that options and configuration make.

use std::io::{self, BufRead};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::check::Severity;
use crate::conclusion::Confidence;
use crate::config::{self, Config, Place};
use crate::declared::evaluated::Evaluated;
use crate::engine::{Ignored, Request};
use crate::source::{self, Network};
use crate::store::Store;
use crate::tree::{self, Changes, Closure, known_system};
use crate::{check, declared, triage};

use super::behind::Behind;
use super::included::with_repositories;
use super::slip::no_such;

/// Selection and manner of a scan: shared by the subcommands that scan.
#[derive(Debug, Default, clap::Args)]
pub(super) struct What {
    /// Only these attributes; globs (`python3Packages.*`), repeatable; `-` reads them from stdin, one a line.
    #[arg(long, value_name = "NAME", help_heading = "Packages", hide_short_help = true)]
    pub(super) attr: Vec<String>,
    /// A folder with sources, unpacked or as archives.
    ///
    /// They are found as DIR/<attr>, DIR/<pname>-<version>, the file name of the url or DIR/<pname>; repeatable.
    #[arg(long, value_name = "DIR", help_heading = "Sources")]
    sources: Vec<PathBuf>,
    /// Also use sources of these folders whose hash is not the declared one, marked as unverified.
    #[arg(long, help_heading = "Sources", hide_short_help = true)]
    trust_sources: bool,
    /// Download sources and pinned inputs that are missing.
    #[arg(long, conflicts_with = "offline", help_heading = "Sources")]
    pub(super) fetch: bool,
    /// Never use the network, whatever clarity.toml says.
    #[arg(long, help_heading = "Sources", hide_short_help = true)]
    offline: bool,
    /// Let the Nix on PATH get the sources that are missing. Runs the tree's code: only for trees you trust.
    #[arg(long, conflicts_with = "offline", help_heading = "Sources", hide_short_help = true)]
    nix: bool,
    /// Also look at what package managers bring along (`cargoDeps`, `goModules`, `npmDeps`): scopes of their own.
    #[arg(long, help_heading = "Sources", hide_short_help = true)]
    vendored: bool,
    #[command(flatten)]
    behind: Behind,
    /// When the arguments were read: the time of a run begins there.
    #[arg(skip = Some(Instant::now()))]
    started: Option<Instant>,
    /// The platform that conditions are evaluated for [default: the host's]; repeat for several: licenses and sources that
    /// differ are named in one row.
    #[arg(long, value_name = "SYSTEM", value_parser = known_system, help_heading = "Packages", hide_short_help = true)]
    system: Vec<String>,
    /// Evaluated metadata as a second witness: the JSON of `nix-env -qaP --json --meta`, of `nix-eval-jobs --meta`, or
    /// packages.json; `.br` is read too.
    #[arg(long, value_name = "FILE", conflicts_with = "eval", help_heading = "Packages", hide_short_help = true)]
    meta: Option<PathBuf>,
    /// Let the Nix on PATH evaluate the tree, as a second witness. Runs the tree's code: only for trees you trust.
    #[arg(long, help_heading = "Packages", hide_short_help = true)]
    eval: bool,
    /// No sources at all: only what the metadata tells.
    #[arg(long, conflicts_with_all = ["sources", "trust_sources", "nix", "vendored"], help_heading = "Sources")]
    metadata_only: bool,
    /// Evaluate the metadata anew, and keep nothing of it for the next run.
    #[arg(long, help_heading = "Sources", hide_short_help = true)]
    no_cache: bool,
    /// Where sources and evaluated metadata are kept [default: $CLARITY_CACHE, else ~/.cache/clarity].
    #[arg(long, value_name = "DIR", help_heading = "Sources", hide_short_help = true)]
    pub(super) cache_dir: Option<PathBuf>,
    /// Only these checks, e.g. LIC010,LIC013.
    #[arg(long, alias = "check", value_name = "CHECK", value_delimiter = ',', value_parser = check_named, help_heading = "Checks")]
    select: Vec<String>,
    /// Not these checks.
    #[arg(long, value_name = "CHECK", value_delimiter = ',', value_parser = check_named, help_heading = "Checks", hide_short_help = true)]
    ignore: Vec<String>,
    /// Leave out findings below this severity.
    #[arg(long, value_name = "SEVERITY", value_parser = severities(), help_heading = "Checks", hide_short_help = true)]
    min_severity: Option<Severity>,
    /// Leave out findings below this confidence.
    #[arg(long, value_name = "CONFIDENCE", value_parser = confidences(), help_heading = "Checks", hide_short_help = true)]
    min_confidence: Option<Confidence>,
    /// Only packages of this maintainer.
    ///
    /// The name in maintainer-list.nix, or the handle on GitHub.
    #[arg(long, value_name = "HANDLE", help_heading = "Packages")]
    maintainer: Vec<String>,
    /// Only packages of this set, e.g. python3Packages.
    #[arg(long, value_name = "SET", help_heading = "Packages")]
    set: Vec<String>,
    /// Only the packages of this closure: the JSON of `nix path-info --recursive --json` or `nix derivation show
    /// --recursive`.
    #[arg(long, value_name = "FILE", help_heading = "Packages", hide_short_help = true)]
    closure: Option<PathBuf>,
    /// Worker threads [default: the number of cores].
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024), help_heading = "Limits and configuration", hide_short_help = true)]
    jobs: Option<u16>,
    /// The most seconds that one package may take, evaluated and read [default: 300].
    #[arg(long, value_name = "SECONDS", help_heading = "Limits and configuration", hide_short_help = true)]
    time_limit: Option<u64>,
    /// The most seconds that the run may take; what is done until then is reported.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..), help_heading = "Limits and configuration", hide_short_help = true)]
    pub(super) deadline: Option<u64>,
    /// The configuration, which is trusted [default: clarity.toml in PATH or above it in the git work tree; such a file
    /// may only narrow and silence].
    #[arg(long, value_name = "FILE", help_heading = "Limits and configuration", hide_short_help = true)]
    config: Option<PathBuf>,
}

impl What {
    /// Time until `--deadline`, where there is one.
    pub(super) fn time_left(&self) -> Option<Duration> {
        let spent = self.started.map(|started| started.elapsed()).unwrap_or_default();
        Some(Duration::from_secs(self.deadline?).saturating_sub(spent))
    }

    /// Declarations of all packages, without their sources.
    pub(super) fn metadata(behind: Behind, system: Vec<String>, no_cache: bool) -> What {
        What { behind, system, no_cache, metadata_only: true, ..What::default() }
    }

    /// A request for files that a configuration includes.
    pub(super) fn of_includes(fetch: bool, cache_dir: Option<PathBuf>) -> What {
        What { fetch, cache_dir, ..What::default() }
    }

    /// Worker threads.
    pub(super) fn jobs(&self) -> usize {
        self.jobs.map_or_else(cores, usize::from)
    }

    /// The time that reading one source may take.
    pub(super) fn time_limit(&self) -> Duration {
        self.time_limit.map_or(config::TIME_LIMIT, Duration::from_secs)
    }

    /// The folder of the cache, if there is a place for one.
    pub(super) fn cache_root(&self) -> Option<PathBuf> {
        self.cache_dir.clone().or_else(Store::default_root)
    }
}

fn severities() -> impl TypedValueParser<Value = Severity> {
    PossibleValuesParser::new(["note", "warning", "error"]).map(|name| match name.as_str() {
        "error" => Severity::Error,
        "warning" => Severity::Warning,
        _ => Severity::Note,
    })
}

fn confidences() -> impl TypedValueParser<Value = Confidence> {
    PossibleValuesParser::new(["low", "medium", "high"]).map(|name| match name.as_str() {
        "high" => Confidence::High,
        "medium" => Confidence::Medium,
        _ => Confidence::Low,
    })
}

pub(super) fn check_named(id: &str) -> Result<String, String> {
    check::by_id(id)
        .map(|check| check.id.to_owned())
        .ok_or_else(|| no_such("check", id, check::CHECKS.iter().map(|check| check.id)))
}

/// The request that the arguments and the configuration make.
pub(super) fn request(path: &Path, what: &What) -> anyhow::Result<Request> {
    request_by(path, what, &what.attr, &configuration(path, what, None)?)
}

/// The configuration that applies; where there is none yet, the place of one beside what is scanned.
pub(super) fn config_file(path: &Path, what: &What) -> anyhow::Result<PathBuf> {
    let folder = if path.is_dir() { path } else { path.parent().unwrap_or(Path::new("")) };
    Ok(configuration(path, what, None)?.file.unwrap_or_else(|| folder.join(config::FILE_NAME)))
}

/// An error of usage where nothing is at `path`.
pub(super) fn exists(path: &Path) -> anyhow::Result<()> {
    if !path.exists() {
        bail!("{}: no such file or folder; name a checkout, a folder of .nix files or one file", path.display());
    }
    Ok(())
}

/// The configuration of a run; `since`: a file in the tree is read as it was at that revision.
pub(super) fn configuration(path: &Path, what: &What, since: Option<(&str, &Changes)>) -> anyhow::Result<Config> {
    exists(path)?;
    Ok(config::gather(&Place { path, named: what.config.as_deref(), since })?)
}

/// The request for these attributes that the arguments and `config` make.
pub(super) fn request_by(path: &Path, what: &What, attrs: &[String], config: &Config) -> anyhow::Result<Request> {
    let sources = source_options(path, what, config);
    let (config, not_included) = &with_repositories(config, sources.as_ref(), what.time_left())?;
    let (system, platforms) = platforms(what, config);
    let facts = || what.cache_root().and_then(|root| Store::open(root).ok()).map(Arc::new);
    let mut tree = tree::Options {
        lib: what.behind.nixpkgs.clone(),
        system,
        sources: source_folders(what, config),
        ..tree::Options::default()
    };
    let inputs = what.behind.find(path, &mut tree, sources.as_ref().ok(), what.time_left())?;
    Ok(Request {
        path: path.to_owned(),
        platforms,
        inputs,
        not_included: not_included.clone(),
        evaluated: second_witness(path, what, &tree.system)?,
        tree,
        selection: declared::Selection::new(&selected(attrs, &what.set)?)?,
        maintainers: what.maintainer.iter().map(|handle| handle.trim_start_matches('@').to_owned()).collect(),
        closure: what.closure.as_deref().map(Closure::load).transpose()?.map(Arc::new),
        facts: if what.no_cache { None } else { facts() },
        results: None,
        sources: if what.metadata_only { None } else { Some(sources?) },
        vendored: what.vendored || config.vendored,
        since: None,
        ignored: Ignored { attrs: config.ignored_attrs(), files: config.ignored_files() },
        curations: config.curations.clone(),
        checks: check::Options {
            severity: config.severity.clone(),
            policy: config.license_policy.clone(),
            only: what.select.clone(),
            ignore: what.ignore.clone(),
            least: (what.min_severity, what.min_confidence),
        },
        triage: triage::Options { suppressions: config.suppressions.clone(), ..triage::Options::default() },
        gate: config.gate(),
        strict: config.strict,
        allow_gaps: false,
        policy: config.policy(),
        keep_evidence: false,
        compare_texts: false,
        quotes: true,
        jobs: what.jobs(),
        time_limit: config.time_limit.filter(|_| what.time_limit.is_none()).unwrap_or_else(|| what.time_limit()),
    })
}

/// The platform of a run, and the others.
fn platforms(what: &What, config: &Config) -> (String, Vec<String>) {
    let mut all: Vec<String> = Vec::new();
    for system in &what.system {
        if !all.contains(system) {
            all.push(system.clone());
        }
    }
    let others = all.split_off(all.len().min(1));
    (all.pop().or_else(|| config.platform.clone()).unwrap_or_else(host_system), others)
}

/// Evaluated metadata of `--meta` or `--eval`.
fn second_witness(path: &Path, what: &What, system: &str) -> anyhow::Result<Option<Evaluated>> {
    Ok(match (&what.meta, what.eval) {
        (Some(file), _) => Some(loaded(file)?),
        (None, true) => Some(declared::evaluated::run(path, system)?),
        (None, false) => None,
    })
}

fn loaded(file: &Path) -> anyhow::Result<Evaluated> {
    let evaluated = Evaluated::load(file)?;
    if evaluated.is_empty() {
        bail!("--meta {}: has no package; write it with `nix-env -f TREE -qaP --json --meta`", file.display());
    }
    Ok(evaluated)
}

/// The attributes of `--attr` and of `--set`.
fn selected(attrs: &[String], sets: &[String]) -> anyhow::Result<Vec<String>> {
    let mut all = attributes(attrs)?;
    all.extend(sets.iter().map(|set| format!("{}.*", globset::escape(set.trim_end_matches(".*")))));
    Ok(all)
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

/// The folders of sources that the arguments and `config` name and that are there, absolute.
fn source_folders(what: &What, config: &Config) -> Vec<PathBuf> {
    what.sources.iter().chain(&config.source_dirs).filter_map(|folder| folder.canonicalize().ok()).collect()
}

/// Where sources come from.
pub(super) fn source_options(path: &Path, what: &What, config: &Config) -> anyhow::Result<source::Options> {
    let root = what.cache_root().context("no place for the cache; name one with --cache-dir DIR")?;
    let mut options = source::Options::new(Arc::new(Store::open(root)?));
    if let Some(missing) = what.sources.iter().find(|folder| !folder.is_dir()) {
        bail!("--sources {}: no such folder; name one that has sources in it", missing.display());
    }
    options.folders = what.sources.clone();
    // Paths in a lone file are those of its folder.
    let folder = if path.is_file() { path.parent().map(|folder| Path::new(".").join(folder)) } else { None };
    options.checkout = Some(folder.unwrap_or_else(|| path.to_owned()));
    options.nix_store = Some(PathBuf::from("/nix/store")).filter(|store| store.is_dir());
    options.network = match (what.offline, what.fetch) {
        (true, _) => Network::Offline,
        (false, true) => Network::Fetch,
        (false, false) => Network::NotAsked,
    };
    if let Some(missing) = config.source_dirs.iter().find(|folder| !folder.is_dir()) {
        bail!("{}: no such folder; `dirs` in [sources] of the configuration names it", missing.display());
    }
    config.tell_sources(&mut options);
    options.trust_folders |= what.trust_sources;
    options.nix |= what.nix;
    Ok(options)
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
