//! Detection on other machines: shards, results, derivations, and joining them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use clarity::evidence::{Detector, Options};
use clarity::kept::{self, Results, ResultsError, SourceKey};
use clarity::source::Identity;
use clarity::text::Digest;
use clarity::tree::HashMode;

use crate::seen::{Bench, Case, archive, case, said, sha256};

fn many(count: usize) -> Vec<Case> {
    let licenses = ["MIT", "ISC", "Apache-2.0", "GPL-2.0-only"];
    (0..count).map(|number| case(&format!("p{number}"), licenses[number % licenses.len()])).collect()
}

/// Packages with sources of every fate: one is broken, one is not the declared one, one is not at hand.
fn bench() -> Bench {
    let bench = Bench::new(&many(9));
    let break_off = |name: &str, bytes: &[u8]| {
        let (path, tree) = (bench.path("sources").join(name), bench.path("tree/default.nix"));
        let (before, after) = (sha256(&fs::read(&path).expect("there")), sha256(bytes));
        fs::write(path, bytes).expect("writable");
        let text = fs::read_to_string(&tree).expect("there");
        fs::write(tree, text.replace(&before.to_string(), &after.to_string())).expect("writable");
    };
    let whole = fs::read(bench.path("sources/p1-1.0.tar.gz")).expect("there");
    break_off("p1-1.0.tar.gz", &whole[..whole.len() / 2]);
    fs::write(bench.path("sources/p2-1.0.tar.gz"), "something else").expect("writable");
    fs::remove_file(bench.path("sources/p3-1.0.tar.gz")).expect("there");
    bench
}

fn sharded(bench: &Bench, count: usize, folder: &str) -> PathBuf {
    let folder = bench.path(folder);
    fs::create_dir_all(&folder).expect("made");
    for number in 1..=count {
        let file = folder.join(format!("{number}.results"));
        let (tree, sources) = (bench.path("tree"), bench.path("sources"));
        let mut command = bench.command("scan", &["--shard", &format!("{number}/{count}"), "--cache-dir"]);
        command.arg(bench.path(&format!("machine{number}"))).arg("--results").arg(file);
        said(command.arg(tree).arg("--sources").arg(sources).output().expect("runs"));
    }
    folder
}

fn merged(bench: &Bench, results: &Path, args: &[&str]) -> Output {
    let mut command = bench.command("merge", &["--format", "jsonl", "--fail-on", "never", "--allow-incomplete"]);
    command.arg(results).arg("--tree").arg(bench.path("tree")).args(args);
    command.arg("--cache-dir").arg(bench.path("merger")).output().expect("the program runs")
}

#[test]
fn shards_merged_say_what_one_run_says() {
    let bench = bench();
    let one = bench.scanned(&[]);
    for kind in ["unreadable", "mismatch", "not-at-hand"] {
        assert!(one.contains(&format!("\"{kind}\"")), "{kind}: {one}");
    }
    let (three, five) = (sharded(&bench, 3, "three"), sharded(&bench, 5, "five"));
    fs::rename(bench.path("sources"), bench.path("elsewhere")).expect("moved");
    for folder in [&three, &five] {
        assert_eq!(said(merged(&bench, folder, &[])), one);
        assert_eq!(said(merged(&bench, folder, &["--no-cache", "--jobs", "1"])), one);
    }
}

