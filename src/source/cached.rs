//! Sources in the cache: verified whenever they are opened.
//!
//! An entry is the file as it came from afar. A flat hash is that of the file; for a tree the archive is unpacked and
//! hashed again, so that nobody who could write to the cache is believed.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::fetch::{self, Plan};
use super::hash::{FixedHash, hash_file};
use super::tree::{Content, Identity, Origin, SourceTree, Strip};
use super::verification::Verification;
use super::{Request, Sources};
use crate::store::{Held, Key};
use crate::text::{Digest, stop};
use crate::tree::HashMode;

const SHELF: &str = "sources";

impl Sources {
    /// The source of `request` in the cache, verified.
    pub(super) fn of_cache(&self, request: &Request<'_>, hash: &FixedHash, origin: Origin) -> Option<SourceTree> {
        let identity = Identity { mode: request.source.mode, hash: hash.clone() };
        let held = self.options.store.get(&key_of(&identity))?;
        if !self.is_proven(request, &held, &identity) {
            if stop::over().is_none() {
                // It is fetched anew; a cache that cannot be written keeps it, and it is never read.
                let _ = self.options.store.remove(&key_of(&identity));
            }
            return None;
        }
        let (strip, name) = read_note(&held.note)?;
        // A flat hash says nothing of how the file is read; the request does.
        let strip = if identity.mode == HashMode::Flat { request.strip() } else { strip };
        let content = Content::File { path: held.path, strip };
        Some(SourceTree {
            identity,
            origin,
            verification: Verification::Verified,
            root: None,
            name,
            content,
            limits: self.options.limits.clone(),
        })
    }

    /// True where the bytes of a cached source are the declared ones: disks decay, and others may have written to it.
    fn is_proven(&self, request: &Request<'_>, held: &Held, identity: &Identity) -> bool {
        if identity.mode == HashMode::Flat || self.proven.digest(identity) == Some(held.digest) {
            let hashed = hash_file(&held.path, identity.hash.algo);
            return hashed.is_ok_and(|(got, digest)| {
                digest == held.digest && (identity.mode == HashMode::Nar || got == identity.hash)
            });
        }
        let name = read_note(&held.note).map_or_else(|| request.file_name(), |(_, name)| name);
        let Ok(checked) = self.check(request, &identity.hash, &held.path, &name) else { return false };
        // The hash of a clone with its history covers files that the cache does not keep.
        let is_without_history =
            || matches!(fetch::plan(request.source), Ok(Plan::Git(plan)) if plan.history.is_some());
        let is_proven = checked.digest == held.digest && (checked.fits || is_without_history());
        if is_proven {
            self.proven.remember(identity, checked.digest);
        }
        is_proven
    }
}

/// Archives that were unpacked and found to be the declared tree in this run, by their SHA-256: packages that share a
/// source do not unpack it again.
#[derive(Default)]
pub(super) struct Proven(Mutex<BTreeMap<Identity, Digest>>);

impl Proven {
    pub(super) fn remember(&self, identity: &Identity, digest: Digest) {
        self.lock().insert(identity.clone(), digest);
    }

    fn digest(&self, identity: &Identity) -> Option<Digest> {
        self.lock().get(identity).copied()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Identity, Digest>> {
        // An insertion is whole or did not happen.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The key of a source in the cache.
pub(super) fn key_of(identity: &Identity) -> Key {
    let mode = if identity.mode == HashMode::Flat { "flat" } else { "nar" };
    Key::new(SHELF, &format!("{mode}-{}-{}", identity.hash.algo.name(), identity.hash.hex()))
}

/// Facts beside the bytes that the cache must know: whether the root is stripped, and the name that some formats go by.
pub(super) fn write_note(strip: Strip, name: &str) -> String {
    let word = if strip == Strip::Single { "strip" } else { "keep" };
    format!("{word} {name}")
}

fn read_note(note: &str) -> Option<(Strip, String)> {
    let (word, name) = note.split_once(' ')?;
    let strip = match word {
        "strip" => Strip::Single,
        "keep" => Strip::Never,
        _ => return None,
    };
    Some((strip, name.to_owned()))
}
