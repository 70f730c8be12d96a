//! Meanings that rows give to the words they match.

/// A meaning that a row gives to the words it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// The name is granted, whatever other rows say of it.
    Affirms,
    /// The name is granted.
    Grants,
    /// The words themselves state this expression.
    States(&'static str),
    /// The name is not granted; the variant says why.
    Takes(Why),
    OrLater,
    Only,
    /// The number is the version of the name.
    Version,
    /// The names are alternatives.
    Choice,
    /// The names of the sentences before are alternatives.
    ChoiceAbove,
    /// The name is an alternative to what stands before.
    Alternative,
    /// All names hold.
    Parts,
    /// The words name this exception.
    Exception(&'static str),
}

/// A reason why a statement grants nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    Denied,
    Was,
    Will,
    Would,
    Required,
    Quoted,
    Asked,
    OtherSoftware,
}

impl Why {
    /// The note of a clue that grants nothing for this reason.
    pub(super) fn note(self) -> &'static str {
        match self {
            Why::Denied => "grants nothing: it is denied",
            Why::Was => "grants nothing: it is history",
            Why::Will => "grants nothing: it is a plan",
            Why::Would => "grants nothing: it is a condition",
            Why::Required => "grants nothing: it is asked of contributors",
            Why::Quoted => "grants nothing: it is quoted",
            Why::Asked => "grants nothing: it is a question",
            Why::OtherSoftware => "grants nothing: it is said of other software",
        }
    }
}

/// Where a row matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) id: &'static str,
    pub(super) effect: Effect,
    /// Words `first..end`.
    pub(super) first: usize,
    pub(super) end: usize,
    /// The words that the statement reaches over, where the row names no license.
    pub(super) reach: (usize, usize),
    /// The names in the pattern's slots, as indices of the mentions.
    pub(super) names: Vec<usize>,
    /// The word in the slot of a version.
    pub(super) version: Option<usize>,
    /// The row stays within a line.
    pub(super) is_line: bool,
}
