//! Full license texts anywhere in a file, whatever stands around and between their words.
//!
//! An index of short runs of words names the texts a region may hold, an alignment of words locates each of them, and
//! the one that explains most of the region with the least left over is reported. askalono scores what is not word for
//! word the license, and decides between texts that the alignment finds equally near. What only resembles a license is not
//! given an id here. The answer depends on the words alone, so equal regions are worked out once.

mod align;
mod change;
mod diff;
mod index;
mod library;
mod memo;
mod nearest;
mod region;
pub(super) mod sayings;
mod score;
mod select;
mod slots;
pub(super) mod words;

pub use change::Change;
pub(in crate::evidence) use change::{changes, operative};
pub(in crate::evidence) use diff::compare;
pub use library::OwnText;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::detection::{Detection, Note, Score, Seen, UNKNOWN_TEXT, Witness};
use super::page::{Page, ceil_boundary};
use crate::license::Term;
use crate::text::{LineRange, Span};
use index::ENTRIES;
use library::Library;
use memo::Memo;
use region::Region;
use select::Found;

/// Words of which every license text holds some, a few lines apart at most.
pub const TRIGGERS: &[&str] = &[
    "licen",
    "permi",
    "warrant",
    "redistribut",
    "copyright",
    "public domain",
    "as is",
    "liab",
    "freely",
    "freeware",
    "distributed",
    "use this",
    "you want",
    "creative commons",
    "lizenz",
    "クリエイティブ",
    "special exception",
];

/// Parts of the ids of exceptions that name no subject.
const GENERAL: &[&str] = &["exception", "linking", "library", "syscall", "note", "GPL", "LGPL", "interface", "generic"];

/// Bytes behind the listed text of the GPL in which its last paragraph is looked for.
const EPILOGUE: usize = 1200;

/// Finds license texts; one serves all threads.
pub struct Texts {
    library: Library,
    memo: Memo,
}

impl Texts {
    /// A finder of the listed texts, of which it has read none yet, and of `own` ones.
    pub fn new(own: &[OwnText]) -> Self {
        Texts { library: Library::new(own), memo: Memo::default() }
    }

    /// Adds the texts around `hits` to `seen`.
    pub fn read(&self, page: &Page<'_>, hits: &[u32], seen: &mut Seen) {
        for region in region::regions(&self.library, page.text, hits) {
            let found = self.memo.get_or(&region.hashes, || select::select(&region, page.text, &self.library));
            for found in found.iter() {
                self.report(page, &region, found, seen);
            }
        }
    }

    fn report(&self, page: &Page<'_>, region: &Region, found: &Found, seen: &mut Seen) {
        let lines = page.line_range(region.span(&found.words));
        if !found.is_certain {
            seen.detections.extend(self.resemblance(found.entry, found.score, lines));
            return;
        }
        seen.matched.extend(found.runs.iter().map(|run| region.span(run)));
        seen.added.extend(found.added.iter().map(|gap| region.span(gap)));
        let mut start = found.words.start;
        for gap in found.gaps.iter().filter(|gap| !is_copyright(&region.hashes[(*gap).clone()])) {
            seen.covered.push(page.line_range(region.span(&(start..gap.start))));
            start = gap.end;
        }
        let end = region.span(&(start..found.words.end));
        seen.covered.push(page.line_range(Span::new(end.start, self.epilogue(page, found, end.end))));
        match ENTRIES.get(usize::from(found.entry)).filter(|entry| entry.is_exception) {
            Some(exception) if self.names_its_subject(page, region, found) => {
                seen.exceptions.push((exception.id, lines))
            }
            Some(_) => {}
            None => seen.detections.extend(self.detection(found, lines)),
        }
    }

