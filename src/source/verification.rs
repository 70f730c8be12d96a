//! Whether the bytes of a source are the declared ones.

use std::fmt;

/// Whether the bytes of a source are those that its package declares. Ordered by how much is left open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verification {
    /// They have the declared hash, or the path is the source itself: in the tree, or on the command line.
    #[default]
    Verified,
    /// They are used without proof.
    Unverified(Unproven),
}

/// Why the bytes of a source are not proven to be the declared ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unproven {
    /// A folder was given, and the declared hash is that of the packed file.
    Unpacked,
    /// The package declares no hash, a placeholder, or something that is none.
    NoHash,
    /// Their hash is not the declared one, and `--trust-sources` was given.
    Mismatch,
}

impl Verification {
    /// Why they are not proven; `None` where they are.
    pub fn unproven(self) -> Option<Unproven> {
        match self {
            Verification::Verified => None,
            Verification::Unverified(why) => Some(why),
        }
    }
}

impl Unproven {
    /// Its name in data formats.
    pub fn name(self) -> &'static str {
        match self {
            Unproven::Unpacked => "unpacked",
            Unproven::NoHash => "no-hash",
            Unproven::Mismatch => "mismatch",
        }
    }
}

impl fmt::Display for Unproven {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Unproven::Unpacked => "a folder was given, and the declared hash is that of the packed file",
            Unproven::NoHash => "the package declares no hash that its source could be compared with",
            Unproven::Mismatch => "the hash of the source is not the declared one, and --trust-sources was given",
        })
    }
}
