//! A package as the checkout defines it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::identifiers::Identifiers;
use crate::text::{Digest, Position, RelPath, Span};

/// The attribute path of a package, e.g. `python3Packages.requests`: its identity.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AttrPath(pub String);

impl fmt::Display for AttrPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A place in a file of the checkout.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Site {
    /// The file, below the root of the checkout.
    pub file: RelPath,
    /// The bytes.
    pub span: Span,
    /// Line and column of the first byte.
    pub start: Position,
    /// Line and column after the last byte.
    pub end: Position,
}

/// One package of a checkout: plain values, nothing of the evaluator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// Its identity.
    pub attr: AttrPath,
    /// `pname`, or the name part of `name`.
    pub pname: Option<String>,
    /// `version`, or the version part of `name`.
    pub version: Option<String>,
    /// The definition (`meta` where there is one, else the attribute); what `meta.position` points at.
    pub site: Option<Site>,
    /// SHA-256 of the bytes of the file at `site`.
    pub digest: Option<Digest>,
    /// `src` and `srcs`, in order; empty where there is none or it is not known.
    pub sources: Vec<SourceRef>,
    /// For each of `sources` the platforms that have it, where several were asked for and they differ; else nothing.
    pub platforms: Vec<Vec<String>>,
    /// Why `sources` is empty or short, where something could not be evaluated.
    pub source_unknown: Option<String>,
    /// Vendored dependencies: `cargoDeps`, `goModules`, `npmDeps`.
    pub vendored: Vec<Vendored>,
    /// `meta.identifiers`; `None` where it names nothing.
    pub identifiers: Option<Box<Identifiers>>,
    /// `meta.maintainers`.
    pub maintainers: Vec<Maintainer>,
    /// Short names in `meta.sourceProvenance`, e.g. `binaryNativeCode`; `None` where it is not stated, and none where it
    /// is stated and could not be evaluated.
    pub provenance: Option<Vec<String>>,
    /// Folders and files that a visible `rm` in `postPatch`, `prePatch` or `postUnpack` deletes before the build.
    pub removed: Vec<String>,
    /// `patches`, in order.
    pub patches: Vec<Patch>,
    /// True where `patches` or such a phase changes the source in ways that are not followed.
    pub patched: bool,
    /// License files that a phase of the build installs, as its commands name them.
    pub license_files: Vec<String>,
    /// Flags that turn something on in `configureFlags`, `cmakeFlags` and `mesonFlags`, as they are written.
    pub flags: Vec<String>,
}

/// Dependencies that a package manager downloads for a package, under one hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vendored {
    /// The result; its fetcher is the attribute, e.g. `cargoDeps`.
    pub source: SourceRef,
    /// The lock file that it is made of, where that is a file of the checkout.
    pub lock: Option<RelPath>,
}

/// A patch that is applied to a source before the build.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Patch {
    /// A file of the checkout.
    Local(RelPath),
    /// The name of one that is fetched or made.
    Elsewhere(String),
}

impl Patch {
    /// Its file name, or the name that its expression gives it.
    pub fn name(&self) -> &str {
        match self {
            Patch::Local(file) => file.name(),
            Patch::Elsewhere(name) => name,
        }
    }
}

impl Package {
    /// True where the attribute is called after the file that the package is in, as in a tree without a package set.
    pub fn is_named_by_file(&self) -> bool {
        let names = self.site.as_ref().map(|site| super::loose::names_of(&site.file));
        names.is_some_and(|names| names.contains(&self.attr.0))
    }

    /// The part of its source that it is built from, below the root of the source.
    pub fn built_part(&self) -> RelPath {
        self.sources.iter().find_map(|source| source.root.as_deref()).and_then(RelPath::new).unwrap_or_default()
    }
}

/// One of a package's maintainers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Maintainer {
    /// Handle on GitHub, without `@`.
    pub github: Option<String>,
    /// Name, where there is one.
    pub name: Option<String>,
}

/// The content that a fixed-output hash covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum HashMode {
    /// The file itself.
    Flat,
    /// The unpacked tree as a NAR ("recursive").
    Nar,
}

/// The source a package is built from, as its Nix expression states it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SourceRef {
    /// The fetcher, e.g. `fetchurl`, `fetchFromGitHub`, `fetchgit`; `path` for a folder of the checkout.
    pub fetcher: String,
    /// The name of the result in the Nix store, where it is known (`source` for most forges).
    pub name: Option<String>,
    /// All urls, in order, as evaluated; `mirror://` is not expanded. For git fetchers the repository.
    pub urls: Vec<String>,
    /// The hash as written: SRI, `algo:value`, hex, nix base32 or base64.
    pub hash: Option<String>,
    /// The algorithm where it is stated apart from the hash (`sha256 = ..`).
    pub algo: Option<String>,
    /// Content that the hash covers.
    pub mode: HashMode,
    /// The revision (git fetchers and forges).
    pub rev: Option<String>,
    /// `fetchSubmodules`, `leaveDotGit`, ... that are true.
    pub flags: Vec<String>,
    /// For git fetchers: the part of the repository that is meant, where that is not just all of it.
    pub git: Option<Box<GitPart>>,
    /// `stripRoot`/root stripping of fetchzip-like fetchers: true unless `stripRoot = false`.
    pub strip_root: bool,
    /// `sourceRoot`, `modRoot` or `buildAndTestSubdir`: the part of the source that is built, below its root.
    pub root: Option<String>,
    /// For `path` sources: the folder or file, below the root of the checkout.
    pub local: Option<RelPath>,
}

impl SourceRef {
    /// A source of this fetcher of which nothing is known yet.
    pub(crate) fn blank(fetcher: &str) -> SourceRef {
        SourceRef {
            fetcher: fetcher.to_owned(),
            name: None,
            urls: Vec::new(),
            hash: None,
            algo: None,
            mode: HashMode::Flat,
            rev: None,
            flags: Vec::new(),
            git: None,
            strip_root: true,
            root: None,
            local: None,
        }
    }
}

/// The part of a repository that a git fetcher leaves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct GitPart {
    /// `sparseCheckout`: what is checked out; nothing means everything.
    pub sparse: Vec<String>,
    /// `nonConeMode`: these are patterns like those of `.gitignore`, not folders.
    pub patterns: bool,
    /// `rootDir`: the folder that becomes the root.
    pub root_dir: Option<String>,
    /// `branchName`: the branch that the history is left on, where it stays.
    pub branch: Option<String>,
}
