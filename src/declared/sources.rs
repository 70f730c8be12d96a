//! `src` and `srcs` of a package, to what has to be fetched.
//!
//! Reads what the evaluated derivation says; where the fetcher itself is not known (a lone file, an overlay), what it
//! was given. It fetches nothing. Invariant: a url or a hash that is not known is left out and never made up.

use super::phases::changes_afterwards;
use super::resolve::attr_of;
use crate::nix::{Eval, Opaque, Shape, Sym, Thunk, Value};
use crate::text::RelPath;
use crate::tree::{Checkout, GitPart, HashMode, SourceRef, Vendored};

/// Fetchers by the names that expressions use.
const FETCHERS: &[&str] = &[
    "fetchDebianPatch",
    "fetchFrom9Front",
    "fetchFromBitbucket",
    "fetchFromCodeberg",
    "fetchFromForgejo",
    "fetchFromGitHub",
    "fetchFromGitLab",
    "fetchFromGitea",
    "fetchFromGitiles",
    "fetchFromRepoOrCz",
    "fetchFromSavannah",
    "fetchFromSourcehut",
    "fetchCrate",
    "fetchHex",
    "fetchMavenArtifact",
    "fetchNuGet",
    "fetchPypi",
    "fetchTarball",
    "fetchGit",
    "fetchMercurial",
    "fetchbzr",
    "fetchcvs",
    "fetchdarcs",
    "fetchfossil",
    "fetchgit",
    "fetchgitPrivate",
    "fetchhg",
    "fetchipfs",
    "fetchmtn",
    "fetchpatch",
    "fetchpatch2",
    "fetchpijul",
    "fetchsvn",
    "fetchsvnrevision",
    "fetchsvnssh",
    "fetchtorrent",
    "fetchurl",
    "fetchurlBoot",
    "fetchzip",
    "requireFile",
];

/// Those of which the file itself is hashed.
const FLAT: &[&str] = &[
    "fetchDebianPatch",
    "fetchHex",
    "fetchMavenArtifact",
    "fetchNuGet",
    "fetchPypi",
    "fetchurl",
    "fetchurlBoot",
    "requireFile",
];

/// Switches of fetchers that change what is fetched.
const SWITCHES: &[&str] =
    &["fetchSubmodules", "leaveDotGit", "deepClone", "fetchLFS", "fetchTags", "ignoreExternals", "ignoreKeywords"];

/// Attributes that hold what a package manager downloaded, and those that a builder which is not known makes them of.
const VENDORED: &[(&[&str], &[&str])] = &[
    (&["cargoDeps"], &["cargoHash", "cargoSha256", "cargoLock"]),
    (&["goModules", "go-modules"], &["vendorHash", "vendorSha256"]),
    (&["npmDeps"], &["npmDepsHash"]),
];

/// Longer texts and lists are not read: each stands in every row of the package, and the longest of nixpkgs have
/// 300 bytes and 100 members.
pub(super) const LONGEST_FACT: usize = 4 << 10;
pub(super) const MOST_FACTS: usize = 1_000;

/// Reads sources.
pub(super) struct Sources<'e, 'a> {
    pub(super) checkout: &'e Checkout,
    pub(super) eval: &'e Eval<'a>,
}

