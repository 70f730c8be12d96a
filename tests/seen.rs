//! Evidence that is kept between runs: never seen in the output, only in the time.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;

use clarity::evidence::{Detector, Options};
use clarity::kept::{self, Content, FileSeen, KeptEvidence, SourceKey};
use clarity::license::{license, parse};
use clarity::source::{Algo, Hasher, Identity};
use clarity::store::Store;
use clarity::text::{Digest, RelPath};
use clarity::tree::HashMode;

/// One package: its name and version, its license, and the files of its source.
#[derive(Clone)]
pub struct Case {
    pub name: String,
    pub version: &'static str,
    pub license: &'static str,
    pub files: Vec<(String, String)>,
}

/// Trees of such packages, archives of their sources, and a cache.
pub struct Bench {
    pub folder: tempfile::TempDir,
}

pub fn case(name: &str, license_id: &str) -> Case {
    let text = license(license_id).expect("an id of the list").text;
    let files = [
        ("LICENSE".to_owned(), text.to_owned()),
        ("src/main.c".to_owned(), format!("// SPDX-License-Identifier: {license_id}\nint {name};\n")),
        ("README.md".to_owned(), format!("# {name}\n\nSee LICENSE.\n")),
    ];
    Case { name: name.to_owned(), version: "1.0", license: "mit", files: files.into() }
}

/// A tar.gz with the files below one folder.
pub fn archive(case: &Case) -> Vec<u8> {
    let encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let mut tar = tar::Builder::new(encoder);
    for (path, text) in &case.files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        let path = format!("{}-{}/{path}", case.name, case.version);
        tar.append_data(&mut header, path, text.as_bytes()).expect("in memory");
    }
    tar.into_inner().and_then(|gzip| gzip.finish()).expect("in memory")
}

pub fn sha256(bytes: &[u8]) -> clarity::source::FixedHash {
    let mut hasher = Hasher::new(Algo::Sha256);
    hasher.update(bytes);
    hasher.finish()
}

