//! zip, and what is zip under another name: jar, whl, nupkg, apk.

use std::fs::File;
use std::io::{self, BufReader, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use super::{ArchiveError, RawKind, Sink};

const MAX_LINK: u64 = 1 << 16;

/// Shows the entries in the order of the central directory.
pub(super) fn walk(file: BufReader<File>, len: u64, sink: &mut Sink<'_>) -> Result<(), ArchiveError> {
    let mut archive = ZipArchive::new(file).map_err(explain)?;
    refuse_overlaps(&mut archive, len)?;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(explain)?;
        let name = entry.name_raw().to_vec();
        let size = entry.size();
        if entry.is_dir() {
            sink(&name, RawKind::Folder, &mut io::empty())?;
        } else if entry.is_symlink() {
            let mut target = Vec::new();
            (&mut entry).take(MAX_LINK).read_to_end(&mut target)?;
            sink(&name, RawKind::Link(target), &mut io::empty())?;
        } else {
            let executable = entry.unix_mode().is_some_and(|mode| mode & 0o100 != 0);
            sink(&name, RawKind::File { executable, size: Some(size) }, &mut entry)?;
        }
    }
    Ok(())
}

/// Entries that share their bytes make a small file large without any nesting; honest ones add up to less than the file.
fn refuse_overlaps(archive: &mut ZipArchive<BufReader<File>>, len: u64) -> Result<(), ArchiveError> {
    let mut packed = 0_u64;
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(explain)?;
        packed = packed.saturating_add(entry.compressed_size());
    }
    if packed > len {
        return Err(ArchiveError::Limit("entries of the zip overlap".to_owned()));
    }
    Ok(())
}

fn explain(error: ZipError) -> ArchiveError {
    match error {
        ZipError::Io(error) => error.into(),
        ZipError::UnsupportedArchive(what) => ArchiveError::Unsupported(format!("a zip feature ({what})")),
        ZipError::InvalidPassword => ArchiveError::Unsupported("encryption".to_owned()),
        error => ArchiveError::Corrupt(error.to_string()),
    }
}
