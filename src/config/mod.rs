//! `clarity.toml`: what a project wants by default.
//!
//! Reads the files and checks them; an unknown key is refused with its line, because a setting that is silently ignored
//! is worse than none. Paths are relative to the file. Each stage is handed options of its own; none sees a file.
//!
//! A file in the scanned tree is not trusted: it may only narrow and silence, and the report counts what it silences. A
//! file that is named on the command line and the user's own file may say everything.

mod blocks;
mod curations;
mod file;
mod include;
mod keys;
mod merge;
mod repository;
mod search;
mod silence;
mod trust;
mod value;

pub use curations::{Conflict, Statements};
pub use keys::{Key, Right, keys};
pub use repository::Repository;
pub use search::MOST_BYTES;
pub use silence::{replace, suppress};

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use globset::{Glob, GlobMatcher, GlobSet, GlobSetBuilder};

use crate::check::{LicensePolicy, Severity};
use crate::conclusion::Confidence;
use crate::evidence::Curations;
use crate::nix::Disk;
use crate::report::{Gate, Policy, Silenced};
use crate::source::{self, Network};
use crate::text::RelPath;
use crate::tree::Changes;
use crate::triage::Suppression;

use blocks::Places;
use file::File;
use search::Found;
use trust::Bounds;

/// The name that is looked for, from the scanned path upwards.
pub const FILE_NAME: &str = "clarity.toml";

/// The time that reading the source of one package may take by default.
pub const TIME_LIMIT: Duration = Duration::from_secs(300);

/// A checked configuration: one file, or several of which each says what the ones before left open.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The file of the project; `None` where there is none.
    pub file: Option<PathBuf>,
    /// The platform that conditions are evaluated for.
    pub platform: Option<String>,
    /// Severities of rules, by id; `None`: off.
    pub severity: BTreeMap<String, Option<Severity>>,
    /// Whether a run that could not look at everything fails.
    pub strict: bool,
    /// Licenses that packages may have.
    pub license_policy: Option<LicensePolicy>,
    /// Folders that hold sources.
    pub source_dirs: Vec<PathBuf>,
    /// Whether sources in folders are used although their hash is not the declared one.
    pub trust_sources: bool,
    /// Whether what package managers bring along is looked at too.
    pub vendored: bool,
    /// The time that reading the source of one package may take.
    pub time_limit: Option<Duration>,
    /// Roles and curations.
    pub curations: Curations,
    /// Silenced findings.
    pub suppressions: Vec<Suppression>,
    /// Repositories of which files are included, which are not read yet: [`Config::with_file`] adds one.
    pub repositories: Vec<Repository>,
    /// Files that were read, as the report names them.
    files: Vec<String>,
    /// Blocks that decide before those of `included`.
    decided: Statements,
    /// Blocks of included files, which go before none of each other.
    included: Statements,
    /// Limits that a file in the tree lowers: key and value.
    lowered: Vec<(String, u64)>,
    ignored_attrs: Vec<Glob>,
    ignored_files: Vec<Glob>,
    /// The least severity that makes a run fail; the inner `None`: nothing does.
    fail_on: Option<Option<Severity>>,
    confidence: Option<Confidence>,
    fetch: file::Fetch,
    limits: file::Limits,
    nix_store: Option<PathBuf>,
    /// Keys of builders whose results count.
    pub merge_keys: Vec<source::PublicKey>,
}

/// A key that a file in the scanned tree may not set.
#[derive(Debug)]
pub struct Forbidden {
    file: PathBuf,
    line: usize,
    table: &'static str,
    key: &'static str,
    why: String,
    option: Option<&'static str>,
}

