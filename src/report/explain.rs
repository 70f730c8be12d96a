//! The page about a package for people: its account, then every file that says something, by role.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};

use crate::conclusion::{Basis, Part};
use crate::evidence::{Evidence, Role, Witness};
use crate::text::one_line;

use super::account::{Account, WitnessSide};
use super::combined::parts;
use super::counted::counted;
use super::terminal::finding_block;
use super::{PackageReport, Report, Style, unseen};

/// Writes all that is known of every package of the report.
pub fn explain(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    for package in &report.packages {
        about(package, out)?;
        for located in &package.findings {
            writeln!(out, "\n{}", finding_block(located, style))?;
        }
    }
    unseen(report).try_for_each(|(name, failed, why, _)| {
        line(out, format_args!("{}: {name}: {why}", if failed { "failed" } else { "skipped" }))
    })
}

/// The account of a package in a few lines, as an editor shows it.
pub fn hover(package: &PackageReport) -> String {
    let mut out = Vec::new();
    account(&Account::of(package), &mut out).expect("memory takes everything");
    String::from_utf8_lossy(&out).into_owned()
}

fn about(package: &PackageReport, out: &mut dyn Write) -> io::Result<()> {
    account(&Account::of(package), out)?;
    for source in &package.package.sources {
        line(out, format_args!("source:    {} {}", source.fetcher, source.urls.first().map_or("", String::as_str)))?;
    }
    package.found.iter().try_for_each(|place| line(out, format_args!("found:     {place}")))?;
    parts(package).iter().try_for_each(|part| about_part(part, out))?;
    package.evidence.as_ref().map_or(Ok(()), |evidence| all_evidence(evidence, out))
}

fn account(account: &Account<'_>, out: &mut dyn Write) -> io::Result<()> {
    line(out, format_args!("{}", account.title))?;
    line(out, format_args!("verdict:   {}", account.verdict))?;
    line(out, format_args!("declared:  {}", account.declared))?;
    if let Some(concluded) = &account.concluded {
        line(out, format_args!("concluded: {concluded}"))?;
    }
    account.sides.iter().try_for_each(|side| about_side(side, out))?;
    if let Some(confidence) = &account.confidence {
        line(out, format_args!("confidence: {confidence}"))?;
    }
    if let Some(why) = account.unverified {
        line(out, format_args!("unverified: {why}"))?;
    }
    if let Some((all, parts)) = &account.combined {
        line(out, format_args!("combined:  {all}"))?;
        parts.iter().try_for_each(|part| line(out, format_args!("  linked in: {part}")))?;
    }
    account.changes.iter().try_for_each(|change| line(out, format_args!("would change it: {change}")))
}

fn about_side(side: &WitnessSide<'_>, out: &mut dyn Write) -> io::Result<()> {
    let WitnessSide { title, shown, more } = side;
    if shown.is_empty() {
        return line(out, format_args!("  {title}: nothing"));
    }
    witnesses(title, shown, out)?;
    if *more > 0 { line(out, format_args!("  {title}: {more} more")) } else { Ok(()) }
}

fn about_part(part: &Part, out: &mut dyn Write) -> io::Result<()> {
    let (path, files) = (part.path.as_str(), counted(part.files, "file"));
    line(out, format_args!("part:      {path} {} ({}, {files})", part.expr, part.role))
}

/// Writes one line a witness, and its words.
pub fn witnesses(title: &str, all: &[Basis], out: &mut dyn Write) -> io::Result<()> {
    for basis in all {
        let files = if basis.files > 1 { format!(", {} files", basis.files) } else { String::new() };
        line(
            out,
            format_args!(
                "  {title}: {}:{} {} ({}{files})",
                basis.file.as_str(),
                basis.lines,
                basis.expr,
                basis.class.name()
            ),
        )?;
        if !basis.quote.is_empty() {
            line(out, format_args!("       \"{}\"", &basis.quote))?;
        }
    }
    Ok(())
}

/// Detections and the number of files that have some, by role of the files.
pub(super) fn by_role(evidence: &Evidence) -> BTreeMap<Role, (usize, Vec<String>)> {
    let mut by_role: BTreeMap<Role, (usize, Vec<String>)> = BTreeMap::new();
    for file in evidence.files.iter().filter(|file| !file.detections.is_empty()) {
        let (files, lines) = by_role.entry(file.role).or_default();
        *files += 1;
        for seen in &file.detections {
            let clue = if seen.class == Witness::Clue { ", no witness" } else { "" };
            let (path, class) = (file.path.as_str(), seen.class.name());
            lines.push(one_line(&format!("{path}:{} {} ({class}{clue}, {})", seen.lines, seen.expr, seen.score)));
        }
    }
    by_role
}

/// e.g. `120 files, 3 of them not read as text`
pub(super) fn read_files(evidence: &Evidence) -> String {
    let unread = evidence.files.iter().filter(|file| file.unread.is_some()).count();
    format!("{}, {unread} of them not read as text", counted(evidence.files.len(), "file"))
}

/// Every detection, by role of its file.
fn all_evidence(evidence: &Evidence, out: &mut dyn Write) -> io::Result<()> {
    line(out, format_args!("evidence:  {}", read_files(evidence)))?;
    for (role, (files, lines)) in by_role(evidence) {
        line(out, format_args!("  {role} ({}):", counted(files, "file")))?;
        lines.iter().try_for_each(|seen| line(out, format_args!("    {seen}")))?;
    }
    Ok(())
}

/// Writes one line, whatever the names in it hold.
fn line(out: &mut dyn Write, text: fmt::Arguments<'_>) -> io::Result<()> {
    writeln!(out, "{}", one_line(&text.to_string()))
}
