//! `clarity detect`: what the files of a folder say.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::ValueEnum;

use super::what::cores;
use super::{INCOMPLETE, stream};
use crate::config;
use crate::engine::{self, Watch};
use crate::evidence::{
    Comparison, Detection, Detector, Evidence, FileEvidence, Options, OwnText, Witness, import, marked, read_text,
};
use crate::report::{self, Style, counted, detected};
use crate::source::{self, FixedHash, Identity};
use crate::text::{Escape, LineIndex, RelPath};
use crate::tree::HashMode;

/// Print what the files of a folder say about their licenses.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A folder, an archive or a file.
    #[arg(required_unless_present = "explain")]
    path: Option<PathBuf>,
    /// Form of the answer [default: terminal or jsonl].
    ///
    /// `terminal` for people, `jsonl` with a line for each file, one `json` document, the shape of ScanCode's output with
    /// `scancode`, or `evidence`, a result for `clarity merge`. By default `terminal` on a terminal, else `jsonl`.
    #[arg(long, value_enum, hide_possible_values = true)]
    format: Option<Format>,
    /// List every statement on the terminal.
    #[arg(long)]
    all: bool,
    /// Show what is detected in one file, and why.
    ///
    /// Every detection with the quoted lines, and how a text differs from the listed one.
    #[arg(long, value_name = "FILE", conflicts_with = "path")]
    explain: Option<PathBuf>,
    /// Also know the license texts in this folder.
    ///
    /// Each is reported as LicenseRef-<file name>.
    #[arg(long, value_name = "DIR")]
    license_texts: Option<PathBuf>,
    /// Take detections from ScanCode's JSON.
    ///
    /// They replace ours on the same lines.
    #[arg(long, value_name = "FILE", conflicts_with = "explain")]
    import: Option<PathBuf>,
    /// Worker threads [default: the number of cores]. The answer is the same with any number of them.
    #[arg(long, short, hide_short_help = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
    #[command(flatten)]
    result: ResultArgs,
}

/// A result of `--format evidence`.
#[derive(Debug, clap::Args)]
struct ResultArgs {
    /// The file that a result is written to.
    #[arg(long, hide_short_help = true, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The hash that packages declare for the source [default: its SHA-256]
    #[arg(long, hide_short_help = true, value_name = "HASH")]
    hash: Option<String>,
    /// The content that the hash covers [default: that of a folder or a file]
    #[arg(long, value_enum, value_name = "MODE", hide_short_help = true)]
    hash_mode: Option<Mode>,
    /// The name of its file [default: the last part of the path]
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    name: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Mode {
    Flat,
    Recursive,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Terminal,
    Jsonl,
    Json,
    Scancode,
    Evidence,
}

/// Runs the subcommand.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let texts = args.license_texts.as_deref().map(own_texts).transpose()?.unwrap_or_default();
    let options = Options { texts };
    let detector = Detector::new(&options);
    ensure_found(&detector, &options.texts)?;
    match (&args.explain, &args.path) {
        (Some(file), _) => explain(&detector, file).map(|()| ExitCode::SUCCESS),
        (None, Some(path)) => detect(&detector, path, args),
        (None, None) => anyhow::bail!("no path given; name a folder, an archive or a file"),
    }
}

fn detect(detector: &Detector, path: &Path, args: &Args) -> anyhow::Result<ExitCode> {
    anyhow::ensure!(path.exists(), "{}: not found; name a folder, an archive or a file", path.display());
    let format = args.format.unwrap_or_else(|| if stream::is_terminal() { Format::Terminal } else { Format::Jsonl });
    if format == Format::Evidence {
        return detect_result(path, args).map(|()| ExitCode::SUCCESS);
    }
    let is_archive = path.is_file() && source::is_archive(path);
    let (mut evidence, unlisted) =
        if is_archive { in_archive(detector, path, args)? } else { in_folder(detector, path, args)? };
    for error in &unlisted {
        stream::remark(&format!("not listed: {error}"));
    }
    if let Some(file) = &args.import {
        add_witnesses(&mut evidence, file)?;
    }
    let write = |out: &mut dyn Write| match format {
        Format::Terminal => report::detected_text(&evidence, args.all, out),
        Format::Jsonl => detected::lines(&evidence, out),
        Format::Json => detected::document(&evidence, out),
        Format::Scancode | Format::Evidence => report::scancode(&evidence, out),
    };
    let escape = if format == Format::Terminal { Escape::Text } else { Escape::Json };
    stream::to_stdout(escape, Style::default(), write)?;
    Ok(if unlisted.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(INCOMPLETE) })
}

