//! Which license texts hold a run of four words: the tables that the build script wrote, searched where they lie.

/// A text of the index: of a license or of an exception.
#[derive(Debug)]
pub struct Entry {
    /// The SPDX id; of GNU licenses without `-only` and `-or-later`.
    pub id: &'static str,
    /// A text that widens a license.
    pub is_exception: bool,
    /// Approved by OSI or FSF: the likelier one of two that are equally near.
    pub is_known: bool,
    /// Words in the text.
    pub words: u32,
    /// Different runs of words in the index.
    pub shingles: u32,
}

mod entries {
    use super::Entry;
    include!(concat!(env!("OUT_DIR"), "/entries.rs"));
}

/// All texts; a text is named by its place here.
pub use entries::ENTRIES;

static BUCKET_ENDS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/bucket_ends.bin"));
static LOWER_HALVES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/lower_halves.bin"));
static SET_NUMBERS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/set_numbers.bin"));
static SET_ENDS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/set_ends.bin"));
static SET_ITEMS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/set_items.bin"));

/// The texts that hold the shingle with this hash, ascending.
pub fn holders(shingle: u32) -> impl Iterator<Item = u16> {
    let range = find(shingle).map_or(0..0, |key| {
        let set = usize::from(u16_at(SET_NUMBERS, key));
        let start = if set == 0 { 0 } else { u32_at(SET_ENDS, set - 1) as usize };
        start..u32_at(SET_ENDS, set) as usize
    });
    range.map(|at| u16_at(SET_ITEMS, at))
}

/// True where some text holds the shingle with this hash.
pub fn is_known(shingle: u32) -> bool {
    find(shingle).is_some()
}

fn find(shingle: u32) -> Option<usize> {
    let bucket = (shingle >> 16) as usize;
    let start = if bucket == 0 { 0 } else { u32_at(BUCKET_ENDS, bucket - 1) as usize };
    let end = u32_at(BUCKET_ENDS, bucket) as usize;
    (start..end).find(|&at| u16_at(LOWER_HALVES, at) == shingle as u16)
}

/// Parts of the index, for the fingerprint.
pub fn bytes() -> [&'static [u8]; 3] {
    [LOWER_HALVES, SET_NUMBERS, SET_ITEMS]
}

fn u16_at(table: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([table[at * 2], table[at * 2 + 1]])
}

fn u32_at(table: &[u8], at: usize) -> u32 {
    let place = &table[at * 4..at * 4 + 4];
    u32::from_le_bytes([place[0], place[1], place[2], place[3]])
}
