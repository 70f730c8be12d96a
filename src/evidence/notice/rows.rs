//! The rows that say what sentences mean, and where they match.
//!
//! Knows the language of patterns and no license. Invariant: a match is bounded in length and in work, so reading is
//! linear; patterns stay within the line, sentence or paragraph that their row says.

use std::collections::HashMap;

use super::mention::Mention;
use super::pattern::{self, Token, Word, is_start, parse};
use super::words::{Gap, Kind, Words};

/// A meaning that a row gives to the words it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// The name is granted, whatever other rows say of it.
    Affirms,
    /// The name is granted.
    Grants,
    /// The words themselves state this expression.
    States(&'static str),
    /// The name is not granted; the variant says why.
    Takes(Why),
    OrLater,
    Only,
    /// The number is the version of the name.
    Version,
    /// The names are alternatives.
    Choice,
    /// The names of the sentences before are alternatives.
    ChoiceAbove,
    /// The name is an alternative to what stands before.
    Alternative,
    /// All names hold.
    Parts,
    /// The words name this exception.
    Exception(&'static str),
}

/// A reason why a statement grants nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    Denied,
    Was,
    Will,
    Would,
    Required,
    Quoted,
    Asked,
    OtherSoftware,
}

impl Why {
    /// The note of a clue that grants nothing for this reason.
    pub(super) fn note(self) -> &'static str {
        match self {
            Why::Denied => "grants nothing: it is denied",
            Why::Was => "grants nothing: it is history",
            Why::Will => "grants nothing: it is a plan",
            Why::Would => "grants nothing: it is a condition",
            Why::Required => "grants nothing: it is asked of contributors",
            Why::Quoted => "grants nothing: it is quoted",
            Why::Asked => "grants nothing: it is a question",
            Why::OtherSoftware => "grants nothing: it is said of other software",
        }
    }
}

/// How far a match may reach, and what a row without a name is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Within {
    Line,
    Sentence,
    Paragraph,
}

#[derive(Debug)]
struct Row {
    id: &'static str,
    effect: Effect,
    within: Within,
    on: Option<Form>,
    tokens: Vec<Token>,
}

/// The form of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Prose,
    /// Prose with signs for headings, links and code.
    Markup,
    Code,
}

impl Form {
    fn is(self, wanted: Form) -> bool {
        self == wanted || self == Form::Markup && wanted == Form::Prose
    }
}

/// Rows by the word with which they begin.
#[derive(Debug)]
pub(super) struct Rows {
    rows: Vec<Row>,
    exact: HashMap<String, Vec<u16>>,
    /// By the first letters of a word that begins with a stem.
    stems: HashMap<String, Vec<u16>>,
    named: Vec<u16>,
}

/// Letters of a stem that find its row.
const STEM: usize = 3;

/// Where a row matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) id: &'static str,
    pub(super) effect: Effect,
    /// Words `first..end`.
    pub(super) first: usize,
    pub(super) end: usize,
    /// The words that the statement reaches over, where the row names no license.
    pub(super) reach: (usize, usize),
    /// The names in the pattern's slots, as indices of the mentions.
    pub(super) names: Vec<usize>,
    /// The word in the slot of a version.
    pub(super) version: Option<usize>,
    /// The row stays within a line.
    pub(super) is_line: bool,
}

