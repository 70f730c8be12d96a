//! Replacements of bytes, kept sorted and disjoint; offsets are always those of the original text.

use super::Span;

/// One replacement: the bytes of `span` become `text`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// Replaced span; empty for an insertion.
    pub span: Span,
    /// The new text.
    pub text: String,
}

/// Two edits want the same bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("two edits overlap at bytes {}..{}", .0.start, .0.end)]
pub struct Overlap(pub Span);

/// Edits of one file: sorted and disjoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EditSet(Vec<Edit>);

impl EditSet {
    /// The empty set.
    pub fn new() -> Self {
        EditSet::default()
    }

    /// Adds an edit. The same edit twice is one edit; two that touch the same bytes, or insert at one place, are refused.
    pub fn add(&mut self, edit: Edit) -> Result<(), Overlap> {
        let at = self.0.partition_point(|have| have.span < edit.span);
        let neighbours = self.0[at.saturating_sub(1)..].iter().take(2);
        for have in neighbours {
            if *have == edit {
                return Ok(());
            }
            let same_place = have.span == edit.span;
            if same_place || (have.span.start < edit.span.end && edit.span.start < have.span.end) {
                return Err(Overlap(edit.span));
            }
        }
        self.0.insert(at, edit);
        Ok(())
    }

    /// The edits, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Edit> {
        self.0.iter()
    }

    /// True where there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `original` with all edits made; every byte outside their spans is kept.
    pub fn apply(&self, original: &str) -> String {
        let mut out = String::with_capacity(original.len());
        let mut done = 0;
        for edit in &self.0 {
            out.push_str(Span::new(done, edit.span.start).of(original));
            out.push_str(&edit.text);
            done = edit.span.end;
        }
        out.push_str(Span::new(done, original.len() as u32).of(original));
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(start: u32, end: u32, text: &str) -> Edit {
        Edit { span: Span::new(start, end), text: text.to_owned() }
    }

    #[test]
    fn edits_added_in_any_order_apply_to_the_original_offsets() {
        let mut edits = EditSet::new();
        edits.add(edit(4, 5, "DDD")).expect("free");
        edits.add(edit(0, 1, "")).expect("free");
        assert_eq!(edits.apply("abc d e"), "bc DDD e");
    }

    #[test]
    fn overlapping_edits_are_refused() {
        let mut edits = EditSet::new();
        edits.add(edit(2, 6, "x")).expect("free");
        assert_eq!(edits.add(edit(5, 8, "y")), Err(Overlap(Span::new(5, 8))));
        assert_eq!(edits.add(edit(0, 9, "y")), Err(Overlap(Span::new(0, 9))));
    }
}
