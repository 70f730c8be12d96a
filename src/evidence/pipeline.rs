//! The pipeline: bytes of one file in, what was seen in it out.
//!
//! The one file that names every detector, and the order in which what they saw is settled. Reads every file once. A
//! file in which no detector finds a trigger costs one pass over its bytes. Total: no input makes it fail, and what it
//! did not read it says.

use std::io::Read;
use std::path::Path;

use super::detection::{ALTERNATIVE, Detection, DetectorId, FileEvidence, Role, Seen, Shared, Unread, Witness};
use super::notice::kernel;
use super::page::{self, Encoding, Page};
use super::prefilter::{Hits, Prefilter};
use super::text::{self, OwnText, Texts};
use super::{
    choice, compiled, copyright, exception, manifest, notice, parts, restriction, reuse, role, switch, tag, unlisted,
};
use crate::text::regular::{self, Links};
use crate::text::{Digest, LineRange, RelPath, stop};

/// Options of detection.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// License texts beside those of the SPDX list.
    pub texts: Vec<OwnText>,
}

/// A detector that looks around trigger words.
struct Rule {
    /// Its name, as detections carry it.
    id: DetectorId,
    /// Lower-case words of which one must occur; found in any case, also inside other words.
    triggers: &'static [&'static str],
    /// Looks at the page; the offsets of its triggers are given, ascending.
    reads: fn(&Page<'_>, &[u32], &mut Seen),
}

/// All detectors that look around trigger words. Add a row to add a detector.
const DETECTORS: &[Rule] = &[
    Rule { id: tag::ID, triggers: tag::TRIGGERS, reads: tag::reads },
    Rule { id: notice::ID, triggers: notice::TRIGGERS, reads: notice::reads },
    Rule { id: notice::ID, triggers: kernel::TRIGGERS, reads: kernel::reads },
    Rule { id: copyright::ID, triggers: copyright::TRIGGERS, reads: copyright::reads },
    Rule { id: restriction::ID, triggers: restriction::TRIGGERS, reads: restriction::reads },
];

