//! Rows name no place of this machine, and what holds for many packages reads the same for all of them.
#![cfg(unix)]

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::sync::atomic::{AtomicU16, Ordering};

use clarity::report::FORMATS;
use serde_json::Value;

use crate::scan::{Run, clarity};
use crate::source::server::{Reply, Server};

/// A package called `name` with this source.
fn package(name: &str, source: &str) -> String {
    format!(
        "{{ stdenv, lib, fetchurl, fetchzip, fetchgit, fetchPypi }}: stdenv.mkDerivation {{ pname = \"{name}\"; version = \"1\"; \
         meta.license = lib.licenses.mit; src = {source}; }}"
    )
}

fn url(url: &str) -> String {
    format!("fetchurl {{ url = \"{url}\"; sha256 = \"{}\"; }}", "a".repeat(64))
}

fn rows(run: &Run) -> Vec<Value> {
    run.stdout.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect()
}

#[test]
fn a_host_that_was_given_up_is_one_reason_for_all() {
    let status = AtomicU16::new(0);
    // Its last word depends on the order of the requests.
    let server = Server::new(move |_| Reply::status(500 + status.fetch_add(1, Ordering::Relaxed) % 90));
    for jobs in ["1", "4", "8"] {
        let room = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: String| fs::write(room.path().join(name), text).expect("written");
        fs::create_dir(room.path().join("tree")).expect("made");
        for number in 0..12 {
            // Some are asked for with other fetchers and by other paths.
            let source = match number % 3 {
                0 => url(&server.url(&format!("/{number}.tar"))),
                1 => format!(
                    "fetchzip {{ url = \"{}\"; hash = \"{}\"; }}",
                    server.url(&format!("/{number}.zip")),
                    "sha256-X4dzP8uBQGdhHrrDoGnq7o4mrIrP7SlNKZhfaKu/TRU="
                ),
                _ => url(&server.url("/same.tar")),
            };
            write(&format!("tree/p{number}.nix"), package(&format!("p{number}"), &source));
        }
        write(
            "c.toml",
            "[fetch]\nallow_private = true\nattempts = 1\nhost_failures = 2\npause_seconds = 1\n".to_owned(),
        );
        let at = |name: &str| room.path().join(name).display().to_string();
        let run =
            clarity(&["scan", &at("tree"), "--fetch", "--config", &at("c.toml"), "--jobs", jobs, "--format", "jsonl"]);
        let rows = rows(&run);
        let failed: Vec<&Value> = rows.iter().filter(|row| row["outcome"] == "failed").collect();
        let reasons: BTreeSet<String> = failed.iter().map(|row| row["why"].to_string()).collect();
        assert_eq!((failed.len(), reasons.len()), (12, 1), "{jobs}: {reasons:?} {}", run.stderr);
        assert!(reasons.iter().all(|why| why.contains("was given up in this run")), "{reasons:?}");
    }
}