impl std::fmt::Display for Forbidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Forbidden { file, line, table, key, why, option } = self;
        let option = option.map(|option| format!("with {option}, ")).unwrap_or_default();
        write!(
            f,
            "{}: line {line}: a file in the scanned tree may not set `{key}` in [{table}], because {why}; set it \
             {option}in a file that you name with --config, or in ~/.config/clarity/config.toml",
            file.display()
        )
    }
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It cannot be read.
    #[error("{}: {error}; check that it is a readable file", file.display())]
    Io {
        /// The file.
        file: PathBuf,
        /// Error of the system.
        error: io::Error,
    },
    /// It says something that is not understood; the message names the line.
    #[error("{}: {error}{}", file.display(), hint.as_ref().map(|key| format!("did you mean `{key}`?\n")).unwrap_or_default())]
    Syntax {
        /// The file.
        file: PathBuf,
        /// Error, with the line quoted.
        error: Box<toml::de::Error>,
        /// The key that was probably meant.
        hint: Option<String>,
    },
    /// It lies in the scanned tree and wants more than such a file may.
    #[error("{0}")]
    Forbidden(Box<Forbidden>),
    /// It lies in the scanned tree and is a link, which may lead anywhere.
    #[error("{}: is a symbolic link, which is not followed in a scanned tree; name the file with --config", .0.display())]
    Link(PathBuf),
    /// It lies in the scanned tree and includes a file that is not in its folder.
    #[error(
        "{}: `include` names `{}`, which is no file in the folder of this one; a file in the scanned tree includes no \
         other, a file that you name with --config does", file.display(), included.display()
    )]
    Outside {
        /// The file.
        file: PathBuf,
        /// The file that it includes.
        included: PathBuf,
    },
    /// It lies in the scanned tree and includes files of a repository.
    #[error(
        "{}: `include` names the repository {url}; a file in the scanned tree includes files of its own folder alone; \
         include it in a file that you name with --config, or in ~/.config/clarity/config.toml", file.display()
    )]
    Repository {
        /// The file.
        file: PathBuf,
        /// The address of the repository.
        url: String,
    },
    /// Two files that it includes say different things of the same.
    #[error("{0}; leave one of the two out, or decide with a block in the file that includes them")]
    Contradiction(Box<Conflict>),
}

/// Where the configuration of a run comes from.
#[derive(Clone, Copy, Debug)]
pub struct Place<'p> {
    /// The scanned path.
    pub path: &'p Path,
    /// `--config`: in the place of a file in the tree.
    pub named: Option<&'p Path>,
    /// The revision that the run compares with, and what changed since: the file in the tree is read from there.
    pub since: Option<(&'p str, &'p Changes)>,
}

/// The configuration for a run: the file that is named, else the one in the tree; and the user's own. The named file goes
/// before the user's, and that one before the one in the tree, which may only narrow.
pub fn gather(place: &Place<'_>) -> Result<Config, ConfigError> {
    let user = search::of_user().map(|file| load(&file)).transpose()?;
    let user = Config { file: None, ..user.unwrap_or_default() };
    if let Some(file) = place.named {
        return Ok(load(file)?.before(user));
    }
    let disk = place.since.map_or_else(Disk::default, |(_, changes)| changes.disk_before());
    let Some(Found { file, text, shown }) = search::in_tree(place.path, &disk)? else { return Ok(user) };
    let raw = parsed(&text, &file)?;
    let bounds = user.bounds();
    trust::refuse(&raw, &file, &text, &bounds)?;
    let numbers = trust::numbers(&raw, &bounds);
    let paths = include::paths_alone(&raw.include, &file)?;
    let included = include::in_tree(&paths, &file, (&disk, place.since.map(|(rev, _)| rev)))?;
    let mut tree = checked(raw, &file, &text);
    tree.lowered = numbers.into_iter().filter_map(trust::Number::lowered).collect();
    tree.files = vec![place.since.map_or(shown.clone(), |(rev, _)| format!("{shown} at {rev}"))];
    Ok(user.narrowed_by(tree.including(included)?))
}

/// The configuration in `file`, which is trusted.
pub fn load(file: &Path) -> Result<Config, ConfigError> {
    let text = fs::read_to_string(file).map_err(|error| ConfigError::Io { file: file.to_owned(), error })?;
    let raw = parsed(&text, file)?;
    let included = include::trusted(&raw.include, file)?;
    checked(raw, file, &text).including(included)
}

fn parsed(text: &str, file: &Path) -> Result<File, ConfigError> {
    toml::from_str(text).map_err(|error| refused(file, error))
}

