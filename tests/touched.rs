//! What a change can touch, against everything: no changed package is missed, whatever is edited.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::changed::git;

/// A repository of one commit, and a cache that knows it.
struct Bench {
    tree: PathBuf,
    cache: tempfile::TempDir,
}

impl Bench {
    fn of(tree: PathBuf) -> Bench {
        git(&tree, &["init", "--quiet"]);
        git(&tree, &["add", "--all", "--force"]);
        git(&tree, &["commit", "--quiet", "--message", "as it was"]);
        Bench { tree, cache: tempfile::tempdir().expect("a temporary folder") }
    }

    /// The rows of what changed: kinds and attribute paths.
    fn changed(&self, args: &[&str]) -> Vec<String> {
        let output = Command::new(env!("CARGO_BIN_EXE_clarity"))
            .arg("scan")
            .arg(&self.tree)
            .args(["--metadata-only", "--format", "jsonl", "--fail-on", "never", "--changed-since", "HEAD"])
            .args(args)
            .env("CLARITY_CACHE", self.cache.path())
            .output()
            .expect("the program runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let rows = String::from_utf8(output.stdout).expect("UTF-8");
        let rows = rows.lines().map(|line| serde_json::from_str::<Value>(line).expect("each line is JSON"));
        let attrs = rows.filter(|row| ["package", "failed", "skipped"].iter().any(|kind| row["kind"] == *kind));
        attrs.map(|row| format!("{} {}", row["kind"], row["attr"])).collect()
    }

    fn undo(&self) {
        git(&self.tree, &["checkout", "--quiet", "--force", "HEAD", "--", "."]);
        git(&self.tree, &["clean", "--quiet", "--force", "-d", "-x"]);
    }

    /// Makes edits one after the other; what is told must be what a comparison of everything tells. Gives how many
    /// changed something.
    fn compare(&self, rounds: u32) -> usize {
        let mut chance = Chance(1);
        let files = nix_files(&self.tree);
        let mut telling = 0;
        for round in 0..rounds {
            let edits: Vec<String> = (0..=chance.below(3)).map(|_| edit(&self.tree, &files, &mut chance)).collect();
            let touched = self.changed(&[]);
            // What is asked for by patterns is compared whole.
            let all = self.changed(&["--attr", "*"]);
            assert_eq!(touched, all, "round {round}: {edits:#?}");
            telling += usize::from(!all.is_empty());
            self.undo();
        }
        telling
    }
}

/// Numbers that look like chance and are the same in each run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % most.max(1)
    }

    fn of<'s, T>(&mut self, some: &'s [T]) -> &'s T {
        &some[self.below(some.len())]
    }
}

fn nix_files(tree: &Path) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(tree).sort_by_file_name().into_iter().flatten();
    let paths = entries.map(walkdir::DirEntry::into_path);
    paths.filter(|path| path.extension().is_some_and(|ending| ending == "nix")).collect()
}

/// Changes one file in some way, and says how.
fn edit(tree: &Path, files: &[PathBuf], chance: &mut Chance) -> String {
    // Where many packages are written in one file, most changes touch it.
    let lists: Vec<PathBuf> = files.iter().filter(|path| path.ends_with("all-packages.nix")).cloned().collect();
    let file = match chance.below(3) {
        0 => chance.of(&lists),
        _ => chance.of(files),
    };
    let shown = file.display();
    let Ok(text) = fs::read_to_string(file) else { return format!("{shown} is gone already") };
    let lines: Vec<&str> = text.lines().collect();
    let at = chance.below(lines.len());
    let line = lines.get(at).copied().unwrap_or_default();
    let what = chance.below(8);
    let new = match what {
        0 => line.replace("licenses.", "licenses.x"),
        1 => line.replace(|letter: char| letter.is_ascii_digit(), "7"),
        2 => format!("{line} # a comment"),
        3 => String::new(),
        4 => format!("{line}\n  newcomer{at} = amber-clock;"),
        5 => line.replacen(" = ", "2 = ", 1),
        6 => {
            let other = tree.join("pkgs/by-name/ne/newcomer/package.nix");
            fs::create_dir_all(other.parent().expect("below the tree")).expect("writable");
            fs::write(other, &text).expect("writable");
            return format!("{shown}: copied to newcomer");
        }
        _ => {
            fs::remove_file(file).expect("writable");
            return format!("{shown}: removed");
        }
    };
    let changed: Vec<&str> = [&lines[..at], &[new.as_str()], lines.get(at + 1..).unwrap_or_default()].concat();
    fs::write(file, changed.join("\n") + "\n").expect("writable");
    format!("{shown}:{}: {line:?} became {new:?}", at + 1)
}

