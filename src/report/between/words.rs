//! Comparisons for people: in the terminal, and as Markdown.

use std::io::{self, Write};

use super::{Comparison, Progress, Seen, Side, Style};
use crate::report::escaped;
use crate::report::unverified::in_words;
use crate::text::{RelPath, one_line};
use crate::verdict::{How, Shift, Versions};

/// Files of a license shown unless all are asked for.
const SHOWN_FILES: usize = 5;

/// Writes a comparison for the terminal.
pub(super) fn terminal(comparison: &Comparison, style: Style, out: &mut dyn Write) -> io::Result<()> {
    match comparison {
        Comparison::Sources { sides, versions } => {
            let [old, new] = sides;
            side("-", old, &versions.before, style, out)?;
            side("+", new, &versions.after, style, out)?;
            for shift in &versions.shifts {
                writeln!(out, "  {}", one_line(&shifted(shift, style)))?;
            }
            if !style.quiet {
                writeln!(out, "{}", sum(versions))?;
            }
            Ok(())
        }
        Comparison::Reports { names: [old, new], progress } => {
            for (title, list, color) in lists(progress) {
                for seen in list {
                    writeln!(out, "{} {}", painted(title, color, style), one_line(&said(seen)))?;
                }
            }
            if !style.quiet {
                writeln!(out, "{} -> {}: {}", one_line(old), one_line(new), total(progress))?;
            }
            Ok(())
        }
    }
}

/// Writes a comparison as Markdown.
pub(super) fn markdown(comparison: &Comparison, style: Style, out: &mut dyn Write) -> io::Result<()> {
    match comparison {
        Comparison::Sources { sides: [old, new], versions } => {
            writeln!(out, "# {} -> {}\n", escaped(&old.name), escaped(&new.name))?;
            writeln!(out, "| | declared | the source says |\n|---|---|---|")?;
            for (title, side, says) in [("old", old, &versions.before), ("new", new, &versions.after)] {
                let declared = side.declared.as_deref().map_or_else(|| "-".to_owned(), escaped);
                writeln!(out, "| {title} | {declared} | {}{} |", escaped(says), escaped(&unverified(side)))?;
            }
            writeln!(out)?;
            for shift in &versions.shifts {
                writeln!(out, "- {}", escaped(&shifted(shift, style)))?;
            }
            writeln!(out, "\n{}", escaped(&sum(versions)))
        }
        Comparison::Reports { names: [old, new], progress } => {
            writeln!(out, "# {} -> {}\n\n{}", escaped(old), escaped(new), escaped(&total(progress)))?;
            for (title, list, _) in lists(progress).into_iter().filter(|(_, list, _)| !list.is_empty()) {
                writeln!(out, "\n## {}\n", title.trim())?;
                list.iter().try_for_each(|seen| writeln!(out, "- {}", escaped(&said(seen))))?;
            }
            Ok(())
        }
    }
}

fn side(mark: &str, side: &Side, says: &str, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let color = if mark == "-" { RED } else { GREEN };
    let declared = match side.declared.as_deref() {
        None => String::new(),
        Some("") => " (declared: nothing)".to_owned(),
        Some(declared) => format!(" (declared: {declared})"),
    };
    let line = format!("{mark} {}: {says}{declared}{}", side.name, unverified(side));
    writeln!(out, "{}", painted(&one_line(&line), color, style))
}

/// The mark of a side that is not proven to be the declared source.
fn unverified(side: &Side) -> String {
    let why = side.verification.unproven();
    why.map(|why| format!(" ({})", in_words(why))).unwrap_or_default()
}

const RED: &str = "\x1b[31m";
const GREEN: &str = "\x1b[32m";
const YELLOW: &str = "\x1b[33m";

fn painted(text: &str, color: &str, style: Style) -> String {
    if style.color { format!("{color}{text}\x1b[0m") } else { text.to_owned() }
}

/// e.g. `appeared: Apache-2.0 (license-text): LICENSE`
fn shifted(shift: &Shift, style: Style) -> String {
    let (license, role, files) = (&shift.license, shift.role, named(&shift.files, style));
    match shift.how {
        How::Appeared => format!("appeared: {license} ({role}): {files}"),
        How::Vanished => format!("vanished: {license} ({role}): {files}"),
        How::Moved(from) => format!("moved: {license} (from {from} to {role}): {files}"),
    }
}

fn named(files: &[RelPath], style: Style) -> String {
    let shown = if style.verbose { files.len() } else { SHOWN_FILES };
    let names: Vec<&str> = files.iter().take(shown).map(RelPath::as_str).collect();
    let more = files.len().saturating_sub(shown);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", names.join(", "))
}

fn sum(versions: &Versions) -> String {
    match (versions.is_other, versions.shifts.len()) {
        (false, 0) => "no license changed".to_owned(),
        (false, count) => format!("the license is the same; {count} licenses of files appeared, vanished or moved"),
        (true, _) => format!("the license changed from {} to {}", versions.before, versions.after),
    }
}

fn lists(progress: &Progress) -> [(&'static str, &[Seen], &'static str); 3] {
    [
        ("better", &progress.better, GREEN),
        ("worse ", &progress.worse, RED),
        ("not looked at any more", &progress.unseen, YELLOW),
    ]
}

fn said(seen: &Seen) -> String {
    let file = seen.file.as_deref().map(|file| format!(" ({file})")).unwrap_or_default();
    format!("{}[{}]: {}: {}{file}", seen.severity, seen.entry.check, seen.entry.attr, seen.message)
}

fn total(progress: &Progress) -> String {
    let Progress { better, worse, unseen, same } = progress;
    let unseen = match unseen.len() {
        0 => String::new(),
        count => format!(", {count} not looked at again"),
    };
    let findings = if better.len() == 1 { "finding" } else { "findings" };
    format!("{} {findings} gone, {} new, {same} unchanged{unseen}", better.len(), worse.len())
}
