//! A suppression added to `clarity.toml`: every byte that was there is kept.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;

use super::{ConfigError, load};
use crate::check::Finding;
use crate::triage::Suppression;

/// Adds the block that silences `finding` because of `reason` to `file`, which is made where it is not there. The file is
/// read again before it takes the place of the old one.
pub fn suppress(file: &Path, finding: &Finding, reason: &str) -> Result<(), ConfigError> {
    let failed = |error| ConfigError::Io { file: file.to_owned(), error };
    let old = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        Err(error) => return Err(failed(error)),
    };
    replace(file, &with_block(&old, &Suppression::block_because(finding, reason)))
}

/// Makes `text` the content of the configuration `file`, all of it or nothing; an error where it is no configuration.
pub fn replace(file: &Path, text: &str) -> Result<(), ConfigError> {
    let failed = |error| ConfigError::Io { file: file.to_owned(), error };
    // A link is followed: it stays one.
    let place = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut new = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    new.write_all(text.as_bytes()).map_err(failed)?;
    if let Ok(metadata) = fs::metadata(&place) {
        fs::set_permissions(new.path(), metadata.permissions()).map_err(failed)?;
    }
    load(new.path())?;
    new.as_file().sync_all().map_err(failed)?;
    new.persist(&place).map_err(|error| failed(error.error))?;
    Ok(())
}

/// `text` with `block` at its end, after a blank line, with the line breaks that it has.
fn with_block(text: &str, block: &str) -> String {
    let mut out = text.to_owned();
    let line_break = if text.contains("\r\n") { "\r\n" } else { "\n" };
    if !text.is_empty() && !text.ends_with('\n') {
        out.push_str(line_break);
    }
    if !text.is_empty() {
        out.push_str(line_break);
    }
    out + &block.replace('\n', line_break) + line_break
}
