//! Foreign text, made harmless before it is shown.
//!
//! Names, messages and quoted lines come from trees and sources that anybody may have written. A terminal obeys control
//! characters, a reader is misled by characters that hide or reorder text, and a CI runner obeys lines of a log. Invariant:
//! [`EscapingWriter`] lets none of these through, whatever is written to it; a format that has escapes of its own loses
//! nothing.

use std::io::{self, Write};

/// True for characters that command a terminal, take no room or change the order of what is read: controls (C0, DEL, C1),
/// line separators, direction marks, zero-width characters, fillers, variation selectors and tags. `\n` and `\t` too.
pub fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{fffe}'..='\u{ffff}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// `text` in one line: line breaks and tabs become blanks, other unprintable characters U+FFFD.
pub fn one_line(text: &str) -> String {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.to_owned();
    }
    let shown = |c: char| match c {
        '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => ' ',
        c if is_unprintable(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    text.chars().map(shown).collect()
}

/// How a stream writes a character that must not be written as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escape {
    /// Text for people, without escapes: U+FFFD, and a blank inside of what a CI runner would obey.
    Text,
    /// Text whose lines are meant to be obeyed by a runner (`::error ..`).
    Commands,
    /// JSON: `\uXXXX`; what is parsed stays the same.
    Json,
    /// XML: character references; what is parsed stays the same.
    Xml,
}

/// Whether the program's own colours pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colors {
    /// No escape sequence passes.
    Refused,
    /// Foreground colours, bold, underline and reset pass; nothing else that starts with ESC does.
    Kept,
}

/// The longest name between `##` and `[` of a command in a log, as in `##teamcity[`.
const LONGEST_COMMAND: usize = 16;

/// Bytes that are looked at together.
const GROUP: usize = 64;

/// A writer that makes harmless what is written to it. Has to be flushed at the end.
#[derive(Debug)]
pub struct EscapingWriter<W: Write> {
    out: W,
    escape: Escape,
    colors: Colors,
    /// True while the line has only blanks.
    at_line_start: bool,
    /// Bytes whose meaning depends on the next ones.
    pending: Vec<u8>,
}

/// Decision about the first bytes of what is left to write.
enum Step {
    /// So many pass.
    Keep(usize),
    /// So many are replaced by this character's escape.
    Escape(usize, char),
    /// More bytes are needed.
    Wait,
}

impl<W: Write> EscapingWriter<W> {
    /// A writer to `out`.
    pub fn new(out: W, escape: Escape, colors: Colors) -> Self {
        EscapingWriter { out, escape, colors, at_line_start: true, pending: Vec::new() }
    }

    fn pass(&mut self, bytes: &[u8], is_end: bool) -> io::Result<()> {
        let (mut at, mut written) = (0, 0);
        loop {
            at += self.plain_run(&bytes[at..]);
            let Some(&first) = bytes.get(at) else { break };
            if self.is_plain(first) {
                self.at_line_start &= first.is_ascii_whitespace();
                at += 1;
                continue;
            }
            match self.step(&bytes[at..], is_end) {
                Step::Keep(count) => at += count,
                Step::Escape(count, c) => {
                    self.out.write_all(&bytes[written..at])?;
                    self.write_escaped(c)?;
                    at += count;
                    written = at;
                }
                Step::Wait => break,
            }
        }
        self.out.write_all(&bytes[written..at])?;
        self.pending = bytes[at..].to_vec();
        Ok(())
    }

    /// The number of bytes at the beginning of `rest` that pass without a second look. In JSON no place of a line matters,
    /// and reports are tens of megabytes: bytes are looked at in groups, all of one at a time.
    fn plain_run(&self, rest: &[u8]) -> usize {
        let is_other = |byte: &u8| !matches!(byte, b'\n' | b' '..=b'"' | b'$'..=b'~');
        match self.escape {
            Escape::Json => {
                let groups = rest.chunks_exact(GROUP);
                let plain = GROUP
                    * groups.take_while(|group| !group.iter().fold(false, |any, byte| any | is_other(byte))).count();
                plain + rest[plain..].iter().position(is_other).unwrap_or(rest.len() - plain)
            }
            Escape::Text | Escape::Commands | Escape::Xml => 0,
        }
    }

    /// True for bytes that mean themselves wherever they stand.
    fn is_plain(&self, byte: u8) -> bool {
        match byte {
            b':' => !self.at_line_start || matches!(self.escape, Escape::Json | Escape::Commands),
            b'#' => false,
            b'\t' | b' '..=b'~' => true,
            _ => false,
        }
    }

