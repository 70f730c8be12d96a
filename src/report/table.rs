//! Declared beside concluded, one line a package.

use std::io::{self, Write};

use super::columns::widths;
use super::paint::{Mood, painted};
use super::policy::warnings;
use super::unverified::tag;
use super::{Outcome, PackageReport, Report, Style};
use crate::check::declared_in_words;
use crate::conclusion::Conclusion;
use crate::text::one_line;
use crate::verdict::Verdict;

const HEAD: [&str; 4] = ["PACKAGE", "VERDICT", "DECLARED", "CONCLUDED"];

/// Writes the packages that do not agree; all that were looked at with `-v` or where they were asked for by name.
pub(super) fn render(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let all = style.verbose || report.asked.by_name;
    let found = report.packages.iter().filter_map(|package| row(package, all));
    let rows: Vec<[String; 4]> = std::iter::once(HEAD.map(str::to_owned)).chain(found).collect();
    let widths = widths(&rows, style.width);
    if rows.len() > 1 {
        rows.iter().try_for_each(|row| line(row, widths, style, out))?;
    }
    warnings(report).try_for_each(|line| writeln!(out, "# {line}"))
}

fn line(
    [attr, state, says, has]: &[String; 4],
    [name, verdict, declared]: [usize; 3],
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mood = match state.as_str() {
        "agrees" => Some(Mood::Good),
        "drifts" => Some(Mood::Bad),
        "cannot tell" => Some(Mood::Open),
        _ => None,
    };
    let state = format!("{state:<verdict$}");
    let state = mood.map_or_else(|| state.clone(), |mood| painted(&state, mood, style));
    writeln!(out, "{attr:<name$}  {state}  {says:<declared$}  {has}")
}

fn row(package: &PackageReport, all: bool) -> Option<[String; 4]> {
    let Outcome::Audited(Some(judged)) = &package.outcome else { return None };
    let verdict = match &judged.verdict {
        Verdict::Agrees { .. } if !all => return None,
        Verdict::Agrees { .. } => "agrees",
        Verdict::Drifts(_) => "drifts",
        Verdict::Undecided(_) => "cannot tell",
    };
    let concluded = match &*judged.conclusion {
        Conclusion::Concluded(concluded) => format!("{}{}", concluded.expr, tag(judged.verification.unproven())),
        _ => "?".to_owned(),
    };
    let declared = declared_in_words(&package.declared);
    let declared = if declared.is_empty() { "NONE".to_owned() } else { declared };
    Some([&package.package.attr.0, verdict, &declared, &concluded].map(one_line))
}
