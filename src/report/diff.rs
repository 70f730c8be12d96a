//! Declared against concluded of every drifting package, and nothing else: made to be read and grepped.

use std::io::{self, Write};

use crate::check::declared_in_words;
use crate::conclusion::Conclusion;
use crate::text::one_line;
use crate::verdict::Verdict;

use super::policy::warnings;
use super::{Outcome, PackageReport, Report, Style, place, unverified};

/// Writes a place with its attribute, a `-` line and a `+` line for each package that drifts.
pub(super) fn render(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let (red, green, reset) = if style.color { ("\x1b[31m", "\x1b[32m", "\x1b[0m") } else { ("", "", "") };
    for package in &report.packages {
        let Some(concluded) = drifting(package) else { continue };
        let declared = declared_in_words(&package.declared);
        // The difference of some is in the words around a license: that is no difference between these two lines.
        if declared == concluded {
            continue;
        }
        let site = crate::check::site(&package.declared).or(package.package.site.as_ref());
        writeln!(out, "{} {}", site.map(place).unwrap_or_default(), one_line(&package.package.attr.0))?;
        writeln!(out, "{red}- {}{reset}", if declared.is_empty() { "NONE".to_owned() } else { one_line(&declared) })?;
        writeln!(out, "{green}+ {}{reset}", one_line(&concluded))?;
        if let Some(why) = unverified::of_package(package) {
            writeln!(out, "# {}", unverified::in_words(why))?;
        }
    }
    warnings(report).try_for_each(|line| writeln!(out, "# {line}"))
}

fn drifting(package: &PackageReport) -> Option<String> {
    let Outcome::Audited(Some(judged)) = &package.outcome else { return None };
    match (&judged.verdict, &*judged.conclusion) {
        (Verdict::Drifts(_), Conclusion::Concluded(concluded)) => Some(concluded.expr.to_string()),
        _ => None,
    }
}