#[test]
fn a_shard_of_a_name_that_matches_nothing_is_refused() {
    let bench = Bench::new(&many(2));
    let mut command = bench.command("scan", &["no-such-package", "--shard", "1/2", "--results"]);
    let output = command.arg(bench.path("out")).arg("--tree").arg(bench.path("tree")).output().expect("runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("matches `no-such-package`"), "{output:?}");
    assert!(!bench.path("out").exists());
}

#[test]
fn a_part_of_the_results_leaves_rows_without_a_source() {
    let bench = Bench::new(&many(6));
    let folder = sharded(&bench, 2, "two");
    fs::remove_file(folder.join("1.results")).expect("there");
    fs::rename(bench.path("sources"), bench.path("elsewhere")).expect("moved");
    let rows = said(merged(&bench, &folder, &[]));
    let count = |word: &str| rows.lines().filter(|line| line.contains(word)).count();
    let audited = count("\"outcome\":\"audited\"");
    assert!((1..6).contains(&audited), "{rows}");
    assert_eq!(audited + count("\"outcome\":\"skipped\""), 6, "every package has its row: {rows}");
}

#[test]
fn results_that_are_not_whole_stale_or_different_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let now = Detector::new(&Options::default()).fingerprint();
    let identity = Identity { mode: HashMode::Flat, hash: sha256(b"a") };
    let source = SourceKey { identity, name: "a.tar.gz".to_owned() };
    let write = |name: &str, detection: Digest, entry: &[u8]| {
        let mut bytes = Vec::new();
        kept::begin(&mut bytes).and_then(|()| kept::add(&mut bytes, detection, &source, Ok(entry))).expect("in memory");
        fs::write(folder.path().join(name), &bytes).expect("writable");
        bytes
    };
    let open = |names: &[&str]| {
        let paths: Vec<PathBuf> = names.iter().map(|name| folder.path().join(name)).collect();
        Results::open(&paths, now)
    };
    let whole = write("whole", now, b"an entry");
    write("same", now, b"an entry");
    write("other", now, b"another entry");
    write("stale", Digest::of(b"other detectors"), b"an entry");
    let results = open(&["whole", "same"]).expect("they agree");
    let place = results.find(&source).expect("there");
    assert_eq!(results.read(&place).as_deref(), Some(&b"an entry"[..]));
    assert!(matches!(open(&["whole", "other"]), Err(ResultsError::Differ { .. })));
    assert!(matches!(open(&["stale"]), Err(ResultsError::Stale(_))));
    assert!(matches!(open(&["missing"]), Err(ResultsError::Io(..))));
    for cut in (0..whole.len()).filter(|cut| *cut != 16) {
        fs::write(folder.path().join("cut"), &whole[..cut]).expect("writable");
        assert!(matches!(open(&["cut"]), Err(ResultsError::Broken(_))), "cut at {cut}");
    }
    let mut decayed = whole;
    *decayed.last_mut().expect("bytes") ^= 1;
    fs::write(folder.path().join("decayed"), decayed).expect("writable");
    let results = open(&["decayed"]).expect("its form is right");
    assert_eq!(results.read(&results.find(&source).expect("there")), None, "its bytes are not");
}

#[test]
fn one_source_that_cannot_be_read_is_a_result_too() {
    let bench = Bench::new(&many(1));
    let file = bench.path("broken.tar.gz");
    let whole = archive(&many(1)[0]);
    fs::write(&file, &whole[..whole.len() / 2]).expect("writable");
    let detect = |hash: &str, out: &str| {
        let mut command = bench.command("detect", &["--format", "evidence", "--hash", hash, "--name", "a.tar.gz"]);
        command.arg("--out").arg(bench.path(out)).arg(&file).output().expect("runs")
    };
    let (own, other) = (sha256(&whole[..whole.len() / 2]), sha256(b"other"));
    said(detect(&own.to_string(), "broken"));
    said(detect(&other.to_string(), "mismatch"));
    let now = Detector::new(&Options::default()).fingerprint();
    let results = Results::open(&[bench.path("broken"), bench.path("mismatch")], now).expect("whole");
    for (hash, kind) in [(own, "unreadable"), (other, "mismatch")] {
        let identity = Identity { mode: HashMode::Flat, hash };
        let missed = results.missed(&SourceKey { identity, name: "a.tar.gz".to_owned() }).expect("a reason");
        assert_eq!((missed.failed, missed.kind.as_str()), (true, kind), "{missed:?}");
    }
}

/// A binary cache with the results in `files`, signed by a key of that name, and the public key.
fn signed_cache(bench: &Bench, folder: &str, files: &[PathBuf], name: &str, seed: u8) -> (PathBuf, String) {
    let cache = bench.path(folder);
    fs::create_dir_all(cache.join("nar")).expect("made");
    fs::write(cache.join("nix-cache-info"), "StoreDir: /nix/store\n").expect("writable");
    let mut public = String::new();
    for (number, file) in files.iter().enumerate() {
        let mut nar = Vec::new();
        clarity::source::write_nar(file, &mut nar).expect("in memory");
        let path = format!("/nix/store/{number:032}-evidence-{number}");
        let (info, key) = crate::source::local::signed_info(Path::new(&path), &nar, name, seed);
        fs::write(cache.join(format!("{number}.narinfo")), info.replace("nar/x.nar", &format!("nar/{number}.nar")))
            .and_then(|()| fs::write(cache.join(format!("nar/{number}.nar")), nar))
            .expect("writable");
        public = key;
    }
    (cache, public)
}

