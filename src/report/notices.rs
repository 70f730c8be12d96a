//! Notices: who holds the copyright of what ships, under which licenses, and each license text once.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::{PackageReport, Report, escaped};
use crate::check::declared_in_words;
use crate::evidence::{FileEvidence, Role, Witness};
use crate::license::{self, LicenseExpr, Term};
use crate::text::one_line;

/// The forms of notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeForm {
    /// Plain text.
    Text,
    /// Markdown.
    Markdown,
    /// `debian/copyright`.
    Dep5,
}

/// Files under the same license.
#[derive(Default)]
struct Group {
    files: Vec<String>,
    holders: BTreeSet<String>,
}

/// Writes the notices of every package whose source was looked at.
pub fn notices(report: &Report, form: NoticeForm, out: &mut dyn Write) -> io::Result<()> {
    let mut terms: BTreeSet<Term> = BTreeSet::new();
    for package in &report.packages {
        let groups = groups(package);
        for (expr, _) in &groups {
            terms.extend(expr.terms().into_iter().cloned());
        }
        match form {
            NoticeForm::Text => text(package, &groups, out)?,
            NoticeForm::Markdown => markdown(package, &groups, out)?,
            NoticeForm::Dep5 => dep5(package, &groups, out)?,
        }
    }
    texts(&terms, form, out)
}

/// The files that ship, by the license that they state.
fn groups(package: &PackageReport) -> Vec<(LicenseExpr, Group)> {
    let mut groups: BTreeMap<LicenseExpr, Group> = BTreeMap::new();
    let files = package.evidence.iter().flat_map(|evidence| &evidence.files);
    let ships = |file: &&FileEvidence| {
        matches!(file.role, Role::Shipped | Role::LicenseText | Role::Vendored | Role::ThirdParty | Role::Generated)
    };
    for file in files.filter(ships) {
        let stated = file.detections.iter().filter(|one| one.class != Witness::Clue);
        let Some(expr) = LicenseExpr::all(stated.map(|one| one.expr.clone())) else { continue };
        let group = groups.entry(expr).or_default();
        group.files.push(one_line(file.path.as_str()));
        group.holders.extend(file.copyrights.iter().map(|holder| one_line(holder)));
    }
    groups.into_iter().collect()
}

fn title(package: &PackageReport) -> String {
    let name = package.package.pname.as_deref().unwrap_or(&package.package.attr.0);
    let version = package.package.version.as_deref().map(|version| format!(" {version}")).unwrap_or_default();
    one_line(&format!("{name}{version}"))
}

fn text(package: &PackageReport, groups: &[(LicenseExpr, Group)], out: &mut dyn Write) -> io::Result<()> {
    let title = title(package);
    writeln!(out, "{title}\n{}\n", "=".repeat(title.chars().count()))?;
    writeln!(out, "License declared in nixpkgs: {}\n", one_line(&declared_in_words(&package.declared)))?;
    for (expr, group) in groups {
        writeln!(out, "{expr}")?;
        group.holders.iter().try_for_each(|holder| writeln!(out, "  Copyright: {holder}"))?;
        group.files.iter().try_for_each(|file| writeln!(out, "  {file}"))?;
        writeln!(out)?;
    }
    Ok(())
}

fn markdown(package: &PackageReport, groups: &[(LicenseExpr, Group)], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "## {}\n", escaped(&title(package)))?;
    writeln!(out, "License declared in nixpkgs: {}\n", escaped(&declared_in_words(&package.declared)))?;
    for (expr, group) in groups {
        writeln!(out, "### {}\n", escaped(&expr.to_string()))?;
        group.holders.iter().try_for_each(|holder| writeln!(out, "- Copyright: {}", escaped(holder)))?;
        group.files.iter().try_for_each(|file| writeln!(out, "- {}", escaped(file)))?;
        writeln!(out)?;
    }
    Ok(())
}

fn dep5(package: &PackageReport, groups: &[(LicenseExpr, Group)], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/")?;
    writeln!(out, "Upstream-Name: {}\n", title(package))?;
    for (expr, group) in groups {
        let files: Vec<String> = group.files.iter().map(|file| file.replace(' ', "?")).collect();
        writeln!(out, "Files: {}", files.join("\n       "))?;
        let holders: Vec<&str> = group.holders.iter().map(String::as_str).collect();
        let holders =
            if holders.is_empty() { "not stated in these files".to_owned() } else { holders.join("\n           ") };
        writeln!(out, "Copyright: {holders}")?;
        writeln!(out, "License: {}\n", in_debian_words(expr))?;
    }
    Ok(())
}

/// DEP-5 writes its operators in small letters.
fn in_debian_words(expr: &LicenseExpr) -> String {
    expr.to_string().replace(" AND ", " and ").replace(" OR ", " or ").replace(" WITH ", " with ")
}

/// The text of every license and exception, each once.
fn texts(terms: &BTreeSet<Term>, form: NoticeForm, out: &mut dyn Write) -> io::Result<()> {
    let mut all: BTreeMap<String, &'static str> = BTreeMap::new();
    for term in terms {
        let listed = license::license(&term.id()).map(|found| (term.id(), found.text));
        let exception =
            term.exception.as_deref().and_then(license::exception).map(|found| (found.id.to_owned(), found.text));
        all.extend(listed.into_iter().chain(exception));
    }
    for (id, text) in all {
        match form {
            NoticeForm::Text => writeln!(out, "{id}\n{}\n\n{}\n", "-".repeat(id.len()), text.trim_end())?,
            NoticeForm::Markdown => writeln!(out, "## {id}\n\n{}\n", indented(text, "    "))?,
            NoticeForm::Dep5 => writeln!(out, "License: {id}\n{}\n", paragraph(text))?,
        }
    }
    Ok(())
}

fn indented(text: &str, by: &str) -> String {
    text.trim_end().lines().map(|line| format!("{by}{line}\n")).collect()
}

/// Lines of a field of a control file: indented, and a dot for an empty one.
fn paragraph(text: &str) -> String {
    let line = |line: &str| if line.trim().is_empty() { " .".to_owned() } else { format!(" {line}") };
    text.trim_end().lines().map(line).collect::<Vec<_>>().join("\n")
}
