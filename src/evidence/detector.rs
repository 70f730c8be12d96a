//! The pipeline: bytes of one file in, what was seen in it out.
//!
//! Reads every file once. A file in which no detector finds a trigger costs one pass over its bytes. Total: no input
//! makes it fail, and what it did not read it says.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::page::{self, Encoding, Page};
use super::prefilter::{Hits, Prefilter};
use super::text::{self, OwnText, Texts};
use super::{Detection, DetectorId, FileEvidence, Pointer, Role, Same, Unread, Witness};
use crate::text::{Digest, LineRange, RelPath};

/// What a run of detection can be told.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// License texts beside those of the SPDX list.
    pub texts: Vec<OwnText>,
}

/// What the detectors saw in one file, in any order.
#[derive(Debug, Default)]
pub struct Seen {
    /// Licenses.
    pub detections: Vec<Detection>,
    /// Exceptions named or quoted by themselves: `(SPDX id, lines)`; joined with the license they belong to.
    pub exceptions: Vec<(&'static str, LineRange)>,
    /// Lines that full texts explain: what they say in passing is no statement of the file.
    pub covered: Vec<LineRange>,
    /// References to other files.
    pub pointers: Vec<Pointer>,
    /// Copyright holders.
    pub copyrights: Vec<String>,
    /// What a REUSE file says of other files.
    pub annotations: Vec<super::reuse::Annotation>,
}

/// A detector that looks around trigger words.
pub(super) struct Rule {
    /// Its name, as detections carry it.
    pub id: DetectorId,
    /// Lower-case words of which one must occur; found in any case, also inside other words.
    pub triggers: &'static [&'static str],
    /// Looks at the page; the offsets of its triggers are given, ascending.
    pub reads: fn(&Page<'_>, &[u32], &mut Seen),
}

/// All detectors that look around trigger words. Add a row to add a detector.
const DETECTORS: &[Rule] =
    &[super::tag::RULE, super::notice::RULE, super::notice::kernel::RULE, super::copyright::RULE];

/// At most this much of a file is read; license statements stand at the start of huge files or not at all.
const MOST_BYTES: u64 = 16 << 20;

/// The beginning of a file in which its role is looked for.
const HEAD: usize = 4096;

/// Sees licenses in files. Cheap to make; one serves all threads.
pub struct Detector {
    prefilter: Prefilter,
    texts: Texts,
    /// Of the user's license texts.
    own: Digest,
}

impl Detector {
    /// A detector that works as `options` say.
    pub fn new(options: &Options) -> Self {
        let triggers = DETECTORS.iter().map(|rule| rule.triggers).chain([text::TRIGGERS]);
        Detector { prefilter: Prefilter::new(triggers), texts: Texts::new(&options.texts), own: digest(&options.texts) }
    }

    /// What changes whenever detection could answer differently: program version, license data, rules, options.
    pub fn fingerprint(&self) -> Digest {
        let mut facts = format!("clarity {} spdx {}", env!("CARGO_PKG_VERSION"), crate::license::list_version());
        for rule in DETECTORS {
            facts.push_str(&format!("\n{} {}", rule.id, rule.triggers.join(" ")));
        }
        let tables = self.texts.facts().map(|table| Digest::of(table).to_string());
        Digest::of(format!("{facts}\n{}\n{}", tables.join(" "), self.own).as_bytes())
    }

    /// What is seen in a file of `root`; at most its first 16 MiB are read.
    pub fn read_file(&self, root: &Path, path: &RelPath) -> FileEvidence {
        match read_head(&path.under(root)) {
            Ok((bytes, size)) => {
                let mut evidence = self.read(path, &bytes);
                evidence.size = size;
                evidence.leave_out(size - bytes.len() as u64);
                evidence
            }
            Err(error) => FileEvidence { unread: Some(Unread::Io(error.to_string())), ..empty(path, 0) },
        }
    }