/// Sources that cannot be had, each for another reason, and expressions that fail with a path.
fn failing(room: &Path, server: &Server) {
    let write = |name: &str, text: &str| {
        let path = room.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, text).expect("written");
    };
    symlink("../outside", room.join("tree/out")).expect("a link");
    symlink("nowhere", room.join("tree/nowhere-link")).expect("a link");
    let mkfifo = |path: &str| std::process::Command::new("mkfifo").arg(room.join(path)).status().expect("mkfifo");
    assert!(mkfifo("tree/pipe").success() && mkfifo("sources/piped-1.tar").success());
    write("tree/broken.tar", "\x1f\u{8b} no archive");
    write("sources/mismatch-1.tar", "other bytes");
    write("sources/folder/LICENSE", "MIT");
    write("sources/special/a.c", "int a;");
    assert!(mkfifo("sources/special/pipe").success());
    write("sources/damaged-1.tar.gz", "\u{1f}");
    write("sources/closed-1.tar", "closed");
    fs::set_permissions(room.join("sources/closed-1.tar"), fs::Permissions::from_mode(0o000)).expect("set");
    let zip = |place: &str| {
        format!("fetchzip {{ url = \"{place}\"; hash = \"sha256-X4dzP8uBQGdhHrrDoGnq7o4mrIrP7SlNKZhfaKu/TRU=\"; }}")
    };
    let git = |place: &str| {
        format!(
            "fetchgit {{ url = \"{place}\"; rev = \"HEAD\"; hash = \"sha256-X4dzP8uBQGdhHrrDoGnq7o4mrIrP7SlNKZhfaKu/TRU=\"; }}"
        )
    };
    for (name, source) in [
        ("out", "./out".to_owned()),
        ("out-file", "./out/LICENSE".to_owned()),
        ("nowhere", "./nowhere".to_owned()),
        ("nowhere-link", "./nowhere-link".to_owned()),
        ("pipe", "./pipe".to_owned()),
        ("broken", "./broken.tar".to_owned()),
        ("above", "../../above".to_owned()),
        ("missing", url("https://h.example/missing-1.tar")),
        ("piped", url("https://h.example/piped-1.tar")),
        ("mismatch", url("https://h.example/mismatch-1.tar")),
        ("damaged", url("https://h.example/damaged-1.tar.gz")),
        ("closed", url("https://h.example/closed-1.tar")),
        ("folder", zip("https://h.example/folder")),
        ("special", zip("https://h.example/special")),
        ("gone", url(&server.url("/gone.tar"))),
        ("wrong", url(&server.url("/wrong.tar"))),
        ("no-host", url("https://h.invalid/a.tar")),
        ("ftp", url("ftp://h.example/a.tar")),
        ("file-url", url("file:///outside/LICENSE")),
        ("no-git", git(&server.url("/gone.git"))),
        ("local-git", git("file:///outside/nothing")),
        ("fake", "fetchurl { url = \"https://h.example/a\"; hash = lib.fakeHash; }".to_owned()),
    ] {
        write(&format!("tree/{name}.nix"), &package(name, &source));
    }
    for (name, text) in [
        ("throws", "throw \"bad ${toString ./.} and ${toString ./sub}\""),
        ("aborts", "builtins.abort (toString ./x)"),
        ("asserts", "assert false; 1"),
        ("imports", "import ./not-there.nix"),
        ("climbs", "builtins.readFile ../outside/LICENSE"),
        ("climbs-far", "builtins.readFile ../../../x/y"),
        ("listed", "builtins.readDir ./not-there"),
        ("inside", "{ stdenv }: stdenv.mkDerivation { pname = \"inside\"; meta.license = throw (toString ./.); }"),
    ] {
        write(&format!("tree/{name}.nix"), text);
    }
    write("tree/syntax.nix", "{ a = ");
}

#[test]
fn no_row_of_any_format_names_a_place_of_this_machine() {
    let server = Server::new(|asked| match asked.path.as_str() {
        "/wrong.tar" => Reply::ok(b"wrong bytes"),
        _ => Reply::status(404),
    });
    let room = tempfile::tempdir().expect("a folder");
    for folder in ["tree", "outside", "sources"] {
        fs::create_dir(room.path().join(folder)).expect("made");
    }
    fs::write(room.path().join("outside/LICENSE"), "x").expect("written");
    failing(room.path(), &server);
    fs::write(room.path().join("c.toml"), "[fetch]\nallow_private = true\nattempts = 1\n").expect("written");
    let at = |name: &str| room.path().join(name).display().to_string();
    let (tree, sources, config) = (at("tree"), at("sources"), at("c.toml"));
    for format in FORMATS {
        let args = ["scan", &tree, "--sources", &sources, "--fetch", "--config", &config, "--format", format.name];
        let run = clarity(&[&args[..], &["--verbose", "--fail-on", "never", "--allow-incomplete"]].concat());
        let tells_all = ["terminal", "json", "jsonl", "sarif"].contains(&format.name);
        assert!(!tells_all || run.stdout.contains("hash mismatch"), "{}: {}", format.name, run.stderr);
        // The head of a report names the tree and the settings as they were given.
        let is_given = |line: &str| {
            let ends = ["\"", "\\n"];
            let is_whole = |given: &&String| ends.iter().any(|end| line.contains(&format!("{given}{end}")));
            [&tree, &config].into_iter().any(|given| is_whole(&given) || line.ends_with(given.as_str()))
        };
        let told: Vec<&str> = run
            .stdout
            .lines()
            .filter(|line| line.contains(&*room.path().to_string_lossy()) && !is_given(line))
            .collect();
        assert!(told.is_empty(), "{}: {}", format.name, told.join("\n").chars().take(4_000).collect::<String>());
    }
}
