//! `clarity review pr N`: pull requests of a forge, here a repository beside the clone.

use serde_json::Value;

use crate::changed::Repository;
use crate::scan::{Run, clarity};

const AMBER: &str = "pkgs/by-name/am/amber-clock/package.nix";

fn packages(run: &Run) -> Vec<String> {
    let rows = run.stdout.lines().map(|line| serde_json::from_str::<Value>(line).expect("each line is JSON"));
    let packages = rows.filter(|row| row["kind"] == "package");
    packages.map(|row| row["attr"].as_str().expect("a name").to_owned()).collect()
}

#[test]
fn a_pull_request_is_compared_with_its_base_whatever_is_checked_out() {
    let forge = Repository::new();
    forge.git(&["branch", "-m", "main"]);
    let clone = forge.cloned();
    forge.git(&["checkout", "-q", "-b", "topic"]);
    forge.edit(AMBER, "licenses.mit", "licenses.isc");
    forge.commit();
    forge.git(&["checkout", "-q", "main"]);
    forge.edit("pkgs/by-name/bi/birch-log/package.nix", "licenses.mit", "licenses.isc");
    forge.commit();
    forge.git(&["merge", "-q", "--no-ff", "-m", "a merge", "topic"]);
    forge.git(&["update-ref", "refs/pull/7/merge", "HEAD"]);
    forge.git(&["update-ref", "refs/pull/8/head", "topic"]);
    let tree = clone.tree();
    let tree = tree.to_str().expect("UTF-8");
    let review = |args: &[&str]| clarity(&[&["review", "pr"], args, &["--format", "jsonl", "--tree", tree]].concat());
    let missing = review(&["7"]);
    assert!(missing.stderr.contains("`clarity review pr 7 --fetch` gets it"), "{}", missing.stderr);
    let changed = ["amber-clock", "amber-clock-git", "zinnia"];
    for number in ["7", "#8"] {
        let fetched = review(&[number, "--fetch"]);
        assert_eq!(packages(&fetched), changed, "{}", fetched.stderr);
        assert_eq!(packages(&review(&[number])), changed, "it is here now");
    }
    assert_eq!(clone.git(&["status", "--porcelain"]), "", "nothing is checked out or staged");
}

#[cfg(unix)]
#[test]
fn fetching_a_pull_request_runs_nothing_that_the_repository_names() {
    let forge = Repository::new();
    forge.git(&["branch", "-m", "main"]);
    forge.git(&["update-ref", "refs/pull/7/head", "HEAD"]);
    let clone = forge.cloned();
    let ran = clone.tree().join("../ran");
    let command = format!("touch {}; false", ran.display());
    let address = clone.git(&["config", "remote.origin.url"]).trim().to_owned();
    for name in [
        "remote.origin.uploadpack".to_owned(),
        format!("remote.{address}.uploadpack"),
        "credential.helper".to_owned(),
        "core.sshCommand".to_owned(),
        "core.askPass".to_owned(),
        "hook.evil.command".to_owned(),
    ] {
        clone.git(&["config", &name, &command]);
    }
    clone.git(&["config", "hook.evil.event", "reference-transaction"]);
    let tree = clone.tree();
    let review = || clarity(&["review", "pr", "7", "--fetch", "--tree", tree.to_str().expect("UTF-8")]);
    let run = review();
    assert_eq!(run.code, 0, "{}", run.stderr);
    clone.git(&["config", "remote.origin.url", &format!("ext::sh -c \"{command}\"")]);
    assert_eq!(review().code, 2);
    assert!(!ran.exists());
}

#[test]
fn a_local_source_of_a_pull_request_is_not_the_one_of_the_work_tree() {
    let repository = Repository::new();
    repository.git(&["branch", "-m", "main"]);
    let package = "{ stdenv, lib }: stdenv.mkDerivation { pname = \"own\"; version = \"1\"; src = ./src; meta.license = lib.licenses.mit; }\n";
    let folder = repository.tree().join("pkgs/by-name/ow/own");
    std::fs::create_dir_all(folder.join("src")).expect("made");
    std::fs::write(folder.join("package.nix"), package).expect("writable");
    std::fs::write(folder.join("src/a.c"), "// SPDX-License-Identifier: MIT\n").expect("writable");
    repository.commit();
    repository.git(&["checkout", "-q", "-b", "topic"]);
    std::fs::write(folder.join("src/a.c"), "// SPDX-License-Identifier: GPL-3.0-only\n").expect("writable");
    repository.commit();
    let tree = repository.tree();
    let review = |range: &str| {
        clarity(&["review", range, "--format", "jsonl", "--fail-on", "never", "--tree", tree.to_str().expect("UTF-8")])
    };
    let row = |run: &Run| run.stdout.lines().find(|line| line.contains("\"attr\":\"own\"")).unwrap_or("").to_owned();
    let here = row(&review("main"));
    assert!(here.contains("\"expression\":\"GPL-3.0-only\""), "{here}");
    repository.git(&["checkout", "-q", "main"]);
    let elsewhere = review("main..topic");
    let told = row(&elsewhere);
    assert!(told.contains("which has another state of it") && !told.contains("\"verdict\":\"agrees\""), "{told}");
    assert_eq!(elsewhere.code, 3, "{}", elsewhere.stderr);
}
