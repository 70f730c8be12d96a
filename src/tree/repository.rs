//! The git repository that a checkout lies in.
//!
//! Asks the real `git`, and only reads, but for a pull request that somebody wants fetched: neither the work tree nor
//! the index is touched. Git lists; whether a file changed is told by its bytes, so that no filter, attribute or index
//! of the repository hides a change.

use std::collections::HashSet;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::git::{Git, IndexEntry, ObjectId, TreeEntry, first_line, lines};
use crate::nix::PathOverlay;

/// Why it cannot be told what changed.
#[derive(Debug, thiserror::Error)]
pub enum RevisionError {
    /// There is no git.
    #[error("git is not on PATH; install it")]
    NoGit,
    /// The checkout is not in a repository.
    #[error("{}: not in a git repository; revisions need one that has the history of the checkout", .0.display())]
    NoRepository(PathBuf),
    /// The revision is not known.
    #[error("{rev}: no such revision in {}; `git log` lists them, `git fetch` gets more", top.display())]
    Unknown {
        /// As it was given.
        rev: String,
        /// The repository.
        top: PathBuf,
    },
    /// The revision is not known, and the history is cut off.
    #[error(
        "{rev}: not in this shallow clone; get it with `git fetch --unshallow` or `git fetch origin {rev}` \
         (GitHub: `fetch-depth: 0`, GitLab: `GIT_DEPTH: 0`)"
    )]
    Shallow {
        /// As it was given.
        rev: String,
    },
    /// There is no branch to compare with.
    #[error("no branch to compare with; name a revision: `clarity review REV`")]
    NoBase,
    /// A pull request that is not in the repository.
    #[error("pull request {0} is not in this clone; `clarity review pr {0} --fetch` gets it")]
    NotFetched(u32),
    /// There is nothing to fetch from.
    #[error("no remote called upstream or origin; name one with --remote")]
    NoRemote,
    /// Git complained about something else.
    #[error("git {what} failed: {why}")]
    Git {
        /// Requested name.
        what: &'static str,
        /// Message.
        why: String,
    },
}

/// Branches that others come from, in the order in which they are tried.
const BASES: [&str; 6] = ["@{upstream}", "origin/HEAD", "origin/master", "origin/main", "master", "main"];

/// A file or link of a revision.
pub(super) struct Entry {
    pub(super) is_link: bool,
    pub(super) id: ObjectId,
    /// Below the top of the work tree.
    pub(super) file: PathBuf,
}

impl Entry {
    /// The entry in one line of `git ls-tree -r -z`; a submodule is none.
    fn parse(line: &[u8]) -> Option<Entry> {
        let entry = TreeEntry::parse(line).filter(|entry| !entry.is_submodule())?;
        Some(Entry { is_link: entry.is_link(), file: path_of(entry.path), id: entry.id })
    }

    /// The bytes by their name, and whether they are the target of a link.
    pub(super) fn content(&self) -> (ObjectId, bool) {
        (self.id.clone(), self.is_link)
    }

    pub(super) fn instead(&self, bytes: Vec<u8>) -> PathOverlay {
        match self.is_link {
            true => PathOverlay::Link(String::from_utf8_lossy(&bytes).into_owned()),
            false => PathOverlay::File(bytes),
        }
    }
}

/// A file that the index names, or one beside those.
pub(super) struct Listed {
    /// Below the top of the work tree.
    pub(super) file: PathBuf,
    /// True where a sparse checkout leaves it out.
    pub(super) is_left_out: bool,
}

impl Listed {
    /// The file in one line of `git ls-files -t -z`.
    fn parse(line: &[u8]) -> Option<Listed> {
        IndexEntry::parse(line).map(|entry| Listed { file: path_of(entry.path), is_left_out: entry.is_left_out })
    }
}

/// A path as git has it.
#[cfg(unix)]
fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

/// A path as git has it.
#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

/// The repository that a checkout lies in. The only place here that runs git.
pub(super) struct Repository {
    git: Git,
    pub(super) top: PathBuf,
    is_shallow: bool,
}

