//! Which packages a checkout defines, where, and what its license table says.
//!
//! Knows layouts and evaluates through [`crate::nix`]; it never judges a license and never opens a source.

mod bindings;
mod builder;
mod checkout;
mod closure;
mod discover;
mod fingerprint;
mod folder;
mod identifiers;
mod library;
mod listed;
mod loose;
mod maintainers;
mod mirrors;
mod origin;
mod outside;
mod package;
mod pins;
mod progress;
mod pull_request;
mod related;
mod repository;
mod revision;
mod selection;
mod system;

pub use bindings::{Form, LicenseBinding};
pub use builder::is_builder;
pub use checkout::{Checkout, Layout, OpenError, Options, layout_of};
pub use closure::{BadClosure, Closure, Unplaced};
pub(crate) use discover::{Found, Walk};
pub(crate) use fingerprint::Fingerprint;
pub use identifiers::Identifiers;
pub(crate) use identifiers::{CPE_PARTS, cpe_of, possible_cpe};
pub use loose::AloneFile;
pub(crate) use loose::{count_in_sources, names_of};
pub(crate) use maintainers::maintainer;
pub use origin::revision_of;
pub use package::{AttrPath, GitPart, HashMode, Maintainer, Package, Patch, Site, SourceRef, Vendored};
pub use pins::{Lock, Pin, Pins, pinned_revision};
pub(crate) use progress::Progress;
pub use pull_request::PullRequest;
pub use repository::RevisionError;
pub use revision::Changes;
pub use selection::Selection;
pub use system::known_system;
