//! How long the metadata of a whole tree takes, against parsing all its files with rnix and against the real Nix.
//!
//! `CLARITY_BENCH_TREE=/path/to/nixpkgs cargo test --release --test all bench_metadata -- --ignored --nocapture`

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const RUNS: usize = 3;

#[test]
#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
#[ignore = "needs a nixpkgs checkout in CLARITY_BENCH_TREE"]
fn bench_metadata() {
    let tree = PathBuf::from(std::env::var_os("CLARITY_BENCH_TREE").expect("CLARITY_BENCH_TREE names a checkout"));
    let files = nix_files(&tree);
    let parse = best(|| parse_all(&files));
    println!("parsing {} files with rnix, one thread: {parse:.2?}", files.len());
    for jobs in ["1", "2"] {
        let scan = best(|| {
            run(Command::new(env!("CARGO_BIN_EXE_clarity"))
                .args(["scan", "--metadata-only"])
                .args([
                    "--format",
                    "jsonl",
                    "--fail-on",
                    "never",
                    "--jobs",
                    jobs,
                    "--system",
                    "x86_64-linux",
                    "--no-cache",
                ])
                .arg(&tree))
        });
        println!("clarity scan --metadata-only --jobs {jobs}: {scan:.2?}, {:.2}x of parsing", ratio(scan, parse));
    }
    if Command::new("nix-env").arg("--version").output().is_ok() {
        let nix_env = || {
            let mut command = Command::new("nix-env");
            command.args(["-qaP", "--json", "--meta", "-f"]).arg(&tree);
            command
        };
        let works = nix_env().stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success());
        match works {
            true => {
                let nix = best(|| run(&mut nix_env()));
                println!("nix-env -qaP --json --meta: {nix:.2?}, {:.2}x of parsing", ratio(nix, parse));
            }
            false => println!("nix-env -qaP --json --meta: does not evaluate this tree"),
        }
    }
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

fn run(command: &mut Command) -> Duration {
    let start = Instant::now();
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().expect("the program runs");
    start.elapsed()
}

fn best(mut measure: impl FnMut() -> Duration) -> Duration {
    (0..RUNS).map(|_| measure()).min().expect("at least one run")
}

fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64()
}
