//! The language in which rows of `restrictions.toml` say what they match, and the search for them.
//!
//! Knows words and sentences, nothing of licenses. Work per place is bounded: a gap is at most 16 words.

use std::borrow::Cow;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::evidence::text::words::{form, words};
use crate::text::Span;

/// A word of a document in its normal form.
#[derive(Debug)]
pub struct Word {
    /// The normal form.
    pub form: String,
    /// Bytes of the document.
    pub span: Span,
    /// True where a sentence begins with it.
    begins: bool,
}

/// The words of `text` between the bytes `from` and `to`, with the beginnings of sentences.
pub fn read(text: &str, from: usize, to: usize) -> Vec<Word> {
    let mut end = from;
    let found = words(text, from, to);
    let read = found.iter().map(|word| {
        let (start, between) = (word.start as usize, &text[end..word.start as usize]);
        let begins = end == from || ends_sentence(between);
        end = word.end as usize;
        Word { form: form(&text[start..end]), span: Span::new(word.start, word.end), begins }
    });
    read.collect()
}

/// Words of a sentence on each side of a match that are looked at.
const MOST_OF_SENTENCE: usize = 80;

/// The words of the sentence in which `range` lies.
pub fn sentence(words: &[Word], range: &std::ops::Range<usize>) -> std::ops::Range<usize> {
    let (least, most) = (range.start.saturating_sub(MOST_OF_SENTENCE), words.len().min(range.end + MOST_OF_SENTENCE));
    let start = (least..=range.start).rev().find(|at| words[*at].begins).unwrap_or(least);
    let end = (range.end..most).find(|at| words[*at].begins).unwrap_or(most);
    start..end
}

/// True where the sentence around `range` asks: "Do I need to buy a license?" takes nothing away.
pub fn is_question(text: &str, words: &[Word], range: &std::ops::Range<usize>) -> bool {
    let whole = sentence(words, range);
    let Some(last) = words.get(whole.end.saturating_sub(1)) else { return false };
    let end = words.get(whole.end).map_or(text.len(), |next| next.span.start as usize);
    let behind = &text[last.span.end as usize..end];
    behind.trim_start_matches(['"', '\'', ')', '*', '_', '`']).starts_with('?')
}

/// True where what stands between two words ends a sentence: a full stop, or an empty line.
fn ends_sentence(between: &str) -> bool {
    // The mark of a doc comment, `//!`, is none.
    let is_mark = |at: usize| between[..at].ends_with(['/', '*']) && between[at..].starts_with('!');
    let stops = between.match_indices(['.', '!', '?']).find(|(at, _)| !is_mark(*at)).is_some_and(|(at, _)| {
        between[at + 1..].starts_with(|next: char| next.is_whitespace() || matches!(next, '"' | ')' | '*' | '<'))
    });
    // Furniture of comments does not fill an empty line.
    let lines = between.lines().skip(1).filter(|line| !line.contains(|letter: char| letter.is_alphanumeric())).count();
    stops || between.matches('\n').count() > 1 && lines > 1
}

/// A part of a pattern.
#[derive(Debug)]
pub(super) enum Token {
    /// One of several phrases.
    Any { phrases: Alternatives, optional: bool },
    /// None of several phrases comes within the next words of the sentence, or as the next.
    Not { phrases: Alternatives, within: usize },
    /// At most so many words.
    Gap(usize),
    /// A sentence begins here.
    Start,
}

/// The phrases of a part, in the order in which they are written; lists that have a name are shared by all parts that name
/// them.
pub(super) type Alternatives = Vec<Arc<Phrases>>;

impl Token {
    /// The first words of the phrases of which one has to stand there, with `*` for the rest of a word.
    pub(super) fn openings(&self) -> impl Iterator<Item = &str> {
        let phrases = if let Token::Any { phrases, optional: false } = self { phrases.as_slice() } else { &[] };
        phrases.iter().flat_map(|phrases| &phrases.all).filter_map(|phrase| phrase.first().map(String::as_str))
    }
}

/// Phrases, found by their first word: the lists of verbs and of works have hundreds.
#[derive(Debug)]
pub(super) struct Phrases {
    all: Vec<Vec<String>>,
    by_word: FxHashMap<String, Vec<usize>>,
    /// Those that begin with `stem*`.
    by_stem: Vec<usize>,
}

impl Phrases {
    /// Those that are written so, without names of lists.
    pub(super) fn of<'t>(written: impl IntoIterator<Item = &'t str>) -> Phrases {
        let all: Vec<Vec<String>> = written.into_iter().map(phrase).filter(|phrase| !phrase.is_empty()).collect();
        let (mut by_word, mut by_stem) = (FxHashMap::<String, Vec<usize>>::default(), Vec::new());
        for (nth, phrase) in all.iter().enumerate() {
            match phrase[0].ends_with('*') {
                true => by_stem.push(nth),
                false => by_word.entry(phrase[0].clone()).or_default().push(nth),
            }
        }
        Phrases { all, by_word, by_stem }
    }

    /// The places behind those that stand at `at`, in the order in which they are written.
    fn ends(&self, words: &[Word], at: usize, first: usize) -> Vec<usize> {
        let Some(word) = words.get(at) else { return Vec::new() };
        let exact = self.by_word.get(&word.form).map_or(&[] as &[usize], Vec::as_slice);
        let likely = if self.by_stem.is_empty() {
            Cow::from(exact)
        } else {
            let mut both = [exact, &self.by_stem].concat();
            both.sort_unstable();
            Cow::from(both)
        };
        likely.iter().filter_map(|nth| after(&self.all[*nth], words, at, first)).collect()
    }
}

