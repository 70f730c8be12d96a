//! For people: every finding with its place quoted and underlined, its witnesses and what to write.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use crate::check::{NOT_SCANNED, Remedy, STALE_SUPPRESSION, Safety, Severity};
use crate::conclusion::Basis;
use crate::declared::{Bindings, Elsewhere};
use crate::text::one_line;
use crate::triage::{State, Suppression};

use super::counted::counted;
use super::fixes::unmatched;
use super::policy::{closing, warnings};
use super::wrap::{filled, wrapped};
use super::{Disagreement, Located, Report, Rest, RestKind, Style, Totals, overview, unseen};

/// More witnesses than this are counted, not listed, unless all are asked for.
const SHOWN_WITNESSES: usize = 4;

/// Writes the findings, then what was not looked at, then the totals.
pub(super) fn render(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    if style.statistics {
        overview::statistics(report, out)?;
    } else if overview::is_needed(report, style) {
        overview::render(report, |located| finding_block(located, style), out)?;
    } else {
        listed(report, style, out)?;
    }
    if style.quiet {
        return warnings(report).try_for_each(|line| writeln!(out, "{line}"));
    }
    wrapped(style, out, |out| {
        not_looked_at(report, style, out)?;
        summary(report, out)
    })
}

fn listed(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut shown = report.findings().filter(|located| shown(located, style));
    shown.try_for_each(|located| writeln!(out, "{}\n", finding_block(located, style)))
}

/// Packages that were not scanned are listed by themselves, below the findings; findings that do not count are counted.
fn shown(located: &Located, style: Style) -> bool {
    style.verbose || located.state == State::New && located.finding.check.id != NOT_SCANNED.id
}

/// A finding with its place quoted, in the style of a compiler's message.
pub fn finding_block(located: &Located, style: Style) -> String {
    let renderer = if style.color { Renderer::styled() } else { Renderer::plain() };
    let finding = &located.finding;
    let id = format!("{} {}", finding.check.id, finding.check.name);
    let label = finding.severity.to_string().len() + id.len() + "[]: ".len();
    let title = filled(&one_line(&format!("{}: {}", finding.names(), finding.message)), label, style);
    let title = level(finding.severity).primary_title(title).id(id);
    let mut group = match (&finding.place, &located.quote) {
        (Some(site), Some(quote)) => {
            let mark = AnnotationKind::Primary.span(quote.mark.0..quote.mark.1).label(finding.label);
            let snippet = Snippet::source(quote.text.as_str()).line_start(quote.first_line as usize);
            Group::with_title(title).element(snippet.path(one_line(site.file.as_str())).annotation(mark))
        }
        (Some(site), None) => {
            let origin = Origin::path(one_line(site.file.as_str())).line(site.start.line as usize);
            Group::with_title(title).element(origin.char_column(site.start.column as usize))
        }
        (None, _) => Group::with_title(title),
    };
    let gutter = gutter(located);
    for (name, line) in footer(located, style) {
        let line = if name == "accept" { line } else { filled(&line, gutter + name.len() + " = : ".len(), style) };
        group = group.element(Level::NOTE.with_name(name).message(line));
    }
    renderer.render(&[group])
}

/// Columns of the numbers of the lines that are quoted.
fn gutter(located: &Located) -> usize {
    let first = located.finding.place.as_ref().map_or(0, |site| site.start.line as usize);
    let last = located.quote.as_ref().map_or(first, |quote| quote.first_line as usize + quote.text.lines().count());
    last.to_string().len()
}

fn footer(located: &Located, style: Style) -> Vec<(&'static str, String)> {
    let finding = &located.finding;
    let mut lines = Vec::new();
    if !finding.evidence.is_empty() {
        lines.push(("evidence", witnesses(&finding.evidence, style)));
    }
    if !finding.against.is_empty() {
        lines.push(("against", witnesses(&finding.against, style)));
    }
    lines.extend(finding.verification.unproven().map(|why| ("unverified", why.to_string())));
    lines.extend(finding.help.iter().map(|line| ("help", one_line(line))));
    lines.push(match &located.state {
        State::New if finding.check.id == STALE_SUPPRESSION.id => return lines,
        State::New if !style.verbose => return lines,
        State::New => ("accept", format!("add to clarity.toml\n{}", Suppression::block(finding))),
        State::Known => ("known", "from the baseline".to_owned()),
        State::Suppressed(reason) => ("suppressed", one_line(reason)),
    });
    lines
}

