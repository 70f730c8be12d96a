//! `fetchzip` and its kin: an archive, by the hash of the tree inside, root stripped. `fetchCrate` is one of them since
//! it unpacks; with `unpack = false` (and in old trees) its hash is flat, which the mode of the hash says.

use super::{Fetcher, Plan, changes_afterwards};
use crate::tree::SourceRef;

pub(super) const FETCHER: Fetcher =
    Fetcher { names: &["fetchzip", "fetchTarball", "fetchCrate"], what: "the tree inside of an archive", plan };

fn plan(source: &SourceRef) -> Plan {
    changes_afterwards(source).unwrap_or_else(|| Plan::Download(source.urls.clone()))
}
