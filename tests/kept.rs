//! What is kept of a checkout between runs: never seen in the output, only in the time.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::scan::copied;

/// A checkout that may be changed, and a cache of its own.
struct Bench {
    folder: tempfile::TempDir,
    cache: tempfile::TempDir,
}

impl Bench {
    fn new() -> Bench {
        Bench { folder: copied(), cache: tempfile::tempdir().expect("a temporary folder") }
    }

    fn tree(&self) -> PathBuf {
        self.folder.path().join("nixpkgs")
    }

    fn run(&self, args: &[&str]) -> String {
        self.said("scan", &[&["--metadata-only", "--format", "jsonl", "--fail-on", "never"], args].concat())
    }

    fn said(&self, verb: &str, args: &[&str]) -> String {
        let output = Command::new(env!("CARGO_BIN_EXE_clarity"))
            .arg(verb)
            .arg(self.tree())
            .args(args)
            .env("CLARITY_CACHE", self.cache.path())
            .env("XDG_CONFIG_HOME", self.cache.path())
            .output()
            .expect("the program runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    /// The output, which must be that of an evaluation.
    fn right(&self) -> String {
        let kept = self.run(&[]);
        assert_eq!(kept, self.run(&["--no-cache"]));
        kept
    }

    fn entries(&self) -> usize {
        let shelf = self.cache.path().join("v1/facts");
        walkdir::WalkDir::new(shelf).into_iter().flatten().filter(|entry| entry.file_name() == "data").count()
    }
}

fn nix_files(root: &Path) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(root).sort_by_file_name().into_iter().flatten();
    entries
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|ending| ending == "nix"))
        .collect()
}

#[test]
fn a_second_run_says_the_same_whatever_the_number_of_threads() {
    let bench = Bench::new();
    let first = bench.run(&["--jobs", "1"]);
    assert_eq!(bench.entries(), 1);
    assert_eq!(bench.run(&["--jobs", "3"]), first);
    assert_eq!(bench.run(&["--no-cache"]), first);
    assert_eq!(bench.entries(), 1);
}

#[test]
fn the_license_table_is_counted_with_what_a_scan_kept_and_keeps_it_for_one() {
    let bench = Bench::new();
    let counted = bench.said("licenses", &["--format", "json", "--system", "x86_64-linux"]);
    assert_eq!(bench.entries(), 1);
    bench.run(&["--system", "x86_64-linux"]);
    assert_eq!(bench.entries(), 1, "both keep the same");
    assert_eq!(bench.said("licenses", &["--format", "json", "--system", "x86_64-linux"]), counted);
    assert_eq!(bench.said("licenses", &["--format", "json", "--no-cache", "--system", "x86_64-linux"]), counted);
}

#[test]
fn a_change_of_any_file_is_seen_and_so_is_its_undoing() {
    let bench = Bench::new();
    let before = bench.right();
    for file in nix_files(&bench.tree()).into_iter().step_by(3) {
        let text = fs::read_to_string(&file).expect("readable");
        let changed = text.replace("licenses.mit", "licenses.isc").replace("1.", "2.");
        fs::write(&file, format!("# a line more\n{changed}")).expect("writable");
        bench.right();
        fs::write(&file, text).expect("writable");
        assert_eq!(bench.run(&[]), before, "{}", file.display());
    }
}

#[test]
fn what_appears_vanishes_or_moves_is_seen() {
    let bench = Bench::new();
    let before = bench.right();
    let by_name = bench.tree().join("pkgs/by-name");
    let package =
        "{ lib, stdenv }: stdenv.mkDerivation { pname = \"zz\"; version = \"1\"; meta.license = lib.licenses.mit; }";
    fs::create_dir_all(by_name.join("zz/zz-new")).expect("writable");
    fs::write(by_name.join("zz/zz-new/package.nix"), package).expect("writable");
    let with = bench.right();
    assert_ne!(with, before);
    fs::rename(by_name.join("zz/zz-new"), by_name.join("zz/zz-other")).expect("renamed");
    assert_ne!(bench.right(), with);
    fs::remove_dir_all(by_name.join("zz")).expect("removed");
    assert_eq!(bench.right(), before);
}

#[test]
fn another_platform_and_some_attributes_are_not_what_was_kept() {
    let bench = Bench::new();
    let whole = bench.run(&["--system", "x86_64-linux"]);
    let some = bench.run(&["--attr", "amber-clock"]);
    assert!(some.lines().count() < whole.lines().count());
    assert_eq!(bench.entries(), 1, "a part of a checkout is quickly evaluated");
    bench.run(&["--system", "aarch64-darwin"]);
    bench.run(&["--system", "x86_64-linux"]);
    assert_eq!(bench.entries(), 2);
}

#[test]
fn what_has_decayed_is_evaluated_again() {
    let bench = Bench::new();
    let first = bench.run(&[]);
    let entries = walkdir::WalkDir::new(bench.cache.path().join("v1/facts")).into_iter().flatten();
    let data = entries.map(walkdir::DirEntry::into_path).find(|path| path.ends_with("data")).expect("an entry");
    let mut bytes = fs::read(&data).expect("readable");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&data, bytes).expect("writable");
    assert_eq!(bench.run(&[]), first);
}

#[test]
fn bytes_that_move_to_the_next_file_are_a_change() {
    let bench = Bench::new();
    let (one, next) = (bench.tree().join("notes-1"), bench.tree().join("notes-2"));
    let write = |texts: [&str; 2]| {
        fs::write(&one, texts[0]).expect("writable");
        fs::write(&next, texts[1]).expect("writable");
    };
    write(["ab", "c"]);
    bench.right();
    write(["a", "bc"]);
    bench.right();
    assert_eq!(bench.entries(), 2);
}

#[test]
fn what_changes_while_it_is_evaluated_is_not_kept() {
    use clarity::declared::{Facts, Kept};
    let bench = Bench::new();
    let store = clarity::store::Store::open(bench.cache.path().to_owned()).expect("a store");
    let checkout = clarity::tree::Checkout::open(&bench.tree(), &Default::default()).expect("opened");
    let facts = Facts { rows: Vec::new(), table: checkout.license_table(), bindings: Default::default() };
    let kept = Kept::of(&store, &checkout).expect("a place");
    let file = nix_files(&bench.tree()).into_iter().next().expect("a file");
    let text = fs::read_to_string(&file).expect("readable");
    fs::write(&file, format!("{text}\n")).expect("writable");
    kept.save(&checkout, &facts);
    assert!(kept.load().is_none());
    fs::write(&file, text).expect("writable");
    kept.save(&checkout, &facts);
    assert!(kept.load().is_some());
}

#[test]
fn the_last_byte_of_a_large_file_counts() {
    let bench = Bench::new();
    let (data, mut bytes) = (bench.tree().join("data"), vec![b'a'; 1 << 20]);
    fs::write(&data, &bytes).expect("writable");
    bench.run(&[]);
    bytes[(1 << 20) - 1] = b'b';
    fs::write(&data, &bytes).expect("writable");
    bench.run(&[]);
    assert_eq!(bench.entries(), 2);
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_out_of_the_checkout_does_not_spoil_it() {
    let bench = Bench::new();
    std::os::unix::fs::symlink("/no/such/build", bench.tree().join("result")).expect("a link");
    std::os::unix::fs::symlink("/", bench.tree().join("result-2")).expect("a link");
    bench.right();
    assert_eq!(bench.entries(), 1);
}
