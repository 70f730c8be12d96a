//! A folder of one user: nobody else reads or writes there, and what belongs to somebody else is not believed.

use std::fs;
use std::io;
use std::path::Path;

/// Makes the folder at `path` where it is missing, so that only its owner gets in; an error where it belongs to a user
/// who is neither this one nor root.
#[cfg(unix)]
pub(super) fn claim(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    match fs::DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists && !path.is_dir() => return Err(error),
        _ => {}
    }
    let meta = fs::metadata(path)?;
    let user = rustix::process::geteuid().as_raw();
    if meta.uid() != user && meta.uid() != 0 {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it belongs to another user"));
    }
    if meta.uid() == user && meta.mode() & 0o077 != 0 {
        // A file system that knows no modes has no other users either.
        let _ = fs::set_permissions(path, fs::Permissions::from_mode(meta.mode() & 0o700));
    }
    Ok(())
}

#[cfg(not(unix))]
pub(super) fn claim(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}
