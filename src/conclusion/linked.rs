//! The license of a dependency that is linked into what a package ships.

use crate::license::LicenseExpr;
use crate::text::RelPath;

/// A project that is linked into what a package ships.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linked {
    /// Its folder, beside the files of the package.
    pub path: RelPath,
    /// Its license; `None` where that is not determined.
    pub expr: Option<LicenseExpr>,
}