/// Evidence of the files below `path`, and what could not be listed.
fn in_folder(detector: &Detector, path: &Path, args: &Args) -> anyhow::Result<(Evidence, Vec<String>)> {
    let files = engine::files(path);
    let evidence = match args.jobs {
        None => engine::detect(detector, &files),
        Some(jobs) => engine::detect_on(usize::from(jobs), detector, &files).context("no threads; try --jobs 1")?,
    };
    Ok((evidence, files.errors))
}

/// Evidence of the files in the archive at `path`.
fn in_archive(detector: &Detector, path: &Path, args: &Args) -> anyhow::Result<(Evidence, Vec<String>)> {
    let watch = Watch::new(stream::watched());
    let jobs = args.jobs.map_or_else(cores, usize::from);
    let evidence = engine::evidence_at(detector, path, (jobs, config::TIME_LIMIT), &watch);
    watch.finish();
    Ok((evidence?, Vec::new()))
}

/// Writes the result of the source at `path`.
fn detect_result(path: &Path, args: &Args) -> anyhow::Result<()> {
    let ResultArgs { out, hash, hash_mode, name } = &args.result;
    let out = out.as_deref().context("a result is not text; name its file with --out FILE")?;
    anyhow::ensure!(args.import.is_none() && args.license_texts.is_none(), "a result is of the detectors alone");
    let named = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let name = name.clone().or(named).context("no name; give one with --name")?;
    let mode = match hash_mode {
        Some(Mode::Flat) => HashMode::Flat,
        Some(Mode::Recursive) => HashMode::Nar,
        None if path.is_dir() => HashMode::Nar,
        None => HashMode::Flat,
    };
    let hash = hash.as_deref().map(|hash| FixedHash::parse(Some(hash), None));
    let hash = hash.transpose().map_err(|_| anyhow::anyhow!("--hash is none; write it as Nix does, `sha256-...`"))?;
    let declared = hash.map(|hash| Identity { mode, hash });
    let watch = Watch::new(false);
    let jobs = args.jobs.map_or_else(cores, usize::from);
    let unwritable = || format!("{}: cannot be written; name a file in a folder that exists", out.display());
    let mut file = BufWriter::new(fs::File::create(out).with_context(unwritable)?);
    engine::detect_source(path, (&name, declared), (jobs, config::TIME_LIMIT), &watch, &mut file)?;
    file.flush().with_context(unwritable)
}

/// Adds what another engine saw, and says what of that could not be used.
fn add_witnesses(evidence: &mut Evidence, file: &Path) -> anyhow::Result<()> {
    let unreadable = || format!("{}: cannot be read; name a file of ScanCode's JSON", file.display());
    let json = fs::read_to_string(file).with_context(unreadable)?;
    let done = import(evidence, &json).with_context(unreadable)?;
    if done.replaced > 0 {
        stream::remark(&format!("{}: in the place of our own on the same lines: {}", file.display(), done.replaced));
    }
    if done.strange_files + done.unreadable > 0 {
        stream::remark(&format!(
            "{}: not here: {} with licenses; cannot be read: {}",
            file.display(),
            counted(done.strange_files, "file"),
            counted(done.unreadable, "expression")
        ));
    }
    Ok(())
}