/// `clarity merge --agree` over these caches, with these keys in the configuration.
fn agreed(bench: &Bench, least: usize, caches: &[&Path], keys: &[&String]) -> Output {
    let config = bench.path("user.toml");
    fs::write(&config, format!("[merge]\nkeys = {keys:?}\n")).expect("writable");
    let mut command = bench.command("merge", &["--format", "jsonl", "--fail-on", "never", "--allow-incomplete"]);
    command.arg("--agree").arg(least.to_string()).arg("--config").arg(config).args(caches);
    command.arg("--tree").arg(bench.path("tree")).arg("--no-cache").output().expect("the program runs")
}

/// Its rows without the one that names the configuration.
fn rows(report: &str) -> Vec<&str> {
    report.lines().filter(|line| !line.starts_with("{\"kind\":\"summary\"")).collect()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_result_counts_where_enough_trusted_keys_signed_the_same() {
    let bench = Bench::new(&many(4));
    let one = bench.scanned(&["--no-cache"]);
    let files = |folder: &Path| -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> =
            fs::read_dir(folder).expect("there").map(|entry| entry.expect("readable").path()).collect();
        files.sort();
        files
    };
    let honest = files(&sharded(&bench, 2, "honest"));
    let other = bench.path("other");
    fs::write(&other, "not the source").expect("writable");
    let (name, hash) = ("p1-1.0.tar.gz", sha256(&fs::read(bench.path("sources/p1-1.0.tar.gz")).expect("there")));
    let mut detect = bench.command("detect", &["--format", "evidence", "--name", name, "--hash", &hash.to_string()]);
    said(detect.arg("--out").arg(bench.path("wrong")).arg(&other).output().expect("runs"));
    fs::rename(bench.path("sources"), bench.path("elsewhere")).expect("moved");
    let (a, key_a) = signed_cache(&bench, "a", &honest, "a-1", 1);
    let (b, key_b) = signed_cache(&bench, "b", &honest, "b-1", 2);
    let (c, key_c) = signed_cache(&bench, "c", &[bench.path("wrong")], "c-1", 3);
    let (d, _) = signed_cache(&bench, "d", &honest, "d-1", 4);

    let both = agreed(&bench, 2, &[&a, &b], &[&key_a, &key_b]);
    assert_eq!(rows(&said(both)), rows(&one), "the same bytes as one run");
    let differing = agreed(&bench, 2, &[&a, &b, &c], &[&key_a, &key_b, &key_c]);
    let told = stderr(&differing);
    assert!(told.contains("p1-1.0.tar.gz: signed results differ: a-1 and b-1 against c-1"), "{told}");
    assert_eq!(rows(&said(differing)), rows(&one), "two of three agree");

    let count = |output: Output| said(output).matches("\"not-agreed\"").count();
    assert_eq!(count(agreed(&bench, 2, &[&a, &d], &[&key_a, &key_b])), 4, "a key that nobody named counts none");
    assert_eq!(count(agreed(&bench, 3, &[&a, &b, &c], &[&key_a, &key_b, &key_c])), 4);
    let renamed = key_a.replace("a-1:", "z-1:");
    assert_eq!(count(agreed(&bench, 2, &[&a, &a], &[&key_a, &renamed])), 4, "one key under two names is one");
    let alone = said(agreed(&bench, 1, &[&c], &[&key_c]));
    assert_eq!(alone.matches("\"outcome\":\"failed\"").count(), 1, "what it says of its source: {alone}");

    let torn = said(agreed(&bench, 1, &[&a, &c], &[&key_a, &key_c]));
    assert_eq!(torn.matches("\"not-agreed\"").count(), 1, "of two results with enough keys none is believed: {torn}");
    assert!(torn.contains("enough keys signed each of several results"), "{torn}");

    let few = agreed(&bench, 2, &[&a], &[&key_a]);
    assert_eq!(few.status.code(), Some(2));
    assert!(stderr(&few).contains("add public keys of builders to `[merge] keys`"), "{}", stderr(&few));
    let plain = agreed(&bench, 1, &[&bench.path("honest")], &[&key_a]);
    assert!(stderr(&plain).contains("is no binary cache"), "{}", stderr(&plain));

    let nar = a.join("nar/0.nar");
    let mut bytes = fs::read(&nar).expect("there");
    let last = bytes.len() / 2;
    bytes[last] ^= 1;
    fs::write(&nar, bytes).expect("writable");
    let changed = agreed(&bench, 1, &[&a], &[&key_a]);
    assert_eq!(changed.status.code(), Some(2), "{}", stderr(&changed));
}