    /// True where the words of an exception name what its id names: an exception for linking with Xerces reads like that
    /// for OpenSSL, and is another one.
    fn names_its_subject(&self, page: &Page<'_>, region: &Region, found: &Found) -> bool {
        let read =
            |text: &str| words::words(text, 0, text.len()).iter().map(|word| word.hash).collect::<BTreeSet<u32>>();
        let entry = &ENTRIES[usize::from(found.entry)];
        let listed = crate::license::exception(entry.id).map_or("", |listed| listed.text);
        let (listed, here) = (read(listed), read(region.span(&found.words).of(page.text)));
        let is_name = |part: &&str| part.len() > 2 && !GENERAL.contains(part);
        let mut subjects = entry.id.split('-').filter(is_name).flat_map(slots::hashes);
        // "openvpn-openssl-exception": the first name is that of the program, which others replace by theirs.
        subjects.rfind(|word| listed.contains(word)).is_none_or(|word| here.contains(&word))
    }

    /// Where the text really ends. The GPL's last paragraph, which sends authors of libraries to another license, is
    /// not in the listed text; its words state nothing about the file.
    fn epilogue(&self, page: &Page<'_>, found: &Found, end: u32) -> u32 {
        let is_gpl = ENTRIES.get(usize::from(found.entry)).is_some_and(|entry| entry.id.starts_with("GPL-"));
        if !is_gpl {
            return end;
        }
        let behind = words::words(page.text, end as usize, ceil_boundary(page.text, end as usize + EPILOGUE));
        let hashes: Vec<u32> = behind.iter().map(|word| word.hash).collect();
        let find = |phrase: &str, from: usize| {
            let phrase = slots::hashes(phrase);
            hashes
                .get(from..)?
                .windows(phrase.len())
                .position(|run| run == phrase)
                .map(|at| from + at + phrase.len() - 1)
        };
        let last =
            find("does not permit incorporating your program", 0).and_then(|at| find("instead of this license", at));
        last.map_or(end, |last| behind[last].end)
    }

    fn detection(&self, found: &Found, lines: LineRange) -> Option<Detection> {
        let term = self.term(found.entry)?;
        let rival = found.rival.map(|rival| format!("{} differs in a few words only", name(&self.library, rival)));
        Some(Detection {
            expr: term.into(),
            class: Witness::Text,
            by: "text",
            lines,
            score: found.score,
            quote: String::new(),
            note: rival.map(Note::from),
        })
    }

    /// The nearest license of a document in which none was found; `None` where it reads like no license.
    pub fn nearest(&self, page: &Page<'_>) -> Option<Detection> {
        let found = nearest::nearest(&self.library, page.text)?;
        self.resemblance(found.entry, found.score, page.line_range(found.span))
    }

    /// A text that reads like a license and is none of those known.
    fn resemblance(&self, entry: u16, score: Score, lines: LineRange) -> Option<Detection> {
        let note = format!("resembles {} ({score}), and is not that license", name(&self.library, entry));
        Some(Detection {
            expr: self.term(entry)?.into(),
            class: Witness::Clue,
            by: UNKNOWN_TEXT,
            lines,
            score,
            quote: String::new(),
            note: Some(note.into()),
        })
    }

    fn term(&self, entry: u16) -> Option<Term> {
        match self.library.own_name(entry) {
            Some(name) => Some(Term::reference(name)),
            None => Term::from_id(ENTRIES[usize::from(entry)].id),
        }
    }

    /// Inputs that the answers depend on.
    pub fn facts(&self) -> [&'static [u8]; 3] {
        index::bytes()
    }
}

/// True for a line of copyright between the words of a license: it is of the text, and says nothing by itself.
fn is_copyright(words: &[u32]) -> bool {
    static COPYRIGHT: LazyLock<Vec<u32>> = LazyLock::new(|| slots::hashes("copyright"));
    words.len() <= LONGEST_COPYRIGHT && words.iter().any(|word| COPYRIGHT.contains(word))
}

/// Words of a line of copyright at most.
const LONGEST_COPYRIGHT: usize = 16;

/// The id of the text with this number: of a license, an exception, or `LicenseRef-...`.
fn name(library: &Library, number: u16) -> String {
    let own = library.own_name(number).map(|name| format!("LicenseRef-{name}"));
    own.unwrap_or_else(|| ENTRIES[usize::from(number)].id.to_owned())
}