impl Rows {
    /// The rows of `tables`, as the build script writes them.
    pub(super) fn new(tables: &[&'static str]) -> Rows {
        let rows = tables.iter().flat_map(|table| table.lines()).filter_map(row).collect();
        let mut rows = Rows { rows, exact: HashMap::new(), stems: HashMap::new(), named: Vec::new() };
        for index in 0..rows.rows.len() {
            rows.enter(index);
        }
        rows
    }

    fn enter(&mut self, index: usize) {
        let number = index as u16;
        let Some(anchor) = self.rows[index].tokens.iter().find(|token| !is_start(token)) else { return };
        let Token::Words { any, .. } = anchor else { return self.named.push(number) };
        for phrase in any {
            match &phrase[0] {
                Word::Exact(word) => self.exact.entry(word.clone()).or_default().push(number),
                Word::Stem(stem) => {
                    let letters = stem.chars().take(STEM).collect();
                    let list = self.stems.entry(letters).or_default();
                    if list.last() != Some(&number) {
                        list.push(number);
                    }
                }
            }
        }
    }

    /// The matches of all rows in `words`, in order of their first words.
    pub(super) fn find(&self, words: &Words, mentions: &[Mention], form: Option<Form>) -> Vec<Match> {
        let names = Mentions::new(mentions, words.len());
        let mut found = Vec::new();
        for at in 0..words.len() {
            let text = words.text(at);
            let exact = self.exact.get(text);
            let stem = text.char_indices().nth(STEM).map_or(text, |(end, _)| &text[..end]);
            let stems = if words.kind(at) == Some(Kind::Letters) { self.stems.get(stem) } else { None };
            let named = names.at(at).map(|_| &self.named);
            for index in [exact, stems, named].into_iter().flatten().flatten() {
                let row = &self.rows[*index as usize];
                if row.on.is_none_or(|wanted| form.is_some_and(|form| form.is(wanted))) {
                    found.extend(attempt(row, words, &names, at));
                }
            }
        }
        found
    }
}

fn row(line: &'static str) -> Option<Row> {
    let mut fields = line.split('\t');
    let mut field = || fields.next();
    let (id, effect, within, on, pattern) = (field()?, field()?, field()?, field()?, field()?);
    let (effect, value) = effect.split_once(' ').unwrap_or((effect, ""));
    let within = match within {
        "line" => Within::Line,
        "paragraph" => Within::Paragraph,
        _ => Within::Sentence,
    };
    let on = match on {
        "prose" => Some(Form::Prose),
        "markup" => Some(Form::Markup),
        "code" => Some(Form::Code),
        _ => None,
    };
    Some(Row { id, effect: read_effect(effect, value)?, within, on, tokens: parse(pattern).ok()? })
}

fn read_effect(effect: &str, value: &'static str) -> Option<Effect> {
    Some(match effect {
        "affirms" => Effect::Affirms,
        "grants" => Effect::Grants,
        "states" => Effect::States(value),
        "denies" => Effect::Takes(Why::Denied),
        "was" => Effect::Takes(Why::Was),
        "will" => Effect::Takes(Why::Will),
        "would" => Effect::Takes(Why::Would),
        "requires" => Effect::Takes(Why::Required),
        "quotes" => Effect::Takes(Why::Quoted),
        "asks" => Effect::Takes(Why::Asked),
        "other" => Effect::Takes(Why::OtherSoftware),
        "or-later" => Effect::OrLater,
        "only" => Effect::Only,
        "version" => Effect::Version,
        "choice" => Effect::Choice,
        "choice-above" => Effect::ChoiceAbove,
        "alternative" => Effect::Alternative,
        "parts" => Effect::Parts,
        "exception" => Effect::Exception(value),
        _ => return None,
    })
}

/// Mentions, found by their first word: attempts ask at every word.
struct Mentions<'a> {
    list: &'a [Mention],
    /// For each word the index of the mention that begins there; `NO_MENTION` where none does.
    starts: Vec<u32>,
}

const NO_MENTION: u32 = u32::MAX;

impl<'a> Mentions<'a> {
    fn new(list: &'a [Mention], words: usize) -> Self {
        let mut starts = vec![NO_MENTION; words];
        // The first of two that begin at one word stays.
        for (index, mention) in list.iter().enumerate().rev() {
            if let Some(start) = starts.get_mut(mention.first) {
                *start = index as u32;
            }
        }
        Mentions { list, starts }
    }

    /// The mention that begins at word `at`.
    fn at(&self, at: usize) -> Option<usize> {
        self.starts.get(at).filter(|index| **index != NO_MENTION).map(|index| *index as usize)
    }
}

/// Names of one list at most. A list begins at each of its names again, so without a bound a file of names only costs the
/// square of its size. Lists in real notices stay far below it.
const MOST_NAMES: usize = 32;

/// Steps of one attempt at most.
const STEPS: u32 = 3_000;

struct Attempt<'a> {
    words: &'a Words,
    mentions: &'a Mentions<'a>,
    within: Within,
    first: usize,
    names: Vec<usize>,
    version: Option<usize>,
    steps: u32,
}

fn attempt(row: &Row, words: &Words, mentions: &Mentions<'_>, at: usize) -> Option<Match> {
    let mut state =
        Attempt { words, mentions, within: row.within, first: at, names: Vec::new(), version: None, steps: 0 };
    let end = state.run(&row.tokens, at, false)?;
    let reach = (state.edge_before(at), state.edge_behind(end));
    let Attempt { names, version, .. } = state;
    Some(Match {
        id: row.id,
        effect: row.effect,
        first: at,
        end,
        reach,
        names,
        version,
        is_line: row.within == Within::Line,
    })
}