/// The fixture with a list of many packages, some of which use others.
fn wide() -> (tempfile::TempDir, Bench) {
    let folder = crate::scan::copied();
    let tree = folder.path().join("nixpkgs");
    let list = tree.join("pkgs/top-level/all-packages.nix");
    let text = fs::read_to_string(&list).expect("readable");
    let more = |number: usize| match number % 4 {
        0 => format!("  more{number} = callPackage ../tools/text/umbra {{ }};\n"),
        1 => format!("  more{number} = more{}.overrideAttrs (old: {{ version = \"{number}\"; }});\n", number - 1),
        2 => format!("  more{number} = pkgs.\"more${{toString {}}}\";\n", number - 2),
        _ => format!("  more{number} = if pkgs ? newcomer{number} then umbra else tern;\n"),
    };
    let more: String = (0..120).map(more).collect();
    fs::write(&list, text.replace("  umbra = ", &format!("{more}\n  umbra = "))).expect("writable");
    (folder, Bench::of(tree))
}

#[test]
fn no_changed_package_is_missed() {
    let (_folder, bench) = wide();
    assert!(bench.compare(60) > 20, "most edits change something");
}

#[test]
fn a_line_in_a_list_of_many_touches_what_uses_it() {
    let (_folder, bench) = wide();
    let list = bench.tree.join("pkgs/top-level/all-packages.nix");
    let text = fs::read_to_string(&list).expect("readable");
    let change = |from: &str, to: &str| {
        assert!(text.contains(from));
        fs::write(&list, text.replacen(from, to, 1)).expect("writable");
        bench.changed(&[])
    };
    let one = change(
        "more5 = more4.overrideAttrs (old: { version = \"5\"",
        "more5 = more4.overrideAttrs (old: { version = \"6\"",
    );
    assert_eq!(one, ["\"package\" \"more5\""]);
    let used = change("more4 = callPackage ../tools/text/umbra", "more4 = callPackage ../by-name/te/tern/package.nix");
    assert_eq!(used, ["\"package\" \"more4\"", "\"package\" \"more5\"", "\"package\" \"more6\""]);
    let asked_for = change("  more5 = ", "  newcomer3 = umbra;\n  more5 = ");
    assert_eq!(asked_for, ["\"package\" \"more3\"", "\"package\" \"newcomer3\""]);
}

/// `CLARITY_TREE=<checkout> cargo test -- --ignored no_changed_package_of_a_real_tree`; `CLARITY_ROUNDS` says how many
/// edits are made.
#[test]
#[ignore = "needs a nixpkgs checkout in CLARITY_TREE"]
fn no_changed_package_of_a_real_tree_is_missed() {
    let tree = PathBuf::from(std::env::var_os("CLARITY_TREE").expect("CLARITY_TREE names a nixpkgs checkout"));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let copy = folder.path().join("tree");
    for entry in walkdir::WalkDir::new(&tree).into_iter().filter_entry(|entry| entry.file_name() != ".git").flatten() {
        let to = copy.join(entry.path().strip_prefix(&tree).expect("below"));
        match entry.file_type() {
            kind if kind.is_dir() => fs::create_dir_all(&to).expect("writable"),
            kind if kind.is_file() => drop(fs::copy(entry.path(), &to).expect("writable")),
            _ => {}
        }
    }
    let rounds = std::env::var("CLARITY_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(20);
    assert!(Bench::of(copy).compare(rounds) > 0);
}