    fn step(&mut self, rest: &[u8], is_end: bool) -> Step {
        match rest[0] {
            b'\n' => {
                self.at_line_start = true;
                Step::Keep(1)
            }
            b'\r' => match rest.get(1) {
                Some(b'\n') => Step::Keep(1),
                None if !is_end => Step::Wait,
                _ => Step::Escape(1, '\r'),
            },
            b':' => self.colon(rest, is_end),
            b'#' => self.command(rest, is_end),
            b'\x1b' if self.colors == Colors::Kept => match color_length(rest) {
                Some(0) if !is_end => Step::Wait,
                Some(length) if length > 0 => Step::Keep(length),
                _ => Step::Escape(1, '\x1b'),
            },
            byte if byte.is_ascii() => Step::Escape(1, char::from(byte)),
            _ => self.character(rest, is_end),
        }
    }

    /// A colon that begins a line; `::` there is a workflow command.
    fn colon(&mut self, rest: &[u8], is_end: bool) -> Step {
        if rest.len() == 1 && !is_end {
            return Step::Wait;
        }
        self.at_line_start = false;
        if rest.get(1) == Some(&b':') { Step::Escape(1, ':') } else { Step::Keep(1) }
    }

    /// `##[group]`, `##vso[..]`, `##teamcity[..]`: obeyed anywhere in a line.
    fn command(&mut self, rest: &[u8], is_end: bool) -> Step {
        self.at_line_start = false;
        let name = rest.iter().skip(2).take_while(|byte| byte.is_ascii_alphabetic()).take(LONGEST_COMMAND + 1).count();
        match (rest.get(1), rest.get(2 + name)) {
            (None, _) | (Some(b'#'), None) if !is_end && name <= LONGEST_COMMAND => Step::Wait,
            (Some(b'#'), Some(b'[')) => Step::Escape(1, '#'),
            _ => Step::Keep(1),
        }
    }

    /// A character of several bytes.
    fn character(&mut self, rest: &[u8], is_end: bool) -> Step {
        let most = &rest[..rest.len().min(4)];
        let text = match std::str::from_utf8(most) {
            Ok(text) => text,
            Err(error) if error.valid_up_to() > 0 => {
                std::str::from_utf8(&most[..error.valid_up_to()]).unwrap_or_default()
            }
            Err(error) if error.error_len().is_none() && !is_end => return Step::Wait,
            Err(_) => "",
        };
        let Some(c) = text.chars().next() else { return Step::Escape(1, char::REPLACEMENT_CHARACTER) };
        self.at_line_start &= c.is_whitespace();
        if is_unprintable(c) { Step::Escape(c.len_utf8(), c) } else { Step::Keep(c.len_utf8()) }
    }

    fn write_escaped(&mut self, c: char) -> io::Result<()> {
        match (self.escape, c) {
            (_, char::REPLACEMENT_CHARACTER) => self.out.write_all("\u{fffd}".as_bytes()),
            (Escape::Json, c) => {
                c.encode_utf16(&mut [0; 2]).iter().try_for_each(|unit| write!(self.out, "\\u{unit:04x}"))
            }
            (Escape::Xml, c) if c >= ' ' || c == '\r' => write!(self.out, "&#{};", u32::from(c)),
            (Escape::Text | Escape::Commands, ':' | '#') => write!(self.out, "{c} "),
            _ => self.out.write_all("\u{fffd}".as_bytes()),
        }
    }
}

impl<W: Write> Write for EscapingWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.pending.is_empty() {
            self.pass(bytes, false)?;
        } else {
            let mut all = std::mem::take(&mut self.pending);
            all.extend(bytes);
            self.pass(&all, false)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let rest = std::mem::take(&mut self.pending);
        self.pass(&rest, true)?;
        self.out.flush()
    }
}

/// The length of the colour sequence at the start of `bytes`; zero where its end is not there yet; `None` where it is
/// another sequence.
fn color_length(bytes: &[u8]) -> Option<usize> {
    /// `ESC [ 38;2;255;255;255 m`
    const LONGEST: usize = 20;
    let parameters = match bytes {
        [_] => return Some(0),
        [_, b'[', rest @ ..] => rest,
        _ => return None,
    };
    let length = parameters.iter().take(LONGEST).take_while(|byte| matches!(byte, b'0'..=b'9' | b';')).count();
    match parameters.get(length) {
        None => Some(0),
        Some(b'm') if is_color(&parameters[..length]) => Some(length + 3),
        Some(_) => None,
    }
}

