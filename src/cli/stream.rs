//! Where output goes: stdout is data, stderr is diagnostics. Nothing else writes to either.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context;

use super::links::linked;
use super::{Color, Output};
use crate::report::{Style, wrapped};
use crate::text::{Escape, EscapingWriter, one_line};

/// Reports of a whole tree are tens of megabytes.
const BUFFER: usize = 1 << 16;

/// Writes one line to stdout.
pub(super) fn print_line(line: &str) -> anyhow::Result<ExitCode> {
    to_stdout(Escape::Text, Style::default(), |out| writeln!(out, "{line}"))?;
    Ok(ExitCode::SUCCESS)
}

/// Runs `write` on a buffered stdout that lets nothing through that a terminal or a CI runner obeys.
pub(super) fn to_stdout(
    escape: Escape,
    style: Style,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> anyhow::Result<()> {
    report_to_stdout(|out| {
        let mut out = EscapingWriter::new(out, escape, style.colors());
        write(&mut out)?;
        out.flush()
    })
}

/// The same for a page with places in `tree`, which are links on a terminal that has them.
pub(super) fn page_to_stdout(
    tree: &Path,
    style: Style,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> anyhow::Result<()> {
    report_to_stdout(|out| {
        linked(tree, style, out, |out| {
            let mut out = EscapingWriter::new(out, Escape::Text, style.colors());
            write(&mut out)?;
            out.flush()
        })
    })
}

/// Runs `write`, which writes a report in a format that escapes by its own rules, on a buffered stdout. A
/// reader that goes away is no failure, and changes no exit code.
pub(super) fn report_to_stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
    let mut out = BufWriter::with_capacity(BUFFER, io::stdout().lock());
    unless_closed(write(&mut out).and_then(|()| out.flush()))?;
    // Output for a reader that went away is not written when this is dropped.
    let _ = out.into_parts();
    Ok(())
}

/// The same through the pager of the user where stdout is a terminal: `$CLARITY_PAGER`, else `$PAGER`, else `less`. An
/// empty one is none.
pub(super) fn report_to_pager(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
    let Some(mut pager) = started_pager() else { return report_to_stdout(write) };
    if let Some(stdin) = pager.stdin.take() {
        let mut out = BufWriter::with_capacity(BUFFER, stdin);
        unless_closed(write(&mut out).and_then(|()| out.flush()))?;
        let _ = out.into_parts();
    }
    pager.wait().context("the pager did not end").map(drop)
}

fn started_pager() -> Option<Child> {
    if !io::stdout().is_terminal() || is_dumb() {
        return None;
    }
    let named = ["CLARITY_PAGER", "PAGER"].into_iter().find_map(std::env::var_os);
    let pager = named.unwrap_or_else(|| "less".into());
    if pager.is_empty() || pager == "cat" {
        return None;
    }
    let mut command = Command::new("sh");
    command.arg("-c").arg(pager).stdin(Stdio::piped());
    if std::env::var_os("LESS").is_none() {
        // Colours, nothing kept on the screen beyond the report, no waiting where it fits.
        command.env("LESS", "FRX");
    }
    command.spawn().ok()
}

fn unless_closed(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Runs `write` on a new file.
pub(super) fn to_file(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
    let failed = || format!("{}: cannot be written; name a file in a folder that exists", path.display());
    let mut out = BufWriter::with_capacity(BUFFER, File::create(path).with_context(failed)?);
    write(&mut out).with_context(failed)?;
    out.flush().with_context(failed)
}

/// Writes an error to stderr.
pub(super) fn complain(error: &anyhow::Error) {
    // A line of a message is never at the start of a line of ours.
    say(&format!("error: {error:#}").replace('\n', "\n  "), for_stderr(false));
}

/// Writes what clap says of the arguments: help to stdout, mistakes to stderr.
pub(super) fn usage(error: &clap::Error) -> ExitCode {
    let text = error.render();
    let is_terminal = if error.use_stderr() { io::stderr().is_terminal() } else { io::stdout().is_terminal() };
    let is_styled = is_colored(Color::Auto, is_terminal);
    let text = if is_styled { text.ansi().to_string() } else { text.to_string() };
    // There is nowhere left to complain if that fails.
    if error.use_stderr() {
        say(text.trim_end(), for_stderr(is_styled));
    } else {
        let style = Style { color: is_styled, ..Style::default() };
        let _ = to_stdout(Escape::Text, style, |out| out.write_all(text.as_bytes()));
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(super::USAGE))
}

/// Writes a remark to stderr.
pub(super) fn remark(line: &str) {
    say(&one_line(line), for_stderr(false));
}

/// Writes `text` and a line break to stderr; there is nowhere left to complain if that fails.
fn say(text: &str, style: Style) {
    let mut out = EscapingWriter::new(io::stderr().lock(), Escape::Text, style.colors());
    let _ = wrapped(style, &mut out, |out| writeln!(out, "{text}")).and_then(|()| out.flush());
}

/// Whether stdout gets colours.
pub(super) fn colored(color: Color) -> bool {
    is_colored(color, is_terminal())
}

/// Whether a stream gets colours: as asked, else as the environment says, else only where it is a terminal.
fn is_colored(color: Color, is_terminal: bool) -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if set("NO_COLOR") => false,
        Color::Auto if set("CLICOLOR_FORCE") => true,
        Color::Auto => is_terminal && !is_dumb(),
    }
}

/// The time in seconds since 1970; that of `SOURCE_DATE_EPOCH` where it is set, for outputs that are made twice alike.
pub(super) fn now() -> i64 {
    let fixed = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|seconds| seconds.parse().ok());
    let passed = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |passed| passed.as_secs());
    fixed.unwrap_or_else(|| i64::try_from(passed()).unwrap_or_default())
}

/// Columns of the terminal that stdout is; `None` where it is none.
pub(super) fn width() -> Option<usize> {
    let (_, columns) = console::Term::stdout().size_checked()?;
    (is_terminal() && !is_dumb()).then_some(usize::from(columns))
}

/// The style of text on stdout for people: in its colors, broken at its width.
pub(super) fn for_terminal(output: &Output) -> Style {
    Style { color: colored(output.color), width: width(), ..output.style() }
}

/// The style of text on stderr: broken at its width.
fn for_stderr(color: bool) -> Style {
    let columns = || console::Term::stderr().size_checked().map(|(_, columns)| usize::from(columns));
    let is_read = io::stderr().is_terminal() && !is_dumb();
    Style { color, width: if is_read { columns() } else { None }, ..Style::default() }
}

/// True where stdout is read by a person.
pub(super) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// True where a person may be watching stderr, on a terminal that can move its cursor. A CI runner may have one, too,
/// and keeps every line of it.
pub(super) fn watched() -> bool {
    io::stderr().is_terminal() && !is_dumb() && std::env::var_os("CI").is_none_or(|value| value.is_empty())
}

fn is_dumb() -> bool {
    std::env::var_os("TERM").is_none_or(|term| term == "dumb")
}

/// Ends the process at once, for a person who presses Ctrl-C again.
#[expect(clippy::exit, reason = "there is no way back from a signal handler")]
pub(super) fn abandon(code: u8) -> ! {
    std::process::exit(i32::from(code))
}
