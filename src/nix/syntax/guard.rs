//! Keeps hostile nesting away from the parser.
//!
//! rnix recurses for every bracket, sign and right-associative operator, and limits only some of them. One look at the
//! bytes bounds them all; it may count what stands in strings, so the limits are far above what real files have.

/// Shorter texts are read in no time, whatever they are made of.
const SHORT: usize = 64 << 10;
/// Looks ahead of the tokenizer: a gigabyte takes a second or two. Real files stay below a hundred megabytes.
const MOST_LOOKS: usize = 2 << 30;

/// The offset of a path or name without end: from each of its parts the tokenizer looks ahead to its end.
pub(super) fn endless_path(text: &[u8]) -> Option<usize> {
    if text.len() <= SHORT {
        return None;
    }
    let is_path = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'+' | b'/' | b':');
    let (mut at, mut looks) = (0, 0_usize);
    for run in text.split(|byte| !is_path(byte)) {
        if run.len() > 1_000 {
            let parts = run.iter().filter(|byte| !byte.is_ascii_alphanumeric()).count();
            looks = looks.saturating_add(parts.saturating_mul(run.len()) / 2);
        }
        if looks > MOST_LOOKS {
            return Some(at);
        }
        at += run.len() + 1;
    }
    None
}

/// Open brackets at one time; real files stay below 100.
const MAX_OPEN: usize = 5_000;
/// Operators and signs between two semicolons; real files stay below 500.
const MAX_CHAIN: usize = 10_000;

/// The offset at which `text` is nested too deeply to be parsed; `None` where it is not.
pub(super) fn too_deep(text: &[u8]) -> Option<usize> {
    let (mut open, mut chain) = (0_usize, 0_usize);
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'[' | b'(' | b'{' => open += 1,
            b']' | b')' | b'}' => open = open.saturating_sub(1),
            b';' => chain = 0,
            b'+' | b'!' | b'/' | b'>' | b'<' | b'*' | b'|' | b'&' => chain += 1,
            b'-' if !at.checked_sub(1).is_some_and(|before| text[before].is_ascii_alphanumeric()) => chain += 1,
            _ => {}
        }
        if open > MAX_OPEN || chain > MAX_CHAIN {
            return Some(at);
        }
    }
    None
}
