//! The little of the shell and of m4 in which `configure.ac` states defaults and conditions.

use std::ops::Range;

/// A call of a macro: its arguments, and where each stands in the text.
pub(super) struct Call<'t> {
    pub(super) arguments: Vec<(&'t str, Range<usize>)>,
}

/// No call of a macro that matters is longer.
const LONGEST_CALL: usize = 8_000;

/// The calls of `name` in `text`.
pub(super) fn calls<'t>(text: &'t str, name: &str) -> Vec<Call<'t>> {
    let after = |at: usize| text[at + name.len()..].starts_with('(').then_some(at + name.len() + 1);
    text.match_indices(name).filter_map(|(at, _)| call(text, after(at)?)).collect()
}

fn call(text: &str, from: usize) -> Option<Call<'_>> {
    let (mut brackets, mut parentheses, mut start) = (0_u32, 0_u32, from);
    let mut arguments = Vec::new();
    for (at, letter) in text[from..].char_indices().take(LONGEST_CALL).map(|(at, letter)| (at + from, letter)) {
        match (letter, brackets, parentheses) {
            ('[', _, _) => brackets += 1,
            (']', 1.., _) => brackets -= 1,
            ('(', 0, _) => parentheses += 1,
            (')', 0, 1..) => parentheses -= 1,
            (',' | ')', 0, 0) => {
                arguments.push((bare(&text[start..at]), start..at));
                start = at + 1;
                if letter == ')' {
                    return Some(Call { arguments });
                }
            }
            _ => {}
        }
    }
    None
}

/// An argument without the brackets that quote it.
pub(super) fn bare(argument: &str) -> &str {
    let argument = argument.trim();
    argument.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(argument).trim()
}

/// `VARIABLE=value` in shell code.
pub(super) struct Assignment<'t> {
    pub(super) variable: &'t str,
    pub(super) value: &'t str,
    pub(super) at: usize,
}

/// Letters of a value that are looked at: `yes` and `no` are short.
const LONGEST_VALUE: usize = 100;

/// The assignments in `text`.
pub(super) fn assignments(text: &str) -> impl Iterator<Item = Assignment<'_>> {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let bytes = text.as_bytes();
    text.match_indices('=').filter_map(move |(at, _)| {
        let length = bytes[..at].iter().rev().take_while(|byte| is_name(**byte)).count();
        let start = at - length;
        let begins = start == 0 || b" \t\n;[,({".contains(&bytes[start - 1]);
        let ends = !matches!(bytes.get(at + 1), Some(b'=' | b' '));
        (length > 0 && begins && ends).then(|| Assignment {
            variable: &text[start..at],
            value: value(text, at + 1),
            at: start,
        })
    })
}

fn value(text: &str, from: usize) -> &str {
    let mut letters = text[from..].char_indices().take(LONGEST_VALUE);
    let end = letters.find(|(_, letter)| " \t\n\r;],)".contains(*letter)).map(|(at, _)| at);
    let end = end.or_else(|| text[from..].char_indices().nth(LONGEST_VALUE).map(|(at, _)| at));
    text[from..].get(..end.unwrap_or(text.len() - from)).unwrap_or("").trim_matches(['"', '\''])
}

/// True for values that leave something off.
pub(super) fn is_off(value: &str) -> bool {
    matches!(value, "" | "no" | "false" | "0" | "off" | "disabled" | "none")
}

/// How a condition asks for a variable.
pub(super) enum Asked<'t> {
    /// It must say so: `= yes`.
    Yes(&'t str),
    /// It must not say no: `!= no`.
    NotNo(&'t str),
}

/// The variables all of which a condition asks for; none where one of several conditions is enough.
pub(super) fn asked(condition: &str) -> Vec<Asked<'_>> {
    let words: Vec<&str> =
        condition.split(|letter: char| letter.is_whitespace() || "\"'[]()".contains(letter)).collect();
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    if words.iter().any(|word| matches!(*word, "||" | "-o" | "!")) {
        return Vec::new();
    }
    if let [word] = words[..] {
        return variable(word).map(Asked::Yes).into_iter().collect();
    }
    words.windows(3).filter_map(|three| comparison(three[0], three[1], three[2])).collect()
}

fn comparison<'t>(left: &'t str, operator: &str, right: &str) -> Option<Asked<'t>> {
    let prefix = left.find('$').map(|at| &left[..at])?;
    let variable = variable(&left[prefix.len()..])?;
    let right = right.trim_end_matches(';').strip_prefix(prefix)?;
    match (operator, right) {
        ("=" | "==" | "-eq", "yes" | "true" | "1" | "on") => Some(Asked::Yes(variable)),
        ("!=" | "-ne", "no" | "false" | "0" | "off") => Some(Asked::NotNo(variable)),
        _ => None,
    }
}

fn variable(word: &str) -> Option<&str> {
    let name = word.strip_prefix('$')?;
    let name = name.strip_prefix('{').and_then(|name| name.strip_suffix('}')).unwrap_or(name);
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_name.then_some(name)
}

/// The commands between `then` and the `else` or `fi` behind it, each with its condition.
pub(super) fn branches(text: &str) -> Vec<(&str, Range<usize>)> {
    let mut open: Vec<Option<(&str, usize)>> = Vec::new();
    let mut closed = Vec::new();
    let (mut at, mut condition) = (0, None);
    for line in text.split_inclusive('\n') {
        let (from, trimmed) = (at, line.trim().trim_start_matches('['));
        at += line.len();
        let first = trimmed.split([' ', '\t', ';', ']', ')']).next().unwrap_or("");
        if matches!(first, "else" | "elif" | "fi") {
            if let Some(Some((condition, start))) = open.pop() {
                closed.push((condition, start..from));
            }
            if first != "fi" {
                open.push(None);
            }
        }
        if first == "if" {
            condition = Some(trimmed[2..].trim());
        }
        if trimmed.ends_with("then")
            && first != "elif"
            && let Some(words) = condition.take()
        {
            let words = words.strip_suffix("then").unwrap_or(words).trim_end_matches([' ', ';']);
            open.push(Some((words, at)));
        }
    }
    closed
}
