//! The end of a run: a signal, a deadline, a closed pipe; and that a run which saw nothing is not green.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::scan::{Run, clarity, copied, fixture};

const PACKAGE: &str = "{ stdenv, fetchurl, lib }: stdenv.mkDerivation { pname = PNAME; version = \"1\"; meta.license = \
    lib.licenses.mit; src = fetchurl { url = \"http://127.0.0.1:9/a-1.tar\"; sha256 = \"HASH\"; }; }";

/// A folder with one package, whose name is this expression.
fn tree(name: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir_all(folder.path().join("tree")).expect("writable");
    let text = PACKAGE.replace("PNAME", name).replace("HASH", &"a".repeat(64));
    fs::write(folder.path().join("tree/a.nix"), text).expect("writable");
    folder
}

fn start(folder: &Path, args: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_clarity"))
        .arg("scan")
        .arg(folder.join("tree"))
        .args(args)
        .env("CLARITY_CACHE", folder.join("cache"))
        .env("XDG_CONFIG_HOME", folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs")
}

/// Waits until `is_there` holds.
#[cfg(target_os = "linux")]
fn wait_until(what: &str, is_there: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_there() {
        assert!(begun.elapsed() < Duration::from_secs(120), "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Sends a signal; gives the time until the end, the exit code and the report.
#[cfg(target_os = "linux")]
fn ended_by(signal: &str, child: Child) -> (Duration, Option<i32>, String) {
    let kill = format!("kill -{signal} {}", child.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().expect("sh runs").success());
    let begun = Instant::now();
    let output = child.wait_with_output().expect("it ends");
    (begun.elapsed(), output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

/// 2 s are promised; a loaded machine of tests gets more.
#[cfg(target_os = "linux")]
const SOON: Duration = Duration::from_secs(8);

#[cfg(target_os = "linux")]
#[test]
fn a_signal_ends_the_hashing_of_a_huge_source() {
    let folder = tree("\"a\"");
    fs::create_dir(folder.path().join("s")).expect("writable");
    // Without blocks on the disk; to read it takes hours.
    fs::File::create(folder.path().join("s/a-1.tar")).and_then(|file| file.set_len(1 << 42)).expect("writable");
    let child = start(folder.path(), &["--sources", folder.path().join("s").to_str().expect("UTF-8")]);
    let open = format!("/proc/{}/fd", child.id());
    let is_open = || {
        let links = fs::read_dir(&open).into_iter().flatten().flatten();
        links.filter_map(|link| fs::read_link(link.path()).ok()).any(|file| file.ends_with("s/a-1.tar"))
    };
    wait_until("it hashes the source", is_open);
    let (time, code, report) = ended_by("TERM", child);
    assert_eq!(code, Some(130), "{report}");
    assert!(time < SOON, "{time:?}");
    assert!(report.contains("the run was ended early") && report.contains("a: the run was ended"), "{report}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_signal_ends_an_evaluation() {
    let folder = tree("toString (let f = n: if n == 0 then 0 else f (n - 1) + f (n - 1); in f 60)");
    let child = start(folder.path(), &["--metadata-only"]);
    let tasks = format!("/proc/{}/task", child.id());
    let is_evaluating = || {
        let names = fs::read_dir(&tasks).into_iter().flatten().flatten();
        names.filter_map(|task| fs::read_to_string(task.path().join("comm")).ok()).any(|name| name == "evaluator\n")
    };
    wait_until("it evaluates", is_evaluating);
    let (time, code, report) = ended_by("INT", child);
    assert!(time < SOON, "{time:?}");
    // Where it was ready before the signal came, there is nothing to see.
    assert!(code == Some(130), "{code:?} {report}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_signal_ends_a_download_from_a_server_that_says_nothing() {
    let server = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = server.local_addr().expect("an address").port();
    let folder = tree("\"a\"");
    let file = folder.path().join("tree/a.nix");
    let text = fs::read_to_string(&file).expect("readable").replace(":9/", &format!(":{port}/"));
    fs::write(&file, text).expect("writable");
    let config = folder.path().join("mine.toml");
    fs::write(&config, ALLOWED).expect("writable");
    let child = start(folder.path(), &["--fetch", "--config", config.to_str().expect("UTF-8")]);
    let (_held, _) = server.accept().expect("a connection");
    let (time, code, report) = ended_by("TERM", child);
    assert_eq!(code, Some(130), "{report}");
    assert!(time < SOON, "{time:?}");
}

/// Work that nobody waits for any more: the reading of all files of a tree, and of one large file.
#[test]
fn an_ended_run_reads_no_further() {
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    use clarity::evidence::{Detector, Options};
    use clarity::text::RelPath;
    use clarity::text::stop::{Stop, under};
    use clarity::tree::Checkout;

    let checkout = Checkout::open(&fixture(), &clarity::tree::Options::default()).expect("a checkout");
    let detector = Detector::new(&Options::default());
    let path = RelPath::new("a.c").expect("a path");
    let text = b"// SPDX-License-Identifier: MIT\n";
    let seen = |is_ended: bool| {
        let stop = Stop::new(Arc::new(AtomicBool::new(is_ended)), Duration::MAX);
        under(Some(stop), || (checkout.license_bindings(|_| &[]).len(), detector.read(&path, text).detections.len()))
    };
    let (bindings, detections) = seen(false);
    assert!(bindings > 10 && detections == 1, "{bindings} {detections}");
    assert_eq!(seen(true), (0, 0));
}

/// What lets a run ask a server on this machine.
#[cfg(target_os = "linux")]
const ALLOWED: &str = "[fetch]\nallow_private = true\nstall_seconds = 600\n";

#[test]
fn a_deadline_ends_the_run_and_is_incomplete() {
    let folder = tree("\"a\"");
    fs::create_dir(folder.path().join("s")).expect("writable");
    fs::File::create(folder.path().join("s/a-1.tar")).and_then(|file| file.set_len(1 << 42)).expect("writable");
    let sources = folder.path().join("s");
    let sources = sources.to_str().expect("UTF-8");
    let run = |args: &[&str]| {
        let child = start(folder.path(), &[&["--sources", sources][..], args].concat());
        let output = child.wait_with_output().expect("it ends");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (code, report) = run(&["--deadline", "1"]);
    assert_eq!(code, Some(3), "{report}");
    assert!(report.contains("incomplete: the time of --deadline was over; the exit code is 3"), "{report}");
    assert_eq!(run(&["--deadline", "1", "--allow-incomplete"]).0, Some(0));
    let (code, report) = run(&["--time-limit", "1", "--attr", "*"]);
    assert_eq!(code, Some(3), "{report}");
    assert!(report.contains("its source took longer than 1 s to hash and read; raise --time-limit"), "{report}");
}

#[test]
fn an_evaluation_that_takes_too_long_is_a_row() {
    let folder = tree("\"a\"");
    let slow = "if (let f = n: if n == 0 then 0 else f (n - 1) + f (n - 1); in f 60) == 0 then lib.licenses.mit else 1";
    let file = folder.path().join("tree/a.nix");
    let text = fs::read_to_string(&file).expect("readable").replace("lib.licenses.mit", slow);
    fs::write(&file, text).expect("writable");
    let begun = Instant::now();
    let child = start(folder.path(), &["--metadata-only", "--time-limit", "1", "--format", "jsonl"]);
    let output = child.wait_with_output().expect("it ends");
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("takes longer than allowed; raise --time-limit"), "{text}");
}

fn scan(args: &[&str]) -> Run {
    let tree = fixture();
    clarity(&[&["scan", tree.to_str().expect("UTF-8")], args].concat())
}

#[test]
fn what_was_asked_for_and_not_seen_is_not_green() {
    for (args, code, said) in [
        (&["--attr", "nova-agent"][..], 3, "incomplete: nova-agent could not be looked at; the exit code is 3"),
        (&["--attr", "nova-agent", "--fail-on", "never"], 3, "the exit code is 3, and 0 with --allow-incomplete"),
        (&["--attr", "nova-agent", "--allow-incomplete"], 0, "incomplete: nova-agent could not be looked at"),
        (&["--attr", "nova-agent", "--metadata-only"], 0, ""),
        (&["--attr", "amber-clock", "--attr", "no-such"], 3, "incomplete: nothing matches no-such"),
        (&["--attr", "birch-log", "--attr", "no-such"], 1, "incomplete: nothing matches no-such"),
        (&["--attr", "no-such"], 2, "no package matches"),
        (&["--strict", "--fail-on", "never"], 3, "incomplete: "),
        (&["--fail-on", "never"], 0, "findings: "),
        (&["--attr", "amber-clock"], 0, "findings: "),
    ] {
        let run = scan(args);
        assert_eq!(run.code, code, "{args:?}: {}{}", run.stdout, run.stderr);
        assert!(run.stdout.contains(said), "{args:?}: {}", run.stdout);
    }
    let quiet = scan(&["--attr", "nova-agent", "--quiet"]);
    assert!(quiet.code == 3 && quiet.stdout.contains("incomplete: "), "{}", quiet.stdout);
}

#[test]
fn a_tree_in_which_nothing_is_seen_is_not_green() {
    let empty = tempfile::tempdir().expect("a folder");
    let run = |args: &[&str]| clarity(&[&["scan", empty.path().to_str().expect("UTF-8")], args].concat());
    let nothing = run(&[]);
    assert_eq!(nothing.code, 3, "{}{}", nothing.stdout, nothing.stderr);
    assert!(nothing.stdout.ends_with("the exit code is 3, and 0 with --allow-incomplete\n"), "{}", nothing.stdout);
    let one = tree("\"a\"");
    let one = one.path().join("tree");
    let none = clarity(&["scan", one.to_str().expect("UTF-8"), "--fail-on", "never"]);
    assert_eq!(none.code, 3, "{}", none.stdout);
    assert!(none.stdout.contains("the source of the only package that has one"), "{}", none.stdout);
}

#[test]
fn slips_of_the_hand_are_errors_of_usage() {
    let folder = tempfile::tempdir().expect("a folder");
    let meta = folder.path().join("meta.json");
    fs::write(&meta, "{}").expect("writable");
    let meta = meta.to_str().expect("UTF-8");
    for (args, said) in [
        (&["--sources", "no/such/folder"][..], "no/such/folder: no such folder"),
        (&["--system", "x86_64-linx"], "did you mean `x86_64-linux`?"),
        (&["--meta", meta], "has no package"),
        (&["--allow-incomplete", "--strict"], "cannot be used with"),
    ] {
        let run = scan(args);
        assert_eq!(run.code, 2, "{args:?}: {}", run.stdout);
        assert!(run.stderr.contains(said), "{args:?}: {}", run.stderr);
    }
}

#[test]
fn a_closed_pipe_keeps_the_exit_code() {
    let folder = tempfile::tempdir().expect("a folder");
    for (args, code) in [(&[][..], 1), (&["--fail-on", "never"], 0), (&["--format", "jsonl", "--verbose"], 1)] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_clarity"))
            .arg("scan")
            .arg(fixture())
            .args(args)
            .env("CLARITY_CACHE", folder.path())
            .env("XDG_CONFIG_HOME", folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program runs");
        drop(child.stdout.take());
        assert_eq!(child.wait().expect("it ends").code(), Some(code), "{args:?}");
    }
}

#[test]
fn an_incomplete_run_prunes_nothing() {
    let copy = copied();
    let tree = copy.path().join("nixpkgs");
    let file = copy.path().join("clarity.baseline");
    let (tree, baseline) = (tree.to_str().expect("UTF-8"), file.to_str().expect("UTF-8"));
    clarity(&["scan", tree, "--write-baseline", baseline]);
    let written = fs::read_to_string(&file).expect("written");
    let old = "{\"attr\":\"zz-gone\",\"check\":\"LIC010\",\"declared\":\"MIT\",\"concluded\":\"ISC\"}\n";
    fs::write(&file, format!("{written}{old}")).expect("writable");
    let run = clarity(&["scan", tree, "--baseline", baseline, "--prune-baseline", "--strict"]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(run.stderr.contains("left as it is, because the run is incomplete"), "{}", run.stderr);
    assert!(fs::read_to_string(&file).expect("there").contains("zz-gone"));
}

#[cfg(target_os = "linux")]
#[test]
fn an_evaluator_without_a_stack_is_an_error_and_no_empty_report() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = env!("CARGO_BIN_EXE_clarity");
    // The stack of an evaluator alone is 1 GiB of address space.
    let limited = format!("ulimit -v 900000; exec {program} scan {} --metadata-only --jobs 1", fixture().display());
    let output = Command::new("sh")
        .args(["-c", &limited])
        .env("CLARITY_CACHE", folder.path())
        .env("XDG_CONFIG_HOME", folder.path())
        .output()
        .expect("sh runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("an evaluator got no thread") && output.stdout.is_empty(), "{said}");
}
