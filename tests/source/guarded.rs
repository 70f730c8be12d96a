//! Sources of a hostile tree: links that lead out, files that never end, addresses that are nobody's business, servers
//! and repositories without an end.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use clarity::source::{Algo, FixedHash, PrivateHosts, SourceError, hash_nar};
use clarity::tree::{HashMode, SourceRef};

use super::server::{Reply, Server};
use super::{acquire, flat, options, sha256, sources, unpacked};

const SECRET: &str = "Permission is hereby granted, free of charge, to any person obtaining a copy";

/// A folder with a tree, a place outside of it, and a cache.
struct Room(tempfile::TempDir);

impl Room {
    fn new() -> Room {
        let room = Room(tempfile::tempdir().expect("a folder"));
        for folder in ["tree/sub", "outside/LICENSES", "cache", "home"] {
            fs::create_dir_all(room.at(folder)).expect("made");
        }
        fs::write(room.at("outside/LICENSE"), SECRET).expect("written");
        room
    }

    fn at(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn package(&self, source: &str) {
        let text =
            format!("{{ stdenv, fetchurl, fetchgit }}: stdenv.mkDerivation {{ pname = \"a\"; src = {source}; }}");
        fs::write(self.at("tree/a.nix"), text).expect("written");
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_clarity"));
        command.arg("scan").arg(self.at("tree")).args(["--fail-on", "never"]).args(args);
        command.env("HOME", self.at("home")).env("CLARITY_CACHE", self.at("cache"));
        command
    }

    fn scan(&self, args: &[&str]) -> String {
        let output = self.command(args).output().expect("the program runs");
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
    }
}

#[test]
fn links_of_the_checkout_lead_no_source_out() {
    let room = Room::new();
    symlink(room.at("outside"), room.at("tree/l")).expect("a link");
    symlink("../outside/LICENSE", room.at("tree/file")).expect("a link");
    symlink("/dev/zero", room.at("tree/zero")).expect("a link");
    symlink(room.at("outside"), room.at("tree/sub/mid")).expect("a link");
    symlink("../sub", room.at("tree/sub/up")).expect("a link");
    fs::create_dir(room.at("outside/deep")).expect("made");
    for source in ["./l", "./l/LICENSE", "./file", "./zero", "./sub/mid", "./sub/mid/deep", "./sub/up/mid/LICENSE"] {
        room.package(source);
        let said = room.scan(&[]);
        assert!(said.contains("leads out of the checkout") && !said.contains("MIT"), "{source}: {said}");
    }
    fs::write(room.at("tree/sub/LICENSE"), SECRET).expect("written");
    symlink("sub", room.at("tree/inside")).expect("a link");
    fs::remove_file(room.at("tree/sub/mid")).expect("removed");
    fs::remove_file(room.at("tree/sub/up")).expect("removed");
    room.package("./inside");
    let said = room.scan(&[]);
    assert!(said.contains("looked at the sources of 1 of 1"), "a link that stays is followed: {said}");
}

#[test]
fn links_in_a_committed_sources_folder_lead_no_source_out() {
    let room = Room::new();
    fs::create_dir(room.at("tree/sources")).expect("made");
    symlink(room.at("outside"), room.at("tree/sources/a")).expect("a link");
    room.package(&format!("fetchurl {{ url = \"https://h.example/a.tar\"; hash = \"{}\"; }}", sha256(b"x")));
    let committed = room.at("tree/sources").display().to_string();
    let said = room.scan(&["--sources", &committed]);
    assert!(said.contains("leads out of the checkout") && !said.contains("MIT"), "{said}");
    symlink(room.at("outside"), room.at("home/a")).expect("a link");
    let said = room.scan(&["--sources", &room.at("home").display().to_string()]);
    assert!(!said.contains("leads out"), "the user's own links are the user's: {said}");
}

#[test]
fn pipes_and_devices_are_rows() {
    let room = Room::new();
    let pipe = room.at("tree/pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    room.package("./pipe");
    let said = room.scan(&[]);
    assert!(said.contains("only files are read"), "{said}");
    fs::rename(pipe, room.at("home/a")).expect("moved");
    symlink("/dev/zero", room.at("outside/a")).expect("a link");
    room.package(&format!("fetchurl {{ url = \"https://h.example/a.tar\"; hash = \"{}\"; }}", sha256(b"x")));
    for folder in ["home", "outside"] {
        let said = room.scan(&["--sources", &room.at(folder).display().to_string()]);
        assert!(said.contains("only files are read"), "{folder}: {said}");
    }
}

#[test]
fn an_archive_with_a_path_twice_counts_the_last() {
    let room = Room::new();
    let place = room.at("home/a.tar");
    let mut tar = tar::Builder::new(fs::File::create(&place).expect("made"));
    let mut put = |path: &str, text: &str| {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        tar.append_data(&mut header, path, text.as_bytes()).expect("written");
    };
    put("a-1.0/a.c", "/* SPDX-License-Identifier: MIT */\n");
    put("a-1.0/b.c", "/* SPDX-License-Identifier: ISC */\n");
    put("a-1.0/a.c", "/* SPDX-License-Identifier: Zlib */\n");
    tar.into_inner().expect("finished");
    let hash = sha256(&fs::read(&place).expect("readable"));
    room.package(&format!("fetchurl {{ url = \"https://h.example/a.tar\"; hash = \"{hash}\"; }}"));
    let said = room.scan(&["--sources", &room.at("home").display().to_string(), "--format", "jsonl"]);
    assert!(said.contains("Zlib") && said.contains("ISC") && !said.contains("MIT"), "{said}");
}

/// Options under which the loopback is an address like any other: not public.
fn public_only(folder: &Path) -> clarity::source::Options {
    let mut options = options(folder);
    options.net.private = PrivateHosts::default();
    options
}

fn refusal(result: Result<clarity::source::SourceTree, SourceError>) -> String {
    result.map(|_| ()).expect_err("refused").to_string()
}

#[test]
fn addresses_that_are_not_public_are_not_asked() {
    let server = Server::new(|_| Reply::ok(b"secret"));
    let port = server.base.rsplit(':').next().expect("a port").to_owned();
    let room = tempfile::tempdir().expect("a folder");
    let sources = sources(public_only(room.path()));
    for host in
        ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "0"]
    {
        let error = refusal(acquire(&sources, &flat(&format!("http://{host}:{port}/a.tar"), &sha256(b"secret"))));
        assert!(error.contains("no public address") || error.contains("given up"), "{host}: {error}");
    }
    assert!(server.asked().is_empty(), "{:?}", server.asked());
}

#[test]
fn redirects_to_addresses_that_are_not_public_are_not_followed() {
    let inner = Server::new(|_| Reply::ok(b"secret"));
    let url = inner.url("/a.tar");
    let outer = Server::new(move |_| Reply::status(302).header("Location", &url));
    let room = tempfile::tempdir().expect("a folder");
    let mut options = public_only(room.path());
    options.net.private = PrivateHosts::Named(vec![outer.base.trim_start_matches("http://").to_owned()]);
    let error = refusal(acquire(&sources(options), &flat(&outer.url("/a.tar"), &sha256(b"secret"))));
    assert!(error.contains("no public address"), "{error}");
    assert!(!outer.asked().is_empty() && inner.asked().is_empty());
}

#[test]
fn servers_that_the_user_names_may_stand_anywhere() {
    let server = Server::new(|_| Reply::ok(b"mirrored"));
    let room = tempfile::tempdir().expect("a folder");
    let mut options = public_only(room.path());
    options.rewriting.replace.push(("https://h.example/".to_owned(), server.url("/")));
    acquire(&sources(options), &flat("https://h.example/a.tar", &sha256(b"mirrored"))).expect("from the mirror");
}

#[test]
fn private_addresses_are_allowed_by_the_configuration_of_the_user() {
    let server = Server::new(|_| Reply::ok(SECRET.as_bytes()));
    let room = Room::new();
    let hash = sha256(SECRET.as_bytes());
    room.package(&format!("fetchurl {{ url = \"{}\"; hash = \"{hash}\"; }}", server.url("/LICENSE")));
    let said = room.scan(&["--fetch"]);
    assert!(said.contains("no public address") && server.asked().is_empty(), "{said}");
    let config = room.at("home/c.toml");
    for (value, is_allowed) in [("true", true), ("[\"127.0.0.1\"]", true), ("[\"h.example\"]", false), ("false", false)]
    {
        fs::write(&config, format!("[fetch]\nallow_private = {value}\n")).expect("written");
        fs::remove_dir_all(room.at("cache")).expect("removed");
        let said = room.scan(&["--fetch", "--config", &config.display().to_string()]);
        assert_eq!(said.contains("looked at the sources of 1 of 1"), is_allowed, "{value}: {said}");
    }
}

#[test]
fn repositories_at_addresses_that_are_not_public_are_not_cloned() {
    let server = Server::new(|_| Reply::status(404));
    let room = tempfile::tempdir().expect("a folder");
    let sources = sources(public_only(room.path()));
    for url in [server.url("/r"), server.url("/r").replace("http", "git")] {
        let source =
            SourceRef { fetcher: "fetchgit".to_owned(), rev: Some("HEAD".to_owned()), ..unpacked(&url, &sha256(b"x")) };
        let error = refusal(acquire(&sources, &source));
        assert!(error.contains("no public address"), "{url}: {error}");
    }
    assert!(server.asked().is_empty());
}

#[test]
fn a_server_keeps_a_least_rate_and_has_a_last_try() {
    let body = vec![b'x'; 20_000];
    let served = body.clone();
    let slow = Server::new(move |_| Reply { drip: Some(Duration::from_millis(20)), ..Reply::ok(&served) });
    let room = tempfile::tempdir().expect("a folder");
    let mut slow_options = options(room.path());
    slow_options.net.least_rate = 1000;
    slow_options.net.most_tries = 2;
    let begun = Instant::now();
    let error = refusal(acquire(&sources(slow_options), &flat(&slow.url("/a.tar"), &sha256(&body))));
    assert!(error.contains("less than 1000 bytes a second"), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());

    let served = body.clone();
    let cut = Server::new(move |asked| Reply { cut: Some(1), ..Reply::range(&served, asked) });
    let mut cut_options = options(&room.path().join("second"));
    cut_options.net.most_tries = 5;
    refusal(acquire(&sources(cut_options), &flat(&cut.url("/a.tar"), &sha256(&body))));
    assert_eq!(cut.asked().len(), 5);
}

fn git(folder: &Path, args: &[&str], input: &str) -> String {
    use std::io::Write;
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(["-c", "user.name=n", "-c", "user.email=e@h.example"]).args(args);
    command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
    let mut child = command.spawn().expect("git is installed");
    child.stdin.take().expect("piped").write_all(input.as_bytes()).expect("read");
    let output = child.wait_with_output().expect("ended");
    assert!(output.status.success(), "{args:?}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn cloned(url: &str, change: impl Fn(&mut clarity::source::Options)) -> String {
    let room = tempfile::tempdir().expect("a folder");
    let mut options = options(room.path());
    change(&mut options);
    let rev = Some("refs/heads/trunk".to_owned());
    let source = SourceRef { fetcher: "fetchgit".to_owned(), rev, ..unpacked(url, &sha256(b"x")) };
    refusal(acquire(&sources(options), &source))
}

#[test]
fn trees_of_repositories_are_counted_before_they_are_written() {
    let room = tempfile::tempdir().expect("a folder");
    let repository = room.path();
    git(repository, &["init", "--quiet", "--initial-branch=trunk"], "");
    // Eleven objects that name ten billion files.
    let blob = git(repository, &["hash-object", "-w", "--stdin"], "text");
    let row = |kind: &str, id: &str| -> String { (0..10).map(|at| format!("{kind} {id}\tf{at}\n")).collect() };
    let mut tree = git(repository, &["mktree"], &row("100644 blob", &blob));
    for _ in 0..9 {
        tree = git(repository, &["mktree"], &row("040000 tree", &tree));
    }
    let commit = git(repository, &["commit-tree", "-m", "bomb", &tree], "");
    git(repository, &["update-ref", "refs/heads/trunk", &commit], "");
    let url = format!("file://{}", repository.display());
    let error = cloned(&url, |options| options.limits.entries = 5_000);
    assert!(error.contains("exceeds a limit: more than 5000 entries"), "{error}");

    fs::write(repository.join("big"), vec![b'x'; 1 << 20]).expect("written");
    git(repository, &["add", "big"], "");
    git(repository, &["commit", "--quiet", "-m", "big"], "");
    git(repository, &["reset", "--soft", "HEAD~"], "");
    let tree =
        git(repository, &["mktree"], &format!("100644 blob {}\tbig\n", git(repository, &["hash-object", "big"], "")));
    let commit = git(repository, &["commit-tree", "-m", "big", &tree], "");
    git(repository, &["update-ref", "refs/heads/trunk", &commit], "");
    let error = cloned(&url, |options| options.limits.bytes = 1000);
    assert!(error.contains("exceeds a limit: more than 1000 bytes"), "{error}");
    let whole = room.path().join("plain");
    fs::create_dir(&whole).expect("made");
    fs::copy(repository.join("big"), whole.join("big")).expect("copied");
    let got = hash_nar(&whole, Algo::Sha256).expect("readable").to_string();
    let error = cloned(&url, |_| {});
    assert!(error.contains(&got), "within the limits it is cloned: {error}");
}

/// Error of the clone of a part of the repository at `url`.
fn part_cloned(url: &str, part: clarity::tree::GitPart, change: impl Fn(&mut clarity::source::Options)) -> String {
    let room = tempfile::tempdir().expect("a folder");
    let mut options = options(room.path());
    change(&mut options);
    let rev = Some("refs/heads/trunk".to_owned());
    let git = Some(Box::new(part));
    refusal(acquire(
        &sources(options),
        &SourceRef { fetcher: "fetchgit".to_owned(), rev, git, ..unpacked(url, &sha256(b"x")) },
    ))
}

#[test]
fn parts_of_repositories_are_counted_before_they_are_written() {
    let part = |folders: &[&str], patterns| clarity::tree::GitPart {
        sparse: folders.iter().map(|folder| (*folder).to_owned()).collect(),
        patterns,
        ..clarity::tree::GitPart::default()
    };
    // A server that leaves contents out, and one that sends them all.
    for filter in ["true", "false"] {
        let room = tempfile::tempdir().expect("a folder");
        let repository = room.path();
        git(repository, &["init", "--quiet", "--initial-branch=trunk"], "");
        for name in ["uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"] {
            git(repository, &["config", name, filter], "");
        }
        for folder in ["small", "large", "many/deep"] {
            fs::create_dir_all(repository.join(folder)).expect("made");
        }
        fs::write(repository.join("small/a"), "small").expect("written");
        // 8 MiB that are some kilobytes in a pack.
        fs::write(repository.join("large/zeros"), vec![0; 8 << 20]).expect("written");
        (0..40).for_each(|number| fs::write(repository.join(format!("many/deep/{number}")), "x").expect("written"));
        git(repository, &["add", "."], "");
        git(repository, &["commit", "--quiet", "-m", "all"], "");
        let url = format!("file://{}", repository.display());
        let bytes = |options: &mut clarity::source::Options| options.limits.bytes = 1 << 20;
        for (folders, patterns) in
            [(&["large"][..], false), (&["/large/"], true), (&["small", "large"], false), (&["*zeros"], true)]
        {
            let error = part_cloned(&url, part(folders, patterns), bytes);
            assert!(error.contains("exceeds a limit: more than 1048576 bytes"), "{filter} {folders:?}: {error}");
        }
        for (folders, patterns) in [(&["small"][..], false), (&["/small/"], true)] {
            let error = part_cloned(&url, part(folders, patterns), bytes);
            assert!(
                error.contains("hash mismatch"),
                "what is not wanted does not count: {filter} {folders:?}: {error}"
            );
        }
        let error = part_cloned(&url, part(&["small"], false), |options| options.limits.entries = 20);
        assert!(error.contains("exceeds a limit: more than 20 entries"), "git makes an index of all: {error}");
    }
}

#[test]
fn repositories_of_this_machine_are_not_cloned() {
    let room = tempfile::tempdir().expect("a folder");
    git(room.path(), &["init", "--quiet", "--initial-branch=trunk"], "");
    git(room.path(), &["commit", "--quiet", "--allow-empty", "-m", "one"], "");
    let url = format!("file://{}", room.path().display());
    for url in [&url, &url.replace("file://", "FILE://"), &url.replace("file://", "")] {
        let error = cloned(url, |options| options.net.private = PrivateHosts::default());
        assert!(!error.contains("hash mismatch"), "{url}: {error}");
    }
    let error = cloned(&url, |options| options.net.private = PrivateHosts::Named(vec!["localhost".to_owned()]));
    assert!(error.contains("of this machine"), "{error}");
}

/// A server that takes a request of git and never ends its answer.
fn endless() -> Server {
    Server::new(|asked| match asked.headers.get("user-agent").is_some_and(|agent| agent.starts_with("git")) {
        true => Reply { stall: Some((0, Duration::from_secs(300))), ..Reply::ok(b"later") },
        false => Reply::status(404),
    })
}

#[test]
fn a_clone_has_a_deadline_and_ends_with_the_run() {
    let server = endless();
    let begun = Instant::now();
    let error = cloned(&server.url("/r"), |options| options.net.most_time = Duration::from_secs(1));
    assert!(error.contains("did not end within 1 s"), "{error}");
    let cancel = Arc::new(AtomicBool::new(false));
    let room = tempfile::tempdir().expect("a folder");
    let sources = clarity::source::Sources::new(options(room.path()), Arc::clone(&cancel));
    let rev = Some("HEAD".to_owned());
    let source = SourceRef { fetcher: "fetchgit".to_owned(), rev, ..unpacked(&server.url("/s"), &sha256(b"x")) };
    let error = std::thread::scope(|threads| {
        let running = threads.spawn(|| refusal(acquire(&sources, &source)));
        while !server.asked().iter().any(|asked| asked.path.starts_with("/s") && asked.before > 0) {
            std::thread::sleep(Duration::from_millis(20));
        }
        cancel.store(true, std::sync::atomic::Ordering::Relaxed);
        running.join().expect("no panic")
    });
    assert!(error.contains("cancelled"), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
}

/// The processes whose command line names `word`.
fn running(word: &str) -> Vec<String> {
    let entries = fs::read_dir("/proc").expect("Linux").flatten();
    let lines = entries.filter_map(|entry| fs::read(entry.path().join("cmdline")).ok());
    let lines = lines.map(|line| String::from_utf8_lossy(&line).replace('\0', " "));
    lines.filter(|line| line.contains(word) && line.contains("git")).collect()
}

#[test]
#[cfg(target_os = "linux")]
fn git_dies_with_a_clarity_that_is_killed() {
    let server = endless();
    let room = Room::new();
    let hash = sha256(b"x");
    room.package(&format!("fetchgit {{ url = \"{}\"; rev = \"HEAD\"; hash = \"{hash}\"; }}", server.url("/killed")));
    fs::write(room.at("home/c.toml"), "[fetch]\nallow_private = true\n").expect("written");
    let config = room.at("home/c.toml").display().to_string();
    let mut child = room.command(&["--fetch", "--config", &config]).spawn().expect("runs");
    let word = room.at("cache").display().to_string();
    let wait = |is_wanted: bool| {
        let begun = Instant::now();
        while running(&word).is_empty() == is_wanted {
            assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", running(&word));
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    wait(true);
    while !server.asked().iter().any(|asked| asked.before > 0) {
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().expect("killed");
    child.wait().expect("ended");
    wait(false);
}

/// The files of the cache with this name.
fn in_cache(folder: &Path, name: &str) -> Vec<PathBuf> {
    let walk = walkdir::WalkDir::new(folder.join("cache")).into_iter().flatten();
    walk.filter(|entry| entry.file_name() == name).map(walkdir::DirEntry::into_path).collect()
}

/// Options that find nothing but what is cached.
fn cached_only(folder: &Path) -> clarity::source::Options {
    let mut options = options(folder);
    options.network = clarity::source::Network::NotAsked;
    options
}

#[test]
fn cached_sources_that_changed_are_not_believed() {
    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(4);
    header.set_mode(0o644);
    header.set_cksum();
    tar.append_data(&mut header, "a-1/LICENSE", &b"text"[..]).expect("written");
    let body = tar.into_inner().expect("finished");
    let plain = tempfile::tempdir().expect("a folder");
    fs::write(plain.path().join("LICENSE"), "text").expect("written");
    let nar = hash_nar(plain.path(), Algo::Sha256).expect("readable").to_string();
    let served = body.clone();
    let server = Server::new(move |_| Reply::ok(&served));
    let url = server.url("/a.tar");
    for source in [flat(&url, &sha256(&body)), unpacked(&url, &nar)] {
        let room = tempfile::tempdir().expect("a folder");
        acquire(&sources(options(room.path())), &source).expect("fetched");
        acquire(&sources(cached_only(room.path())), &source).expect("cached");
        let [data] = &in_cache(room.path(), "data")[..] else { panic!("one entry") };
        let mut bytes = fs::read(data).expect("readable");
        let at = bytes.iter().rposition(|byte| *byte == b'x').expect("the text");
        bytes[at] = b'z';
        fs::write(data, &bytes).expect("writable");
        let error = refusal(acquire(&sources(cached_only(room.path())), &source));
        assert!(error.contains("not available locally"), "{error}");
        acquire(&sources(options(room.path())), &source).expect("fetched anew");
    }
    // A file with a digest that fits it, and not what is declared.
    let room = tempfile::tempdir().expect("a folder");
    let source = flat(&url, &sha256(&body));
    acquire(&sources(options(room.path())), &source).expect("fetched");
    let planted = b"planted";
    fs::write(&in_cache(room.path(), "data")[0], planted).expect("writable");
    let digest = clarity::text::Digest::of(planted);
    fs::write(&in_cache(room.path(), "meta")[0], format!("7 {digest} strip a.tar\n")).expect("writable");
    refusal(acquire(&sources(cached_only(room.path())), &source));
}

#[test]
fn a_download_does_not_write_through_a_link() {
    let body = vec![b'x'; 1000];
    let served = body.clone();
    let server = Server::new(move |asked| match asked.before {
        0 => Reply { cut: Some(10), ..Reply::ok(&served) },
        _ => Reply::range(&served, asked),
    });
    let room = tempfile::tempdir().expect("a folder");
    let mut once = options(room.path());
    once.net.most_tries = 1;
    let source = flat(&server.url("/a.tar"), &sha256(&body));
    refusal(acquire(&sources(once), &source));
    let partial = fs::read_dir(room.path().join("cache/v1/partial")).expect("there").flatten();
    let partial = partial.map(|entry| entry.path()).find(|path| path.extension().is_none()).expect("begun");
    let victim = room.path().join("victim");
    fs::write(&victim, "mine").expect("written");
    fs::remove_file(&partial).expect("removed");
    symlink(&victim, &partial).expect("a link");
    let _ = acquire(&sources(options(room.path())), &source);
    assert_eq!(fs::read_to_string(&victim).expect("readable"), "mine");
}

#[test]
fn the_cache_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let room = tempfile::tempdir().expect("a folder");
    let place = room.path().join("cache/v1");
    fs::create_dir_all(&place).expect("made");
    fs::set_permissions(&place, fs::Permissions::from_mode(0o777)).expect("set");
    for _ in 0..2 {
        drop(options(room.path()));
        assert_eq!(fs::metadata(&place).expect("there").permissions().mode() & 0o777, 0o700);
        fs::remove_dir_all(&place).expect("removed");
    }
}

#[test]
#[ignore = "needs root, to give a folder to another user"]
fn a_cache_of_another_user_is_refused() {
    let room = tempfile::tempdir().expect("a folder");
    let place = room.path().join("cache/v1");
    fs::create_dir_all(&place).expect("made");
    std::os::unix::fs::chown(&place, Some(12345), None).expect("root gives it away");
    let error = clarity::store::Store::open(room.path().join("cache")).expect_err("refused").to_string();
    assert!(error.contains("belongs to another user"), "{error}");
}

#[test]
#[ignore = "needs root, to give a file to another user"]
fn an_entry_of_another_user_is_not_believed() {
    let room = tempfile::tempdir().expect("a folder");
    let bytes = b"int a;";
    let source = flat("https://h.example/a.c", &sha256(bytes));
    let place = planted(room.path(), &source, "keep a.c", bytes);
    let mut options = options(room.path());
    options.network = clarity::source::Network::NotAsked;
    let sources = sources(options);
    assert!(acquire(&sources, &source).is_ok());
    std::os::unix::fs::chown(&place, Some(12345), None).expect("root gives it away");
    assert!(acquire(&sources, &source).expect_err("not there").is_skipped());
}

/// Puts `bytes` into the cache of `folder` as if they were `source`.
fn planted(folder: &Path, source: &SourceRef, note: &str, bytes: &[u8]) -> PathBuf {
    let hash = FixedHash::parse(source.hash.as_deref(), None).expect("a hash");
    let mode = if source.mode == HashMode::Flat { "flat" } else { "nar" };
    let store = clarity::store::Store::open(folder.join("cache")).expect("a cache");
    let key = clarity::store::Key::new("sources", &format!("{mode}-{}-{}", hash.algo.name(), hash.hex()));
    let mut staged = store.stage().expect("writable");
    std::io::Write::write_all(&mut staged, bytes).expect("written");
    staged.commit(&store, &key, note).expect("committed").path
}

/// A tar with one file, and the hash of the tree in it.
fn packed_tree(folder: &Path, text: &str) -> (Vec<u8>, String) {
    let tree = folder.join("a-1.0");
    fs::create_dir_all(&tree).expect("made");
    fs::write(tree.join("a.c"), text).expect("written");
    let hash = hash_nar(&tree, Algo::Sha256).expect("readable").to_string();
    let mut tar = tar::Builder::new(Vec::new());
    tar.append_dir_all("a-1.0", &tree).expect("in memory");
    (tar.into_inner().expect("in memory"), hash)
}

#[test]
fn a_planted_archive_is_not_believed_whatever_its_meta_says() {
    let room = tempfile::tempdir().expect("a folder");
    let (real, hash) = packed_tree(room.path(), "int a;");
    let (other, _) = packed_tree(room.path(), "int planted;");
    let mut options = options(room.path());
    options.network = clarity::source::Network::NotAsked;
    let of_tree = unpacked("https://h.example/a-1.0.tar", &hash);
    let of_file = flat("https://h.example/a-1.0.tar", &sha256(&real));
    for source in [&of_tree, &of_file] {
        for (bytes, is_real) in [(&real, true), (&other, false)] {
            let place = planted(room.path(), source, "strip a-1.0.tar", bytes);
            let sources = sources(options.clone());
            let found = [acquire(&sources, source), acquire(&sources, source)];
            assert!(found.iter().all(|found| found.is_ok() == is_real), "{:?}", found.map(|found| found.err()));
            assert_eq!(place.exists(), is_real, "what is not the source is removed");
            let _ = fs::remove_dir_all(place.parent().expect("an entry"));
        }
    }
}

#[test]
fn an_archive_exchanged_during_the_run_is_not_believed() {
    let room = tempfile::tempdir().expect("a folder");
    let (real, hash) = packed_tree(room.path(), "int a;");
    let (other, _) = packed_tree(room.path(), "int planted;");
    let mut options = options(room.path());
    options.network = clarity::source::Network::NotAsked;
    let source = unpacked("https://h.example/a-1.0.tar", &hash);
    let place = planted(room.path(), &source, "strip a-1.0.tar", &real);
    let sources = sources(options);
    assert!(acquire(&sources, &source).is_ok());
    fs::remove_dir_all(place.parent().expect("an entry")).expect("removed");
    planted(room.path(), &source, "strip a-1.0.tar", &other);
    assert!(acquire(&sources, &source).expect_err("another archive").is_skipped());
}

#[test]
fn a_run_that_is_ended_keeps_what_the_cache_has() {
    use clarity::text::stop::{Stop, under};
    let room = tempfile::tempdir().expect("a folder");
    let (real, hash) = packed_tree(room.path(), "int a;");
    let mut options = options(room.path());
    options.network = clarity::source::Network::NotAsked;
    for source in [unpacked("https://h.example/a-1.0.tar", &hash), flat("https://h.example/a.tar", &sha256(&real))] {
        let place = planted(room.path(), &source, "strip a-1.0.tar", &real);
        let ended = Stop::new(Arc::new(AtomicBool::new(true)), Duration::from_secs(600));
        assert!(under(Some(ended), || acquire(&sources(options.clone()), &source)).is_err());
        assert!(place.exists() && acquire(&sources(options.clone()), &source).is_ok());
    }
}

#[test]
fn a_cache_that_cannot_be_written_is_verified_all_the_same() {
    let room = tempfile::tempdir().expect("a folder");
    let (real, hash) = packed_tree(room.path(), "int a;");
    let (other, _) = packed_tree(room.path(), "int planted;");
    let source = unpacked("https://h.example/a-1.0.tar", &hash);
    for (bytes, is_real) in [(&real, true), (&other, false)] {
        let place = planted(room.path(), &source, "strip a-1.0.tar", bytes);
        // A lock that is a folder cannot be opened: so the cache is read-only for root too.
        let lock = room.path().join("cache/v1/lock");
        fs::remove_file(&lock).expect("removed");
        fs::create_dir(&lock).expect("made");
        let mut options = options(room.path());
        options.network = clarity::source::Network::NotAsked;
        assert!(!options.store.is_writable());
        assert_eq!(acquire(&sources(options), &source).is_ok(), is_real);
        fs::remove_dir(&lock).expect("removed");
        fs::remove_dir_all(place.parent().expect("an entry")).expect("removed");
    }
}
