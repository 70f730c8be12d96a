//! A file replaced by another one, without losing what a third program writes to it meanwhile.
//!
//! The two files change places in one step, and the old one is removed only after its bytes were read again and are the
//! expected ones. Invariant: no file is removed whose bytes are not known.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempPath;

/// A replaced file; its predecessor is still there.
pub(super) struct Swap {
    path: PathBuf,
    /// Replaced file, beside the new one.
    old: TempPath,
    before: Vec<u8>,
    after: Vec<u8>,
}

/// Outcome of a replacement.
pub(super) enum Settled {
    /// The new text is in place, the old one is gone.
    Done,
    /// Another program had written to the file: its text is back in place.
    TakenBack,
    /// Other programs wrote to both: one text is in place, the other one here.
    Both(PathBuf),
}

impl Swap {
    /// Replaces the file at `path`, which was read as `before`, by `new`, which has the text `after`.
    pub(super) fn make(path: PathBuf, before: &str, after: &str, new: TempPath) -> io::Result<Swap> {
        let old = replace(&path, new)?;
        Ok(Swap { path, old, before: before.into(), after: after.into() })
    }

    /// Removes the old file where it is the expected one; else puts it back.
    pub(super) fn settle(self) -> io::Result<Settled> {
        if has_bytes(&self.old, &self.before) {
            return Ok(Settled::Done);
        }
        let other = match put_back(&self.path, self.old) {
            Ok(None) => return Ok(Settled::TakenBack),
            Ok(Some(ours)) if has_bytes(&ours, &self.after) => return Ok(Settled::TakenBack),
            Ok(Some(edited)) => edited,
            Err(old) => old,
        };
        Ok(Settled::Both(other.keep().map_err(|error| error.error)?))
    }
}

/// True where `path` can be read and has these bytes.
fn has_bytes(path: &Path, bytes: &[u8]) -> bool {
    fs::read(path).is_ok_and(|read| read == bytes)
}

/// Puts `old` back in its place. Returns the file that stood there, if any; or `old` where it cannot be put back.
fn put_back(path: &Path, old: TempPath) -> Result<Option<TempPath>, TempPath> {
    match exchange(path, &old) {
        Ok(()) => Ok(Some(old)),
        Err(_) => match old.persist_noclobber(path) {
            Ok(()) => Ok(None),
            Err(error) => Err(error.path),
        },
    }
}

/// Puts `new` in the place of `path`; returns where the replaced file is now.
fn replace(path: &Path, new: TempPath) -> io::Result<TempPath> {
    match exchange(path, &new) {
        Ok(()) => Ok(new),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(error),
        Err(_) => replace_in_steps(path, new),
    }
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?)
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn exchange(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// For file systems that cannot exchange two files: the old one steps aside, and the new one takes a place that must be
/// free. For a moment there is no file.
fn replace_in_steps(path: &Path, new: TempPath) -> io::Result<TempPath> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let aside = tempfile::NamedTempFile::new_in(folder)?.into_temp_path();
    fs::rename(path, &aside)?;
    match new.persist_noclobber(path) {
        Ok(()) => Ok(aside),
        Err(error) => {
            // Another program made a file there: that one stays, and the old one is kept.
            let kept = aside.keep().map_err(|error| error.error)?;
            let back = fs::hard_link(&kept, path).and_then(|()| fs::remove_file(&kept));
            let said = if back.is_ok() { String::new() } else { format!("; the old file is {}", kept.display()) };
            Err(io::Error::other(format!("{}{said}", error.error)))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write;

    use super::{Settled, Swap, replace_in_steps};

    #[test]
    fn unchanged_files_are_replaced_and_edited_ones_come_back() {
        for (edit, expected) in [(None, "after"), (Some("edit"), "edit")] {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("file");
            fs::write(&path, edit.unwrap_or("before")).expect("writable");
            let mut new = tempfile::NamedTempFile::new_in(folder.path()).expect("a file");
            new.write_all(b"after").expect("writable");
            let swap = Swap::make(path.clone(), "before", "after", new.into_temp_path()).expect("replaced");
            assert_eq!(fs::read_to_string(&path).expect("text"), "after");
            let is_done = matches!(swap.settle().expect("settled"), Settled::Done);
            assert_eq!(is_done, edit.is_none());
            assert_eq!(fs::read_to_string(&path).expect("text"), expected);
            assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
        }
    }

    #[test]
    fn edits_of_both_files_are_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file");
        fs::write(&path, "first edit").expect("writable");
        let mut new = tempfile::NamedTempFile::new_in(folder.path()).expect("a file");
        new.write_all(b"after").expect("writable");
        let swap = Swap::make(path.clone(), "before", "after", new.into_temp_path()).expect("replaced");
        fs::write(&path, "second edit").expect("writable");
        let Settled::Both(kept) = swap.settle().expect("settled") else { panic!("both were edited") };
        let texts = [path, kept].map(|path| fs::read_to_string(path).expect("text"));
        assert_eq!(texts, ["first edit", "second edit"]);
    }

    #[test]
    fn steps_do_what_an_exchange_does() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file");
        fs::write(&path, "before").expect("writable");
        let mut new = tempfile::NamedTempFile::new_in(folder.path()).expect("a file");
        new.write_all(b"after").expect("writable");
        let old = replace_in_steps(&path, new.into_temp_path()).expect("replaced");
        assert_eq!(
            [&path, &*old.to_path_buf()].map(|path| fs::read_to_string(path).expect("text")),
            ["after", "before"]
        );
    }
}
