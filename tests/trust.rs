//! A tree that somebody else wrote: what its `clarity.toml` may not do, and what it silences is said.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::changed::Repository;
use crate::scan::{Run, clarity, copied};

fn scan(tree: &Path, args: &[&str]) -> Run {
    clarity(&[&["scan", tree.to_str().expect("UTF-8"), "--metadata-only", "--fail-on", "never"], args].concat())
}

/// A folder with one package.
fn tree() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let package = "{ stdenv, lib }: stdenv.mkDerivation { pname = \"a\"; version = \"1\"; meta.license = \"x\"; }";
    fs::create_dir(folder.path().join("tree")).expect("writable");
    fs::write(folder.path().join("tree/a.nix"), package).expect("writable");
    folder
}

fn with_config(text: &str) -> (tempfile::TempDir, Run) {
    let folder = tree();
    fs::write(folder.path().join("tree/clarity.toml"), text).expect("writable");
    let run = scan(&folder.path().join("tree"), &[]);
    (folder, run)
}

#[test]
fn a_tree_neither_runs_nor_sends_nor_reads_elsewhere_nor_raises_limits() {
    for (table, setting) in [
        ("fetch", "nix = true"),
        ("fetch", "enabled = true"),
        ("fetch", "rewrite = { \"https://a/\" = \"https://b/\" }"),
        ("fetch", "pypi_index = \"https://a/\""),
        ("fetch", "binary_cache = \"https://a/\""),
        ("fetch", "binary_cache_keys = [\"cache.nixos.org-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY=\"]"),
        ("merge", "keys = [\"cache.nixos.org-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY=\"]"),
        ("fetch", "per_host = 100"),
        ("fetch", "attempts = 100"),
        ("fetch", "host_failures = 100"),
        ("fetch", "redirects = 100"),
        ("fetch", "connect_seconds = 100000"),
        ("fetch", "stall_seconds = 100000"),
        ("fetch", "pause_seconds = 100000"),
        ("fetch", "max_bytes = 999999999999999"),
        ("sources", "trust = true"),
        ("sources", "nix_store = \"store\""),
        ("sources", "dirs = [\"in\", \"..\"]"),
        ("sources", "dirs = [\"/etc\"]"),
        ("sources", "dirs = [\"none/../../none\"]"),
        ("limits", "bytes = 999999999999999"),
        ("limits", "entries = 999999999"),
        ("limits", "ratio = 100000"),
        ("limits", "depth = 100000"),
        ("limits", "seconds = 301"),
    ] {
        let (_folder, run) = with_config(&format!("# a comment\n[{table}]\n{setting}\n"));
        let key = setting.split(' ').next().expect("a key");
        assert_eq!(run.code, 2, "{setting}: {}", run.stderr);
        for part in ["line 3", &format!("`{key}` in [{table}]"), "--config", "~/.config/clarity/config.toml"] {
            assert!(run.stderr.contains(part), "{setting}: {part} is not in {}", run.stderr);
        }
    }
}

#[test]
fn a_tree_may_narrow_and_the_report_says_so() {
    let text = "[fetch]\nnix = false\nenabled = false\nper_host = 1\n[limits]\nseconds = 7\nbytes = 1\n\
        [sources]\ntrust = false\ndirs = [\"in\"]\n";
    let (_folder, run) = with_config(text);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let said = "config: clarity.toml; it silences: fetch.per_host is 1, limits.bytes is 1, limits.seconds is 7";
    assert!(run.stdout.contains(said), "{}", run.stdout);
}

#[cfg(unix)]
#[test]
fn links_lead_no_configuration_out_of_the_tree() {
    let (folder, run) = with_config("[sources]\ndirs = [\"link\"]\n");
    assert_eq!(run.code, 0, "{}", run.stderr);
    let tree = folder.path().join("tree");
    std::os::unix::fs::symlink("/etc", tree.join("link")).expect("writable");
    let out = scan(&tree, &[]);
    assert!(out.code == 2 && out.stderr.contains("`link` leads out of the folder"), "{}", out.stderr);
    fs::rename(tree.join("clarity.toml"), folder.path().join("other.toml")).expect("writable");
    std::os::unix::fs::symlink("../other.toml", tree.join("clarity.toml")).expect("writable");
    let link = scan(&tree, &[]);
    assert!(link.code == 2 && link.stderr.contains("symbolic link"), "{}", link.stderr);
}