    /// What is seen in `bytes`, the content of the file at `path`.
    pub fn read(&self, path: &RelPath, bytes: &[u8]) -> FileEvidence {
        let mut evidence = empty(path, bytes.len() as u64);
        let encoding = page::sniff(bytes);
        let head = if encoding == Encoding::Binary {
            "".into()
        } else {
            page::decode(&bytes[..bytes.len().min(HEAD)], encoding)
        };
        (evidence.role, evidence.role_rule) = super::role::of(path, &head);
        if encoding == Encoding::Binary {
            evidence.unread = Some(super::compiled::of(bytes).map_or(Unread::Binary, Unread::Compiled));
            return evidence;
        }
        let manifest = super::manifest::reader(path);
        let early = (encoding == Encoding::Bytes).then(|| self.prefilter.scan(bytes));
        if manifest.is_none() && early.as_ref().is_some_and(Hits::is_empty) {
            return evidence;
        }
        let text = page::decode(bytes, encoding);
        let hits = match early {
            Some(hits) if text.len() == bytes.len() => hits,
            _ => self.prefilter.scan(text.as_bytes()),
        };
        if let Some(end) = hits.end {
            evidence.leave_out(text.len() as u64 - u64::from(end));
        }
        let page = Page::new(path, &text);
        let mut seen = self.look(&page, &hits);
        if let Some(read) = manifest {
            read(&page, &mut seen);
        }
        settle(seen, &mut evidence);
        super::choice::add(&page, &mut evidence);
        if evidence.role == Role::LicenseText && says_nothing(&evidence) {
            evidence.detections.edit().extend(self.texts.nearest(&page));
        }
        evidence
    }

    fn look(&self, page: &Page<'_>, hits: &Hits) -> Seen {
        let mut seen = Seen::default();
        self.texts.read(page, hits.of(DETECTORS.len()), &mut seen);
        for (index, rule) in DETECTORS.iter().enumerate() {
            let places = hits.of(index);
            if !places.is_empty() {
                (rule.reads)(page, places, &mut seen);
            }
        }
        seen
    }
}

/// True where a file neither states a license nor says where one is.
fn says_nothing(evidence: &FileEvidence) -> bool {
    let is_clue = |one: &Detection| one.class == Witness::Clue && !one.is_unknown_text();
    evidence.detections.iter().all(is_clue) && evidence.pointers.is_empty()
}

fn digest(own: &[OwnText]) -> Digest {
    let named = own.iter().map(|one| format!("{}\0{}\0", one.name, one.text));
    Digest::of(named.collect::<String>().as_bytes())
}

fn empty(path: &RelPath, size: u64) -> FileEvidence {
    FileEvidence {
        path: path.clone(),
        role: Role::Shipped,
        role_rule: "nothing else applies",
        size,
        detections: Same::default(),
        copyrights: Same::default(),
        pointers: Same::default(),
        annotations: Vec::new(),
        unread: None,
    }
}

fn read_head(path: &Path) -> std::io::Result<(Vec<u8>, u64)> {
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    let mut bytes = Vec::with_capacity(size.min(MOST_BYTES) as usize);
    file.take(MOST_BYTES).read_to_end(&mut bytes)?;
    let size = size.max(bytes.len() as u64);
    Ok((bytes, size))
}

/// Ranges of lines, of which one may contain another range.
struct Covered {
    /// Ascending by the first line; each with the furthest last line up to there.
    reach: Vec<(u32, u32)>,
}

impl Covered {
    fn new(mut ranges: Vec<LineRange>) -> Self {
        ranges.sort();
        let mut furthest = 0;
        let reach = ranges.iter().map(|range| {
            furthest = furthest.max(range.last);
            (range.first, furthest)
        });
        Covered { reach: reach.collect() }
    }

    fn contains(&self, lines: LineRange) -> bool {
        let behind = self.reach.partition_point(|(first, _)| *first <= lines.first);
        behind > 0 && self.reach[behind - 1].1 >= lines.last
    }
}

/// Puts what was seen in order, and leaves out what only repeats the words of a full text.
fn settle(mut seen: Seen, evidence: &mut FileEvidence) {
    let covered = Covered::new(std::mem::take(&mut seen.covered));
    let inside = |lines| covered.contains(lines);
    seen.detections.retain(|one| one.class == Witness::Text || !inside(one.lines));
    let tagged = super::tag::by_line(&seen.detections);
    seen.detections.retain(|one| !super::tag::repeats(one, &tagged));
    super::notice::settle(&mut seen.detections);
    super::exception::attach(&seen.exceptions, &mut seen.detections);
    Detection::sort(&mut seen.detections);
    seen.detections.dedup();
    seen.pointers.retain(|pointer| !inside(pointer.lines));
    // A license file leads to others whatever else it says.
    if evidence.role != Role::LicenseText {
        super::notice::settle_pointers(&mut seen.pointers, &seen.detections);
    }
    evidence.detections = seen.detections.into();
    evidence.pointers = seen.pointers.into();
    evidence.annotations = seen.annotations;
    evidence.copyrights = seen.copyrights.into();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_not_there_is_counted_with_the_reason() {
        let detector = Detector::new(&Options::default());
        let path = RelPath::new("no/such/file").expect("relative");
        assert!(matches!(detector.read_file(Path::new("/nonexistent"), &path).unread, Some(Unread::Io(_))));
    }
}
