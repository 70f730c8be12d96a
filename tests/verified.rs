//! Sources that are proven to be the declared ones, and those that are used without proof: marked in every format, never
//! trusted above medium, never fixed unasked, never linked to upstream.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use clarity::report::FORMATS;
use clarity::source::{Algo, Network, Options, Request, Sources, hash_nar};
use clarity::store::Store;
use clarity::text::stop::{self, Stop};
use serde_json::Value;

use crate::cases::written_out;
use crate::changed::git;
use crate::scan::{Run, fixture};

const OTHER: &str = "sha256-LQLW6sYx74eM94RnLq0FHknzJvlGaNPLENEyUYwmrn8=";

/// A repository `tree` with one package `a` that declares Apache-2.0; its source says MIT, and lies in `sources/a`.
struct Room(tempfile::TempDir);

impl Room {
    fn new() -> Room {
        let room = Room(tempfile::tempdir().expect("a folder"));
        for folder in ["tree", "sources/a", "home"] {
            fs::create_dir_all(room.at(folder)).expect("made");
        }
        let text = format!("MIT License\n\n{}", clarity::license::license("MIT").expect("known").text);
        fs::write(room.at("sources/a/LICENSE"), text).expect("written");
        fs::write(room.at("sources/a/package.json"), "{ \"name\": \"a\", \"license\": \"MIT\" }\n").expect("written");
        room
    }

    fn at(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn real_hash(&self) -> String {
        hash_nar(&self.at("sources/a"), Algo::Sha256).expect("readable").to_string()
    }

    /// Writes the package with this source, and commits it.
    fn package(&self, source: &str) {
        let text = format!(
            "{{ lib, stdenv, fetchFromGitHub, fetchurl }}:\n\nstdenv.mkDerivation {{\n  pname = \"a\";\n  version = \
             \"1.0\";\n  src = {source};\n\n  meta = {{\n    description = \"Example\";\n    license = \
             lib.licenses.asl20;\n  }};\n}}\n"
        );
        fs::write(self.at("tree/a.nix"), text).expect("written");
        if !self.at("tree/.git").exists() {
            git(&self.at("tree"), &["init", "--quiet"]);
        }
        git(&self.at("tree"), &["add", "--all"]);
        git(&self.at("tree"), &["commit", "--quiet", "--allow-empty", "--message", "a"]);
    }

    fn of_tree(&self, hash: &str) {
        self.package(&format!(
            "fetchFromGitHub {{\n    owner = \"o\";\n    repo = \"r\";\n    rev = \"v1.0\";\n    hash = \"{hash}\";\n  }}"
        ));
    }

    fn of_file(&self, hash: &str) {
        self.package(&format!("fetchurl {{\n    url = \"https://h.example/a-1.0.tar.gz\";\n    {hash}\n  }}"));
    }

    fn run(&self, verb: &str, args: &[&str]) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_clarity"));
        command.arg(verb).args(args).arg("--sources").arg(self.at("sources")).current_dir(self.0.path());
        for (name, folder) in [("HOME", "home"), ("XDG_CONFIG_HOME", "home"), ("CLARITY_CACHE", "cache")] {
            command.env(name, self.at(folder));
        }
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), "A").env(format!("GIT_{role}_EMAIL"), "a@example.org");
        }
        let output = command.output().expect("the program runs");
        Run {
            code: output.status.code().expect("not killed"),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    fn scan(&self, args: &[&str]) -> Run {
        self.run("scan", &[&["tree"], args].concat())
    }

    /// The row of the package, and that of its finding.
    fn rows(&self, args: &[&str]) -> (Value, Value) {
        let run = self.scan(&[&["--format", "jsonl", "--fail-on", "never"], args].concat());
        let rows: Vec<Value> = run.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let of = |kind: &str| rows.iter().find(|row| row["kind"] == kind).cloned().unwrap_or_default();
        (of("package"), of("finding"))
    }

    /// The message of the patch that `fix` makes.
    fn patch(&self, args: &[&str]) -> String {
        let run = self.run("fix", &[&["tree", "--patch-dir", "patches"], args].concat());
        let patch = fs::read_dir(self.at("patches")).ok().and_then(|mut folder| folder.next());
        let patch = patch.unwrap_or_else(|| panic!("{}{}", run.stdout, run.stderr)).expect("readable").path();
        fs::read_to_string(patch).expect("UTF-8")
    }
}

#[track_caller]
fn is_unverified((package, finding): &(Value, Value), kind: &str) {
    assert_eq!(package["outcome"], "audited", "{package}");
    for row in [package, finding] {
        assert_eq!(row["unverified"]["kind"], kind, "{row}");
    }
    assert_eq!((&package["concluded"]["confidence"], &finding["confidence"]), (&"medium".into(), &"medium".into()));
    assert_eq!(finding["remedy"]["safety"], "unsafe");
}

