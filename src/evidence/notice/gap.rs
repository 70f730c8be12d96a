//! The characters between two words, as far as they matter to a reader: line ends, stops, signs.

/// Characters between a word and the one before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Gap(u32);

impl Gap {
    pub(super) const NEWLINE: Gap = Gap(1);
    /// A line without words.
    pub(super) const PARAGRAPH: Gap = Gap(1 << 1);
    /// A full stop, `!` or `?` that ends a sentence.
    pub(super) const STOP: Gap = Gap(1 << 2);
    pub(super) const COMMA: Gap = Gap(1 << 3);
    pub(super) const OPEN: Gap = Gap(1 << 4);
    pub(super) const CLOSE: Gap = Gap(1 << 5);
    pub(super) const COLON: Gap = Gap(1 << 6);
    pub(super) const SLASH: Gap = Gap(1 << 7);
    pub(super) const QUOTE: Gap = Gap(1 << 8);
    /// `+` directly after the word before.
    pub(super) const PLUS: Gap = Gap(1 << 9);
    pub(super) const EQUALS: Gap = Gap(1 << 10);
    /// `>=`.
    pub(super) const AT_LEAST: Gap = Gap(1 << 11);
    pub(super) const SEMICOLON: Gap = Gap(1 << 12);
    pub(super) const AT: Gap = Gap(1 << 13);
    /// Nothing but one hyphen or dot, without a blank: both words are one compound.
    pub(super) const JOINED: Gap = Gap(1 << 14);
    pub(super) const BAR: Gap = Gap(1 << 15);
    /// The `![` of an image in Markdown.
    pub(super) const IMAGE: Gap = Gap(1 << 16);
    /// A question mark that ends a sentence.
    pub(super) const QUESTION: Gap = Gap(1 << 17);
    /// The `>` at the start of a line that is quoted from a letter.
    pub(super) const CITED: Gap = Gap(1 << 18);
    /// A dash with a blank on both sides.
    pub(super) const DASH: Gap = Gap(1 << 19);

    pub(super) fn has(self, other: Gap) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) fn with(self, other: Gap) -> Gap {
        Gap(self.0 | other.0)
    }

    pub(super) fn add(&mut self, other: Gap) {
        self.0 |= other.0;
    }
}
