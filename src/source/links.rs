//! Links of the checkout: followed as far as it reaches.

use std::fmt;
use std::io::Read as _;
use std::path::Path;

use crate::text::RelPath;
use crate::text::regular::{self, Links};

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

/// The text of `file` below `root`; `None` where a link leads out of `root`, or it is no regular file of at most `most`
/// bytes of text.
pub fn text_inside(root: &Path, file: &RelPath, most: u64) -> Option<String> {
    let path = file.under(root);
    must_stay(&path, root).ok()?;
    let (file, found) = regular::open(&path, Links::Followed).ok()?;
    let mut text = String::new();
    (found.len() <= most && file.take(most).read_to_string(&mut text).is_ok()).then_some(text)
}

/// True where `folder`, all links on its way followed, lies below `root`.
pub(super) fn is_inside(folder: &Path, root: &Path) -> bool {
    must_stay(folder, root).is_ok()
}

/// The name at the end of `path`, for messages: no place of this machine.
pub(super) fn named(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