/// The published JSON Schema of the file.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(File).to_value()
}

fn refused(file: &Path, error: toml::de::Error) -> ConfigError {
    let hint = meant(error.message());
    ConfigError::Syntax { file: file.to_owned(), error: Box::new(error), hint }
}

/// The key that was meant, of those that serde says are known: "unknown field `dri`, expected `dirs` or ..".
fn meant(message: &str) -> Option<String> {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let unknown = quoted.next().filter(|_| message.starts_with("unknown "))?;
    crate::text::nearest(unknown, quoted).map(str::to_owned)
}

fn checked(raw: File, file: &Path, text: &str) -> Config {
    let folder = file.parent().unwrap_or(Path::new(""));
    let places = Places::of(file, text);
    let curations = Curations {
        roles: raw.role.into_iter().map(|block| blocks::role(block, &places)).collect(),
        findings: raw.curate.into_iter().map(|block| blocks::curation(block, &places)).collect(),
    };
    let suppressions: Vec<Suppression> =
        raw.suppress.into_iter().map(|block| blocks::suppression(block, &places)).collect();
    Config {
        file: Some(file.to_owned()),
        decided: Statements::named(&search::shown(file), &curations, &suppressions),
        included: Statements::default(),
        files: vec![search::shown(file)],
        platform: raw.platform,
        severity: raw.severity.into_iter().map(|(check, level)| (check.0.id.to_owned(), level.severity())).collect(),
        ignored_attrs: globs(&raw.ignore.attrs, |glob| &glob.0),
        ignored_files: globs(&raw.ignore.files, |glob| &glob.0),
        fail_on: raw.gate.fail_on.map(|threshold| threshold.severity()),
        confidence: raw.gate.confidence.map(|trust| trust.confidence()),
        strict: raw.gate.strict,
        license_policy: blocks::policy(raw.policy),
        source_dirs: raw.sources.dirs.iter().map(|dir| folder.join(dir)).collect(),
        trust_sources: raw.sources.trust,
        vendored: raw.sources.vendored,
        time_limit: raw.limits.seconds.map(Duration::from_secs),
        curations,
        suppressions,
        repositories: repository::all(raw.include),
        lowered: Vec::new(),
        fetch: raw.fetch,
        limits: raw.limits,
        nix_store: raw.sources.nix_store.map(|store| folder.join(store)),
        merge_keys: raw.merge.keys.into_iter().map(|key| key.0).collect(),
    }
}

fn globs<T>(all: &[T], glob: impl Fn(&T) -> &GlobMatcher) -> Vec<Glob> {
    all.iter().map(|one| glob(one).glob().clone()).collect()
}

fn set(globs: &[Glob]) -> GlobSet {
    let mut set = GlobSetBuilder::new();
    globs.iter().for_each(|glob| {
        set.add(glob.clone());
    });
    set.build().expect("each glob was compiled when the file was read")
}

impl Config {
    /// This configuration with the blocks of a file of `repository`, after which all others decide.
    pub fn with_file(self, repository: &Repository, file: &RelPath, text: &str) -> Result<Config, ConfigError> {
        let shown = format!("{file} of {repository}");
        self.before(include::parsed(text, Path::new(&shown), shown.clone())?).settled()
    }

    /// This configuration with the blocks of files of its folder, which decide before those of repositories.
    fn including(self, files: Vec<Config>) -> Result<Config, ConfigError> {
        let whole = files.into_iter().fold(self, Config::before).settled()?;
        Ok(Config { decided: whole.decided.followed_by(whole.included), included: Statements::default(), ..whole })
    }

    /// This configuration; an error where files that it includes contradict each other.
    fn settled(self) -> Result<Config, ConfigError> {
        match self.included.contradiction(&self.decided) {
            Some(conflict) => Err(ConfigError::Contradiction(Box::new(conflict))),
            None => Ok(self),
        }
    }

    /// Attribute paths of packages that are not looked at.
    pub fn ignored_attrs(&self) -> GlobSet {
        set(&self.ignored_attrs)
    }