impl Repository {
    pub(super) fn around(path: &Path) -> Result<Repository, RevisionError> {
        let none = || RevisionError::NoRepository(path.to_owned());
        let real = std::fs::canonicalize(path).map_err(|_| none())?;
        let folder = if real.is_dir() { real.as_path() } else { real.parent().unwrap_or(&real) };
        let git = Git::around(folder).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => RevisionError::NoGit,
            _ => RevisionError::Git { what: "config", why: error.to_string() },
        })?;
        let mut asked = git.command();
        asked.args(["rev-parse", "--show-toplevel", "--is-shallow-repository"]);
        let answer = match said(asked, "rev-parse") {
            Err(RevisionError::Git { why, .. }) if why.contains("not a git repository") => return Err(none()),
            answer => String::from_utf8_lossy(&answer?).into_owned(),
        };
        let (top, shallow) = answer.trim_end().rsplit_once('\n').ok_or_else(none)?;
        let top = std::fs::canonicalize(top).map_err(|_| none())?;
        // A repository may name any folder as its work tree.
        if !real.starts_with(&top) {
            return Err(none());
        }
        Ok(Repository { git, top, is_shallow: shallow == "true" })
    }

    /// The output of a command at the top of the work tree.
    pub(super) fn run(&self, what: &'static str, arguments: &[&str]) -> Result<Vec<u8>, RevisionError> {
        said(self.command(arguments), what)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.git.command();
        command.arg("-C").arg(&self.top).args(arguments);
        command
    }

    pub(super) fn absolute(&self, file: &Path) -> String {
        self.top.join(file).to_string_lossy().into_owned()
    }

    /// The full id of the commit that `rev` means.
    pub(super) fn commit(&self, rev: &str) -> Result<String, RevisionError> {
        let unknown = || match self.is_shallow {
            true => RevisionError::Shallow { rev: rev.to_owned() },
            false => RevisionError::Unknown { rev: rev.to_owned(), top: self.top.clone() },
        };
        // An option in the place of a revision would be one to git.
        if rev.is_empty() || rev.starts_with('-') {
            return Err(unknown());
        }
        let said = self.run("rev-parse", &["rev-parse", "--verify", "--quiet", &format!("{rev}^{{commit}}")]);
        match said {
            Ok(id) => Ok(String::from_utf8_lossy(&id).trim().to_owned()),
            Err(RevisionError::Git { .. }) => Err(unknown()),
            Err(error) => Err(error),
        }
    }

    /// The commit at which `head` left the branch that it came from: its upstream, else the default branch.
    pub(super) fn fork_point(&self, head: &str) -> Result<String, RevisionError> {
        let mut missing = RevisionError::NoBase;
        for base in BASES {
            match self.run("merge-base", &["merge-base", head, base]) {
                Ok(id) => return Ok(String::from_utf8_lossy(&id).trim().to_owned()),
                Err(error @ RevisionError::NoGit) => missing = error,
                Err(_) => {}
            }
        }
        Err(missing)
    }

    /// The address of the remote called `name`; one for SSH, which needs a key, as the same one for HTTPS.
    pub(super) fn address(&self, name: &str) -> Option<String> {
        let said = self.run("config", &["config", "--get", &format!("remote.{name}.url")]).ok()?;
        let address = String::from_utf8_lossy(&said).trim().to_owned();
        Some(public(&address).unwrap_or(address))
    }

    /// Fetches what `address` calls `name` and keeps it as `kept`. Nothing of the repository runs: no helper, no hook, no
    /// program that it names for the other side.
    pub(super) fn fetch(&self, address: &str, name: &str, kept: &str) -> Result<(), RevisionError> {
        let what = format!("+{name}:{kept}");
        let mut command = self.command(&["fetch", "--quiet", "--no-tags", "--no-recurse-submodules"]);
        command.args(["--no-write-fetch-head", "--upload-pack=git-upload-pack", "--", address, &what]);
        command.env("GIT_ALLOW_PROTOCOL", "https:file");
        said(command, "fetch").map(|_| ())
    }

    /// Files and links of a commit.
    pub(super) fn tree(&self, commit: &str) -> Result<Vec<Entry>, RevisionError> {
        let said = self.run("ls-tree", &["ls-tree", "-r", "-z", "--full-tree", commit])?;
        Ok(lines(&said).filter_map(Entry::parse).collect())
    }

    /// Files that the index names, and those beside them that are not ignored.
    pub(super) fn listed(&self) -> Result<Vec<Listed>, RevisionError> {
        let said = self.run("ls-files", &["ls-files", "-t", "-z", "--cached", "--others", "--exclude-standard"])?;
        Ok(lines(&said).filter_map(Listed::parse).collect())
    }

    /// Those of `entries` whose place in the work tree has other bytes, or nothing; not those that a sparse checkout
    /// leaves out. Read by several threads: a tree has tens of thousands of small files.
    pub(super) fn differing<'e>(&self, entries: &'e [Entry], left_out: &HashSet<&Path>) -> Vec<&'e Entry> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let differs = |entry: &&Entry| {
            let place = self.top.join(&entry.file);
            let is_absent = left_out.contains(entry.file.as_path()) && place.symlink_metadata().is_err();
            !is_absent && !entry.id.is_at(&place, entry.is_link)
        };
        std::thread::scope(|scope| {
            let parts = entries.chunks(entries.len().div_ceil(threads).max(1));
            let running: Vec<_> =
                parts.map(|part| scope.spawn(move || part.iter().filter(differs).collect::<Vec<_>>())).collect();
            running.into_iter().flat_map(|part| part.join().unwrap_or_default()).collect()
        })
    }

    /// The bytes of these objects, in their order, by one process.
    pub(super) fn blobs(&self, ids: &[&ObjectId]) -> Result<Vec<Vec<u8>>, RevisionError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let failed = |why: String| RevisionError::Git { what: "cat-file", why };
        let mut child = self
            .command(&["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .spawn()
            .map_err(|error| failed(error.to_string()))?;
        let (Some(mut asked), Some(out)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(failed("its output is not connected".to_owned()));
        };
        let questions: String = ids.iter().map(|id| format!("{id}\n")).collect();
        let blobs = std::thread::scope(|threads| {
            // A pipe that nobody writes and reads at the same time fills up and stands still; where git goes away
            // early, the reader says so.
            threads.spawn(move || asked.write_all(questions.as_bytes()));
            let mut out = io::BufReader::new(out);
            ids.iter().map(|id| blob(&mut out, id)).collect::<io::Result<Vec<_>>>()
        });
        let status = child.wait().map_err(|error| failed(error.to_string()))?;
        blobs.map_err(|error| failed(format!("{error} ({status})")))
    }
}

