//! A closure: the store paths that something needs, as Nix prints them.
//!
//! Read is the JSON of `nix path-info --recursive --json` (a list up to Nix 2.18, an object since) and of `nix derivation
//! show --recursive`. A store path says its name and nothing of attributes, so packages are found by name and version.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Map, Value};

use super::package::Package;
use crate::nix::parse_name;

/// Digits of the hash that a store path begins with.
const HASH: usize = 32;

/// Names of derivations, without hash and output.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Closure(BTreeSet<Member>);

/// A derivation in a closure.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Member {
    /// Its name.
    Named(String),
    /// The name of one of its outputs, where Nix does not know the derivation any more.
    Output(String),
}

/// Why a file is no closure.
#[derive(Debug, thiserror::Error)]
pub enum BadClosure {
    /// The file system refused.
    #[error("{0}: {1}")]
    Io(String, std::io::Error),
    /// It is no JSON of Nix.
    #[error(
        "{0}: is no closure; write one with `nix path-info --recursive --json` or `nix derivation show --recursive`"
    )]
    Form(String),
}

/// A derivation of a closure that gives no package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unplaced {
    /// Its name.
    pub name: String,
    /// The versions that the tree has of it, where it has others.
    pub versions: Vec<String>,
}

impl Unplaced {
    /// True where the package at the attribute path `attr` may be it, as far as the names tell.
    pub fn may_be(&self, attr: &str) -> bool {
        let last = attr.rsplit('.').next().unwrap_or(attr);
        let is_called =
            |name: &str| name.strip_prefix(last).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
        is_called(&self.name) || of_interpreter(&self.name).is_some_and(|(_, rest)| is_called(rest))
    }
}

impl Closure {
    /// The closure in the file at `path`.
    pub fn load(path: &Path) -> Result<Closure, BadClosure> {
        let name = || path.display().to_string();
        let text = std::fs::read(path).map_err(|error| BadClosure::Io(name(), error))?;
        let closure = serde_json::from_slice(&text).ok().as_ref().and_then(Closure::of);
        closure.ok_or_else(|| BadClosure::Form(name()))
    }

    /// The closure in the JSON of Nix.
    fn of(value: &Value) -> Option<Closure> {
        let members = match value {
            Value::Array(rows) => rows.iter().map(|row| info(row["path"].as_str()?, row)).collect(),
            Value::Object(object) => of_object(object),
            _ => None,
        };
        members.map(Closure).filter(|closure| !closure.0.is_empty())
    }

    /// The attribute paths of those of `packages` that are in the closure, one for each derivation, and the derivations
    /// that none of them is.
    pub fn choose<'p>(&self, packages: impl Iterator<Item = &'p Package>) -> (BTreeSet<String>, Vec<Unplaced>) {
        let names = Names::of(packages);
        let mut chosen = BTreeSet::new();
        let mut unplaced = Vec::new();
        for member in &self.0 {
            match names.find(member) {
                Some(package) => drop(chosen.insert(package.attr.0.clone())),
                None => unplaced.push(names.unplaced(member)),
            }
        }
        (chosen, unplaced)
    }
}

/// Members of an object: of `nix path-info`, or derivations.
fn of_object(object: &Map<String, Value>) -> Option<BTreeSet<Member>> {
    // Newer versions of Nix put the objects below a key of their own.
    let inner = ["info", "derivations"].iter().find_map(|key| object.get(*key)?.as_object());
    let rows = inner.unwrap_or(object).iter();
    // Of a path that is not in its store Nix knows the name only.
    let rows = rows.filter(|(path, row)| {
        let is_row = row.is_object() || row.is_null();
        is_row && !is_fixed(row) && !(path.ends_with(".drv") && row.get("outputs").is_none())
    });
    rows.map(|(path, row)| match row.get("outputs") {
        Some(_) => derivation(path, row),
        None => info(path, row),
    })
    .collect()
}

/// True for a derivation whose hash is known before it is built: a source.
fn is_fixed(row: &Value) -> bool {
    let outputs = row["outputs"].as_object();
    outputs.is_some_and(|outputs| outputs.values().any(|output| output.get("hash").is_some()))
}

fn derivation(path: &str, row: &Value) -> Option<Member> {
    let name = row["name"].as_str().map(str::to_owned);
    name.or_else(|| name_of(path.strip_suffix(".drv")?)).map(Member::Named)
}

fn info(path: &str, row: &Value) -> Option<Member> {
    let derivation = row["deriver"].as_str().and_then(|path| name_of(path.strip_suffix(".drv")?));
    derivation.map(Member::Named).or_else(|| name_of(path).map(Member::Output))
}

/// The name behind the hash of a store path.
fn name_of(path: &str) -> Option<String> {
    let file = path.rsplit('/').next()?;
    let (hash, name) = file.split_once('-')?;
    (hash.len() == HASH && !name.is_empty()).then(|| name.to_owned())
}

