//! Everything about a package: what is declared, what was concluded and why, and every file that says something.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};

use crate::check::declared_in_words;
use crate::conclusion::{Basis, Concluded, Conclusion, Part};
use crate::declared::Declared;
use crate::evidence::{Evidence, Role, Witness};
use crate::text::one_line;
use crate::verdict::Verdict;

use super::terminal::finding_block;
use super::{Outcome, PackageReport, Report, Style, place, unseen};

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

fn about(package: &PackageReport, out: &mut dyn Write) -> io::Result<()> {
    let stated = &package.package;
    line(out, format_args!("{} {}", stated.attr, stated.version.as_deref().unwrap_or("")))?;
    let site = crate::check::site(&package.declared).or(stated.site.as_ref());
    line(out, format_args!("declared:  {} ({})", in_words(&package.declared), site.map(place).unwrap_or_default()))?;
    for source in &stated.sources {
        line(out, format_args!("source:    {} {}", source.fetcher, source.urls.first().map_or("", String::as_str)))?;
    }
    package.found.iter().try_for_each(|place| line(out, format_args!("found:     {}", place)))?;
    let Outcome::Audited(Some(judged)) = &package.outcome else { return Ok(()) };
    if let Some(why) = judged.verification.unproven() {
        line(out, format_args!("unverified: {why}"))?;
    }
    match &judged.conclusion {
        Conclusion::Concluded(concluded) => about_concluded(concluded, out)?,
        Conclusion::Conflicting { readings, .. } => {
            line(out, format_args!("concluded: nothing, upstream contradicts itself"))?;
            for reading in readings {
                witnesses(&format!("reading {}", reading.expr), &reading.basis, out)?;
            }
        }
        Conclusion::NoneFound => {
            line(out, format_args!("concluded: NONE, everything was read and nothing states a license"))?
        }
        Conclusion::NoAssertion(why) => line(out, format_args!("concluded: NOASSERTION, {why}"))?,
    }
    line(out, format_args!("verdict:   {}", verdict(&judged.verdict)))?;
    package.evidence.as_ref().map_or(Ok(()), |evidence| all_evidence(evidence, out))
}

fn in_words(declared: &Declared) -> String {
    match declared {
        Declared::Absent => "nothing".to_owned(),
        Declared::Malformed { flaw, .. } => format!("malformed: {flaw}"),
        Declared::Computed { why, .. } => format!("computed: {why}"),
        other => declared_in_words(other),
    }
}

fn about_concluded(concluded: &Concluded, out: &mut dyn Write) -> io::Result<()> {
    let confidence = concluded.confidence.name();
    line(
        out,
        format_args!("concluded: {} ({confidence} confidence: {})", concluded.expr, concluded.reasons.join("; ")),
    )?;
    witnesses("for", &concluded.basis, out)?;
    witnesses("against", &concluded.against, out)?;
    for part in &concluded.parts {
        about_part(part, out)?;
    }
    Ok(())
}

fn about_part(part: &Part, out: &mut dyn Write) -> io::Result<()> {
    line(out, format_args!("part:      {} {} ({}, {} files)", part.path.as_str(), part.expr, part.role, part.files))
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

fn verdict(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Agrees { .. } => "agrees".to_owned(),
        Verdict::Drifts(_) => "drifts".to_owned(),
        Verdict::Undecided(why) => format!("cannot tell: {why}"),
    }
}

/// Every detection, by role of its file; clues last.
fn all_evidence(evidence: &Evidence, out: &mut dyn Write) -> io::Result<()> {
    let mut by_role: BTreeMap<Role, Vec<String>> = BTreeMap::new();
    for file in &evidence.files {
        for seen in &file.detections {
            let clue = if seen.class == Witness::Clue { ", no witness" } else { "" };
            let line = format!(
                "{}:{} {} ({}{clue}, {})",
                file.path.as_str(),
                seen.lines,
                seen.expr,
                seen.class.name(),
                seen.score
            );
            by_role.entry(file.role).or_default().push(line);
        }
    }
    let unread = evidence.files.iter().filter(|file| file.unread.is_some()).count();
    line(out, format_args!("evidence:  {} files, {unread} of them not read as text", evidence.files.len()))?;
    for (role, lines) in by_role {
        line(out, format_args!("  {role}:"))?;
        lines.iter().try_for_each(|seen| line(out, format_args!("    {seen}")))?;
    }
    Ok(())
}

/// Writes one line, whatever the names in it hold.
fn line(out: &mut dyn Write, text: fmt::Arguments<'_>) -> io::Result<()> {
    writeln!(out, "{}", one_line(&text.to_string()))
}
