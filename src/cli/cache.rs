//! `clarity cache`: what is kept between runs, and keeping it in bounds.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Subcommand;

use super::stream;
use crate::report::{Style, counted};
use crate::store::Store;
use crate::text::Escape;

/// Show, check and clean the cache.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The cache [default: $XDG_CACHE_HOME/clarity, else ~/.cache/clarity]
    #[arg(
        long = "cache-dir",
        alias = "cache",
        value_name = "DIR",
        env = "CLARITY_CACHE",
        hide_env_values = true,
        global = true
    )]
    folder: Option<PathBuf>,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Print what the cache holds.
    Info,
    /// Print where the cache is.
    Path,
    /// Remove what was used longest ago until the cache is small enough.
    Gc {
        /// The size to come down to: bytes, or with K, M, G or T (powers of 1024)
        #[arg(long, value_name = "SIZE", value_parser = parse_size)]
        max_size: u64,
    },
    /// Read every entry again; remove and name those that have decayed. Exit code 1 where there are any.
    Verify,
}

/// Runs the subcommand.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let mut said = Vec::new();
    let code = run_to(args, &mut said);
    stream::to_stdout(Escape::Text, Style::default(), |out| out.write_all(&said))?;
    code
}

fn run_to(args: &Args, out: &mut dyn Write) -> anyhow::Result<ExitCode> {
    let root = args.folder.clone().or_else(Store::default_root);
    let root = root.context("there is no home folder for the cache; name one with --cache-dir DIR")?;
    let store = Store::open(root)?;
    match args.verb {
        Verb::Info => info(&store, out),
        Verb::Path => {
            writeln!(out, "{}", store.root().display())?;
            Ok(ExitCode::SUCCESS)
        }
        Verb::Gc { max_size } => gc(&store, max_size, out),
        Verb::Verify => verify(&store, out),
    }
}

fn info(store: &Store, out: &mut dyn Write) -> anyhow::Result<ExitCode> {
    let info = store.info();
    let access = if store.is_writable() { "" } else { " (read-only)" };
    writeln!(out, "{}{access}", store.root().display())?;
    for shelf in &info.shelves {
        writeln!(out, "{:<12} {:>16}  {:>10}", shelf.name, counted(shelf.entries, "entry"), show_size(shelf.bytes))?;
    }
    if info.partial > 0 {
        writeln!(out, "{:<12} {:>18} {:>10}", "unfinished", "", show_size(info.partial))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn gc(store: &Store, max_size: u64, out: &mut dyn Write) -> anyhow::Result<ExitCode> {
    let freed = store.gc(max_size)?;
    let (bytes, left) = (show_size(freed.bytes), show_size(freed.left));
    writeln!(out, "removed {}, {bytes}; {left} left", counted(freed.entries, "entry"))?;
    Ok(ExitCode::SUCCESS)
}

fn verify(store: &Store, out: &mut dyn Write) -> anyhow::Result<ExitCode> {
    let decayed = store.verify()?;
    for entry in &decayed {
        writeln!(out, "{}: {}", entry.path.display(), entry.why)?;
    }
    let done = if store.is_writable() { "removed" } else { "kept, because the cache is read-only" };
    match decayed.len() {
        0 => {
            writeln!(out, "intact: {}", counted(store.info().shelves.iter().map(|shelf| shelf.entries).sum(), "entry"))?
        }
        count => writeln!(out, "{count} decayed, {done}")?,
    }
    Ok(if decayed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn parse_size(text: &str) -> Result<u64, String> {
    let plain = text.trim().trim_end_matches(['b', 'B']).trim_end_matches(['i', 'I']);
    let digits = plain.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let shift = match plain[digits.len()..].to_ascii_uppercase().as_str() {
        "" => 0,
        "K" => 10,
        "M" => 20,
        "G" => 30,
        "T" => 40,
        _ => return Err("the unit must be K, M, G or T".to_owned()),
    };
    let number: u64 = digits.trim().parse().map_err(|_| "write a whole number, as in 10G".to_owned())?;
    number.checked_mul(1 << shift).ok_or_else(|| "that is more than there can be".to_owned())
}

fn show_size(bytes: u64) -> String {
    let unit = ["B", "KiB", "MiB", "GiB", "TiB"];
    let power = (bytes.max(1).ilog2() / 10).min(4);
    let tenths = (u128::from(bytes) * 10) >> (10 * power);
    if power == 0 { format!("{bytes} B") } else { format!("{}.{} {}", tenths / 10, tenths % 10, unit[power as usize]) }
}

#[cfg(test)]
mod tests {
    use super::{parse_size, show_size};

    #[test]
    fn sizes_are_read_and_shown() {
        assert_eq!(parse_size("10G"), Ok(10 << 30));
        assert_eq!(parse_size("512MiB"), Ok(512 << 20));
        assert_eq!(parse_size("0"), Ok(0));
        assert!(parse_size("ten").is_err() && parse_size("1X").is_err() && parse_size("99999999T").is_err());
        assert_eq!([0, 1023, 1536, 10 << 30].map(show_size), ["0 B", "1023 B", "1.5 KiB", "10.0 GiB"]);
    }
}