    /// Files of the checkout whose packages are not looked at.
    pub fn ignored_files(&self) -> GlobSet {
        set(&self.ignored_files)
    }

    /// Condition under which a run fails.
    pub fn gate(&self) -> Gate {
        let default = Gate::default();
        Gate { least: self.fail_on.unwrap_or(default.least), confidence: self.confidence.unwrap_or(default.confidence) }
    }

    /// The files, and what they silence as far as that is known before the run.
    pub fn policy(&self) -> Policy {
        let platform = self.platform.iter().map(|platform| Silenced::Platform(platform.clone()));
        let lowered = self.lowered.iter().map(|(key, value)| Silenced::Limit { key: key.clone(), value: *value });
        let gate = self.fail_on.is_some() || self.confidence.is_some();
        Policy { files: self.files.clone(), silenced: platform.chain(lowered).collect(), gate, unjudged: 0 }
    }

    fn bounds(&self) -> Bounds {
        let mut bounds = Bounds {
            net: source::NetOptions::default(),
            limits: source::Limits::default(),
            seconds: self.time_limit.unwrap_or(TIME_LIMIT).as_secs(),
        };
        self.tell_network(&mut bounds.net);
        self.tell_limits(&mut bounds.limits);
        bounds
    }

    /// Sets in `options` what the file says of sources. Folders that are there stay in front, and a network that was
    /// switched off stays off.
    pub fn tell_sources(&self, options: &mut source::Options) {
        options.folders.extend(self.source_dirs.iter().cloned());
        options.trust_folders |= self.trust_sources;
        if self.fetch.enabled && options.network == Network::NotAsked {
            options.network = Network::Fetch;
        }
        options.rewriting.replace.extend(self.fetch.rewrite.clone());
        options.pypi_index = self.fetch.pypi_index.clone().or(options.pypi_index.take());
        options.binary_cache = self.fetch.binary_cache.clone().or(options.binary_cache.take());
        options.binary_cache_keys.extend(self.fetch.binary_cache_keys.iter().map(|key| key.0.clone()));
        options.nix_store = self.nix_store.clone().or(options.nix_store.take());
        options.nix = self.fetch.nix.unwrap_or(options.nix);
        self.tell_network(&mut options.net);
        self.tell_limits(&mut options.limits);
    }

    fn tell_network(&self, net: &mut source::NetOptions) {
        let said = &self.fetch;
        let seconds = |said: Option<u64>, default| said.map_or(default, Duration::from_secs);
        net.per_host = said.per_host.unwrap_or(net.per_host);
        net.attempts = said.attempts.unwrap_or(net.attempts);
        net.host_failures = said.host_failures.unwrap_or(net.host_failures);
        net.redirects = said.redirects.unwrap_or(net.redirects);
        net.max_bytes = said.max_bytes.unwrap_or(net.max_bytes);
        net.least_rate = said.least_rate.unwrap_or(net.least_rate);
        net.most_time = seconds(said.minutes.map(|minutes| minutes.saturating_mul(60)), net.most_time);
        net.private = match &said.allow_private {
            Some(file::PrivateHosts::All(true)) => source::PrivateHosts::All,
            Some(file::PrivateHosts::Named(hosts)) => source::PrivateHosts::Named(hosts.clone()),
            Some(file::PrivateHosts::All(false)) | None => net.private.clone(),
        };
        net.connect = seconds(said.connect_seconds, net.connect);
        net.stall = seconds(said.stall_seconds, net.stall);
        net.longest_pause = seconds(said.pause_seconds, net.longest_pause);
    }

    fn tell_limits(&self, limits: &mut source::Limits) {
        limits.bytes = self.limits.bytes.unwrap_or(limits.bytes);
        limits.entries = self.limits.entries.unwrap_or(limits.entries);
        limits.ratio = self.limits.ratio.unwrap_or(limits.ratio);
        limits.depth = self.limits.depth.unwrap_or(limits.depth);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    fn loaded(text: &str) -> Result<Config, String> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join(FILE_NAME);
        fs::write(&file, text).expect("writable");
        load(&file).map_err(|error| error.to_string())
    }

