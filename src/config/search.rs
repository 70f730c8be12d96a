//! Where configuration files are looked for.

use std::path::{Path, PathBuf};

use crate::git;
use crate::nix::{Disk, Kind};

use super::{ConfigError, FILE_NAME};

/// The largest configuration file that is read from a tree or a repository, in bytes.
pub const MOST_BYTES: u64 = 4 << 20;

/// A configuration file in a scanned tree.
pub(super) struct Found {
    pub(super) file: PathBuf,
    pub(super) text: String,
    /// Its path below the root of the work tree.
    pub(super) shown: String,
}

/// The `clarity.toml` for a scan of `path`, with its text: in `path` or above it, no further than the root of the git
/// work tree; without git in `path` alone. `disk` is the tree as it is, or as it was at a revision.
pub(super) fn in_tree(path: &Path, disk: &Disk) -> Result<Option<Found>, ConfigError> {
    let Ok(real) = path.canonicalize() else { return Ok(None) };
    let start = if real.is_dir() { real.as_path() } else { real.parent().unwrap_or(&real) };
    let top = git::work_tree(start).unwrap_or(start);
    for folder in start.ancestors().take_while(|folder| folder.starts_with(top)) {
        let file = folder.join(FILE_NAME);
        let name = file.to_string_lossy();
        match disk.kind(&name) {
            Some(Kind::Link) => return Err(ConfigError::Link(file)),
            Some(Kind::File) => {
                let failed = |error| ConfigError::Io { file: file.clone(), error };
                let bytes = disk.read(&name, MOST_BYTES).map_err(failed)?;
                let text = String::from_utf8(bytes).map_err(|error| failed(std::io::Error::other(error)))?;
                let shown = file.strip_prefix(top).unwrap_or(&file).display().to_string();
                return Ok(Some(Found { file, text, shown }));
            }
            Some(Kind::Folder | Kind::Other) | None => {}
        }
    }
    Ok(None)
}

/// The name of `file` in reports: `~` stands for the home folder.
pub(super) fn shown(file: &Path) -> String {
    let home = std::env::var_os("HOME").map(PathBuf::from).filter(|home| home.is_absolute());
    match home.and_then(|home| file.strip_prefix(home).ok().map(Path::to_owned)) {
        Some(below) => format!("~/{}", below.display()),
        None => file.display().to_string(),
    }
}

/// The user's own file, if there is one: `$XDG_CONFIG_HOME/clarity/config.toml`, else in `~/.config`.
pub(super) fn of_user() -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let folder = absolute("XDG_CONFIG_HOME").or_else(|| Some(absolute("HOME")?.join(".config")))?;
    Some(folder.join("clarity/config.toml")).filter(|file| file.is_file())
}
