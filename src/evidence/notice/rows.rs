//! The rows that say what sentences mean, and where they match.
//!
//! Knows the language of patterns and no license. Invariant: a match is bounded in length and in work, so reading is
//! linear; patterns stay within the line, sentence or paragraph that their row says.

use std::collections::HashMap;

use super::attempt::{Mentions, Within, attempt};
use super::meaning::{Effect, Match, Why};
use super::mention::Mention;
use super::pattern::{Token, Word, is_start, parse};
use super::words::{Kind, Words};

#[derive(Debug)]
struct Row {
    id: &'static str,
    effect: Effect,
    within: Within,
    on: Option<Form>,
    tokens: Vec<Token>,
}

impl Row {
    fn matched(&self, words: &Words, mentions: &Mentions<'_>, at: usize) -> Option<Match> {
        let found = attempt(&self.tokens, self.within, words, mentions, at)?;
        Some(Match {
            id: self.id,
            effect: self.effect,
            first: at,
            end: found.end,
            reach: found.reach,
            names: found.names,
            version: found.version,
            is_line: self.within == Within::Line,
        })
    }
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
                    found.extend(row.matched(words, &names, at));
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
