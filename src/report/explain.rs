//! The page about a package for people: its account, then every file that says something, by role.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{self, Write};

use crate::conclusion::{Basis, Part};
use crate::evidence::{Evidence, FileEvidence, Role, Witness};
use crate::text::one_line;

use super::account::{Account, WitnessSide};
use super::combined::parts;
use super::compared::ComparedText;
use super::counted::counted;

use super::paint::painted;
use super::terminal::finding_block;
use super::wrap::wrapped;
use super::{PackageReport, Report, Style, unseen};

/// Writes all that is known of every package of the report.
pub fn explain(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    for package in &report.packages {
        wrapped(style, out, |out| about(package, style, out))?;
        for located in &package.findings {
            writeln!(out, "\n{}", finding_block(located, style))?;
        }
    }
    wrapped(style, out, |out| {
        unseen(report).try_for_each(|(name, failed, why, _)| {
            line(out, format_args!("{}: {name}: {why}", if failed { "failed" } else { "skipped" }))
        })
    })
}

/// The account of a package in a few lines, as an editor shows it.
pub fn hover(package: &PackageReport) -> String {
    let mut out = Vec::new();
    let account = Account::of(package);
    let written = verdict(&account, Style::default(), &mut out).and_then(|()| reasons(&account, &mut out));
    written.expect("memory takes everything");
    String::from_utf8_lossy(&out).into_owned()
}

fn about(package: &PackageReport, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let account = Account::of(package);
    verdict(&account, style, out)?;
    package.evidence.as_ref().map_or(Ok(()), |evidence| counts(evidence, out))?;
    package.compared.iter().try_for_each(|text| about_text(text, out))?;
    reasons(&account, out)?;
    for source in &package.package.sources {
        let url = source.urls.first().map(|url| format!(" {url}")).unwrap_or_default();
        line(out, format_args!("source:    {}{url}", source.fetcher))?;
    }
    package.found.iter().try_for_each(|place| line(out, format_args!("found:     {place}")))?;
    about_parts(parts(package), style, out)?;
    package.evidence.as_ref().map_or(Ok(()), |evidence| places(evidence, style, out))
}

/// The verdict, both licenses, and who speaks for and against.
fn verdict(account: &Account<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    line(out, format_args!("{}", account.title))?;
    let verdict = one_line(&account.verdict);
    let (state, rest) =
        verdict.split_once(':').map_or((&verdict[..], String::new()), |(state, rest)| (state, format!(":{rest}")));
    writeln!(out, "verdict:   {}{rest}", painted(state, account.mood, style))?;
    line(out, format_args!("declared:  {}", account.declared))?;
    if let Some(concluded) = &account.concluded {
        line(out, format_args!("concluded: {concluded}"))?;
    }
    account.sides.iter().try_for_each(|side| about_side(side, out))
}