/// True for parameters of the colours that our own renderers use: nothing that hides text.
fn is_color(parameters: &[u8]) -> bool {
    let numbers: Option<Vec<u32>> = std::str::from_utf8(parameters)
        .ok()
        .and_then(|text| text.split(';').map(|number| number.parse().ok()).collect());
    match numbers.as_deref() {
        None => parameters.is_empty(),
        Some([38, 5, _] | [38, 2, _, _, _]) => true,
        Some(numbers) => numbers.iter().all(|number| matches!(number, 0..=4 | 22..=24 | 31..=37 | 39 | 91..=97)),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::{Colors, Escape, EscapingWriter, one_line};

    /// `text` through the writer, in every way to cut it in two: it never depends on the cut.
    fn through(text: &str, escape: Escape, colors: Colors) -> String {
        let written = |cut: usize| {
            let mut writer = EscapingWriter::new(Vec::new(), escape, colors);
            writer.write_all(&text.as_bytes()[..cut]).expect("memory");
            writer.write_all(&text.as_bytes()[cut..]).expect("memory");
            writer.flush().expect("memory");
            String::from_utf8(writer.out).expect("UTF-8")
        };
        let whole = written(0);
        (0..text.len()).for_each(|cut| assert_eq!(written(cut), whole, "{text:?} cut at {cut}"));
        whole
    }

    fn text(text: &str) -> String {
        through(text, Escape::Text, Colors::Refused)
    }

    #[test]
    fn plain_text_passes() {
        for plain in
            ["a\tb\n", "C# :: D\r\nx", "über 漢字 e\u{301}\n", "# Title\n## Title [x]\n", "a::b ##x# [", ": x\n:", ""]
        {
            assert_eq!(text(plain), plain);
        }
    }

    #[test]
    fn commands_of_terminals_and_runners_are_broken() {
        for (hostile, shown) in [
            ("\x1b[31mred", "\u{fffd}[31mred"),
            ("\x1b]0;title\x07", "\u{fffd}]0;title\u{fffd}"),
            ("a\rb", "a\u{fffd}b"),
            ("a\r", "a\u{fffd}"),
            ("\u{9b}31m", "\u{fffd}31m"),
            ("a\u{202e}b\u{2066}\u{200b}\u{feff}", "a\u{fffd}b\u{fffd}\u{fffd}\u{fffd}"),
            ("a\u{2028}b\u{e0041}", "a\u{fffd}b\u{fffd}"),
            ("::error::x\n", ": :error::x\n"),
            ("x\n \t::stop\n", "x\n \t: :stop\n"),
            ("\u{a0}\u{3000}::stop", "\u{a0}\u{3000}: :stop"),
            ("say ##[error]x", "say # #[error]x"),
            ("###vso[task.x]", "## #vso[task.x]"),
            ("##teamcity[a]", "# #teamcity[a]"),
        ] {
            assert_eq!(text(hostile), shown);
        }
    }

    #[test]
    fn own_colors_pass_where_they_are_kept_and_nothing_else_does() {
        let keep = |text: &str| through(text, Escape::Text, Colors::Kept);
        for color in ["\x1b[0m", "\x1b[m", "\x1b[1m", "\x1b[31m", "\x1b[1;94m", "\x1b[38;5;12m"] {
            assert_eq!(keep(color), color);
            assert!(!text(color).contains('\x1b'));
        }
        for hostile in
            ["\x1b[8m", "\x1b[7m", "\x1b[2J", "\x1b]8;;x", "\x1bc", "\x1b[1;8m", "\x1b[999999999999m", "\x1b"]
        {
            assert!(!keep(hostile).contains('\x1b'), "{hostile:?}");
        }
        assert_eq!(keep("\x1b[1m::error::x"), "\x1b[1m: :error::x");
    }

    #[test]
    fn formats_with_escapes_lose_nothing() {
        let hostile = "\u{7f}\u{85}\u{202e}\u{e0041}##[error]\u{2028}";
        let json = through(&serde_json::to_string(hostile).expect("JSON"), Escape::Json, Colors::Refused);
        assert_eq!(json, r##""\u007f\u0085\u202e\udb40\udc41\u0023#[error]\u2028""##);
        assert_eq!(serde_json::from_str::<String>(&json).expect("JSON"), hostile);
        assert_eq!(through("::a\u{202e}##[b", Escape::Xml, Colors::Refused), "&#58;:a&#8238;&#35;#[b");
        assert_eq!(through("::error::a ##[b\x07", Escape::Commands, Colors::Refused), "::error::a # #[b\u{fffd}");
    }

    #[test]
    fn lines_are_joined() {
        assert_eq!(one_line("a\r\nb\tc\u{2029}d\x1b\u{202e}"), "a  b c d\u{fffd}\u{fffd}");
    }
}
