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
    if !is_ours(&meta) {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it belongs to another user"));
    }
    if meta.uid() == rustix::process::geteuid().as_raw() && meta.mode() & 0o077 != 0 {
        // A file system that knows no modes has no other users either.
        let _ = fs::set_permissions(path, fs::Permissions::from_mode(meta.mode() & 0o700));
    }
    Ok(())
}

/// True for a file or folder of this user or of root.
#[cfg(unix)]
pub(super) fn is_ours(meta: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    meta.uid() == 0 || meta.uid() == rustix::process::geteuid().as_raw()
}

#[cfg(not(unix))]
pub(super) fn is_ours(_meta: &fs::Metadata) -> bool {
    true
}

#[cfg(not(unix))]
pub(super) fn claim(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}