/// Why it is trusted that far, and what would change it.
fn reasons(account: &Account<'_>, out: &mut dyn Write) -> io::Result<()> {
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

fn about_text(text: &ComparedText, out: &mut dyn Write) -> io::Result<()> {
    line(out, format_args!("text:      {}:{} is {}", text.file, text.lines, text.head()))?;
    text.changes().iter().try_for_each(|change| line(out, format_args!("  {change}")))
}

/// The parts that ship; those of the build system, of tests and of documentation are counted, where not all are wanted.
fn about_parts(parts: &[Part], style: Style, out: &mut dyn Write) -> io::Result<()> {
    let ships = |part: &&Part| {
        matches!(part.role, Role::LicenseText | Role::Shipped | Role::Vendored | Role::ThirdParty | Role::Generated)
    };
    let (shown, folded): (Vec<&Part>, Vec<&Part>) = parts.iter().partition(|part| style.all || ships(part));
    for part in shown {
        let (path, files) =
            (if part.path.as_str().is_empty() { "." } else { part.path.as_str() }, counted(part.files, "file"));
        line(out, format_args!("part:      {path} {} ({}, {files})", part.expr, part.role))?;
    }
    match folded.len() {
        0 => Ok(()),
        more => line(
            out,
            format_args!("part:      {} in files that do not ship (`--all` lists them)", counted(more, "other part")),
        ),
    }
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

/// Files of one role in which something was detected.
#[derive(Default)]
pub(super) struct RoleFiles {
    /// Their number.
    pub(super) files: usize,
    /// The number of files for each license that they state.
    pub(super) stated: BTreeMap<String, usize>,
    /// Mentions of licenses that are no statements.
    pub(super) clues: usize,
    /// Every detection, one line each.
    pub(super) lines: Vec<String>,
}

impl RoleFiles {
    fn add(&mut self, file: &FileEvidence) {
        self.files += 1;
        let stated: BTreeSet<String> = file.stated().map(|one| one_line(&one.expr.to_string())).collect();
        stated.into_iter().for_each(|license| *self.stated.entry(license).or_default() += 1);
        for seen in &file.detections {
            let clue = if seen.class == Witness::Clue { ", mention only, not counted" } else { "" };
            self.clues += usize::from(seen.class == Witness::Clue);
            let (path, class) = (file.path.as_str(), seen.class.name());
            self.lines.push(one_line(&format!("{path}:{} {} ({class}{clue}, {})", seen.lines, seen.expr, seen.score)));
        }
    }

    /// e.g. `GPL-3.0-or-later in 12 files; MIT in 1 file; 3 mentions that do not count`
    pub(super) fn summary(&self) -> String {
        let mut stated: Vec<(&String, &usize)> = self.stated.iter().collect();
        stated.sort_by_key(|(license, files)| (Reverse(**files), *license));
        let stated = stated.into_iter().map(|(license, files)| format!("{license} in {}", counted(*files, "file")));
        let verb = if self.clues == 1 { "does" } else { "do" };
        let clues = (self.clues > 0).then(|| format!("{} that {verb} not count", counted(self.clues, "mention")));
        stated.chain(clues).collect::<Vec<_>>().join("; ")
    }
}

/// Files in which something was detected, by their role.
pub(super) fn by_role(evidence: &Evidence) -> BTreeMap<Role, RoleFiles> {
    let mut by_role: BTreeMap<Role, RoleFiles> = BTreeMap::new();
    for file in evidence.files.iter().filter(|file| !file.detections.is_empty()) {
        by_role.entry(file.role).or_default().add(file);
    }
    by_role
}

/// e.g. `120 files, 3 of them not read as text`
pub(super) fn read_files(evidence: &Evidence) -> String {
    let unread = evidence.files.iter().filter(|file| file.unread.is_some()).count();
    format!("{}, {unread} of them not read as text", counted(evidence.files.len(), "file"))
}

/// The files that say something, counted by their role.
fn counts(evidence: &Evidence, out: &mut dyn Write) -> io::Result<()> {
    line(out, format_args!("evidence:  {}", read_files(evidence)))?;
    by_role(evidence).iter().try_for_each(|(role, files)| {
        line(out, format_args!("  {role} ({}): {}", counted(files.files, "file"), files.summary()))
    })
}

/// Every detection, by role of its file, where all are wanted; else how many there are.
fn places(evidence: &Evidence, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let roles = by_role(evidence);
    if !style.all {
        let places: usize = roles.values().map(|files| files.lines.len()).sum();
        return if places == 0 { Ok(()) } else { line(out, format_args!("places:    {places} (`--all` lists them)")) };
    }
    line(out, format_args!("places:"))?;
    for (role, files) in &roles {
        line(out, format_args!("  {role} ({}):", counted(files.files, "file")))?;
        files.lines.iter().try_for_each(|seen| line(out, format_args!("    {seen}")))?;
    }
    Ok(())
}

/// Writes one line, whatever the names in it hold.
fn line(out: &mut dyn Write, text: fmt::Arguments<'_>) -> io::Result<()> {
    writeln!(out, "{}", one_line(&text.to_string()))
}
