//! Numbers with their nouns.

/// e.g. `1 package`, `2 packages`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
