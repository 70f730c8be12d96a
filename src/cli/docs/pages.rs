//! The pages of the documentation: written ones, and those that are made from the registries.

use std::io::{self, Write};

use clap::ValueEnum;

use crate::check::{AUDITS, CHECKS, Check, Severity};
use crate::report::FORMATS;

/// A page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Page {
    /// Every check, audit and format.
    Checks,
    /// Declared, witnesses, roles, conclusion, confidence, verdict.
    Decides,
    /// `clarity.toml`: every key, suppressions, the limits of a file in the tree.
    Config,
    /// Findings, fixes and evidence in Neovim, Helix and VS Code.
    Editor,
    /// GitHub Actions, GitLab CI, pre-commit, baselines.
    Ci,
    /// Edits, patch series, commits, work lists, safety.
    Fix,
    /// Where sources come from, verification, git, vendored dependencies, the cache.
    Sources,
    /// Kept evidence, several machines, Nix.
    Scale,
    /// Trust, programs that never run, network traffic, reports of holes.
    Security,
}

/// The pages that are not made from the registries, in the order of the book: name, page and text.
pub(super) const PAGES: &[(&str, Page, &str)] = &[
    ("decides", Page::Decides, include_str!("decides.md")),
    ("config", Page::Config, include_str!("config.md")),
    ("fix", Page::Fix, include_str!("fix.md")),
    ("editor", Page::Editor, include_str!("editor.md")),
    ("ci", Page::Ci, include_str!("ci.md")),
    ("sources", Page::Sources, include_str!("sources.md")),
    ("scale", Page::Scale, include_str!("scale.md")),
    ("security", Page::Security, include_str!("security.md")),
];

/// Every check and audit.
pub(super) fn checks_page() -> String {
    let mut out = Vec::new();
    write_checks(&mut out).expect("memory takes everything");
    String::from_utf8_lossy(&out).into_owned()
}

/// Every format.
pub(super) fn formats_table() -> String {
    let rows = FORMATS.iter().map(|format| format!("| `{}` | {} |\n", format.name, format.what));
    format!("\n# Formats\n\n| name | what it is |\n|---|---|\n{}", rows.collect::<String>())
}

fn write_checks(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# Checks\n\n| id | name | severity | needs a source |\n|---|---|---|---|")?;
    for check in CHECKS {
        let source = if check.metadata_only { "no" } else { "yes" };
        let anchor = format!("{}-{}", check.id.to_lowercase(), check.name);
        writeln!(out, "| [{}](#{anchor}) | {} | {} | {source} |", check.id, check.name, check.severity)?;
    }
    for check in CHECKS {
        section(check, out)?;
        writeln!(
            out,
            "Severity: {}. To change it, set in `clarity.toml`: `[severity]` and `{} = \"{}\"`, or `\"off\"`.",
            check.severity,
            check.id,
            if check.severity == Severity::Note { "warning" } else { "note" }
        )?;
    }
    writeln!(out, "\n# Audits\n\n`clarity licenses` holds the license table of a checkout against the SPDX list.")?;
    AUDITS.iter().try_for_each(|audit| section(audit, out))
}

/// The section of a check.
pub(super) fn section(check: &Check, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n## {} {}\n\n{}\n", check.id, check.name, check.what)?;
    let parts = [("Why", check.why), ("Example", check.example), ("When it is wrong", check.wrong_when)];
    parts.iter().try_for_each(|(title, text)| writeln!(out, "**{title}.** {text}\n"))
}
