//! Archives: one walk over the entries of any kind, checked before anybody sees them.
//!
//! Every format hands its entries to a [`Guard`], and only what passes there reaches the visitor: names that stay below
//! the root, and bytes within the limits. Formats are told by their first bytes; names help only where there are none.
//! Nothing here writes to the disk.

mod ar;
mod compress;
mod cpio;
mod guard;
mod nar;
mod sevenz;
mod tar;
mod zip;

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use compress::Compression;
use guard::Guard;
pub use guard::{Limits, SafePath};

use super::gate::Pass;
use crate::text::regular::{self, Links};

/// Kind of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A folder.
    Folder,
    /// A file.
    File {
        /// True where the owner may execute it.
        executable: bool,
        /// Its size, where the archive states it.
        size: Option<u64>,
    },
    /// A symbolic link, with its target as written.
    Link(Vec<u8>),
    /// The same file as an earlier entry.
    HardLink(SafePath),
    /// A device, a pipe or a socket: never made, only named.
    Special(&'static str),
}

/// One entry of an archive.
pub struct Item<'a> {
    /// Where it belongs, below the root.
    pub path: SafePath,
    /// Kind.
    pub kind: Kind,
    /// The bytes of a file; empty for everything else.
    pub body: &'a mut dyn Read,
}

/// Why an archive was given up.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// It ends too early.
    #[error("the archive is cut off{0}; get the file again")]
    Truncated(String),
    /// It contradicts its own format.
    #[error("the archive is damaged: {0}")]
    Corrupt(String),
    /// It uses something that is not read.
    #[error("the archive uses {0}, which clarity does not read; unpack it into a folder for --sources")]
    Unsupported(String),
    /// It is larger, deeper or denser than allowed.
    #[error("the archive exceeds a limit: {0}")]
    Limit(String),
    /// An entry wants to lie outside of the root.
    #[error("the archive is refused: entry `{0}` leaves its root")]
    Escape(String),
    /// The file system, or the visitor's own.
    #[error("{0}")]
    Io(io::Error),
    /// The visitor has seen enough.
    #[error("stopped")]
    Stopped,
}

impl From<io::Error> for ArchiveError {
    /// Decoders speak through `io::Error`: what a decoder means by it is said here once.
    fn from(error: io::Error) -> Self {
        if let Some(inner) = error.get_ref().and_then(|inner| inner.downcast_ref::<guard::Over>()) {
            return ArchiveError::Limit(inner.0.clone());
        }
        match error.kind() {
            io::ErrorKind::UnexpectedEof => ArchiveError::Truncated(String::new()),
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::Other => {
                ArchiveError::Corrupt(error.to_string())
            }
            _ => ArchiveError::Io(error),
        }
    }
}

/// Receiver of the entries.
pub type Visitor<'v> = dyn FnMut(Item<'_>) -> Result<(), ArchiveError> + 'v;

/// The entries of one layer, as a format finds them.
type Sink<'s> = dyn FnMut(&[u8], RawKind, &mut dyn Read) -> Result<(), ArchiveError> + 's;

/// [`Kind`] before its names were checked.
enum RawKind {
    Folder,
    File { executable: bool, size: Option<u64> },
    Link(Vec<u8>),
    HardLink(Vec<u8>),
    Special(&'static str),
}

/// Kind of a file by its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Tar,
    Zip,
    SevenZ,
    Ar,
    Rpm,
    Cpio,
    Nar,
    Packed(Compression),
    // Known and not read: nothing is concluded from what nobody looked into.
    Foreign(&'static str),
    Plain,
}

const FOREIGN: [(&[u8], &str); 4] = [
    (b"Rar!\x1a\x07", "the RAR format"),
    (b"MSCF\0\0\0\0", "the cabinet format"),
    (b"xar!\0", "the xar format"),
    (b"hsqs", "the SquashFS format"),
];

const HEAD: usize = 512;
// A gem is a tar of tars, a deb an ar of tars, an rpm a compressed cpio: three layers with the compression between.
const MAX_LAYERS: usize = 4;

/// Walks over the entries of the file at `path`. A file that is no archive is one entry, named `name`; one that is only
/// compressed is one entry too, named without the suffix.
pub fn walk(path: &Path, name: &str, limits: &Limits, visit: &mut Visitor<'_>) -> Result<(), ArchiveError> {
    let (mut file, len) = open(path).map_err(ArchiveError::Io)?;
    let guard = Guard::new(limits, len);
    let mut sink = |raw: &[u8], kind: RawKind, body: &mut dyn Read| guard.pass(raw, kind, body, visit);
    let head = read_head(&mut file)?;
    file.seek(SeekFrom::Start(0)).map_err(ArchiveError::Io)?;
    let file = BufReader::with_capacity(1 << 16, file);
    match sniff(&head, name) {
        Format::Zip => zip::walk(file, len, &mut sink),
        Format::SevenZ => sevenz::walk(file, &guard, &mut sink),
        format => {
            let mut layers = Layers { guard: &guard, depth: 0, window: None };
            layers.open(format, &head, Box::new(file), name, &mut sink)
        }
    }
}

/// Copies what is inside of a compressed file, or the file itself where it is not compressed.
pub fn copy_unpacked(path: &Path, name: &str, limits: &Limits, out: &mut dyn io::Write) -> Result<(), ArchiveError> {
    let (mut file, len) = open(path).map_err(ArchiveError::Io)?;
    let guard = Guard::new(limits, len);
    let head = read_head(&mut file)?;
    file.seek(SeekFrom::Start(0)).map_err(ArchiveError::Io)?;
    match sniff(&head, name) {
        Format::Packed(compression) => {
            let _window = compression.room(&head)?;
            io::copy(&mut guard.meter(compression.reader(file)?), out)?
        }
        _ => io::copy(&mut file, out)?,
    };
    Ok(())
}

/// True where the file at `path` is an archive or compressed, by its first bytes.
pub fn is_archive(path: &Path, name: &str) -> io::Result<bool> {
    let head = read_head(&mut open(path)?.0)?;
    Ok(sniff(&head, name) != Format::Plain)
}

fn open(path: &Path) -> io::Result<(File, u64)> {
    regular::open(path, Links::Followed).map(|(file, meta)| (file, meta.len()))
}

fn read_head(from: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(HEAD);
    from.take(HEAD as u64).read_to_end(&mut head)?;
    Ok(head)
}

fn sniff(head: &[u8], name: &str) -> Format {
    let is_rpm = head.starts_with(&[0xed, 0xab, 0xee, 0xdb]);
    match head {
        _ if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") => Format::Zip,
        _ if head.starts_with(b"7z\xbc\xaf\x27\x1c") => Format::SevenZ,
        _ if head.starts_with(b"!<arch>\n") => Format::Ar,
        _ if is_rpm => Format::Rpm,
        _ if head.starts_with(b"070701") || head.starts_with(b"070702") => Format::Cpio,
        _ if head.starts_with(nar::MAGIC) => Format::Nar,
        _ if tar::is_header(head) => Format::Tar,
        _ => {
            let foreign = FOREIGN.iter().find(|(magic, _)| head.starts_with(magic));
            let packed = Compression::sniff(head, name).map(Format::Packed);
            packed.or(foreign.map(|(_, what)| Format::Foreign(what))).unwrap_or(Format::Plain)
        }
    }
}

/// Formats inside formats.
struct Layers<'g> {
    guard: &'g Guard<'g>,
    depth: usize,
    // Held once: a layer inside that waited for more could wait for ever.
    window: Option<Pass<'static>>,
}

