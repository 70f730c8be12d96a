//! Text as a sequence of words, the same for license texts and for files: case, punctuation, comment furniture,
//! markup and the numbering of paragraphs do not count.
//!
//! Also compiled into the build script, so it imports nothing of the crate.

/// A word of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// A hash of its normal form.
    pub hash: u32,
    /// Offset of its first byte.
    pub start: u32,
    /// Offset behind its last byte.
    pub end: u32,
}

/// Words in one shingle.
pub const SHINGLE: usize = 4;

/// The hash of the shingle that these words form.
pub fn shingle(words: &[u32]) -> u32 {
    let mixed = words.iter().fold(0x9e37_79b9_7f4a_7c15_u64, |state, word| {
        (state ^ u64::from(*word)).wrapping_mul(0xff51_afd7_ed55_8ccd).rotate_left(29)
    });
    (mixed ^ (mixed >> 32)) as u32
}

/// The words of a license text: as of any text, without the lines that only state a copyright.
pub fn words_of_license(text: &str) -> Vec<Word> {
    let mut skipped = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if states_copyright(line) {
            skipped.push(at..at + line.len());
        }
        at += line.len();
    }
    let mut words = words(text, 0, text.len());
    words.retain(|word| !skipped.iter().any(|line| line.contains(&(word.start as usize))));
    words
}

/// True for a line that names a copyright holder or reserves rights and says nothing else.
fn states_copyright(line: &str) -> bool {
    let line = line.trim().trim_matches(|character: char| !character.is_alphanumeric() && !"(<[©".contains(character));
    // Most lines begin otherwise, and are not looked through.
    if line.len() >= 160 || !line.starts_with(['c', 'C', '(', '©', 'a', 'A']) {
        return false;
    }
    let lower = line.to_ascii_lowercase();
    let is_statement = ["copyright", "(c)", "©"].iter().any(|start| lower.starts_with(start));
    let names_holder =
        || lower.contains("(c)") || lower.contains('©') || lower.contains(['<', '[']) || has_year(&lower);
    is_statement && names_holder() || lower.starts_with("all rights reserved") && lower.len() < 24
}

fn has_year(text: &str) -> bool {
    text.as_bytes().windows(4).any(|four| four.iter().all(u8::is_ascii_digit))
}

/// The words between the byte offsets `from` and `to`, which stand at character boundaries.
pub fn words(text: &str, from: usize, to: usize) -> Vec<Word> {
    let mut reader = Reader { text, bytes: &text.as_bytes()[..to], at: from, at_line_start: true, found: Vec::new() };
    reader.found.reserve((to - from) / 8);
    while reader.at < to {
        reader.step();
    }
    reader.found
}

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    at_line_start: bool,
    found: Vec<Word>,
}

/// Bytes of markup between `<` and `>` that are skipped at most.
const LONGEST_TAG: usize = 300;

impl Reader<'_> {
    fn step(&mut self) {
        let byte = self.bytes[self.at];
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => self.word(),
            b'\n' | b'\r' => {
                self.at += 1;
                self.at_line_start = true;
            }
            b'<' if self.bytes[self.at..].starts_with(b"<!--") => self.at += 4,
            b'<' => self.at += self.tag_length().unwrap_or(1),
            b'&' => self.at += self.entity_length().unwrap_or(1),
            b'\\' if self.escaped().is_some_and(|(character, _)| character.is_alphanumeric()) => self.word(),
            b'\\' => self.at += self.escape_length(),
            b'.' if self.at_line_start => self.at += self.macro_length(),
            0..=0x7f => self.at += 1,
            _ if self.char_here().is_alphanumeric() => self.word(),
            _ => self.at += self.char_here().len_utf8(),
        }
    }

    fn char_here(&self) -> char {
        self.text[self.at..].chars().next().unwrap_or(' ')
    }

    fn word(&mut self) {
        let start = self.at;
        let mut form = Form::default();
        while let Some(&byte) = self.bytes.get(self.at) {
            if byte.is_ascii_alphanumeric() {
                form.push(byte.to_ascii_lowercase());
                self.at += 1;
            } else if byte >= 0x80 && self.char_here().is_alphanumeric() {
                let character = self.char_here();
                form.push_char(character);
                self.at += character.len_utf8();
            } else if let Some((character, length)) = self.escaped().filter(|(found, _)| found.is_alphanumeric()) {
                form.push_char(character);
                self.at += length;
            } else {
                break;
            }
        }
        let is_first = std::mem::take(&mut self.at_line_start);
        if !self.is_furniture(form.as_bytes(), is_first) {
            self.found.push(Word { hash: form.hash(), start: start as u32, end: self.at as u32 });
        }
    }

    /// True for `dnl` and `rem` at the start of a line, the `c` of `(c)` and of Fortran, and the numbering of lists.
    fn is_furniture(&self, word: &[u8], is_first: bool) -> bool {
        let numbers_a_list = || {
            let closes = matches!(self.bytes.get(self.at), Some(b'.' | b')' | b']'));
            let ends = self.bytes.get(self.at + 1).is_none_or(|byte| !byte.is_ascii_alphanumeric());
            closes && ends
        };
        match word {
            b"dnl" | b"rem" => is_first,
            b"c" => true,
            [b'a'..=b'z' | b'0'..=b'9'] | [b'0'..=b'9', b'0'..=b'9'] => numbers_a_list(),
            b"ii" | b"iii" | b"iv" | b"vi" | b"vii" => numbers_a_list(),
            _ => false,
        }
    }

    /// The length of a tag of markup, or of a placeholder such as `<owner>`.
    fn tag_length(&self) -> Option<usize> {
        let window = &self.bytes[self.at..self.bytes.len().min(self.at + LONGEST_TAG)];
        let opens = |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b'/' | b'!');
        window.get(1).filter(|byte| opens(byte))?;
        let end = window[1..].iter().position(|byte| matches!(byte, b'<' | b'>'))? + 1;
        (window[end] == b'>').then_some(end + 1)
    }

    /// The length of `&quot;`, `&#8220;` and the like.
    fn entity_length(&self) -> Option<usize> {
        let window = &self.bytes[self.at..self.bytes.len().min(self.at + 10)];
        let end = window.iter().position(|byte| *byte == b';')?;
        let is_name = window[1..end].iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'#');
        (end > 1 && is_name).then_some(end + 1)
    }

    /// The character that `\u00e9` stands for in JSON and many languages, and the length of that.
    fn escaped(&self) -> Option<(char, usize)> {
        let digits = self.bytes.get(self.at + 2..self.at + 6).filter(|_| self.bytes[self.at..].starts_with(b"\\u"))?;
        let value = digits.iter().try_fold(0, |value, byte| Some(value * 16 + char::from(*byte).to_digit(16)?))?;
        Some((char::from_u32(value)?, 6))
    }

    /// The length of `\n` in a string literal, of `\fB` in roff; a backslash alone otherwise.
    fn escape_length(&self) -> usize {
        if let Some((_, length)) = self.escaped() {
            return length;
        }
        match self.bytes.get(self.at + 1) {
            Some(b'n' | b't' | b'r') => 2,
            // The next byte may begin a letter of several bytes, and so a word.
            Some(b'f') if self.bytes.get(self.at + 2).is_some_and(u8::is_ascii) => 3,
            Some(b'f') => 2,
            Some(b'u') if self.bytes.get(self.at + 2).is_some_and(u8::is_ascii_digit) => 2,
            _ => 1,
        }
    }

    /// The length of a roff request such as `.PP` or `.It` at the start of a line.
    fn macro_length(&self) -> usize {
        let name = self.bytes[self.at + 1..].iter().take(3).take_while(|byte| byte.is_ascii_alphabetic()).count();
        if name == 2 { 3 } else { 1 }
    }
}