/// e.g. `LICENSE:1-201 Apache-2.0 (text); 41 files as src/main.rs:3 Apache-2.0 (tag)`
pub(super) fn witnesses(all: &[Basis], style: Style) -> String {
    let shown = if style.verbose { all.len() } else { SHOWN_WITNESSES };
    let mut parts: Vec<String> = all.iter().take(shown).map(witness).collect();
    if all.len() > shown {
        parts.push(format!("{} more", all.len() - shown));
    }
    parts.join("; ")
}

fn witness(basis: &Basis) -> String {
    let (class, file) = (basis.class.name(), one_line(basis.file.as_str()));
    match basis.files {
        1 => format!("{file}:{} {} ({class})", basis.lines, basis.expr),
        many => format!("{many} files like {file}:{} {} ({class})", basis.lines, basis.expr),
    }
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    }
}

/// Reasons that are shown where not all are asked for: of those that failed, and of those that were skipped.
const MOST_REASONS: usize = 10;

/// Packages that were not looked at, grouped by reason: a dead host is one line and not one a package. Failures come first.
fn not_looked_at(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut unlooked: BTreeMap<(bool, &str), Vec<String>> = BTreeMap::new();
    let repeated = repeated(report, style);
    let names: BTreeSet<&str> = repeated.iter().map(|rest| rest.name.as_str()).collect();
    for (name, failed, why, _) in unseen(report) {
        if failed || !names.contains(name.as_str()) {
            unlooked.entry((!failed, why)).or_default().push(one_line(&name));
        }
    }
    for is_skipped in [false, true] {
        let of_kind = unlooked.iter().filter(|((skipped, _), _)| *skipped == is_skipped);
        let mut reasons: Vec<(&str, &[String])> = of_kind.map(|((_, why), names)| (*why, &names[..])).collect();
        reasons.sort_by_key(|(_, names)| Reverse(names.len()));
        reasons_of(if is_skipped { "skipped" } else { "failed" }, &reasons, style, out)?;
    }
    if let [first, ..] = repeated[..] {
        let (count, name, why) = (repeated.len(), one_line(&first.name), one_line(&first.why));
        writeln!(out, "skipped: {count} packages that have a row under another name, such as {name}: {why}")?;
    }
    for one in &report.disagreements {
        let Disagreement { attr, stated, evaluated } = one;
        let line = format!("disagreement: {attr}: clarity reads {stated}, Nix evaluates {evaluated}");
        writeln!(out, "{}", one_line(&line))?;
    }
    elsewhere(report, style, out)?;
    unmatched(report).iter().try_for_each(|line| writeln!(out, "{line}"))
}

/// The packages that have a row under another name, where one line is enough for all of them.
fn repeated(report: &Report, style: Style) -> Vec<&Rest> {
    let all: Vec<&Rest> = report.rest.iter().filter(|rest| rest.kind == RestKind::Repeated).collect();
    if style.verbose || all.len() < 2 { Vec::new() } else { all }
}

/// Writes a line for each reason, the ones of most packages first, and how many more there are.
fn reasons_of(kind: &str, reasons: &[(&str, &[String])], style: Style, out: &mut dyn Write) -> io::Result<()> {
    let shown = if style.verbose { reasons.len() } else { reasons.len().min(MOST_REASONS) };
    for (why, names) in &reasons[..shown] {
        let why = one_line(why);
        match names {
            [name] => writeln!(out, "{kind}: {name}: {why}")?,
            names if style.verbose => writeln!(out, "{kind}: {} packages: {why}\n  {}", names.len(), some_of(names))?,
            names => writeln!(out, "{kind}: {} packages such as {}: {why}", names.len(), names[0])?,
        }
    }
    let rest = &reasons[shown..];
    let packages: usize = rest.iter().map(|(_, names)| names.len()).sum();
    match rest.len() {
        0 => Ok(()),
        more => writeln!(
            out,
            "{kind}: {} for {} (-v lists them)",
            counted(packages, "more package"),
            counted(more, "other reason")
        ),
    }
}

/// Names that are shown of packages that have the same reason.
const MOST_NAMES: usize = 5;

/// The first of `names`, and how many more there are.
fn some_of(names: &[String]) -> String {
    let more = names.len().saturating_sub(MOST_NAMES);
    let shown = names[..names.len() - more].join(", ");
    if more == 0 { shown } else { format!("{shown} and {more} more (--format jsonl lists them)") }
}

