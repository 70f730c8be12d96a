//! `clarity.toml` as it is written: the published form.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de};
use toml::Spanned;

use crate::evidence::RoleName;

use super::value::{
    AttrGlob, BelowRoot, CheckName, Day, Expr, ExprOrNone, JudgedSide, Level, LicensePattern, PathGlob, Reason,
    RepositoryUrl, Revision, SigningKey, SourceHash, Threshold, Trust, Words,
};

/// Defaults of a project. Every key may be left out.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "clarity.toml")]
pub(super) struct File {
    /// The platform that conditions are evaluated for, e.g. `x86_64-linux`.
    pub(super) platform: Option<String>,
    /// By id or name of a check: `off`, `note`, `warning` or `error`.
    #[schemars(with = "BTreeMap<String, Level>")]
    pub(super) severity: BTreeMap<CheckName, Level>,
    /// Packages that are not looked at.
    pub(super) ignore: Ignore,
    /// Condition under which a run fails.
    pub(super) gate: Gate,
    /// Licenses that packages may have.
    pub(super) policy: Policy,
    /// Where sources are.
    pub(super) sources: Sources,
    /// How sources are fetched.
    pub(super) fetch: Fetch,
    /// Results of other machines.
    pub(super) merge: Merge,
    /// Limits of unpacking a source.
    pub(super) limits: Limits,
    /// Files with more `[[role]]`, `[[curate]]` and `[[suppress]]` blocks: paths relative to this file, and files of
    /// repositories that are pinned by revision and hash; its own blocks decide.
    pub(super) include: Vec<Include>,
    /// Why files of sources count; the last that matches a file decides.
    #[schemars(with = "Vec<Role>")]
    pub(super) role: Vec<Spanned<Role>>,
    /// True meaning of matching detections; the first rule that matches decides.
    #[schemars(with = "Vec<Curate>")]
    pub(super) curate: Vec<Spanned<Curate>>,
    /// Findings that are silenced.
    #[schemars(with = "Vec<Suppress>")]
    pub(super) suppress: Vec<Spanned<Suppress>>,
}

/// A member of `include`.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(untagged)]
pub(super) enum Include {
    /// A file.
    File(PathBuf),
    /// Files of a repository.
    Repository(IncludedRepository),
}

/// Files of a repository in `include`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct IncludedRepository {
    /// Its address, e.g. `https://git.example.org/curations`.
    pub(super) url: RepositoryUrl,
    /// The revision, as 40 or 64 hexadecimal digits.
    pub(super) rev: Revision,
    /// The hash of its files at that revision, as `fetchgit` of nixpkgs has it: `sha256-..`.
    pub(super) hash: SourceHash,
    /// The files, as paths below its root.
    pub(super) files: Vec<BelowRoot>,
}

impl<'de> Deserialize<'de> for Include {
    /// By the kind of the value, so that a mistake in a table is named as such.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Include;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a path, or { url, rev, hash, files } of a repository")
            }

            fn visit_str<E: de::Error>(self, path: &str) -> Result<Include, E> {
                Ok(Include::File(path.into()))
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Include, A::Error> {
                let map = de::value::MapAccessDeserializer::new(map);
                IncludedRepository::deserialize(map).map(Include::Repository)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// `[ignore]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Ignore {
    /// Globs over attribute paths.
    pub(super) attrs: Vec<AttrGlob>,
    /// Globs over the files that define packages, below the root of the checkout.
    pub(super) files: Vec<PathGlob>,
}

/// `[gate]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Gate {
    /// The least severity that makes a run fail; `--fail-on` goes first.
    pub(super) fail_on: Option<Threshold>,
    /// The least confidence that makes a run fail.
    pub(super) confidence: Option<Trust>,
    /// Whether a run that could not look at everything fails.
    pub(super) strict: bool,
}

/// `[policy]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Policy {
    /// Accepted licenses: SPDX ids, or patterns such as `BSD-*`; all where it is empty.
    pub(super) allow: Vec<LicensePattern>,
    /// Licenses that are not accepted, in the same form.
    pub(super) deny: Vec<LicensePattern>,
    /// The license that is judged: the one concluded from the source (default), or the declared one.
    pub(super) of: Option<JudgedSide>,
    /// Packages that may have other licenses as well.
    pub(super) exceptions: Vec<PolicyException>,
}

/// A member of `exceptions` of `[policy]`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PolicyException {
    /// A glob over attribute paths.
    pub(super) attr: AttrGlob,
    /// Licenses that these packages may have.
    pub(super) allow: Vec<LicensePattern>,
    /// Why; for readers of the file.
    #[expect(dead_code, reason = "written for people, who are asked for it")]
    pub(super) reason: Words,
}

/// `[sources]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Sources {
    /// Folders that hold sources, relative to this file.
    pub(super) dirs: Vec<PathBuf>,
    /// Whether sources of these folders are used although their hash is not the declared one, marked as unverified.
    pub(super) trust: bool,
    /// The Nix store to look into.
    pub(super) nix_store: Option<PathBuf>,
    /// Whether what package managers bring along is looked at too.
    pub(super) vendored: bool,
}

/// `[merge]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Merge {
    /// Public keys of builders whose results `clarity merge --agree` counts, as Nix writes them (`name:base64`).
    pub(super) keys: Vec<SigningKey>,
}

