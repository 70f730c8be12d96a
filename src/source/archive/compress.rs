//! Compressed streams. Memory is bounded: a stream that wants a larger window than its tool's default is refused.

use std::io::{self, BufReader, Read};

use super::ArchiveError;

// `xz -9` needs 65 MiB; its format allows 4 GiB.
const MEMORY: u64 = 128 << 20;
// What `zstd` accepts without `--long`: 128 MiB.
const ZSTD_WINDOW_LOG: u32 = 27;

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
                decoder.window_log_max(ZSTD_WINDOW_LOG)?;
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
