//! One file of a source as detectors left it, and the files of an earlier version to look into.

use std::collections::HashMap;

use crate::evidence::{Evidence, FileEvidence, assemble};
use crate::text::RelPath;

/// BLAKE3 of the path, size and bytes of a file: equal contents are seen alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Content([u8; 32]);

impl Content {
    /// The content of a file of `size` bytes of which `bytes` were read.
    pub fn of(path: &RelPath, size: u64, bytes: &[u8]) -> Content {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&size.to_le_bytes());
        hasher.update(&(path.as_str().len() as u64).to_le_bytes());
        hasher.update(path.as_str().as_bytes());
        hasher.update(bytes);
        Content(*hasher.finalize().as_bytes())
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub(super) fn from_bytes(bytes: [u8; 32]) -> Content {
        Content(bytes)
    }
}

/// A file, seen by detectors and not yet held against others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSeen {
    /// Its content; `None` where it was not read.
    pub content: Option<Content>,
    /// Detections in it.
    pub evidence: FileEvidence,
}

/// The evidence of a source with these files.
pub fn evidence(files: Vec<FileSeen>) -> Evidence {
    assemble(files.into_iter().map(|file| file.evidence).collect())
}

/// Files of an earlier version of a source, by content.
#[derive(Debug, Default)]
pub struct Earlier(HashMap<Content, FileEvidence>);

impl Earlier {
    pub(super) fn new(files: Vec<FileSeen>) -> Earlier {
        Earlier(files.into_iter().filter_map(|file| Some((file.content?, file.evidence))).collect())
    }

    /// The evidence of a file with this content, if it was seen.
    pub fn get(&self, content: &Content) -> Option<FileEvidence> {
        self.0.get(content).cloned()
    }
}