fn summary(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let totals = report.totals();
    if report.partial {
        writeln!(out, "\npartial: the run was ended early; this is what was done until then")?;
    }
    writeln!(out, "\n{}", packages(report, &totals))?;
    let [notes, warnings, errors] = totals.findings;
    let [errors, warnings, notes] =
        [(errors, "error"), (warnings, "warning"), (notes, "note")].map(|(count, noun)| counted(count, noun));
    write!(out, "findings: {errors}, {warnings}, {notes}")?;
    if totals.known + totals.suppressed > 0 {
        write!(out, "; {} known from the baseline, {} suppressed", totals.known, totals.suppressed)?;
    }
    writeln!(out)?;
    next_steps(report, out)?;
    if !report.gone.is_empty() {
        let gone = report.gone.len();
        let (entries, verb, them) = if gone == 1 { ("entry", "occurs", "it") } else { ("entries", "occur", "them") };
        writeln!(out, "baseline: {gone} {entries} no longer {verb}; --prune-baseline removes {them}")?;
    }
    if report.bindings.total > 0 {
        writeln!(out, "{}", bindings(&report.bindings))?;
    }
    coverage(report, out)?;
    closing(report).try_for_each(|line| writeln!(out, "{line}"))
}

/// How many sources were looked at, and how to get the others.
fn coverage(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let coverage = report.coverage;
    if report.is_metadata_only() {
        return writeln!(out, "metadata only: sources were not looked at");
    }
    writeln!(
        out,
        "coverage: looked at the sources of {} of {} packages that have one ({}, {:.1} MB, {} not read as text)",
        coverage.looked_at,
        coverage.with_source,
        counted(coverage.files as usize, "file"),
        coverage.bytes as f64 / 1e6,
        coverage.unread,
    )?;
    let hint = match report.asked.fetched {
        true => "the reasons are above; --strict makes each an error",
        false => "to look at the others, download them with --fetch or name a folder with --sources DIR",
    };
    if coverage.looked_at < coverage.with_source {
        writeln!(out, "          {hint}")?;
    }
    Ok(())
}

/// How many license bindings the tree has, and where those are that no package states.
fn bindings(bindings: &Bindings) -> String {
    let place = |kind| match kind {
        "tests" => "in tests",
        "modules" => "in modules",
        "functions" => "in functions",
        "unused" => "in parts that no package comes from",
        _ => "not understood",
    };
    let others = bindings.by_kind().into_iter().filter(|(_, count)| *count > 0);
    let others: String = others.map(|(kind, count)| format!(", {count} {}", place(kind))).collect();
    format!("license bindings: {}; {} in packages{others}", bindings.total, bindings.in_packages())
}

/// Each license binding that no package states; those that were not understood always.
fn elsewhere(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    for Elsewhere { file, line, why } in &report.bindings.elsewhere {
        if style.verbose {
            let line = format!("license binding: {}:{line}: {why}", file.as_str());
            writeln!(out, "{}", one_line(&line))?;
        }
    }
    Ok(())
}

/// Next steps about the findings.
fn next_steps(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let findings = report.worst_first();
    let Some(worst) = findings.first() else { return Ok(()) };
    let fixable = |wanted: Safety| {
        let safety = |located: &&&Located| located.finding.remedy.as_ref().map(Remedy::safety_in_place) == Some(wanted);
        findings.iter().filter(safety).count()
    };
    let (safe, more) = (fixable(Safety::Safe), fixable(Safety::Unsafe));
    if safe + more > 0 {
        let more = if more > 0 { format!(" ({more} more with --safety unsafe)") } else { String::new() };
        writeln!(out, "          {safe} fixable with `clarity fix`{more}")?;
    }
    writeln!(
        out,
        "          `clarity explain {}` says more about a check; -v shows how to accept a finding",
        worst.finding.check.id
    )
}

fn packages(report: &Report, totals: &Totals) -> String {
    let Totals { discovered, audited, agrees, drifts, cannot_tell, skipped, failed, .. } = totals;
    let verdicts = match report.is_metadata_only() {
        true => String::new(),
        false => format!(" ({agrees} agree, {drifts} drift, {cannot_tell} cannot tell)"),
    };
    format!("packages: {discovered} discovered; {audited} audited{verdicts}, {skipped} skipped, {failed} failed")
}
