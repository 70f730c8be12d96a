//! Files of results: evidence that was detected elsewhere, to be joined with the packages that declare its sources.
//!
//! A file begins with a mark and holds any number of records: a source, the state of detection, and an entry, or why
//! there is none. Files are opened once and their records read when they are asked for, so that memory holds names only.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::SourceKey;
use crate::source::{FixedHash, Identity, SignedError};
use crate::text::Digest;
use crate::tree::HashMode;

/// The first bytes of each file.
const MARK: &[u8; 16] = b"clarity result 1";

/// No head of a record is longer.
const MOST_HEAD: u32 = 1 << 16;

/// Why a source has no evidence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MissedSource {
    /// True where it could not be looked at; false where that was not wanted.
    pub failed: bool,
    /// The kind of the reason, as reports name it.
    pub kind: String,
    /// The reason.
    pub why: String,
}

/// Head of a record; the entry follows it.
#[derive(Serialize, Deserialize)]
struct Head {
    detection: Digest,
    mode: HashMode,
    hash: String,
    name: String,
    missed: Option<MissedSource>,
    length: u64,
    digest: Digest,
}

/// Why results cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ResultsError {
    /// The file system refused.
    #[error("{0}: cannot be read: {1}; name files that `clarity detect --format evidence` or `scan --shard` wrote")]
    Io(String, io::Error),
    /// It is none of ours, or not whole.
    #[error("{0}: is not a whole file of results; write it again")]
    Broken(String),
    /// Other detectors wrote it.
    #[error("{0}: other detectors wrote it; run it again with this version of clarity")]
    Stale(String),
    /// A binary cache cannot be read.
    #[error(transparent)]
    Signed(#[from] SignedError),
    /// It has no signatures.
    #[error("{}: is no binary cache; `nix copy --to file://FOLDER` writes one, with the signatures that --agree counts", .0.display())]
    NoCache(PathBuf),
    /// Two results of one source.
    #[error("{first} and {second} differ about {source_name} ({identity}); one of them is wrong: detect it again")]
    Differ {
        /// A file.
        first: String,
        /// The other.
        second: String,
        /// The name of the source.
        source_name: String,
        /// Its hash.
        identity: String,
    },
}

/// Place of an entry in a file of results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    file: usize,
    start: u64,
    length: u64,
    digest: Digest,
}

/// A file of results: on the disk, or in memory where it came packed.
#[derive(Clone, Debug)]
enum Held {
    OnDisk(PathBuf),
    InMemory(String, Vec<u8>),
}

impl Held {
    fn name(&self) -> String {
        match self {
            Held::OnDisk(path) => path.display().to_string(),
            Held::InMemory(name, _) => name.clone(),
        }
    }

    fn open(&self) -> io::Result<(u64, Box<dyn ReadSeek + '_>)> {
        Ok(match self {
            Held::OnDisk(path) => {
                let file = File::open(path)?;
                (file.metadata()?.len(), Box::new(BufReader::new(file)))
            }
            Held::InMemory(_, bytes) => (bytes.len() as u64, Box::new(Cursor::new(bytes))),
        })
    }
}

trait ReadSeek: Read + Seek {}

impl<T: Read + Seek> ReadSeek for T {}

/// Results by source.
#[derive(Debug, Default)]
pub struct Results {
    files: Vec<Held>,
    entries: BTreeMap<SourceKey, Place>,
    missed: BTreeMap<SourceKey, MissedSource>,
}

/// Begins a file of results.
pub fn begin(out: &mut dyn Write) -> io::Result<()> {
    out.write_all(MARK)
}

/// Adds the entry of a source, or why there is none.
pub fn add(
    out: &mut dyn Write,
    detection: Digest,
    source: &SourceKey,
    entry: Result<&[u8], MissedSource>,
) -> io::Result<()> {
    let (bytes, missed) = entry.map_or_else(|missed| (&[][..], Some(missed)), |bytes| (bytes, None));
    let head = Head {
        detection,
        mode: source.identity.mode,
        hash: source.identity.hash.to_string(),
        name: source.name.clone(),
        missed,
        length: bytes.len() as u64,
        digest: Digest::of(bytes),
    };
    let head = postcard::to_stdvec(&head).map_err(io::Error::other)?;
    out.write_all(&(head.len() as u32).to_le_bytes())?;
    out.write_all(&head)?;
    out.write_all(bytes)
}

impl Results {
    /// The results in `paths`, files or folders of them, of this state of detection.
    pub fn open(paths: &[PathBuf], detection: Digest) -> Result<Results, ResultsError> {
        let mut results = Results::default();
        for path in paths {
            for entry in walkdir::WalkDir::new(path).follow_links(true).sort_by_file_name() {
                let entry = entry.map_err(|error| ResultsError::Io(path.display().to_string(), error.into()))?;
                if entry.file_type().is_file() {
                    results.add(Held::OnDisk(entry.into_path()), detection)?;
                }
            }
        }
        Ok(results)
    }

