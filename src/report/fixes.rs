//! A plan of fixes: unified diffs for people and for `git apply`, and what is not done with the reason.

use std::io::{self, Write};

use similar::{ChangeTag, TextDiff};

use crate::check::Safety;
use crate::fix::{Fix, Plan};
use crate::text::one_line;
use crate::verdict::Verdict;

use super::{Outcome, PackageReport, Report, Style, Unmatched, place};

/// So many packages are named; of more only the number is told.
const NAMED: usize = 10;

/// Writes a diff for each fix, in the order in which they apply.
pub fn fixes(plan: &Plan, style: Style, out: &mut dyn Write) -> io::Result<()> {
    for (fix, before, after) in plan.steps() {
        if !style.quiet {
            writeln!(out, "{}", headline(fix))?;
        }
        diff(&one_line(fix.place.file.as_str()), &before, &after, style, out)?;
    }
    Ok(())
}

/// Fixes that were not made, one line each with its reason.
pub fn left(plan: &Plan) -> Vec<String> {
    let refused = plan.refused.iter().map(|refused| {
        let at = refused.place.as_ref().map(|site| format!(" ({})", place(site))).unwrap_or_default();
        format!("refused: {} {}{at}: {}", one_line(&refused.attr.0), refused.check, one_line(&refused.why))
    });
    let held = plan.held.iter().map(|held| {
        format!("not written: {} {}: {}: {}", one_line(&held.attr.0), held.check, held.target, one_line(&held.why))
    });
    refused.chain(held).collect()
}

/// Findings that stay open, so that nothing is proposed: one line each, or how many.
pub fn open(report: &Report) -> Vec<String> {
    let why = |package: &PackageReport| match &package.outcome {
        Outcome::Audited(Some(judged)) => match &judged.verdict {
            Verdict::Undecided(why) => Some((package.package.attr.0.clone(), why.clone())),
            _ => None,
        },
        _ => None,
    };
    let open: Vec<(String, String)> = report.packages.iter().filter_map(why).collect();
    if open.len() > NAMED {
        return vec![format!("cannot tell: {} packages; `clarity scan` lists them with the reasons", open.len())];
    }
    open.iter().map(|(attr, why)| format!("cannot tell: {}: {}", one_line(attr), one_line(why))).collect()
}

/// Requested things that do not exist, one line each.
pub fn unmatched(report: &Report) -> Vec<String> {
    let line = |one: &Unmatched| {
        let hint = match &one.meant {
            Some(meant) => format!("did you mean `{}`?", one_line(meant)),
            None => "`clarity list` prints what there is".to_owned(),
        };
        format!("not found: no package matches `{}`; {hint}", one_line(&one.name))
    };
    report.unmatched.iter().map(line).collect()
}

fn headline(fix: &Fix) -> String {
    let declared = if fix.declared.is_empty() { "no license" } else { &fix.declared };
    let mut checks: Vec<&str> = fix.findings.iter().map(|finding| finding.check.id).collect();
    checks.sort_unstable();
    checks.dedup();
    let safety = if fix.safety == Safety::Safe { "safe" } else { "unsafe" };
    let attr = fix.attr();
    one_line(&format!("{attr}: {declared} -> {} ({}, {safety})", fix.target, checks.join(", ")))
}

/// A unified diff as `git apply` reads it.
fn diff(file: &str, before: &str, after: &str, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let paint = |code: &'static str| if style.color { code } else { "" };
    let (bold, reset) = (paint("\x1b[1m"), paint("\x1b[0m"));
    writeln!(out, "{bold}diff --git a/{file} b/{file}{reset}")?;
    writeln!(out, "{bold}--- a/{file}{reset}\n{bold}+++ b/{file}{reset}")?;
    let diff = TextDiff::from_lines(before, after);
    for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
        writeln!(out, "{}{}{reset}", paint("\x1b[36m"), hunk.header())?;
        for change in hunk.iter_changes() {
            let (sign, color) = match change.tag() {
                ChangeTag::Equal => (" ", ""),
                ChangeTag::Delete => ("-", paint("\x1b[31m")),
                ChangeTag::Insert => ("+", paint("\x1b[32m")),
            };
            let line = change.value();
            let ended = line.strip_suffix('\n');
            let reset = if color.is_empty() { "" } else { reset };
            writeln!(out, "{color}{sign}{}{reset}", ended.unwrap_or(line))?;
            if ended.is_none() {
                writeln!(out, "\\ No newline at end of file")?;
            }
        }
    }
    Ok(())
}
