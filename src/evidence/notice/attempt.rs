//! The attempt of a row's pattern at one place of a text.
//!
//! Invariant: a match is bounded in length and in work, so reading is linear.

use super::aside::behind_exception;
use super::mention::Mention;
use super::pattern::{self, Token, Word};
use super::words::{self, Gap, Kind, Words};

/// How far a match may reach, and what a row without a name is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Within {
    Line,
    Sentence,
    Paragraph,
}

/// Mentions, found by their first word: attempts ask at every word.
pub(super) struct Mentions<'a> {
    list: &'a [Mention],
    /// For each word the index of the mention that begins there; `NO_MENTION` where none does.
    starts: Vec<u32>,
}

const NO_MENTION: u32 = u32::MAX;

impl<'a> Mentions<'a> {
    pub(super) fn new(list: &'a [Mention], words: usize) -> Self {
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
    pub(super) fn at(&self, at: usize) -> Option<usize> {
        self.starts.get(at).filter(|index| **index != NO_MENTION).map(|index| *index as usize)
    }
}

/// Names of one list at most. A list begins at each of its names again, so without a bound a file of names only costs the
/// square of its size. Lists in real notices stay far below it.
const MOST_NAMES: usize = 32;

/// Steps of one attempt at most.
const STEPS: u32 = 3_000;

/// Where an attempt matched; as in [`Match`](super::meaning::Match).
pub(super) struct Found {
    pub(super) end: usize,
    pub(super) reach: (usize, usize),
    pub(super) names: Vec<usize>,
    pub(super) version: Option<usize>,
}

struct Attempt<'a> {
    words: &'a Words,
    mentions: &'a Mentions<'a>,
    within: Within,
    first: usize,
    names: Vec<usize>,
    version: Option<usize>,
    steps: u32,
}

/// How the tokens of a row match from the word `at` on, within the unit that they stay in.
pub(super) fn attempt(
    tokens: &[Token],
    within: Within,
    words: &Words,
    mentions: &Mentions<'_>,
    at: usize,
) -> Option<Found> {
    let mut state = Attempt { words, mentions, within, first: at, names: Vec::new(), version: None, steps: 0 };
    let end = state.run(tokens, at, false)?;
    let reach = (state.edge_before(at), state.edge_behind(end));
    Some(Found { end, reach, names: state.names, version: state.version })
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
            Token::FileStart => self.heads_file(at).then(|| self.run(rest, at, free)).flatten(),
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

    /// True for the first word of a file, behind the sign of a comment at most, and not in a string.
    fn heads_file(&self, at: usize) -> bool {
        let is_first = |word: &words::Word| word.span.start <= COMMENT_SIGN && !word.gap.has(Gap::QUOTE);
        at == 0 && self.words.get(at).is_some_and(is_first)
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
        let (index, end) = self.license(at, free)?;
        let mut end = behind_exception(self.words, end);
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
            end = behind_exception(self.words, behind);
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

/// Bytes of the sign with which a comment begins, with a byte order mark and blanks: `<!-- `.
const COMMENT_SIGN: u32 = 8;

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
        '|' => Gap::BAR,
        _ => return false,
    };
    gap.has(sign)
}
