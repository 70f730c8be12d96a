//! What the survey of a whole checkout found, kept between runs.
//!
//! An entry belongs to everything that the survey depends on: the program itself, the platform, where the checkout
//! lies, and the bytes and names of all its files. So it is never out of date: a change of any of them asks for another
//! entry. Its form is nobody else's business: the core types are written as they are, for only the same program reads
//! them again. It is never in the way: what cannot be kept or read is evaluated again.

use std::io::Write as _;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Row;
use crate::store::{Key, Store};
use crate::text::Digest;
use crate::tree::{Checkout, Fingerprint, Footprints, LicenseTable};

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
}

/// The place of the facts of one checkout in a store.
#[derive(Debug)]
pub struct Kept<'s> {
    store: &'s Store,
    key: Key,
    fingerprint: Fingerprint,
}

impl<'s> Kept<'s> {
    /// The place for `checkout` as it is now; `None` where its facts cannot be kept.
    pub fn of(store: &'s Store, checkout: &Checkout) -> Option<Kept<'s>> {
        let program = Fingerprint::of_file(&std::env::current_exe().ok()?).ok()?;
        let fingerprint = checkout.fingerprint()?;
        let parts = (program, &checkout.options.system, checkout.root(), fingerprint);
        let key = Digest::of(&postcard::to_stdvec(&parts).ok()?);
        Some(Kept { store, key: Key::new("facts", &format!("sha256-{key}")), fingerprint })
    }

    /// What was kept, and what it was computed from.
    pub fn load(&self) -> Option<(Facts, Footprints)> {
        let bytes = self.bytes()?;
        let (facts, footprints) = parts(&bytes)?;
        Some((unpacked(facts)?, unpacked(footprints)?))
    }

    /// What was kept, without what it was computed from: most runs do not ask for that.
    pub fn load_facts(&self) -> Option<Facts> {
        let bytes = self.bytes()?;
        unpacked(parts(&bytes)?.0)
    }

    fn bytes(&self) -> Option<Vec<u8>> {
        let held = self.store.get(&self.key)?;
        std::fs::read(&held.path).ok().filter(|bytes| Digest::of(bytes) == held.digest)
    }

    /// Keeps `facts`, where that is possible; the next run is slower where it is not. What somebody changed while it
    /// was evaluated is not kept.
    pub fn save(&self, checkout: &Checkout, facts: &Facts, footprints: &Footprints) {
        if checkout.fingerprint_covers_all() && checkout.fingerprint() == Some(self.fingerprint) {
            let _ = self.write(checkout, facts, footprints);
        }
    }

    fn write(&self, checkout: &Checkout, facts: &Facts, footprints: &Footprints) -> Option<()> {
        let facts = packed(facts)?;
        let mut staged = self.store.stage().ok()?;
        staged.write_all(&(facts.len() as u64).to_le_bytes()).ok()?;
        staged.write_all(&facts).ok()?;
        staged.write_all(&packed(footprints)?).ok()?;
        let note = format!("{} {}", checkout.root().display(), checkout.options.system);
        staged.commit(self.store, &self.key, &note).map(drop).ok()
    }
}

/// The two parts of an entry.
fn parts(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)
}

fn packed(part: &impl Serialize) -> Option<Vec<u8>> {
    let plain = postcard::to_stdvec(part).ok()?;
    let mut packed = (plain.len() as u64).to_le_bytes().to_vec();
    packed.append(&mut zstd::bulk::compress(&plain, COMPRESSION).ok()?);
    Some(packed)
}

fn unpacked<T: DeserializeOwned>(packed: &[u8]) -> Option<T> {
    let (length, packed) = packed.split_first_chunk()?;
    let length = usize::try_from(u64::from_le_bytes(*length)).ok().filter(|length| *length <= MOST_BYTES)?;
    postcard::from_bytes(&zstd::bulk::decompress(packed, length).ok()?).ok()
}
