//! A finding as an issue for clarity: what is needed to see it again, and nothing that could be private.

use std::io::{self, Write};

use super::counted::counted;
use super::unverified::mark;
use super::{Located, PackageReport, escaped};
use crate::conclusion::Basis;

/// Writes the issue in Markdown. The address of the source stays out: it may be a private one.
pub fn reproducer(package: &PackageReport, located: &Located, out: &mut dyn Write) -> io::Result<()> {
    let (finding, attr) = (&located.finding, escaped(&package.package.attr.0));
    writeln!(out, "## {} {} of {attr} is wrong\n", finding.check.id, finding.check.name)?;
    writeln!(out, "- clarity {}, {} confidence", env!("CARGO_PKG_VERSION"), finding.confidence.name())?;
    let unnamed = |text: &str| if text.is_empty() { "nothing".to_owned() } else { escaped(text) };
    writeln!(out, "- declared: {}", unnamed(&finding.declared))?;
    writeln!(out, "- concluded: {}", unnamed(&finding.concluded))?;
    writeln!(out, "- message: {}", escaped(&finding.message))?;
    for source in &package.package.sources {
        let hash = source.hash.as_ref().map_or_else(|| "no hash".to_owned(), |hash| hash.to_string());
        writeln!(out, "- source: {}, {}", escaped(&source.fetcher), escaped(&hash))?;
    }
    if let Some(mark) = mark(finding) {
        writeln!(out, "- {}", escaped(&mark))?;
    }
    witnesses("for", &finding.evidence, out)?;
    witnesses("against", &finding.against, out)?;
    writeln!(
        out,
        "\nTo see it again: `clarity scan {attr} --fetch`\n\nThe license is really: (say which, and where it stands)"
    )
}

fn witnesses(title: &str, all: &[Basis], out: &mut dyn Write) -> io::Result<()> {
    if all.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nEvidence {title}:\n")?;
    for basis in all {
        let (file, expr) = (escaped(basis.file.as_str()), escaped(&basis.expr.to_string()));
        let files = counted(basis.files, "file");
        writeln!(out, "- {file}:{} says {expr} ({}, {files})", basis.lines, basis.class.name())?;
    }
    Ok(())
}