/// Words of a sentence behind a match that are looked at.
const MOST_BEHIND: usize = 24;

/// A line of `match`.
#[derive(Debug)]
pub struct Pattern(Vec<Arc<Token>>);

impl Pattern {
    /// The pattern in `line`; `None` where it does not begin with a word.
    pub fn parse(line: &str) -> Option<Pattern> {
        let phrases = |text: &str| vec![Arc::new(Phrases::of(text.split('|')))];
        Pattern::of(line.split_whitespace().map(|part| Arc::new(token(part, phrases))).collect())
    }

    /// The pattern of these parts; `None` where it does not begin with a word.
    pub(super) fn of(tokens: Vec<Arc<Token>>) -> Option<Pattern> {
        let first = tokens.iter().find(|token| !matches!(***token, Token::Start))?;
        matches!(**first, Token::Any { optional: false, .. }).then_some(Pattern(tokens))
    }

    /// True where it matches within the rest of the sentence that ends behind the word `end`.
    pub fn follows(&self, words: &[Word], end: usize) -> bool {
        let rest = words.get(end..).unwrap_or_default();
        let len = rest.iter().take(MOST_BEHIND).take_while(|word| !word.begins).count();
        (end..end + len).any(|at| self.matches(words, at).is_some())
    }

    /// The words from `at` on that it matches.
    pub fn matches(&self, words: &[Word], at: usize) -> Option<std::ops::Range<usize>> {
        follow(&self.0, words, at, at).map(|end| at..end)
    }
}

/// A part as it is written; `read` reads its alternatives.
pub(super) fn token(text: &str, read: impl FnOnce(&str) -> Alternatives) -> Token {
    if text == "^" {
        return Token::Start;
    }
    if let Some(most) = text.strip_prefix("..").and_then(|number| number.parse().ok()) {
        return Token::Gap(most);
    }
    match (text.strip_prefix('!'), text.strip_suffix('?')) {
        (Some(not), _) => {
            let far = not.strip_prefix("..").and_then(|far| far.split_once(':'));
            let (within, not) = far.map_or((0, not), |(words, not)| (words.parse().unwrap_or(0), not));
            Token::Not { phrases: read(not), within }
        }
        (_, Some(optional)) => Token::Any { phrases: read(optional), optional: true },
        _ => Token::Any { phrases: read(text), optional: false },
    }
}

fn phrase(text: &str) -> Vec<String> {
    let spelled = |word: &str| match word.strip_suffix('*') {
        Some(stem) => format!("{stem}*"),
        None => form(word),
    };
    text.split('-').filter(|word| !word.is_empty()).map(spelled).collect()
}

/// Where the match of `tokens` from the word `at` ends; `first` is the word with which the whole match begins.
fn follow(tokens: &[Arc<Token>], words: &[Word], at: usize, first: usize) -> Option<usize> {
    let Some((token, rest)) = tokens.split_first() else { return Some(at) };
    match &**token {
        Token::Start => words.get(at).filter(|word| word.begins).and_then(|_| follow(rest, words, at, first)),
        Token::Not { phrases, within } => {
            let mut places = (at..=at + within).take_while(|next| *next == at || is_inside(words, next - 1, first));
            let follows = places.any(|at| ends(phrases, words, at, first).next().is_some());
            if follows { None } else { follow(rest, words, at, first) }
        }
        Token::Any { phrases, optional } => {
            let taken = ends(phrases, words, at, first).find_map(|end| follow(rest, words, end, first));
            taken.or_else(|| if *optional { follow(rest, words, at, first) } else { None })
        }
        Token::Gap(most) => (at..=at + most)
            .take_while(|next| *next == at || is_inside(words, next - 1, first))
            .find_map(|next| follow(rest, words, next, first)),
    }
}

/// The places behind those of `phrases` that stand at `at`, in their order.
fn ends(phrases: &[Arc<Phrases>], words: &[Word], at: usize, first: usize) -> impl Iterator<Item = usize> {
    phrases.iter().flat_map(move |phrases| phrases.ends(words, at, first))
}

/// True for a word of the sentence in which the match began.
fn is_inside(words: &[Word], at: usize, first: usize) -> bool {
    words.get(at).is_some_and(|word| at == first || !word.begins)
}

/// The place behind `phrase`, where it stands at `at`.
fn after(phrase: &[String], words: &[Word], at: usize, first: usize) -> Option<usize> {
    let fits = |(offset, wanted): (usize, &String)| {
        let word = words.get(at + offset).filter(|_| is_inside(words, at + offset, first));
        word.is_some_and(|word| match wanted.strip_suffix('*') {
            Some(stem) => word.form.starts_with(stem),
            None => word.form == *wanted,
        })
    };
    phrase.iter().enumerate().all(fits).then_some(at + phrase.len())
}
