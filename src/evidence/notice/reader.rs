//! Text as words: comment furniture, markup and line breaks become gaps between words.
//!
//! Knows how people wrap words in files (comment prefixes, roff and HTML markup, escapes in strings) and nothing of
//! licenses.

use super::script::{Script, script};
use super::words::{Gap, Kind, Words};
use crate::text::Span;

/// The words of `text`, whose first byte is at `base` in its file.
pub(super) fn read(text: &str, base: u32) -> Words {
    let mut reader = Reader { text, bytes: text.as_bytes(), base, at: 0, gap: Gap::NEWLINE, words: Words::default() };
    reader.run();
    reader.words.tail = reader.gap.with(Gap::PARAGRAPH).with(Gap::NEWLINE);
    reader.words
}

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    base: u32,
    at: usize,
    gap: Gap,
    words: Words,
}

/// Words that comment out a line in some language (`dnl`, `rem`), or are roff and Texinfo macros, at the line's start.
const LINE_PREFIXES: &[&str] = &[
    "dnl", "rem", "c", "comment", "br", "pp", "lp", "ip", "tp", "b", "i", "p", "sp", "nf", "fi", "li", "echo", "d",
    "xx", "dd", "em", "note",
];

/// Numbers of versions that people write as words.
const NUMERALS: &[(&str, &str)] = &[("one", "1"), ("two", "2"), ("three", "3")];

/// Tags that change how words look, not where a sentence or a value ends.
const INLINE: &[&str] = &["a", "b", "i", "u", "em", "strong", "span", "font", "tt", "code", "cite", "small"];

