//! What the survey of a whole checkout found, kept between runs.
//!
//! An entry belongs to everything that the survey depends on: the program itself, the platform, where the checkout
//! lies, and the bytes and names of all its files. So it is never out of date: a change of any of them asks for another
//! entry. Its form is nobody else's business: the core types are written as they are, for only the same program reads
//! them again. It is never in the way: what cannot be kept or read is evaluated again.

use std::io::Write as _;

use serde::{Deserialize, Serialize};

use super::Row;
use crate::store::{Key, Store};
use crate::text::Digest;
use crate::tree::{Checkout, Footprints, LicenseTable};

/// Small enough for a cache that sees every commit, and quick to read.
const COMPRESSION: i32 = 1;

/// No checkout has this much to say.
const MOST_BYTES: usize = 1 << 30;

/// Everything that is read from a checkout before any source is looked at.
#[derive(Debug, Serialize, Deserialize)]
pub struct Facts {
    /// One row per attribute.
    pub rows: Vec<Row>,
    /// The license table.
    pub table: LicenseTable,
    /// What the rows were computed from.
    pub footprints: Footprints,
}

/// The place of the facts of one checkout in a store.
#[derive(Debug)]
pub struct Kept<'s> {
    store: &'s Store,
    key: Key,
    fingerprint: Digest,
}

impl<'s> Kept<'s> {
    /// The place for `checkout` as it is now; `None` where its facts cannot be kept.
    pub fn of(store: &'s Store, checkout: &Checkout) -> Option<Kept<'s>> {
        let program = Digest::of_file(&std::env::current_exe().ok()?).ok()?;
        let fingerprint = checkout.fingerprint()?;
        let parts = (program, &checkout.options.system, checkout.root(), fingerprint);
        let key = Digest::of(&postcard::to_stdvec(&parts).ok()?);
        Some(Kept { store, key: Key::new("facts", &format!("sha256-{key}")), fingerprint })
    }

    /// What was kept.
    pub fn load(&self) -> Option<Facts> {
        let held = self.store.get(&self.key)?;
        let packed = std::fs::read(&held.path).ok().filter(|bytes| Digest::of(bytes) == held.digest)?;
        let (length, packed) = packed.split_first_chunk()?;
        let length = usize::try_from(u64::from_le_bytes(*length)).ok().filter(|length| *length <= MOST_BYTES)?;
        postcard::from_bytes(&zstd::bulk::decompress(packed, length).ok()?).ok()
    }

    /// Keeps `facts`, where that is possible; the next run is slower where it is not. What somebody changed while it
    /// was evaluated is not kept.
    pub fn save(&self, checkout: &Checkout, facts: &Facts) {
        if checkout.fingerprint_covers_all() && checkout.fingerprint() == Some(self.fingerprint) {
            let _ = self.write(checkout, facts);
        }
    }

    fn write(&self, checkout: &Checkout, facts: &Facts) -> Option<()> {
        let plain = postcard::to_stdvec(facts).ok()?;
        let packed = zstd::bulk::compress(&plain, COMPRESSION).ok()?;
        let mut staged = self.store.stage().ok()?;
        staged.write_all(&(plain.len() as u64).to_le_bytes()).ok()?;
        staged.write_all(&packed).ok()?;
        let note = format!("{} {}", checkout.root().display(), checkout.options.system);
        staged.commit(self.store, &self.key, &note).map(drop).ok()
    }
}
