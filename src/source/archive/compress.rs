//! Compressed streams. Memory is bounded: a stream that wants a larger window than its tool's default is refused, and
//! one that finds no room beside those that are read already waits.

use std::io::{self, BufReader, Read};

use super::ArchiveError;
use crate::source::gate::{Gate, Pass};

// `xz -9` needs 64 MiB for its window, `zstd --ultra` 128; their formats allow 4 GiB and more.
const WINDOW: u64 = 128 << 20;
// Memory that a decoder of xz may take beside its window.
const MEMORY: u64 = WINDOW + (1 << 20);
/// The largest window, in KiB.
pub(super) const WINDOW_KIB: usize = (WINDOW >> 10) as usize;
/// The windows of all decoders of the process, in MiB.
static WINDOWS: Gate = Gate::new((WINDOW >> 20) as usize);

/// Waits for the room of the largest window, for those who do not know theirs.
pub(super) fn largest_window() -> Pass<'static> {
    WINDOWS.enter((WINDOW >> 20) as usize)
}

/// A way to compress a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compression {
    Gzip,
    Bzip2,
    Xz,
    Lzma,
    Lzip,
    Zstd,
    Brotli,
}

const MAGIC: [(&[u8], Compression); 5] = [
    (&[0x1f, 0x8b], Compression::Gzip),
    (b"BZh", Compression::Bzip2),
    (&[0xfd, b'7', b'z', b'X', b'Z', 0], Compression::Xz),
    (b"LZIP", Compression::Lzip),
    (&[0x28, 0xb5, 0x2f, 0xfd], Compression::Zstd),
];
const SUFFIXES: [&str; 13] =
    [".tgz", ".tbz", ".tbz2", ".txz", ".tlz", ".tzst", ".gz", ".bz2", ".xz", ".lzma", ".lz", ".zst", ".br"];

impl Compression {
    pub(super) fn sniff(head: &[u8], name: &str) -> Option<Compression> {
        let by_magic = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, compression)| *compression);
        // The other two begin with nothing of their own: their name must say it.
        let ends = |suffixes: &[&str]| suffixes.iter().any(|suffix| name.ends_with(suffix));
        let is_lzma = ends(&[".lzma", ".tlz"]) && head.first() == Some(&0x5d);
        by_magic.or(is_lzma.then_some(Compression::Lzma)).or(ends(&[".br"]).then_some(Compression::Brotli))
    }

    /// Waits for the room that the stream's window takes, which its first header says.
    pub(super) fn room(self, head: &[u8]) -> Result<Pass<'static>, ArchiveError> {
        // A header that cannot be read is the decoder's to refuse.
        let window = self.window(head).unwrap_or(0);
        if window > WINDOW {
            return Err(ArchiveError::Limit(format!("its window needs {window} bytes of memory, more than {WINDOW}")));
        }
        Ok(WINDOWS.enter((window >> 20) as usize))
    }

    fn window(self, head: &[u8]) -> Option<u64> {
        match self {
            Compression::Gzip | Compression::Bzip2 | Compression::Brotli => None,
            Compression::Xz => xz_window(head),
            Compression::Lzma => Some(u64::from(u32::from_le_bytes(head.get(1..5)?.try_into().ok()?))),
            Compression::Lzip => {
                let coded = *head.get(5)?;
                let base = 1_u64 << (coded & 31);
                Some(base - base / 16 * u64::from(coded >> 5))
            }
            Compression::Zstd => zstd_window(head),
        }
    }

    pub(super) fn reader<'r>(self, from: impl Read + 'r) -> Result<Box<dyn Read + 'r>, ArchiveError> {
        let from = BufReader::with_capacity(1 << 16, from);
        let failed = |error: liblzma::stream::Error| ArchiveError::Corrupt(error.to_string());
        Ok(match self {
            Compression::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(from)),
            Compression::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(from)),
            Compression::Xz => {
                let stream = liblzma::stream::Stream::new_stream_decoder(MEMORY, liblzma::stream::CONCATENATED);
                Box::new(Lzma(liblzma::bufread::XzDecoder::new_stream(from, stream.map_err(failed)?)))
            }
            Compression::Lzma => {
                let stream = liblzma::stream::Stream::new_lzma_decoder(MEMORY).map_err(failed)?;
                Box::new(Lzma(liblzma::bufread::XzDecoder::new_stream(from, stream)))
            }
            Compression::Lzip => {
                let stream = liblzma::stream::Stream::new_lzip_decoder(MEMORY, liblzma::stream::CONCATENATED);
                Box::new(Lzma(liblzma::bufread::XzDecoder::new_stream(from, stream.map_err(failed)?)))
            }
            Compression::Zstd => {
                let mut decoder = zstd::Decoder::with_buffer(from)?;
                decoder.window_log_max(WINDOW.ilog2())?;
                Box::new(decoder)
            }
            Compression::Brotli => Box::new(brotli_decompressor::Decompressor::new(from, 1 << 16)),
        })
    }

    /// The name of what is inside.
    pub(super) fn strip_suffix(self, name: &str) -> &str {
        let found = SUFFIXES.iter().find_map(|suffix| name.strip_suffix(suffix));
        found.filter(|rest| !rest.is_empty()).unwrap_or(name)
    }
}

/// The dictionary that the first block of an xz stream asks for ("The .xz File Format", 3.1 and 5.3.1).
fn xz_window(head: &[u8]) -> Option<u64> {
    // A stream without blocks has its index here, which begins with zero.
    let flags = *head.get(13).filter(|_| head[12] != 0)?;
    let mut rest = head.get(14..)?;
    for stated in [0x40, 0x80] {
        if flags & stated != 0 {
            number(&mut rest)?;
        }
    }
    for _ in 0..=flags & 3 {
        let (id, size) = (number(&mut rest)?, number(&mut rest)?);
        if id == 0x21 {
            let bits = u64::from(*rest.first()?);
            return Some(if bits >= 40 { u64::from(u32::MAX) } else { (2 | bits & 1) << (bits / 2 + 11) });
        }
        rest = rest.get(usize::try_from(size).ok()?..)?;
    }
    None
}

/// A number of xz: seven bits a byte, the low ones first.
fn number(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for at in 0..9 {
        let byte = *rest.get(at)?;
        value |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            *rest = &rest[at + 1..];
            return Some(value);
        }
    }
    None
}

/// The window of a zstd frame; one of a single segment is its own (RFC 8878, 3.1.1.1).
fn zstd_window(head: &[u8]) -> Option<u64> {
    let descriptor = *head.get(4)?;
    if descriptor & 0x20 == 0 {
        let window = *head.get(5)?;
        let base = 1_u64 << (10 + (window >> 3));
        return Some(base + base / 8 * u64::from(window & 7));
    }
    let dictionary = [0, 1, 2, 4][usize::from(descriptor & 3)];
    let len = [1, 2, 4, 8][usize::from(descriptor >> 6)];
    let mut size = [0; 8];
    size[..len].copy_from_slice(head.get(5 + dictionary..5 + dictionary + len)?);
    Some(u64::from_le_bytes(size) + if len == 2 { 256 } else { 0 })
}

/// Says in words when the memory limit was the reason.
struct Lzma<R>(R);

impl<R: Read> Read for Lzma<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(|error| {
            let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<liblzma::stream::Error>());
            match inner {
                Some(liblzma::stream::Error::MemLimit) => {
                    io::Error::other(super::guard::Over(format!("its window needs more than {MEMORY} bytes of memory")))
                }
                _ => error,
            }
        })
    }
}
