//! The files of one source: read in order, detected in parallel, never all in memory.
//!
//! Only the detectors run on the pool. Whoever waits there takes other work meanwhile: were that the reading of another
//! archive, one thread would hold any number of them open, each with its files and the window of its decoder.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use rayon::ThreadPool;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use crate::evidence::{Detector, FileEvidence, Sharing, Unread};
use crate::kept::{Content, Earlier, FileSeen};
use crate::source::{Event, FileEntry, Note, SourceTree, Unreadable};
use crate::text::RelPath;
use crate::text::stop::{self, Over};

use super::Watch;

/// Larger files are read up to here.
const MOST_OF_A_FILE: u64 = 16 << 20;
/// Files are handed to the detectors when this much has been read.
const BATCH_BYTES: usize = 4 << 20;
const BATCH_FILES: usize = 512;

/// Why a source has no evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stopped {
    /// The run was ended.
    Ended,
    /// The package's time is over.
    Late,
    /// It cannot be read.
    Broken(String),
}

/// One file, read.
struct Loaded {
    number: usize,
    path: RelPath,
    bytes: Vec<u8>,
    size: u64,
}

/// Action on the files of one source.
pub(super) struct SourceScan<'s> {
    pub(super) detector: &'s Detector,
    pub(super) pool: &'s ThreadPool,
    pub(super) watch: &'s Watch,
    /// Files that were seen before.
    pub(super) earlier: Earlier,
}

/// The files of one source, in the order they are stored.
pub(super) struct Scanned {
    pub(super) files: Vec<FileSeen>,
    /// True where the file system gave all of them; another day may give more.
    pub(super) is_whole: bool,
}

impl From<Over> for Stopped {
    fn from(over: Over) -> Stopped {
        match over {
            Over::Ended => Stopped::Ended,
            Over::Late => Stopped::Late,
        }
    }
}

/// The files seen so far, and those that wait for the detectors.
#[derive(Default)]
struct Batch {
    /// With the number of the event that showed it.
    seen: Vec<(usize, FileSeen)>,
    /// The last event that took away what was at a path.
    forgotten: BTreeMap<RelPath, usize>,
    /// Number of events so far.
    events: usize,
    sharing: Sharing,
    waiting: Vec<Loaded>,
    waiting_bytes: usize,
    /// True where the file system refused something.
    is_refused: bool,
}

impl Batch {
    /// The files that nothing took the place of.
    fn standing(self) -> Scanned {
        let Batch { seen, forgotten, .. } = self;
        let stands =
            |(number, file): &(usize, FileSeen)| forgotten.get(&file.evidence.path).is_none_or(|taken| taken < number);
        let files = seen.into_iter().filter(stands).map(|(_, file)| file).collect();
        Scanned { files, is_whole: !self.is_refused }
    }
}

impl SourceScan<'_> {
    /// The files of `tree`, under the clock of this thread. Blocks, and is not called on the pool.
    pub(super) fn of(&self, tree: &SourceTree) -> Result<Scanned, Stopped> {
        let mut batch = Batch::default();
        let mut stop = None;
        let walked = tree.for_each_file(&mut |event| match self.take(event, &mut batch) {
            Ok(()) => ControlFlow::Continue(()),
            Err(why) => {
                stop = Some(why);
                ControlFlow::Break(())
            }
        });
        if let Some(why) = stop {
            return Err(why);
        }
        walked.map_err(broken)?;
        self.clear(&mut batch);
        stop::over().map_or(Ok(()), |over| Err(Stopped::from(over)))?;
        Ok(batch.standing())
    }

    fn take(&self, event: Event<'_>, batch: &mut Batch) -> Result<(), Stopped> {
        batch.events += 1;
        match event {
            Event::File(entry) => self.load(entry, batch)?,
            Event::Note(note) => {
                batch.is_refused |= matches!(note.what, Unreadable::Io(_));
                batch.seen.push((batch.events, noted(&note)));
            }
            Event::Forget(path) => drop(batch.forgotten.insert(path, batch.events)),
            Event::StartOver => *batch = Batch::default(),
        }
        if batch.waiting_bytes >= BATCH_BYTES || batch.waiting.len() >= BATCH_FILES {
            self.clear(batch);
        }
        stop::over().map_or(Ok(()), |over| Err(over.into()))
    }

    fn load(&self, mut entry: FileEntry<'_>, batch: &mut Batch) -> Result<(), Stopped> {
        // An archive that breaks off here breaks as a whole: what follows is unknown.
        let read = entry.read(MOST_OF_A_FILE).map_err(broken)?;
        self.watch.file_done(read.size);
        batch.waiting_bytes += read.bytes.len();
        batch.waiting.push(Loaded { number: batch.events, path: entry.path, bytes: read.bytes, size: read.size });
        Ok(())
    }

    /// Detects everything that waits.
    fn clear(&self, batch: &mut Batch) {
        let waiting = &batch.waiting;
        let clock = stop::current();
        let look_at = |file: &Loaded| stop::under(clock.clone(), || (file.number, self.look_at(file)));
        let look = || waiting.par_iter().map(look_at).collect();
        let mut looked: Vec<(usize, FileSeen)> = self.pool.install(look);
        looked.iter_mut().for_each(|(_, file)| batch.sharing.share(&mut file.evidence));
        batch.seen.append(&mut looked);
        batch.waiting.clear();
        batch.waiting_bytes = 0;
    }

    fn look_at(&self, file: &Loaded) -> FileSeen {
        let content = Content::of(&file.path, file.size, &file.bytes);
        let evidence = self.earlier.get(&content).unwrap_or_else(|| self.detect(file));
        FileSeen { content: Some(content), evidence }
    }

    fn detect(&self, file: &Loaded) -> FileEvidence {
        if self.watch.is_ended() {
            // The message is never read: the whole source is given up.
            return FileEvidence::unread(&file.path, Unread::Io("the run was ended".to_owned()));
        }
        let mut evidence = self.detector.read(&file.path, &file.bytes);
        evidence.size = file.size;
        evidence.leave_out(file.size.saturating_sub(file.bytes.len() as u64));
        evidence
    }
}

/// An error of reading, which may be that there was no time left.
fn broken(error: impl std::fmt::Display) -> Stopped {
    stop::over().map_or_else(|| Stopped::Broken(error.to_string()), Stopped::from)
}

fn noted(note: &Note) -> FileSeen {
    let evidence = FileEvidence::unread(&note.path, Unread::Io(note.what.to_string()));
    FileSeen { content: None, evidence }
}