/// A word in its normal form; the end of a very long one is cut.
pub fn form(word: &str) -> String {
    let mut form = Form::default();
    word.to_lowercase().bytes().for_each(|byte| form.push(byte));
    form.respell();
    String::from_utf8_lossy(form.as_bytes()).into_owned()
}

/// The normal form of a word while it is read.
#[derive(Default)]
struct Form {
    bytes: [u8; 24],
    len: usize,
    /// Hash of what did not fit.
    rest: u32,
}

impl Form {
    fn push_char(&mut self, character: char) {
        let mut buffer = [0; 4];
        for lower in character.to_lowercase() {
            lower.encode_utf8(&mut buffer).bytes().for_each(|byte| self.push(byte));
        }
    }

    fn push(&mut self, byte: u8) {
        match self.bytes.get_mut(self.len) {
            Some(slot) => {
                *slot = byte;
                self.len += 1;
            }
            None => self.rest = (self.rest ^ u32::from(byte)).wrapping_mul(0x0100_0193).wrapping_add(1),
        }
    }

    fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    fn hash(&mut self) -> u32 {
        self.respell();
        let start = 0x811c_9dc5_u32 ^ self.rest;
        let hash =
            self.as_bytes().iter().fold(start, |state, byte| (state ^ u32::from(*byte)).wrapping_mul(0x0100_0193));
        hash ^ (hash >> 15)
    }

    /// Spellings that the SPDX matching guidelines call equal.
    fn respell(&mut self) {
        if let Some(at) = self.as_bytes().windows(6).position(|six| six == b"licenc") {
            self.bytes[at + 5] = b's';
        }
        let same = match self.as_bytes() {
            b"acknowledgement" => "acknowledgment",
            b"acknowledgements" => "acknowledgments",
            b"favour" => "favor",
            b"https" => "http",
            b"rightholder" => "rightsholder",
            _ => return,
        };
        self.len = same.len();
        self.bytes[..same.len()].copy_from_slice(same.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(left: &str, right: &str) {
        let hashes = |text: &str| words(text, 0, text.len()).iter().map(|word| word.hash).collect::<Vec<_>>();
        assert_eq!(hashes(left), hashes(right), "{left:?} and {right:?}");
    }

    #[test]
    fn furniture_and_markup_do_not_count() {
        let plain = "Redistributions of source code must retain this licence";
        same("/* 1. Redistributions of\n * source code must\n * retain this License */", plain);
        same("dnl a) Redistributions of\ndnl source code must retain this license", plain);
        same(".PP\n.\\\" Redistributions of source\n\\fBcode\\fP must retain this license", plain);
        same("<p>Redistributions of&nbsp;source <b class=\"x\">code</b> must retain this license</p>", plain);
        same("\"Redistributions of source code\\n\"\n  \"must retain this license\\n\"", plain);
    }

    #[test]
    fn a_font_escape_ends_before_a_letter_beyond_ascii() {
        same("\\fBbold\\fR and \\fíon", "bold and íon");
        same("cut off \\f", "cut off");
    }

    #[test]
    fn escapes_of_string_literals_are_the_letters_they_stand_for() {
        same(r"Weitergabe \u00fcber Dritte, \u201ewie besehen\u201c", "Weitergabe über Dritte, „wie besehen“");
        same("<!-- this text <!-- stays --> visible", "this text stays visible");
    }

    #[test]
    fn a_line_with_a_holder_is_no_part_of_a_license() {
        let text = "Copyright (c) <year> <owner>. All rights reserved.\nPermission is granted";
        assert_eq!(words_of_license(text).len(), 3);
    }
}
