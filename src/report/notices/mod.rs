//! Notices: who holds the copyright of what ships, under which licenses, and each license text once.

mod page;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::combined::Combined;
use super::counted::counted;
use super::{Outcome, PackageReport, Report, escaped};
use crate::check::declared_in_words;
use crate::conclusion::Conclusion;
use crate::evidence::{Role, Witness};
use crate::license::{self, LicenseExpr, Term};
use crate::text::one_line;

/// The forms of notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeForm {
    /// Plain text.
    Text,
    /// Markdown.
    Markdown,
    /// One page for a browser.
    Html,
    /// `debian/copyright`.
    Dep5,
}

/// The files of a package that ship.
struct Shipped {
    /// By the license that they state.
    groups: Vec<(LicenseExpr, Group)>,
    /// Number of those that state none.
    silent: usize,
    /// Conclusion for the whole, which holds for these.
    whole: Option<LicenseExpr>,
    /// Sentences about the package: its license in nixpkgs, the terms of what is linked in, the texts it installs.
    about: Vec<String>,
    /// Parts that are linked in, one line each.
    linked: Vec<String>,
    /// Their licenses.
    terms: BTreeSet<Term>,
}

/// Files under the same license.
#[derive(Default)]
struct Group {
    files: Vec<String>,
    holders: BTreeSet<String>,
}

/// Writes the notices of every package whose source was looked at.
pub fn notices(report: &Report, form: NoticeForm, out: &mut dyn Write) -> io::Result<()> {
    let looked_at = report.packages.iter().filter(|package| matches!(package.outcome, Outcome::Audited(_)));
    let all: Vec<(&PackageReport, Shipped)> = looked_at.map(|package| (package, Shipped::of(package))).collect();
    let texts = texts(all.iter().flat_map(|(_, shipped)| shipped.terms()));
    match form {
        NoticeForm::Html => return page::render(&all, &texts, out),
        NoticeForm::Text => all.iter().try_for_each(|(package, shipped)| text(package, shipped, out))?,
        NoticeForm::Markdown => all.iter().try_for_each(|(package, shipped)| markdown(package, shipped, out))?,
        NoticeForm::Dep5 => dep5(&all, out)?,
    }
    for (id, text) in &texts {
        match form {
            NoticeForm::Markdown => writeln!(out, "## {id}\n\n{}\n", indented(text, "    "))?,
            NoticeForm::Dep5 => writeln!(out, "License: {id}\n{}\n", paragraph(text))?,
            _ => writeln!(out, "{id}\n{}\n\n{}\n", "-".repeat(id.len()), text.trim_end())?,
        }
    }
    Ok(())
}

impl Shipped {
    fn of(package: &PackageReport) -> Shipped {
        let mut groups: BTreeMap<LicenseExpr, Group> = BTreeMap::new();
        let mut silent = 0;
        let files = package.evidence.iter().flat_map(|evidence| &evidence.files);
        for file in files.filter(|file| ships(file.role)) {
            let stated = file.detections.iter().filter(|one| one.class != Witness::Clue);
            let Some(expr) = LicenseExpr::all(stated.map(|one| one.expr.clone())) else {
                silent += 1;
                continue;
            };
            let group = groups.entry(expr).or_default();
            group.files.push(one_line(file.path.as_str()));
            group.holders.extend(file.copyrights.iter().map(|holder| one_line(holder)));
        }
        let whole = match &package.outcome {
            Outcome::Audited(Some(judged)) => match &*judged.conclusion {
                Conclusion::Concluded(concluded) => Some(concluded.expr.clone()),
                _ => None,
            },
            _ => None,
        };
        let combined = Combined::of(package);
        let terms = combined.iter().flat_map(|all| all.exprs().flat_map(LicenseExpr::terms)).cloned().collect();
        let linked = combined.iter().flat_map(Combined::lines).collect();
        let about = about(package, combined.as_ref());
        Shipped { groups: groups.into_iter().collect(), silent, whole, about, linked, terms }
    }

    fn terms(&self) -> impl Iterator<Item = Term> {
        let exprs = self.groups.iter().map(|(expr, _)| expr).chain(&self.whole);
        exprs.flat_map(|expr| expr.terms().into_iter().cloned()).chain(self.terms.iter().cloned())
    }

    /// The sentence about files that state nothing; `None` where there are none.
    fn rest(&self) -> Option<String> {
        let license = self.whole.as_ref().map_or_else(|| "not known".to_owned(), LicenseExpr::to_string);
        let files = counted(self.silent, "file");
        (self.silent > 0).then(|| format!("Without a license of their own: {files}; that of the whole is {license}"))
    }
}

/// Sentences about `package`, each on one line.
fn about(package: &PackageReport, combined: Option<&Combined<'_>>) -> Vec<String> {
    let declared = format!("License declared in nixpkgs: {}", declared_in_words(&package.declared));
    let combined = combined.map(|all| format!("License with what is linked in: {}", all.in_words()));
    let files = &package.package.license_files;
    let installed = match &files[..] {
        [] => "License text installed: no phase in nixpkgs installs one; the build of the source itself may".to_owned(),
        files => format!("License text installed: {}, by a phase in nixpkgs", files.join(", ")),
    };
    let all = std::iter::once(declared).chain(combined).chain([installed]);
    all.map(|line| one_line(&line)).collect()
}

fn ships(role: Role) -> bool {
    matches!(role, Role::Shipped | Role::LicenseText | Role::Vendored | Role::ThirdParty | Role::Generated)
}

fn title(package: &PackageReport) -> String {
    let name = package.package.pname.as_deref().unwrap_or(&package.package.attr.0);
    let version = package.package.version.as_deref().map(|version| format!(" {version}")).unwrap_or_default();
    one_line(&format!("{name}{version}"))
}