    /// The place of the entry of a source.
    pub fn find(&self, source: &SourceKey) -> Option<Place> {
        self.entries.get(source).cloned()
    }

    /// Why a source has no entry, where a result says so.
    pub fn missed(&self, source: &SourceKey) -> Option<&MissedSource> {
        self.missed.get(source).filter(|_| !self.entries.contains_key(source))
    }

    /// The bytes of an entry; `None` where they are not those that were written.
    pub fn read(&self, place: &Place) -> Option<Vec<u8>> {
        let (_, mut file) = self.files[place.file].open().ok()?;
        file.seek(SeekFrom::Start(place.start)).ok()?;
        let mut bytes = Vec::new();
        file.take(place.length).read_to_end(&mut bytes).ok()?;
        Some(bytes).filter(|bytes| Digest::of(bytes) == place.digest)
    }

    fn add(&mut self, held: Held, detection: Digest) -> Result<(), ResultsError> {
        let name = || held.name();
        let broken = |_| ResultsError::Broken(name());
        let (size, mut file) = held.open().map_err(|error| ResultsError::Io(name(), error))?;
        let mut mark = [0; MARK.len()];
        file.read_exact(&mut mark).map_err(broken)?;
        if mark != *MARK {
            return Err(ResultsError::Broken(name()));
        }
        let mut heads = Vec::new();
        let mut at = MARK.len() as u64;
        while at < size {
            let (head, read) = read_head(&mut file).ok_or_else(|| ResultsError::Broken(name()))?;
            if head.detection != detection {
                return Err(ResultsError::Stale(name()));
            }
            let start = at + read;
            let end = start.checked_add(head.length).filter(|end| *end <= size);
            at = end.ok_or_else(|| ResultsError::Broken(name()))?;
            file.seek_relative(head.length as i64).map_err(broken)?;
            heads.push((head, start));
        }
        drop(file);
        self.files.push(held);
        heads.into_iter().try_for_each(|(head, start)| self.keep(head, start))
    }

    fn keep(&mut self, head: Head, start: u64) -> Result<(), ResultsError> {
        let file = self.files.len() - 1;
        let named = |file: usize| self.files[file].name();
        let hash = FixedHash::parse(Some(&head.hash), None).map_err(|_| ResultsError::Broken(named(file)))?;
        let source = SourceKey { identity: Identity { mode: head.mode, hash }, name: head.name };
        if let Some(missed) = head.missed {
            self.missed.entry(source).or_insert(missed);
            return Ok(());
        }
        match self.entries.get(&source) {
            Some(other) if other.digest != head.digest => Err(ResultsError::Differ {
                first: named(other.file),
                second: named(file),
                identity: source.identity.to_string(),
                source_name: source.name,
            }),
            Some(_) => Ok(()),
            None => {
                let place = Place { file, start, length: head.length, digest: head.digest };
                self.entries.insert(source, place);
                Ok(())
            }
        }
    }

    /// The results in these bytes, which came from `name`.
    pub(super) fn of_bytes(name: String, bytes: Vec<u8>, detection: Digest) -> Result<Results, ResultsError> {
        let mut results = Results::default();
        results.add(Held::InMemory(name, bytes), detection)?;
        Ok(results)
    }

    /// Its sources, each with the digest of its entry, or why there is none.
    pub(super) fn sources(&self) -> impl Iterator<Item = (&SourceKey, Result<Digest, &MissedSource>)> {
        let entries = self.entries.iter().map(|(source, place)| (source, Ok(place.digest)));
        entries.chain(self.missed.iter().map(|(source, missed)| (source, Err(missed))))
    }

    /// Takes over what `other` says of `source`.
    pub(super) fn take(&mut self, other: &Results, source: &SourceKey) {
        if let Some(place) = other.entries.get(source) {
            self.files.push(other.files[place.file].clone());
            let file = self.files.len() - 1;
            self.entries.insert(source.clone(), Place { file, ..place.clone() });
        } else if let Some(missed) = other.missed.get(source) {
            self.miss(source.clone(), missed.clone());
        }
    }

    /// Notes why a source has no entry.
    pub(super) fn miss(&mut self, source: SourceKey, missed: MissedSource) {
        self.missed.insert(source, missed);
    }
}

/// The head of the next record, and its length in the file.
fn read_head(file: &mut impl Read) -> Option<(Head, u64)> {
    let mut length = [0; 4];
    file.read_exact(&mut length).ok()?;
    let length = Some(u32::from_le_bytes(length)).filter(|length| *length <= MOST_HEAD)?;
    let mut head = vec![0; length as usize];
    file.read_exact(&mut head).ok()?;
    Some((postcard::from_bytes(&head).ok()?, 4 + u64::from(length)))
}