#[test]
#[ignore = "needs nix and a Nix store that can be written"]
fn nix_copies_results_with_their_signatures() {
    let bench = Bench::new(&many(3));
    let one = bench.scanned(&["--no-cache"]);
    fs::copy(env!("CARGO_BIN_EXE_clarity"), bench.path("clarity")).expect("copied");
    let results = built(&bench).paths;
    let mut keys = Vec::new();
    let mut copied = |name: &str, paths: &[String]| {
        let (secret, public) = (bench.path(&format!("{name}.secret")), bench.path(&format!("{name}.public")));
        let mut generate = Command::new("nix-store");
        generate.args(["--generate-binary-cache-key", name]).arg(&secret).arg(&public);
        said(generate.output().expect("nix is installed"));
        keys.push(fs::read_to_string(public).expect("there").trim().to_owned());
        let cache = bench.path(name);
        let mut copy = Command::new("nix");
        copy.args(["--extra-experimental-features", "nix-command", "copy", "--to"]);
        copy.arg(format!("file://{}?secret-key={}", cache.display(), secret.display())).args(paths);
        said(copy.output().expect("nix is installed"));
        cache
    };
    let (first, second) = (copied("first-1", &results), copied("second-1", &results));
    let wrong = bench.path("evidence-wrong");
    let hash = sha256(&fs::read(bench.path("sources/p0-1.0.tar.gz")).expect("there")).to_string();
    let mut detect = bench.command("detect", &["--format", "evidence", "--name", "p0-1.0.tar.gz", "--hash", &hash]);
    said(detect.arg("--out").arg(&wrong).arg(bench.path("sources/p1-1.0.tar.gz")).output().expect("runs"));
    let added = said(Command::new("nix-store").arg("--add").arg(&wrong).output().expect("nix is installed"));
    let third = copied("third-1", &[added.trim().to_owned()]);
    fs::rename(bench.path("sources"), bench.path("elsewhere")).expect("moved");
    let all: Vec<&String> = keys.iter().collect();
    let output = agreed(&bench, 2, &[&first, &second, &third], &all);
    let told = stderr(&output);
    assert!(told.contains("p0-1.0.tar.gz: signed results differ: first-1 and second-1 against third-1"), "{told}");
    assert_eq!(rows(&said(output)), rows(&one), "results travel");
}

/// A package set for the real Nix, whose sources are files of this machine.
fn package_set(bench: &Bench) -> PathBuf {
    let file = bench.path("pkgs.nix");
    let text = format!(
        "import {} {{\n  lib.licenses = {{ mit = \"MIT\"; isc = \"ISC\"; }};\n  stdenv.mkDerivation = arguments: \
         arguments;\n  fetchurl = {{ url, hash }}: import <nix/fetchurl.nix> {{ url = \"file://{}/\" + baseNameOf url; \
         inherit hash; }};\n}}\n",
        bench.path("tree").display(),
        bench.path("sources").display(),
    );
    fs::write(&file, text).expect("writable");
    file
}

/// Derivations of a tree, built by the real Nix without a sandbox: the program is not static, and finds its loader and
/// libraries on the machine.
struct Built {
    paths: Vec<String>,
    count: usize,
}

fn built(bench: &Bench) -> Built {
    let expression = said(
        bench.command("nix", &["--clarity"]).arg(bench.path("clarity")).arg(bench.path("tree")).output().expect("runs"),
    );
    fs::write(bench.path("audit.nix"), expression).expect("writable");
    build(bench, "audit.nix")
}

fn build(bench: &Bench, file: &str) -> Built {
    let mut command = Command::new("nix-build");
    command.arg(bench.path(file)).args(["-j2", "-k", "--no-out-link", "--option", "sandbox", "false", "--arg", "pkgs"]);
    command.arg(format!("import {}", package_set(bench).display()));
    let output = command.output().expect("nix is installed");
    let complaints = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{complaints}");
    let count = complaints.lines().filter(|line| line.starts_with("building '") && line.contains("-evidence-")).count();
    let paths = String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect();
    Built { paths, count }
}

