//! The rows of `restrictions.toml`, and what of a text they match.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};

use rustc_hash::FxHashMap;
use serde::Deserialize;

use super::pattern::{Alternatives, Pattern, Phrases, Token, Word, sentence, token};
use crate::evidence::detection::RestrictionKind;

/// A restriction that rows know.
#[derive(Debug)]
pub struct Row {
    /// Its name, as explanations say it.
    pub id: String,
    /// Kind of the restriction.
    pub kind: RestrictionKind,
    /// True where it counts only in a sentence that was put into a license text.
    pub is_inserted: bool,
    /// True for words that leave no doubt, wherever they stand.
    pub is_firm: bool,
    /// True where its words, in the header of a file without a license, are the file's terms.
    pub is_of_header: bool,
    /// True where its words count only in license documents and readmes: code says the like of functions.
    pub is_of_document: bool,
    /// True for words of which it is not known whether they take something away: they only make a license doubtful.
    pub is_doubt: bool,
    /// True where it counts only in a sentence that no known free license says in other words.
    pub is_general: bool,
    patterns: Vec<Lines>,
    excuses: Lines,
    letters: Vec<String>,
    #[cfg(test)]
    written: Written,
}

/// Lines of a row, read when a text asks for them: most texts ask for few.
#[derive(Debug)]
struct Lines {
    written: Vec<String>,
    patterns: OnceLock<Vec<Pattern>>,
}

impl Lines {
    fn of(written: Vec<String>) -> Lines {
        Lines { written, patterns: OnceLock::new() }
    }

    fn patterns(&self, reader: &Mutex<Reader>) -> &[Pattern] {
        self.patterns.get_or_init(|| {
            let mut reader = reader.lock().unwrap_or_else(PoisonError::into_inner);
            self.written.iter().filter_map(|line| reader.pattern(line)).collect()
        })
    }
}

/// A row as it is written.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, serde(deny_unknown_fields))]
struct Written {
    id: String,
    kind: RestrictionKind,
    r#match: Vec<String>,
    #[serde(default)]
    inserted: bool,
    #[serde(default)]
    firm: bool,
    #[serde(default)]
    header: bool,
    #[serde(default)]
    document: bool,
    #[serde(default)]
    doubt: bool,
    #[serde(default)]
    unexplained: bool,
    #[serde(default)]
    unless: Vec<String>,
    #[serde(default)]
    letters: Vec<String>,
    #[cfg(test)]
    yes: Vec<String>,
    #[cfg(test)]
    no: Vec<String>,
    #[cfg(test)]
    seen: Vec<String>,
}

#[derive(Deserialize)]
struct File {
    excuse: BTreeMap<String, Vec<String>>,
    class: Classes,
    row: Vec<Written>,
}

/// Lists of phrases that patterns name as `@list`; a list may name those before it.
type Classes = BTreeMap<String, String>;

/// Reads patterns; a part or list that several of them have is read once.
struct Reader {
    classes: Classes,
    parts: FxHashMap<String, Arc<Token>>,
    lists: FxHashMap<String, Alternatives>,
}

impl Reader {
    /// The words with which matches of `line` begin; none where it is no pattern.
    fn openings(&mut self, line: &str) -> Vec<String> {
        let first = line.split_whitespace().find(|part| *part != "^");
        first.map_or_else(Vec::new, |part| self.part(part).openings().map(str::to_owned).collect())
    }

    fn pattern(&mut self, line: &str) -> Option<Pattern> {
        Pattern::of(line.split_whitespace().map(|part| self.part(part)).collect())
    }

    fn part(&mut self, part: &str) -> Arc<Token> {
        if let Some(known) = self.parts.get(part) {
            return Arc::clone(known);
        }
        let new = Arc::new(token(part, |phrases| self.alternatives(phrases)));
        self.parts.insert(part.to_owned(), Arc::clone(&new));
        new
    }

    /// Phrases and names of lists, with `|` between them.
    fn alternatives(&mut self, written: &str) -> Alternatives {
        let all: Vec<&str> = written.split('|').collect();
        let runs = all.chunk_by(|one, next| !one.starts_with('@') && !next.starts_with('@'));
        runs.flat_map(|run| match run[0].strip_prefix('@') {
            Some(list) => self.list(list),
            None => vec![Arc::new(Phrases::of(run.iter().copied()))],
        })
        .collect()
    }