impl Layers<'_> {
    fn open(
        &mut self,
        format: Format,
        head: &[u8],
        from: Box<dyn Read + '_>,
        name: &str,
        sink: &mut Sink<'_>,
    ) -> Result<(), ArchiveError> {
        match format {
            Format::Packed(compression) if self.window.is_none() => {
                self.window = Some(compression.room(head)?);
                let done = self.walk(format, from, name, sink);
                self.window = None;
                done
            }
            format => self.walk(format, from, name, sink),
        }
    }

    fn walk(
        &mut self,
        format: Format,
        mut from: Box<dyn Read + '_>,
        name: &str,
        sink: &mut Sink<'_>,
    ) -> Result<(), ArchiveError> {
        match format {
            Format::Tar => self.tar(&mut from, name, sink),
            Format::Ar => self.ar(&mut from, sink),
            Format::Rpm => {
                cpio::skip_rpm_headers(&mut from)?;
                self.inner(&mut from, "payload", sink)
            }
            Format::Cpio => cpio::walk(&mut from, sink),
            Format::Nar => nar::walk(&mut from, name, sink),
            Format::Packed(compression) => {
                let unpacked = self.guard.meter(compression.reader(from)?);
                self.inner(&mut { unpacked }, compression.strip_suffix(name), sink)
            }
            Format::Foreign(what) => Err(ArchiveError::Unsupported(what.to_owned())),
            // Those two are read from files only: inside of another layer they are files themselves.
            Format::Plain | Format::Zip | Format::SevenZ => {
                sink(name.as_bytes(), RawKind::File { executable: false, size: None }, &mut from)
            }
        }
    }

    /// Content of a layer.
    fn inner(&mut self, from: &mut dyn Read, name: &str, sink: &mut Sink<'_>) -> Result<(), ArchiveError> {
        self.depth += 1;
        let head = read_head(from)?;
        let format = if self.depth < MAX_LAYERS { sniff(&head, name) } else { Format::Plain };
        // Compressed twice is not unpacked twice: nobody ships sources so, but bombs come so.
        let is_twice = matches!(format, Format::Packed(_)) && self.depth > 2;
        let format = if is_twice { Format::Plain } else { format };
        let begin = io::Cursor::new(head.clone());
        let done = self.open(format, &head, Box::new(begin.chain(from)), name, sink);
        self.depth -= 1;
        done
    }

    fn tar(&mut self, from: &mut dyn Read, name: &str, sink: &mut Sink<'_>) -> Result<(), ArchiveError> {
        let is_gem = name.ends_with(".gem");
        tar::walk(from, &mut |path, kind, body| match (is_gem, path) {
            (true, b"data.tar.gz" | b"metadata.gz") => self.inner(body, &String::from_utf8_lossy(path), sink),
            _ => sink(path, kind, body),
        })
    }

    fn ar(&mut self, from: &mut dyn Read, sink: &mut Sink<'_>) -> Result<(), ArchiveError> {
        ar::walk(from, &mut |path, kind, body| {
            let name = String::from_utf8_lossy(path).into_owned();
            match () {
                () if path.starts_with(b"data.tar") => self.inner(body, &name, sink),
                () if path.starts_with(b"control.tar") => self.inner(body, &name, &mut |path, kind, body| {
                    let below = [b"DEBIAN/", path].concat();
                    sink(&below, kind, body)
                }),
                () => sink(path, kind, body),
            }
        })
    }
}