impl<'a> Sources<'_, 'a> {
    /// The sources of `package`, and why some are not known.
    pub(super) fn of(&self, package: Value<'a>) -> (Vec<SourceRef>, Option<String>) {
        let (mut out, mut unknown) = (Vec::new(), None);
        for name in [self.eval.known.src, self.eval.known.srcs] {
            match attr_of(self.eval, package, name) {
                Ok(Some(thunk)) => self.add(thunk, &mut out, &mut unknown, 0),
                Ok(None) => {}
                Err(error) => unknown = Some(error.text.to_owned()),
            }
            if !out.is_empty() {
                break;
            }
        }
        // Tens of thousands of packages have one source each, and room for four.
        out.shrink_to_fit();
        (out, unknown)
    }

    /// Vendored dependencies of `package`.
    pub(super) fn vendored(&self, package: Value<'a>) -> Vec<Vendored> {
        let found = |(names, asked): &(&[&'static str], &[&'static str])| {
            let made = names.iter().find_map(|name| self.vendored_in(package, name));
            made.or_else(|| self.asked_for(package, names[0], asked))
        };
        VENDORED.iter().filter_map(found).collect()
    }

    fn vendored_in(&self, package: Value<'a>, name: &'static str) -> Option<Vendored> {
        let thunk = attr_of(self.eval, package, self.eval.sym_of_static(name)).ok()??;
        let value = self.eval.force(thunk).ok().filter(|value| matches!(value, Value::Attrs(_)))?;
        let source = SourceRef { fetcher: name.to_owned(), ..self.fetched(value, thunk) };
        Some(Vendored { source, lock: self.lock_in(value) })
    }

    /// Vendored dependencies that an unknown builder was asked to bring along.
    fn asked_for(&self, package: Value<'a>, name: &str, asked: &[&'static str]) -> Option<Vendored> {
        let value = asked.iter().find_map(|asked| match self.value(package, asked)? {
            Value::Null => None,
            value => Some(value),
        })?;
        let hash = if let Value::Str(text) = value { Some((*text).to_owned()) } else { None };
        let source = SourceRef { hash, mode: HashMode::Nar, ..SourceRef::blank(name) };
        Some(Vendored { source, lock: self.lock_in(value) })
    }

    fn lock_in(&self, value: Value<'a>) -> Option<RelPath> {
        match self.value(value, "lockFile")? {
            Value::Path(path) => RelPath::below(self.checkout.root(), std::path::Path::new(path)),
            _ => None,
        }
    }

    fn add(&self, thunk: &'a Thunk<'a>, out: &mut Vec<SourceRef>, unknown: &mut Option<String>, depth: u32) {
        match self.eval.force(thunk) {
            Ok(Value::List(items)) if depth == 0 => {
                items.iter().take(MOST_FACTS).for_each(|item| self.add(item, out, unknown, 1));
            }
            Ok(value) => match self.source(value, thunk) {
                Ok(source) => out.extend(source),
                Err(why) => *unknown = Some(why),
            },
            Err(error) => *unknown = Some(error.text.to_owned()),
        }
    }

    fn source(&self, value: Value<'a>, thunk: &'a Thunk<'a>) -> Result<Option<SourceRef>, String> {
        match value {
            Value::Path(path) => Ok(self.local(path)),
            Value::Str(path) if path.starts_with('/') => Ok(self.local(path)),
            Value::Attrs(_) => match self.value(value, "origSrc") {
                // `lib.cleanSource ./.`: which of its files are left out does not matter.
                Some(original) => self.source(original, thunk),
                None => Ok(Some(self.fetched(value, thunk))),
            },
            Value::Opaque(Opaque { shape: Shape::Cases(_, sides), why }) => {
                let [yes, no] = sides.map(|side| self.eval.force(side).ok().and_then(|of| self.source(of, side).ok()));
                match (yes, no) {
                    (Some(yes), Some(no)) if yes == no => Ok(yes),
                    _ => Err(why.text.to_owned()),
                }
            }
            Value::Opaque(opaque) => match (self.eval.built_of(opaque), self.value(value, "outPath")) {
                (Some(argument), _) => self.asked(argument, thunk, opaque.why.text).map(Some),
                // A flake's own folder.
                (_, Some(Value::Path(path))) => Ok(self.local(path)),
                _ => Err(opaque.why.text.to_owned()),
            },
            _ => Ok(None),
        }
    }

    fn local(&self, path: &str) -> Option<SourceRef> {
        let local = RelPath::below(self.checkout.root(), std::path::Path::new(path));
        let name = path.rsplit('/').next().map(str::to_owned);
        let mut source = SourceRef::blank("path");
        (source.local, source.name, source.mode) = (local, name, HashMode::Nar);
        Some(source)
    }

    /// Result of an evaluated fetcher.
    fn fetched(&self, value: Value<'a>, thunk: &'a Thunk<'a>) -> SourceRef {
        let script = self.loose_text(value, "postFetch").unwrap_or_default();
        let mut urls = self.texts(value, "urls");
        if urls.is_empty() {
            urls.extend(self.text(value, "url"));
        }
        let mode = match self.text(value, "outputHashMode").as_deref() {
            Some("recursive" | "nar") => HashMode::Nar,
            _ => HashMode::Flat,
        };
        let rev = self.text(value, "rev");
        let fetcher = self.written(thunk).unwrap_or_else(|| self.by_shape(value, &urls, mode, script));
        SourceRef {
            fetcher,
            name: self.text(value, "name"),
            hash: self.text(value, "outputHash"),
            algo: self.text(value, "outputHashAlgo"),
            mode,
            git: rev.as_ref().and_then(|_| self.git_part(value)),
            rev,
            flags: self.flags(value, script),
            strip_root: !(script.contains("unpackDir") && script.contains("mv \"$unpackDir\" \"$out\"")),
            urls,
            root: None,
            local: None,
        }
    }

    /// Arguments of an unknown fetcher.
    fn asked(&self, argument: &'a Thunk<'a>, thunk: &'a Thunk<'a>, why: &str) -> Result<SourceRef, String> {
        let fetcher = self.written(thunk).or_else(|| self.called_with(argument)).ok_or_else(|| why.to_owned())?;
        let mut source = SourceRef::blank(&fetcher);
        let value = self.eval.force(argument).map_err(|error| error.text.to_owned())?;
        if let Value::Str(url) = value {
            source.urls.push((*url).to_owned());
            return Ok(source);
        }
        source.rev = self.text(value, "tag").or_else(|| self.text(value, "rev")).or_else(|| self.text(value, "ref"));
        source.urls = self.texts(value, "urls");
        let stated = self.text(value, "url");
        source.urls.extend(match (&*fetcher, stated, &source.rev) {
            ("fetchFromGitiles", Some(url), Some(rev)) => Some(format!("{url}/+archive/{rev}.tar.gz")),
            (_, Some(url), _) => Some(url),
            (_, None, rev) => self.forge_url(&fetcher, value, rev.as_deref()),
        });
        let algo = ["sha256", "sha512", "sha1"].into_iter().find(|algo| self.text(value, algo).is_some());
        source.algo = algo.map(str::to_owned);
        source.hash = self.text(value, algo.unwrap_or("hash"));
        let flat = FLAT.contains(&&*fetcher);
        source.mode = if flat { HashMode::Flat } else { HashMode::Nar };
        source.name = self.text(value, "name").or_else(|| (!flat).then(|| "source".to_owned()));
        let keeps_root = fetcher == "fetchFromGitiles" || matches!(self.value(value, "stripRoot"), Some(Value::False));
        source.strip_root = !keeps_root;
        source.flags = self.flags(value, "");
        source.git = source.rev.as_ref().and_then(|_| self.git_part(value));
        if self.loose_text(value, "postFetch").is_some_and(|script| !script.trim().is_empty()) {
            source.flags.push("postFetch".to_owned());
        }
        Ok(source)
    }

    /// Where a forge keeps the archive of a revision; nothing where it is not one of the plain cases.
    fn forge_url(&self, fetcher: &str, value: Value<'a>, rev: Option<&str>) -> Option<String> {
        let text = |name: &'static str| self.text(value, name);
        match fetcher {
            "fetchFromGitHub" => {
                let host = text("githubBase").unwrap_or_else(|| "github.com".to_owned());
                Some(format!("https://{host}/{}/{}/archive/{}.tar.gz", text("owner")?, text("repo")?, rev?))
            }
            "fetchFromGitLab" => {
                let domain = text("domain").unwrap_or_else(|| "gitlab.com".to_owned());
                let (owner, repo) = (text("owner")?, text("repo")?);
                Some(format!("https://{domain}/{owner}/{repo}/-/archive/{rev}/{repo}-{rev}.tar.gz", rev = rev?))
            }
            "fetchFromSourcehut" => {
                let kind = text("vc").unwrap_or_else(|| "git".to_owned());
                let domain = text("domain").unwrap_or_else(|| "sr.ht".to_owned());
                Some(format!("https://{kind}.{domain}/{}/{}/archive/{}.tar.gz", text("owner")?, text("repo")?, rev?))
            }
            "fetchFromGitea" | "fetchFromForgejo" | "fetchFromCodeberg" => {
                let codeberg = || (fetcher == "fetchFromCodeberg").then(|| "codeberg.org".to_owned());
                let domain = text("domain").or_else(codeberg)?;
                Some(format!("https://{domain}/{}/{}/archive/{}.tar.gz", text("owner")?, text("repo")?, rev?))
            }
            "fetchFromBitbucket" => {
                Some(format!("https://bitbucket.org/{}/{}/get/{}.tar.gz", text("owner")?, text("repo")?, rev?))
            }
            "fetchFromSavannah" => {
                let (repo, rev) = (text("repo")?, rev?);
                Some(format!("https://git.savannah.gnu.org/cgit/{repo}.git/snapshot/{repo}-{rev}.tar.gz"))
            }
            "fetchFromRepoOrCz" => Some(format!("https://repo.or.cz/{}.git/snapshot/{}.tar.gz", text("repo")?, rev?)),
            "fetchFrom9Front" => {
                let domain = text("domain").unwrap_or_else(|| "git.9front.org".to_owned());
                Some(format!("https://{domain}/{}/{}/{}/snap.tar.gz", text("owner")?, text("repo")?, rev?))
            }
            // Registries have no address here: the user names one for these schemes under `[fetch.rewrite]`.
            "fetchHex" => Some(format!("mirror://hex/tarballs/{}-{}.tar", text("pkg")?, text("version")?)),
            "fetchNuGet" => Some(format!("mirror://nuget/{}/{}", text("pname")?, text("version")?)),
            "fetchMavenArtifact" => {
                let (artifact, version) = (text("artifactId")?, text("version")?);
                let classifier = text("classifier").map(|name| format!("-{name}")).unwrap_or_default();
                let folder = format!("{}/{artifact}/{version}", text("groupId")?.replace('.', "/"));
                Some(format!("mirror://maven/{folder}/{artifact}-{version}{classifier}.jar"))
            }
            "fetchDebianPatch" => {
                let (name, patch) = (text("pname")?, text("patch")?);
                let first = if name.starts_with("lib") { name.get(..4)? } else { name.get(..1)? };
                let revision = text("debianRevision").map(|revision| format!("-{revision}")).unwrap_or_default();
                let version = format!("{}{revision}", text("version")?);
                let folder = format!("{first}/{name}/{version}/debian/patches");
                Some(format!("https://sources.debian.org/data/main/{folder}/{patch}"))
            }
            "fetchCrate" => {
                let name = text("crateName").or_else(|| text("pname"))?;
                // Registries have no address here: the user names one for this scheme under `[fetch.rewrite]`.
                Some(format!("mirror://crates/{name}/{}/download", text("version")?))
            }
            "fetchPypi" => self.pypi_url(value),
            _ => None,
        }
    }

    /// Where the index of Python packages keeps an archive, or a wheel, whose name has its tags.
    fn pypi_url(&self, value: Value<'a>) -> Option<String> {
        let or = |name: &'static str, other: &str| self.text(value, name).unwrap_or_else(|| other.to_owned());
        let (name, version) = (self.text(value, "pname")?, self.text(value, "version")?);
        let first = name.get(..1)?;
        if or("format", "setuptools") != "wheel" {
            let ending = or("extension", "tar.gz");
            return Some(format!("mirror://pypi/{first}/{name}/{name}-{version}.{ending}"));
        }
        let python = or("python", "py2.py3");
        let tags = format!("{python}-{}-{}", or("abi", "none"), or("platform", "any"));
        let folder = or("dist", &python);
        Some(format!("mirror://pypi-wheels/{folder}/{first}/{name}/{name}-{version}-{tags}.whl"))
    }

    /// The fetcher as the expression names it.
    fn written(&self, thunk: &'a Thunk<'a>) -> Option<String> {
        let text = self.eval.files.text(thunk.origin.get())?.trim_start_matches('(').trim_start();
        let end = text.find(|letter: char| !(letter.is_alphanumeric() || "._-'".contains(letter)));
        let name = text[..end.unwrap_or(text.len())].rsplit('.').next()?;
        FETCHERS.contains(&name).then(|| name.to_owned())
    }

    /// The fetcher that is written before its `argument`: `src` may be the result of a function that calls it.
    fn called_with(&self, argument: &Thunk<'a>) -> Option<String> {
        let (file, start) = self.eval.files.find(argument.origin.get().start)?;
        let before = file
            .text()?
            .get(..start as usize)?
            .trim_end_matches(|letter: char| letter == '(' || letter.is_whitespace());
        let name = before.rsplit(|letter: char| !(letter.is_alphanumeric() || "_-'".contains(letter))).next()?;
        FETCHERS.contains(&name).then(|| name.to_owned())
    }

    /// The fetcher by what it made: the folder of its builder, else its urls.
    fn by_shape(&self, value: Value<'a>, urls: &[String], mode: HashMode, script: &str) -> String {
        let starts = |start: &str| urls.first().is_some_and(|url| url.starts_with(start));
        let has = |name: &'static str| self.value(value, name).is_some();
        let builder = self.builder_folder(value);
        let name = match builder.as_deref() {
            Some(folder) if folder != "fetchurl" && FETCHERS.contains(&folder) => folder,
            _ if has("leaveDotGit") || has("fetchSubmodules") => "fetchgit",
            _ if is_crate(urls) => "fetchCrate",
            _ if starts("mirror://pypi/") => "fetchPypi",
            _ if mode == HashMode::Nar && starts("https://github.com/") && has("rev") => "fetchFromGitHub",
            _ if mode == HashMode::Nar && starts("https://gitlab.com/") && has("rev") => "fetchFromGitLab",
            _ if mode == HashMode::Nar && script.contains("unpack") => "fetchzip",
            _ => "fetchurl",
        };
        name.to_owned()
    }

    fn builder_folder(&self, value: Value<'a>) -> Option<String> {
        let Some(Value::List(args)) = self.value(value, "args") else { return None };
        let script = args.iter().rev().find_map(|arg| match self.eval.force(arg) {
            Ok(Value::Path(path)) => Some(path),
            _ => None,
        })?;
        script.rsplit('/').nth(1).map(str::to_owned)
    }

    fn flags(&self, value: Value<'a>, script: &str) -> Vec<String> {
        let on = |name: &&&'static str| matches!(self.value(value, name), Some(Value::True));
        let mut flags: Vec<String> = SWITCHES.iter().filter(on).map(|name| (**name).to_owned()).collect();
        if changes_afterwards(script) {
            flags.push("postFetch".to_owned());
        }
        flags
    }

    /// The part of a repository; a derivation has the folders in one text, a line each.
    fn git_part(&self, value: Value<'a>) -> Option<Box<GitPart>> {
        let lines = |name: &'static str| match self.text(value, name) {
            Some(text) => text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect(),
            None => self.texts(value, name),
        };
        let mut sparse: Vec<String> = lines("sparseCheckout");
        if sparse.is_empty() {
            sparse = lines("sparseCheckoutText");
        }
        let root_dir = self.text(value, "rootDir");
        let patterns = self.value(value, "nonConeMode").and_then(Value::as_bool).unwrap_or(root_dir.is_some());
        if sparse.is_empty() {
            sparse.extend(root_dir.clone());
        }
        let patterns = patterns && !sparse.is_empty();
        let part = GitPart { sparse, patterns, root_dir, branch: self.text(value, "branchName") };
        (part != GitPart::default()).then(|| Box::new(part))
    }

    fn value(&self, value: Value<'a>, name: &'static str) -> Option<Value<'a>> {
        self.get(value, self.eval.sym_of_static(name))
    }

    fn get(&self, value: Value<'a>, name: Sym) -> Option<Value<'a>> {
        let thunk = attr_of(self.eval, value, name).ok()??;
        self.eval.force(thunk).ok()
    }

    fn text(&self, value: Value<'a>, name: &'static str) -> Option<String> {
        match self.value(value, name) {
            Some(Value::Str(text)) if (1..=LONGEST_FACT).contains(&text.len()) => Some((*text).to_owned()),
            _ => None,
        }
    }

    /// A text that may name store paths: to look into, not to show.
    fn loose_text(&self, value: Value<'a>, name: &'static str) -> Option<&'a str> {
        match self.value(value, name) {
            Some(Value::Str(text) | Value::Tainted(text)) => Some(text),
            _ => None,
        }
    }

    fn texts(&self, value: Value<'a>, name: &'static str) -> Vec<String> {
        let Some(Value::List(items)) = self.value(value, name) else { return Vec::new() };
        let text = |item: &&'a Thunk<'a>| match self.eval.force(item) {
            Ok(Value::Str(url)) if url.len() <= LONGEST_FACT => Some((*url).to_owned()),
            _ => None,
        };
        items.iter().take(MOST_FACTS).filter_map(text).collect()
    }
}

/// True for the download of a crate, by the shape of its path: the registry's own address is the checkout's business.
fn is_crate(urls: &[String]) -> bool {
    urls.first().is_some_and(|url| url.ends_with(".crate") || url.contains("/crates/") && url.ends_with("/download"))
}