/// `[fetch]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Fetch {
    /// Whether missing sources are downloaded.
    pub(super) enabled: bool,
    /// Url prefixes and what stands for them, e.g. a mirror of a registry.
    pub(super) rewrite: BTreeMap<String, String>,
    /// The simple index of Python packages.
    pub(super) pypi_index: Option<String>,
    /// The url of a binary cache.
    pub(super) binary_cache: Option<String>,
    /// Public keys as Nix writes them, `name:base64`: only what one of them signed is taken from the binary cache.
    pub(super) binary_cache_keys: Vec<SigningKey>,
    /// Whether the local Nix may realise sources.
    pub(super) nix: Option<bool>,
    /// Requests to one host at a time.
    pub(super) per_host: Option<usize>,
    /// Tries for one url that bring no new byte.
    pub(super) attempts: Option<u32>,
    /// Failed urls in a row after which a host is given up.
    pub(super) host_failures: Option<u32>,
    /// Redirects that are followed.
    pub(super) redirects: Option<usize>,
    /// How many seconds to wait for a connection.
    pub(super) connect_seconds: Option<u64>,
    /// How many seconds to wait for the next bytes.
    pub(super) stall_seconds: Option<u64>,
    /// The longest pause between tries, in seconds.
    pub(super) pause_seconds: Option<u64>,
    /// The largest download in bytes.
    pub(super) max_bytes: Option<u64>,
    /// The bytes per second that a server must send.
    pub(super) least_rate: Option<u64>,
    /// The most minutes that all tries for one url, or a clone, may take.
    pub(super) minutes: Option<u64>,
    /// Hosts that may have an address that is not public (loopback, a private network): their names, or `true` for all.
    pub(super) allow_private: Option<PrivateHosts>,
}

/// `allow_private`
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum PrivateHosts {
    /// All hosts, or none.
    All(bool),
    /// These.
    Named(Vec<String>),
}

/// `[limits]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Limits {
    /// Bytes of all files of a source together.
    pub(super) bytes: Option<u64>,
    /// Entries of an archive.
    pub(super) entries: Option<u64>,
    /// Bytes unpacked for each byte packed.
    pub(super) ratio: Option<u64>,
    /// Folders inside folders.
    pub(super) depth: Option<usize>,
    /// The most seconds that reading the source of one package may take; `--time-limit` goes first.
    pub(super) seconds: Option<u64>,
}

/// `[[role]]`
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Role {
    /// A glob over attribute paths; all packages where it is not given.
    #[serde(default)]
    pub(super) attr: Option<AttrGlob>,
    /// A glob over files, below the root of the source.
    pub(super) glob: PathGlob,
    /// license-text, shipped, test, docs, example, build-system, vendored, generated, third-party or
    /// other-platform.
    pub(super) role: RoleName,
    /// The hash of the source that it was stated of, or several; it ends with them.
    #[serde(default)]
    pub(super) source: Hashes,
    /// Its author.
    #[serde(default)]
    pub(super) author: Option<Words>,
    /// The day of the statement, as `2026-11-29`.
    #[serde(default)]
    pub(super) date: Option<Day>,
}

/// `[[curate]]`
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Curate {
    /// A glob over attribute paths; all packages where it is not given.
    #[serde(default)]
    pub(super) attr: Option<AttrGlob>,
    /// A glob over files, below the root of the source.
    pub(super) path: PathGlob,
    /// The SPDX expression that a detector saw; whatever it saw, and also nothing, where it is not given.
    #[serde(default)]
    pub(super) detected: Option<Expr>,
    /// The SPDX expression that it is, or `NONE`.
    pub(super) concluded: ExprOrNone,
    /// CODE, DATA_OF, DOCUMENTATION_OF, INCORRECT, NOT_DETECTED or REFERENCE.
    pub(super) reason: Reason,
    /// The reason in words.
    pub(super) comment: Words,
    /// The hash of the source that it was stated of, or several; it ends with them.
    #[serde(default)]
    pub(super) source: Hashes,
    /// Its author.
    #[serde(default)]
    pub(super) author: Option<Words>,
    /// The day of the statement, as `2026-11-29`.
    #[serde(default)]
    pub(super) date: Option<Day>,
}

/// `[[suppress]]`
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Suppress {
    /// A glob over attribute paths.
    pub(super) attr: AttrGlob,
    /// The id or the name of a check.
    pub(super) check: CheckName,
    /// The pin that the finding shows, or several.
    pub(super) evidence: Pins,
    /// Why the finding is not to be heard of again.
    pub(super) reason: Words,
    /// Its author.
    #[serde(default)]
    pub(super) author: Option<Words>,
    /// The day of the decision, as `2026-11-29`.
    #[serde(default)]
    pub(super) date: Option<Day>,
}

/// One hash of a source or several.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(try_from = "Pins")]
#[schemars(with = "Pins")]
pub(super) struct Hashes(pub(super) Vec<SourceHash>);

impl TryFrom<Pins> for Hashes {
    type Error = String;

    fn try_from(pins: Pins) -> Result<Self, String> {
        let all = match pins {
            Pins::One(pin) => vec![pin],
            Pins::Several(pins) => pins,
        };
        all.into_iter().map(SourceHash::try_from).collect::<Result<_, _>>().map(Hashes)
    }
}

/// A file that another one includes: blocks alone.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Included {
    pub(super) role: Vec<Spanned<Role>>,
    pub(super) curate: Vec<Spanned<Curate>>,
    pub(super) suppress: Vec<Spanned<Suppress>>,
}

/// One pin or several.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum Pins {
    One(String),
    Several(Vec<String>),
}
