//! 7z. The list of its entries stands at its end, and files are packed together in blocks: it is read from a file.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use sevenz_rust2::{Archive, ArchiveEntry, BlockDecoder, Error, Password};

use super::compress;
use super::guard::Guard;
use super::{ArchiveError, RawKind, Sink};

// Each byte of the list may stand for an entry, which takes a hundred times as much.
const MAX_LIST: u64 = 1 << 20;
// BCJ2, the largest chain that packers make, has four; what lies between two of them is not limited by itself.
const MAX_CODERS: usize = 4;
const MAX_LINK: u64 = 1 << 16;

/// Shows the entries in the order of the blocks, then those without bytes.
pub(super) fn walk(mut file: BufReader<File>, guard: &Guard<'_>, sink: &mut Sink<'_>) -> Result<(), ArchiveError> {
    refuse_long_list(&mut file)?;
    let (password, _window) = (Password::empty(), compress::largest_window());
    let archive = Archive::read_with_memory_limit(&mut file, &password, compress::WINDOW_KIB).map_err(explain)?;
    refuse_large(&archive, guard)?;
    for block in 0..archive.blocks.len() {
        let decoder =
            BlockDecoder::new_with_memory_limit(1, compress::WINDOW_KIB, block, &archive, &password, &mut file);
        let mut refused = None;
        let decoded = decoder.for_each_entries(&mut |entry, body| match show(entry, body, sink) {
            Ok(()) => Ok(true),
            Err(why) => {
                refused = Some(why);
                Err(Error::FileNotFound)
            }
        });
        refused.map_or_else(|| decoded.map(drop).map_err(explain), Err)?;
    }
    archive.files.iter().filter(|entry| !entry.has_stream).try_for_each(|entry| show_empty(entry, sink))
}

/// Refuses a list of entries that is long, packed or not, before it is read.
fn refuse_long_list(file: &mut BufReader<File>) -> Result<(), ArchiveError> {
    let mut start = [0; 32];
    file.read_exact(&mut start)?;
    let number = |at: usize| start[at..at + 8].iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    let (at, len) = (number(12).saturating_add(32), number(20));
    let mut end = Vec::new();
    file.seek(SeekFrom::Start(at))?;
    file.take(len.min(MAX_LIST)).read_to_end(&mut end)?;
    let unpacked = match end.first() {
        Some(&PACKED_LIST) => List(&end[1..]).unpacked(),
        _ => Some(len),
    };
    match unpacked {
        Some(len) if len <= MAX_LIST => Ok(()),
        Some(len) => Err(ArchiveError::Limit(format!("its list of entries has {len} bytes, more than {MAX_LIST}"))),
        None => Err(ArchiveError::Corrupt("where its list of entries lies cannot be read".to_owned())),
    }
}

// The ids of "7zFormat.txt" in the LZMA SDK.
const END: u8 = 0x00;
const PACK_INFO: u8 = 0x06;
const UNPACK_INFO: u8 = 0x07;
const SIZES: u8 = 0x09;
const SUMS: u8 = 0x0a;
const FOLDER: u8 = 0x0b;
const UNPACK_SIZES: u8 = 0x0c;
const PACKED_LIST: u8 = 0x17;

/// Property that says how the list of entries is packed.
struct List<'b>(&'b [u8]);

