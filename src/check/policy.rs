//! The licenses that packages of a project may have.

use globset::GlobMatcher;

use crate::conclusion::Concluded;
use crate::declared::Declared;
use crate::license::{Accepted, IdPattern, LicenseExpr};

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

impl LicensePolicy {
    /// The license of a package that is judged; `None` where it is not known.
    pub fn license(&self, declared: &Declared, concluded: Option<&Concluded>) -> Option<LicenseExpr> {
        match (self.side, declared) {
            (Side::Concluded, _) => concluded.map(|concluded| concluded.expr.clone()),
            (Side::Declared, Declared::Resolved { statement, .. }) => statement.expr(),
            (Side::Declared, _) => None,
        }
    }
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