/// Packages by the names of their derivations.
struct Names<'p> {
    exact: BTreeMap<String, Vec<&'p Package>>,
    versions: BTreeMap<&'p str, BTreeSet<&'p str>>,
}

impl<'p> Names<'p> {
    fn of(packages: impl Iterator<Item = &'p Package>) -> Names<'p> {
        let mut names = Names { exact: BTreeMap::new(), versions: BTreeMap::new() };
        for package in packages {
            let Some(pname) = package.pname.as_deref() else { continue };
            let version = package.version.as_deref().filter(|version| !version.is_empty());
            let name = version.map_or_else(|| pname.to_owned(), |version| format!("{pname}-{version}"));
            names.exact.entry(name).or_default().push(package);
            names.versions.entry(pname).or_default().extend(version);
        }
        names
    }

    fn find(&self, member: &Member) -> Option<&'p Package> {
        match member {
            Member::Named(name) => self.named(name),
            // `-dev`, `-bin`, ..: the default output adds nothing.
            Member::Output(name) => self.named(name).or_else(|| self.named(name.rsplit_once('-')?.0)),
        }
    }

    fn named(&self, name: &str) -> Option<&'p Package> {
        let behind = || of_interpreter(name).and_then(|(prefix, rest)| Some((prefix, self.exact.get(rest)?)));
        let (prefix, packages) = self.exact.get(name).map(|found| ("", found)).or_else(behind)?;
        let squashed = prefix.replace(['.', '-'], "");
        let rank = |package: &&&Package| {
            let attr = &package.attr.0;
            let common = attr.bytes().zip(squashed.bytes()).take_while(|(a, b)| a == b).count();
            (usize::MAX - common, attr.matches('.').count(), attr.len(), attr.clone())
        };
        packages.iter().min_by_key(rank).copied()
    }

    fn unplaced(&self, member: &Member) -> Unplaced {
        let (Member::Named(name) | Member::Output(name)) = member;
        let known = |name: &str| self.versions.get(parse_name(name).0);
        let versions = known(name).or_else(|| known(of_interpreter(name)?.1)).into_iter().flatten();
        Unplaced { name: name.clone(), versions: versions.map(|version| (*version).to_owned()).collect() }
    }
}

/// The prefix that names an interpreter with its version, and the name behind it: `python3.8-requests-2.24.0`.
fn of_interpreter(name: &str) -> Option<(&str, &str)> {
    let (prefix, rest) = name.split_once('-')?;
    let digits = prefix.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
    let is_versioned = !digits.is_empty() && digits.len() < prefix.len();
    (is_versioned && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')).then_some((prefix, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZEROS: &str = "00000000000000000000000000000000";

    fn closure(text: &str) -> Option<Closure> {
        Closure::of(&serde_json::from_str(&text.replace('%', ZEROS)).expect("JSON"))
    }

    #[test]
    fn every_form_of_nix_is_read() {
        let forms = [
            r#"[{"path": "/nix/store/%-hello-2.10", "deriver": "/nix/store/%-hello-2.10.drv"}]"#,
            r#"{"/nix/store/%-hello-2.10-dev": {"deriver": "/nix/store/%-hello-2.10.drv", "narHash": "x"}}"#,
            r#"{"version": 2, "info": {"%-hello-2.10": {"deriver": "%-hello-2.10.drv"}}}"#,
            r#"{"/nix/store/%-hello-2.10.drv": {"outputs": {"out": {"path": "p"}}, "env": {}},
                "/nix/store/%-hello-2.10.tar.gz.drv": {"outputs": {"out": {"path": "p", "hash": "h"}}}}"#,
            r#"{"version": 4, "derivations": {"%-x.drv": {"name": "hello-2.10", "outputs": {"out": {}}}}}"#,
        ];
        let hello = Closure([Member::Named("hello-2.10".to_owned())].into());
        for form in forms {
            assert_eq!(closure(form).as_ref(), Some(&hello), "{form}");
        }
        let unknown = Closure([Member::Output("hello-2.10".to_owned())].into());
        assert_eq!(closure(r#"{"/nix/store/%-hello-2.10": null}"#), Some(unknown));
        for other in ["{}", "[]", "3", r#"[{"name": "hello"}]"#, r#"{"a": {"path": "b"}}"#] {
            assert_eq!(closure(other), None, "{other}");
        }
    }

    #[test]
    fn an_interpreter_before_a_name_is_told_by_its_version() {
        assert_eq!(of_interpreter("python3.8-requests-2.24.0"), Some(("python3.8", "requests-2.24.0")));
        assert_eq!(of_interpreter("perl5.32.0-URI-1.76"), Some(("perl5.32.0", "URI-1.76")));
        for other in ["hello-2.10", "gtk+-2.24", "7zip-9", "hello"] {
            assert_eq!(of_interpreter(other), None, "{other}");
        }
    }
}