#[track_caller]
fn is_verified((package, finding): &(Value, Value)) {
    assert_eq!(package["outcome"], "audited", "{package}");
    assert!(package["unverified"].is_null() && finding["unverified"].is_null(), "{package} {finding}");
    assert_eq!((&package["concluded"]["confidence"], &finding["confidence"]), (&"high".into(), &"high".into()));
    assert_eq!(finding["remedy"]["safety"], "safe");
}

#[test]
fn a_folder_with_the_declared_hash_is_verified() {
    let room = Room::new();
    room.of_tree(&room.real_hash());
    is_verified(&room.rows(&[]));
    assert!(room.patch(&[]).contains("https://github.com/o/r/blob/v1.0/LICENSE"));
    assert!(!room.scan(&[]).stdout.contains("unverified"));
}

#[test]
fn a_folder_with_another_hash_is_a_mismatch() {
    let room = Room::new();
    room.of_tree(OTHER);
    let (package, _) = room.rows(&[]);
    assert_eq!((&package["outcome"], &package["why_kind"]), (&"failed".into(), &"mismatch".into()));
    let why = package["why"].as_str().expect("a reason");
    assert!(why.contains(&room.real_hash()) && why.contains("--trust-sources"), "{why}");
    assert!(!why.contains(room.0.path().to_str().expect("UTF-8")), "no place of this machine: {why}");
    assert_eq!(room.scan(&["--attr", "a"]).code, 3);
    assert_eq!(room.scan(&["--attr", "a", "--allow-incomplete"]).code, 0);
}

#[test]
fn a_trusted_folder_with_another_hash_is_unverified() {
    let room = Room::new();
    room.of_tree(OTHER);
    is_unverified(&room.rows(&["--trust-sources"]), "mismatch");
    assert_eq!(room.scan(&["--attr", "a", "--trust-sources"]).code, 1, "it is looked at, and drifts");
    fs::write(room.at("trusting.toml"), "[sources]\ntrust = true\n").expect("written");
    is_unverified(&room.rows(&["--config", "trusting.toml"]), "mismatch");
}

#[test]
fn a_folder_for_a_packed_file_is_unverified_and_no_mismatch() {
    let room = Room::new();
    for hash in [OTHER.to_owned(), room.real_hash()] {
        room.of_file(&format!("hash = \"{hash}\";"));
        is_unverified(&room.rows(&[]), "unpacked");
    }
}

#[test]
fn without_a_declared_hash_a_folder_is_unverified() {
    let room = Room::new();
    for hash in ["", "hash = lib.fakeHash;", "sha256 = \"\";", "hash = \"sha256-nonsense\";"] {
        room.of_file(hash);
        is_unverified(&room.rows(&[]), "no-hash");
    }
    room.of_tree("");
    is_unverified(&room.rows(&[]), "no-hash");
}

#[test]
fn an_archive_with_another_hash_is_used_where_it_is_trusted() {
    let room = Room::new();
    let mut tar = tar::Builder::new(Vec::new());
    tar.append_dir_all("a-1.0", room.at("sources/a")).expect("written");
    fs::remove_dir_all(room.at("sources/a")).expect("removed");
    fs::write(room.at("sources/a.tar"), tar.into_inner().expect("written")).expect("written");
    room.of_file(&format!("hash = \"{OTHER}\";"));
    assert_eq!(room.rows(&[]).0["why_kind"], "mismatch");
    is_unverified(&room.rows(&["--trust-sources"]), "mismatch");
}

#[test]
fn a_path_of_the_tree_is_the_source_itself() {
    let room = Room::new();
    fs::rename(room.at("sources/a"), room.at("tree/local")).expect("moved");
    room.package("./local");
    is_verified(&room.rows(&[]));
}

#[cfg(unix)]
#[test]
fn a_link_to_a_folder_is_hashed_as_that_folder() {
    let room = Room::new();
    room.of_tree(&room.real_hash());
    fs::rename(room.at("sources/a"), room.at("elsewhere")).expect("moved");
    std::os::unix::fs::symlink(room.at("elsewhere"), room.at("sources/a")).expect("a link");
    is_verified(&room.rows(&[]));
}

#[cfg(unix)]
#[test]
fn a_link_inside_of_a_folder_is_hashed_as_a_link() {
    let room = Room::new();
    let hash = room.real_hash();
    room.of_tree(&hash);
    fs::rename(room.at("sources/a/package.json"), room.at("elsewhere")).expect("moved");
    std::os::unix::fs::symlink(room.at("elsewhere"), room.at("sources/a/package.json")).expect("a link");
    assert_ne!(room.real_hash(), hash);
    assert_eq!(room.rows(&[]).0["why_kind"], "mismatch");
}