#[test]
fn a_configuration_is_looked_for_up_to_the_root_of_the_work_tree() {
    let folder = tree();
    let inner = folder.path().join("tree");
    fs::write(folder.path().join("clarity.toml"), "[severity]\nLIC002 = \"off\"\n").expect("writable");
    let is_off = || scan(&inner, &[]).stdout.contains("LIC002 is off (1 finding)");
    assert!(!is_off(), "without git the path alone counts");
    fs::create_dir(folder.path().join(".git")).expect("writable");
    assert!(is_off(), "the root of the work tree is the last place");
    fs::create_dir(inner.join(".git")).expect("writable");
    assert!(!is_off(), "above the work tree nothing counts");
}

#[test]
fn the_users_own_file_and_a_named_one_may_say_everything() {
    let folder = tree();
    let home = folder.path().join("config");
    fs::create_dir_all(home.join("clarity")).expect("writable");
    let all =
        "[sources]\ndirs = [\"/etc\"]\nnix_store = \"/no/store\"\n[limits]\nseconds = 900\n[fetch]\nnix = false\n";
    fs::write(home.join("clarity/config.toml"), all).expect("writable");
    let inner = folder.path().join("tree");
    fs::write(inner.join("clarity.toml"), "[limits]\nseconds = 600\n[severity]\nLIC002 = \"error\"\n")
        .expect("writable");
    let run = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_clarity"));
        command.arg("scan").arg(&inner).args(["--metadata-only", "--format", "jsonl"]).args(args);
        command.env("CLARITY_CACHE", folder.path().join("cache")).env("XDG_CONFIG_HOME", &home);
        let output = command.output().expect("the program runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let last: Value = serde_json::from_str(text.lines().last().unwrap_or("null")).expect("JSON");
        (output.status.code().expect("not killed"), last["config"].clone(), text)
    };
    let (code, files, text) = run(&[]);
    assert_eq!(code, 1, "{text}");
    assert_eq!(files[1], "clarity.toml", "the limit of the tree is below that of the user");
    assert!(files[0].as_str().is_some_and(|file| file.ends_with("clarity/config.toml")), "{files}");
    fs::write(home.join("clarity/config.toml"), "[severity]\nLIC002 = \"note\"\n").expect("writable");
    fs::write(inner.join("clarity.toml"), "[severity]\nLIC002 = \"error\"\n").expect("writable");
    assert_eq!(run(&[]).0, 0, "the user's file goes before the tree's");
    let named = folder.path().join("named.toml");
    fs::write(&named, "[severity]\nLIC002 = \"warning\"\n[sources]\ndirs = [\"/etc\"]\n").expect("writable");
    assert_eq!(run(&["--config", named.to_str().expect("UTF-8")]).0, 1, "a named file goes before both");
}

/// Findings that count about `attr`.
fn new_findings(run: &Run, attr: &str) -> Vec<String> {
    let rows = run.stdout.lines().map(|line| serde_json::from_str::<Value>(line).expect("each line is JSON"));
    rows.filter(|row| row["kind"] == "finding" && row["state"] == "new" && row["attr"] == attr)
        .map(|row| row["check"].as_str().expect("an id").to_owned())
        .filter(|check| check != "LIC090")
        .collect()
}

const PINE: &str = "pkgs/by-name/pi/pine-shell/package.nix";

/// A pull request that makes a license wrong on Linux.
fn proposed() -> (Repository, String) {
    let repository = Repository::new();
    repository.edit(PINE, "licenses.isc", "licenses.gpl3Only");
    let run = repository.scan(&["--changed-since", "HEAD", "--system", "x86_64-linux"]);
    assert_eq!((run.code, new_findings(&run, "pine-shell")), (1, vec!["LIC010".to_owned()]), "{}", run.stderr);
    let row = run.stdout.lines().find(|line| line.contains("\"LIC010\"")).expect("the finding");
    let pin = serde_json::from_str::<Value>(row).expect("JSON")["pin"].as_str().expect("a pin").to_owned();
    (repository, pin)
}

