//! The three forms of evaluated metadata, read as a stream: one package at a time is held as JSON.
//!
//! `nix-env` prints one object of packages, `packages.json` keeps that object under `packages`, and `nix-eval-jobs`
//! prints an object a line whose `attr` is a string.

use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error as _, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::license::license;
use super::{Entry, Evaluated, License};

/// Why evaluated metadata could not be had.
#[derive(Debug, thiserror::Error)]
pub enum MetaError {
    /// The file cannot be read.
    #[error("{path}: {error}; name a file that nix-env, nix-eval-jobs or a channel has written", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Error of the system.
        error: io::Error,
    },
    /// It is not what it should be.
    #[error("{from}: not evaluated metadata: {error}; `nix-env -f TREE -qaP --json --meta` prints such")]
    Form {
        /// The file or the tool.
        from: String,
        /// Error.
        error: serde_json::Error,
    },
    /// The tool did not run, or failed.
    #[error("{tool}: {why}")]
    Tool {
        /// The tool.
        tool: &'static str,
        /// Error, and the next step.
        why: String,
    },
}

pub(super) fn load(path: &Path) -> Result<Evaluated, MetaError> {
    let file = File::open(path).map_err(|error| MetaError::File { path: path.to_owned(), error })?;
    let from = path.display().to_string();
    if path.extension().is_some_and(|extension| extension == "br") {
        return read(brotli_decompressor::Decompressor::new(file, 1 << 16), &from);
    }
    read(file, &from)
}

/// Everything in `input`; `from` names it in errors.
pub(super) fn read(input: impl Read, from: &str) -> Result<Evaluated, MetaError> {
    let mut all = Evaluated::default();
    let mut stream = serde_json::Deserializer::from_reader(BufReader::with_capacity(1 << 16, input));
    let form = |error| MetaError::Form { from: from.to_owned(), error };
    loop {
        Whole { all: &mut all }.deserialize(&mut stream).map_err(form)?;
        if stream.end().is_ok() {
            return Ok(all);
        }
    }
}

/// One object of the stream.
struct Whole<'e> {
    all: &'e mut Evaluated,
}

impl<'de> DeserializeSeed<'de> for Whole<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Whole<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of packages")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut job = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            if key == "packages" && job.is_empty() {
                map.next_value_seed(Whole { all: &mut *self.all })?;
                continue;
            }
            let value: Value = map.next_value()?;
            // `attr` is also the name of a package; only of a job it is a string.
            if !job.is_empty() || key == "attr" && value.is_string() {
                job.insert(key, value);
            } else if value.is_object() {
                self.all.insert(key, entry(&value));
            } else if key != "version" {
                return Err(A::Error::custom(format!("`{key}` is no package")));
            }
        }
        if let Some(attr) = job.get("attr").and_then(Value::as_str) {
            self.all.insert(attr.to_owned(), entry(&Value::Object(job.clone())));
        }
        Ok(())
    }
}

fn entry(package: &Value) -> Entry {
    let text = |name: &str| package.get(name).and_then(Value::as_str).map(str::to_owned);
    let meta = package.get("meta");
    let position = meta.and_then(|meta| meta.get("position")).and_then(Value::as_str);
    let license = match (meta, text("error")) {
        (Some(meta), _) => license(meta.get("license")),
        (None, Some(error)) => License::Unknown(error),
        (None, None) => License::Unknown("printed without metadata".to_owned()),
    };
    let pname = text("pname").or_else(|| text("name").map(|name| crate::nix::parse_name(&name).0.to_owned()));
    Entry { pname, position: position.and_then(place), license }
}

fn place(position: &str) -> Option<(String, u32)> {
    let (file, line) = position.rsplit_once(':')?;
    Some((file.to_owned(), line.parse().ok()?))
}