#[test]
fn every_format_marks_an_unverified_source() {
    let room = Room::new();
    let formats: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
    for (hash, is_marked) in [(OTHER.to_owned(), true), (room.real_hash(), false)] {
        room.of_tree(&hash);
        for format in &formats {
            let said = room.scan(&["--trust-sources", "--format", format]).stdout;
            // The script of the page has the word itself; its rows are JSON.
            let words = if *format == "html" { "\"unverified\":{" } else { "unverified: " };
            let has_mark = said.contains(words) || said.contains("\"unverified\":");
            assert_eq!(has_mark, is_marked, "{format}: {said}");
        }
        for (verb, args) in [
            ("explain", &["a", "--tree", "tree"][..]),
            ("diff", &["a", "tree", "--rev", "HEAD"]),
            ("diff", &["a", "tree", "--rev", "HEAD", "--format", "json"]),
            ("diff", &["a", "tree", "--rev", "HEAD", "--format", "markdown"]),
            ("fix", &["tree"]),
        ] {
            let run = room.run(verb, &[args, &["--trust-sources"]].concat());
            let said = format!("{}{}", run.stdout, run.stderr);
            assert_eq!(said.contains("unverified"), is_marked, "{verb} {args:?}: {said}");
        }
    }
}

#[test]
fn each_row_of_a_format_about_it_carries_the_mark() {
    let room = Room::new();
    room.of_tree(OTHER);
    let said = |format: &str| room.scan(&["--trust-sources", "--format", format]).stdout;
    let why = "the hash of the source is not the declared one";
    let sarif: Value = serde_json::from_str(&said("sarif")).expect("JSON");
    assert_eq!(sarif["runs"][0]["results"][0]["properties"]["unverified"], "mismatch");
    let gitlab: Value = serde_json::from_str(&said("gitlab")).expect("JSON");
    assert!(gitlab[0]["description"].as_str().expect("text").contains(why));
    let annotation = said("github").lines().find(|line| line.starts_with("::error")).map(str::to_owned);
    assert!(annotation.expect("an annotation").contains(why));
    let sheet = said("csv");
    let row = sheet.lines().find(|line| line.starts_with("a,")).expect("a row");
    assert!(row.contains(why), "{row}");
    assert!(said("junit").contains(&format!("unverified: {why}")));
    assert!(said("markdown").contains(&format!("  - unverified: {why}")));
    assert!(said("rdjson").contains(&format!("unverified: {why}")));
    assert!(said("spdx").contains(&format!("unverified: {why}")), "{}", said("spdx"));
    assert!(said("cyclonedx").contains("clarity:unverified"));
    for format in ["concise", "grouped", "table"] {
        assert!(said(format).contains("(unverified)"), "{format}");
    }
    assert!(said("terminal").contains(&format!("= unverified: {why}")));
}

#[test]
fn a_fix_from_an_unverified_source_is_not_safe_and_links_nothing() {
    let room = Room::new();
    room.of_tree(OTHER);
    let held = room.run("fix", &["tree", "--trust-sources"]);
    assert!(held.stdout.is_empty(), "{}", held.stdout);
    assert!(held.stderr.contains("not written: a LIC010: MIT: its source is unverified"), "{}", held.stderr);
    let patch = room.patch(&["--trust-sources", "--safety", "unsafe"]);
    assert!(
        patch.contains("An unverified source of a 1.0 says: MIT") && patch.contains("Mind: the source is unverified")
    );
    assert!(!patch.contains("https://github.com/o/r"), "{patch}");
}

#[test]
fn a_question_about_an_unverified_source_links_nothing() {
    let room = Room::new();
    fs::write(room.at("sources/a/package.json"), "{ \"name\": \"a\", \"license\": \"Zlib\" }\n").expect("written");
    let link = "https://github.com/o/r/blob/v1.0/package.json";
    for (hash, is_linked) in [(OTHER.to_owned(), false), (room.real_hash(), true)] {
        room.of_tree(&hash);
        let run = room.run("fix", &["tree", "--for-upstream", "a", "--trust-sources"]);
        assert_eq!((run.code, run.stdout.contains(link)), (0, is_linked), "{}{}", run.stdout, run.stderr);
    }
}

#[test]
fn a_tree_does_not_trust_sources_for_its_user() {
    let room = Room::new();
    room.of_tree(OTHER);
    fs::write(room.at("tree/clarity.toml"), "[sources]\ntrust = true\n").expect("written");
    let run = room.scan(&[]);
    assert!(run.code == 2 && run.stderr.contains("--trust-sources"), "{}", run.stderr);
}