    fn list(&mut self, name: &str) -> Alternatives {
        if let Some(known) = self.lists.get(name) {
            return known.clone();
        }
        let written = self.classes.get(name).cloned();
        let new = written.map_or_else(Alternatives::new, |written| self.alternatives(&written));
        self.lists.insert(name.to_owned(), new.clone());
        new
    }
}

/// The lines of `unless`, with those of an excuse in place of its name.
fn named(unless: &[String], excuses: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let of = |line: &String| line.strip_prefix('@').and_then(|name| excuses.get(name)).cloned();
    unless.iter().flat_map(|line| of(line).unwrap_or_else(|| vec![line.clone()])).collect()
}

impl Row {
    fn of(written: Written, excuses: &BTreeMap<String, Vec<String>>) -> Row {
        Row {
            id: written.id.clone(),
            kind: written.kind,
            is_inserted: written.inserted,
            is_firm: written.firm,
            is_of_header: written.header,
            is_of_document: written.document,
            is_doubt: written.doubt,
            is_general: written.unexplained,
            patterns: written.r#match.iter().map(|line| Lines::of(vec![line.clone()])).collect(),
            excuses: Lines::of(named(&written.unless, excuses)),
            letters: written.letters.clone(),
            #[cfg(test)]
            written,
        }
    }
}

/// All rows, with the patterns of each by the word with which they begin.
pub struct Rows {
    rows: Vec<Row>,
    by_word: FxHashMap<String, Vec<(usize, usize)>>,
    reader: Mutex<Reader>,
}

/// The rows that are compiled in.
pub static ROWS: LazyLock<Rows> =
    LazyLock::new(|| Rows::new(toml::from_str(super::TABLE).expect("a test reads the file")));

/// Words behind a restriction that refer to the license itself: "may not be copied except according to those terms".
static LIFTED: LazyLock<Vec<Pattern>> = LazyLock::new(|| {
    let lines = [
        "except in|under|according|pursuant|as ..2 compliance|terms|permitted|provided|expressly|the-licens*|this-licens* !..4:law|laws",
        "except ..1 according|pursuant",
        "unless ..4 comply|accept|compliance",
    ];
    lines.iter().filter_map(|line| Pattern::parse(line)).collect()
});

