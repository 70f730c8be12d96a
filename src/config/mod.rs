//! `clarity.toml`: what a project wants by default.
//!
//! Reads the file and checks it; an unknown key is refused with its line, because a setting that is silently ignored
//! is worse than none. Paths are relative to the file.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// The name that is looked for, from the scanned path upwards.
pub const FILE_NAME: &str = "clarity.toml";

/// A checked configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// The file; `None` where there is none.
    pub file: Option<PathBuf>,
    /// Folders that hold sources.
    pub source_dirs: Vec<PathBuf>,
    /// Whether missing sources are downloaded.
    pub fetch: bool,
    /// Url prefixes and what stands for them, e.g. a mirror of a registry.
    pub rewrite: BTreeMap<String, String>,
}

/// The file as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    sources: Sources,
    fetch: Fetch,
}

/// `[sources]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Sources {
    dirs: Vec<PathBuf>,
}

/// `[fetch]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Fetch {
    enabled: bool,
    rewrite: BTreeMap<String, String>,
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It cannot be read.
    #[error("{}: {error}; check that it is a readable file", file.display())]
    Io {
        /// The file.
        file: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// It says something that is not understood; the message names the line.
    #[error("{}: {error}", file.display())]
    Syntax {
        /// The file.
        file: PathBuf,
        /// What is wrong, with the line quoted.
        error: Box<toml::de::Error>,
    },
}

/// The configuration for a scan of `path`: the nearest `clarity.toml` in it or above it; the defaults where there is none.
pub fn find(path: &Path) -> Result<Config, ConfigError> {
    let absolute = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    match absolute.ancestors().map(|folder| folder.join(FILE_NAME)).find(|file| file.is_file()) {
        Some(file) => load(&file),
        None => Ok(Config::default()),
    }
}

/// The configuration in `file`.
pub fn load(file: &Path) -> Result<Config, ConfigError> {
    let text = fs::read_to_string(file).map_err(|error| ConfigError::Io { file: file.to_owned(), error })?;
    let raw: File =
        toml::from_str(&text).map_err(|error| ConfigError::Syntax { file: file.to_owned(), error: Box::new(error) })?;
    let folder = file.parent().unwrap_or(Path::new(""));
    Ok(Config {
        file: Some(file.to_owned()),
        source_dirs: raw.sources.dirs.iter().map(|dir| folder.join(dir)).collect(),
        fetch: raw.fetch.enabled,
        rewrite: raw.fetch.rewrite,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loaded(text: &str) -> Result<Config, String> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join(FILE_NAME);
        fs::write(&file, text).expect("writable");
        load(&file).map_err(|error| error.to_string())
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line() {
        let error = loaded("[sources]\ndirs = []\ndri = [\"x\"]\n").expect_err("refused");
        assert!(error.contains("line 3") && error.contains("dri"), "{error}");
    }

    #[test]
    fn folders_are_relative_to_the_file() {
        let config = loaded("[sources]\ndirs = [\"../up\"]\n").expect("valid");
        assert!(config.source_dirs[0].ends_with("../up") && config.source_dirs[0].is_absolute());
    }

    #[test]
    fn an_empty_file_is_the_default() {
        assert_eq!(loaded("").map(|config| (config.source_dirs, config.fetch)), Ok((vec![], false)));
    }
}