fn text(package: &PackageReport, shipped: &Shipped, out: &mut dyn Write) -> io::Result<()> {
    let title = title(package);
    writeln!(out, "{title}\n{}\n", "=".repeat(title.chars().count()))?;
    shipped.about.iter().try_for_each(|line| writeln!(out, "{line}"))?;
    shipped.linked.iter().try_for_each(|part| writeln!(out, "  {part}"))?;
    writeln!(out)?;
    for (expr, group) in &shipped.groups {
        writeln!(out, "{expr}")?;
        group.holders.iter().try_for_each(|holder| writeln!(out, "  Copyright: {holder}"))?;
        group.files.iter().try_for_each(|file| writeln!(out, "  {file}"))?;
        writeln!(out)?;
    }
    shipped.rest().map_or(Ok(()), |line| writeln!(out, "{line}\n"))
}

fn markdown(package: &PackageReport, shipped: &Shipped, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "## {}\n", escaped(&title(package)))?;
    shipped.about.iter().try_for_each(|line| writeln!(out, "{}\n", escaped(line)))?;
    shipped.linked.iter().try_for_each(|part| writeln!(out, "- {}", escaped(part)))?;
    if !shipped.linked.is_empty() {
        writeln!(out)?;
    }
    for (expr, group) in &shipped.groups {
        writeln!(out, "### {}\n", escaped(&expr.to_string()))?;
        group.holders.iter().try_for_each(|holder| writeln!(out, "- Copyright: {}", escaped(holder)))?;
        group.files.iter().try_for_each(|file| writeln!(out, "- {}", escaped(file)))?;
        writeln!(out)?;
    }
    shipped.rest().map_or(Ok(()), |line| writeln!(out, "{}\n", escaped(&line)))
}

/// One document: of one package with its files as they are, of several with those of each in a folder of its attribute.
fn dep5(all: &[(&PackageReport, Shipped)], out: &mut dyn Write) -> io::Result<()> {
    if !all.is_empty() {
        writeln!(out, "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/")?;
    }
    if let [(package, shipped)] = all {
        writeln!(out, "Upstream-Name: {}", title(package))?;
        writeln!(out, "Comment: {}\n", remarks(shipped).join("\n "))?;
        return stanzas(shipped, "", out);
    }
    for (number, (package, shipped)) in all.iter().enumerate() {
        let field = if number == 0 { "Comment:" } else { "" };
        writeln!(out, "{field} {}/ is {}", folder(package), title(package))?;
        remarks(shipped).iter().try_for_each(|line| writeln!(out, "  {line}"))?;
    }
    if !all.is_empty() {
        writeln!(out)?;
    }
    for (package, shipped) in all {
        stanzas(shipped, &format!("{}/", pattern(&folder(package))), out)?;
    }
    Ok(())
}

/// The folder of a package among others: its attribute path.
fn folder(package: &PackageReport) -> String {
    one_line(&package.package.attr.0).replace('/', "-")
}

fn remarks(shipped: &Shipped) -> Vec<&str> {
    shipped.about.iter().chain(&shipped.linked).map(String::as_str).collect()
}

/// The stanzas of a package whose files lie in `folder`.
fn stanzas(shipped: &Shipped, folder: &str, out: &mut dyn Write) -> io::Result<()> {
    // The last stanza that fits a file counts: the whole comes first.
    if let Some(whole) = &shipped.whole {
        let license = in_debian_words(whole);
        writeln!(out, "Files: {folder}*\nCopyright: not stated in these files\nLicense: {license}\n")?;
    }
    for (expr, group) in &shipped.groups {
        let files: Vec<String> = group.files.iter().map(|file| format!("{folder}{}", pattern(file))).collect();
        writeln!(out, "Files: {}", files.join("\n       "))?;
        let holders: Vec<&str> = group.holders.iter().map(String::as_str).collect();
        let holders =
            if holders.is_empty() { "not stated in these files".to_owned() } else { holders.join("\n           ") };
        writeln!(out, "Copyright: {holders}")?;
        writeln!(out, "License: {}\n", in_debian_words(expr))?;
    }
    Ok(())
}

/// The name of a file as a pattern: a blank would end it, and `*`, `?` and a backslash mean more than themselves.
fn pattern(file: &str) -> String {
    file.replace('\\', "\\\\").replace('?', "\\?").replace('*', "\\*").replace(' ', "?")
}

/// DEP-5 writes its operators in small letters.
fn in_debian_words(expr: &LicenseExpr) -> String {
    expr.to_string().replace(" AND ", " and ").replace(" OR ", " or ").replace(" WITH ", " with ")
}

/// The text of every license and exception of `terms`, each once, by id.
fn texts(terms: impl Iterator<Item = Term>) -> BTreeMap<String, &'static str> {
    let terms: BTreeSet<Term> = terms.collect();
    let mut all: BTreeMap<String, &'static str> = BTreeMap::new();
    for term in terms {
        let listed = license::license(&term.id()).map(|found| (term.id(), found.text));
        let exception =
            term.exception.as_deref().and_then(license::exception).map(|found| (found.id.to_owned(), found.text));
        all.extend(listed.into_iter().chain(exception));
    }
    all
}

fn indented(text: &str, by: &str) -> String {
    text.trim_end().lines().map(|line| format!("{by}{line}\n")).collect()
}

/// Lines of a field of a control file: indented, and a dot for an empty one.
fn paragraph(text: &str) -> String {
    let line = |line: &str| if line.trim().is_empty() { " .".to_owned() } else { format!(" {line}") };
    text.trim_end().lines().map(line).collect::<Vec<_>>().join("\n")
}
