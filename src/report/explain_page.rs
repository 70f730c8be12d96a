//! The page about a package for a browser: the same account as in the terminal, without a script.

use std::io::{self, Write};

use super::account::{Account, WitnessSide};
use super::combined::parts;
use super::compared::ComparedText;
use super::counted::counted;
use super::explain::{by_role, read_files};
use super::html::Document;
use super::policy::closing;
use super::{Located, PackageReport, Report, unseen};
use crate::conclusion::Basis;
use crate::evidence::Evidence;
use crate::triage::Suppression;

/// Writes a page of every package of the report.
pub fn explain_page(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let title = match &report.packages[..] {
        [one] => format!("License of {}", one.package.attr),
        many => format!("Licenses of {}", counted(many.len(), "package")),
    };
    let mut page = Document::begin(&title, out)?;
    report.packages.iter().try_for_each(|package| about(package, &mut page))?;
    let not_seen = unseen(report)
        .map(|(name, failed, why, _)| format!("{}: {name}: {why}", if failed { "failed" } else { "skipped" }));
    page.list(not_seen)?;
    page.finish(closing(report))
}

fn about(package: &PackageReport, page: &mut Document<'_>) -> io::Result<()> {
    let account = Account::of(package);
    page.open("section")?;
    page.leaf("h2", &account.title)?;
    page.leaf("p", &account.verdict)?;
    facts(&account, package, page)?;
    account.sides.iter().try_for_each(|side| witnesses(side, page))?;
    package.compared.iter().try_for_each(|text| compared_text(text, page))?;
    if let Some((all, parts)) = &account.combined {
        page.leaf("h3", "With what is linked in")?;
        page.leaf("p", all)?;
        page.list(parts.iter().cloned())?;
    }
    page.leaf("h3", "What would change it")?;
    page.list(account.changes.iter().map(ToString::to_string))?;
    package.findings.iter().try_for_each(|located| finding(located, page))?;
    other_parts(package, page)?;
    package.evidence.as_ref().map_or(Ok(()), |evidence| all_evidence(evidence, page))?;
    page.close("section")
}

fn facts(account: &Account<'_>, package: &PackageReport, page: &mut Document<'_>) -> io::Result<()> {
    page.open("dl")?;
    let sources = package.package.sources.iter();
    let sources = sources.map(|source| match source.urls.first() {
        Some(url) => format!("{} {url}", source.fetcher),
        None => source.fetcher.to_string(),
    });
    let facts = [
        ("Declared", Some(account.declared.clone())),
        ("Concluded", account.concluded.clone()),
        ("Confidence", account.confidence.clone()),
        ("Unverified", account.unverified.map(|why| why.to_string())),
    ];
    let facts = facts.into_iter().filter_map(|(name, fact)| Some((name, fact?)));
    for (name, fact) in facts.chain(sources.map(|source| ("Source", source))) {
        page.leaf("dt", name)?;
        page.leaf("dd", &fact)?;
    }
    page.close("dl")
}

fn witnesses(side: &WitnessSide<'_>, page: &mut Document<'_>) -> io::Result<()> {
    page.leaf("h3", &format!("Witnesses: {}", side.title))?;
    if side.shown.is_empty() {
        return page.leaf("p", "nothing");
    }
    page.open("ul")?;
    side.shown.iter().try_for_each(|basis| witness(basis, page))?;
    page.close("ul")?;
    if side.more > 0 { page.leaf("p", &format!("{} more", side.more)) } else { Ok(()) }
}

fn witness(basis: &Basis, page: &mut Document<'_>) -> io::Result<()> {
    let files = if basis.files > 1 { format!(", {} files", basis.files) } else { String::new() };
    page.open("li")?;
    page.text(&format!("{}:{} {} ({}{files})", basis.file, basis.lines, basis.expr, basis.class.name()))?;
    if !basis.quote.is_empty() {
        page.open("div")?;
        page.leaf("q", &basis.quote)?;
        page.close("div")?;
    }
    page.close("li")
}

fn finding(located: &Located, page: &mut Document<'_>) -> io::Result<()> {
    let finding = &located.finding;
    page.open("div class=\"finding\"")?;
    page.leaf("h3", &format!("{} {} {}", finding.severity, finding.check.id, finding.check.name))?;
    page.leaf("p", &finding.message)?;
    page.list(finding.help.iter().cloned())?;
    page.open("details")?;
    page.leaf("summary", "Accept this finding")?;
    page.lines(&Suppression::block(finding))?;
    page.close("details")?;
    page.close("div")
}

fn compared_text(text: &ComparedText, page: &mut Document<'_>) -> io::Result<()> {
    page.leaf("h3", &format!("License text {}:{}", text.file, text.lines))?;
    page.leaf("p", &format!("It is {}.", text.head()))?;
    page.list(text.changes().into_iter())
}

fn other_parts(package: &PackageReport, page: &mut Document<'_>) -> io::Result<()> {
    let parts = parts(package);
    if parts.is_empty() {
        return Ok(());
    }
    page.leaf("h3", "Other licenses in the source")?;
    page.list(parts.iter().map(|part| {
        let (path, files) =
            (if part.path.as_str().is_empty() { "." } else { part.path.as_str() }, counted(part.files, "file"));
        format!("{path} {} ({}, {files})", part.expr, part.role)
    }))
}

fn all_evidence(evidence: &Evidence, page: &mut Document<'_>) -> io::Result<()> {
    page.leaf("h3", "Files")?;
    page.leaf("p", &read_files(evidence))?;
    for (role, files) in by_role(evidence) {
        page.open("details")?;
        page.leaf("summary", &format!("{role} ({}): {}", counted(files.files, "file"), files.summary()))?;
        page.list(files.lines.into_iter())?;
        page.close("details")?;
    }
    Ok(())
}
