//! The lines of the checkout that a finding is about.

use crate::report::Quote;
use crate::tree::{Checkout, Site};

/// Lines of a long value past this many are not shown.
const MOST_LINES: usize = 6;

/// The lines of `site`, the value marked. Looks at these lines only: a file may have thousands of findings.
pub(super) fn quote(checkout: &Checkout, site: &Site) -> Option<Quote> {
    let bytes = checkout.read(&site.file)?;
    let (start, end) = (site.span.start as usize, (site.span.end as usize).min(bytes.len()));
    let first = bytes.get(..start)?.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let mut breaks = bytes[first..].iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| first + at);
    let shown = (site.end.line.saturating_sub(site.start.line) as usize).min(MOST_LINES - 1);
    let last = breaks.nth(shown).unwrap_or(bytes.len());
    let text = String::from_utf8_lossy(&bytes[first..last]);
    let in_text = |offset: usize| String::from_utf8_lossy(&bytes[first..offset.clamp(first, last)]).len();
    let mark = (in_text(start), in_text(end));
    Some(Quote { text: text.into_owned(), first_line: site.start.line, mark })
}
