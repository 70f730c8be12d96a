//! How long each format takes for 30,000 packages, against serde_json writing the plain rows of the same report.
//!
//! `cargo test --profile dist --test all bench_formats -- --ignored --nocapture`

use std::io::{self, Write};
use std::time::{Duration, Instant};

use clarity::report::{FORMATS, Format, Report, Style, format};
use serde_json::Value;

use crate::golden;

const PACKAGES: usize = 30_000;

const RUNS: usize = 3;

/// Formats that are to take at most so many times as long.
const BOUND: [&str; 4] = ["json", "sarif", "html", "cyclonedx"];
const MOST: f64 = 2.0;

/// Counts bytes and forgets them.
#[derive(Default)]
struct Counter(u64);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
#[ignore = "a benchmark, for an optimised build"]
fn bench_formats() {
    let report = golden::many(PACKAGES);
    let rows = plain_rows(&report);
    let mut bytes = 0;
    let plain = best(|| {
        let mut out = Counter::default();
        rows.iter().for_each(|row| serde_json::to_writer(&mut out, row).expect("a counter takes everything"));
        bytes = out.0;
    });
    println!("serde_json, {} plain rows: {plain:.2?}, {bytes} bytes", rows.len());
    let mut slow = Vec::new();
    for format in FORMATS {
        let mut bytes = 0;
        let time = best(|| bytes = written(format, &report));
        let ratio = time.as_secs_f64() / plain.as_secs_f64();
        println!("{:>15}: {time:>9.2?} {ratio:>6.2} times, {bytes} bytes", format.name);
        if BOUND.contains(&format.name) && ratio > MOST {
            slow.push(format.name);
        }
    }
    assert!(slow.is_empty(), "these take more than {MOST} times as long: {slow:?}");
}

fn written(format: &Format, report: &Report) -> u64 {
    let mut out = Counter::default();
    let mut buffered = io::BufWriter::with_capacity(1 << 16, &mut out);
    format.write(report, Style::default(), &mut buffered).expect("a counter takes everything");
    buffered.flush().expect("a counter takes everything");
    drop(buffered);
    out.0
}

fn plain_rows(report: &Report) -> Vec<Value> {
    let mut out = Vec::new();
    format("jsonl").expect("a format").write(report, Style::default(), &mut out).expect("memory takes everything");
    out.split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).expect("each line is JSON"))
        .collect()
}

fn best(mut work: impl FnMut()) -> Duration {
    let once = || {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    std::iter::repeat_with(once).take(RUNS).min().expect("some runs")
}
