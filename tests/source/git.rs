//! Revisions, through the real git and from real repositories: on the disk, and over http on the loopback.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clarity::source::{Algo, SourceError, SourceTree, hash_nar};
use clarity::tree::SourceRef;

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
    source.flags.push("leaveDotGit".to_owned());
    let error = repositories.acquire(&source).expect_err("not followed");
    assert!(error.is_skipped() && error.to_string().contains("leaveDotGit"), "{error}");
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
    says(&of("0123456789012345678901234567890123456789", &repositories.hash), "git checkout failed");
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
