//! Patterns of sentences: the language in which rows say what they match.
//!
//! | written | matches |
//! |---|---|
//! | `under` | this word, in any case |
//! | `code\|library` | one of these words; a hyphen joins the words of one: `no-longer\|never` |
//! | `licen*` | a word that begins so (three letters at least) |
//! | `the?` | the same, or nothing |
//! | `!not\|only` | anything but these, without going on |
//! | `..6` | at most six words; a name counts as one |
//! | `NAME` | a license, with the article before it and the word "license" behind it |
//! | `PLAIN` `CLEAR` | the same, where the name is also a plain word (JSON), or is none |
//! | `OTHER` | a license of which the row says nothing |
//! | `NAMES` | one license or more, joined by commas, "and", "or", slashes |
//! | `URL` | an address that names a license, and is no value |
//! | `VERSION` | a number |
//! | `FILE` | a word that is written like the name of a file |
//! | `^` `$` | the start and the end of a sentence |
//! | `^^` `$$` | the start and the end of a line |
//! | `^^^` | the first word of a file |
//! | `,` `:` `;` `(` `)` `"` `=` `/` `?` `\|` | such a sign before the next word |
//! | `.` | a sentence may end here |
//!
//! A pattern begins with a word or `NAME`, after `^`, `^^`, `^^^` and signs where it has them. `@name` is a set of words from the
//! table `[set]` of the same file. Letters with accents are written without
//! them, Chinese and Japanese as they are.

use super::script::{Script, script};

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// One of several phrases.
    Words {
        any: Vec<Vec<Word>>,
        optional: bool,
    },
    /// None of several words comes next.
    Not(Vec<Word>),
    /// At most so many words.
    Gap(u8),
    Name(Kind),
    /// A license that the row says nothing of.
    Other,
    Names,
    /// An address that names a license.
    Address,
    Version,
    File,
    SentenceStart,
    SentenceEnd,
    LineStart,
    LineEnd,
    FileStart,
    Sign(char),
    /// A sentence may end here.
    Break,
}

/// Which names fit in a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Any,
    /// Also a plain word: `JSON`.
    Plain,
    /// Nothing but a name: `GPL`.
    Clear,
}

/// A word of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    Exact(String),
    Stem(String),
}

impl Word {
    pub(crate) fn is(&self, word: &str) -> bool {
        match self {
            Word::Exact(exact) => exact == word,
            Word::Stem(stem) => word.starts_with(stem.as_str()),
        }
    }
}

/// The parts of `pattern`.
///
/// # Errors
///
/// Error, in words.
pub(crate) fn parse(pattern: &str) -> Result<Vec<Token>, String> {
    let tokens: Vec<Token> = pattern.split_whitespace().map(token).collect::<Result<_, _>>()?;
    let first = tokens.iter().find(|token| !is_start(token));
    match first {
        Some(Token::Name(_) | Token::Names | Token::Words { optional: false, .. }) => Ok(tokens),
        _ => Err(format!("`{pattern}` does not begin with a word or NAME")),
    }
}

/// True for what stands before the word with which a pattern begins.
pub(crate) fn is_start(token: &Token) -> bool {
    matches!(token, Token::SentenceStart | Token::LineStart | Token::FileStart | Token::Sign(_))
}

fn token(text: &str) -> Result<Token, String> {
    Ok(match text {
        "NAME" => Token::Name(Kind::Any),
        "PLAIN" => Token::Name(Kind::Plain),
        "CLEAR" => Token::Name(Kind::Clear),
        "OTHER" => Token::Other,
        "URL" => Token::Address,
        "NAMES" => Token::Names,
        "VERSION" => Token::Version,
        "FILE" => Token::File,
        "^" => Token::SentenceStart,
        "$" => Token::SentenceEnd,
        "^^" => Token::LineStart,
        "$$" => Token::LineEnd,
        "^^^" => Token::FileStart,
        "." => Token::Break,
        "," | ":" | ";" | "(" | ")" | "\"" | "=" | "/" | "?" | "|" => Token::Sign(text.chars().next().unwrap_or(' ')),
        _ => return words(text),
    })
}

fn words(text: &str) -> Result<Token, String> {
    if let Some(most) = text.strip_prefix("..") {
        return most.parse().map(Token::Gap).map_err(|_| format!("`{text}` is no number of words"));
    }
    if let Some(text) = text.strip_prefix('!') {
        let words = text.split('|').map(|one| phrase(one)?.pop().ok_or_else(|| format!("`{text}` has no words")));
        return Ok(Token::Not(words.collect::<Result<_, _>>()?));
    }
    let (text, optional) = text.strip_suffix('?').map_or((text, false), |text| (text, true));
    Ok(Token::Words { any: text.split('|').map(phrase).collect::<Result<_, _>>()?, optional })
}

/// The words of one alternative.
fn phrase(text: &str) -> Result<Vec<Word>, String> {
    let mut words: Vec<Word> = Vec::new();
    for part in text.split('-') {
        let (part, is_stem) = part.strip_suffix('*').map_or((part, false), |part| (part, true));
        let mut word = String::new();
        for letter in part.chars() {
            match script(letter) {
                _ if letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '.' => word.push(letter),
                Script::Cased(low) => word.push(low),
                Script::Sign => {
                    if !word.is_empty() {
                        words.push(Word::Exact(std::mem::take(&mut word)));
                    }
                    words.push(Word::Exact(letter.to_string()));
                }
                _ => return Err(format!("`{letter}` of `{text}` is no letter of a pattern")),
            }
        }
        match (word.is_empty(), is_stem) {
            (true, _) => {}
            (false, true) if word.chars().count() < 3 => return Err(format!("`{word}*` is too short")),
            (false, true) => words.push(Word::Stem(word)),
            (false, false) => words.push(Word::Exact(word)),
        }
    }
    if words.is_empty() { Err(format!("`{text}` has no words")) } else { Ok(words) }
}
