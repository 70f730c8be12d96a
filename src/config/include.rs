//! Files that a configuration includes: blocks about sources and findings, and nothing else.

use std::fs;
use std::path::{Path, PathBuf};

use super::blocks::{self, Places};
use super::file::{Include, Included};
use super::{Config, ConfigError, refused, search, trust};
use crate::evidence::Curations;
use crate::nix::{Disk, Kind};

/// The files that `file`, which is trusted, includes, in their order.
pub(super) fn trusted(included: &[Include], file: &Path) -> Result<Vec<Config>, ConfigError> {
    let folder = file.parent().unwrap_or(Path::new(""));
    let paths = included.iter().filter_map(|one| match one {
        Include::File(path) => Some(path),
        Include::Repository(_) => None,
    });
    let read = |path: &PathBuf| {
        let path = folder.join(path);
        let text = fs::read_to_string(&path).map_err(|error| ConfigError::Io { file: path.clone(), error })?;
        parsed(&text, &path, search::shown(&path))
    };
    paths.map(read).collect()
}

/// The paths that `file` in the scanned tree includes; an error where it names a repository.
pub(super) fn paths_alone(included: &[Include], file: &Path) -> Result<Vec<PathBuf>, ConfigError> {
    let path = |one: &Include| match one {
        Include::File(path) => Ok(path.clone()),
        Include::Repository(one) => Err(ConfigError::Repository { file: file.to_owned(), url: one.url.0.clone() }),
    };
    included.iter().map(path).collect()
}

/// The same for a `file` in the scanned tree, which includes files below its folder alone; `disk` is the tree as it is, or
/// as it was at the revision `rev`.
pub(super) fn in_tree(
    included: &[PathBuf],
    file: &Path,
    (disk, rev): (&Disk, Option<&str>),
) -> Result<Vec<Config>, ConfigError> {
    let folder = file.parent().unwrap_or(Path::new("/"));
    let read = |path: &PathBuf| {
        let whole = folder.join(path);
        let name = whole.to_string_lossy();
        // A link in the middle is seen by where it leads; one at the end, also at a revision, by its kind.
        if !trust::is_plain(path) || !trust::is_below(&whole, folder) || disk.kind(&name) != Some(Kind::File) {
            return Err(ConfigError::Outside { file: file.to_owned(), included: path.clone() });
        }
        let failed = |error| ConfigError::Io { file: whole.clone(), error };
        let bytes = disk.read(&name, search::MOST_BYTES).map_err(failed)?;
        let text = String::from_utf8(bytes).map_err(|error| failed(std::io::Error::other(error)))?;
        let at = rev.map(|rev| format!(" at {rev}")).unwrap_or_default();
        parsed(&text, &whole, format!("{}{at}", path.display()))
    };
    included.iter().map(read).collect()
}

/// The blocks in `text`, that of `file`, which reports call `shown`.
pub(super) fn parsed(text: &str, file: &Path, shown: String) -> Result<Config, ConfigError> {
    let raw: Included = toml::from_str(text).map_err(|error| refused(file, error))?;
    let places = Places::of(file, text);
    let curations = Curations {
        roles: raw.role.into_iter().map(|block| blocks::role(block, &places)).collect(),
        findings: raw.curate.into_iter().map(|block| blocks::curation(block, &places)).collect(),
    };
    let suppressions: Vec<_> = raw.suppress.into_iter().map(|block| blocks::suppression(block, &places)).collect();
    let included = super::Statements::named(&shown, &curations, &suppressions);
    Ok(Config { files: vec![shown], curations, suppressions, included, ..Config::default() })
}