impl Attempt<'_> {
    /// True where the unit that the row stays within ends before the word at `at`.
    fn breaks(&self, at: usize) -> bool {
        let gap = self.words.gap(at);
        match self.within {
            Within::Line => gap.has(Gap::NEWLINE) || gap.has(Gap::PARAGRAPH),
            Within::Sentence => gap.has(Gap::STOP) || gap.has(Gap::PARAGRAPH),
            Within::Paragraph => gap.has(Gap::PARAGRAPH),
        }
    }

    fn edge_before(&self, at: usize) -> usize {
        let least = at.saturating_sub(REACH);
        (least..=at).rev().find(|place| self.breaks(*place)).unwrap_or(least)
    }

    fn edge_behind(&self, end: usize) -> usize {
        let most = (end + REACH).min(self.words.len());
        (end..most).find(|place| self.breaks(*place)).unwrap_or(most)
    }

    /// The end of the match of `tokens` from word `at` on; `free` where a sentence may end before it.
    fn run(&mut self, tokens: &[Token], at: usize, free: bool) -> Option<usize> {
        self.steps += 1;
        let Some((token, rest)) = tokens.split_first() else { return Some(at) };
        if self.steps > STEPS {
            return None;
        }
        match token {
            Token::SentenceStart => self.starts(at).then(|| self.run(rest, at, free)).flatten(),
            Token::LineStart => self.words.gap(at).has(Gap::NEWLINE).then(|| self.run(rest, at, true)).flatten(),
            Token::SentenceEnd => {
                let gap = self.words.gap(at);
                (gap.has(Gap::STOP) || gap.has(Gap::PARAGRAPH)).then(|| self.run(rest, at, true)).flatten()
            }
            Token::LineEnd => self.words.gap(at).has(Gap::NEWLINE).then(|| self.run(rest, at, true)).flatten(),
            Token::Sign(sign) => has_sign(self.words.gap(at), *sign).then(|| self.run(rest, at, free)).flatten(),
            Token::Break => self.run(rest, at, true),
            Token::Not(words) => {
                let is_any = at < self.words.len() && words.iter().any(|word| word.is(self.words.text(at)));
                (!is_any || self.stops(at, free)).then(|| self.run(rest, at, free)).flatten()
            }
            Token::Gap(most) => self.gap(*most, rest, at, free),
            Token::Words { any, optional } => self.any_of(any, *optional, rest, at, free),
            Token::Name(kind) => self.name(*kind, rest, at, free),
            Token::Other => {
                let (_, end) = self.license(at, free)?;
                self.run(rest, end, false)
            }
            Token::Names => self.names(rest, at, free),
            Token::Address => {
                let is_value = [Gap::EQUALS, Gap::QUOTE].iter().any(|sign| self.words.gap(at).has(*sign));
                let (index, end) = self.license(at, free).filter(|_| !is_value)?;
                self.mentions.list[index].is_url.then(|| self.run(rest, end, false)).flatten()
            }
            Token::Version => {
                let fits = !self.stops(at, free) && self.words.kind(at) == Some(Kind::Number);
                fits.then(|| {
                    self.version = Some(at);
                    self.run(rest, at + 1, false)
                })
                .flatten()
            }
            Token::File => {
                let fits = !self.stops(at, free) && self.is_file(at);
                fits.then(|| self.run(rest, self.behind_file(at), false)).flatten()
            }
        }
    }

    fn starts(&self, at: usize) -> bool {
        let gap = self.words.gap(at);
        gap.has(Gap::STOP) || gap.has(Gap::PARAGRAPH) || at == 0
    }

    /// True where the match may not go on to the word at `at`.
    fn stops(&self, at: usize, free: bool) -> bool {
        at >= self.words.len() || !free && at != self.first && self.breaks(at)
    }

    fn gap(&mut self, most: u8, rest: &[Token], at: usize, free: bool) -> Option<usize> {
        let (mut at, mut free) = (at, free);
        for _ in 0..=most {
            let names = self.names.len();
            if let Some(end) = self.run(rest, at, free) {
                return Some(end);
            }
            self.names.truncate(names);
            if self.stops(at, free) {
                return None;
            }
            at = self.mentions.at(at).map_or(at + 1, |index| self.mentions.list[index].end.max(at + 1));
            free = false;
        }
        None
    }

    fn any_of(&mut self, any: &[Vec<Word>], optional: bool, rest: &[Token], at: usize, free: bool) -> Option<usize> {
        let names = self.names.len();
        for phrase in any {
            let fits = phrase
                .iter()
                .enumerate()
                .all(|(next, word)| !self.stops(at + next, free && next == 0) && word.is(self.words.text(at + next)));
            if fits && let Some(end) = self.run(rest, at + phrase.len(), false) {
                return Some(end);
            }
            self.names.truncate(names);
        }
        if optional { self.run(rest, at, free) } else { None }
    }

    /// The place of the license at `at`, behind an article.
    fn license(&self, at: usize, free: bool) -> Option<(usize, usize)> {
        let (mut at, mut free) = (at, free);
        for _ in 0..3 {
            if self.stops(at, free) {
                return None;
            }
            if let Some(index) = self.mentions.at(at) {
                let end = self.mentions.list[index].end;
                let named = self.words.is(end, &["license", "licence", "licenses", "licences"]) && !self.breaks(end);
                return Some((index, end + usize::from(named)));
            }
            if !self.words.is(at, ARTICLES) {
                return None;
            }
            at += 1;
            free = false;
        }
        None
    }

    fn name(&mut self, kind: pattern::Kind, rest: &[Token], at: usize, free: bool) -> Option<usize> {
        let (index, end) = self.license(at, free)?;
        let plain = self.mentions.list[index].is_plain();
        if kind == pattern::Kind::Plain && !plain || kind == pattern::Kind::Clear && plain {
            return None;
        }
        self.names.push(index);
        let found = self.run(rest, end, false).or_else(|| {
            // The word behind the name may be the pattern's.
            let short = self.mentions.list[index].end;
            if short < end { self.run(rest, short, false) } else { None }
        });
        if found.is_none() {
            self.names.pop();
        }
        found
    }

    fn names(&mut self, rest: &[Token], at: usize, free: bool) -> Option<usize> {
        let (index, mut end) = self.license(at, free)?;
        let before = self.names.len();
        self.names.push(index);
        while self.names.len() - before < MOST_NAMES
            && let Some((next, behind)) = (end..end + 3)
                .take_while(|place| *place == end || self.words.is(place - 1, JOINING))
                .take_while(|place| !self.words.gap(*place).has(Gap::SEMICOLON))
                .take_while(|place| !(end..*place).any(|before| self.breaks(before)))
                .find_map(|place| self.license(place, false))
                .filter(|(_, behind)| *behind > end)
        {
            self.names.push(next);
            end = behind;
        }
        let found = self.run(rest, end, false);
        if found.is_none() {
            self.names.truncate(before);
        }
        found
    }

    fn is_file(&self, at: usize) -> bool {
        let is_long = self.words.text(at).len() > 2;
        is_long && (self.words.gap(at + 1).has(Gap::JOINED) || self.words.is(at, FILES))
    }

    fn behind_file(&self, at: usize) -> usize {
        (at + 1..at + 4).find(|next| !self.words.gap(*next).has(Gap::JOINED)).unwrap_or(at + 1)
    }
}

/// Words around a match that it can be about at most.
const REACH: usize = 60;

const ARTICLES: &[&str] =
    &["the", "a", "an", "this", "both", "either", "any", "of", "terms", "gnu", "der", "la", "le", "il", "a"];
const JOINING: &[&str] =
    &["and", "or", "the", "either", "both", "license", "licence", "und", "oder", "et", "ou", "y", "o", "e"];
const FILES: &[&str] = &["license", "licence", "copying", "copyright", "notice", "readme"];

fn has_sign(gap: Gap, sign: char) -> bool {
    let sign = match sign {
        ',' => Gap::COMMA,
        ':' => Gap::COLON,
        ';' => Gap::SEMICOLON,
        '(' => Gap::OPEN,
        ')' => Gap::CLOSE,
        '"' => Gap::QUOTE,
        '=' => Gap::EQUALS,
        '/' => Gap::SLASH,
        '?' => Gap::QUESTION,
        _ => return false,
    };
    gap.has(sign)
}