#[test]
#[ignore = "needs nix-build and a Nix store that can be written"]
fn nix_builds_each_source_once() {
    let mut cases = many(52);
    let bench = Bench::new(&cases);
    // Of this run only: what an earlier one left in the store would be found there.
    let own = bench.folder.path().display().to_string();
    cases.iter_mut().for_each(|case| case.files.push(("own".to_owned(), own.clone())));
    bench.write(&cases);
    fs::copy(env!("CARGO_BIN_EXE_clarity"), bench.path("clarity")).expect("copied");
    let first = built(&bench);
    assert_eq!((first.paths.len(), first.count), (52, 52), "one derivation for each source");
    assert_eq!(built(&bench).count, 0, "a repetition builds nothing");
    cases[3].license = "isc";
    bench.write(&cases);
    assert_eq!(built(&bench).count, 0, "nor does another license");
    cases[4].files.push(("more".to_owned(), "of it".to_owned()));
    bench.write(&cases);
    assert_eq!(built(&bench).count, 1, "another source does, once");
    let shards = "{ pkgs }:\nlet\n  digits = builtins.genList (at: builtins.substring at 1 \"0123456789abcdef\") 16;\n  \
                  of = shard: builtins.attrValues (import ./audit.nix { inherit pkgs shard; });\n  \
                  all = builtins.concatMap of digits;\nin\nassert builtins.length all == 52; all\n";
    fs::write(bench.path("shards.nix"), shards).expect("writable");
    assert_eq!(build(&bench, "shards.nix").paths.len(), 52, "shards by prefix are all of it");

    let path = bench.path("sources/p5-1.0.tar.gz");
    let before = fs::read(&path).expect("there");
    let half = &before[..before.len() / 2];
    fs::write(&path, half).expect("writable");
    let tree = fs::read_to_string(bench.path("tree/default.nix")).expect("there");
    let tree = tree.replace(&sha256(&before).to_string(), &sha256(half).to_string());
    fs::write(bench.path("tree/default.nix"), tree).expect("writable");
    let last = built(&bench);
    assert_eq!(last.count, 1, "a broken archive fails no build");

    let one = bench.scanned(&["--no-cache"]);
    assert!(one.contains("\"unreadable\""), "{one}");
    fs::rename(bench.path("sources"), bench.path("elsewhere")).expect("moved");
    fs::create_dir(bench.path("results")).expect("made");
    for (number, path) in last.paths.iter().enumerate() {
        fs::copy(path, bench.path("results").join(number.to_string())).expect("copied");
    }
    assert_eq!(said(merged(&bench, &bench.path("results"), &[])), one, "the same bytes as one run");

    fs::rename(bench.path("elsewhere"), bench.path("sources")).expect("moved");
    let mut other = fs::read(bench.path("clarity")).expect("there");
    other.extend(b"another program");
    fs::write(bench.path("clarity"), other).expect("writable");
    assert_eq!(built(&bench).count, 52, "another program builds all");
}

#[test]
#[ignore = "needs nix-instantiate, and a nixpkgs checkout of 2020 in CLARITY_TREE"]
fn package_flake_and_module_evaluate() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tree = std::env::var("CLARITY_TREE").expect("CLARITY_TREE names a checkout");
    let mut command = Command::new("nix-instantiate");
    command.args(["--eval", "--strict", "--json", "--arg", "root"]).arg(root).args(["--arg", "tree", &tree]);
    let told = said(command.arg(root.join("tests/evaluate.nix")).output().expect("nix is installed"));
    let told: serde_json::Value = serde_json::from_str(&told).expect("JSON");
    for name in ["package", "shell", "check"] {
        assert!(told[name].as_str().is_some_and(|path| path.ends_with(".drv")), "{name}: {told}");
    }
    assert_eq!(told["audit"].as_array().map(Vec::len), Some(2), "two packages share one source: {told}");
    let start = told["module"].as_str().unwrap_or_default();
    assert!(start.contains("'scan' '/srv/nixpkgs'") && start.contains("'--closure'"), "{told}");
    assert!(told["closure"].as_str().is_some_and(|script| script.ends_with("clarity-closure")), "{told}");
}
