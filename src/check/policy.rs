//! The licenses that packages of a project may have.

use globset::GlobMatcher;

use crate::license::{Accepted, IdPattern};

/// Licenses that packages may have.
#[derive(Clone, Debug, Default)]
pub struct LicensePolicy {
    /// The licenses.
    pub accepted: Accepted,
    /// The side of a package that is judged.
    pub side: Side,
    /// Packages with other licenses.
    pub exceptions: Vec<Exception>,
}

/// The license of a package that a policy judges.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Side {
    /// Concluded from its source.
    #[default]
    Concluded,
    /// Declared by nixpkgs.
    Declared,
}

/// An exception from a policy.
#[derive(Clone, Debug)]
pub struct Exception {
    /// The packages, by attribute path.
    pub attr: GlobMatcher,
    /// Licenses that these may have as well.
    pub allow: Vec<IdPattern>,
}
