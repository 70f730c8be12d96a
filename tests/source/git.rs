//! Revisions, through the real git and from real repositories: on the disk, and over http on the loopback.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use clarity::source::{Algo, SourceError, SourceTree, hash_nar};
use clarity::tree::{GitPart, SourceRef};

use super::server::{Reply, Server};
use super::{acquire, files, flat, names, options, sources, unpacked};

fn git(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(["-c", "user.name=n", "-c", "user.email=e@h.example"]);
    command.args(["-c", "protocol.file.allow=always"]).args(arguments);
    let output = command.output().expect("git is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn write(root: &Path, path: &str, text: &str) {
    fs::create_dir_all(root.join(path).parent().expect("a folder")).expect("made");
    fs::write(root.join(path), text).expect("written");
}

fn commit(repository: &Path) -> String {
    git(repository, &["add", "."]);
    git(repository, &["commit", "--quiet", "--message", "a change"]);
    git(repository, &["update-server-info"]);
    git(repository, &["rev-parse", "HEAD"])
}

/// Two repositories, `part` inside of `whole`; the revision before the last of `whole`, and the hash of its tree.
struct Repositories {
    folder: tempfile::TempDir,
    rev: String,
    hash: String,
}

impl Repositories {
    fn new() -> Repositories {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        let (part, whole, plain) = (at("part"), at("whole"), at("plain"));
        write(&part, "lib.c", "int part;");
        write(&whole, "src/a.c", "int a;");
        [&part, &whole].iter().for_each(|repository| drop(git(repository, &["init", "--quiet"])));
        commit(&part);
        git(&whole, &["submodule", "--quiet", "add", "../part", "part"]);
        let rev = commit(&whole);
        write(&plain, "src/a.c", "int a;");
        write(&plain, "part/lib.c", "int part;");
        fs::copy(whole.join(".gitmodules"), plain.join(".gitmodules")).expect("copied");
        write(&whole, "src/b.c", "int later;");
        commit(&whole);
        let hash = hash_nar(&plain, Algo::Sha256).expect("readable").to_string();
        Repositories { folder, rev, hash }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("whole")
    }

    /// The files of both as a server without any program behind it has them.
    fn served(&self) -> Server {
        let root = self.folder.path().to_owned();
        Server::new(move |asked| {
            let path = asked.path.split('?').next().unwrap_or_default().trim_start_matches('/');
            let (repository, file) = path.split_once('/').unwrap_or((path, ""));
            fs::read(root.join(repository).join(".git").join(file)).map_or(Reply::status(404), |body| Reply::ok(&body))
        })
    }

    fn source(&self, url: &str) -> SourceRef {
        let flags = vec!["fetchSubmodules".to_owned()];
        let rev = Some(self.rev.clone());
        SourceRef { fetcher: "fetchgit".to_owned(), rev, flags, ..unpacked(url, &self.hash) }
    }

    fn acquire(&self, source: &SourceRef) -> Result<SourceTree, SourceError> {
        let room = tempfile::tempdir_in(self.folder.path()).expect("a folder").keep();
        acquire(&sources(options(&room)), source)
    }
}

#[test]
fn a_revision_is_cloned_with_its_submodules_and_kept_without_its_history() {
    let repositories = Repositories::new();
    let source = repositories.source(&format!("file://{}", repositories.path().display()));
    let tree = repositories.acquire(&source).expect("cloned");
    assert_eq!(names(&tree), [".gitmodules", "part/lib.c", "src/a.c"]);
}

#[test]
fn a_server_that_gives_no_single_revision_is_asked_for_all() {
    let repositories = Repositories::new();
    let server = repositories.served();
    let tree = repositories.acquire(&repositories.source(&server.url("/whole"))).expect("cloned");
    assert_eq!(files(&tree).expect("readable").0["part/lib.c"], b"int part;");
}

#[test]
fn a_forge_is_asked_for_the_revision_itself_where_its_archive_would_not_do() {
    let repositories = Repositories::new();
    let mut source = repositories.source(&format!("file://{}", repositories.path().display()));
    source.fetcher = "fetchFromGitHub".to_owned();
    repositories.acquire(&source).expect("cloned");
}

/// What is left of a revision of `whole` when only this much is asked for.
fn only(repositories: &Repositories, part: GitPart, files: &[(&str, &str)]) -> Result<Vec<String>, SourceError> {
    let plain = tempfile::tempdir_in(repositories.folder.path()).expect("a folder");
    for (path, text) in files {
        match path.strip_suffix('/') {
            Some(folder) => fs::create_dir(plain.path().join(folder)).expect("made"),
            None => write(plain.path(), path, text),
        }
    }
    let hash = Some(hash_nar(plain.path(), Algo::Sha256).expect("readable").to_string());
    let source = repositories.source(&format!("file://{}", repositories.path().display()));
    let rev = Some(git(&repositories.path(), &["rev-parse", "HEAD"]));
    let source = SourceRef {
        flags: Vec::new(),
        fetcher: "fetchFromGitHub".to_owned(),
        git: Some(Box::new(part)),
        hash,
        rev,
        ..source
    };
    repositories.acquire(&source).map(|tree| names(&tree))
}

#[test]
fn a_part_of_a_repository_is_checked_out_as_it_is_asked_for() {
    let repositories = Repositories::new();
    for (path, text) in [("doc/a.md", "text"), ("src/deep/c.c", "int c;")] {
        write(&repositories.path(), path, text);
    }
    commit(&repositories.path());
    let modules = fs::read_to_string(repositories.path().join(".gitmodules")).expect("there");
    let sparse = |folders: &[&str]| folders.iter().map(|folder| (*folder).to_owned()).collect::<Vec<_>>();
    let part = |folders: &[&str], patterns| GitPart { sparse: sparse(folders), patterns, ..GitPart::default() };

    // Folders come with the entries at the top (a submodule that is not asked for is an empty folder), patterns without.
    let sources = [("src/a.c", "int a;"), ("src/b.c", "int later;"), ("src/deep/c.c", "int c;")];
    let all: Vec<_> = [(".gitmodules", modules.as_str()), ("part/", "")].into_iter().chain(sources).collect();
    let found = only(&repositories, part(&["src"], false), &all).expect("cloned");
    assert_eq!(found, [".gitmodules", "src/a.c", "src/b.c", "src/deep/c.c"]);
    let found = only(&repositories, part(&["/src/*.c"], true), &sources[..2]).expect("cloned");
    assert_eq!(found, ["src/a.c", "src/b.c"]);

    let root = |folder: &str| GitPart { root_dir: Some(folder.to_owned()), ..part(&[folder], true) };
    assert_eq!(only(&repositories, root("src/deep"), &[("c.c", "int c;")]).expect("cloned"), ["c.c"]);
    for out in ["..", "../part", "/", "nowhere", "src/a.c"] {
        let error = only(&repositories, root(out), &[("c.c", "int c;")]).expect_err("no such folder").to_string();
        assert!(error.contains("rootDir") || error.contains("git sparse-checkout failed"), "{out}: {error}");
    }
    let error = only(&repositories, part(&["--stdin"], false), &all).expect_err("an option").to_string();
    assert!(error.contains("refuses"), "{error}");
}

/// A scan with `--fetch` of a tree with the package `a`, which has this source.
fn scanned(room: &Path, source: &str) -> String {
    let package = format!("{{ stdenv, fetchgit }}: stdenv.mkDerivation {{ pname = \"a\"; src = {source}; }}");
    write(room, "tree/a.nix", &package);
    write(room, "allow.toml", "[fetch]\nallow_private = true\n");
    let output = Command::new(env!("CARGO_BIN_EXE_clarity"))
        .args(["scan", "--fetch", "--fail-on", "never", "--config"])
        .arg(room.join("allow.toml"))
        .arg(room.join("tree"))
        .env("HOME", room.join("home"))
        .env("CLARITY_CACHE", room.join("cache"))
        .output()
        .expect("the program runs");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn the_part_that_an_expression_asks_for_is_what_is_cloned() {
    let repositories = Repositories::new();
    write(&repositories.path(), "src/deep/c.c", "int c;");
    let rev = commit(&repositories.path());
    let room = repositories.folder.path();
    write(room, "wanted/c.c", "int c;");
    let hash = hash_nar(&room.join("wanted"), Algo::Sha256).expect("readable");
    let url = repositories.path();
    let with = |part: &str| {
        let url = url.display();
        scanned(room, &format!("fetchgit {{ url = \"file://{url}\"; rev = \"{rev}\"; hash = \"{hash}\"; {part} }}"))
    };
    let whole = with("");
    assert!(whole.contains("failed: a: ") && whole.contains("hash mismatch"), "{whole}");
    let part = with("rootDir = \"src/deep\";");
    assert!(part.contains("looked at the sources of 1 of 1 packages that have one (1 file,"), "{part}");
}

/// The tree that the script of a real checkout leaves, by its hash.
fn left_by_the_script(script: &Path, url: &str, rev: &str, options: &[&str]) -> String {
    let room = tempfile::tempdir().expect("a folder");
    let out = room.path().join("out");
    let mut command = Command::new("bash");
    command.arg(script).args(["--builder", "--url", url, "--rev", rev, "--out"]).arg(&out).args(options);
    command.env("TMPDIR", room.path()).env("GIT_ALLOW_PROTOCOL", "file");
    let output = command.output().expect("bash is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    hash_nar(&out, Algo::Sha256).expect("readable").to_string()
}

#[test]
#[ignore = "needs CLARITY_PREFETCH_GIT, the path of pkgs/build-support/fetchgit/nix-prefetch-git in a checkout"]
fn the_history_that_stays_is_the_one_that_the_script_of_a_checkout_leaves() {
    let script = PathBuf::from(std::env::var_os("CLARITY_PREFETCH_GIT").expect("CLARITY_PREFETCH_GIT is set"));
    let repositories = Repositories::new();
    let path = repositories.path();
    git(&path, &["tag", "v1", &repositories.rev]);
    git(&path, &["tag", "v2"]);
    let url = format!("file://{}", path.display());
    let options: [(&[&str], &[&str]); 3] = [
        (&["leaveDotGit"], &["--leave-dotGit"]),
        (&["leaveDotGit", "deepClone"], &["--leave-dotGit", "--deepClone"]),
        (&["leaveDotGit", "fetchSubmodules"], &["--leave-dotGit", "--fetch-submodules"]),
    ];
    let head = git(&path, &["rev-parse", "HEAD"]);
    for (flags, arguments) in options {
        for rev in ["v1", "refs/tags/v2", "HEAD", &head, &repositories.rev] {
            let hash = Some(left_by_the_script(&script, &url, rev, arguments));
            let flags = flags.iter().map(|flag| (*flag).to_owned()).collect();
            let source = SourceRef { flags, hash, rev: Some(rev.to_owned()), ..repositories.source(&url) };
            let tree = repositories.acquire(&source).unwrap_or_else(|error| panic!("{arguments:?} {rev}: {error}"));
            let is_history = |name: &String| name.split("/").any(|part| part == ".git");
            assert!(!names(&tree).iter().any(is_history), "the history is no source");
        }
    }
}

#[test]
fn a_history_that_stays_is_made_the_same_way_each_time() {
    let repositories = Repositories::new();
    let url = format!("file://{}", repositories.path().display());
    let flags = ["leaveDotGit", "deepClone", "fetchSubmodules"].map(str::to_owned).to_vec();
    let source = SourceRef { flags, ..repositories.source(&url) };
    let hash_of = |source: &SourceRef| match repositories.acquire(source) {
        Err(SourceError::HashMismatch { got, .. }) => got.to_string(),
        other => panic!("the tree without its history cannot have this hash: {:?}", other.map(|tree| names(&tree))),
    };
    let hash = hash_of(&source);
    assert_eq!(hash, hash_of(&source));
    let tree = repositories.acquire(&SourceRef { hash: Some(hash), ..source }).expect("its own hash");
    assert!(names(&tree).contains(&"part/lib.c".to_owned()));
}

#[test]
fn what_git_cannot_get_is_a_clear_row() {
    let repositories = Repositories::new();
    let url = format!("file://{}", repositories.path().display());
    let says = |source: &SourceRef, words: &str| {
        let error = repositories.acquire(source).expect_err("must fail").to_string();
        assert!(error.contains(words), "{error}");
    };
    let of = |rev: &str, hash: &str| SourceRef {
        rev: Some(rev.to_owned()),
        hash: Some(hash.to_owned()),
        ..repositories.source(&url)
    };
    says(&of("0123456789012345678901234567890123456789", &repositories.hash), "finds no `0123");
    says(&of("--upload-pack=touch", &repositories.hash), "refuses");
    says(&of("HEAD", &repositories.hash), "hash mismatch");
    says(&SourceRef { flags: Vec::new(), ..of(&repositories.rev, &repositories.hash) }, "hash mismatch");
}

#[test]
fn a_remote_repository_does_not_reach_local_ones() {
    let repositories = Repositories::new();
    let secret = format!("file://{}", repositories.folder.path().join("part").display());
    git(&repositories.path(), &["config", "--file", ".gitmodules", "submodule.part.url", &secret]);
    let rev = commit(&repositories.path());
    let server = repositories.served();
    let source = SourceRef { rev: Some(rev), ..repositories.source(&server.url("/whole")) };
    let error = repositories.acquire(&source).expect_err("refused").to_string();
    assert!(error.contains("not allowed") || error.contains("submodule"), "{error}");
}

#[test]
fn no_password_of_the_user_is_sent_to_a_repository() {
    let (asked, sent) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (count, leaks) = (asked.clone(), sent.clone());
    let server = Server::new(move |request| {
        count.fetch_add(1, Ordering::Relaxed);
        leaks.fetch_add(usize::from(request.headers.contains_key("authorization")), Ordering::Relaxed);
        Reply::status(401).header("WWW-Authenticate", "Basic realm=\"here\"")
    });
    let room = tempfile::tempdir().expect("a folder");
    write(room.path(), "home/.netrc", "machine 127.0.0.1 login me password secret\n");
    let source = format!(
        "fetchgit {{ url = \"{}\"; rev = \"v1\"; hash = \"{}\"; }}",
        server.url("/r.git"),
        Repositories::new().hash
    );
    let said = scanned(room.path(), &source);
    assert!(said.contains("failed: a: ") && asked.load(Ordering::Relaxed) > 0, "{said}");
    assert_eq!(sent.load(Ordering::Relaxed), 0, "git would have sent what .netrc has for this host");
}

#[test]
fn a_dead_host_of_repositories_is_given_up() {
    let repositories = Repositories::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("the loopback is there");
    let dead = listener.local_addr().expect("bound");
    drop(listener);
    let sources = sources(options(repositories.folder.path()));
    for number in 0..5 {
        let error = acquire(&sources, &repositories.source(&format!("http://{dead}/{number}"))).expect_err("dead");
        assert_eq!(matches!(error, SourceError::HostGivenUp { .. }), number >= 3, "{error}");
    }
    let archive = acquire(&sources, &flat(&format!("http://{dead}/a.tar.gz"), &super::sha256(b"a")));
    assert!(matches!(archive, Err(SourceError::HostGivenUp { .. })), "archives of it are not asked for either");
}

#[test]
#[ignore = "needs git-lfs"]
fn files_in_large_file_storage_come_with_git_lfs() {
    let folder = tempfile::tempdir().expect("a folder");
    let (repository, plain) = (folder.path().join("large"), folder.path().join("plain"));
    let attributes = "*.bin filter=lfs diff=lfs merge=lfs -text\n";
    for root in [&repository, &plain] {
        write(root, "big.bin", "a large file");
        write(root, ".gitattributes", attributes);
    }
    git(&repository, &["init", "--quiet"]);
    git(&repository, &["lfs", "install", "--local"]);
    let rev = commit(&repository);
    assert!(git(&repository, &["show", "HEAD:big.bin"]).contains("oid sha256:"), "only a pointer is in the history");
    let hash = hash_nar(&plain, Algo::Sha256).expect("readable").to_string();
    let url = format!("file://{}", repository.display());
    let source = |flags: &[&str]| SourceRef {
        fetcher: "fetchgit".to_owned(),
        rev: Some(rev.clone()),
        flags: flags.iter().map(|flag| (*flag).to_owned()).collect(),
        ..unpacked(&url, &hash)
    };
    let with = |flags: &[&str]| {
        acquire(&sources(options(&tempfile::tempdir_in(&folder).expect("a folder").keep())), &source(flags))
    };
    let tree = with(&["fetchLFS"]).expect("cloned");
    assert_eq!(files(&tree).expect("readable").0["big.bin"], b"a large file");
    assert!(matches!(with(&[]), Err(SourceError::HashMismatch { .. })), "without it a pointer is what comes");
}
