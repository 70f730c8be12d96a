//! Links of the checkout: followed as far as it reaches.

use std::fmt;
use std::path::Path;

/// How a path fails to stay inside of the checkout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaves {
    /// It leads out of it.
    Out,
    /// It leads nowhere.
    Nowhere,
}

impl fmt::Display for Leaves {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Leaves::Out => "leads out of the checkout",
            Leaves::Nowhere => "leads to nothing that is there",
        })
    }
}

/// An error where `path`, all links on its way followed, does not lie below `root`.
pub(super) fn must_stay(path: &Path, root: &Path) -> Result<(), Leaves> {
    let real = path.canonicalize().map_err(|_| Leaves::Nowhere)?;
    match root.canonicalize() {
        Ok(root) if real.starts_with(&root) => Ok(()),
        _ => Err(Leaves::Out),
    }
}

/// True where `folder`, all links on its way followed, lies below `root`.
pub(super) fn is_inside(folder: &Path, root: &Path) -> bool {
    must_stay(folder, root).is_ok()
}

/// The name at the end of `path`, for messages: no place of this machine.
pub(super) fn named(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
