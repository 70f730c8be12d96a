//! The values of `clarity.toml` that are more than text: each is checked where it stands, so that an error has its line.

use globset::{GlobBuilder, GlobMatcher};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::check::{self, CHECKS, Check, Severity, Side};
use crate::conclusion::Confidence;
use crate::evidence::CurationReason;
use crate::license::{self, IdPattern, LicenseExpr};
use crate::source::{BadKey, FixedHash, PublicKey};
use crate::text::{RelPath, nearest};

/// A glob over attribute paths; `*` also matches dots.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub(super) struct AttrGlob(pub(super) GlobMatcher);

impl TryFrom<String> for AttrGlob {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        glob(&text, false).map(AttrGlob)
    }
}

/// A glob over paths; `*` stops at `/`, `**` does not.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub(super) struct PathGlob(pub(super) GlobMatcher);

impl TryFrom<String> for PathGlob {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        glob(&text, true).map(PathGlob)
    }
}

fn glob(text: &str, literal_separator: bool) -> Result<GlobMatcher, String> {
    let glob = GlobBuilder::new(text).literal_separator(literal_separator).build();
    glob.map(|glob| glob.compile_matcher()).map_err(|error| error.to_string())
}

/// A public key of a binary cache.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub(super) struct SigningKey(pub(super) PublicKey);

impl TryFrom<String> for SigningKey {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse().map(SigningKey).map_err(|error: BadKey| format!("`{text}` {error}"))
    }
}

/// A pattern over SPDX ids.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub(super) struct LicensePattern(pub(super) IdPattern);

impl TryFrom<String> for LicensePattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        IdPattern::new(&text).map(LicensePattern)
    }
}

/// The license that `[policy]` judges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum JudgedSide {
    Concluded,
    Declared,
}

impl JudgedSide {
    pub(super) fn side(self) -> Side {
        match self {
            JudgedSide::Concluded => Side::Concluded,
            JudgedSide::Declared => Side::Declared,
        }
    }
}

/// A rule, by id or name.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub(super) struct CheckName(pub(super) &'static Check);

impl TryFrom<String> for CheckName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let ids = || CHECKS.iter().flat_map(|check| [check.id, check.name]);
        let hint = || nearest(&text, ids()).map(|id| format!("; did you mean `{id}`?")).unwrap_or_default();
        check::by_id(&text).map(CheckName).ok_or_else(|| format!("there is no check `{text}`{}", hint()))
    }
}

impl PartialEq for CheckName {
    fn eq(&self, other: &Self) -> bool {
        self.0.id == other.0.id
    }
}

impl Eq for CheckName {}

impl PartialOrd for CheckName {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for CheckName {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.id.cmp(other.0.id)
    }
}

/// How much the findings of a rule matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Level {
    Off,
    Note,
    Warning,
    Error,
}

impl Level {
    pub(super) fn severity(self) -> Option<Severity> {
        match self {
            Level::Off => None,
            Level::Note => Some(Severity::Note),
            Level::Warning => Some(Severity::Warning),
            Level::Error => Some(Severity::Error),
        }
    }
}

/// The least severity that makes a run fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Threshold {
    Never,
    Note,
    Warning,
    Error,
}

impl Threshold {
    pub(super) fn severity(self) -> Option<Severity> {
        match self {
            Threshold::Never => None,
            Threshold::Note => Some(Severity::Note),
            Threshold::Warning => Some(Severity::Warning),
            Threshold::Error => Some(Severity::Error),
        }
    }
}

/// The least confidence that makes a run fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Trust {
    Low,
    Medium,
    High,
}

impl Trust {
    pub(super) fn confidence(self) -> Confidence {
        match self {
            Trust::Low => Confidence::Low,
            Trust::Medium => Confidence::Medium,
            Trust::High => Confidence::High,
        }
    }
}

/// An SPDX license expression.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub(super) struct Expr(pub(super) LicenseExpr);

impl TryFrom<String> for Expr {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        license::parse(&text).map(Expr).map_err(|error| error.to_string())
    }
}

/// An SPDX license expression, or `NONE`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub(super) struct ExprOrNone(pub(super) Option<LicenseExpr>);

impl TryFrom<String> for ExprOrNone {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text == "NONE" {
            return Ok(ExprOrNone(None));
        }
        Expr::try_from(text).map(|expr| ExprOrNone(Some(expr.0)))
    }
}

/// A reason of the OSS Review Toolkit.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub(super) struct Reason(pub(super) CurationReason);

impl TryFrom<String> for Reason {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse().map(Reason)
    }
}

/// The declared hash of a source, as Nix writes it: `sha256-..`, `sha256:..`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub(super) struct SourceHash(pub(super) FixedHash);

impl TryFrom<String> for SourceHash {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let parsed = FixedHash::parse(Some(&text), None).map(SourceHash);
        parsed.map_err(|_| format!("`{text}` is no hash of a source; write it as `sha256-..`, with its algorithm"))
    }
}

/// The address of a repository.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub(super) struct RepositoryUrl(pub(super) String);

impl TryFrom<String> for RepositoryUrl {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let is_url = ["https://", "http://", "git://", "file://"].iter().any(|scheme| text.starts_with(scheme));
        if is_url { Ok(RepositoryUrl(text)) } else { Err(format!("`{text}` is no url; write it with its `https://`")) }
    }
}

/// A revision of a repository that cannot move: no branch and no tag.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub(super) struct Revision(pub(super) String);

impl TryFrom<String> for Revision {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let is_whole = [40, 64].contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_whole { Ok(Revision(text)) } else { Err(format!("`{text}` is no whole revision: 40 or 64 digits")) }
    }
}

/// A path below the root of a repository.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub(super) struct BelowRoot(pub(super) RelPath);

impl TryFrom<String> for BelowRoot {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let path = RelPath::new(&text).filter(|path| !path.as_str().is_empty());
        path.map(BelowRoot).ok_or_else(|| format!("`{text}` is no path below the root of a repository"))
    }
}

/// A day.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub(super) struct Day(pub(super) String);

impl TryFrom<String> for Day {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let is_day = text.len() == 10 && text.parse::<chrono::NaiveDate>().is_ok();
        if is_day { Ok(Day(text)) } else { Err(format!("`{text}` is no day; write it as `2026-11-29`")) }
    }
}

/// Words that must be there: a reason that is empty is none.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub(super) struct Words(pub(super) String);

impl TryFrom<String> for Words {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.trim().is_empty() { Err("it must say something".to_owned()) } else { Ok(Words(text)) }
    }
}
