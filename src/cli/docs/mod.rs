//! `clarity docs`: the documentation that is made from the program itself, as Markdown.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::ValueEnum;

use crate::check::{AUDITS, CHECKS, Check, Severity};
use crate::report::{FORMATS, Style};
use crate::text::Escape;

use super::stream;

/// Arguments of `clarity docs`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Which page.
    #[arg(value_enum, default_value_t = Page::Checks)]
    page: Page,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Page {
    /// Every check, audit and format.
    Checks,
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

impl Page {
    /// The text of a page that is not made from the registries.
    fn text(self) -> Option<&'static str> {
        match self {
            Page::Checks => None,
            Page::Config => Some(include_str!("config.md")),
            Page::Editor => Some(include_str!("editor.md")),
            Page::Ci => Some(include_str!("ci.md")),
            Page::Fix => Some(include_str!("fix.md")),
            Page::Sources => Some(include_str!("sources.md")),
            Page::Scale => Some(include_str!("scale.md")),
            Page::Security => Some(include_str!("security.md")),
        }
    }
}

/// Runs the subcommand.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    stream::to_stdout(Escape::Text, Style::default(), |out| match args.page.text() {
        Some(text) => out.write_all(text.as_bytes()),
        None => write(out),
    })?;
    Ok(ExitCode::SUCCESS)
}

fn write(out: &mut dyn Write) -> io::Result<()> {
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
    AUDITS.iter().try_for_each(|audit| section(audit, out))?;
    writeln!(out, "\n# Formats\n\n| name | what it is |\n|---|---|")?;
    FORMATS.iter().try_for_each(|format| writeln!(out, "| `{}` | {} |", format.name, format.what))
}

fn section(check: &Check, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n## {} {}\n\n{}\n", check.id, check.name, check.what)?;
    let parts = [("Why", check.why), ("Example", check.example), ("When it is wrong", check.wrong_when)];
    parts.iter().try_for_each(|(title, text)| writeln!(out, "**{title}.** {text}\n"))
}
