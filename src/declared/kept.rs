//! The kept survey of a whole checkout.
//!
//! An entry belongs to everything that the survey depends on: the program itself, the platform, where the checkout
//! lies, and the bytes and names of all its files. So it is never out of date: a change of any of them asks for another
//! entry. Its form is nobody else's business: the core types are written as they are, for only the same program reads
//! them again. Rows are packed in blocks: what is unpacked is still near when it is read. It is never in the way: what
//! cannot be kept or read is evaluated again.

use std::fs::File;
use std::io::{Read as _, Seek as _, Write as _};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Bindings, Row};
use crate::store::{Key, Store};
use crate::table::LicenseTable;
use crate::text::Digest;
use crate::tree::{Checkout, Fingerprint};

/// Small enough for a cache that sees every commit, and quick to read.
const COMPRESSION: i32 = 1;

/// No block has this much to say.
const MOST_BYTES: usize = 1 << 30;

/// So many rows make a block: they unpack to some hundred kilobytes.
const BLOCK: usize = 512;

/// Room for the rows of more blocks is made when they come.
const MOST_BLOCKS: usize = 1 << 10;

/// The state of the code that evaluates and lists: facts of other code are not read.
const PROGRAM: &str = env!("CLARITY_PROGRAM");

/// Everything that is read from a checkout before any source is looked at.
#[derive(Debug)]
pub struct Facts {
    /// One row per attribute.
    pub rows: Vec<Row>,
    /// The license table.
    pub table: LicenseTable,
    /// The license bindings that the rows account for, and the others.
    pub bindings: Bindings,
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
        let fingerprint = checkout.fingerprint()?;
        let parts = (PROGRAM, &checkout.options.system, &checkout.options.sources, checkout.root(), fingerprint);
        let key = Digest::of(&postcard::to_stdvec(&parts).ok()?);
        Some(Kept { store, key: Key::new("facts", &format!("sha256-{key}")), fingerprint })
    }

    /// The facts that an earlier run kept.
    pub fn load(&self) -> Option<Facts> {
        self.blocks()?.facts()
    }

    /// The entry, if it is whole; it is read twice, a little at a time, for fresh memory costs more than that.
    fn blocks(&self) -> Option<Blocks> {
        let held = self.store.get(&self.key)?;
        let entry = File::open(&held.path).ok()?;
        if Digest::of_reader(&entry).ok()? != held.digest {
            return None;
        }
        (&entry).rewind().ok()?;
        Blocks::of(entry)
    }

    /// Keeps `facts`, where that is possible; the next run is slower where it is not. What somebody changed while it
    /// was evaluated is not kept.
    pub fn save(&self, checkout: &Checkout, facts: &Facts) {
        if checkout.fingerprint_covers_all() && checkout.fingerprint() == Some(self.fingerprint) {
            let _ = self.write(checkout, facts);
        }
    }

    fn write(&self, checkout: &Checkout, facts: &Facts) -> Option<()> {
        // As they are reported: who reads them and then goes through them goes straight through memory.
        let mut rows: Vec<&Row> = facts.rows.iter().collect();
        rows.sort_by_key(|row| row.attr());
        let rows = rows.chunks(BLOCK);
        let mut staged = self.store.stage().ok()?;
        staged.write_all(&packed(&(&facts.table, &facts.bindings, rows.len()))?).ok()?;
        for block in rows {
            staged.write_all(&packed(&block)?).ok()?;
        }
        let note = format!("{} {}", checkout.root().display(), checkout.options.system);
        staged.commit(self.store, &self.key, &note).map(drop).ok()
    }
}

/// A block: the number of bytes of `part`, the number of those that they are packed to, and these.
fn packed(part: &impl Serialize) -> Option<Vec<u8>> {
    let plain = postcard::to_stdvec(part).ok()?;
    let packed = zstd::bulk::compress(&plain, COMPRESSION).ok()?;
    Some([&(plain.len() as u64).to_le_bytes()[..], &(packed.len() as u64).to_le_bytes(), &packed].concat())
}

/// The blocks of an entry that are not read yet.
struct Blocks {
    entry: File,
    unpack: zstd::bulk::Decompressor<'static>,
    /// The block at hand.
    packed: Vec<u8>,
    /// Unpacked form.
    plain: Vec<u8>,
}

impl Blocks {
    fn of(entry: File) -> Option<Blocks> {
        let unpack = zstd::bulk::Decompressor::new().ok()?;
        Some(Blocks { entry, unpack, packed: Vec::new(), plain: Vec::new() })
    }

    fn facts(&mut self) -> Option<Facts> {
        let (table, bindings, blocks): (LicenseTable, Bindings, usize) = self.next()?;
        let mut rows = Vec::with_capacity(blocks.min(MOST_BLOCKS) * BLOCK);
        for _ in 0..blocks {
            rows.append(&mut self.next()?);
        }
        Some(Facts { rows, table, bindings })
    }

    fn next<T: DeserializeOwned>(&mut self) -> Option<T> {
        let plain = self.number().filter(|plain| *plain <= MOST_BYTES)?;
        let packed = self.number().filter(|packed| *packed <= MOST_BYTES)?;
        self.packed.resize(packed, 0);
        self.entry.read_exact(&mut self.packed).ok()?;
        self.plain.clear();
        self.plain.reserve(plain);
        self.unpack.decompress_to_buffer(&self.packed, &mut self.plain).ok()?;
        postcard::from_bytes(&self.plain).ok()
    }

    fn number(&mut self) -> Option<usize> {
        let mut number = [0; size_of::<u64>()];
        self.entry.read_exact(&mut number).ok()?;
        usize::try_from(u64::from_le_bytes(number)).ok()
    }
}
