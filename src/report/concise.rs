//! One line a finding, for editors and grep: `file:line:col: LIC010 attribute: message`.

use std::io::{self, Write};

use super::policy::warnings;
use super::unverified::tag;
use super::{Report, Style, place};
use crate::text::one_line;

/// Place of a finding that has none: the tree as a whole.
const NOWHERE: &str = ".:1:1";

/// Writes the findings that count, in order of packages; sources that were not scanned only with `-v`.
pub(super) fn render(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    for located in report.listed(style) {
        let finding = &located.finding;
        let at = finding.place.as_ref().map_or_else(|| NOWHERE.to_owned(), place);
        let tag = tag(finding.verification.unproven());
        let text = one_line(&format!("{}: {}{tag}", finding.names(), finding.message));
        writeln!(out, "{at}: {} {text}", finding.check.id)?;
    }
    warnings(report).try_for_each(|line| writeln!(out, "# {line}"))
}
