//! The cache: several writers, sudden deaths, room and decay.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use clarity::store::{Held, Key, Store};

const CHILD: &str = "CLARITY_TEST_WRITER";

fn key(number: usize) -> Key {
    Key::new("test", &format!("entry-{number:04}"))
}

fn bytes(number: usize) -> Vec<u8> {
    format!("{number} ").repeat(20_000 + number * 100).into_bytes()
}

fn put(store: &Store, number: usize) -> Held {
    let mut staged = store.stage().expect("writable");
    for piece in bytes(number).chunks(4096) {
        staged.write_all(piece).expect("written");
    }
    staged.commit(store, &key(number), "a note").expect("committed")
}

fn open(root: &Path) -> Store {
    Store::open(root).expect("opens")
}

/// The writer that is killed: not a test of its own.
#[test]
fn writer_of_the_kill_test() {
    let Some(root) = std::env::var_os(CHILD) else { return };
    let store = open(Path::new(&root));
    for number in (0..500).cycle() {
        if store.get(&key(number)).is_none() {
            put(&store, number);
        } else if number % 7 == 0 {
            store.remove(&key(number)).expect("removed");
        }
    }
}

#[test]
fn writers_killed_at_any_moment_leave_whole_entries_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut seen = 0;
    for round in 0..25_u64 {
        let spawn = || {
            let mut command = Command::new(std::env::current_exe().expect("a test runs"));
            command.args(["--exact", "source::cache::writer_of_the_kill_test"]).env(CHILD, folder.path());
            command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("starts")
        };
        let mut writers = [spawn(), spawn()];
        std::thread::sleep(Duration::from_millis(20 + round * 7));
        for writer in &mut writers {
            writer.kill().expect("still runs");
            writer.wait().expect("ends");
        }
        let store = open(folder.path());
        for number in 0..500 {
            if let Some(held) = store.get(&key(number)) {
                assert_eq!(fs::read(&held.path).expect("readable"), bytes(number));
                seen += 1;
            }
        }
        assert_eq!(store.verify().expect("readable"), []);
    }
    assert!(seen > 100, "the writers got somewhere: {seen}");
    std::thread::sleep(Duration::from_millis(1100));
    let store = open(folder.path());
    let left = fs::read_dir(store.root().join("tmp")).expect("there").count();
    assert_eq!(left, 0, "what the dead left behind is swept");
}

#[test]
fn an_entry_is_what_was_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    assert_eq!(store.get(&key(1)), None);
    let held = put(&store, 1);
    assert_eq!(store.get(&key(1)), Some(held.clone()));
    assert_eq!((held.note.as_str(), held.len), ("a note", bytes(1).len() as u64));
    assert_eq!(held.digest, clarity::text::Digest::of(&bytes(1)));
    // The second writer of the same key finds the first's.
    assert_eq!(put(&store, 1), held);
    store.remove(&key(1)).expect("removed");
    assert_eq!(store.get(&key(1)), None);
}

#[test]
fn what_is_not_committed_is_gone() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    let mut staged = store.stage().expect("writable");
    staged.write_all(b"half").expect("written");
    drop(staged);
    assert_eq!(fs::read_dir(store.root().join("tmp")).expect("there").count(), 0);
}

#[test]
fn decay_is_found_and_removed() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    let (changed, shorter, good) = (put(&store, 1), put(&store, 2), put(&store, 3));
    let mut bytes = fs::read(&changed.path).expect("readable");
    bytes[100] ^= 1;
    fs::write(&changed.path, bytes).expect("written");
    fs::write(&shorter.path, b"x").expect("written");
    assert_eq!(store.get(&key(2)), None, "a wrong length is seen at once");
    assert_eq!(store.verify().expect("readable").len(), 2);
    assert_eq!((store.get(&key(1)), store.get(&key(3))), (None, Some(good)));
}

#[test]
fn room_is_made_by_removing_what_was_used_longest_ago() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    for number in 0..4 {
        put(&store, number);
        std::thread::sleep(Duration::from_millis(20));
    }
    store.get(&key(0)).expect("there");
    let before = store.info().shelves[0].clone();
    assert_eq!(before.entries, 4);
    let freed = store.gc(before.bytes / 2 + 10_000).expect("nobody else is there");
    assert_eq!(freed.left, store.info().shelves[0].bytes);
    assert_eq!([0, 1, 2, 3].map(|number| store.get(&key(number)).is_some()), [true, false, false, true]);
    assert_eq!(store.gc(0).expect("nobody else is there").left, 0);
}

#[test]
fn room_is_not_made_while_others_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let (store, other) = (open(folder.path()), open(folder.path()));
    put(&store, 1);
    let error = store.gc(0).expect_err("in use").to_string();
    assert!(error.contains("in use by another"), "{error}");
    drop(other);
    store.gc(0).expect("alone now");
}

#[test]
fn keys_never_leave_the_store() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    for name in ["../../x", "/etc/passwd", "", "a", ".", "a/b", "ä", &"x".repeat(1000)] {
        let mut staged = store.stage().expect("writable");
        staged.write_all(name.as_bytes()).expect("written");
        let held = staged.commit(&store, &Key::new("test", name), "").expect("committed");
        assert!(held.path.starts_with(store.root()), "{name}");
    }
    assert_eq!(store.info().shelves[0].entries, 8);
}

#[cfg(unix)]
#[test]
#[ignore = "needs a user who is not root"]
fn a_store_that_cannot_be_written_is_read() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let held = put(&open(folder.path()), 1);
    let mode = |bits| Command::new("chmod").args(["-R", bits]).arg(folder.path()).status().expect("chmod");
    mode("a-w");
    let is_root = fs::File::create(folder.path().join("x")).is_ok();
    assert!(!is_root, "root writes everywhere");
    let store = open(folder.path());
    assert_eq!((store.is_writable(), store.get(&key(1))), (false, Some(held)));
    assert!(store.stage().expect_err("read-only").to_string().contains("read-only"));
    mode("u+w");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("set");
}