#[test]
fn a_folder_of_sources_defines_no_package_of_the_tree() {
    let room = Room::new();
    room.of_tree(OTHER);
    fs::create_dir_all(room.at("tree/upstream/b-1.0")).expect("made");
    let text = fs::read_to_string(room.at("tree/a.nix")).expect("readable");
    fs::write(room.at("tree/upstream/b-1.0/package.nix"), text.replace("\"a\"", "\"b\"")).expect("written");
    let summary = |args: &[&str]| {
        let run = room.scan(&[&["--format", "jsonl", "--fail-on", "never"], args].concat());
        let last = run.stdout.lines().last().expect("a summary").to_owned();
        let summary: Value = serde_json::from_str(&last).expect("JSON");
        (summary["discovered"].clone(), summary["license_bindings"]["total"].clone(), summary["silenced"].to_string())
    };
    assert_eq!(summary(&[]), (2.into(), 2.into(), "null".to_owned()));
    fs::write(room.at("tree/clarity.toml"), "[sources]\ndirs = [\"upstream\"]\n").expect("written");
    let (packages, bindings, silenced) = summary(&[]);
    assert_eq!((packages, bindings), (1.into(), 1.into()));
    assert!(silenced.contains("1 .nix file in folders of sources"), "a tree hides nothing unseen: {silenced}");
    fs::write(room.at("tree/clarity.toml"), "[sources]\ndirs = [\".\"]\n").expect("written");
    assert_eq!(summary(&[]).0, 2, "the tree is no folder of sources");
}

#[test]
fn a_missing_folder_of_the_configuration_is_an_error() {
    let room = Room::new();
    room.of_tree(OTHER);
    for file in ["tree/clarity.toml", "mine.toml"] {
        fs::write(room.at(file), "[sources]\ndirs = [\"none\"]\n").expect("written");
        let run = room.scan(if file == "mine.toml" { &["--config", "mine.toml"] } else { &[] });
        assert_eq!(run.code, 2, "{}", run.stdout);
        assert!(run.stderr.contains("none: no such folder") && run.stderr.contains("[sources]"), "{}", run.stderr);
    }
}

/// Hashing ends with the time of the package, also where all files are empty.
#[test]
fn hashing_a_folder_ends_in_time() {
    let room = Room::new();
    for number in 0..3000 {
        fs::write(room.at("sources/a").join(number.to_string()), "").expect("written");
    }
    let mut options = Options::new(Arc::new(Store::open(room.at("cache")).expect("a cache")));
    options.folders = vec![room.at("sources")];
    options.network = Network::NotAsked;
    let source = clarity::tree::SourceRef { mode: clarity::tree::HashMode::Nar, ..bare(OTHER) };
    let request = Request { attr: "a", pname: None, version: None, index: 0, source: &source };
    let sources = Sources::new(options, Arc::new(AtomicBool::new(false)));
    let ended = Stop::new(Arc::new(AtomicBool::new(true)), Duration::from_secs(600));
    let begun = Instant::now();
    let error = stop::under(Some(ended), || sources.acquire(&request)).map(|_| ()).expect_err("it was ended");
    assert!(error.to_string().contains("the run was ended"), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(5));
}

fn bare(hash: &str) -> clarity::tree::SourceRef {
    clarity::tree::SourceRef {
        fetcher: "fetchzip".to_owned(),
        name: None,
        urls: vec!["https://h.example/a.tar.gz".to_owned()],
        hash: Some(hash.to_owned()),
        algo: None,
        mode: clarity::tree::HashMode::Flat,
        rev: None,
        flags: Vec::new(),
        git: None,
        strip_root: true,
        root: None,
        local: None,
    }
}

/// Sources of `tree` that are not proven to be the declared ones, with the right hashes.
fn stale(tree: &Path) -> Vec<String> {
    let path = tree.to_str().expect("UTF-8");
    let run = crate::scan::clarity(&["scan", path, "--format", "jsonl", "--fail-on", "never", "--offline"]);
    let rows = run.stdout.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let rows = rows.filter(|row| row["why_kind"] == "mismatch" || row["unverified"].is_object());
    rows.map(|row| format!("{}: {} {}", row["attr"], row["why"], row["unverified"])).collect()
}

#[test]
fn every_hash_of_the_fixtures_is_true() {
    let wrong = stale(&fixture());
    assert!(wrong.is_empty(), "write what it got as the hash of the package:\n{}", wrong.join("\n"));
    let checks = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/checks");
    let wrong = stale(written_out(&checks).path());
    assert!(wrong.is_empty(), "write what it got as the hash of the package:\n{}", wrong.join("\n"));
}