impl List<'_> {
    /// The size of the list once it is unpacked, and of what lies between its methods: the largest of them.
    fn unpacked(mut self) -> Option<u64> {
        self.expect(PACK_INFO)?;
        let (_place, streams) = (self.number()?, self.number()?.min(MAX_LIST));
        self.expect(SIZES)?;
        (0..streams).try_for_each(|_| self.number().map(drop))?;
        let mut id = self.byte()?;
        if id == SUMS {
            // Only sums for all of them are written for the one packed stream of a list.
            self.expect(1)?;
            self.skip(streams.checked_mul(4)?)?;
            id = self.byte()?;
        }
        (id == END).then_some(())?;
        self.expect(UNPACK_INFO)?;
        self.expect(FOLDER)?;
        // One folder, stated here.
        self.expect(1)?;
        self.expect(0)?;
        let sizes = self.methods()?;
        self.expect(UNPACK_SIZES)?;
        (0..sizes).map(|_| self.number()).try_fold(0, |most, size| Some(size?.max(most)))
    }

    /// Passes over the methods of a folder; the number of their outputs.
    fn methods(&mut self) -> Option<u64> {
        let (mut inputs, mut outputs) = (0_u64, 0_u64);
        for _ in 0..self.number()?.min(MAX_LIST) {
            let flags = self.byte()?;
            self.skip(u64::from(flags & 0xf))?;
            let is_simple = flags & 0x10 == 0;
            inputs = inputs.checked_add(if is_simple { 1 } else { self.number()? })?;
            outputs = outputs.checked_add(if is_simple { 1 } else { self.number()? })?;
            let properties = if flags & 0x20 == 0 { 0 } else { self.number()? };
            self.skip(properties)?;
        }
        let pairs = outputs.checked_sub(1)?;
        let packed = inputs.checked_sub(pairs).map_or(0, |packed| if packed > 1 { packed } else { 0 });
        let numbers = pairs.checked_mul(2)?.checked_add(packed)?.min(MAX_LIST);
        (0..numbers).try_for_each(|_| self.number().map(drop))?;
        Some(outputs.min(MAX_LIST))
    }

    fn expect(&mut self, wanted: u8) -> Option<()> {
        (self.byte()? == wanted).then_some(())
    }

    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn skip(&mut self, count: u64) -> Option<()> {
        self.0 = self.0.get(usize::try_from(count).ok()?..)?;
        Some(())
    }

    /// A number of 7z: the leading ones of its first byte count the bytes that follow, low ones first.
    fn number(&mut self) -> Option<u64> {
        let first = self.byte()?;
        let following = first.leading_ones();
        let high = if following < 7 { u64::from(first) & ((1 << (7 - following)) - 1) } else { 0 };
        let mut low = 0_u64;
        for at in 0..following {
            low |= u64::from(self.byte()?) << (8 * at);
        }
        Some(if following < 8 { high << (8 * following) | low } else { low })
    }
}

/// The unread rest of an entry is unpacked all the same, to come to the next one: sizes are asked before.
fn refuse_large(archive: &Archive, guard: &Guard<'_>) -> Result<(), ArchiveError> {
    let mut unpacked = 0_u64;
    for block in &archive.blocks {
        if block.coders.len() > MAX_CODERS {
            return Err(ArchiveError::Limit(format!("more than {MAX_CODERS} methods for one block")));
        }
        let sizes = (0..block.coders.len()).map(|coder| block.get_unpack_size_at_index(coder));
        unpacked = sizes.fold(unpacked, u64::saturating_add);
    }
    guard.foresee(unpacked)
}

fn show(entry: &ArchiveEntry, body: &mut dyn Read, sink: &mut Sink<'_>) -> Result<(), ArchiveError> {
    if !entry.has_stream {
        return Ok(());
    }
    let mode = unix_mode(entry);
    if mode & 0o170_000 == 0o120_000 {
        let mut target = Vec::new();
        body.take(MAX_LINK).read_to_end(&mut target)?;
        return sink(entry.name.as_bytes(), RawKind::Link(target), &mut io::empty());
    }
    let kind = RawKind::File { executable: mode & 0o100 != 0, size: Some(entry.size) };
    sink(entry.name.as_bytes(), kind, body)
}

fn show_empty(entry: &ArchiveEntry, sink: &mut Sink<'_>) -> Result<(), ArchiveError> {
    let kind = match (entry.is_anti_item, entry.is_directory) {
        // The order to delete a file: none is there.
        (true, _) => return Ok(()),
        (false, true) => RawKind::Folder,
        (false, false) => RawKind::File { executable: unix_mode(entry) & 0o100 != 0, size: Some(0) },
    };
    sink(entry.name.as_bytes(), kind, &mut io::empty())
}

/// The mode that packers on Unix put into the upper half of the attributes, and mark as such.
fn unix_mode(entry: &ArchiveEntry) -> u32 {
    let attributes = entry.windows_attributes;
    if entry.has_windows_attributes && attributes & 0x8000 != 0 { attributes >> 16 } else { 0 }
}

fn explain(error: Error) -> ArchiveError {
    match error {
        Error::Io(error, _) => error.into(),
        Error::MaxMemLimited { max_kb, .. } => {
            ArchiveError::Limit(format!("its window needs more than {max_kb} KiB of memory"))
        }
        Error::UnsupportedCompressionMethod(method) => ArchiveError::Unsupported(format!("the 7z method {method}")),
        Error::PasswordRequired | Error::MaybeBadPassword(_) => ArchiveError::Unsupported("encryption".to_owned()),
        Error::Unsupported(what) => ArchiveError::Unsupported(format!("a 7z feature ({what})")),
        Error::Other(what) => ArchiveError::Corrupt(what.into_owned()),
        error => ArchiveError::Corrupt(error.to_string()),
    }
}
