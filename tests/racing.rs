//! Files that change while clarity writes to them: no edit is ever lost.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Barrier;
use std::time::Duration;

use clarity::fix::{self, Dirty, Plan};
use clarity::text::RelPath;

use crate::hostile_patches::{place_with, plain_fix};

/// How an editor saves.
#[derive(Clone, Copy, Debug)]
enum Save {
    /// Opens the file, empties it and writes.
    InPlace,
    /// Writes another file and renames it.
    Renamed,
    /// Opens the file, and writes a moment later.
    Slowly,
}

const TEXT: &str = "{\n  license = mit;\n}\n";

fn save(path: &Path, text: &str, how: Save) {
    use std::io::Write;
    match how {
        Save::InPlace => fs::write(path, text).expect("writable"),
        Save::Renamed => {
            let new = path.with_extension("new");
            fs::write(&new, text).expect("writable");
            fs::rename(&new, path).expect("renamed");
        }
        Save::Slowly => {
            let mut file = fs::OpenOptions::new().write(true).open(path).expect("opened");
            std::thread::sleep(Duration::from_millis(3));
            file.set_len(0).expect("emptied");
            file.write_all(text.as_bytes()).expect("written");
        }
    }
}

/// Writes a fix while an editor saves `delay` later. True where the edit is somewhere afterwards.
fn is_kept(folder: &Path, how: Save, delay: Duration, round: usize) -> bool {
    let path = folder.join("file.nix");
    fs::write(&path, TEXT).expect("writable");
    let fix = plain_fix("file.nix", TEXT);
    let texts = BTreeMap::from([(RelPath::new("file.nix").expect("a path"), TEXT.to_owned())]);
    let mut plan = Plan { fixes: vec![fix], texts, ..Plan::default() };
    let edit = format!("{TEXT}# edit {round}\n");
    let start = Barrier::new(2);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            start.wait();
            let begun = std::time::Instant::now();
            while begun.elapsed() < delay {
                std::hint::spin_loop();
            }
            save(&path, &edit, how);
        });
        start.wait();
        fix::write(&mut plan, folder, Dirty::Allow);
    });
    let texts = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| fs::read_to_string(entry.expect("an entry").path()).expect("text"));
    let all: Vec<String> = texts.collect();
    let is_there = all.contains(&edit);
    for entry in fs::read_dir(folder).expect("a folder") {
        fs::remove_file(entry.expect("an entry").path()).expect("removed");
    }
    is_there
}

#[test]
fn an_edit_between_read_and_rename_is_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut lost = Vec::new();
    for how in [Save::InPlace, Save::Renamed, Save::Slowly] {
        for round in 0..120 {
            let delay = Duration::from_micros(20 * (round % 60) as u64);
            if !is_kept(folder.path(), how, delay, round) {
                lost.push((how, delay));
            }
        }
    }
    assert!(lost.is_empty(), "{} of 360: {lost:?}", lost.len());
}

#[test]
fn files_that_git_does_not_watch_are_left_alone() {
    for flag in ["--skip-worktree", "--assume-unchanged"] {
        let place = place_with("pkgs/file.nix", TEXT);
        let path = place.tree().join("pkgs/file.nix");
        place.git(&["update-index", flag, "pkgs/file.nix"]);
        let edited = format!("{TEXT}# mine\n");
        fs::write(&path, &edited).expect("writable");
        assert_eq!(place.git(&["status", "--porcelain"]), "", "git does not see it");
        let refused = refused(&place.tree(), "pkgs/file.nix", &edited, Dirty::Refuse);
        assert!(refused.contains("skip-worktree or assume-unchanged"), "{refused}");
        assert_eq!(fs::read_to_string(&path).expect("text"), edited);
        assert_eq!(self::refused(&place.tree(), "pkgs/file.nix", &edited, Dirty::Allow), "");
    }
}

#[test]
fn a_dirty_submodule_is_left_alone() {
    let place = place_with("pkgs/file.nix", TEXT);
    let inner = place.tree().join("inner");
    fs::create_dir(&inner).expect("writable");
    fs::write(inner.join("file.nix"), TEXT).expect("writable");
    place.git_in(&inner, &["init", "--quiet"]);
    place.git_in(&inner, &["add", "--all"]);
    place.git_in(&inner, &["commit", "--quiet", "--message=inner"]);
    place.git(&["-c", "advice.addEmbeddedRepo=false", "add", "inner"]);
    place.git(&["commit", "--quiet", "--message=a submodule"]);
    let edited = format!("{TEXT}# mine\n");
    fs::write(inner.join("file.nix"), &edited).expect("writable");
    let refused = refused(&place.tree(), "inner/file.nix", &edited, Dirty::Refuse);
    assert!(refused.contains("not committed"), "{refused}");
    assert_eq!(fs::read_to_string(inner.join("file.nix")).expect("text"), edited);
    fs::write(inner.join("file.nix"), TEXT).expect("writable");
    assert_eq!(self::refused(&place.tree(), "inner/file.nix", TEXT, Dirty::Refuse), "", "git can give it back");
}

#[test]
fn a_commit_of_another_repository_is_not_made() {
    let place = place_with("pkgs/file.nix", TEXT);
    let inner = place.tree().join("inner");
    fs::create_dir(&inner).expect("writable");
    fs::write(inner.join("file.nix"), TEXT).expect("writable");
    place.git_in(&inner, &["init", "--quiet"]);
    place.git_in(&inner, &["add", "--all"]);
    place.git_in(&inner, &["commit", "--quiet", "--message=inner"]);
    let repository = fix::Repository::around(&place.tree()).expect("a repository");
    let mut plan = plan("inner/file.nix", TEXT);
    let error = fix::patches(&mut plan, &repository, &place.path("patches")).expect_err("refused");
    assert!(error.to_string().contains("submodule"), "{error}");
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link_out_of_the_tree() {
    let place = place_with("pkgs/file.nix", TEXT);
    let outside = place.path("outside.nix");
    fs::write(&outside, TEXT).expect("writable");
    std::os::unix::fs::symlink(&outside, place.tree().join("link.nix")).expect("linked");
    let refused = refused(&place.tree(), "link.nix", TEXT, Dirty::Allow);
    assert!(refused.contains("out of the tree"), "{refused}");
    assert_eq!(fs::read_to_string(&outside).expect("text"), TEXT);
}

fn plan(file: &str, text: &str) -> Plan {
    let texts = BTreeMap::from([(RelPath::new(file).expect("a path"), text.to_owned())]);
    Plan { fixes: vec![plain_fix(file, text)], texts, ..Plan::default() }
}

/// Why the fix of `file` was not written; empty where it was.
fn refused(root: &Path, file: &str, text: &str, dirty: Dirty) -> String {
    let mut plan = plan(file, text);
    fix::write(&mut plan, root, dirty);
    plan.refused.iter().map(|refused| refused.why.clone()).collect()
}
