//! The folder that a package manager made of a lock file: one hash over all downloads. No server has it.

use super::{Fetcher, Plan};
use crate::tree::SourceRef;

pub(super) const FETCHER: Fetcher = Fetcher {
    names: &["cargoDeps", "goModules", "go-modules", "npmDeps"],
    what: "the dependencies that a package manager downloaded",
    plan,
};

/// True for what is not a source of the package but an attribute beside it.
pub(in crate::source) fn is_vendored(source: &SourceRef) -> bool {
    FETCHER.names.contains(&source.fetcher.as_str())
}

fn plan(_: &SourceRef) -> Plan {
    Plan::Never(
        "is made by a package manager, and no server has it; use --nix, a binary cache, or --sources with a folder \
         called like its name in the Nix store"
            .to_owned(),
    )
}