impl Reader<'_> {
    fn run(&mut self) {
        self.start_line();
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'\n' | b'\r' => self.line_break(byte),
                b'0'..=b'9' => self.number(),
                b'a'..=b'z' | b'A'..=b'Z' => self.letters(),
                0x80.. => self.other_script(),
                _ => self.punctuation(byte),
            }
        }
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(b'\n')
    }

    fn line_break(&mut self, byte: u8) {
        self.at += if byte == b'\r' && self.peek(1) == b'\n' { 2 } else { 1 };
        self.gap.add(Gap::NEWLINE);
        self.start_line();
    }

    /// Skips the furniture at the start of a line: no punctuation there is a sentence's.
    fn start_line(&mut self) {
        let begin = self.at;
        while let Some(&byte) = self.bytes.get(self.at) {
            let inside =
                byte.is_ascii_alphanumeric() || byte >= 0x80 || matches!(byte, b'\n' | b'\r' | b'<' | b'@' | b'\\');
            if inside || (byte == b'(' && self.peek(1).is_ascii_alphanumeric()) || byte == b'"' {
                break;
            }
            match (byte, self.peek(1)) {
                (b'>', b' ') if self.at == begin => self.gap.add(Gap::CITED),
                (b'!', b'[') => self.gap.add(Gap::IMAGE),
                (b'\'', next) if next.is_ascii_alphanumeric() => self.gap.add(Gap::QUOTE),
                _ => {}
            }
            self.at += 1;
        }
        match self.bytes.get(self.at) {
            None | Some(b'\n' | b'\r') => {
                if self.words.len() > 0 || self.at > begin {
                    self.gap.add(Gap::PARAGRAPH);
                }
            }
            Some(_) => self.skip_prefix_word(begin),
        }
    }

    fn skip_prefix_word(&mut self, begin: usize) {
        let from = if self.bytes[self.at] == b'@' { self.at + 1 } else { self.at };
        let len = self.bytes[from..].iter().take(8).take_while(|byte| byte.is_ascii_alphabetic()).count();
        // `_C_` begins the lines of a comment in SGI's manuals.
        let fenced = from > begin && self.bytes[from - 1] == b'_' && self.bytes.get(from + len) == Some(&b'_');
        // So does `//C-` those of DjVu's.
        let dashed = from > begin && len == 1 && self.bytes.get(from + len) == Some(&b'-');
        let end = from + len + usize::from(fenced || dashed);
        let after = self.bytes.get(end).copied().unwrap_or(b'\n');
        if len == 0 || !matches!(after, b' ' | b'\t' | b'\n' | b'\r') {
            return;
        }
        let word = self.text[from..from + len].to_ascii_lowercase();
        // A single letter is a prefix only where its language puts it: Fortran's first column, a roff or Texinfo macro.
        let marked = from > begin && matches!(self.bytes[from - 1], b'.' | b'@' | b'\'');
        let strong = matches!(word.as_str(), "dnl" | "rem");
        let fortran = word == "c" && from == begin && after != b'\n';
        if strong || fortran || fenced || dashed || (marked && LINE_PREFIXES.contains(&word.as_str())) {
            self.at = end;
            // A macro by itself, as `.PP`, ends what stands before it.
            if marked && matches!(after, b'\n' | b'\r') && !matches!(word.as_str(), "br" | "b" | "i") {
                self.gap.add(Gap::PARAGRAPH);
            }
            while matches!(self.peek(0), b' ' | b'\t' | b'*' | b'#') && self.at < self.bytes.len() {
                self.at += 1;
            }
            // A comment without words parts paragraphs; a macro alone need not.
            if !marked && matches!(self.peek(0), b'\n' | b'\r') {
                self.gap.add(Gap::PARAGRAPH);
            }
        }
    }

    /// Adds the word in the bytes `start..end`, spelled `low`.
    fn push_as(&mut self, start: usize, end: usize, kind: Kind, low: &str) {
        let span = Span::new(self.base + start as u32, self.base + end as u32);
        self.words.push(low, span, self.gap, kind);
        self.gap = Gap::default();
        self.at = end;
    }

    fn push(&mut self, start: usize, end: usize, kind: Kind) {
        let text = self.text;
        self.push_as(start, end, kind, &text[start..end]);
    }

    fn number(&mut self) {
        let mut end = self.at;
        while self.digit_at(end) || (self.bytes.get(end) == Some(&b'.') && self.digit_at(end + 1)) {
            end += 1;
        }
        // `00017` before a line of a program that is shown as a page.
        let numbers_line = self.gap.has(Gap::NEWLINE) && self.bytes[self.at] == b'0' && end - self.at == 5;
        if numbers_line {
            self.at = end;
            return;
        }
        self.push(self.at, end, Kind::Number);
    }

    fn digit_at(&self, at: usize) -> bool {
        self.bytes.get(at).is_some_and(u8::is_ascii_digit)
    }

    fn letters(&mut self) {
        let start = self.at;
        let len = self.bytes[start..].iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        if let Some(end) = self.url_end(start, len) {
            return self.push(start, end, Kind::Url);
        }
        let end = start + len;
        if let Some(end) = self.wide_end(end) {
            return self.push_wide(start, end);
        }
        // `GPLv2`, `lgplv3`: the `v` belongs to the number.
        let has_v = len > 1 && self.digit_at(end) && self.bytes[end - 1].eq_ignore_ascii_case(&b'v');
        if has_v {
            self.push(start, end - 1, Kind::Letters);
            self.gap.add(Gap::JOINED);
            return self.push(end - 1, end, Kind::Letters);
        }
        if let Some(rest) = self.hyphenated(start, end) {
            return self.push_joined(start, end, rest);
        }
        if let Some(number) = self.numeral(start, end) {
            return self.push_number(start, end, number);
        }
        self.push(start, end, Kind::Letters);
        if self.digit_at(end) {
            self.gap.add(Gap::JOINED);
        }
    }

    /// The number of "version three", in digits.
    fn numeral(&self, start: usize, end: usize) -> Option<&'static str> {
        let last = self.words.len().checked_sub(1)?;
        if !self.words.is(last, &["version"]) {
            return None;
        }
        let numeral = NUMERALS.iter().find(|(word, _)| self.text[start..end].eq_ignore_ascii_case(word));
        numeral.map(|(_, number)| *number)
    }

    fn push_number(&mut self, start: usize, end: usize, number: &str) {
        self.push_as(start, end, Kind::Number, number);
    }

    /// The end of a word that goes on beyond ASCII at `at`.
    fn wide_end(&self, at: usize) -> Option<usize> {
        let is_letter = |letter: &char| {
            letter.is_ascii_alphabetic() || matches!(script(*letter), Script::Folded(_) | Script::Cased(_))
        };
        let rest = self.text.get(at..).filter(|rest| rest.starts_with(|first: char| !first.is_ascii()))?;
        let len: usize = rest.chars().take_while(is_letter).map(char::len_utf8).sum();
        (len > 0).then_some(at + len)
    }

    /// A word with letters beyond ASCII, in its plain spelling.
    fn push_wide(&mut self, start: usize, end: usize) {
        let mut low = String::with_capacity(end - start);
        for letter in self.text[start..end].chars() {
            match script(letter) {
                Script::Folded(plain) => low.push_str(plain),
                Script::Cased(cased) => low.push(cased),
                _ => low.push(letter.to_ascii_lowercase()),
            }
        }
        self.push_as(start, end, Kind::Letters, &low);
    }

    /// Where the second half of a word that is cut by a hyphen at the end of a line begins and ends.
    fn hyphenated(&self, start: usize, end: usize) -> Option<(usize, usize)> {
        let behind = self.bytes.get(end + 1..)?;
        let trailing =
            behind.iter().take(8).take_while(|byte| matches!(byte, b' ' | b'\t' | b'*' | b'-' | b'#' | b'|')).count();
        if self.bytes.get(end) != Some(&b'-') || !matches!(behind.get(trailing)?, b'\n' | b'\r') {
            return None;
        }
        let furniture = |byte: &u8| !byte.is_ascii_alphanumeric() && *byte < 0x80;
        let from = end + 1 + self.bytes[end + 1..].iter().take(24).take_while(|byte| furniture(byte)).count();
        let len = self.bytes[from..].iter().take_while(|byte| byte.is_ascii_lowercase()).count();
        let breaks = self.bytes[end + 1..from].iter().filter(|byte| **byte == b'\n').count();
        let joined = format!("{}{}", &self.text[start..end], &self.text[from..from + len]).to_ascii_lowercase();
        (breaks <= 1 && HYPHENATED.split(' ').any(|word| !word.is_empty() && word == joined))
            .then_some((from, from + len))
    }

    fn push_joined(&mut self, start: usize, end: usize, rest: (usize, usize)) {
        let whole = [&self.text[start..end], &self.text[rest.0..rest.1]].concat();
        self.push_as(start, rest.1, Kind::Letters, &whole);
    }

    fn url_end(&self, start: usize, len: usize) -> Option<usize> {
        let rest = &self.bytes[start..];
        let is_scheme = rest[len..].starts_with(b"://");
        let is_host = rest.get(len) == Some(&b'.') && rest.get(len + 1).is_some_and(u8::is_ascii_alphabetic);
        if !is_scheme && !is_host {
            return None;
        }
        let ends = |byte: &u8| {
            byte.is_ascii_whitespace()
                || matches!(
                    byte,
                    b'<' | b'>'
                        | b'"'
                        | b'\''
                        | b')'
                        | b']'
                        | b'}'
                        | b'|'
                        | b'`'
                        | b','
                        | b';'
                        | b'*'
                        | b'\\'
                        | b'{'
                        | b'('
                )
                || *byte >= 0x80
        };
        let mut end = rest.iter().take(300).take_while(|byte| !ends(byte)).count();
        while end > 0 && matches!(rest[end - 1], b'.' | b':' | b'!' | b'?') {
            end -= 1;
        }
        let url = &rest[..end];
        let hosted = [&b".org/"[..], b".com/", b".net/", b".info/", b".io/", b".eu/", b".fr/"];
        let named = url.starts_with(b"www.") || hosted.iter().any(|host| memchr::memmem::find(url, host).is_some());
        (end > len && (is_scheme || named || url == b"unlicense.org")).then_some(start + end)
    }

    fn other_script(&mut self) {
        let letter = self.text.get(self.at..).and_then(|rest| rest.chars().next()).unwrap_or(' ');
        match script(letter) {
            Script::Sign => return self.push_wide(self.at, self.at + letter.len_utf8()),
            Script::Folded(_) | Script::Cased(_) => {
                let end = self.wide_end(self.at).unwrap_or(self.at + letter.len_utf8());
                return self.push_wide(self.at, end);
            }
            Script::Other => {}
        }
        match letter {
            '“' | '”' | '‘' | '’' | '«' | '»' | '「' | '」' => self.gap.add(Gap::QUOTE),
            '©' | '，' | '、' => self.gap.add(Gap::COMMA),
            '–' | '—' => self.gap.add(Gap::DASH),
            '≥' => self.gap.add(Gap::AT_LEAST),
            '。' | '！' | '？' => self.gap.add(Gap::STOP),
            '：' => self.gap.add(Gap::COLON),
            '（' => self.gap.add(Gap::OPEN),
            '）' => self.gap.add(Gap::CLOSE),
            _ => {}
        }
        self.at += letter.len_utf8();
    }

    fn punctuation(&mut self, byte: u8) {
        let next = self.peek(1);
        let after_word = self.words.end().is_some_and(|end| end as usize == self.base as usize + self.at);
        let mut width = 1;
        match byte {
            b'.' | b'!' | b'?'
                if next.is_ascii_whitespace() || matches!(next, b'*' | b'"' | b'<' | b')' | b'\'' | b'\\') =>
            {
                if byte == b'?' {
                    self.gap.add(Gap::QUESTION);
                }
                self.full_stop()
            }
            b'.' | b'-' if after_word && next.is_ascii_alphanumeric() => self.gap.add(Gap::JOINED),
            b'-' if next == b' ' && !after_word => self.gap.add(Gap::DASH),
            b'!' if next == b'[' => self.gap.add(Gap::IMAGE),
            b',' => self.gap.add(Gap::COMMA),
            b';' => self.gap.add(Gap::SEMICOLON),
            b'(' | b'[' => self.gap.add(Gap::OPEN),
            b')' | b']' => self.gap.add(Gap::CLOSE),
            // `Time::ParseDate` is one name.
            b':' if next == b':' && after_word && self.peek(2).is_ascii_alphanumeric() => {
                self.gap.add(Gap::JOINED);
                width = 2;
            }
            b':' => self.gap.add(Gap::COLON),
            b'/' if next != b'*' && next != b'/' => self.gap.add(Gap::SLASH),
            b'"' | b'\'' | b'`' => self.gap.add(Gap::QUOTE),
            b'|' => self.gap.add(Gap::BAR),
            b'+' if after_word && next != b'+' => self.gap.add(Gap::PLUS),
            b'>' if next == b'=' => {
                self.gap.add(Gap::AT_LEAST);
                width = 2;
            }
            b'=' if next == b'=' => width = 2,
            b'=' => self.gap.add(Gap::EQUALS),
            b'@' => self.gap.add(Gap::AT),
            b'\\' => width = self.escape(next),
            b'<' => width = self.tag(),
            b'&' => width = self.entity(),
            _ => {}
        }
        self.at += width;
    }

    fn full_stop(&mut self) {
        let abbreviations = ["v", "ver", "vers", "inc", "rev", "no", "vs", "e", "i", "g", "cf", "resp", "yahoo"];
        let last = self.words.len().checked_sub(1).map_or("", |last| self.words.text(last));
        if !abbreviations.contains(&last) && !self.is_initial() {
            self.gap.add(Gap::STOP);
        }
    }

    /// True behind the `M` of "David M. Gay".
    fn is_initial(&self) -> bool {
        let begins = |back: usize| {
            let word = self.words.len().checked_sub(back).and_then(|at| self.words.get(at))?;
            let first = *self.bytes.get((word.span.start - self.base) as usize)?;
            Some((first.is_ascii_uppercase(), word.span.end - word.span.start))
        };
        begins(1) == Some((true, 1)) && begins(2).is_some_and(|(capital, _)| capital)
    }

    /// `\n` and `\t` in strings of programs, `\fI` of roff, `\(co`.
    fn escape(&mut self, next: u8) -> usize {
        match next {
            b'n' => {
                self.gap.add(Gap::NEWLINE);
                2
            }
            b't' | b'r' => 2,
            b'f' if matches!(self.peek(2), b'B' | b'I' | b'R' | b'P') => 3,
            b'(' if self.peek(2).is_ascii_alphabetic() && self.peek(3).is_ascii_alphabetic() => 4,
            _ => 1,
        }
    }

    /// Skips an HTML or XML tag; the links in it are words, and so is the name of a license element.
    fn tag(&mut self) -> usize {
        let rest = &self.bytes[self.at + 1..];
        let name_at = usize::from(rest.first() == Some(&b'/'));
        let name_len = rest[name_at.min(rest.len())..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let Some(close) = memchr::memchr(b'>', &rest[..rest.len().min(400)]) else { return 1 };
        let name = &rest[name_at..name_at + name_len];
        let after = rest.get(name_at + name_len).copied().unwrap_or(b' ');
        if name.is_empty() || !matches!(after, b'>' | b' ' | b'/' | b'\n' | b'\t') {
            return 1;
        }
        let inner = self.at + 1;
        if name_at == 0 && name.len() >= 7 && name[..7].eq_ignore_ascii_case(b"license") {
            self.push(inner, inner + 7, Kind::Letters);
        } else {
            self.push_link(inner, inner + close);
            if [&b"p"[..], b"br", b"div", b"li", b"td", b"h1", b"h2", b"h3"]
                .iter()
                .any(|block| name.eq_ignore_ascii_case(block))
            {
                self.gap.add(Gap::NEWLINE);
            }
        }
        if !INLINE.iter().any(|tag| name.eq_ignore_ascii_case(tag.as_bytes())) {
            self.gap.add(Gap::COLON);
        }
        self.at = inner + close + 1;
        0
    }

    fn push_link(&mut self, from: usize, to: usize) {
        let link = ["http://", "https://"]
            .iter()
            .filter_map(|scheme| memchr::memmem::find(&self.bytes[from..to], scheme.as_bytes()))
            .min();
        if let Some(start) = link.map(|at| from + at) {
            let len = self.bytes[start..to]
                .iter()
                .take_while(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'>'))
                .count();
            self.push(start, start + len, Kind::Url);
        }
    }

    fn entity(&mut self) -> usize {
        let rest = &self.bytes[self.at + 1..];
        let len = rest.iter().take(8).take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'#').count();
        if len > 0 && rest.get(len) == Some(&b';') { len + 2 } else { 1 }
    }
}

/// Words of grants that are worth rejoining when a line end cuts them.
const HYPHENATED: &str = " software license licensed licence distribute distributed redistribute redistributed redistribution modify modified \
    general public foundation version terms conditions published available permission documentation library ";