#[test]
fn a_pull_request_does_not_mute_itself() {
    let (repository, pin) = proposed();
    let config = repository.tree().join("clarity.toml");
    let before = fs::read_to_string(&config).expect("readable");
    let suppress =
        format!("[[suppress]]\nattr = \"pine-shell\"\ncheck = \"LIC010\"\nevidence = \"{pin}\"\nreason = \"quiet\"\n");
    for (trick, mute) in [
        ("severity", "[severity]\nLIC010 = \"off\"\n"),
        ("gate", "[gate]\nfail_on = \"never\"\n"),
        ("confidence", "[gate]\nconfidence = \"high\"\n[severity]\nLIC010 = \"note\"\n"),
        ("role", "[[role]]\nglob = \"**\"\nrole = \"vendored\"\n"),
        (
            "curate",
            "[[curate]]\npath = \"**\"\nconcluded = \"GPL-3.0-only\"\nreason = \"INCORRECT\"\ncomment = \"quiet\"\n",
        ),
        ("limits", "[limits]\nbytes = 1\nseconds = 0\n"),
        ("ignore attrs", "[ignore]\nattrs = [\"pine-*\"]\n"),
        ("ignore files", "[ignore]\nfiles = [\"pkgs/**\"]\n"),
        ("suppress", &suppress),
    ] {
        fs::write(&config, format!("{before}\n{mute}")).expect("writable");
        let muted = repository.scan(&["--attr", "pine-shell", "--system", "x86_64-linux"]);
        let is_quiet = muted.code != 1 || new_findings(&muted, "pine-shell").is_empty();
        assert!(is_quiet, "{trick}: is a trick that works without a revision: {}", muted.stdout);
        let run = repository.scan(&["--changed-since", "HEAD", "--system", "x86_64-linux"]);
        assert_eq!((run.code, new_findings(&run, "pine-shell")), (1, vec!["LIC010".to_owned()]), "{trick}");
        assert!(run.stdout.contains("clarity.toml at HEAD"), "{trick}");
    }
    // `platform` comes first in the file.
    fs::write(&config, format!("platform = \"x86_64-darwin\"\n{before}")).expect("writable");
    let run = repository.scan(&["--changed-since", "HEAD"]);
    let platform = |run: &Run| run.stdout.contains("platform is x86_64-darwin");
    assert!(!platform(&run) && platform(&repository.scan(&["--attr", "pine-shell"])), "{}", run.stdout);
    // A file that is new, or nearer to the path, counts no more than a changed one.
    fs::remove_file(&config).expect("there");
    let run = repository.scan(&["--changed-since", "HEAD", "--system", "x86_64-linux"]);
    assert_eq!(run.code, 1, "what is deleted still holds");
}

#[test]
fn a_pull_request_brings_no_baseline_of_its_own() {
    let (repository, _) = proposed();
    let baseline = repository.tree().join("clarity.baseline");
    let baseline = baseline.to_str().expect("UTF-8");
    repository.scan(&["--write-baseline", baseline, "--system", "x86_64-linux"]);
    let since = ["--changed-since", "HEAD", "--system", "x86_64-linux", "--baseline", baseline];
    let run = repository.scan(&since);
    assert_eq!((run.code, new_findings(&run, "pine-shell")), (1, vec!["LIC010".to_owned()]));
    assert!(run.stderr.contains("is not in HEAD, so it accepts nothing"), "{}", run.stderr);
    let elsewhere = tempfile::tempdir().expect("a folder");
    let outside = elsewhere.path().join("b");
    fs::copy(baseline, &outside).expect("writable");
    let outside =
        ["--changed-since", "HEAD", "--system", "x86_64-linux", "--baseline", outside.to_str().expect("UTF-8")];
    assert_eq!(repository.scan(&outside).code, 0, "one outside of the tree is the caller's");
    repository.git(&["add", "clarity.baseline"]);
    repository.git(&["commit", "--quiet", "--message", "accept", "clarity.baseline"]);
    assert_eq!(repository.scan(&since).code, 0, "what the revision accepts is accepted");
}

#[test]
fn every_format_counts_what_is_silenced() {
    let copy = copied();
    let tree = copy.path().join("nixpkgs");
    let config = tree.join("clarity.toml");
    let text = fs::read_to_string(&config).expect("readable");
    fs::write(
        &config,
        format!("{text}\n[severity]\nLIC010 = \"off\"\n[ignore]\nattrs = [\"tern*\"]\n[gate]\nfail_on = \"never\"\n"),
    )
    .expect("writable");
    let outputs: Vec<String> = clarity::report::FORMATS
        .iter()
        .map(|format| format!("{}={}", format.name, copy.path().join(format.name).display()))
        .collect();
    let mut args = vec!["scan", tree.to_str().expect("UTF-8"), "--quiet"];
    args.extend(outputs.iter().flat_map(|output| ["--output", output]));
    let run = clarity(&args);
    for format in clarity::report::FORMATS {
        let written = fs::read_to_string(copy.path().join(format.name)).expect("written").replace('\\', "");
        for part in ["LIC010 is off (", "2 packages ignored", "would fail the run by default"] {
            assert!(written.contains(part), "{}: {part} is not in {written}", format.name);
        }
    }
    assert!(run.stdout.contains("LIC010 is off ("), "also where only findings are wanted: {}", run.stdout);
}
