//! Keeps hostile nesting away from the parser.
//!
//! rnix recurses for every bracket, sign and right-associative operator, and limits only some of them. One look at the
//! bytes bounds them all; it may count what stands in strings, so the limits are far above what real files have.

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