/// The next answer of `git cat-file --batch`: a line, the bytes, a line break.
fn blob(out: &mut impl io::BufRead, id: &ObjectId) -> io::Result<Vec<u8>> {
    let mut head = String::new();
    out.read_line(&mut head)?;
    let size: u64 = head
        .trim_end()
        .rsplit_once(" blob ")
        .and_then(|(_, size)| size.parse().ok())
        .ok_or_else(|| io::Error::other(format!("object {id} is not here; `git fetch` gets it")))?;
    let mut bytes = Vec::new();
    out.take(size).read_to_end(&mut bytes)?;
    out.read_exact(&mut [0])?;
    Ok(bytes)
}

/// The output of a command; where git refuses, its first line.
fn said(mut command: Command, what: &'static str) -> Result<Vec<u8>, RevisionError> {
    match command.output() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(RevisionError::NoGit),
        Err(error) => Err(RevisionError::Git { what, why: error.to_string() }),
        Ok(output) if output.status.success() => Ok(output.stdout),
        Ok(output) => Err(RevisionError::Git { what, why: first_line(&output.stderr) }),
    }
}

/// The address for HTTPS of a repository that `address` gives for SSH: `git@host:owner/name`, `ssh://git@host/..`.
fn public(address: &str) -> Option<String> {
    let (host, path) = match address.strip_prefix("ssh://") {
        Some(rest) => rest.split_once('/')?,
        None if !address.contains("://") => address.split_once(':').filter(|(host, _)| host.contains('@'))?,
        None => return None,
    };
    let host = host.rsplit('@').next()?;
    Some(format!("https://{host}/{path}"))
}

#[cfg(test)]
mod tests {
    use super::public;

    #[test]
    fn addresses_for_ssh_have_one_for_https() {
        let both = [
            ("git@forge.example:owner/name.git", "https://forge.example/owner/name.git"),
            ("ssh://git@forge.example/owner/name", "https://forge.example/owner/name"),
        ];
        for (ssh, https) in both {
            assert_eq!(public(ssh).as_deref(), Some(https));
        }
        for other in ["https://forge.example/x", "file:///srv/x.git", "/srv/x.git", "ext::sh -c x"] {
            assert_eq!(public(other), None, "{other}");
        }
    }
}