    fn refused(text: &str, line: u32, words: &str) {
        let error = loaded(text).err().unwrap_or_else(|| panic!("accepted: {text}"));
        assert!(error.contains(&format!("line {line}")) && error.contains(words), "{error}");
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line_and_the_key_that_was_meant() {
        refused("[sources]\ndirs = []\ndri = [\"x\"]\n", 3, "did you mean `dirs`?");
        refused("[severty]\nLIC016 = \"off\"\n", 1, "did you mean `severity`?");
        refused("[gate]\nfail-on = \"note\"\n", 2, "did you mean `fail_on`?");
        refused("[fetch]\nzzzzzzzzzzzzzz = 1\n", 2, "unknown field");
    }

    #[test]
    fn a_value_that_is_not_understood_is_refused_with_its_line() {
        refused("[severity]\nLIC016 = \"of\"\n", 2, "did you mean `off`?");
        refused("[severity]\nLIC999 = \"off\"\n", 2, "there is no check `LIC999`");
        refused("[severity]\nmismach = \"off\"\n", 2, "did you mean `mismatch`?");
        refused("[ignore]\nattrs = [\"a{b\"]\n", 2, "a{b");
        refused("[[role]]\nglob = \"x\"\nrole = \"shiped\"\n", 3, "no such role `shiped`");
        refused("[[curate]]\npath = \"x\"\nconcluded = \"MTI\"\nreason = \"CODE\"\ncomment = \"c\"\n", 3, "MTI");
        let block = "[[suppress]]\nattr = \"a\"\ncheck = \"LIC010\"\nevidence = \"0\"\n";
        refused(block, 1, "missing field `reason`");
        refused(&format!("{block}reason = \" \"\n"), 5, "must say something");
    }

    #[test]
    fn folders_are_relative_to_the_file() {
        let config = loaded("[sources]\ndirs = [\"../up\"]\n").expect("valid");
        assert!(config.source_dirs[0].ends_with("../up") && config.source_dirs[0].is_absolute());
    }

    #[test]
    fn an_empty_file_is_the_default() {
        let config = loaded("").expect("valid");
        assert_eq!((config.source_dirs.len(), config.gate(), config.fetch.enabled), (0, Gate::default(), false));
    }

    #[test]
    fn what_the_file_says_of_sources_reaches_their_options_and_no_network_stays_none() {
        let config = loaded(
            "[sources]\ndirs = [\"s\"]\n[limits]\ndepth = 3\n[fetch]\nenabled = true\nbinary_cache = \"https://c\"\n\
             stall_seconds = 5\nrewrite = { \"https://a/\" = \"https://b/\" }\n",
        );
        let config = config.expect("valid");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = std::sync::Arc::new(Store::open(folder.path().to_owned()).expect("a store"));
        let mut options = source::Options::new(store);
        options.folders = vec!["mine".into()];
        options.network = Network::Offline;
        config.tell_sources(&mut options);
        assert_eq!(options.network, Network::Offline);
        assert_eq!((options.folders.len(), options.folders[0].as_path()), (2, Path::new("mine")));
        assert_eq!((options.limits.depth, options.net.stall), (3, Duration::from_secs(5)));
        assert_eq!(options.binary_cache.as_deref(), Some("https://c"));
        assert_eq!(options.rewriting.replace, [("https://a/".to_owned(), "https://b/".to_owned())]);
    }

    #[test]
    fn a_suppression_knows_its_place() {
        let block = "[[suppress]]\nattr = \"a.*\"\ncheck = \"mismatch\"\nevidence = [\"0\", \"1\"]\nreason = \"r\"\n";
        let config = loaded(&format!("platform = \"x\"\n\n{block}\n{block}")).expect("valid");
        let lines: Vec<u32> = config.suppressions.iter().map(|one| one.site.start.line).collect();
        assert_eq!(lines, [3, 9]);
        assert_eq!((config.suppressions[0].check.id, config.suppressions[0].evidence.len()), ("LIC010", 2));
    }
}
