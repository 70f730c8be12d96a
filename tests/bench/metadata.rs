//! How long the metadata of a whole tree takes and how much memory, evaluated and kept, against parsing all its files
//! with rnix and against the real Nix, which says why where it cannot evaluate the tree.
//!
//! `CLARITY_BENCH_TREE=/path/to/nixpkgs cargo test --profile dist --test all bench_metadata -- --ignored --nocapture`

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const RUNS: usize = 3;

const CONFIG: &str = "{ allowUnfree = true; allowBroken = true; allowUnsupportedSystem = true; }";

/// So much of an error of Nix says what it is about.
const NIX_LINES: usize = 6;

#[test]
#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
#[ignore = "needs a nixpkgs checkout in CLARITY_BENCH_TREE"]
fn bench_metadata() {
    let tree = PathBuf::from(std::env::var_os("CLARITY_BENCH_TREE").expect("CLARITY_BENCH_TREE names a checkout"));
    let files = nix_files(&tree);
    let parse = best(|| parse_all(&files));
    println!("parsing {} files with rnix, one thread: {parse:.2?}", files.len());
    for jobs in ["1", "2"] {
        report(&format!("clarity scan --metadata-only --jobs {jobs}"), &mut scan(&tree, jobs, &["--no-cache"]), parse);
    }
    let cache = tempfile::tempdir().expect("a folder");
    let mut warm = scan(&tree, "1", &[]);
    warm.env("CLARITY_CACHE", cache.path());
    run(&mut warm);
    report("the same with kept facts, --jobs 1", &mut warm, parse);
    if Command::new("nix-env").arg("--version").output().is_ok() {
        against_nix(&tree, parse);
    }
}

fn scan(tree: &Path, jobs: &str, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_clarity"));
    command.args(["scan", "--metadata-only", "--format", "jsonl", "--fail-on", "never", "--system", "x86_64-linux"]);
    command.args(["--jobs", jobs]).args(more).arg(tree);
    command
}

/// The real Nix, with a configuration under which no package is refused, as ours has it.
#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
fn against_nix(tree: &Path, parse: Duration) {
    let mut config = tempfile::NamedTempFile::new().expect("a file");
    config.write_all(CONFIG.as_bytes()).expect("a file that can be written");
    let mut command = Command::new("nix-env");
    command.args(["-qaP", "--json", "--meta", "-f"]).arg(tree).env("NIXPKGS_CONFIG", config.path());
    let first = command.output().expect("the program runs");
    match first.status.success() {
        true => report("nix-env -qaP --json --meta", &mut command, parse),
        false => {
            println!("nix-env -qaP --json --meta does not evaluate this tree:");
            String::from_utf8_lossy(&first.stderr).lines().take(NIX_LINES).for_each(|line| println!("  {line}"));
        }
    }
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
fn report(what: &str, command: &mut Command, parse: Duration) {
    let runs: Vec<(Duration, u64)> = (0..RUNS).map(|_| run(command)).collect();
    let time = runs.iter().map(|run| run.0).min().expect("at least one run");
    let peak = runs.iter().map(|run| run.1).max().expect("at least one run");
    println!("{what}: {time:.2?}, {:.2}x of parsing, {} MB at the most", ratio(time, parse), peak / 1000);
}

fn nix_files(tree: &PathBuf) -> Vec<String> {
    walkdir::WalkDir::new(tree)
        .into_iter()
        .flatten()
        .filter(|entry| entry.file_type().is_file() && entry.path().extension().is_some_and(|end| end == "nix"))
        .filter_map(|entry| fs::read_to_string(entry.path()).ok())
        .collect()
}

fn parse_all(files: &[String]) -> Duration {
    let start = Instant::now();
    let errors: usize = files.iter().map(|text| rnix::Root::parse(text).errors().len()).sum();
    assert!(errors < files.len(), "these are not Nix files");
    start.elapsed()
}

/// The time that `command` takes, and the most memory that it has, in kB; 0 where the system does not tell.
fn run(command: &mut Command) -> (Duration, u64) {
    let start = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program runs");
    let mut peak = 0;
    while child.try_wait().expect("a child of ours").is_none() {
        peak = peak_of(child.id()).unwrap_or(peak);
        thread::sleep(Duration::from_millis(2));
    }
    (start.elapsed(), peak)
}

fn peak_of(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    peak.trim().trim_end_matches(" kB").parse().ok()
}

fn best(mut measure: impl FnMut() -> Duration) -> Duration {
    (0..RUNS).map(|_| measure()).min().expect("at least one run")
}

fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64()
}