/// The texts in `folder`, by the names of their files without extension.
fn own_texts(folder: &Path) -> anyhow::Result<Vec<OwnText>> {
    let unreadable = |path: &Path| format!("{}: cannot be read; name a folder of license texts", path.display());
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .with_context(|| unreadable(folder))?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<_>>()?;
    paths.retain(|path| path.is_file());
    paths.sort();
    let read = |path: &PathBuf| {
        let bytes = fs::read(path).with_context(|| unreadable(path))?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let name = name.replace(|letter: char| !letter.is_ascii_alphanumeric() && !".-".contains(letter), "-");
        Ok(OwnText { name, text: read_text(&bytes) })
    };
    paths.iter().map(read).collect()
}

/// Refuses texts that are not even found as themselves: nobody would be told that they are never found anywhere.
fn ensure_found(detector: &Detector, texts: &[OwnText]) -> anyhow::Result<()> {
    let document = RelPath::new("LICENSE").context("a name")?;
    let refs: BTreeSet<String> = texts.iter().map(|text| format!("LicenseRef-{}", text.name)).collect();
    let is_found = |text: &&OwnText| {
        let seen = detector.read(&document, text.text.as_bytes());
        seen.detections.iter().any(|one| one.class == Witness::Text && refs.contains(&one.expr.to_string()))
    };
    match texts.iter().find(|text| !is_found(text)) {
        Some(lost) => anyhow::bail!(
            "--license-texts: {} ({} words) would never be found: it is too short, or holds no words of a license; give \
             the whole text",
            lost.name,
            lost.text.split_whitespace().count()
        ),
        None => Ok(()),
    }
}

fn explain(detector: &Detector, file: &Path) -> anyhow::Result<()> {
    let bytes = fs::read(file).with_context(|| format!("{}: cannot be read", file.display()))?;
    // Folders decide roles, where they are given.
    let name = file.file_name().unwrap_or_default();
    let path = RelPath::new(file).or_else(|| RelPath::new(name));
    let path = path.with_context(|| format!("{}: not the name of a file", file.display()))?;
    let seen = detector.read(&path, &bytes);
    let text = read_text(&bytes);
    stream::to_stdout(Escape::Text, Style::default(), |out| {
        writeln!(out, "{}: {}, {}", file.display(), seen.role, seen.role_rule)?;
        explain_all(&seen, &text, out)?;
        seen.pointers.iter().try_for_each(|one| writeln!(out, "\nline {}: refers to {}", one.lines, one.target))?;
        seen.copyrights.iter().try_for_each(|holder| writeln!(out, "\ncopyright: {holder}"))
    })
}

fn explain_all(seen: &FileEvidence, text: &str, out: &mut dyn Write) -> io::Result<()> {
    if seen.detections.is_empty() {
        writeln!(out, "nothing was detected")?;
    }
    let index = LineIndex::new(text);
    for one in &seen.detections {
        explain_one(one, text, &index, out)?;
    }
    Ok(())
}

/// Lines quoted of one detection at most.
const MOST_QUOTED: u32 = 12;

fn explain_one(one: &Detection, text: &str, index: &LineIndex, out: &mut dyn Write) -> io::Result<()> {
    let class = one.class.name();
    let by = if one.by.starts_with(class) { String::new() } else { format!(" of {}", one.by) };
    writeln!(out, "\nline {}: {} ({class}{by}, {})", one.lines, one.expr, one.score)?;
    if let Some(note) = &one.note {
        writeln!(out, "  note: {note}")?;
    }
    let line = |number| index.span(text, number).map_or("", |span| span.of(text));
    for number in one.lines.first..=one.lines.last.min(one.lines.first + MOST_QUOTED - 1) {
        writeln!(out, "  {number:>5} | {}", shortened(line(number)))?;
    }
    if one.lines.last >= one.lines.first + MOST_QUOTED {
        writeln!(out, "        | ...")?;
    }
    for comparison in Comparison::of(one, text, index) {
        report::text_beside_listed(&comparison, usize::MAX, "  ", out)?;
    }
    for (id, words) in marked(one, text, index) {
        writeln!(out, "  word by word against the text of {id}:\n    {words}")?;
    }
    Ok(())
}

/// At most 160 characters of a line.
fn shortened(line: &str) -> String {
    let start: String = line.chars().take(160).collect();
    if start.len() < line.len() { start + " ..." } else { start }
}