impl Bench {
    pub fn new(cases: &[Case]) -> Bench {
        let bench = Bench { folder: tempfile::tempdir().expect("a temporary folder") };
        bench.write(cases);
        bench
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes the tree, and the archives of its sources.
    pub fn write(&self, cases: &[Case]) {
        let rows = cases.iter().map(|case| {
            let (name, version, license) = (&case.name, case.version, case.license);
            let bytes = archive(case);
            let file = format!("{name}-{version}.tar.gz");
            fs::create_dir_all(self.path("sources")).expect("writable");
            fs::write(self.path("sources").join(&file), &bytes).expect("writable");
            let (url, hash) = (format!("https://example.org/{file}"), sha256(&bytes));
            format!(
                "  {name} = stdenv.mkDerivation {{\n    pname = \"{name}\"; version = \"{version}\";\n    src = fetchurl {{ \
                 url = \"{url}\"; hash = \"{hash}\"; }};\n    meta = {{ license = lib.licenses.{license}; }};\n  }};\n"
            )
        });
        let text = format!("{{ lib, stdenv, fetchurl }}:\n{{\n{}}}\n", rows.collect::<String>());
        fs::create_dir_all(self.path("tree")).expect("writable");
        fs::write(self.path("tree/default.nix"), text).expect("writable");
    }

    pub fn command(&self, verb: &str, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_clarity"));
        command.arg(verb).args(args);
        command.env("CLARITY_CACHE", self.path("cache")).env("XDG_CONFIG_HOME", self.path("config"));
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub fn scan(&self, args: &[&str]) -> Command {
        let (tree, sources) = (self.path("tree"), self.path("sources"));
        let mut command = self.command("scan", &["--format", "jsonl", "--fail-on", "never", "--allow-incomplete"]);
        command.arg(tree).args(args).arg("--sources").arg(sources);
        command
    }

    pub fn scanned(&self, args: &[&str]) -> String {
        said(self.scan(args).output().expect("the program runs"))
    }

    /// Takes away all sources: whoever opens one fails.
    fn without_sources(&self) {
        for entry in fs::read_dir(self.path("sources")).expect("there").flatten() {
            fs::remove_file(entry.path()).expect("removed");
        }
    }

    pub fn entries(&self) -> Vec<PathBuf> {
        let walk = walkdir::WalkDir::new(self.path("cache/v1/evidence")).sort_by_file_name();
        walk.into_iter().flatten().map(walkdir::DirEntry::into_path).filter(|path| path.ends_with("data")).collect()
    }

    fn store(&self) -> Arc<Store> {
        Arc::new(Store::open(self.path("cache")).expect("opens"))
    }

    fn kept(&self) -> KeptEvidence {
        KeptEvidence::new(self.store(), Detector::new(&Options::default()).fingerprint())
    }
}

pub fn said(output: Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn three() -> Vec<Case> {
    vec![case("one", "MIT"), case("two", "ISC"), case("three", "Apache-2.0")]
}

fn verdicts(jsonl: &str) -> Vec<(String, String)> {
    let rows = jsonl.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let text = |row: &serde_json::Value, key: &str| Some(row.get(key)?.as_str()?.to_owned());
    let mut rows: Vec<_> = rows.filter_map(|row| Some((text(&row, "attr")?, text(&row, "verdict")?))).collect();
    rows.sort();
    rows
}

#[test]
fn a_second_run_opens_no_source() {
    let bench = Bench::new(&three());
    let first = bench.scanned(&[]);
    assert_eq!(verdicts(&first).iter().filter(|row| row.1 == "drifts").count(), 2, "{first}");
    assert_eq!(bench.entries().len(), 3);
    bench.without_sources();
    for args in [&["--jobs", "1"][..], &["--jobs", "3"], &[]] {
        assert_eq!(bench.scanned(args), first);
    }
    assert_ne!(bench.scanned(&["--no-cache"]), first, "without the cache there is nothing left to look at");
}

#[test]
fn a_changed_license_opens_no_source_and_changes_its_verdict_only() {
    let mut cases = three();
    let bench = Bench::new(&cases);
    let before = verdicts(&bench.scanned(&[]));
    cases[1].license = "isc";
    bench.write(&cases);
    bench.without_sources();
    let after = verdicts(&bench.scanned(&[]));
    let changed: Vec<_> = before.iter().zip(&after).filter(|(before, after)| before != after).collect();
    assert_eq!(changed.len(), 1);
    assert_eq!(*changed[0].1, ("two".to_owned(), "agrees".to_owned()));
}

#[test]
fn a_run_without_cache_keeps_no_evidence_and_says_the_same() {
    let bench = Bench::new(&three());
    let first = bench.scanned(&["--no-cache"]);
    assert_eq!(bench.entries().len(), 0);
    assert_eq!(bench.scanned(&[]), first);
}

#[test]
fn curations_and_roles_need_no_new_evidence() {
    let bench = Bench::new(&three());
    let first = bench.scanned(&[]);
    bench.without_sources();
    let role = "[[role]]\nglob = \"**\"\nrole = \"vendored\"\n";
    fs::write(bench.path("tree/clarity.toml"), role).expect("writable");
    let config = bench.path("tree/clarity.toml");
    let second = bench.scanned(&["--config", config.to_str().expect("UTF-8")]);
    assert_ne!(verdicts(&second), verdicts(&first), "the role counts: {second}");
    fs::remove_file(config).expect("removed");
    assert_eq!(bench.scanned(&[]), first);
}

#[test]
fn the_next_version_detects_only_files_that_changed() {
    let mut cases = vec![case("one", "MIT")];
    let bench = Bench::new(&cases);
    bench.scanned(&[]);
    // What is kept of the file says something that no detector would.
    let (kept, bytes) = (bench.kept(), archive(&cases[0]));
    let identity = Identity { mode: HashMode::Flat, hash: sha256(&bytes) };
    let key = SourceKey { identity, name: "one-1.0.tar.gz".to_owned() };
    let mut files = kept.load(&kept.find(&key).expect("kept")).expect("whole");
    let file = files.iter_mut().find(|file| file.evidence.path.as_str() == "src/main.c").expect("seen");
    file.evidence.detections.edit()[0].expr = parse("Zlib").expect("an expression");
    let store = bench.store();
    let folder = bench.entries()[0].parent().expect("a folder").to_owned();
    fs::remove_dir_all(folder).expect("removed");
    kept.save(&key, "one 0", &files);
    drop(store);
    cases[0].version = "1.1";
    cases[0].files[2].1 = "# one, again\n".to_owned();
    bench.write(&cases);
    let rows = bench.scanned(&["--attr", "one"]);
    assert!(rows.contains("Zlib"), "an unchanged file is not detected again: {rows}");
    cases[0].version = "1.2";
    cases[0].files[1].1 = "// SPDX-License-Identifier: MIT\nint changed;\n".to_owned();
    bench.write(&cases);
    let rows = bench.scanned(&["--attr", "one"]);
    assert!(!rows.contains("Zlib"), "a changed file is: {rows}");
}

#[test]
fn equal_bytes_at_another_path_or_of_another_size_are_other_contents() {
    let path = |path: &str| RelPath::new(path).expect("relative");
    let content = Content::of(&path("a.c"), 3, b"int");
    assert_eq!(content, Content::of(&path("a.c"), 3, b"int"));
    assert_ne!(content, Content::of(&path("tests/a.c"), 3, b"int"), "roles and detectors go by the path");
    assert_ne!(content, Content::of(&path("a.c"), 99, b"int"), "a longer file, of which the rest was not read");
}

#[test]
fn other_detectors_find_nothing_of_these() {
    let cases = three();
    let bench = Bench::new(&cases);
    bench.scanned(&[]);
    let identity = Identity { mode: HashMode::Flat, hash: sha256(&archive(&cases[0])) };
    let key = SourceKey { identity, name: "one-1.0.tar.gz".to_owned() };
    assert!(bench.kept().find(&key).is_some());
    assert!(KeptEvidence::new(bench.store(), Digest::of(b"other detectors")).find(&key).is_none());
    let renamed = SourceKey { name: "one-1.0.zip".to_owned(), ..key };
    assert!(bench.kept().find(&renamed).is_none(), "the name says how an archive is read");
}

#[test]
fn entries_that_decayed_are_detected_anew() {
    let bench = Bench::new(&three());
    let first = bench.scanned(&[]);
    let written: Vec<Vec<u8>> = bench.entries().iter().map(|path| fs::read(path).expect("readable")).collect();
    type Decay = fn(&[u8]) -> Vec<u8>;
    let decays: [Decay; 5] = [
        |_| Vec::new(),
        |bytes| bytes[..bytes.len() / 2].to_vec(),
        |bytes| bytes.iter().map(|byte| byte ^ 0x5a).collect(),
        |bytes| [bytes, b"more"].concat(),
        |bytes| bytes.iter().enumerate().map(|(at, byte)| if at == 40 { !byte } else { *byte }).collect(),
    ];
    for decay in decays {
        for (path, bytes) in bench.entries().iter().zip(&written) {
            fs::write(path, decay(bytes)).expect("writable");
        }
        assert_eq!(bench.scanned(&[]), first);
        let now: Vec<Vec<u8>> = bench.entries().iter().map(|path| fs::read(path).expect("readable")).collect();
        assert_eq!(now, written, "what decayed was written again");
    }
    for path in bench.entries() {
        fs::write(path.with_file_name("meta"), "0 nonsense").expect("writable");
    }
    assert_eq!(bench.scanned(&[]), first);
}

#[test]
fn a_folder_of_the_user_is_known_by_its_files() {
    let cases = vec![case("one", "MIT")];
    let bench = Bench::new(&cases);
    bench.without_sources();
    let text = "{ lib, stdenv }: { one = stdenv.mkDerivation { pname = \"one\"; version = \"1\"; src = ./one; \
                meta.license = lib.licenses.mit; }; }";
    fs::write(bench.path("tree/default.nix"), text).expect("writable");
    fs::create_dir(bench.path("tree/one")).expect("made");
    let write = |id: &str| {
        fs::write(bench.path("tree/one/LICENSE"), license(id).expect("an id").text).expect("writable");
        let kept = bench.scanned(&[]);
        assert_eq!(kept, bench.scanned(&["--no-cache"]), "{id}");
        assert_eq!(kept, bench.scanned(&[]), "{id}");
        kept
    };
    let mit = write("MIT");
    assert_ne!(write("ISC"), mit);
    assert_eq!(write("MIT"), mit);
    assert_eq!(bench.entries().len(), 2);
}

#[test]
fn two_processes_share_one_cache() {
    let cases: Vec<Case> = (0..12).map(|number| case(&format!("p{number}"), "MIT")).collect();
    let bench = Bench::new(&cases);
    let started: Vec<Child> = (0..3).map(|_| bench.scan(&[]).spawn().expect("starts")).collect();
    let reports: Vec<String> = started.into_iter().map(|child| said(child.wait_with_output().expect("ends"))).collect();
    assert!(reports.iter().all(|report| *report == reports[0]));
    assert_eq!(bench.entries().len(), 12);
    bench.without_sources();
    assert_eq!(bench.scanned(&[]), reports[0]);
}

#[test]
fn a_killed_run_is_taken_up_where_it_was() {
    let cases: Vec<Case> = (0..16).map(|number| case(&format!("p{number}"), "GPL-3.0-only")).collect();
    let bench = Bench::new(&cases);
    let whole = bench.scanned(&["--no-cache"]);
    let mut grown = 0;
    for round in 0..6 {
        let mut child = bench.scan(&["--jobs", "1"]).spawn().expect("starts");
        std::thread::sleep(std::time::Duration::from_millis(150 + round * 120));
        child.kill().expect("killed");
        child.wait().expect("ends");
        assert!(bench.entries().len() >= grown, "nothing that was seen is lost");
        grown = bench.entries().len();
    }
    assert_eq!(bench.scanned(&[]), whole);
    assert_eq!(bench.entries().len(), 16);
}

#[test]
fn the_cache_shows_bounds_and_verifies_what_was_seen() {
    let bench = Bench::new(&three());
    let first = bench.scanned(&[]);
    let run = |args: &[&str]| bench.command("cache", args).output().expect("the program runs");
    let info = said(run(&["info"]));
    assert!(info.lines().any(|line| line.starts_with("evidence") && line.contains("3 entries")), "{info}");
    assert_eq!(said(run(&["verify"])), "intact: 6 entries\n");
    fs::write(&bench.entries()[0], "decayed").expect("writable");
    assert_eq!(run(&["verify"]).status.code(), Some(1));
    assert_eq!(bench.entries().len(), 2);
    said(run(&["gc", "--max-size", "0"]));
    assert_eq!(bench.entries().len(), 0);
    assert_eq!(bench.scanned(&[]), first);
}

#[test]
fn entries_read_back_are_what_was_written() {
    let detector = Detector::new(&Options::default());
    let all = walkdir::WalkDir::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")).sort_by_file_name();
    let mut files = Vec::new();
    for entry in all.into_iter().flatten().filter(|entry| entry.file_type().is_file()) {
        let bytes = fs::read(entry.path()).expect("readable");
        let path = RelPath::below(Path::new(env!("CARGO_MANIFEST_DIR")), entry.path()).expect("below");
        let content = (files.len() % 7 != 0).then(|| Content::of(&path, bytes.len() as u64, &bytes));
        files.push(FileSeen { content, evidence: detector.read(&path, &bytes) });
    }
    assert!(files.iter().any(|file| !file.evidence.restrictions.is_empty()), "restrictions are among them");
    let bytes = kept::write(&files).expect("small enough");
    for (read, written) in kept::read(&bytes).expect("whole").iter().zip(&files) {
        assert!(read == written, "{:?}\n{:?}", read.evidence, written.evidence);
    }
    assert_eq!(kept::read(&bytes).expect("whole").len(), files.len());
    assert!(kept::write(&kept::read(&bytes).expect("whole")).expect("small") == bytes, "one form only");
    for cut in (0..bytes.len()).step_by(1 + bytes.len() / 40) {
        assert!(kept::read(&bytes[..cut]).is_none(), "cut at {cut}");
    }
}

#[cfg(unix)]
#[test]
fn few_open_files_are_enough() {
    let cases: Vec<Case> = (0..40).map(|number| case(&format!("p{number}"), "MIT")).collect();
    let bench = Bench::new(&cases);
    let whole = bench.scanned(&["--no-cache"]);
    let scan = bench.scan(&["--jobs", "4"]);
    let mut shell = Command::new("sh");
    shell.args(["-c", "ulimit -n 64; exec \"$@\"", "sh"]).arg(scan.get_program()).args(scan.get_args());
    shell.envs(scan.get_envs().filter_map(|(name, value)| Some((name, value?))));
    assert_eq!(said(shell.output().expect("runs")), whole);
    assert_eq!(bench.entries().len(), 40);
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs root, to mount a small file system"]
fn a_full_disk_loses_nothing_that_is_known() {
    let cases: Vec<Case> = (0..40).map(|number| case(&format!("p{number}"), "MIT")).collect();
    let bench = Bench::new(&cases);
    let whole = bench.scanned(&["--no-cache"]);
    fs::remove_dir_all(bench.path("cache")).expect("there");
    fs::create_dir(bench.path("cache")).expect("made");
    let mount = |program: &str, args: &[&str]| {
        let done = Command::new(program).args(args).arg(bench.path("cache")).status().expect("runs");
        assert!(done.success(), "{program}");
    };
    mount("mount", &["-t", "tmpfs", "-o", "size=128k", "tmpfs"]);
    let (first, second) = (bench.scan(&[]).output().expect("runs"), bench.scan(&[]).output().expect("runs"));
    let verified = bench.command("cache", &["verify"]).output().expect("runs");
    let left = fs::read_dir(bench.path("cache/v1/tmp")).map(Iterator::count);
    let kept = bench.entries().len();
    mount("umount", &[]);
    assert_eq!((said(first), said(second)), (whole.clone(), whole));
    assert!(kept < 40, "the disk was full: {kept}");
    said(verified);
    assert_eq!(left.expect("there"), 0, "no half entry is left");
}
