//! Odd files and small machines: a row for each, the same bytes, and an end.

#![cfg(unix)]

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::scan::clarity;
use crate::seen::{Bench, case};

const TAG: &str = "// SPDX-License-Identifier: MIT\n";

fn many(count: usize) -> Bench {
    Bench::new(&(0..count).map(|number| case(&format!("p{number}"), "MIT")).collect::<Vec<_>>())
}

#[test]
fn links_pipes_and_names_of_any_bytes_do_not_stop_a_detection() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    symlink("b", at("a")).and_then(|()| symlink("a", at("b"))).and_then(|()| symlink(".", at("self"))).expect("made");
    assert!(Command::new("mkfifo").arg(at("pipe")).status().expect("mkfifo").success());
    fs::write(at("x.c"), TAG).and_then(|()| fs::write(at("empty"), "")).expect("writable");
    fs::write(folder.path().join(std::ffi::OsStr::from_bytes(b"\xff.c")), TAG).expect("writable");
    let run = clarity(&["detect", folder.path().to_str().expect("UTF-8"), "--format", "jsonl"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let read = run.stdout.lines().filter(|line| line.contains("\"spdx\":[\"MIT\"]")).count();
    assert_eq!((read, run.stdout.contains("unread")), (2, false), "{}", run.stdout);
}

#[test]
fn the_end_of_a_huge_file_is_not_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("big.c");
    fs::write(&file, TAG).expect("writable");
    fs::File::options().write(true).open(&file).and_then(|file| file.set_len(10 << 30)).expect("a sparse file");
    let start = Instant::now();
    let run = clarity(&["detect", file.to_str().expect("UTF-8"), "--format", "jsonl"]);
    assert!(run.stdout.contains("bytes at the end were not read"), "{}", run.stdout);
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
}

#[test]
fn a_path_that_is_too_long_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let name = "d".repeat(200);
    // Deeper than a path may be long: only a shell that goes there step by step makes it.
    let steps = format!(
        "cd \"$0\" && for _ in $(seq 25); do mkdir {name} && cd -P {name} || exit 1; done && echo '{TAG}' > x.c"
    );
    assert!(Command::new("bash").arg("-c").arg(steps).arg(folder.path()).status().expect("a shell").success());
    fs::write(folder.path().join("y.c"), TAG).expect("writable");
    let run = clarity(&["detect", folder.path().to_str().expect("UTF-8"), "--format", "jsonl"]);
    assert!(run.stdout.contains("\"y.c\""), "{}", run.stdout);
    assert!(run.stderr.contains("not listed"), "{}", run.stderr);
    assert_ne!(run.code, 0, "something was not looked at");
}

#[test]
fn a_clock_that_jumps_changes_nothing() {
    let bench = many(3);
    let first = bench.scanned(&[]);
    for entry in
        walkdir::WalkDir::new(bench.path("cache")).into_iter().flatten().filter(|entry| entry.file_type().is_file())
    {
        let far = std::time::SystemTime::now() + Duration::from_secs(20 * 365 * 86_400);
        let file = fs::File::options().append(true).open(entry.path()).expect("ours");
        file.set_modified(far).expect("a time");
    }
    assert_eq!(bench.scanned(&[]), first, "files of the cache from the future");
    for name in ["tree/default.nix", "sources/p1-1.0.tar.gz"] {
        let file = fs::File::options().append(true).open(bench.path(name)).expect("there");
        file.set_modified(std::time::UNIX_EPOCH + Duration::from_secs(1)).expect("a time");
    }
    assert_eq!(bench.scanned(&[]), first, "files of the tree from the past");
}

#[test]
fn an_archive_is_opened_and_people_get_sums() {
    let bench = many(1);
    let archive = bench.path("sources/p0-1.0.tar.gz");
    let archive = archive.to_str().expect("UTF-8");
    let lines = clarity(&["detect", archive]).stdout;
    assert!(lines.contains("{\"path\":\"src/main.c\",\"spdx\":[\"MIT\"]"), "{lines}");
    let text = clarity(&["detect", archive, "--format", "terminal"]).stdout;
    for part in [
        "src/main.c:1  ",
        "  tag",
        "MIT: 3 files like LICENSE",
        "3 files read: 0 without a statement, 0 not read as text",
    ] {
        assert!(text.contains(part), "{part:?}: {text}");
    }
}
