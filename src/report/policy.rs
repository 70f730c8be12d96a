//! Findings that the configuration of a run silences: every format ends with them.

use std::fmt;

use crate::check::Severity;

use super::Report;
use super::counted::counted;
use crate::text::one_line;

/// The configuration files of a run and everything that they silence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// The files, the deciding one first, e.g. `clarity.toml at origin/master`.
    pub files: Vec<String>,
    /// Silenced findings.
    pub silenced: Vec<Silenced>,
    /// True where they decide what makes the run fail.
    pub gate: bool,
    /// Packages that `[policy]` could not judge, because their licenses are not known.
    pub unjudged: usize,
}

/// One thing that a configuration file silences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Silenced {
    /// The platform of conditions, which decides what is seen.
    Platform(String),
    /// A limit is lower than by default.
    Limit {
        /// Its key.
        key: String,
        /// Its value.
        value: u64,
    },
    /// Packages are left out.
    Ignored(usize),
    /// A check is off.
    Off {
        /// Its id.
        check: &'static str,
        /// Findings that it would have.
        findings: usize,
    },
    /// A check has another severity than by default, a lower one.
    Lowered {
        /// Its id.
        check: &'static str,
        /// The severity.
        to: Severity,
        /// Its findings.
        findings: usize,
    },
    /// Files lie in folders of sources, so that they define no packages.
    Sources(usize),
    /// Findings do not fail the run that would by default.
    Gate(usize),
    /// Findings are suppressed.
    Suppressed(usize),
    /// Files of sources count otherwise, by `[[role]]`.
    Roles(usize),
    /// Detections are declared to be something else, by `[[curate]]`.
    Curated(usize),
}

impl Silenced {
    /// Its name in data formats.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Silenced::Platform(_) => "platform",
            Silenced::Limit { .. } => "limit",
            Silenced::Ignored(_) => "ignore",
            Silenced::Off { .. } => "off",
            Silenced::Lowered { .. } => "severity",
            Silenced::Sources(_) => "sources",
            Silenced::Gate(_) => "gate",
            Silenced::Suppressed(_) => "suppress",
            Silenced::Roles(_) => "role",
            Silenced::Curated(_) => "curate",
        }
    }

    /// Packages or findings that it is about, where they can be counted.
    pub fn count(&self) -> Option<usize> {
        match self {
            Silenced::Platform(_) | Silenced::Limit { .. } => None,
            Silenced::Ignored(count) | Silenced::Gate(count) | Silenced::Suppressed(count) => Some(*count),
            Silenced::Roles(count) | Silenced::Curated(count) | Silenced::Sources(count) => Some(*count),
            Silenced::Off { findings, .. } | Silenced::Lowered { findings, .. } => Some(*findings),
        }
    }
}

impl fmt::Display for Silenced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Silenced::Platform(platform) => write!(f, "platform is {}", one_line(platform)),
            Silenced::Limit { key, value } => write!(f, "{key} is {value}"),
            Silenced::Ignored(count) => write!(f, "{} ignored", counted(*count, "package")),
            Silenced::Off { check, findings } => write!(f, "{check} is off ({})", counted(*findings, "finding")),
            Silenced::Lowered { check, to, findings } => {
                write!(f, "{check} is only a {to} ({})", counted(*findings, "finding"))
            }
            Silenced::Sources(count) => {
                write!(f, "{} in folders of sources define no packages", counted(*count, ".nix file"))
            }
            Silenced::Gate(count) => write!(f, "{} would fail the run by default", counted(*count, "finding")),
            Silenced::Suppressed(count) => write!(f, "{} suppressed", counted(*count, "finding")),
            Silenced::Roles(count) => write!(f, "[[role]] changes files of {}", counted(*count, "package")),
            Silenced::Curated(count) => write!(f, "[[curate]] changes detections of {}", counted(*count, "package")),
        }
    }
}

/// The sentence about the configuration, e.g. `config: clarity.toml; it silences: 2 packages ignored`; `None` where no file
/// was used.
pub(super) fn sentence(report: &Report) -> Option<String> {
    let Policy { files, silenced, .. } = &report.policy;
    if files.is_empty() {
        return None;
    }
    let files: Vec<String> = files.iter().map(|file| one_line(file)).collect();
    let all: Vec<String> = silenced.iter().map(Silenced::to_string).collect();
    let silences = if all.is_empty() { String::new() } else { format!("; it silences: {}", all.join(", ")) };
    Some(format!("config: {}{silences}", files.join(", ")))
}

/// The last lines of formats that hold little but findings: those of [`closing`] that silence something or say that
/// something is unverified or missing.
pub(super) fn warnings(report: &Report) -> impl Iterator<Item = String> {
    let silences = Some(report).filter(|report| !report.policy.silenced.is_empty()).and_then(sentence);
    silences.into_iter().chain(seen(report))
}

/// The last lines of every format: the configuration with what it silences, the unverified sources, and what was asked
/// for and not seen.
pub(super) fn closing(report: &Report) -> impl Iterator<Item = String> {
    super::inputs::sentences(report).chain(sentence(report)).chain(seen(report))
}

/// Sources that are not proven to be the declared ones, and what was not seen at all.
fn seen(report: &Report) -> impl Iterator<Item = String> {
    super::unverified::sentences(report).chain(unjudged(report)).chain(super::complete::sentence(report))
}

/// Packages that `[policy]` said nothing about: it has not accepted them.
fn unjudged(report: &Report) -> Option<String> {
    let count = report.policy.unjudged;
    (count > 0).then(|| {
        format!(
            "policy: {} not judged, because no license is known; --fetch or --sources shows what their sources say, \
             and `of = \"declared\"` judges what nixpkgs states",
            counted(count, "package")
        )
    })
}