/// Reads a file of which the name says what it is.
type Reader = fn(&Page<'_>, &mut Seen);

/// The readers of whole files of this name; none where the name is that of any file.
fn readers(path: &RelPath) -> impl Iterator<Item = Reader> {
    [reuse::reader(path), manifest::reader(path), switch::reader(path)].into_iter().flatten()
}

/// One step of settling: changes what is left of all that was seen in a file.
type Step = fn(&Page<'_>, Role, &mut Seen);

/// The order in which the statements of a file are settled, once all detectors have looked at it.
const SETTLING: &[Step] = &[
    // Detections inside a full text repeat its words.
    drop_covered,
    // A name on the line of a tag says nothing more than the tag.
    |_, _, seen| tag::drop_repeated(&mut seen.detections),
    // A family beside its exact license, a caption above its text, a list of many names.
    |_, _, seen| notice::settle(&mut seen.detections),
    // An exception widens the nearest license that it can belong to.
    |_, _, seen| exception::attach(&seen.exceptions, &mut seen.detections),
    sort,
    // The text of a version that is not listed is not the listed one.
    unlisted::settle,
    // A file that states its license does not send the reader to another one.
    drop_pointers,
    // "Alternatively" makes a choice of two statements.
    choice::alternatives,
    // A list announced above, or in a readme, makes a choice or parts of its items.
    choice::announced,
    // Texts below the words that announce what is bundled.
    parts::settle,
    // Words beside or inside a license that take something away make it another one.
    restriction::settle,
    // A license document in Debian's format says of which files each of its texts is.
    manifest::settle_stanzas,
];

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
    /// The detector of the tests, built once: that takes longer than to read a small file.
    #[cfg(test)]
    pub(crate) fn usual() -> &'static Detector {
        static USUAL: std::sync::LazyLock<Detector> = std::sync::LazyLock::new(|| Detector::new(&Options::default()));
        &USUAL
    }

    /// A detector that works as `options` say.
    pub fn new(options: &Options) -> Self {
        let triggers = DETECTORS.iter().map(|rule| rule.triggers).chain([text::TRIGGERS]);
        Detector { prefilter: Prefilter::new(triggers), texts: Texts::new(&options.texts), own: digest(&options.texts) }
    }

    /// Fingerprint of detection: changes with the code and data that decide what is seen in a source, and with options;
    /// not with the version of the program.
    pub fn fingerprint(&self) -> Digest {
        let mut facts = format!("{} spdx {}", env!("CLARITY_DETECTION"), crate::license::list_version());
        for rule in DETECTORS {
            facts.push_str(&format!("\n{} {}", rule.id, rule.triggers.join(" ")));
        }
        let rows = notice::tables()
            .chain([restriction::TABLE, parts::TABLE, role::TABLE, text::sayings::USUAL])
            .map(str::as_bytes);
        let tables = self.texts.facts().into_iter().chain(rows).map(|table| Digest::of(table).to_string());
        let tables: Vec<String> = tables.collect();
        Digest::of(format!("{facts}\n{}\n{}", tables.join(" "), self.own).as_bytes())
    }

    /// Evidence in `file`, which is called `path` in it; at most its first 16 MiB are read.
    pub fn read_file(&self, file: &Path, path: &RelPath) -> FileEvidence {
        match read_head(file) {
            Ok((bytes, size)) => {
                let mut evidence = self.read(path, &bytes);
                evidence.size = size;
                evidence.leave_out(size - bytes.len() as u64);
                evidence
            }
            Err(error) => FileEvidence { unread: Some(Unread::Io(error.to_string())), ..empty(path, 0) },
        }
    }

    /// Evidence in `bytes`, the content of the file at `path`.
    pub fn read(&self, path: &RelPath, bytes: &[u8]) -> FileEvidence {
        let mut evidence = empty(path, bytes.len() as u64);
        let encoding = page::sniff(bytes);
        let head = if encoding == Encoding::Binary {
            "".into()
        } else {
            page::decode(&bytes[..bytes.len().min(HEAD)], encoding)
        };
        (evidence.role, evidence.role_rule) = role::of(path, &head);
        if encoding == Encoding::Binary {
            evidence.unread = Some(compiled::of(bytes).map_or(Unread::Binary, Unread::Compiled));
            return evidence;
        }
        let whole: Vec<Reader> = readers(path).collect();
        let early = (encoding == Encoding::Bytes).then(|| self.prefilter.scan(bytes));
        if whole.is_empty() && early.as_ref().is_some_and(Hits::is_empty) {
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
        for read in whole {
            read(&page, &mut seen);
        }
        let questions = restriction::questions(&page, evidence.role, &mut seen);
        self.texts.explain(&page, &questions, &mut seen);
        for step in SETTLING {
            step(&page, evidence.role, &mut seen);
        }
        take(seen, &mut evidence);
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
            // The rest is of no use where the run, or this piece of it, was ended.
            if stop::over().is_some() {
                break;
            }
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
    evidence.detections.iter().all(|one| is_clue(one) || one.is_nameless()) && evidence.pointers.is_empty()
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
        detections: Shared::default(),
        copyrights: Shared::default(),
        pointers: Shared::default(),
        annotations: Vec::new(),
        restrictions: Vec::new(),
        switches: Vec::new(),
        unread: None,
    }
}

fn read_head(path: &Path) -> std::io::Result<(Vec<u8>, u64)> {
    let (file, found) = regular::open(path, Links::Followed)?;
    let size = found.len();
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

/// Leaves out what only repeats the words of a full text.
fn drop_covered(_: &Page<'_>, _: Role, seen: &mut Seen) {
    let covered = Covered::new(std::mem::take(&mut seen.covered));
    // "ALTERNATIVELY, this product may be distributed under ..." stands inside the text it is an alternative to.
    let stays = |one: &Detection| one.class == Witness::Text || one.by == ALTERNATIVE;
    seen.detections.retain(|one| stays(one) || !covered.contains(one.lines));
    seen.pointers.retain(|pointer| !covered.contains(pointer.lines));
}

fn sort(_: &Page<'_>, _: Role, seen: &mut Seen) {
    Detection::sort(&mut seen.detections);
    seen.detections.dedup();
}

/// A license file leads to others whatever else it says.
fn drop_pointers(_: &Page<'_>, role: Role, seen: &mut Seen) {
    if role != Role::LicenseText {
        notice::settle_pointers(&mut seen.pointers, &seen.detections);
    }
}

/// Puts what is left of `seen` into the evidence.
fn take(seen: Seen, evidence: &mut FileEvidence) {
    evidence.detections = seen.detections.into();
    evidence.pointers = seen.pointers.into();
    evidence.annotations = seen.annotations;
    evidence.restrictions = seen.restrictions;
    evidence.switches = seen.switches;
    evidence.copyrights = seen.copyrights.into();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_not_there_is_counted_with_the_reason() {
        let detector = Detector::usual();
        let path = RelPath::new("no/such/file").expect("relative");
        assert!(matches!(detector.read_file(Path::new("/nonexistent"), &path).unread, Some(Unread::Io(_))));
    }

    /// CPU time of this thread; the wall clock where the system does not tell.
    fn cpu(since: std::time::Instant) -> std::time::Duration {
        let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
        let nanos = told.and_then(|text| text.split(' ').next()?.parse().ok());
        nanos.map_or_else(|| since.elapsed(), std::time::Duration::from_nanos)
    }

    fn cost(detector: &Detector, text: &str) -> std::time::Duration {
        let path = RelPath::new("LICENSE").expect("relative");
        let since = std::time::Instant::now();
        let before = cpu(since);
        detector.read(&path, text.as_bytes());
        cpu(since) - before
    }

    /// CPU time below which nothing is told from the noise of a busy machine. Unoptimized, a text of this size takes some
    /// tens of milliseconds whatever it holds, and a shorter one that holds too few words for a license next to nothing.
    const NOISE: std::time::Duration = std::time::Duration::from_millis(if cfg!(debug_assertions) { 100 } else { 20 });

    /// True where eight times the text takes more than thirteen times the time, and takes it again. Up to eleven were
    /// measured on a busy machine; code that counts the bytes of the file for each `gpl` takes more, and less than twenty.
    fn grows_faster(detector: &Detector, unit: &str, bytes: usize) -> bool {
        let of = |bytes: usize| unit.repeat(bytes / unit.len() + 1);
        let (short, long) = (of(bytes / 8), of(bytes));
        (0..3).all(|_| cost(detector, &long).checked_sub(NOISE).is_some_and(|cpu| cpu > cost(detector, &short) * 13))
    }

    /// Texts that are put before a trigger.
    const FILLERS: [&str; 4] = ["", "\n", "0f3a9c", "(MIT OR "];

    fn triggers() -> impl Iterator<Item = &'static str> {
        DETECTORS.iter().flat_map(|rule| rule.triggers).chain(text::TRIGGERS).copied()
    }

    /// Triggers that are tried in one text: each costs a part of the time, and a square of one still shows in a text that is
    /// so many times as long as the noise asks for.
    const TOGETHER: usize = 8;
    /// Bytes of a text.
    const LONG: usize = 64 << 10;

    /// On two threads: with one, it is the longest test by far.
    fn assert_linear(units: &[String], together: usize) {
        let detector = Detector::usual();
        let slow_of = |units: &[String]| -> Vec<String> {
            let texts = units.chunks(together).map(<[String]>::concat);
            texts.filter(|text| grows_faster(detector, text, LONG)).collect()
        };
        let (first, second) = units.split_at(units.len() / 2);
        let slow = std::thread::scope(|scope| {
            let half = scope.spawn(|| slow_of(first));
            [slow_of(second), half.join().expect("no panic")].concat()
        });
        assert!(slow.is_empty(), "these cost the more per byte the more there is: {slow:?}");
    }

    #[test]
    fn detection_is_linear_in_every_trigger() {
        let units = triggers().zip(FILLERS.iter().cycle()).map(|(trigger, filler)| format!("{filler}{trigger}"));
        assert_linear(&units.collect::<Vec<_>>(), TOGETHER);
    }

    #[test]
    #[ignore = "exhaustive: takes minutes unoptimized"]
    fn detection_is_linear_in_every_trigger_after_every_filler() {
        let units = triggers().flat_map(|trigger| FILLERS.map(|filler| format!("{filler}{trigger}")));
        assert_linear(&units.collect::<Vec<_>>(), 1);
    }

    #[test]
    fn a_long_line_costs_what_its_bytes_cost() {
        let detector = Detector::usual();
        // Marsaglia's xorshift: digits without a pattern, the same in every run.
        let mut state = 0x2545_f491_u32;
        let mut draw = move |alphabet: &'static [u8]| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            char::from(alphabet[state as usize % alphabet.len()])
        };
        let base64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        for alphabet in [&b"0123456789abcdef"[..], base64, b"abc0/.-_ (", b"cgpl0 \n"] {
            let line: String = (0..64 << 10).map(|_| draw(alphabet)).collect();
            let grows = (0..3).all(|_| cost(detector, &line) > cost(detector, &line[..8 << 10]) * 20 + NOISE);
            assert!(!grows, "{}...", &line[..60]);
        }
    }
}