impl Rows {
    /// The row with this name.
    pub fn named(&self, id: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.id == id)
    }

    fn new(file: File) -> Rows {
        let File { excuse, class, row } = file;
        let mut reader = Reader { classes: class, parts: FxHashMap::default(), lists: FxHashMap::default() };
        let mut by_word: FxHashMap<String, Vec<(usize, usize)>> = FxHashMap::default();
        for (at, written) in row.iter().enumerate() {
            for (nth, line) in written.r#match.iter().enumerate() {
                for word in reader.openings(line) {
                    by_word.entry(word).or_default().push((at, nth));
                }
            }
        }
        let rows = row.into_iter().map(|written| Row::of(written, &excuse)).collect();
        Rows { rows, by_word, reader: Mutex::new(reader) }
    }

    /// True where other words of the sentence say that nothing is taken away.
    fn is_excused(&self, row: &Row, words: &[Word], range: &std::ops::Range<usize>) -> bool {
        let excuses = row.excuses.patterns(&self.reader);
        !excuses.is_empty()
            && sentence(words, range).any(|at| excuses.iter().any(|one| one.matches(words, at).is_some()))
    }

    /// Where rows of languages that do not part their words match in `text`: the row and the bytes.
    pub fn find_letters<'r>(&'r self, text: &str) -> Vec<(&'r Row, std::ops::Range<usize>)> {
        if text.is_ascii() {
            return Vec::new();
        }
        let of = |row: &'r Row, letters: &String| {
            memchr::memmem::find(text.as_bytes(), letters.as_bytes()).map(|at| (row, at..at + letters.len()))
        };
        self.rows.iter().filter_map(|row| row.letters.iter().find_map(|letters| of(row, letters))).collect()
    }

    /// Matches of the rows in `words`, in order of place; of a sentence the first match of each row.
    pub fn find(&self, words: &[Word]) -> Vec<(&Row, std::ops::Range<usize>)> {
        self.find_from(words, 0..words.len())
    }

    /// The matches that begin at one of these places.
    pub fn find_from(
        &self,
        words: &[Word],
        places: impl Iterator<Item = usize>,
    ) -> Vec<(&Row, std::ops::Range<usize>)> {
        let mut found: Vec<(&Row, std::ops::Range<usize>)> = Vec::new();
        // Ends of the latest match of each row: a look through all that was found would cost the square.
        let mut ends = vec![0; self.rows.len()];
        for (at, word) in places.filter_map(|at| Some((at, words.get(at)?))) {
            for &(nth_row, nth) in self.by_word.get(&word.form).into_iter().flatten() {
                if at < ends[nth_row] {
                    continue;
                }
                let row = &self.rows[nth_row];
                let patterns = row.patterns[nth].patterns(&self.reader);
                let Some(range) = patterns.iter().find_map(|one| one.matches(words, at)) else { continue };
                if !LIFTED.iter().any(|lifted| lifted.follows(words, range.end)) && !self.is_excused(row, words, &range)
                {
                    ends[nth_row] = range.end;
                    found.push((row, range));
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::super::pattern::read;
    use super::*;

    /// True for rows that are looked at in some sentences only, or take nothing away by themselves.
    fn is_conditional(id: &str) -> bool {
        ROWS.rows.iter().any(|row| row.id == id && (row.is_inserted || row.is_doubt || row.is_general))
    }

    fn matched(text: &str) -> Vec<String> {
        let words = ROWS.find(&read(text, 0, text.len())).into_iter();
        words.chain(ROWS.find_letters(text)).map(|(row, _)| row.id.clone()).collect()
    }

    #[test]
    fn every_list_that_a_pattern_names_is_there() {
        let file: File = toml::from_str(super::super::TABLE).expect("TOML");
        let of_rows =
            file.row.iter().flat_map(|row| row.r#match.iter().chain(&row.unless)).chain(file.excuse.values().flatten());
        let parts = of_rows.chain(file.class.values()).flat_map(|line| line.split([' ', '|', ':', '!']));
        let unknown: Vec<&str> = parts
            .filter_map(|part| part.split('@').nth(1))
            .map(|name| name.trim_end_matches('?'))
            .filter(|name| !file.class.contains_key(*name) && !file.excuse.contains_key(*name))
            .collect();
        assert!(unknown.is_empty(), "no list is called {unknown:?}");
    }

    #[test]
    fn every_row_finds_its_yes_and_not_its_no() {
        let mut faults = Vec::new();
        for row in &ROWS.rows {
            let Written { id, yes, no, seen, r#match, unless, .. } = &row.written;
            assert!(!yes.is_empty() && !no.is_empty() && seen.len() > 1, "{id}: a row needs yes, no and two places");
            let read = |lines: &Lines| lines.patterns(&ROWS.reader).len();
            assert_eq!(
                row.patterns.iter().map(read).sum::<usize>(),
                r#match.len(),
                "{id}: a pattern begins with a word"
            );
            assert!(read(&row.excuses) >= unless.len(), "{id}: an excuse begins with a word");
            let missed = yes.iter().filter(|text| !matched(text).contains(id));
            faults.extend(missed.map(|text| format!("{id} does not find {text:?}, found {:?}", matched(text))));
            for text in no {
                let mut found = matched(text);
                found.retain(|other| other == id || !is_conditional(other));
                faults.extend((!found.is_empty()).then(|| format!("{id}: {found:?} found in {text:?}")));
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }

    #[test]
    fn every_yes_wakes_the_detector() {
        // Inserted words are looked for where the text around them wakes the detector.
        let rows = ROWS.rows.iter().filter(|row| !is_conditional(&row.id));
        let is_asleep = |text: &&String| !super::super::TRIGGERS.iter().any(|one| text.to_lowercase().contains(one));
        let asleep: Vec<&String> = rows.flat_map(|row| &row.written.yes).filter(is_asleep).collect();
        assert!(asleep.is_empty(), "{asleep:?}");
    }
}
